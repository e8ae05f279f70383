"""What is drawn, as rows: analysis ``curve``, `level` the analysis whose curve it is.

A figure takes these rows and nothing else. `time` is the place on its horizontal axis: AVAL's
unit, a visit, or a value at baseline. ``curves.csv`` holds all of them.
"""

import pandas as pd

from trialbook.analyses.common import joined
from trialbook.analyses.curves.over_time import (
    harm_curves,
    hazard_ratio_curves,
    incidence_curves,
    leaving_curves,
    survival_curves,
)
from trialbook.analyses.curves.over_visits import laboratory_curves, schedule
from trialbook.analyses.curves.patients import SINGLE_PATIENTS, distributions, liver_marks
from trialbook.analyses.curves.points import MOST_POINTS, STEPS_PER_TICK, regular_times
from trialbook.trial import Trial

__all__ = [
    "MOST_POINTS",
    "SINGLE_PATIENTS",
    "STEPS_PER_TICK",
    "all_curves",
    "distributions",
    "harm_curves",
    "hazard_ratio_curves",
    "incidence_curves",
    "laboratory_curves",
    "leaving_curves",
    "liver_marks",
    "regular_times",
    "schedule",
    "survival_curves",
]


def all_curves(trial: Trial) -> pd.DataFrame:
    """Return the rows of everything that a report of a trial draws as a curve.

    Parameters
    ----------
    trial : Trial

    Returns
    -------
    pandas.DataFrame
    """
    of_end_points = (
        make(trial, endpoint)
        for endpoint in trial.endpoints
        for make in (survival_curves, hazard_ratio_curves, incidence_curves)
    )
    others = (
        make(trial)
        for make in (
            leaving_curves,
            harm_curves,
            laboratory_curves,
            schedule,
            distributions,
            liver_marks,
        )
    )
    return joined([*of_end_points, *others])
