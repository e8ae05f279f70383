"""Compare the estimators with R on two real trials, `lung` and `veteran` of R's survival.

The third part of what *Checked against R* shows; see `agreement`. Patients are in ``NAME.csv``,
R's values in ``NAME_OS.json``.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import chi2, chi2_contingency

from trialbook.agreement.estimators import COX_CALL, KM_CALL, Comparison, read_reference
from trialbook.survival.concordance import concordance_of
from trialbook.survival.cox import CoxModel, cox
from trialbook.survival.fisher import fisher_exact
from trialbook.survival.kaplan_meier import (
    kaplan_meier,
    reverse_kaplan_meier,
)
from trialbook.survival.log_rank import log_rank
from trialbook.survival.proportional_hazards import GLOBAL, TRANSFORMS, proportional_hazards
from trialbook.survival.rates import incidence_rate
from trialbook.survival.rmst import default_tau, rmst
from trialbook.survival.rmst_comparison import rmst_difference, rmst_ratio
from trialbook.survival.survival_difference import survival_difference

TRIALS = ("lung", "veteran")
# R's fisher.test stops at a tolerance of 1.2e-4 for these three; set to 1e-14 it is compared, too
AS_PRINTED = "Conditional odds ratio as R prints it"


def trial_comparisons(folder: str | Path) -> Iterator[Comparison]:
    """Yield every quantity of the two trials, as computed here and by R.

    Parameters
    ----------
    folder : str or Path
        Where the files are, ``trialbook/agreement/reference``.
    """
    for name in TRIALS:
        patients = pd.read_csv(Path(folder) / f"{name}.csv")
        patients["event"] = patients["CNSR"] == 0
        reference = read_reference(Path(folder) / f"{name}_OS.json")
        arms = dict(list(patients.groupby("TRT01P")))
        ours = np.array([len(patients), patients["event"].sum()])
        yield "Counts", "table(event)", ours, _picked(reference, "n", "n_events")
        for arm in reference["arms"]:
            yield from _rate(arms[arm["arm"]], arm)
            yield from _curve(arms[arm["arm"]], arm)
        for contrast in reference["contrasts"]:
            treated = patients["TRT01P"] == contrast["treatment"]
            yield from _tests(patients, treated, contrast)
            yield from _models(patients, treated, contrast)
            yield from _subgroups(patients, treated, contrast)
            pair = arms[contrast["treatment"]], arms[contrast["reference"]]
            yield from _proportions(*pair, contrast["fisher_event_proportion"])
            yield from _means(*pair, contrast)
            yield from _landmarks(*pair, contrast)


def _numbers(values: list) -> np.ndarray:
    """Return R's numbers, NaN for NA."""
    return np.array(values, dtype=float)


def _picked(reference: dict, *names: str) -> np.ndarray:
    return _numbers([reference[name] for name in names])


def _rate(patients: pd.DataFrame, reference: dict) -> Iterator[Comparison]:
    time, events = float(patients["AVAL"].sum()), int(patients["event"].sum())
    ours = np.array([len(patients), events, len(patients) - events, time])
    theirs = _picked(reference, "n", "events", "censored", "time_at_risk")
    yield "Counts", "table(event)", ours, theirs
    rate = incidence_rate(events, time)
    names = ("rate_per_100_time_units", "rate_exact_lcl", "rate_exact_ucl")
    ours, theirs = np.array([rate.rate, rate.lower, rate.upper]), _picked(reference, *names)
    yield "Incidence rate, exact interval", "poisson.test(events, time)", ours, theirs


def _curve(patients: pd.DataFrame, reference: dict) -> Iterator[Comparison]:
    time, event = patients["AVAL"], patients["event"]
    follow_up = reverse_kaplan_meier(time, event).median[0]
    theirs = _numbers([reference["median_followup_reverse_km"]])
    call = "quantile(survfit(Surv(time, 1 - event) ~ 1), 0.5)"
    yield "Median follow-up", call, np.array([follow_up]), theirs
    for conf_type, of_type in reference["km"].items():
        curve, call = kaplan_meier(time, event, conf_type=conf_type), KM_CALL.format(conf_type)
        for quantile in of_type["quantiles"]:
            ours, theirs = curve.quantile(quantile["p"]), _picked(quantile, "est", "lcl", "ucl")
            yield "Quantiles and their intervals", f"quantile({call})", np.array(ours), theirs
        for at_time in of_type["at_times"]:
            at = curve.at(at_time["time"])
            ours = np.array([at.n_at_risk, at.survival, at.std_error, at.lower, at.upper])
            theirs = _picked(at_time, "n_risk", "surv", "se_greenwood", "lcl", "ucl")
            yield "Survival at landmarks", f"summary({call}, times)", ours.ravel(), theirs


def _tests(patients: pd.DataFrame, treated: pd.Series, contrast: dict) -> Iterator[Comparison]:
    known = patients[contrast["strata"]].notna().all(axis=1)
    strata = patients.loc[known, contrast["strata"]].astype(str).agg("|".join, axis=1)
    everyone = patients["AVAL"], patients["event"], treated
    tests = {
        "logrank": log_rank(*everyone),
        "peto_peto_rho1": log_rank(*everyone, rho=1),
        "logrank_stratified": log_rank(*(column[known] for column in everyone), strata=strata),
    }
    for name, test in tests.items():
        ours = [test.chisq, test.df, test.p_value, *test.observed, *test.expected]
        reference = contrast[name]
        # survdiff lists the reference arm first
        theirs = [*_picked(reference, "chisq", "df", "p"), *reference["observed"]]
        theirs = _numbers([*theirs, *reference["expected"]])
        yield "Log-rank tests of the trials", "survdiff(...)", np.array(ours), theirs


def _models(patients: pd.DataFrame, treated: pd.Series, contrast: dict) -> Iterator[Comparison]:
    time, event, arm = patients["AVAL"], patients["event"], treated.astype(float).rename("ARM")
    covariates = [arm, *(_columns(patients[name]) for name in contrast["adjust"])]
    X = pd.concat(covariates, axis=1)
    complete = X.notna().all(axis=1)
    strata = patients[contrast["strata"]]
    known = strata.notna().all(axis=1)
    labels = strata[known].astype(str).agg("|".join, axis=1)
    for ties in ("efron", "breslow", "exact"):
        model = cox(time, event, arm, ties=ties)
        yield from _fit(model, contrast[f"cox_{ties}"])
        if ties != "exact":
            stratified = cox(time[known], event[known], arm[known], strata=labels, ties=ties)
            yield from _fit(stratified, contrast[f"cox_stratified_{ties}"])
            adjusted = cox(time[complete], event[complete], X[complete], ties=ties)
            yield from _fit(adjusted, contrast[f"cox_adjusted_{ties}"])
        if ties == "efron":
            for transform in TRANSFORMS:
                reference = contrast["zph_unadjusted"][transform]
                yield from _zph(model, reference, transform, {"ARM": ["ARM"]})
            terms = {name: [name] for name in X.columns}
            yield from _zph(adjusted, contrast["zph_adjusted_km"], "km", terms)


def _columns(values: pd.Series) -> pd.DataFrame | pd.Series:
    """Return a number as it is, a category as 0/1 columns, one per level but the first."""
    if pd.api.types.is_numeric_dtype(values):
        return values
    return pd.get_dummies(values, prefix=values.name, drop_first=True).astype(float)


def _fit(model: CoxModel, reference: dict) -> Iterator[Comparison]:
    title, call = f"Cox, {model.ties}", COX_CALL.format(model.ties)
    terms = reference["terms"]
    names = ("coef", "se", "hr", "hr_lcl", "hr_ucl", "z", "p_wald")
    theirs = np.array([_picked(term, *names) for term in terms]).T
    ours = [model.coef, model.std_error, model.hr, model.hr_lower, model.hr_upper]
    ours = np.array([*ours, model.z, model.p_value])
    yield f"{title}, coef", call, ours[0], theirs[0]
    yield f"{title}, std_error", call, ours[1], theirs[1]
    yield f"{title}, HR, interval, z and P value", call, ours[2:], theirs[2:]
    yield f"{title}, log-likelihood", call, np.array(model.loglik), _numbers(reference["loglik"])
    ours = [model.score_test.chisq, model.score_test.p_value, model.lr_test.p_value, model.aic]
    theirs = _picked(reference, "chisq_score", "p_score", "p_lrt", "aic")
    yield f"{title}, score and LR tests, AIC", call, np.array(ours), theirs
    yield (
        "Counts",
        "table(event)",
        np.array([model.n, model.n_events]),
        _picked(reference, "n", "nevent"),
    )
    theirs = _picked(reference, "concordance")
    ours = np.array([concordance_of(model).concordance])
    yield "Concordance", "concordance(fit)", ours, theirs


def _zph(
    model: CoxModel, reference: list[dict], transform: str, terms: dict[str, list[str]]
) -> Iterator[Comparison]:
    result = proportional_hazards(model, transform, terms=terms)
    tests = [*(result[term] for term in terms), result[GLOBAL]]
    ours = np.array([(test.chisq, test.df, test.p_value) for test in tests])
    theirs = np.array([_picked(row, "chisq", "df", "p") for row in reference])
    yield f"Proportional hazards, {transform}", f"cox.zph(fit, {transform!r})", ours, theirs


def _subgroups(patients: pd.DataFrame, treated: pd.Series, contrast: dict) -> Iterator[Comparison]:
    for reference in contrast["subgroups"]:
        values = patients[reference["variable"]]
        of_level = values.astype(str).str.replace(r"\.0$", "", regex=True) == reference["level"]
        model = cox(
            *(patients.loc[of_level, name] for name in ("AVAL", "event")), treated[of_level]
        )
        ours = np.array([model.hr[0], model.hr_lower[0], model.hr_upper[0]])
        call = "coxph(Surv(time, event) ~ arm, subset = level)"
        arms = treated[of_level], ~treated[of_level]
        events = patients.loc[of_level, "event"]
        # the references have no number of events where there are no patients
        counts = [n for arm in arms for n in (arm.sum(), events[arm].sum() if any(arm) else np.nan)]
        theirs = _picked(reference, "n_trt", "events_trt", "n_ref", "events_ref")
        yield "Counts", "table(event)", np.array(counts), theirs
        yield "Cox in subgroups", call, ours, _picked(reference, "hr", "lcl", "ucl")
        ours = np.array([_interaction(patients, treated, reference["variable"])])
        call = "anova(coxph(... ~ arm + level), coxph(... ~ arm * level))"
        yield "Interaction, P value", call, ours, _picked(reference, "p_interaction_lrt")


def _interaction(patients: pd.DataFrame, treated: pd.Series, variable: str) -> float:
    known = patients[variable].notna()
    time, event, arm = patients.loc[known, "AVAL"], patients.loc[known, "event"], treated[known]
    levels = pd.get_dummies(patients.loc[known, variable], drop_first=True).astype(float)
    plain = cox(time, event, np.column_stack([arm, levels]))
    crossed = cox(time, event, np.column_stack([arm, levels, levels.mul(arm, axis=0)]))
    gain = 2 * (crossed.loglik[1] - plain.loglik[1])
    return float(chi2.sf(gain, crossed.df - plain.df))


def _proportions(
    treated: pd.DataFrame, control: pd.DataFrame, reference: dict
) -> Iterator[Comparison]:
    counts = [int(count) for arm in (treated, control) for count in (arm["event"].sum(), len(arm))]
    theirs = _numbers([*reference["table"]["trt"], *reference["table"]["ref"]])
    yield "Counts", "table(event)", np.array(counts), theirs
    found, call = fisher_exact(*counts), "fisher.test(table)"
    theirs = _picked(reference, "p")
    yield "Fisher's exact test, P value", call, np.array([found.p_value]), theirs
    ours = np.array([found.odds_ratio, found.lower, found.upper])
    theirs = _picked(reference, "cond_mle_or", "or_lcl", "or_ucl")
    yield f"{AS_PRINTED}, interval", f"{call}, uniroot's tol = 1.2e-4", ours, theirs
    events, n = counts[::2], counts[1::2]
    table = [events, np.subtract(n, events)]
    ours = np.array([chi2_contingency(table, correction=False).pvalue])
    theirs = _picked(reference, "pearson_chisq_p")
    yield "Pearson's chi-square, P value", "chisq.test(table, correct = FALSE)", ours, theirs


def _means(treated: pd.DataFrame, control: pd.DataFrame, contrast: dict) -> Iterator[Comparison]:
    for reference in contrast["rmst"]:
        tau = reference["tau"]
        arms = [rmst(arm["AVAL"], arm["event"], tau) for arm in (treated, control)]
        difference, ratio = rmst_difference(*arms), rmst_ratio(*arms)
        ours = [value for arm in arms for value in (arm.rmst, arm.std_error)]
        ours += [difference.difference, difference.std_error, difference.lower, difference.upper]
        ours += [difference.p_value, ratio.ratio, ratio.lower, ratio.upper, ratio.p_value]
        names = ["trt", "se_trt", "ref", "se_ref", "diff", "diff_se", "diff_lcl", "diff_ucl"]
        names += ["diff_p", "ratio", "ratio_lcl", "ratio_ucl", "ratio_p"]
        call = "survRM2::rmst2(time, event, arm, tau)"
        yield "RMST, difference and ratio", call, np.array(ours), _picked(reference, *names)
        if reference["rule"].startswith("min over arms"):
            both = pd.concat([treated, control])
            ours = default_tau(both["AVAL"], both["event"], both["TRT01P"])
            yield (
                "RMST, default tau",
                "min of the last event times",
                np.array([ours]),
                _numbers([tau]),
            )


def _landmarks(
    treated: pd.DataFrame, control: pd.DataFrame, contrast: dict
) -> Iterator[Comparison]:
    curves = [kaplan_meier(arm["AVAL"], arm["event"]) for arm in (treated, control)]
    for reference in contrast["landmark_difference"]:
        at = survival_difference(*curves, reference["time"])
        ours = np.array([at.difference, at.std_error, at.lower, at.upper, at.p_value])
        theirs = _picked(reference, "diff", "se", "lcl", "ucl", "p")
        yield "Difference of survival at landmarks", "summary(survfit(...), times)", ours, theirs
