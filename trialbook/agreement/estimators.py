"""Compare the estimators with reference values of R's survival, quantity by quantity.

The tests and the page *Checked against R* read the same files, ``reference/*.json``: data beside
the values that R computed from them, made by the R scripts next to them.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from trialbook.survival.concordance import concordance_of
from trialbook.survival.cox import CoxModel, cox
from trialbook.survival.kaplan_meier import kaplan_meier, reverse_kaplan_meier
from trialbook.survival.log_rank import log_rank
from trialbook.survival.proportional_hazards import (
    TRANSFORMS,
    proportional_hazards,
    schoenfeld_residuals,
)
from trialbook.survival.rmst import rmst

Comparison = tuple[str, str, np.ndarray, np.ndarray]  # quantity, R call, ours, R's

REFERENCE = Path(__file__).parent / "reference"  # values of R, with the calls that made them
KM_CALL = "survfit(Surv(time, event) ~ 1, conf.type = {!r})"
COX_CALL = "coxph(Surv(time, event) ~ x, ties = {!r})"


def read_reference(path: str | Path) -> dict:
    """Return a file of cases that ``trialbook/agreement/reference/make_reference.R`` made."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def relative_error(ours: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Return the errors relative to the reference; absolute where it is below 1e-6.

    Infinite where one of the two is missing and the other is not.
    """
    a, b = np.asarray(ours, dtype=float), np.asarray(reference, dtype=float)
    missing = np.isnan(a) | np.isnan(b)
    size = np.where(np.abs(b) > 1e-6, np.abs(b), 1.0)
    with np.errstate(invalid="ignore"):
        error = np.where(a == b, 0.0, np.abs(a - b) / size)
    return np.where(missing, np.where(np.isnan(a) == np.isnan(b), 0.0, np.inf), error)


def all_comparisons(cases: list[dict]) -> Iterator[Comparison]:
    """Yield every quantity of all cases of `read_reference`; see `comparisons`."""
    for case in cases:
        yield from comparisons(case)


def worst_errors(compared: Iterable[Comparison]) -> pd.DataFrame:
    """Return the worst relative error of each quantity.

    Parameters
    ----------
    compared : iterable of (quantity, R call, ours, R's)
        Of `comparisons`, or of `risks.risk_comparisons`.

    Returns
    -------
    pandas.DataFrame
        Columns quantity, n (values compared), worst (relative error), r_call.
    """
    found: dict[str, tuple[int, float, str]] = {}
    for quantity, r_call, ours, reference in compared:
        error = relative_error(ours, reference)
        n, worst, _ = found.get(quantity, (0, 0.0, ""))
        found[quantity] = n + error.size, max(worst, error.max(initial=0.0)), r_call
    return pd.DataFrame(
        [(quantity, *values) for quantity, values in found.items()],
        columns=["quantity", "n", "worst", "r_call"],
    )


def comparisons(case: dict) -> Iterator[Comparison]:
    """Yield every quantity of a case, as computed here and by R."""
    data = {name: None if v is None else np.array(v) for name, v in case["data"].items()}
    arms = [data["group"] == group for group in np.unique(data["group"])]
    yield from _curves(case, data, arms)
    for reference in case["log_rank"] or []:
        # where one group alone was at risk R has 0 on 0 degrees of freedom, we have NaN
        if reference["df"] > 0:
            yield from _log_rank(reference, data)
    for reference in case["cox"] or []:
        yield from _cox(reference, data)


def _numbers(values: list | float | None) -> np.ndarray:
    """Return R's numbers, NaN for NA."""
    return np.array(values, dtype=float)


def _curves(case: dict, data: dict, arms: list[np.ndarray]) -> Iterator[Comparison]:
    time, event = data["time"], data["event"]
    for arm, of_type in zip(arms, case["km"], strict=True):
        optional = {k: None if data[k] is None else data[k][arm] for k in ("weights", "entry")}
        for conf_type, reference in of_type.items():
            curve = kaplan_meier(
                time[arm],
                event[arm],
                conf_type=conf_type,
                conf_level=case["conf_level"],
                **optional,
            )
            call = KM_CALL.format(conf_type)
            for name in ("time", "n_at_risk", "n_events", "n_censored", "survival", "std_error"):
                ours = getattr(curve, name)
                yield f"Kaplan-Meier, {name}", call, ours, _numbers(reference[name])
            for name in ("lower", "upper"):
                ours, theirs = getattr(curve, name), _numbers(reference[name])
                yield f"Kaplan-Meier, {conf_type} interval", call, ours, theirs
            if reference["quantile"]:
                ours = np.array([curve.quantile(p) for p in (0.25, 0.5, 0.75)]).T
                names = ("quantile", "quantile_lower", "quantile_upper")
                theirs = _numbers([reference[name] for name in names])
                yield "Quantiles and their intervals", f"quantile({call})", ours, theirs
    for arm, reference in zip(arms, case["follow_up"] or [], strict=False):
        ours = reverse_kaplan_meier(time[arm], event[arm]).median[0]
        call = "quantile(survfit(Surv(time, 1 - event) ~ 1), 0.5)"
        yield "Median follow-up", call, np.array([ours]), _numbers([reference])
    for arm, reference in zip(arms, case["rmst"] or [], strict=False):
        ours = rmst(time[arm], event[arm], reference["tau"])
        call = "summary(survfit(Surv(time, event) ~ 1), rmean = tau)"
        for name in ("rmst", "std_error"):
            yield f"RMST, {name}", call, getattr(ours, name), _numbers(reference[name])


def _log_rank(reference: dict, data: dict) -> Iterator[Comparison]:
    rho, strata = reference["rho"], data["stratum"] if reference["strata"] else None
    test = log_rank(data["time"], data["event"], data["group"], rho=rho, strata=strata)
    title = f"Log-rank{', stratified' if reference['strata'] else ''}, rho = {rho:g}"
    call = f"survdiff(Surv(time, event) ~ group + strata(s), rho = {rho:g})"
    for name in ("chisq", "df", "p_value", "observed", "expected"):
        yield title, call, getattr(test, name), _numbers(reference[name])


def _cox(reference: dict, data: dict) -> Iterator[Comparison]:
    groups = np.unique(data["group"])[1:]
    X = np.column_stack([data["group"] == group for group in groups]).astype(float)
    if reference["terms"] > 1:
        X = np.column_stack([X, data["x"]])
    model = cox(
        data["time"],
        data["event"],
        X,
        ties=reference["ties"],
        strata=data["stratum"] if reference["strata"] else None,
        cluster=(np.arange(1, data["time"].size + 1) // 2) if reference["cluster"] else None,
        weights=data["weights"],
        entry=data["entry"],
    )
    call = COX_CALL.format(reference["ties"])
    if model.message:
        return  # R prints a number here; tests of their own say what we do instead
    title = f"Cox, {reference['ties']}"
    yield f"{title}, coef", call, model.coef, _numbers(reference["coef"])
    robust = ", robust" if model.robust else ""
    yield f"{title}, std_error{robust}", call, model.std_error, _numbers(reference["std_error"])
    yield f"{title}, log-likelihood", call, model.loglik, _numbers(reference["loglik"])
    yield f"{title}, score test", call, model.score_test.chisq, _numbers(reference["score"])
    if not model.robust:
        yield f"{title}, Wald test", call, model.wald_test.chisq, _numbers(reference["wald"])
    yield from _concordance(model, reference)
    for transform in TRANSFORMS if reference["zph"] else ():
        if not reference["zph"][transform]:
            continue
        tests = proportional_hazards(model, transform).tests.values()
        ours = [test.chisq for test in tests]
        call = f"cox.zph(fit, {transform!r})"
        theirs = _numbers(reference["zph"][transform])
        yield f"Proportional hazards, {transform}", call, np.array(ours), theirs
    # with entry times R lists ties in another order; in strata without contrast it has numbers
    if reference["scaled"] and data["entry"] is None and not reference["strata"]:
        residuals = schoenfeld_residuals(model, "identity")
        theirs = _numbers(reference["scaled"]).reshape(residuals.scaled.shape)
        yield "Scaled Schoenfeld residuals", "cox.zph(fit)$y", residuals.scaled, theirs
        theirs = _numbers(reference["scaled_variance"])
        yield (
            "Scaled Schoenfeld residuals, variance",
            "cox.zph(fit)$var",
            residuals.variance,
            theirs,
        )


def _concordance(model: CoxModel, reference: dict) -> Iterator[Comparison]:
    found, call = concordance_of(model), "concordance(fit)"
    yield "Concordance", call, found.concordance, _numbers(reference["concordance"])
    pairs = [found.concordant, found.discordant, found.tied_risk]
    yield "Concordance, pairs", call, np.array(pairs), _numbers(reference["pairs"])
    if not model.robust:
        theirs = _numbers(reference["concordance_std"])
        yield "Concordance, std_error", call, found.std_error, theirs
