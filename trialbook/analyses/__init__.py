"""Analyses: results frames from a trial, nothing rendered, nothing rounded.

Every function takes a Trial first and returns rows of the results (`trialbook.results`); what the
reader must be told besides is in the frame's remarks. What is missing in the data gives an empty
frame and a remark.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache

import pandas as pd

from trialbook.analyses.adverse_event_course import (
    first_adverse_events,
    severity,
    time_to_adverse_event,
)
from trialbook.analyses.adverse_events import adverse_events, event_classes, group_labels
from trialbook.analyses.baseline import baseline
from trialbook.analyses.centres import centres
from trialbook.analyses.common import joined, remarks
from trialbook.analyses.competing_risks import competing_risks
from trialbook.analyses.composite import composite
from trialbook.analyses.curves import (
    all_curves,
    distributions,
    harm_curves,
    hazard_ratio_curves,
    incidence_curves,
    laboratory_curves,
    leaving_curves,
    liver_marks,
    schedule,
    survival_curves,
)
from trialbook.analyses.design import design
from trialbook.analyses.deviations import deviations
from trialbook.analyses.discontinuation import discontinuation
from trialbook.analyses.disposition import disposition
from trialbook.analyses.effects import average_hazard, landmark, rmst
from trialbook.analyses.end_points import end_points
from trialbook.analyses.evidence import evidence
from trialbook.analyses.exposure import exposure
from trialbook.analyses.hazards import cox, log_rank, proportional_hazards
from trialbook.analyses.intercurrent import intercurrent
from trialbook.analyses.laboratory import laboratory
from trialbook.analyses.liver import liver, liver_peaks
from trialbook.analyses.multiplicity import multiplicity
from trialbook.analyses.noninferiority import noninferiority
from trialbook.analyses.planned import Planned, planned
from trialbook.analyses.recurrent import recurrent
from trialbook.analyses.response import response
from trialbook.analyses.sensitivity import hazard_ratio_by_period, sensitivity
from trialbook.analyses.strata import strata
from trialbook.analyses.subgroups import subgroups
from trialbook.analyses.time_to_event import follow_up, incidence_rate, kaplan_meier, time_ticks
from trialbook.analyses.tipping_point import tipping_point
from trialbook.trial import Trial

__all__ = [
    "ANALYSES",
    "Planned",
    "adverse_events",
    "all_curves",
    "all_results",
    "average_hazard",
    "baseline",
    "centres",
    "competing_risks",
    "composite",
    "cox",
    "design",
    "deviations",
    "discontinuation",
    "disposition",
    "distributions",
    "end_points",
    "event_classes",
    "evidence",
    "exposure",
    "first_adverse_events",
    "follow_up",
    "group_labels",
    "harm_curves",
    "hazard_ratio_by_period",
    "hazard_ratio_curves",
    "incidence_curves",
    "incidence_rate",
    "intercurrent",
    "joined",
    "kaplan_meier",
    "laboratory",
    "laboratory_curves",
    "landmark",
    "leaving_curves",
    "liver",
    "liver_marks",
    "liver_peaks",
    "log_rank",
    "multiplicity",
    "noninferiority",
    "planned",
    "proportional_hazards",
    "recurrent",
    "remarks",
    "response",
    "rmst",
    "schedule",
    "sensitivity",
    "severity",
    "strata",
    "subgroups",
    "survival_curves",
    "time_ticks",
    "time_to_adverse_event",
    "tipping_point",
]


def _of_every_endpoint(analysis: Callable[..., pd.DataFrame]) -> Callable[[Trial], pd.DataFrame]:
    """Return the analysis of all end points that trial.yml names, joined."""

    def of_every_endpoint(trial: Trial) -> pd.DataFrame:
        return joined([analysis(trial, endpoint) for endpoint in trial.endpoints])

    return of_every_endpoint


def _adverse_events(trial: Trial) -> pd.DataFrame:
    return joined([adverse_events(trial), severity(trial), time_to_adverse_event(trial)])


ANALYSES: dict[str, Callable[[Trial], pd.DataFrame]] = {
    "disposition": disposition,
    "discontinuation": discontinuation,
    "baseline": baseline,
    "exposure": exposure,
    "centre": centres,
    "deviation": deviations,
    "intercurrent": intercurrent,
    **{
        name: _of_every_endpoint(analysis)
        for name, analysis in {
            "kaplan_meier": kaplan_meier,
            "follow_up": follow_up,
            "log_rank": log_rank,
            "cox": cox,
            "proportional_hazards": proportional_hazards,
            "rmst": rmst,
            "average_hazard": average_hazard,
            "landmark": landmark,
            "incidence_rate": incidence_rate,
            "subgroup": subgroups,
            "competing_risks": competing_risks,
            "composite": composite,
            "period": hazard_ratio_by_period,
            "sensitivity": sensitivity,
        }.items()
    },
    "recurrent": recurrent,
    "tipping_point": tipping_point,
    "multiplicity": multiplicity,
    "response": response,
    "adverse_events": _adverse_events,
    "laboratory": laboratory,
    "liver": liver,
    "noninferiority": noninferiority,
    "design": design,
    "evidence": evidence,
}
"""Name of an analysis, as the results carry it, to all its rows for a trial."""


def all_results(trial: Trial, only: Iterable[str] | None = None) -> pd.DataFrame:
    """Return the rows of all analyses of a trial, or of those named, with trial.yml's defaults.

    Parameters
    ----------
    trial : Trial
    only : iterable of str, optional
        Names of `ANALYSES`.

    Returns
    -------
    pandas.DataFrame
        Results with the remarks of all.

    Raises
    ------
    ValueError
        If a name is none of `ANALYSES`.
    """
    names = list(ANALYSES) if only is None else sorted(set(only))
    if unknown := [name for name in names if name not in ANALYSES]:
        raise ValueError(f"{unknown[0]!r} is no analysis; known: {', '.join(ANALYSES)}")
    return joined([_kept(trial, name) for name in names])


@lru_cache(maxsize=64)
def _kept(trial: Trial, name: str) -> pd.DataFrame:
    return ANALYSES[name](trial)
