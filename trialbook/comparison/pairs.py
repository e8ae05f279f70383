"""Two results frames side by side, key by key."""

import numpy as np
import pandas as pd

from trialbook.kinds import RATIO, kind_of
from trialbook.printed import printed
from trialbook.results import KEY

FRAME_KEY = KEY[1:]
SIDES = ["old", "new", "shift", "old_printed", "new_printed", "shift_printed", "change"]
RATIOS = {"hr", "hr_lower", "hr_upper", "rate_ratio", "odds_ratio", "ratio"}
# A shift of these says nothing: they are not amounts.
NO_SHIFT = {"p_value", "df"}
UNCHANGED, CHANGED, ADDED, GONE = "unchanged", "changed", "only in the new", "only in the old"


def paired(old: pd.DataFrame, new: pd.DataFrame, per_shown: float = 1.0) -> pd.DataFrame:
    """Hold two results frames against each other.

    Parameters
    ----------
    old, new : pandas.DataFrame
        Results with ``value`` and ``printed``, unique by `FRAME_KEY`.
    per_shown : float
        AVAL units in one unit of time shown.

    Returns
    -------
    pandas.DataFrame
        A row per key of either, in the order of the new frame: `FRAME_KEY`, then `SIDES`.
        ``shift`` is new / old for ratios, new - old otherwise, NaN for P values. Values that
        agree to twelve digits are unchanged.
    """
    sides = [
        frame[[*FRAME_KEY, "value", "printed"]].rename(
            columns={"value": side, "printed": f"{side}_printed"}
        )
        for side, frame in (("new", _one_level(new)), ("old", _one_level(old)))
    ]
    both = sides[0].merge(sides[1], how="outer", on=FRAME_KEY, indicator="where", sort=False)
    order = pd.concat([side[FRAME_KEY] for side in sides]).drop_duplicates(ignore_index=True)
    both = order.merge(both, how="left", on=FRAME_KEY)
    both[["old_printed", "new_printed"]] = both[["old_printed", "new_printed"]].fillna("")
    same = np.isclose(both["old"], both["new"], rtol=1e-12, atol=0, equal_nan=True)
    same &= (both["old_printed"] == both["new_printed"]) | both["old"].notna()
    both["change"] = np.select(
        [both["where"] == "left_only", both["where"] == "right_only", same],
        [ADDED, GONE, UNCHANGED],
        CHANGED,
    )
    ratio = is_ratio(both)
    with np.errstate(divide="ignore", invalid="ignore"):
        shift = np.where(ratio, both["new"] / both["old"], both["new"] - both["old"])
    shift = np.where(both["statistic"].isin(NO_SHIFT) | ~np.isfinite(shift), np.nan, shift)
    both["shift"] = shift
    both["shift_printed"] = [
        shift_text(row, per_shown, of_ratio)
        if row.shift == row.shift and row.change == CHANGED
        else ""
        for row, of_ratio in zip(both.itertuples(index=False), ratio, strict=True)
    ]
    return both[[*FRAME_KEY, *SIDES]]


def _one_level(results: pd.DataFrame) -> pd.DataFrame:
    """Return results without the level in the method's key where all have one level only.

    So a build with intervals of 90% is held against one with 95%, not beside it.
    """
    plain = results["method"].str.replace(r"@0\.\d+$", "", regex=True)
    stripped = results.assign(method=plain)
    return results if stripped.duplicated(FRAME_KEY).any() else stripped


def is_ratio(frame: pd.DataFrame) -> np.ndarray:
    """Return which rows are ratios, or limits of one: their shift is a factor."""
    names = ["statistic", "analysis", "level", "method", "arm"]
    rows = zip(*(frame[name] for name in names), strict=True)
    limits = [row[0] in ("lower", "upper") and kind_of(*row) is RATIO for row in rows]
    return frame["statistic"].isin(RATIOS).to_numpy() | np.array(limits, bool)


def shift_text(row, per_shown: float, ratio: bool) -> str:
    """Return a shift as the book prints the statistic, with its sign, or as a factor."""
    if ratio:
        return f"×{printed('hr', row.shift)}"
    if row.paramcd == "RANDDT":
        return f"{row.shift:+.0f} days"
    text = printed(
        row.statistic,
        row.shift,
        analysis=row.analysis,
        level=row.level,
        method=row.method,
        arm=row.arm,
        per_shown=per_shown,
    )
    return f"+{text}" if row.shift > 0 else text
