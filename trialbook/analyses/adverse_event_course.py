"""Adverse events in depth: how severe, how related, and when they first came."""

from collections.abc import Iterator
from functools import lru_cache
from statistics import NormalDist

import numpy as np
import pandas as pd

from trialbook import survival
from trialbook.analyses.adverse_events import GROUPS, days_at_risk, untold_variable
from trialbook.analyses.common import (
    DAYS_PER_YEAR,
    by_arm,
    categories,
    method_at,
    percent,
    results,
)
from trialbook.analyses.time_to_event import time_ticks
from trialbook.results import rows
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
        Level of the intervals: log-log of an arm, Wald of a difference.

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
        at = survival.cumulative_incidence(time, cause, conf_level=conf_level).at(times, 1)
        read[code] = at
        of = {"paramcd": name, "arm": code, "method": method}
        for i, t in enumerate(times):
            names = ["cumulative_incidence", "std_error", "lower", "upper"]
            statistics = {name: getattr(at, name)[i] for name in names}
            yield from rows("adverse_events", statistics, time=float(t), **of)
    half_widths = NormalDist().inv_cdf((1 + conf_level) / 2)
    for comparison in trial.comparisons:
        if not {comparison.treated.code, comparison.control.code} <= set(read):
            continue
        one, other = read[comparison.treated.code], read[comparison.control.code]
        difference = one.cumulative_incidence - other.cumulative_incidence
        std_error = np.hypot(one.std_error, other.std_error)
        # No event in either arm, or one in everybody, leaves no variance to speak of.
        known = std_error > 0
        half = np.where(known, half_widths * std_error, np.nan)
        of = {"paramcd": name, "arm": comparison.name, "method": method}
        for i, t in enumerate(times):
            statistics = {
                "risk_difference": difference[i],
                "std_error": std_error[i] if known[i] else np.nan,
                "lower": difference[i] - half[i],
                "upper": difference[i] + half[i],
            }
            yield from rows("adverse_events", statistics, time=float(t), **of)


def _rank(level: str, order: tuple[str, ...]) -> tuple[int, str]:
    upper = level.upper()
    return (order.index(upper) if upper in order else len(order), level)
