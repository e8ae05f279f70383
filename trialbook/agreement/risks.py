"""Compare competing risks, recurrent events, proportions, rates and max-combo with R's values.

The second half of what *Checked against R* shows; see `agreement` for the first. The references
are ``competing_risks.json``, ``recurrent.json``, ``proportions.json`` and ``normal_maximum.json``,
each made by the R script of the same name beside it.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from trialbook.agreement.estimators import Comparison, read_reference
from trialbook.survival.competing_risks import (
    cause_specific,
    cumulative_incidence,
    naive_cumulative_incidence,
)
from trialbook.survival.fine_gray import fine_gray
from trialbook.survival.fisher import fisher_exact
from trialbook.survival.gray import gray_test
from trialbook.survival.normal_maximum import largest_exceeds
from trialbook.survival.proportions import miettinen_nurminen, newcombe
from trialbook.survival.rates import incidence_rate, rate_ratio
from trialbook.survival.recurrent import andersen_gill, mean_cumulative_function


def risk_comparisons(folder: str | Path) -> Iterator[Comparison]:
    """Yield every quantity of the three files of references, as computed here and by R.

    Parameters
    ----------
    folder : str or Path
        Where the files are, ``trialbook/agreement/reference``.
    """
    folder = Path(folder)
    for case in read_reference(folder / "competing_risks.json")["cases"].values():
        yield from _incidence(case)
        yield from _gray(case)
        yield from _models(case)
    for case in read_reference(folder / "recurrent.json")["cases"].values():
        yield from _recurrent(case)
    for case in read_reference(folder / "normal_maximum.json")["cases"]:
        if case["rank"] == len(case["correlation"]):  # Miwa's algorithm is exact for these
            ours = largest_exceeds(case["bound"], np.array(case["correlation"]))
            call = "1 - mvtnorm::pmvnorm(-z, z, corr = r, algorithm = Miwa())"
            yield "Max-combo, probability of the largest", call, ours, case["exceeds"]
    proportions = read_reference(folder / "proportions.json")
    for case in proportions["counts"]:
        yield from _counts(case)
    for case in proportions["rates"]:
        rate = incidence_rate(case["events"], case["time"], per=1)
        ours, call = [rate.rate, rate.lower, rate.upper], "poisson.test(events, time)"
        yield "Incidence rate, exact interval", call, ours, [case["rate"], *case["interval"]]
    for case in proportions["ratios"]:
        ratio = rate_ratio(*case["given"])
        ours = [ratio.rate_ratio, ratio.lower, ratio.upper, ratio.p_value]
        theirs = _numbers([case["ratio"], *case["interval"], case["p_value"]])
        yield "Rate ratio, interval and P value", "poisson.test(c(x1, x0), c(t1, t0))", ours, theirs


def _numbers(values: list) -> np.ndarray:
    """Return R's numbers, a matrix being given column by column; NaN for NA."""
    array = np.array(values, dtype=object)
    return np.where(np.isin(array, ("NA", "NaN", None)), np.nan, array).astype(float)


def _incidence(case: dict) -> Iterator[Comparison]:
    time, cause = case["data"]["time"], case["data"]["cause"]
    for conf_type in ("log-log", "log", "plain"):
        found = cumulative_incidence(time, cause, conf_type=conf_type)
        theirs = case["aalen_johansen"][conf_type.replace("-", "")]
        call = f"survfit(Surv(time, factor(cause)) ~ 1, conf.type = {conf_type!r})"
        for title, ours, key in (
            ("cumulative incidence", found.cumulative_incidence, "incidence"),
            ("std_error", found.std_error, "std_error"),
            (f"{conf_type} lower limit", found.lower, "lower"),
            (f"{conf_type} upper limit", found.upper, "upper"),
        ):
            yield f"Aalen-Johansen, {title}", call, ours, _numbers(theirs[key])
    naive = naive_cumulative_incidence(time, cause).at(case["at"]["times"])
    call = "1 - summary(survfit(Surv(time, cause == 1) ~ 1), times)$surv"
    yield "1 - Kaplan-Meier, naive", call, 1 - naive.survival, _numbers(case["at"]["naive"])


def _gray(case: dict) -> Iterator[Comparison]:
    data = case["data"]
    for title, key, options in (
        ("Gray's test", "gray", {}),
        ("Gray's test, rho = 1", "gray_rho1", {"rho": 1.0}),
        ("Gray's test, stratified", "gray_stratified", {"strata": data["stratum"]}),
    ):
        for of, chisq in enumerate(case[key], start=1):
            found = gray_test(data["time"], data["cause"], data["group"], of=of, **options)
            # cmprsk's -1: the variance cannot be inverted
            theirs = np.nan if chisq == -1 else chisq
            yield title, "cuminc(time, cause, group, strata, rho)$Tests", found.chisq, theirs


def _models(case: dict) -> Iterator[Comparison]:
    data = case["data"]
    time, cause, x = data["time"], data["cause"], data["x"]
    for covariates, theirs in (
        (x, case["fine_gray"]),
        (np.column_stack([data["treated"], x]), case["fine_gray_two"]),
    ):
        if not theirs:
            continue  # an arm without events: a test of its own says what we do
        found = fine_gray(time, cause, covariates)
        for name in ("coef", "std_error"):
            yield f"Fine-Gray, {name}", "crr(time, cause, X)", getattr(found, name), theirs[name]
    found, theirs = cause_specific(time, cause, x), case["cause_specific"]
    for name in ("coef", "std_error"):
        call = "coxph(Surv(time, cause == 1) ~ x)"
        yield f"Cause-specific hazard, {name}", call, getattr(found, name), theirs[name]


def _recurrent(case: dict) -> Iterator[Comparison]:
    data = case["data"]
    rows = [np.array(data[name]) for name in ("id", "start", "stop", "event")]
    found = mean_cumulative_function(*rows)
    call = "survfit(Surv(start, stop, event) ~ 1, id = id)"
    yield "Mean cumulative function", f"{call}$cumhaz", found.mean, case["mean"]
    title = "Mean cumulative function, robust std_error"
    yield title, f"{call}$std.chaz", found.std_error, case["std_error"]
    for ties in ("efron", "breslow"):
        model = andersen_gill(*rows, data["treated"], ties=ties)
        call = f"coxph(Surv(start, stop, event) ~ x, cluster = id, ties = {ties!r})"
        ours = [model.coef[0], model.std_error[0]]
        yield f"Andersen-Gill, {ties}, coef and robust std_error", call, ours, case[ties]


def _counts(case: dict) -> Iterator[Comparison]:
    table = case["table"]
    found = fisher_exact(*table)
    call = "fisher.test(table)"
    yield "Fisher's exact test, P value", call, found.p_value, case["fisher_p"]
    if np.isfinite(found.lower):
        ours = [found.odds_ratio, found.lower, found.upper]
        theirs = _numbers([case["odds_ratio"], *case["interval"]])
        call = "fisher.test(table), uniroot's tol = 1e-14"
        yield "Conditional odds ratio, exact interval", call, ours, theirs
    found = newcombe(*table)
    call = "prop.test(x, n, correct = FALSE)$conf.int, combined"
    yield "Newcombe's interval", call, [found.lower, found.upper], case["newcombe"]
    if case["miettinen_nurminen"]:
        found = miettinen_nurminen(*table)
        theirs = case["miettinen_nurminen"]
        call = "uniroot() of the score statistic"
        yield "Miettinen-Nurminen interval", call, [found.lower, found.upper], theirs
