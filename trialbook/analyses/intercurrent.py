"""Intercurrent events: how many patients had each, by when, in each arm."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from trialbook.adam.events import is_event
from trialbook.analyses.common import DAYS_PER_YEAR, by_arm, percent, results
from trialbook.analyses.given import of_results
from trialbook.config import Endpoint
from trialbook.config_plan import Intercurrent
from trialbook.results import rows
from trialbook.trial import Trial

STOPPED = ("stop", "discontinu")
ADSL_OF_STOPPING = ("EOTSTT", "RANDDT", "TRTEDT")


@of_results("intercurrent")
def intercurrent(trial: Trial, endpoint: Endpoint | str | None = None) -> pd.DataFrame:
    """Count the intercurrent events of an estimand by arm, in all and by the landmarks.

    Parameters
    ----------
    trial : Trial
    endpoint : Endpoint or str, optional
        The primary one by default; its estimand in trial.yml names the events.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``intercurrent``, `level` the event as trial.yml names it: n, percent
        of the patients of the efficacy population by planned arm, `time` a landmark or empty for
        the whole follow-up. An event is found by its ``paramcd``, else by the end point of that
        name; stopping the drug by EOTSTT and TRTEDT. One that the data do not tell is left out
        with a remark. These are counts of what was seen, no estimates: who left is not counted on.

    References
    ----------
    ICH E9(R1) addendum on estimands and sensitivity analysis in clinical trials. 2019.
    """
    endpoint = trial.endpoint(endpoint or trial.primary)
    stated = endpoint.estimand.intercurrent if endpoint.estimand else ()
    population = trial.efficacy_population()
    records, remarks = [], []
    for one in stated:
        time = _time_of(trial, population, one)
        if time is None:
            remarks.append(f"How often this happened is not in the data: {one.event}.")
            continue
        for code, patients in by_arm(trial, population.assign(AVAL=time)):
            of = {"paramcd": endpoint.paramcd, "arm": code, "level": one.event}
            records.extend(_counts(patients["AVAL"].to_numpy(float), trial.landmarks, of))
    return results(records, remarks)


def _counts(time: np.ndarray, landmarks, of: dict) -> Iterator[dict]:
    for t in (None, *landmarks):
        n = int((time <= (np.inf if t is None else t)).sum())  # NaN: never
        yield from rows("intercurrent", {"n": n, "percent": percent(n, len(time))}, time=t, **of)


def _time_of(trial: Trial, population: pd.DataFrame, one: Intercurrent) -> np.ndarray | None:
    """Return when each patient had the event, AVAL's unit, NaN for never; None if not known."""
    if paramcd := event_paramcd(trial, one):
        adtte = trial.adtte
        events = adtte[(adtte["PARAMCD"] == paramcd) & is_event(adtte["CNSR"])]
        first = events.groupby("USUBJID")["AVAL"].min()
        return population["USUBJID"].map(first).to_numpy(float)
    if not any(word in one.event.lower() for word in STOPPED):
        return None
    if any(name not in population or population[name].isna().all() for name in ADSL_OF_STOPPING):
        return None
    days = (population["TRTEDT"] - population["RANDDT"]).dt.days + 1
    stopped = population["EOTSTT"].eq("DISCONTINUED")
    return (days.where(stopped) * trial.time.per_year / DAYS_PER_YEAR).to_numpy(float)


def event_paramcd(trial: Trial, one: Intercurrent) -> str | None:
    """Return the PARAMCD that says when an intercurrent event happened, None if none does."""
    if one.paramcd:
        return one.paramcd
    named = one.event.strip().lower()
    return next(
        (e.paramcd for e in trial.endpoints if named in (e.paramcd.lower(), e.label.lower())), None
    )
