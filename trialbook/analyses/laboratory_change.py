"""Change of laboratory parameters over the visits, by a mixed model for repeated measures."""

import numpy as np
import pandas as pd
from scipy import stats

from trialbook.analyses.laboratory_records import after_baseline
from trialbook.analyses.repeated_measures import VisitByVisit, repeated_measures
from trialbook.config import Parameter
from trialbook.results import method_at, rows
from trialbook.trial import Trial

FEWEST = 3


def change_by_visit(
    trial: Trial,
    values: pd.DataFrame,
    parameter: Parameter,
    conf_level: float,
    remarks: list[str],
) -> list[dict]:
    """Estimate the mean change from baseline by visit and arm, and the arms' differences.

    Parameters
    ----------
    trial : Trial
    values : pandas.DataFrame
        Records of one parameter, see `laboratory_records`.
    parameter : Parameter
        Of a parameter summarized by geometric means, the ratio to baseline is modelled, on the
        log scale.
    conf_level : float
    remarks : list of str
        A line is added where the model cannot be fitted or leaves out visits.

    Returns
    -------
    list of dict
        Rows of method ``mmrm``: by arm n (patients with a value at the visit), mean or
        geometric_mean, std_error, lower, upper at the mean baseline value; by comparison
        difference or ratio, std_error, lower, upper, p_value. Of method ``ancova`` where the
        mixed model has no estimate.

    Notes
    -----
    Standard errors and degrees of freedom are Kenward and Roger's, see `kenward_roger`. Where
    their correction is not to be had, a remark says so: standard errors are then model-based,
    with the patients seen at the visit less arms and slope as degrees of freedom.
    """
    geometric = parameter.summary == "geometric"
    scale = np.log if geometric else np.asarray
    usable = values[after_baseline(values) & values["regular"] & values["BASE"].notna()]
    if usable.empty or (geometric and usable[["AVAL", "BASE"]].min().min() <= 0):
        return []
    counts = pd.crosstab(usable["AVISITN"], usable["arm"]).to_numpy()
    visits = np.unique(usable["AVISITN"])
    kept = (counts[:, counts.sum(axis=0) > 0] >= FEWEST).all(axis=1)
    usable = usable[usable["AVISITN"].isin(visits[kept])]
    if not kept.all():
        left_out = ", ".join(f"{visit:g}" for visit in visits[~kept])
        remarks.append(
            f"{parameter.paramcd}: the mixed model leaves out visits at which an arm has too few "
            f"values ({left_out})."
        )
    if usable.empty:
        return []
    usable = usable.assign(change=scale(usable["AVAL"]) - scale(usable["BASE"]))
    wide = usable.pivot_table("change", "USUBJID", "AVISITN")
    patients = usable.drop_duplicates("USUBJID").set_index("USUBJID").loc[wide.index]
    arms = [arm.code for arm in trial.arms if (patients["arm"] == arm.code).any()]
    base = scale(patients["BASE"].to_numpy(float))
    by_arm = np.column_stack([patients["arm"] == code for code in arms]).astype(float)
    Y, Z = wide.to_numpy(), np.column_stack([by_arm, base - base.mean()])
    method = "mmrm"
    try:
        model = repeated_measures(Y, Z)
    except (ValueError, np.linalg.LinAlgError) as error:
        remarks.append(
            f"{parameter.paramcd}: no mixed model. {error} An analysis of covariance at each visit "
            "stands in: it takes missing values as missing completely at random."
        )
        model, method = VisitByVisit(Y, Z), "ancova"
    if method == "mmrm" and model.correction is None:
        remarks.append(
            f"{parameter.paramcd}: the data do not determine the mixed model's variances well "
            "enough for the correction by Kenward and Roger: the model's own standard errors stand "
            "in, with the patients seen at each visit as degrees of freedom."
        )

    def row(estimate, std_error, df, name, arm, visit, **more):
        quantile = stats.t.isf((1 - conf_level) / 2, df)
        back = np.exp if geometric else float
        limits = {
            "lower": back(estimate - quantile * std_error),
            "upper": back(estimate + quantile * std_error),
        }
        statistics = {name: back(estimate), "std_error": std_error, **limits, **more}
        of = {"paramcd": parameter.paramcd, "arm": arm, "time": visit}
        return rows("laboratory", statistics, method=method_at(method, conf_level), **of)

    records = []
    for i, visit in enumerate(wide.columns):
        seen = patients.loc[wide[visit].notna().to_numpy(), "arm"]
        for j, code in enumerate(arms):
            estimate = model.contrast(i, np.eye(len(arms) + 1)[j])
            name = "geometric_mean" if geometric else "mean"
            records += row(*estimate, name, code, visit, n=int((seen == code).sum()))
        for comparison in trial.comparisons:
            treated, control = comparison.treated.code, comparison.control.code
            if treated not in arms or control not in arms:
                continue
            unit = np.eye(len(arms) + 1)
            weights = unit[arms.index(treated)] - unit[arms.index(control)]
            estimate, std_error, df = model.contrast(i, weights)
            p_value = 2 * stats.t.sf(abs(estimate) / std_error, df)
            name = "ratio" if geometric else "difference"
            of = (name, comparison.name, visit)
            records += row(estimate, std_error, df, *of, p_value=p_value)
    return records
