"""Small counts of confidential data, which no page and no file may show.

`withheld` decides, on the rows of the results, what readers of confidential data are not shown.

What is protected: no count of patients from 1 to `min_cell` - 1 is shown, nor can one be reached
by adding and subtracting what is shown, counts or percentages of known denominators; no value of
a single patient (minimum, maximum, a date, the time of an event) is shown.
"""

import math
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from trialbook.printed import printed
from trialbook.results import WITHHELD
from trialbook.safe import (
    adverse_events,
    curves,
    disposition,
    end_points,
    incidence,
    models,
    parts,
    patients,
)
from trialbook.safe.anchors import ALL, populations
from trialbook.safe.decisions import (
    COUNTS,
    LINE,
    NO_TIME,
    Decisions,
    counts_of,
    row_keys,
)
from trialbook.safe.values import coarse_percent, of_values, points_between

if TYPE_CHECKING:
    from trialbook.trial import Trial

RULES = {
    "adverse_events": (adverse_events.adverse_events, incidence.cumulative),
    "baseline": (patients.described,),
    "centre": (patients.described,),
    "competing_risks": (incidence.cumulative,),
    "composite": (parts.composite,),
    "design": (parts.design,),
    "deviation": (patients.deviations,),
    "discontinuation": (incidence.cumulative, disposition.discontinuation),
    "disposition": (disposition.disposition,),
    "evidence": (parts.evidence,),
    "exposure": (patients.described,),
    "intercurrent": (patients.intercurrent,),
    "laboratory": (patients.laboratory,),
    "liver": (patients.described,),
    "recurrent": (models.recurrent,),
    "response": (patients.response,),
    "schedule": (patients.described,),
    "subgroup": (parts.subgroup,),
}
OF_END_POINTS = ["kaplan_meier", "follow_up", *end_points.EFFECTS]
_TELLING = {*COUNTS, "time_at_risk"}
_OF_COUNTS = {"events", "lower", "upper", "rate_ratio"}
_OF_PROPORTIONS = ("aalen_johansen", "newcombe")
_DIFFERENCES = {"cumulative_incidence", "risk_difference", "lower", "upper"}
# Percentages in steps of so many points are near enough for a standardized difference.
FINE = 2


@dataclass(frozen=True)
class Shown:
    """What stands in the place of a result.

    Attributes
    ----------
    text : str
        ``"<5"`` for a small count, ``"withheld"``; or a coarser value as it is printed.
    value : float
        The coarser value; NaN where nothing is shown.
    """

    text: str
    value: float = math.nan

    @property
    def hides(self) -> bool:
        """Whether nothing is shown."""
        return math.isnan(self.value)


def guarded(trial: "Trial") -> bool:
    """Return whether anything of a trial is kept from readers."""
    return trial.min_cell > 1 or trial.privacy == "confidential"


def withheld(results: pd.DataFrame, trial: "Trial") -> list[Shown | None]:
    """Return what stands in the place of each row that is not shown as it is.

    Parameters
    ----------
    results : pandas.DataFrame
        A results frame.
    trial : Trial
        Its privacy, its smallest count shown, and the counts that stand behind others.

    Returns
    -------
    list
        In the order of the rows; None for a row that is shown as it is. A count of 0 is shown.
    """
    if not guarded(trial):
        return [None] * len(results)
    drawn = (results["analysis"] == curves.CURVE).to_numpy()
    rows = curves.as_table_rows(results)
    keys, single = row_keys(rows), rows["analysis"].isin(curves.SINGLE_PATIENTS).to_numpy() & drawn
    found = _of_rows(rows[~drawn], trial) if not drawn.all() else {}
    of_curves = _of_rows(rows[drawn & ~single], trial, drawn=True) if drawn.any() else {}
    marks = []
    for key, curve, patient in zip(keys, drawn, single, strict=True):
        marks.append(Shown(WITHHELD) if patient else (of_curves if curve else found).get(key))
    return marks


def _of_rows(
    results: pd.DataFrame, trial: "Trial", *, drawn: bool = False
) -> dict[tuple[Any, ...], Shown]:
    """Return what stands in the place of rows, by key; of rows that are drawn as of a table's."""
    least = trial.min_cell
    rows = results.fillna({"time": NO_TIME})
    decisions = Decisions()
    if least > 1:
        _decide(rows, trial, decisions)
    if drawn:
        curves.decide(rows, trial, decisions)
    singles = of_values(rows, trial)
    sizes, smallest = (
        _fewest(rows),
        min(n for sizes in populations(trial).values() for arm, n in sizes.items() if arm != ALL),
    )
    found = {}
    columns = [rows[name] for name in (*LINE, "arm", "statistic", "value")]
    keys = row_keys(results)
    for row, (*line, arm, statistic, value) in zip(keys, zip(*columns, strict=True), strict=True):
        patients = sizes.get(tuple(line), smallest)
        shown = _shown(tuple(line), arm, statistic, value, decisions, least, patients)
        if shown is None:
            shown = singles.get((tuple(line), arm, statistic))
        if shown is not None:
            text, at = shown
            found[row] = Shown(text, at)
    return found | _coarse_differences(found, trial, smallest)


def _coarse_differences(
    found: dict[tuple, Shown], trial: "Trial", patients: float
) -> dict[tuple, Shown]:
    """Return the standardized differences of coarse percentages, computed from these.

    To all its digits a difference would tell the exact percentages, and what they are of. Where
    few `patients` make the percentages too coarse to compare, it is withheld.
    """
    pairs = [(one.name, one.treated.code, one.control.code) for one in trial.comparisons]
    fine = points_between(patients) <= FINE
    differences = {}
    for (analysis, paramcd, arm, *rest, statistic), shown in found.items():
        if analysis != "baseline" or statistic != "percent" or shown.hides:
            continue
        for name, treated, control in pairs:
            other = found.get((analysis, paramcd, control, *rest, statistic))
            if arm != treated or other is None or other.hides:
                continue
            shares = shown.value / 100, other.value / 100
            variance = sum(share * (1 - share) for share in shares) / 2
            smd = (shares[0] - shares[1]) / math.sqrt(variance) if variance and fine else math.nan
            text = printed("smd", smd) if fine else WITHHELD
            differences[analysis, paramcd, name, *rest, "smd"] = Shown(text, smd)
    return differences


def _decide(rows: pd.DataFrame, trial: "Trial", decisions: Decisions) -> None:
    """Ask the rules of each analysis; one that has none is withheld as a whole."""
    for analysis, of in rows.groupby("analysis", sort=False):
        for rule in RULES.get(analysis, ()):
            rule(of, trial, decisions)
        if analysis not in RULES and analysis not in OF_END_POINTS:
            decisions.lines |= set(of[LINE].itertuples(index=False, name=None))
    of_end_points = rows[rows["analysis"].isin(OF_END_POINTS)]
    if len(of_end_points):
        end_points.time_to_event(of_end_points, trial, decisions)
        models.models(of_end_points, trial, decisions)


def _fewest(rows: pd.DataFrame) -> dict[tuple, float]:
    """Return how many patients the smallest arm has of whom each line's percentages are."""
    fewest: dict[tuple, float] = {}
    percents = counts_of(rows, "percent")
    for line, counts in counts_of(rows, "n").items():
        of = percents.get(line, {})
        wholes = [100 * n / of[arm] for arm, n in counts.items() if of.get(arm)]
        if wholes:
            fewest[astuple(line)] = min(wholes)
    return fewest


def _shown(
    line: tuple,
    arm: str,
    statistic: str,
    value: float,
    decisions: Decisions,
    least: int,
    patients: float,
) -> tuple[str, float] | None:
    """Return what stands in the place of one row; None where it is shown as it is.

    `patients` is the size of the smallest arm, for percentages.
    """
    small = statistic in COUNTS and 0 < value < least
    short = line[:5]
    if (
        small
        or not decisions.lines.isdisjoint((line, short))
        or (line[0], line[1], arm) in decisions.cells
        or not decisions.rows.isdisjoint(((line, arm, statistic), (line, "", statistic)))
    ):
        return (f"<{least}" if small else WITHHELD), math.nan
    coarse = not decisions.coarse.isdisjoint((line, short))
    if coarse or not decisions.counts.isdisjoint((line, short)):
        if statistic in _TELLING:
            return WITHHELD, math.nan
        # The width of a rate's interval tells the count that it is of; so does the ratio's.
        if line[5].startswith("exact") and statistic in _OF_COUNTS:
            return WITHHELD, math.nan
        if coarse and statistic == "percent":
            return coarse_percent(value, 1, patients)
        if coarse and line[5].startswith(_OF_PROPORTIONS) and statistic in _DIFFERENCES:
            return coarse_percent(value, 100, patients)
        # A P value of two counts is of few pairs of denominators, as exact as it is.
        if coarse and statistic in ("std_error", "p_value"):
            return WITHHELD, math.nan
    return None
