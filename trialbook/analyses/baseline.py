"""Baseline: who the patients were, and how far apart the arms are (Table 1)."""

import numpy as np
import pandas as pd

from trialbook.analyses.common import (
    by_arm,
    categories,
    formula_remarks,
    pair,
    percent,
    ranges,
    results,
)
from trialbook.analyses.given import of_results
from trialbook.config import Variable
from trialbook.results import rows
from trialbook.survival import standardized_difference
from trialbook.trial import Trial

STANDARD = ("AGE", "SEX", "RACE", "ETHNIC", "REGION1")


@of_results("baseline")
def baseline(trial: Trial) -> pd.DataFrame:
    """Describe the efficacy population at baseline by arm, with standardized differences.

    Parameters
    ----------
    trial : Trial
        Its ``baseline`` names the variables of ADSL; without it AGE, SEX, RACE, ETHNIC and
        REGION1 are described where they are given.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``baseline``. Numbers: n, n_missing, mean, sd, median, q1, q3
        (quantiles of type 7 of Hyndman and Fan 1996, R's default), min, max, and geometric_mean
        where every value is above 0. Categories: n and percent by level, of the patients with a
        value; n and n_missing without a level. Comparisons: smd.

    Notes
    -----
    No test is made: after randomization a difference at baseline is due to chance (CONSORT
    2025, item 20). The standardized difference is the difference of means over the pooled SD
    (Austin 2009), on the log scale for a variable that is summarized by geometric means.
    """
    population = trial.efficacy_population()
    groups = [*by_arm(trial, population), ("all", population)]
    variables = trial.config.baseline or [Variable(variable=name) for name in STANDARD]
    records, remarks = [], []
    for variable in variables:
        name = variable.variable
        if name not in population or population[name].isna().all():
            if trial.config.baseline:
                remarks.append(f"{name} is not in ADSL: {variable.label} is not described.")
            continue
        described = _numbers if is_number(variable, population[name]) else _categories
        records.extend(described(trial, variable, population, groups))
    remarks += formula_remarks(item.label for item in variables if item.variable in population)
    return results(records, remarks)


def is_number(variable: Variable, values: pd.Series) -> bool:
    """Return whether a variable is summarized as a number, not counted by category."""
    if variable.summary is not None:
        return variable.summary != "count"
    return pd.api.types.is_numeric_dtype(values) and not variable.levels


def summary(values: pd.Series, *, geometric: bool | None = None) -> dict[str, float]:
    """Return n, n_missing, mean, sd, median, quartiles, extremes and geometric mean.

    Parameters
    ----------
    values : pandas.Series
        Numbers; missing ones are counted and left out.
    geometric : bool, optional
        Whether the geometric mean is given; by default where every value is above 0.

    Returns
    -------
    dict of str to float
        NaN where not estimable: the SD of one value, anything of none.
    """
    x = values.dropna().to_numpy(float)
    statistics = {"n": x.size, "n_missing": values.isna().sum()}
    if geometric is None:
        geometric = bool(x.size) and x.min() > 0
    if x.size == 0:
        names = ["mean", "sd", "median", "q1", "q3", "min", "max"]
        statistics |= dict.fromkeys(names, np.nan)
    else:
        q1, median, q3 = np.quantile(x, [0.25, 0.5, 0.75])
        sd = x.std(ddof=1) if x.size > 1 else np.nan
        statistics |= {"mean": x.mean(), "sd": sd, "median": median, "q1": q1, "q3": q3}
        statistics |= {"min": x.min(), "max": x.max()}
    if geometric:
        positive = x.size > 0 and x.min() > 0
        statistics["geometric_mean"] = np.exp(np.log(x).mean()) if positive else np.nan
    return statistics


def _numbers(trial, variable, population, groups):
    name = variable.variable
    values = pd.to_numeric(population[name])
    positive = values.min() > 0
    geometric = positive or variable.summary == "geometric"
    for arm, patients in groups:
        statistics = summary(values[patients.index], geometric=geometric)
        yield from rows("baseline", statistics, paramcd=name, arm=arm)
    estimable = positive or variable.summary != "geometric"
    if variable.summary == "geometric" and positive:
        values = np.log(values)
    for comparison in trial.comparisons:
        patients, treated = pair(population, comparison)
        of_pair = values[patients.index]
        arms = [of_pair[of].dropna() for of in (treated, ~treated)]
        smd = standardized_difference(*arms) if estimable else np.nan
        yield from rows("baseline", {"smd": smd}, paramcd=name, arm=comparison.name)


def _categories(trial, variable, population, groups):
    name = variable.variable
    text, levels = categories(population[name], variable.levels or ranges(population[name]))
    for arm, patients in groups:
        of_arm = text[patients.index]
        known = int(of_arm.notna().sum())
        missing = len(of_arm) - known
        yield from rows("baseline", {"n": known, "n_missing": missing}, paramcd=name, arm=arm)
        counts = of_arm.value_counts()
        for level in levels:
            n = int(counts.get(level, 0))
            statistics = {"n": n, "percent": percent(n, known)}
            yield from rows("baseline", statistics, paramcd=name, arm=arm, level=level)
    for comparison in trial.comparisons:
        patients, treated = pair(population, comparison)
        of_pair = text[patients.index]
        arms = [of_pair[of].dropna() for of in (treated, ~treated)]
        for level in levels:
            has_level = [(of_arm == level).to_numpy(bool) for of_arm in arms]
            smd = standardized_difference(*has_level)
            key = {"paramcd": name, "arm": comparison.name, "level": level}
            yield from rows("baseline", {"smd": smd}, **key)
