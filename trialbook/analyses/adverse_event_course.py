"""Adverse events in depth: how severe, how related, and when they first came."""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from statistics import NormalDist

import numpy as np
import pandas as pd
from scipy.stats import beta

from trialbook import survival
from trialbook.analyses.adverse_events import GROUPS, days_at_risk, untold_variable
from trialbook.analyses.common import DAYS_PER_YEAR, by_arm, categories, percent, results
from trialbook.analyses.given import is_over_time, is_severity, of_results
from trialbook.analyses.time_to_event import time_ticks
from trialbook.results import method_at, rows
from trialbook.survival import FEW_EVENTS
from trialbook.trial import Trial

ABSENT = "There are no data on adverse events."
SEVERITIES = ("MILD", "MODERATE", "SEVERE", "LIFE THREATENING", "FATAL")
# What sponsors write in AEREL, from none to certain.
RELATIONS = (
    "NONE", "NOT RELATED", "UNRELATED", "REMOTE", "UNLIKELY", "UNLIKELY RELATED", "POSSIBLE",
    "POSSIBLY RELATED", "PROBABLE", "PROBABLY RELATED", "DEFINITE", "DEFINITELY RELATED", "RELATED",
)  # fmt: skip
ORDERS = {"AESEV": SEVERITIES, "AEREL": RELATIONS}
FIRST = ("serious", "withdrawal", "fatal")


@of_results("adverse_events", is_severity, called="Severity and relation of adverse events are")
def severity(trial: Trial) -> pd.DataFrame:
    """Count patients by their worst severity, and by relation to treatment as judged.

    Parameters
    ----------
    trial : Trial

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``adverse_events``, paramcd ``any``, by arm n and percent of the
        safety population: `level` ``AESEV=SEVERE``: patients whose worst event it was (in the
        order mild, moderate, severe, life threatening, fatal); ``AEREL=...``: patients with at
        least one event of that relation, from none to certain. A remark for what is not given.

    References
    ----------
    Junqueira DR et al. CONSORT Harms 2022. BMJ 2023;381:e073725, items 6 and 17.
    """
    adae = trial.treatment_emergent()
    if adae is None:
        return results([], [ABSENT])
    safety = trial.safety_population()
    arm = safety["arm"].cat.codes.to_numpy()
    sizes = {code: len(patients) for code, patients in by_arm(trial, safety)}
    patient = adae["patient"].to_numpy()
    records, remarks = [], []
    for variable in ("AESEV", "AEREL") if len(adae) else ():
        if variable not in adae or adae[variable].isna().all():
            remarks.append(f"{variable} is not in ADAE: events are not counted by it.")
            continue
        text, levels = categories(adae[variable])
        levels = sorted(levels, key=lambda level, order=ORDERS[variable]: _rank(level, order))
        grade = pd.Index(levels).get_indexer(text)
        graded = grade >= 0
        if variable == "AESEV":
            worst = np.full(len(safety), -1)
            np.maximum.at(worst, patient, grade)
            graded &= grade == worst[patient]
        # one count per patient and level, however many events
        pairs = pd.unique(patient[graded] * len(levels) + grade[graded])
        cell = arm[pairs // len(levels)] * len(levels) + pairs % len(levels)
        n_of = np.bincount(cell, minlength=len(sizes) * len(levels)).reshape(len(sizes), -1)
        for i, (code, size) in enumerate(sizes.items()):
            for j, level in enumerate(levels):
                n = int(n_of[i, j])
                of = {"paramcd": "any", "arm": code, "level": f"{variable}={level}"}
                statistics = {"n": n, "percent": percent(n, size)}
                records.extend(rows("adverse_events", statistics, **of))
    return results(records, remarks)


@of_results("adverse_events", is_over_time, called="Times of adverse events are")
def time_to_adverse_event(
    trial: Trial, *, times: np.ndarray | None = None, conf_level: float = 0.95
) -> pd.DataFrame:
    """Estimate when the first serious event, withdrawal for one, or death came.

    Parameters
    ----------
    trial : Trial
    times : numpy.ndarray, optional
        Time points since the first dose in AVAL's unit; by default the landmarks, and for what
        is drawn (``serious``, ``withdrawal``, ``fatal``) the ticks of the primary figure.
    conf_level : float
        Level of the intervals: log-log of an arm, Wald of a difference; with fewer than 5 events
        of an arm by then Clopper and Pearson's, and MOVER's.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``adverse_events``, paramcd a named group, method
        ``aalen_johansen`` by time: by arm cumulative_incidence, std_error, lower, upper; by
        comparison risk_difference (treated minus control), std_error, lower, upper. Death and
        the end of treatment (and of the risk window after it) compete: no event can count after
        them. Empty with a remark where dates are not given.

    References
    ----------
    Stegherr R et al. Survival analysis for AdVerse events with VarYing follow-up times (SAVVY).
    Trials 2021;22:420.
    """
    drawn = np.union1d(time_ticks(trial), trial.landmarks)
    first, remarks = _first_events(trial)
    records = []
    for name, patients in first.items():
        own = drawn if name in FIRST else np.asarray(trial.landmarks, float)
        at = own if times is None else np.asarray(times, float)
        if len(at):
            records.extend(_incidence(trial, patients, name, at, conf_level))
    return results(records, remarks)


def first_adverse_events(trial: Trial) -> dict[str, pd.DataFrame]:
    """Return when each treated patient had a first serious event, withdrawal for one, or death.

    Parameters
    ----------
    trial : Trial

    Returns
    -------
    dict
        ``serious``, ``withdrawal``, ``fatal`` to the safety population with ``arm``, ``AVAL``
        (since the first dose, in AVAL's unit) and ``cause``: 1 the event, 2 death or the end of
        treatment (and of the risk window after it). Without those that ADAE does not tell, and
        without patients whose dates are not known.
    """
    found, _ = _first_events(trial)
    return {name: found[name].copy(deep=False) for name in FIRST if name in found}


@lru_cache(maxsize=2)
def _first_events(trial: Trial) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Return the first events of every named group, and what must be said of them; kept."""
    adae = trial.treatment_emergent()
    if adae is None:
        return {}, [ABSENT]
    safety = trial.safety_population()
    window, onset, remarks = days_at_risk(trial, safety, adae)
    known = np.isfinite(window)
    if not known.any():
        return {}, ["The dates of adverse events or of treatment are not given."]
    patient = adae["patient"].to_numpy()
    if "DTHDT" in safety:
        died = (safety["DTHDT"] - safety["TRTSDT"]).dt.days.to_numpy(float) + 1
        window = np.fmin(window, np.maximum(died, 1))
    to_unit = trial.time.per_year / DAYS_PER_YEAR
    found = {}
    for name, group in (GROUPS | dict(trial.config.adverse_events)).items():
        if untold := untold_variable(trial, group):
            remarks.append(f"{untold}: when {name} events came is not known.")
            continue
        chosen = group.select(adae).to_numpy(bool)
        first = np.full(len(safety), np.inf)
        np.minimum.at(first, patient[chosen], onset[chosen])
        event = first <= window
        data = safety.assign(
            AVAL=np.where(event, first, window) * to_unit, cause=np.where(event, 1, 2)
        )
        found[name] = data[known]
    return found, remarks


def _incidence(trial, data, name, times, conf_level) -> Iterator[dict]:
    read, method = {}, method_at("aalen_johansen", conf_level)
    for code, patients in by_arm(trial, data):
        if patients.empty:
            continue
        time, cause = patients["AVAL"].to_numpy(), patients["cause"].to_numpy()
        curve = survival.cumulative_incidence(time, cause, conf_level=conf_level)
        at = read[code] = exact_where_few(curve.at(times, 1), len(time), conf_level)
        of = {"paramcd": name, "arm": code, "method": method}
        for i, t in enumerate(times):
            names = ["cumulative_incidence", "std_error", "lower", "upper"]
            statistics = {name: getattr(at, name)[i] for name in names}
            yield from rows("adverse_events", statistics, time=float(t), **of)
    for comparison in trial.comparisons:
        codes = comparison.treated.code, comparison.control.code
        if not set(codes) <= set(read):
            continue
        of = {"paramcd": name, "arm": comparison.name, "method": method}
        for i, t in enumerate(times):
            statistics = _difference(*(read[code] for code in codes), i, conf_level)
            yield from rows("adverse_events", statistics, time=float(t), **of)


def exact_where_few(at, n: int, conf_level: float):
    """Return a risk read off at times with exact limits where few had the event by then.

    Nobody is censored, for the end of treatment competes: with few events, of which log-log has
    none or too narrow an interval, the risk is a proportion, and Clopper and Pearson's limits hold.

    Parameters
    ----------
    at : survival.IncidenceAtTimes
        Of one arm, its events of cause 1.
    n : int
        Patients of the arm.
    conf_level : float
    """
    tail, k = (1 - conf_level) / 2, np.asarray(at.n_events, float)
    few = (k < FEW_EVENTS) | (n - k < FEW_EVENTS)
    low = np.where(k > 0, beta.ppf(tail, np.maximum(k, 1), n - k + 1), 0.0)
    high = np.where(k < n, beta.ppf(1 - tail, k + 1, np.maximum(n - k, 1)), 1.0)
    return replace(at, lower=np.where(few, low, at.lower), upper=np.where(few, high, at.upper))


def _difference(treated, control, i: int, conf_level: float) -> dict[str, float]:
    """Return the difference of two arms' risks: MOVER's limits where few had the event, else Wald.

    Zou GY, Donner A. Stat Med 2008;27:1693-1702.
    """
    pair_of = (treated, control)
    risks = [float(at.cumulative_incidence[i]) for at in pair_of]
    std_error = float(np.hypot(*(at.std_error[i] for at in pair_of)))
    difference = risks[0] - risks[1]
    if min(at.n_events[i] for at in pair_of) < FEW_EVENTS:
        limits = [(float(at.lower[i]), float(at.upper[i])) for at in pair_of]
        lower, upper = survival.mover(risks[0], limits[0], risks[1], limits[1])
    else:
        half = NormalDist().inv_cdf((1 + conf_level) / 2) * std_error if std_error > 0 else np.nan
        lower, upper = difference - half, difference + half
    return {
        "risk_difference": difference,
        "std_error": std_error if std_error > 0 else np.nan,
        "lower": lower,
        "upper": upper,
    }


def _rank(level: str, order: tuple[str, ...]) -> tuple[int, str]:
    upper = level.upper()
    return (order.index(upper) if upper in order else len(order), level)
