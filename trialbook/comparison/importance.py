"""Which of the changed results matter most: a fixed order, so that no one picks."""

import numpy as np
import pandas as pd

from trialbook.comparison.pairs import CHANGED, FRAME_KEY, is_ratio

# What an estimate is called first by; its limits and the rest follow it.
MAIN = (
    "hr", "difference", "ratio", "risk_difference", "rate_ratio", "odds_ratio", "rmst",
    "cumulative_incidence", "survival", "median", "rate", "mean", "geometric_mean", "smd",
    "percent", "n_events", "n", "power", "p_value", "chisq",
)  # fmt: skip
# Analysis to the method whose result is the effect; others are variants of it.
_EFFECTS = {
    "cox": "efron", "log_rank": "", "landmark": "", "rmst": "difference", "incidence_rate": "exact",
}  # fmt: skip
ESTIMATE = [name for name in FRAME_KEY if name != "statistic"]


def ranked(changed: pd.DataFrame, primary: str) -> pd.DataFrame:
    """Sort changed results by importance.

    Parameters
    ----------
    changed : pandas.DataFrame
        Rows of `paired`.
    primary : str
        PARAMCD of the primary end point.

    Returns
    -------
    pandas.DataFrame
        First the effect on the primary end point, then harms compared, effects on the other end
        points, other comparisons (subgroups, sensitivity), estimates by arm; within these by the
        change of the estimate in widths of its interval, or relative to its size, the greatest
        first. The statistics of an estimate stay together. A P value ranks nothing: whether it
        crossed a line does not make a change important.
    """
    if changed.empty:
        return changed
    order = {name: position for position, name in enumerate(MAIN)}
    frame = changed.assign(
        _tier=_tier(changed, primary),
        _main=changed["statistic"].map(order).fillna(len(MAIN)),
        _key=changed[ESTIMATE].astype(str).agg("\x1f".join, axis=1),
    )
    frame["_size"] = _size(frame)
    of_estimate = frame.groupby("_key", sort=False)
    frame["_size"] = of_estimate["_size"].transform("max")
    by = ["_tier", "_size", "_key", "_main"]
    frame = frame.sort_values(by, ascending=[True, False, True, True], kind="stable")
    return frame.drop(columns=["_tier", "_size", "_key", "_main"]).reset_index(drop=True)


def _tier(frame: pd.DataFrame, primary: str) -> np.ndarray:
    compared = frame["arm"].str.contains(" vs ")
    plain = (frame["subgroup"] == "") & (frame["level"] == "")
    effect = compared & plain & (frame["method"] == frame["analysis"].map(_EFFECTS))
    return np.select(
        [
            effect & (frame["paramcd"] == primary),
            compared & (frame["analysis"] == "adverse_events"),
            effect,
            compared,
        ],
        [0, 1, 2, 3],
        4,
    )


def _size(frame: pd.DataFrame) -> pd.Series:
    """Return the change of an estimate's main statistic: in widths of its interval, or relative."""
    log = is_ratio(frame)
    with np.errstate(divide="ignore", invalid="ignore"):
        old = np.where(log, np.log(frame["old"]), frame["old"])
        new = np.where(log, np.log(frame["new"]), frame["new"])
        width = _widths(frame)
        scale = np.where(width > 0, width, np.maximum(np.abs(old), np.abs(new)))
        size = np.abs(new - old) / scale
    counted = (frame["change"] == CHANGED) & ~frame["statistic"].isin(["p_value", "chisq", "df"])
    is_main = frame["_main"] == frame.groupby("_key", sort=False)["_main"].transform("min")
    return pd.Series(size, frame.index).where(counted & is_main & np.isfinite(size), 0.0)


def _widths(frame: pd.DataFrame) -> np.ndarray:
    """Return the width of the wider interval of each row's estimate, NaN where it has none."""
    widths = []
    for side in ("old", "new"):
        limits = {}
        for end in ("lower", "upper"):
            of = frame[frame["statistic"].isin([end, f"hr_{end}"])]
            value = of[side].where(of["statistic"] == end, np.log(of[side].where(of[side] > 0)))
            limits[end] = value.groupby(of["_key"]).first()
        widths.append(frame["_key"].map(limits["upper"] - limits["lower"]))
    return pd.concat(widths, axis=1).max(axis=1).to_numpy()
