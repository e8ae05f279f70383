"""Comparisons of hazards: log-rank tests, Cox models, proportional hazards."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from trialbook import survival
from trialbook.analyses.common import ENTERED_LATE, endpoint_of, entry_of, pair, results, times_of
from trialbook.analyses.covariates import (
    TREATMENT,
    complete,
    filled,
    lacking,
    model_columns,
    strata_of,
)
from trialbook.analyses.given import of_results
from trialbook.analyses.planned import planned
from trialbook.config import Endpoint
from trialbook.results import method_at, rows
from trialbook.trial import Trial

TIES = ("efron", "breslow", "exact")
TRANSFORMS = ("km", "rank", "identity", "log")
ESTIMATES = ("coef", "std_error", "hr", "hr_lower", "hr_upper", "p_value")


@of_results("log_rank")
def log_rank(trial: Trial, endpoint: Endpoint | str | None = None) -> pd.DataFrame:
    """Test whether the arms have the same hazard.

    Parameters
    ----------
    trial : Trial
    endpoint : Endpoint or str, optional
        The primary one by default.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``log_rank``: chisq, df, p_value of each comparison, on its two
        arms' patients alone; methods: none (plain), ``stratified`` by trial.yml's strata,
        ``rho=1`` (Peto and Peto), ``maxcombo`` (chisq is the largest squared z of its four
        weightings, df is empty). Of three and more arms also ``all``, plain, ``stratified``,
        ``rho=1``, and ``trend`` over the arms in trial.yml's order.
    """
    endpoint = endpoint_of(trial, endpoint)
    data = trial.time_to_event(endpoint.paramcd)
    strata, remarks = _strata(trial, data)
    records = []
    for comparison in trial.comparisons:
        patients, treated = pair(data, comparison)
        of = {"paramcd": endpoint.paramcd, "arm": comparison.name}
        records.extend(_tests(patients, treated, strata, of))
        statistics = {"chisq": np.nan, "df": np.nan, "p_value": np.nan}
        if treated.any() and not treated.all() and patients["event"].any():
            test = survival.max_combo(*times_of(patients), treated, entry=entry_of(patients))
            statistics |= {"chisq": test.z**2, "p_value": test.p_value}
        records.extend(rows("log_rank", statistics, method="maxcombo", **of))
    if len(trial.arms) > 2:
        of = {"paramcd": endpoint.paramcd, "arm": "all"}
        records.extend(_tests(data, data["arm"], strata, of))
        test = rank_test(data, data["arm"], trend=True)
        records.extend(rows("log_rank", test, method="trend", **of))
    return results(records, remarks)


def _tests(patients, group, strata, of):
    yield from rows("log_rank", rank_test(patients, group), **of)
    yield from rows("log_rank", rank_test(patients, group, rho=1), method="rho=1", **of)
    if strata:
        known = complete(patients, strata)
        patients, group = patients[known], group[known]
        test = rank_test(patients, group, strata=strata_of(patients, strata))
        yield from rows("log_rank", test, method="stratified", **of)


def rank_test(patients: pd.DataFrame, group, **options) -> dict[str, float]:
    """Return chisq, df, p_value of a log-rank test; NaN with one arm alone or without events.

    Parameters
    ----------
    patients : pandas.DataFrame
        With AVAL and event.
    group : array_like, shape (n,)
        The arms.
    **options
        Keyword arguments of `trialbook.survival.log_rank`.
    """
    statistics = {"chisq": np.nan, "df": np.nan, "p_value": np.nan}
    if pd.Series(np.asarray(group)).nunique() < 2 or not patients["event"].any():
        return statistics
    test = survival.log_rank(*times_of(patients), group, entry=entry_of(patients), **options)
    return {name: getattr(test, name) for name in statistics}


@of_results("cox")
def cox(
    trial: Trial,
    endpoint: Endpoint | str | None = None,
    *,
    ties: Sequence[str] | None = None,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Estimate hazard ratios by Cox models with model-based Wald intervals.

    Parameters
    ----------
    trial : Trial
    endpoint : Endpoint or str, optional
        The primary one by default.
    ties : sequence of str, optional
        How the unadjusted model handles ties, each a method of its own; ``exact`` is R's, SAS's
        DISCRETE. The other models take the first. By default all, the plan's first.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``cox``: coef, std_error, hr, hr_lower, hr_upper, p_value (Wald) of
        treatment (no level) by comparison; methods ``efron``, ``breslow``, ``exact``;
        ``stratified`` by trial.yml's strata; ``adjusted:NAME`` for each model of trial.yml for
        this end point, and for the one that the plan names, with its other terms by level and n,
        n_events. It keeps every patient: for a missing covariate stands the mean, or a category
        of its own, over all arms; n_missing says for how many, and ``adjusted:NAME:complete`` has
        the complete cases, as R's. ``stratified`` leaves out who has no stratum. Not estimable
        where an arm has no events, as the likelihood then has no finite maximum; there
        ``profile`` (0 or infinite, with the limit and the P value of the likelihood) and
        ``firth`` say what can be said.
    """
    endpoint = endpoint_of(trial, endpoint)
    data = trial.time_to_event(endpoint.paramcd)
    strata, remarks = _strata(trial, data)
    plan = planned(trial)
    if ties is None:
        ties = sorted(TIES, key=lambda one: one != plan.ties)
    ties = (ties,) if isinstance(ties, str) else tuple(ties)
    if "exact" in ties and entry_of(data) is not None:
        remarks.append(ENTERED_LATE.format("the exact handling of ties"))
    models = {}
    for name, model in trial.config.models.items():
        if model.endpoint != endpoint.paramcd and plan.model != f"adjusted:{name}":
            continue
        variables = [*model.covariates, *model.strata]
        if absent := lacking(data, variables):
            remarks.append(f"{absent[0]} is not in ADSL: the model {name} is left out.")
            continue
        models[f"adjusted:{name}"] = model, filled(data, variables)
        if not complete(data, variables).all():
            models[f"adjusted:{name}:complete"] = model, data[complete(data, variables)]
    records = []
    for comparison in trial.comparisons:
        of = {"paramcd": endpoint.paramcd, "arm": comparison.name}
        options = {"ties": ties[0], "conf_level": conf_level}
        patients, treated = pair(data, comparison)
        for method in ties:
            fits = _terms(patients, treated, (), (), options | {"ties": method})
            for level, estimates in fits:
                of_method = of | {"method": method_at(method, conf_level)}
                records.extend(rows("cox", estimates, level=level, **of_method))
        records.extend(_without_events(patients, treated, options, of))
        if strata:
            both = pair(data[complete(data, strata)], comparison)
            records.extend(_counted("stratified", *both, (), strata, options, of))
        for method, (model, analysed) in models.items():
            covariates, by = model.covariates, model.strata
            both = pair(analysed, comparison)
            records.extend(_counted(method, *both, covariates, by, options, of))
            if method + ":complete" not in models:
                continue
            n_missing = int((~complete(patients, [*covariates, *by])).sum())
            of_method = of | {"method": method_at(method, conf_level)}
            records.extend(rows("cox", {"n_missing": n_missing}, **of_method))
            remarks.append(
                f"{endpoint.label}: in the model {method.removeprefix('adjusted:')} a missing "
                "covariate is replaced by the mean, or by a category of its own, over all arms; "
                "complete cases stand beside it."
            )
    return results(records, remarks)


def _counted(method, patients, treated, covariates, by, options, of):
    """Yield how many are analysed, and the estimates of each term."""
    of = of | {"method": method_at(method, options["conf_level"])}
    yield from rows("cox", {"n": len(patients), "n_events": patients["event"].sum()}, **of)
    for level, estimates in _terms(patients, treated, covariates, by, options):
        yield from rows("cox", estimates, level=level, **of)


def _without_events(patients, treated, options, of):
    """Yield what can be said of the hazard ratio where one arm alone has events."""
    time, event = times_of(patients)
    if event[treated].any() == event[~treated].any() or treated.all() or not treated.any():
        return
    entry, level = entry_of(patients), options["conf_level"]
    ties = "efron" if options["ties"] == "exact" else options["ties"]
    fit = {"entry": entry, "ties": ties, "conf_level": level}
    interval = survival.profile_interval(survival.cox(time, event, treated.astype(float), **fit))
    statistics = {"hr": 0.0 if event[~treated].any() else np.inf}
    statistics |= {name: getattr(interval, name) for name in ("hr_lower", "hr_upper", "p_value")}
    yield from rows("cox", statistics, method=method_at("profile", level), **of)
    model = survival.firth(time, event, treated.astype(float), **fit)
    statistics = {name: getattr(model, name)[0] for name in ESTIMATES}
    yield from rows("cox", statistics, method=method_at("firth", level), **of)


def _terms(patients, treated, covariates, by, options):
    """Yield each term with its estimates; an empty term is treatment."""
    entry = entry_of(patients)
    if patients.empty or (entry is not None and options["ties"] == "exact"):
        yield "", dict.fromkeys(ESTIMATES, np.nan)
        return
    X = model_columns(patients, treated, covariates)
    strata = strata_of(patients, by) if by else None
    model = survival.cox(*times_of(patients), X, strata=strata, entry=entry, **options)
    for i, term in enumerate(model.names):
        estimates = {name: getattr(model, name)[i] for name in ESTIMATES}
        yield "" if term == TREATMENT else term, estimates


@of_results("proportional_hazards")
def proportional_hazards(trial: Trial, endpoint: Endpoint | str | None = None) -> pd.DataFrame:
    """Test whether the hazard ratio of treatment is constant over time.

    Parameters
    ----------
    trial : Trial
    endpoint : Endpoint or str, optional
        The primary one by default.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``proportional_hazards``: chisq, df, p_value of treatment (no
        level) and ``GLOBAL`` by comparison; the methods ``km``, ``rank``, ``identity``, ``log``
        are the scales of time. ``log`` is not estimable with events at time zero.

    References
    ----------
    Therneau TM. A package for survival analysis in R, version 3: ``cox.zph``, the score test.
    """
    endpoint = endpoint_of(trial, endpoint)
    data = trial.time_to_event(endpoint.paramcd)
    records = []
    for comparison in trial.comparisons:
        patients, treated = pair(data, comparison)
        of = {"paramcd": endpoint.paramcd, "arm": comparison.name}
        time, event = times_of(patients)
        # One coefficient: the test of treatment is the global one.
        model = None
        if event[treated].any() and event[~treated].any():
            model = survival.cox(time, event, treated.astype(float), entry=entry_of(patients))
        for transform in TRANSFORMS:
            statistics = dict.fromkeys(["chisq", "df", "p_value"], np.nan)
            if model is not None and not (transform == "log" and (time[event] == 0).any()):
                test = survival.proportional_hazards(model, transform)["GLOBAL"]
                statistics = {name: getattr(test, name) for name in statistics}
            for level in ("", "GLOBAL"):
                key = {"level": level, "method": transform}
                records.extend(rows("proportional_hazards", statistics, **key, **of))
    return results(records)


def _strata(trial, data):
    """Return the strata that ADSL has, and remarks on those it lacks."""
    absent = lacking(data, trial.config.strata)
    remarks = [f"{name} is not in ADSL: it is left out of the strata." for name in absent]
    return [name for name in trial.config.strata if name not in absent], remarks
