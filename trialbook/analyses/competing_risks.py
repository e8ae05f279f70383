"""Competing risks: cumulative incidence of an event that others can forestall."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from trialbook import survival
from trialbook.analyses.common import ENTERED_LATE, by_arm, endpoint_of, entry_of, pair, results
from trialbook.analyses.given import of_results
from trialbook.analyses.time_to_event import time_ticks
from trialbook.config import Endpoint
from trialbook.results import method_at, rows
from trialbook.trial import Trial

ESTIMATES = ("coef", "std_error", "hr", "hr_lower", "hr_upper", "p_value")
MODELS = {"fine_gray": survival.fine_gray, "cause_specific": survival.cause_specific}


@of_results("competing_risks")
def competing_risks(
    trial: Trial,
    endpoint: Endpoint | str | None = None,
    *,
    times: Sequence[float] | None = None,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Estimate the cumulative incidence of an end point and of what competes with it.

    Parameters
    ----------
    trial : Trial
    endpoint : Endpoint or str, optional
        The primary one by default; trial.yml says what competes with it.
    times : sequence of float, optional
        Time points in AVAL's unit; by default trial.yml's landmarks and the ticks of the figure.
    conf_level : float
        Level of the intervals (log-log for the incidence, Wald for the models).

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``competing_risks``; `level` is the event: the end point's PARAMCD,
        a competing one's, or ``CNSR=2``. Method ``aalen_johansen`` by arm and time:
        cumulative_incidence, std_error, lower, upper. By comparison ``gray``: chisq, p_value;
        ``fine_gray`` and ``cause_specific``: coef, std_error, hr, hr_lower, hr_upper, p_value.
        Empty with a remark where nothing competes.
    """
    endpoint = endpoint_of(trial, endpoint)
    if not endpoint.competing:
        return results([], [f"Nothing that competes with {endpoint.label} is named in trial.yml."])
    data = trial.competing_risks(endpoint.paramcd)
    if entry_of(data) is not None:
        return results([], [ENTERED_LATE.format("cumulative incidence")])
    if times is None:
        times = np.union1d(trial.landmarks, time_ticks(trial, endpoint))
    method = method_at("aalen_johansen", conf_level)
    records = []
    for code, patients in by_arm(trial, data):
        if patients.empty:
            continue
        curves = survival.cumulative_incidence(*_causes(patients), conf_level=conf_level)
        for cause, level in enumerate(event_names(endpoint), start=1):
            at = curves.at(times, cause)
            of = {"paramcd": endpoint.paramcd, "arm": code, "level": level, "method": method}
            for i, t in enumerate(times):
                names = ["cumulative_incidence", "std_error", "lower", "upper"]
                statistics = {name: getattr(at, name)[i] for name in names}
                records.extend(rows("competing_risks", statistics, time=float(t), **of))
    for comparison in trial.comparisons:
        patients, treated = pair(data, comparison)
        for cause, level in enumerate(event_names(endpoint), start=1):
            of = {"paramcd": endpoint.paramcd, "arm": comparison.name, "level": level}
            records.extend(_compared(patients, treated, cause, conf_level, of))
    return results(records)


def event_names(endpoint: Endpoint) -> list[str]:
    """Return what the causes 1, 2, ... are called: the event itself, then what competes."""
    competing = [one.paramcd or f"CNSR={one.cnsr}" for one in endpoint.competing]
    return [endpoint.paramcd, *competing]


def _causes(patients):
    return patients["AVAL"].to_numpy(float), patients["cause"].to_numpy(int)


def _compared(patients, treated, cause, conf_level, of):
    time, causes = _causes(patients)
    had = causes == cause
    test = {"chisq": np.nan, "p_value": np.nan}
    if had.any() and treated.any() and not treated.all():
        gray = survival.gray_test(time, causes, treated, of=cause)
        test = {"chisq": gray.chisq, "p_value": gray.p_value}
    yield from rows("competing_risks", test, method="gray", **of)
    for method, fit in MODELS.items():
        estimates = dict.fromkeys(ESTIMATES, np.nan)
        # Without events in one of the arms the likelihood has no finite maximum.
        if had[treated].any() and had[~treated].any():
            model = fit(time, causes, treated.astype(float), of=cause, conf_level=conf_level)
            estimates = {name: getattr(model, name)[0] for name in ESTIMATES}
        method = method_at(method, conf_level)
        yield from rows("competing_risks", estimates, method=method, **of)
