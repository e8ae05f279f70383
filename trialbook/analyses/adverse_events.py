"""Adverse events: who had any, of which kind, how often per time at risk."""

from dataclasses import asdict
from functools import cache

import numpy as np
import pandas as pd

from trialbook import survival
from trialbook.analyses.common import DAYS_PER_YEAR, percent, results
from trialbook.analyses.given import is_count, of_results
from trialbook.analyses.response import compared
from trialbook.config import EventGroup
from trialbook.results import method_at, rows
from trialbook.trial import Trial

GROUPS = {
    "any": EventGroup(label="Any adverse event", where={}),
    "serious": EventGroup(label="Serious", where={"AESER": ("Y",)}),
    "withdrawal": EventGroup(label="Leading to withdrawal", where={"AEACN": ("DRUG WITHDRAWN",)}),
    "fatal": EventGroup(label="Fatal", where={"AEOUT": ("FATAL",)}),
}


@of_results("adverse_events", is_count)
def adverse_events(trial: Trial, *, conf_level: float = 0.95) -> pd.DataFrame:
    """Count the patients with treatment-emergent adverse events, by actual arm.

    Parameters
    ----------
    trial : Trial
        Its ``adverse_events`` name further groups, its ``risk_window`` the days after the end
        of treatment that still count as time at risk.
    conf_level : float
        Level of the intervals of risk differences.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``adverse_events``. `paramcd` is ``any``, ``serious``,
        ``withdrawal``, ``fatal``, a group of trial.yml, a system organ class (AEBODSYS) or a
        preferred term (AEDECOD); should a term bear the name of a class or a group, its `level`
        is the variable's name. By arm: n and percent of the safety population; rate, patients
        with a first event per 100 patient-years, and time_at_risk in AVAL's unit; method
        ``exact``: events (their number, not that of patients), rate, lower, upper (Poisson). By
        comparison: p_value of ``fisher``; risk_difference, lower, upper of ``newcombe``;
        ``exact``: rate_ratio, lower, upper given the number of patients with an event. Empty with
        a remark where there are no adverse events.

    Notes
    -----
    A patient is at risk from the first dose (TRTSDT) until the first event or the end of
    treatment (TRTEDT) plus the risk window, both days included; a first event after that is
    counted in n, not in the rate.
    """
    adae = trial.treatment_emergent()
    if adae is None:
        return results([], ["There are no data on adverse events."])
    safety = trial.safety_population()
    if safety.empty:
        return results([], ["The safety population is empty: adverse events are not analysed."])
    patient = adae["patient"].to_numpy()
    arm = safety["arm"].cat.codes.to_numpy()
    window, onset, remarks = days_at_risk(trial, safety, adae)
    if adae.empty:
        remarks.append("There is no treatment-emergent adverse event: all counts are 0.")
    n_patients = np.bincount(arm, minlength=len(trial.arms))
    to_unit = trial.time.per_year / DAYS_PER_YEAR

    @cache
    def comparison_rows(counts, name):
        return compared("adverse_events", counts, conf_level, arm=name)

    @cache
    def rate_of(n, years):
        if not years > 0:
            return dict.fromkeys(["rate", "lower", "upper"])
        return asdict(survival.incidence_rate(n, years, per=100, conf_level=conf_level))

    @cache
    def ratio_of(*counts):
        if not min(counts[1], counts[3]) > 0:
            return dict.fromkeys(["rate_ratio", "lower", "upper"])
        ratio = survival.rate_ratio(*counts, conf_level=conf_level)
        return {"rate_ratio": ratio.rate_ratio, "lower": ratio.lower, "upper": ratio.upper}

    exact = method_at("exact", conf_level)
    records = []
    codes = [one.code for one in trial.arms]
    for (paramcd, level), key in _keys(trial, adae, remarks):
        shape = len(paramcd), len(codes)
        n, n_in_window, days = _by_arm(key, patient, onset, arm, window, shape)
        events = _events_by_arm(key, arm[patient], shape)
        years = days / DAYS_PER_YEAR
        for term in np.lexsort((paramcd, -n.sum(axis=1))):
            of = {"paramcd": paramcd[term], "level": level[term]}
            for i, code in enumerate(codes):
                at_risk = days[term, i]
                known = np.isfinite(at_risk) and at_risk > 0
                statistics = {
                    "n": n[term, i],
                    "percent": percent(n[term, i], n_patients[i]),
                    "rate": 100 * n_in_window[term, i] * DAYS_PER_YEAR / at_risk if known else None,
                    "time_at_risk": at_risk * to_unit,
                }
                records.extend(rows("adverse_events", statistics, arm=code, **of))
                first = int(n_in_window[term, i]), float(years[term, i])
                statistics = {"events": events[term, i]} | rate_of(*first)
                records.extend(rows("adverse_events", statistics, arm=code, method=exact, **of))
            for comparison in trial.comparisons:
                i, j = codes.index(comparison.treated.code), codes.index(comparison.control.code)
                counts = (n[term, i], n_patients[i], n[term, j], n_patients[j])
                shared = comparison_rows(tuple(map(int, counts)), comparison.name)
                records.extend({**row, **of} for row in shared)
                first = [
                    count
                    for k in (i, j)
                    for count in (int(n_in_window[term, k]), float(years[term, k]))
                ]
                of_pair = of | {"arm": comparison.name, "method": exact}
                records.extend(rows("adverse_events", ratio_of(*first), **of_pair))
    return results(records, remarks + _fatal_not_serious(adae))


def _fatal_not_serious(adae: pd.DataFrame) -> list[str]:
    """Return that fatal events are not flagged serious, which they are by definition (ICH E2A)."""
    if not {"AEOUT", "AESER"} <= set(adae):
        return []
    fatal = GROUPS["fatal"].select(adae)
    n = int((fatal & ~GROUPS["serious"].select(adae)).sum())
    if not n:
        return []
    return [f"{n} fatal adverse events are not flagged serious (AESER): they count as given."]


def event_classes(trial: Trial) -> pd.DataFrame:
    """Return each preferred term with its system organ class, for tables by class.

    Returns
    -------
    pandas.DataFrame
        AEBODSYS, AEDECOD, one row per pair that occurs treatment-emergent, sorted; empty where
        one of the two is not given.
    """
    if trial.given is not None:
        return trial.given.classes.copy()
    adae = trial.treatment_emergent()
    pair = ["AEBODSYS", "AEDECOD"]
    if adae is None or not set(pair) <= set(adae):
        return pd.DataFrame(columns=pair)
    return adae[pair].dropna().astype(str).drop_duplicates().sort_values(pair, ignore_index=True)


def group_labels(trial: Trial) -> dict[str, str]:
    """Return key and label of the named groups, the standard ones first."""
    groups = GROUPS | dict(trial.config.adverse_events)
    named = {key: key[:1].upper() + key[1:].replace("_", " ") for key in groups}
    return {key: group.label or named[key] for key, group in groups.items()}


def untold_variable(trial: Trial, group: EventGroup) -> str:
    """Return what ADAE does not say of a group's events, ``"AEACN is not in ADAE"``, or ''.

    A variable that is blank for every event says as little as one that is not there: nobody
    stopped treatment for an event by it, and nobody did not.
    """
    for variable in group.where:
        if variable not in trial.adae:
            return f"{variable} is not in ADAE"
        if len(trial.adae) and trial.adae[variable].isna().all():
            return f"{variable} is blank throughout ADAE"
    return ""


def days_at_risk(trial, safety, adae):
    """Return each patient's days at risk, each event's day of onset, and remarks.

    Day 1 is that of the first dose. The days at risk are NaN where they are not known: such a
    patient counts in no rate, and nobody does where events have no dates at all.
    """
    treated = {"TRTSDT", "TRTEDT"} <= set(safety)
    if not treated or "ASTDT" not in adae:
        what = "onset" if treated else "treatment"
        remark = f"The dates of {what} are not given: rates per time at risk are not estimable."
        # where nobody counts in a rate, any day of onset will do
        return np.full(len(safety), np.nan), np.ones(len(adae)), [remark]
    days = (safety["TRTEDT"] - safety["TRTSDT"]).dt.days + 1 + trial.config.risk_window
    window = days.clip(lower=1).to_numpy(float)
    start = safety["TRTSDT"].to_numpy()[adae["patient"].to_numpy()]
    onset = np.floor((adae["ASTDT"].to_numpy() - start) / np.timedelta64(1, "D")) + 1
    remarks = []
    if lacking := int(days.isna().sum()):
        remarks.append(f"{lacking} safety patients lack a date of treatment and count in no rate.")
    if lacking := int(adae["ASTDT"].isna().sum()):
        remarks.append(f"{lacking} adverse events without a date count from the first dose.")
    return window, np.nan_to_num(np.maximum(onset, 1), nan=1.0), remarks


def _keys(trial, adae, remarks):
    """Yield names of groups, classes and terms, with the row numbers of their events."""
    taken = []
    for name, group in (GROUPS | dict(trial.config.adverse_events)).items():
        if untold := untold_variable(trial, group):
            remarks.append(f"{untold}: {name} events are not counted.")
            continue
        taken.append(name)
        code = np.where(group.select(adae).to_numpy(bool), 0, -1)
        yield (np.array([name]), np.array([""])), code
    for variable in ["AEBODSYS", "AEDECOD"]:
        if variable not in adae:
            remarks.append(f"{variable} is not in ADAE: events are not counted by it.")
            continue
        terms = adae[variable].astype("category").cat
        code = terms.codes.to_numpy()
        if uncoded := int((code < 0).sum()):
            remarks.append(f"{uncoded} adverse events have no {variable}.")
        occurs = np.bincount(code[code >= 0], minlength=len(terms.categories)) > 0
        position = np.append(np.cumsum(occurs) - 1, -1)  # the last for a term that is missing
        names = terms.categories.astype(str).to_numpy(object)[occurs]
        level = np.where(np.isin(names, taken), variable, "")
        taken.extend(names)
        yield (names, level), position[code]


def _events_by_arm(key, arm, shape):
    """Return how many events there were, however many a patient had, (terms, arms)."""
    kept = key >= 0
    cell = key[kept].astype(np.int64) * shape[1] + arm[kept]
    return np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)


def _by_arm(key, patient, onset, arm, window, shape):
    """Return patients with an event, with one at risk, and days at risk: (terms, arms) each.

    Of terms there may be none: `shape` says how many, and how many arms.
    """
    n_terms, n_arms = shape
    keep = key >= 0
    pair = key[keep].astype(np.int64) * len(arm) + patient[keep]
    # sorted, not hashed: of five million events that takes a quarter of the time
    order = np.argsort(pair, kind="stable")
    pair = pair[order]
    first = np.flatnonzero(np.r_[True, pair[1:] != pair[:-1]][: len(pair)])
    pair = pair[first]
    day = np.minimum.reduceat(onset[keep][order], first) if len(first) else np.empty(0)
    who = pair % len(arm)
    cell = pair // len(arm) * n_arms + arm[who]
    known = np.isfinite(window)
    at_risk = known[who] & (day <= window[who])

    def total(mask, weights=None):
        counts = np.bincount(cell[mask], weights, minlength=n_terms * n_arms)
        return counts.reshape(n_terms, n_arms)

    whole = np.bincount(arm[known], window[known], minlength=n_arms)
    days = whole - total(at_risk, (window[who] - day)[at_risk])
    if not known.any():
        days = np.full(days.shape, np.nan)
    return total(slice(None)), total(at_risk), days
