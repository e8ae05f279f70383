"""The test against the noninferiority margin, in all patients and per protocol."""

from math import isfinite, log, nan

import pandas as pd
from scipy import stats

from trialbook import survival
from trialbook.analyses.common import entry_of, pair, results, times_of
from trialbook.analyses.given import of_results
from trialbook.analyses.planned import planned, planned_model
from trialbook.results import method_at, rows
from trialbook.trial import Trial

PER_PROTOCOL = "per_protocol"


@of_results("noninferiority")
def noninferiority(
    trial: Trial, *, ties: str | None = None, conf_level: float = 0.95
) -> pd.DataFrame:
    """Test whether the effect on the primary end point stays within the margin.

    Parameters
    ----------
    trial : Trial
        Its objective and margin: a hazard ratio, for a favourable event below 1, or a difference
        of survival at a time.
    ties : str, optional
        The Cox model's method, in place of the plan's.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``noninferiority`` by comparison; `level` empty for the efficacy
        population, ``per_protocol`` for those with PPROTFL, as the former is not conservative
        here (ICH E9, section 5.2.3). Of a hazard ratio, method that of the planned model: hr, the
        margin on the side where treatment would be worse; ratio, lower, upper, the estimate;
        p_value, one-sided, of the hypothesis that the hazard ratio lies at the margin or beyond
        (Wald); n, n_events. Of a difference, method ``difference``, at its time: the same with
        difference, the estimate; survival, the margin; limits by `survival.mover_difference`
        where events are few (there is then no P value), else Wald. Empty without such an objective.

    References
    ----------
    Piaggio G et al. Reporting of noninferiority and equivalence randomized trials: CONSORT 2010
    extension. JAMA 2012;308:2594-604.
    """
    if trial.margin is None and trial.margin_difference is None:
        return results([])
    data, remarks = trial.time_to_event(trial.primary), []
    sets = {"": data}
    if "PPROTFL" in data:
        sets[PER_PROTOCOL] = data[data["PPROTFL"].eq("Y").to_numpy(bool)]
    else:
        remarks.append("PPROTFL is absent: noninferiority is not tested per protocol.")
    test = _ratio if trial.margin is not None else _difference
    records = []
    for comparison in trial.comparisons:
        for level, analysed in sets.items():
            method, time, statistics = test(trial, analysed, comparison, ties, conf_level)
            patients, _ = pair(analysed, comparison)
            statistics |= {"n": len(patients), "n_events": int(patients["event"].sum())}
            of = {"paramcd": trial.primary.paramcd, "arm": comparison.name, "level": level}
            records.extend(rows("noninferiority", statistics, method=method, time=time, **of))
    return results(records, remarks)


def _ratio(trial, data, comparison, ties, conf_level):
    """Return method, time and statistics of a margin that is a hazard ratio."""
    margin, method = trial.margin, method_at(planned(trial, ties).model, conf_level)
    statistics = {"hr": margin} | dict.fromkeys(["ratio", "lower", "upper", "p_value"], nan)
    model = planned_model(trial, data, comparison, ties=ties, conf_level=conf_level)
    if model is not None:
        z = (model.coef[0] - log(margin)) / model.std_error[0]
        p = stats.norm.sf(z) if margin < 1 else stats.norm.cdf(z)
        statistics |= {"ratio": model.hr[0], "lower": model.hr_lower[0]}
        statistics |= {"upper": model.hr_upper[0], "p_value": p if isfinite(p) else nan}
    return method, None, statistics


def _difference(trial, data, comparison, _ties, conf_level):
    """Return method, time and statistics of a margin that is a difference of survival."""
    margin, time = trial.margin_difference
    names = ["difference", "lower", "upper", "p_value"]
    statistics = {"survival": margin} | dict.fromkeys(names, nan)
    method = method_at("difference", conf_level)
    patients, treated = pair(data, comparison)
    if treated.all() or not treated.any():
        return method, time, statistics
    curves = [
        survival.kaplan_meier(*times_of(patients[of]), entry=entry_of(patients[of]))
        for of in (treated, ~treated)
    ]
    if any(survival.has_few_events(curve, time) for curve in curves):
        found = survival.mover_difference(*curves, time, conf_level=conf_level)
    else:
        found = survival.survival_difference(*curves, time, conf_level=conf_level)
        z = (found.difference - margin) / found.std_error if found.std_error > 0 else nan
        statistics["p_value"] = stats.norm.sf(z) if margin < 0 else stats.norm.cdf(z)
    statistics |= {name: getattr(found, name) for name in ("difference", "lower", "upper")}
    return method, time, statistics
