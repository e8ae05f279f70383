"""Laboratory parameters: means by visit, change at the last visit, shifts between ranges."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import stats

from trialbook.analyses.common import by_arm, category, formula_remarks, percent, results
from trialbook.analyses.given import of_results
from trialbook.analyses.laboratory_change import change_by_visit
from trialbook.analyses.laboratory_records import (
    laboratory_records,
    last_records,
    outside_its_indicator,
    with_range,
)
from trialbook.config import Parameter
from trialbook.results import method_at, rows
from trialbook.trial import Trial

_MOST_NAMED = 20


@of_results("laboratory")
def laboratory(trial: Trial, *, conf_level: float = 0.95) -> pd.DataFrame:
    """Describe laboratory parameters by visit and actual arm, in the safety population.

    Parameters
    ----------
    trial : Trial
        Its ``laboratory`` names the parameters of ADLB; without it all are described.
    conf_level : float
        Level of the intervals (t distribution; geometric means on the log scale).

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``laboratory``, `time` the visit (AVISITN). By arm: method
        ``arithmetic``: n, mean, std_error, lower, upper; ``geometric`` where every value is above
        0: n, geometric_mean, std_error (of the mean log), lower, upper. Change from baseline:
        ``locf`` at the last visit, the last value carried forward, and ``mmrm`` at each visit by
        a mixed model for repeated measures with unstructured covariance; of a parameter that
        trial.yml summarizes by geometric means it is the ratio to baseline. ``shift`` counts
        patients by level ``BASELINE > LAST`` range: n, percent of those with both. By comparison
        ``mmrm``: difference (or ratio), std_error, lower, upper, p_value. Empty with a remark
        where there are no laboratory data.
    """
    records = laboratory_records(trial)
    if records is None or records.empty:
        return results([], ["There are no laboratory data."])
    parameters = trial.config.laboratory
    if not parameters:
        parameters = [Parameter(paramcd=code) for code in sorted(records["PARAMCD"].unique())]
    found, remarks = [], list(records.attrs["remarks"])
    by_parameter = dict(iter(records.groupby("PARAMCD", observed=True)))
    n_other = 0
    for parameter in parameters:
        if parameter.paramcd not in by_parameter:
            remarks.append(f"{parameter.paramcd} is not in ADLB: {parameter.label} is left out.")
            continue
        values = with_range(by_parameter[parameter.paramcd], parameter)
        n_other += outside_its_indicator(values, parameter)
        found.extend(_by_visit(trial, values, parameter, conf_level))
        found.extend(_last_visit(trial, values, parameter, conf_level))
        found.extend(_shifts(trial, values, parameter))
        found.extend(change_by_visit(trial, values, parameter, conf_level, remarks))
    if others := sorted(by_parameter.keys() - {item.paramcd for item in parameters}):
        listed = ", ".join(others[:_MOST_NAMED]) + (", ..." if len(others) > _MOST_NAMED else "")
        remarks.append(
            f"Measured as well, and not shown, for trial.yml does not name it: {listed}."
        )
    if n_other:
        remarks.append(
            f"{n_other:,} values lie outside the limits of normal (ANRLO, ANRHI) and are called "
            "normal by ANRIND, or the other way round: the shift table goes by ANRIND."
        )
    names = [item.label for item in parameters if item.paramcd in by_parameter]
    if "PARAM" in trial.adlb:
        shown = trial.adlb["PARAMCD"].isin([item.paramcd for item in parameters])
        names += list(trial.adlb.loc[shown, "PARAM"].dropna().unique())
    return results(found, remarks + formula_remarks(names))


def mean_interval(x: np.ndarray, conf_level: float) -> dict[str, float]:
    """Return mean, standard error and t interval; NaN where not estimable.

    Parameters
    ----------
    x : numpy.ndarray, shape (n,)
    conf_level : float

    Returns
    -------
    dict
        mean, std_error, lower, upper; of one value the mean alone.
    """
    if x.size == 0:
        return dict.fromkeys(["mean", "std_error", "lower", "upper"], np.nan)
    mean = x.mean()
    if x.size == 1:
        return {"mean": mean, "std_error": np.nan, "lower": np.nan, "upper": np.nan}
    std_error = x.std(ddof=1) / np.sqrt(x.size)
    half = stats.t.isf((1 - conf_level) / 2, x.size - 1) * std_error
    return {"mean": mean, "std_error": std_error, "lower": mean - half, "upper": mean + half}


def geometric_interval(x: np.ndarray, conf_level: float) -> dict[str, float]:
    """Return geometric mean, standard error of the mean log, and its interval, likewise."""
    logs = mean_interval(np.log(x), conf_level)
    exponentiated = {name: np.exp(logs[name]) for name in ("lower", "upper")}
    estimate = {"geometric_mean": np.exp(logs["mean"]), "std_error": logs["std_error"]}
    return estimate | exponentiated


def _by_visit(trial, values, parameter, conf_level) -> Iterator[dict]:
    positive = values["AVAL"].min() > 0
    for visit, at_visit in values[values["regular"]].groupby("AVISITN"):
        for code, patients in by_arm(trial, at_visit):
            x = patients["AVAL"].to_numpy(float)
            of = {"paramcd": parameter.paramcd, "arm": code, "time": visit}
            statistics = {"n": x.size} | mean_interval(x, conf_level)
            method = method_at("arithmetic", conf_level)
            yield from rows("laboratory", statistics, method=method, **of)
            if positive:
                statistics = {"n": x.size} | geometric_interval(x, conf_level)
                method = method_at("geometric", conf_level)
                yield from rows("laboratory", statistics, method=method, **of)


def _last_visit(trial, values, parameter, conf_level) -> Iterator[dict]:
    last = last_records(values)
    if last.empty:
        return
    geometric = parameter.summary == "geometric"
    if geometric and min(last["AVAL"].min(), last["BASE"].min()) <= 0:
        return
    summary = geometric_interval if geometric else mean_interval
    change = last["AVAL"] / last["BASE"] if geometric else last["AVAL"] - last["BASE"]
    visit = values.loc[values["regular"], "AVISITN"].max()
    for code, patients in by_arm(trial, last):
        x = change[patients.index].to_numpy(float)
        statistics = {"n": x.size} | summary(x, conf_level)
        of = {"paramcd": parameter.paramcd, "arm": code, "time": visit}
        yield from rows("laboratory", statistics, method=method_at("locf", conf_level), **of)


def _shifts(trial, values, parameter) -> Iterator[dict]:
    last = last_records(values).dropna(subset=["BNRIND", "ANRIND"])
    if last.empty:
        return
    visit = values.loc[values["regular"], "AVISITN"].max()
    shift = last["BNRIND"].map(category) + " > " + last["ANRIND"].map(category)
    for code, patients in by_arm(trial, last):
        counts = shift[patients.index].value_counts()
        for level in sorted(shift.unique()):
            n = int(counts.get(level, 0))
            statistics = {"n": n, "percent": percent(n, len(patients))}
            of = {"paramcd": parameter.paramcd, "arm": code, "time": visit, "level": level}
            yield from rows("laboratory", statistics, method="shift", **of)
