"""Small counts of confidential data, and what two cuts side by side would tell of them."""

import numpy as np
import pandas as pd

from trialbook.report.withholding import WITHHELD

COUNTS = ["n", "n_events", "n_censored", "n_at_risk", "n_missing"]
_TELLING = [*COUNTS, "percent", "rate", "time_at_risk"]
_BALANCES = {
    "events": ("events", "new_events", "events_withdrawn"),
    "patients": ("patients", "patients_added", "patients_removed", "arm_changed"),
    "events_redated": ("events_redated",),
    "follow_up_shortened": ("follow_up_shortened",),
}


def withheld_pairs(frame: pd.DataFrame, min_cell: int) -> pd.DataFrame:
    """Return a comparison without counts that are small, or whose change is.

    Parameters
    ----------
    frame : pandas.DataFrame
        A comparison's frame.
    min_cell : int
        The smallest count shown; 0 and 1 withhold nothing.

    Returns
    -------
    pandas.DataFrame
        A count from 1 to ``min_cell - 1`` is ``"<5"``, say. Where a count or its change is so
        small, every count, percentage and rate of the same end point and analysis at that time
        is withheld in the new cut, of all arms, categories and subgroups, or they would give it
        away by subtraction; where it is small in the old cut, in the old one as well.
    """
    if min_cell <= 1 or frame.empty:
        return frame
    counts = frame["statistic"].isin(COUNTS) | (frame["part"] == "events")
    telling = frame["statistic"].isin(_TELLING) | (frame["part"] == "events")
    line = _line(frame)
    small = {side: counts & _small(frame[side], min_cell) for side in ("old", "new")}
    # that something is absent from one cut is a change by the whole of it
    change = frame["new"].fillna(0) - frame["old"].fillna(0)
    one_sided = (frame["part"] == "events") & ~frame["statistic"].isin(["events", "patients"])
    small["change"] = counts & ~one_sided & _small(change.abs(), min_cell)
    hidden = {side: telling & line.isin(line[small[side]]) for side in small}
    hidden["new"] |= hidden["change"] | (hidden["old"] & _small(change.abs(), min_cell))
    found = frame.copy()
    for side in ("old", "new"):
        found.loc[hidden[side], side] = np.nan
        found.loc[hidden[side], f"{side}_printed"] = WITHHELD
        found.loc[small[side] & hidden[side], f"{side}_printed"] = f"<{min_cell}"
    either = hidden["old"] | hidden["new"]
    found.loc[either, "shift"] = np.nan
    found.loc[either, "shift_printed"] = WITHHELD
    return found


def left_out(frame: pd.DataFrame, *, confidential: bool) -> pd.Series:
    """Return which of the changed results are not listed at all.

    Parameters
    ----------
    frame : pandas.DataFrame
        A comparison's frame, after `withheld_pairs`.
    confidential : bool
        Whether single patients' values stay untold.

    Returns
    -------
    pandas.Series of bool
        Everything on an end point, variable or event of an analysis at a time where something
        is withheld, for an estimate without its counts may tell them; of confidential data a
        minimum, a maximum, a date as well.
    """
    shown = frame[["old_printed", "new_printed"]]
    marks = shown.isin([WITHHELD]).any(axis=1) | shown.apply(_small_text).any(axis=1)
    results, line = frame["part"] == "results", _line(frame)
    secret = line.isin(line[marks & results])
    if confidential:
        secret |= frame["statistic"].isin(["min", "max"]) | (frame["paramcd"] == "RANDDT")
    return secret & results


def _small_text(texts: pd.Series) -> pd.Series:
    """Return which texts stand for a small count; ``<0.001``, a P value, does not."""
    return texts.str.fullmatch(r"<\d+")


def _small(values: pd.Series, min_cell: int) -> pd.Series:
    return values.between(0, min_cell, inclusive="neither")


def _line(frame: pd.DataFrame) -> pd.Series:
    """Return what must be withheld together, as text."""
    balance = {name: key for key, names in _BALANCES.items() for name in names}
    of_events = frame["statistic"].map(balance).where(frame["part"] == "events").fillna("")
    variable = frame["subgroup"].str.split("=").str[0]
    parts = [frame["analysis"], frame["paramcd"], variable, frame["time"].astype(str), of_events]
    return pd.Series(["\x1f".join(row) for row in zip(*parts, strict=True)], index=frame.index)
