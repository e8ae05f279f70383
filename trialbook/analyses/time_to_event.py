"""Time to event by arm: Kaplan-Meier estimates, follow-up, rates, at the ticks of the figures."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from trialbook import survival
from trialbook.analyses.common import (
    by_arm,
    endpoint_of,
    entry_of,
    pair,
    percent,
    results,
    time_at_risk,
    times_of,
)
from trialbook.analyses.given import of_results
from trialbook.config import Endpoint
from trialbook.results import method_at, rows
from trialbook.trial import Trial

CONF_TYPES = ("log-log", "log", "plain")
# Times of single patients are coarsened to so many steps between two ticks.
STEPS_OF_ONE = 6
QUANTILES = {"q25": 0.25, "median": 0.5, "q75": 0.75}


def time_ticks(trial: Trial, endpoint: Endpoint | str | None = None) -> np.ndarray:
    """Return the time points under a Kaplan-Meier figure, in AVAL's unit, zero included.

    Parameters
    ----------
    trial : Trial
    endpoint : Endpoint or str, optional
        The primary one by default.

    Returns
    -------
    numpy.ndarray
        Whole steps of the unit that trial.yml shows, up to the last time observed in any arm.
    """
    paramcd = endpoint_of(trial, endpoint).paramcd
    if trial.given is None:
        last = trial.time_to_event(paramcd)["AVAL"].max()
    else:
        last = trial.given.last_time(paramcd)
    unit = trial.time.to_show(1.0)
    return trial.time.ticks(0.0 if np.isnan(last) else last * unit) / unit


def coarse_step(trial: Trial, endpoint: Endpoint | str | None = None) -> float:
    """Return to what the times of single patients are rounded in confidential data.

    It is a sixth of the step between two ticks, in AVAL's unit: a month on an axis in half years.
    """
    ticks = time_ticks(trial, endpoint)
    between = ticks[1] if len(ticks) > 1 else 1 / float(trial.time.to_show(1.0))
    return float(between) / STEPS_OF_ONE


@of_results("kaplan_meier")
def kaplan_meier(
    trial: Trial,
    endpoint: Endpoint | str | None = None,
    *,
    times: Sequence[float] | None = None,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Estimate the probability of being free of the event, by arm.

    Parameters
    ----------
    trial : Trial
    endpoint : Endpoint or str, optional
        The primary one by default.
    times : sequence of float, optional
        Time points in AVAL's unit; by default trial.yml's landmarks and the ticks of the figure.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``kaplan_meier``. Without a method: n, n_events, n_censored,
        time_at_risk, percent (of the patients, with an event). With the methods ``log-log``,
        ``log``, ``plain``: at each time n_at_risk, survival, std_error, lower, upper; by level
        ``q25``, ``median``, ``q75`` the time by which so many had the event, its interval. Method
        ``bpcp``: lower, upper by the beta product confidence procedure, at each time by which
        the arm had fewer than 5 events: there these are the limits that hold.
    """
    endpoint = endpoint_of(trial, endpoint)
    data = trial.time_to_event(endpoint.paramcd)
    if times is None:
        times = np.union1d(trial.landmarks, time_ticks(trial, endpoint))
    times = np.asarray(times, float)
    records = []
    for code, patients in by_arm(trial, data):
        of = {"paramcd": endpoint.paramcd, "arm": code}
        time, event = times_of(patients)
        n, n_events = len(time), int(event.sum())
        statistics = {"n": n, "n_events": n_events, "n_censored": n - n_events}
        statistics |= {"time_at_risk": time_at_risk(patients), "percent": percent(n_events, n)}
        records.extend(rows("kaplan_meier", statistics, **of))
        if not n:
            continue
        for conf_type in CONF_TYPES:
            km = survival.kaplan_meier(
                time,
                event,
                conf_level=conf_level,
                conf_type=conf_type,
                entry=entry_of(patients),
            )
            method = method_at(conf_type, conf_level)
            for level, p in QUANTILES.items():
                statistics = dict(zip(["median", "lower", "upper"], km.quantile(p), strict=True))
                records.extend(rows("kaplan_meier", statistics, level=level, method=method, **of))
            at = km.at(times)
            for i, t in enumerate(times):
                names = ["n_at_risk", "survival", "std_error", "lower", "upper"]
                statistics = {name: getattr(at, name)[i] for name in names}
                records.extend(rows("kaplan_meier", statistics, time=t, method=method, **of))
        records.extend(_with_few_events(km, times, conf_level, of))
    return results(records, _lost(trial, endpoint, data))


def _with_few_events(curve, times, conf_level, of):
    """Yield limits of survival at the times by which there were fewer than 5 events."""
    method = method_at("bpcp", conf_level)
    for t in times[times > 0]:
        if not survival.has_few_events(curve, t):
            continue
        limits = survival.bpcp(curve, t, conf_level=conf_level)
        statistics = {"lower": limits.lower, "upper": limits.upper}
        yield from rows("kaplan_meier", statistics, time=t, method=method, **of)


@of_results("follow_up")
def follow_up(
    trial: Trial, endpoint: Endpoint | str | None = None, *, conf_level: float = 0.95
) -> pd.DataFrame:
    """Estimate the median follow-up by arm: Kaplan-Meier with censoring as the event.

    Parameters
    ----------
    trial : Trial
    endpoint : Endpoint or str, optional
        The primary one by default.
    conf_level : float
        Level of the log-log interval.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``follow_up``, level ``median``, method ``reverse``.

    References
    ----------
    Schemper M, Smith TL. A note on quantifying follow-up in studies of failure time. Control
    Clin Trials 1996;17:343-346.
    """
    endpoint = endpoint_of(trial, endpoint)
    records = []
    for code, patients in by_arm(trial, trial.time_to_event(endpoint.paramcd)):
        estimate = (np.nan, np.nan, np.nan)
        if len(patients):
            time, event = times_of(patients)
            entry = entry_of(patients)
            curve = survival.kaplan_meier(time, ~event, conf_level=conf_level, entry=entry)
            estimate = curve.median
        statistics = dict(zip(["median", "lower", "upper"], estimate, strict=True))
        of = {"paramcd": endpoint.paramcd, "arm": code, "level": "median"}
        records.extend(rows("follow_up", statistics, method=method_at("reverse", conf_level), **of))
    return results(records)


@of_results("incidence_rate")
def incidence_rate(
    trial: Trial, endpoint: Endpoint | str | None = None, *, conf_level: float = 0.95
) -> pd.DataFrame:
    """Estimate events per 100 patient-years by arm and their ratio, with exact intervals.

    Parameters
    ----------
    trial : Trial
    endpoint : Endpoint or str, optional
        The primary one by default.
    conf_level : float
        Level of the exact Poisson intervals.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``incidence_rate``, method ``exact``: by arm n_events, time_at_risk
        (AVAL's unit), rate, lower, upper; by comparison rate_ratio, lower, upper.
    """
    endpoint = endpoint_of(trial, endpoint)
    data = trial.time_to_event(endpoint.paramcd)
    method = method_at("exact", conf_level)
    records = []
    for code, patients in by_arm(trial, data):
        n_events, at_risk = int(patients["event"].sum()), time_at_risk(patients)
        years = at_risk / trial.time.per_year
        statistics = {"n_events": n_events, "time_at_risk": at_risk}
        statistics |= _rate(n_events, years, conf_level)
        of = {"paramcd": endpoint.paramcd, "arm": code, "method": method}
        records.extend(rows("incidence_rate", statistics, **of))
    for comparison in trial.comparisons:
        patients, treated = pair(data, comparison)
        counts = []
        for of_arm in (patients[treated], patients[~treated]):
            years = time_at_risk(of_arm) / trial.time.per_year
            counts += [int(of_arm["event"].sum()), years]
        statistics = dict.fromkeys(["rate_ratio", "lower", "upper"], np.nan)
        if counts[1] > 0 and counts[3] > 0:
            ratio = survival.rate_ratio(*counts, conf_level=conf_level)
            statistics = {name: getattr(ratio, name) for name in statistics}
        of = {"paramcd": endpoint.paramcd, "arm": comparison.name, "method": method}
        records.extend(rows("incidence_rate", statistics, **of))
    return results(records)


def _rate(n_events, years, conf_level):
    if years <= 0:
        return dict.fromkeys(["rate", "lower", "upper"], np.nan)
    rate = survival.incidence_rate(n_events, years, per=100, conf_level=conf_level)
    return {"rate": rate.rate, "lower": rate.lower, "upper": rate.upper}


def _lost(trial, endpoint, data):
    """Say how many patients of the population have no time for this end point."""
    lacking = len(trial.efficacy_population()) - len(data)
    if lacking > 0:
        yield f"{lacking} patients of the efficacy population have no {endpoint.paramcd}."
