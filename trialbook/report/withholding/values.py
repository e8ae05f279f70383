"""Results that are one patient's value, and their coarser stand-ins."""

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trialbook.analyses.time_to_event import coarse_step
from trialbook.report.printed import printed, rounded
from trialbook.report.withholding.decisions import LINE, counts_of

if TYPE_CHECKING:
    from trialbook.trial import Trial

ONE_PATIENTS = {"min", "max"}
# Of a median so many times the least count must be observed, half of them on either side.
PATIENTS_BEHIND = {"median": 2, "q1": 4, "q3": 4}
QUANTILES = {"median", "q25", "q75"}


def points_between(patients: float) -> int:
    """Return how many points lie between percentages that any number of patients could give.

    Of 70 patients one is 1.43 points. Not all whole percentages can be of 70, and others cannot
    be of 69: a few of them would tell which it is. Between two steps of 2 points each has one.

    >>> points_between(300), points_between(70), points_between(12)
    (1, 2, 10)
    """
    return next((points for points in (1, 2, 5, 10, 20) if points * patients >= 100), 50)


def coarse_percent(value: float, factor: float, patients: float) -> tuple[str, float]:
    """Return a proportion or percentage of so many patients, as it is printed and as a value."""
    if not math.isfinite(value):
        return "NE", math.nan
    step = points_between(patients)
    number = step * math.floor(value * factor / step + 0.5)
    return rounded(number, 0) + ("%" if factor != 1 else ""), number / factor


def of_values(rows: pd.DataFrame, trial: "Trial") -> dict[tuple, tuple[str, float]]:
    """Return the rows that show one patient's value, and what stands in their place.

    Parameters
    ----------
    rows : pandas.DataFrame
        Results whose missing time stands as a number.
    trial : Trial
        Confidential, or with a least count; only confidential data hide extremes and times.

    Returns
    -------
    dict
        (line, arm, statistic) to printed form and value, NaN where it is withheld: minimum and
        maximum, quantiles of few patients. Median times are coarser.
    """
    if trial.privacy != "confidential":
        return {}
    found: dict[tuple, tuple[str, float]] = {}
    sizes = {
        (tuple(getattr(line, name) for name in LINE), arm): n
        for line, counts in counts_of(rows, "n").items()
        for arm, n in counts.items()
    }
    columns = [rows[name] for name in (*LINE, "arm", "statistic", "value")]
    steps: dict[str, float] = {}
    for *of, arm, statistic, value in zip(*columns, strict=True):
        line = tuple(of)
        if statistic in ONE_PATIENTS:
            found[line, arm, statistic] = ("withheld", math.nan)
        elif line[3] in QUANTILES and line[0] in {"kaplan_meier", "follow_up"}:
            if not np.isfinite(value):
                continue
            if line[1] not in steps:
                steps[line[1]] = coarse_step(trial, line[1])
            time = steps[line[1]] * round(value / steps[line[1]])
            per_shown = 1 / float(trial.time.to_show(1.0))
            of_row = {"analysis": line[0], "level": line[3], "method": line[5]}
            found[line, arm, statistic] = (
                printed(statistic, time, per_shown=per_shown, **of_row),
                time,
            )
        elif (
            statistic in PATIENTS_BEHIND
            and sizes.get((line, arm), 0) < PATIENTS_BEHIND[statistic] * trial.min_cell
        ):
            found[line, arm, statistic] = ("withheld", math.nan)
    return found
