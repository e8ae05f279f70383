"""Leaving: time to leaving the study, and to stopping the drug, by reason."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from trialbook import survival
from trialbook.analyses.common import DAYS_PER_YEAR, by_arm, categories, results
from trialbook.analyses.disposition import randomized_population
from trialbook.analyses.given import of_results
from trialbook.analyses.time_to_event import time_ticks
from trialbook.results import method_at, rows
from trialbook.trial import Trial

# status, reason, first day, last day
LEAVING = {
    "study": ("EOSSTT", "DCSREAS", "RANDDT", "EOSDT"),
    "treatment": ("EOTSTT", "DCTREAS", "TRTSDT", "TRTEDT"),
}
COMPLETED = "COMPLETED"
UNKNOWN = "UNKNOWN"


@of_results("discontinuation")
def discontinuation(trial: Trial, *, conf_level: float = 0.95) -> pd.DataFrame:
    """Estimate when and why patients left the study, and when and why they stopped the drug.

    Parameters
    ----------
    trial : Trial
    conf_level : float
        Level of the log-log intervals.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``discontinuation``, `paramcd` EOSSTT (leaving the study, randomized
        patients by planned arm, from RANDDT to EOSDT) and EOTSTT (stopping treatment, safety
        population by actual arm, from TRTSDT to TRTEDT). `level` is the reason (DCSREAS,
        DCTREAS), or ``all`` for any; method ``aalen_johansen``: cumulative_incidence, std_error,
        lower, upper at the ticks of the primary figure. Other reasons compete; patients who
        completed are censored then. A remark where dates or statuses are missing.
    """
    found, remarks = leaving_times(trial)
    records = []
    for status, (population, levels) in found.items():
        records.extend(_by_reason(trial, population, status, levels, conf_level))
    return results(records, remarks)


def leaving_times(trial: Trial) -> tuple[dict[str, tuple[pd.DataFrame, list[str]]], list[str]]:
    """Return when and why each patient left the study, and stopped the drug.

    Parameters
    ----------
    trial : Trial

    Returns
    -------
    found : dict
        EOSSTT (randomized patients) and EOTSTT (safety population), as far as their dates are
        given, to the patients with ``arm``, ``AVAL`` (in its unit, the first day counted) and
        ``cause``, and to the reasons, which are the causes 1, 2, ...; 0: completed, or ongoing.
    remarks : list of str
        What is absent.
    """
    found, remarks = {}, []
    for what, (status, reason, first, last) in LEAVING.items():
        population = randomized_population(trial) if what == "study" else trial.safety_population()
        absent = [
            name
            for name in (status, first, last)
            if name not in population or population[name].isna().all()
        ]
        if absent:
            remarks.append(f"{absent[0]} is absent: when patients left the {what} is not known.")
            continue
        population = population[population[first].notna() & population[last].notna()]
        days = (population[last] - population[first]).dt.days + 1
        time = days.clip(lower=0).to_numpy(float) * trial.time.per_year / DAYS_PER_YEAR
        left = population[status].notna() & ~population[status].isin([COMPLETED, "ONGOING"])
        given = population[reason] if reason in population else pd.Series(np.nan, population.index)
        text, levels = categories(given.where(left).fillna(UNKNOWN).where(left))
        cause = text.map({level: i for i, level in enumerate(levels, start=1)}).fillna(0)
        found[status] = population.assign(AVAL=time, cause=cause.to_numpy(int)), levels
    return found, remarks


def _by_reason(trial, population, status, levels, conf_level) -> Iterator[dict]:
    times = time_ticks(trial)
    for code, patients in by_arm(trial, population):
        if patients.empty:
            continue
        at, why = patients["AVAL"].to_numpy(), patients["cause"].to_numpy()
        found = survival.cumulative_incidence(at, why, conf_level=conf_level)
        any_reason = survival.cumulative_incidence(at, np.minimum(why, 1), conf_level=conf_level)
        read = {level: found.at(times, i) for i, level in enumerate(levels, start=1)}
        read["all"] = any_reason.at(times, 1)
        for level, curve in read.items():
            for i, t in enumerate(times):
                names = ["cumulative_incidence", "std_error", "lower", "upper"]
                statistics = {name: getattr(curve, name)[i] for name in names}
                of = {"paramcd": status, "arm": code, "level": level, "time": float(t)}
                of["method"] = method_at("aalen_johansen", conf_level)
                yield from rows("discontinuation", statistics, **of)
