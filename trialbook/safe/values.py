"""Results that are one patient's value, and their coarser stand-ins."""

import math
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trialbook.analyses.laboratory_records import laboratory_records, last_records
from trialbook.analyses.time_to_event import coarse_step
from trialbook.printed import printed, rounded
from trialbook.safe.decisions import LINE, counts_of

if TYPE_CHECKING:
    from trialbook.trial import Trial

ONE_PATIENTS = {"min", "max"}
# Of a median so many times the least count must be observed, half of them on either side.
PATIENTS_BEHIND = {"median": 2, "q1": 4, "q3": 4}
QUANTILES = {"median", "q25", "q75"}
# What so few different values add up to, mean and SD tell how many patients have each.
FEW_VALUES = 3
# One patient with so large a share of the squared deviations has the value that the SD gives.
DOMINANT = 0.8
_OF_SPREAD = {"mean", "sd", "geometric_mean", "std_error", "lower", "upper", "smd"}


def tells_a_value(values: np.ndarray, least: int) -> bool:
    """Return whether mean and SD of some patients tell one's value, or how many have a value.

    Parameters
    ----------
    values : numpy.ndarray, shape (n,)
        Of a group; missing ones are left out.
    least : int
        The smallest count shown.

    Notes
    -----
    Of 90 patients, of whom mean and SD are 0.01 and 0.11, one has a 1. And no deviation from the
    mean is larger than (n - 1) / sqrt(n) SD, which one outlier among equals reaches: of a
    patient with most of the squared deviations it tells the value, a maximum.

    >>> zeros = np.zeros(90)
    >>> zeros[3] = 1
    >>> tells_a_value(zeros, 5), tells_a_value(np.arange(90.0), 5)
    (True, False)
    """
    values = values[np.isfinite(values)]
    if len(values) < 2:
        return len(values) == 1
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) == 1:
        return False
    if len(distinct) <= FEW_VALUES and (counts < least).any():
        return True
    squares = (values - values.mean()) ** 2
    return bool(squares.max() > DOMINANT * squares.sum())


@lru_cache(maxsize=8)
def _laboratory(trial: "Trial") -> dict[tuple, dict[str, np.ndarray]]:
    """Return the values behind each mean, by arm: at visits, and the changes carried forward."""
    records = laboratory_records(trial)
    if records is None or records.empty:
        return {}
    found: dict[tuple, dict[str, np.ndarray]] = defaultdict(dict)
    for code, of in records.groupby("PARAMCD", observed=True):
        for (visit, arm), at in of.groupby(["AVISITN", "arm"], observed=True):
            found[code, visit][arm] = at["AVAL"].to_numpy(float)
        for arm, at in last_records(of).groupby("arm", observed=True):
            found[code, "locf"][arm] = (at["AVAL"] - at["BASE"]).to_numpy(float)
    return dict(found)


def _behind(trial: "Trial", line: tuple) -> dict[str, np.ndarray]:
    """Return the values that a line of means is of, by arm; none where it is not of numbers."""
    analysis, variable, subgroup, _, time, method = line
    if analysis == "laboratory":
        if method.startswith(("mmrm", "ancova")):
            return {}
        at = (variable, "locf" if method.startswith("locf") else time)
        arms = _laboratory(trial).get(at, {})
        if method.startswith("geometric"):
            return {arm: np.log(values) for arm, values in arms.items() if (values > 0).all()}
        return arms
    if analysis not in ("baseline", "exposure"):
        return {}
    patients = trial.efficacy_population() if analysis == "baseline" else trial.safety_population()
    if variable not in patients:
        return {}
    if subgroup:
        data = trial.time_to_event(subgroup.partition("=")[0])
        patients = patients[patients["USUBJID"].isin(data.loc[data["event"], "USUBJID"])]
    values = pd.to_numeric(patients[variable], errors="coerce")
    of_arms = patients.groupby("arm", observed=True).groups
    return {arm: values[of].to_numpy(float) for arm, of in of_arms.items()}


def points_between(patients: float) -> int:
    """Return how many points lie between percentages that any number of patients could give.

    Of 70 patients one is 1.43 points. Not all whole percentages can be of 70, and others cannot
    be of 69: a few of them would tell which it is. Between two steps of 2 points each has one.

    >>> points_between(300), points_between(70), points_between(12)
    (1, 2, 10)
    """
    return next((points for points in (1, 2, 5, 10, 20) if points * patients >= 100), 50)


def coarse_percent(value: float, factor: float, patients: float) -> tuple[str, float]:
    """Return a percentage, or a difference in points, as it is printed and as a value."""
    if not math.isfinite(value):
        return "NE", math.nan
    step = points_between(patients)
    number = step * math.floor(value * factor / step + 0.5)
    return rounded(number, 0), number / factor


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
        maximum, quantiles of few patients, means and SDs that tell a value. Median times are
        coarser.
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
    for *of, arm, statistic, value in zip(*columns, strict=True):
        line = tuple(of)
        if statistic in _OF_SPREAD and not line[3]:
            hidden = _spread_tells(trial, line, arm)
        elif line[3] in QUANTILES and line[0] in {"kaplan_meier", "follow_up"}:
            hidden = False
            if statistic not in ONE_PATIENTS and np.isfinite(value):
                found[line, arm, statistic] = _coarse_time(trial, line, statistic, value)
        else:
            behind = PATIENTS_BEHIND.get(statistic, 0) * trial.min_cell
            hidden = statistic in ONE_PATIENTS or sizes.get((line, arm), 0) < behind
        if hidden:
            found[line, arm, statistic] = ("withheld", math.nan)
    return found


@lru_cache(maxsize=4096)
def _telling_arms(trial: "Trial", line: tuple) -> frozenset[str]:
    """Return the arms whose mean and SD tell a patient's value."""
    behind = _behind(trial, line).items()
    return frozenset(arm for arm, values in behind if tells_a_value(values, trial.min_cell))


def _spread_tells(trial: "Trial", line: tuple, arm: str) -> bool:
    """Return whether a mean or SD must not be shown.

    All arms together, and the standardized difference, would tell one arm by the other.
    """
    telling = _telling_arms(trial, line)
    return arm in telling or (bool(telling) and arm not in {one.code for one in trial.arms})


def _coarse_time(trial: "Trial", line: tuple, statistic: str, value: float) -> tuple[str, float]:
    """Return a median time, which is a patient's, in steps of `coarse_step`."""
    step = _step(trial, line[1])
    time = step * round(value / step)
    per_shown = 1 / float(trial.time.to_show(1.0))
    of_row = {"analysis": line[0], "level": line[3], "method": line[5]}
    return printed(statistic, time, per_shown=per_shown, **of_row), time


@lru_cache(maxsize=64)
def _step(trial: "Trial", paramcd: str) -> float:
    return coarse_step(trial, paramcd)
