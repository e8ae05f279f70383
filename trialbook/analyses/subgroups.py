"""Subgroups: the treatment's effect in parts of the population, and whether it differs."""

import numpy as np
import pandas as pd
from scipy import stats

from trialbook import survival
from trialbook.analyses.common import (
    by_arm,
    categories,
    endpoint_of,
    entry_of,
    pair,
    ranges,
    results,
    time_at_risk,
    times_of,
)
from trialbook.analyses.covariates import TREATMENT, lacking, model_columns
from trialbook.analyses.given import of_results
from trialbook.config import Endpoint
from trialbook.results import method_at, rows
from trialbook.trial import Trial

METHOD = "efron"


@of_results("subgroup")
def subgroups(
    trial: Trial, endpoint: Endpoint | str | None = None, *, conf_level: float = 0.95
) -> pd.DataFrame:
    """Estimate hazard ratios within subgroups and test for interaction.

    Parameters
    ----------
    trial : Trial
        Its ``subgroups`` name variables of ADSL.
    endpoint : Endpoint or str, optional
        The primary one by default.
    conf_level : float
        Level of the Wald intervals.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``subgroup``: for each `subgroup` ``VARIABLE=CATEGORY``, method
        ``efron``, by arm n, n_events, rate (per 100 patient-years) and by comparison hr,
        hr_lower, hr_upper; for each `subgroup` ``VARIABLE``, method ``interaction``, the
        likelihood-ratio test: chisq, df, p_value. Not estimable where an arm has no events, the
        interaction also where nobody in a level has. Below 5 events in an arm of a level its
        chi-square is no good approximation.

    Notes
    -----
    The test compares the Cox models treatment + subgroup and treatment x subgroup, in R
    ``anova(coxph(y ~ arm + s), coxph(y ~ arm * s))``; patients whose subgroup is missing are in
    neither, and terms that cannot be estimated (a subgroup with one arm alone) do not count.
    """
    endpoint = endpoint_of(trial, endpoint)
    data = trial.time_to_event(endpoint.paramcd)
    absent = lacking(data, trial.config.subgroups)
    remarks = [f"{name} is not in ADSL: there are no subgroups by it." for name in absent]
    if not trial.config.subgroups:
        remarks.append("No subgroups are named in trial.yml.")
    records = []
    ordered = {item.variable: item.levels for item in trial.config.baseline}
    for name in trial.config.subgroups:
        if name in absent:
            continue
        text, levels = categories(data[name], ordered.get(name) or ranges(data[name]))
        if n_missing := int(text.isna().sum()):
            remarks.append(f"{name} is missing for {n_missing} patients: they are in no subgroup.")
        present = set(text.dropna())
        for level in filter(present.__contains__, levels):
            of = {"paramcd": endpoint.paramcd, "subgroup": f"{name}={level}"}
            of["method"] = method_at(METHOD, conf_level)
            subgroup = data[(text == level).to_numpy()]
            for code, patients in by_arm(trial, subgroup):
                records.extend(rows("subgroup", _events(trial, patients), arm=code, **of))
            for comparison in trial.comparisons:
                estimates = _hazard_ratio(*pair(subgroup, comparison), conf_level)
                records.extend(rows("subgroup", estimates, arm=comparison.name, **of))
        for comparison in trial.comparisons:
            of = {"paramcd": endpoint.paramcd, "arm": comparison.name}
            of |= {"subgroup": name, "method": "interaction"}
            known, treated = pair(data[text.notna().to_numpy()], comparison)
            records.extend(rows("subgroup", interaction(known, treated, name), **of))
    return results(records, remarks)


def interaction(patients: pd.DataFrame, treated: np.ndarray, name: str) -> dict[str, float]:
    """Test by likelihood ratio whether the treatment's effect differs between subgroups.

    Parameters
    ----------
    patients : pandas.DataFrame
        With AVAL, event and the variable `name`, which is not missing.
    treated : numpy.ndarray of bool, shape (n,)
    name : str
        The variable that makes the subgroups.

    Returns
    -------
    dict
        chisq, df, p_value; NaN where no interaction can be estimated.
    """
    nothing = dict.fromkeys(["chisq", "df", "p_value"], np.nan)
    event = patients["event"].to_numpy(bool)
    if not (event[treated].any() and event[~treated].any()):
        return nothing
    if not patients.groupby(name, observed=True)["event"].any().all():
        return nothing
    text = patients.assign(**{name: categories(patients[name])[0]})
    main = model_columns(text, treated, [name])
    products = main.iloc[:, 1:].mul(main[TREATMENT], axis=0).add_prefix(f"{TREATMENT}:")
    time, event = times_of(patients)
    fits = [
        survival.cox(time, event, X, entry=entry_of(patients))
        for X in (main, pd.concat([main, products], axis=1))
    ]
    df = fits[1].df - fits[0].df
    if df == 0:
        return nothing
    chisq = max(2 * (fits[1].loglik[1] - fits[0].loglik[1]), 0.0)
    return {"chisq": chisq, "df": df, "p_value": stats.chi2.sf(chisq, df)}


def _events(trial, patients):
    """Return n, n_events and rate per 100 patient-years of the patients of one arm."""
    n_events, years = int(patients["event"].sum()), time_at_risk(patients) / trial.time.per_year
    rate = 100 * n_events / years if years > 0 else np.nan
    return {"n": len(patients), "n_events": n_events, "rate": rate}


def _hazard_ratio(patients, treated, conf_level):
    names = ["hr", "hr_lower", "hr_upper"]
    time, event = times_of(patients)
    if not (event[treated].any() and event[~treated].any()):
        return dict.fromkeys(names, np.nan)
    model = survival.cox(
        time, event, treated.astype(float), entry=entry_of(patients), conf_level=conf_level
    )
    return {name: getattr(model, name)[0] for name in names}
