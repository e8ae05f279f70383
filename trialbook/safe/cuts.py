"""Two cuts side by side: no more of each than its own book shows, and no small difference."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trialbook.safe.decisions import COUNTS, row_keys
from trialbook.safe.withholding import WITHHELD

if TYPE_CHECKING:
    from trialbook.trial import Trial

_TELLING = [*COUNTS, "percent", "rate", "time_at_risk"]
_INFORMATION = ["n_events", "information_fraction"]
DIGITS = 3
_CURVES = ["kaplan_meier", "competing_risks", "rmst"]
_BALANCES = {
    "events": ("events", "new_events", "events_withdrawn"),
    "patients": ("patients", "patients_added", "patients_removed", "arm_changed"),
    "events_redated": ("events_redated",),
    "follow_up_shortened": ("follow_up_shortened",),
}


@dataclass(frozen=True)
class Guard:
    """What of a trial is kept from readers, in the words of trial.yml; a build keeps it.

    Attributes
    ----------
    confidential : bool
        Whether patients stay unnamed.
    min_cell : int
        The smallest count shown.
    """

    confidential: bool = True
    min_cell: int = 5

    @classmethod
    def of(cls, trial: "Trial") -> "Guard":
        """Return a trial's."""
        return cls(trial.privacy == "confidential", trial.min_cell)

    @property
    def on(self) -> bool:
        """Whether anything is kept from readers."""
        return self.confidential or self.min_cell > 1

    def __or__(self, other: "Guard") -> "Guard":
        """Return the stricter of two in everything."""
        return Guard(self.confidential or other.confidential, max(self.min_cell, other.min_cell))


def safe_pairs(
    frame: pd.DataFrame, guard: Guard, results: dict[str, pd.DataFrame]
) -> tuple[pd.DataFrame, bool]:
    """Return a comparison as readers of both cuts may see it.

    Parameters
    ----------
    frame : pandas.DataFrame
        A comparison's frame.
    guard : Guard
        The stricter of the two cuts'.
    results : dict of str to pandas.DataFrame
        ``old`` and ``new`` to the cut's results after `trialbook.safe.safe`.

    Returns
    -------
    pandas.DataFrame
        Without patients where they stay unnamed.
    bool
        Whether changed results were left out.
    """
    if not guard.on:
        return frame, False
    frame = withheld_pairs(frame, guard.min_cell)
    frame = as_in_the_books(frame, {side: _hidden(one) for side, one in results.items()})
    secret = left_out(frame, confidential=guard.confidential)
    unnamed = (frame["part"] == "patients") & guard.confidential
    frame = frame[~secret & ~unnamed].reset_index(drop=True)
    if guard.confidential:
        frame = as_precise_as_printed(frame)
    return frame, bool(secret.any())


def _hidden(results: pd.DataFrame) -> dict[tuple, tuple[float, str]]:
    """Return what stands in the place of a result that a book does not show as it is, by key."""
    of = results[results["state"] != "shown"]
    columns = zip(row_keys(of), of["value"], of["shown"], strict=True)
    return {key: (value, text or WITHHELD) for key, value, text in columns}


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
    telling = frame["statistic"].isin([*_TELLING, *_INFORMATION]) | (frame["part"] == "events")
    line = _line(frame)
    small = {side: counts & _small(frame[side], min_cell) for side in ("old", "new")}
    # that something is absent from one cut is a change by the whole of it
    change = frame["new"].fillna(0) - frame["old"].fillna(0)
    one_sided = (frame["part"] == "events") & ~frame["statistic"].isin(["events", "patients"])
    small["change"] = counts & ~one_sided & _small(change.abs(), min_cell)
    hidden = {side: telling & line.isin(line[small[side]]) for side in small}
    hidden["new"] |= hidden["change"] | (hidden["old"] & _small(change.abs(), min_cell))
    # All arms together are in the part on information once more.
    events = frame["statistic"].isin(_BALANCES["events"]) & (frame["part"] == "events")
    for side in ("old", "new"):
        told = frame["paramcd"].isin(frame.loc[hidden[side] & events, "paramcd"])
        hidden[side] |= told & (frame["part"] == "information")
    found = frame.copy()
    for side in ("old", "new"):
        found.loc[hidden[side], side] = np.nan
        found.loc[hidden[side], f"{side}_printed"] = WITHHELD
        found.loc[small[side] & hidden[side], f"{side}_printed"] = f"<{min_cell}"
    either = hidden["old"] | hidden["new"]
    found.loc[either, "shift"] = np.nan
    found.loc[either, "shift_printed"] = WITHHELD
    return found


def as_in_the_books(
    frame: pd.DataFrame, hidden: dict[str, dict[tuple, tuple[float, str]]]
) -> pd.DataFrame:
    """Return a comparison that shows of each cut no more than its own book does.

    Parameters
    ----------
    frame : pandas.DataFrame
        A comparison's frame, after `withheld_pairs`.
    hidden : dict
        Side to what stands in the place of a result, by key of its row.
    """
    found, keys = frame.copy(), row_keys(frame)
    for side, marks in hidden.items():
        if not marks:
            continue
        told = {key[1] for key in marks if key[0] == "kaplan_meier" and key[-1] == "n_events"}
        of_events = frame["statistic"].isin([*_BALANCES["events"], *_INFORMATION])
        total = frame["part"].isin(["events", "information"]) & of_events
        total = (total & frame["paramcd"].isin(told)).to_numpy()
        stand_in = [
            (np.nan, WITHHELD) if of_total else marks.get(key)
            for key, of_total in zip(keys, total, strict=True)
        ]
        # what is withheld already stays so, with the mark that it has
        open_ = ~_marked(found[f"{side}_printed"])
        changed = np.array([one is not None for one in stand_in]) & open_.to_numpy()
        there = changed & (frame[f"{side}_printed"] != "").to_numpy()
        shown = [one for one, of in zip(stand_in, there, strict=True) if of]
        found.loc[there, side] = [value for value, _ in shown]
        found.loc[there, f"{side}_printed"] = [text for _, text in shown]
        found.loc[changed, "shift"] = np.nan
        found.loc[changed, "note"] = ""
        found.loc[changed & (found["shift_printed"] != ""), "shift_printed"] = WITHHELD
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
        minimum, a maximum, a date as well, and an arm's curve where few events are new in it:
        their number is the change of its height times the patients.
    """
    marks = _marked(frame["old_printed"]) | _marked(frame["new_printed"])
    results, line = frame["part"] == "results", _line(frame)
    secret = line.isin(line[marks & results])
    if confidential:
        secret |= frame["statistic"].isin(["min", "max"]) | (frame["paramcd"] == "RANDDT")
        secret |= _of_few_new_events(frame)
    return secret & results


def _of_few_new_events(frame: pd.DataFrame) -> pd.Series:
    """Return which rows are of the curve of an arm with few events new, withdrawn or re-dated."""
    printed = frame[["old_printed", "new_printed"]]
    few = printed.apply(lambda column: column.str.fullmatch(r"<\d+")).any(axis=1)
    events = frame[few & (frame["part"] == "events")]
    arms = set(zip(events["paramcd"], events["arm"], strict=True))
    found = pd.Series(False, index=frame.index)
    for column in ("paramcd", "level"):
        keys = zip(frame[column], frame["arm"], strict=True)
        found |= np.array([key in arms for key in keys], dtype=bool)
    return found & frame["analysis"].isin(_CURVES)


def as_precise_as_printed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a comparison whose estimates have no more digits than a page would print.

    To its last digit an estimate tells the counts that it was computed from.
    """
    estimates = ~frame["statistic"].isin(COUNTS) & frame["part"].isin(["effects", "results"])
    found = frame.copy()
    for side in ("old", "new", "shift"):
        values = found.loc[estimates, side]
        found.loc[estimates, side] = [float(f"{value:.{DIGITS}g}") for value in values]
    return found


def _marked(texts: pd.Series) -> pd.Series:
    """Return which texts say that something is withheld; ``<0.001``, a P value, does not."""
    return (texts == WITHHELD) | texts.str.fullmatch(r"<\d+")


def _small(values: pd.Series, min_cell: int) -> pd.Series:
    return values.between(0, min_cell, inclusive="neither")


def _line(frame: pd.DataFrame) -> pd.Series:
    """Return what must be withheld together, as text."""
    balance = {name: key for key, names in _BALANCES.items() for name in names}
    of_events = frame["statistic"].map(balance).where(frame["part"] == "events").fillna("")
    variable = frame["subgroup"].str.split("=").str[0]
    parts = [frame["analysis"], frame["paramcd"], variable, frame["time"].astype(str), of_events]
    return pd.Series(["\x1f".join(row) for row in zip(*parts, strict=True)], index=frame.index)
