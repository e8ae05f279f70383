"""Compare with R what holds with few events, average hazards, adjusted P values, exact rates.

The fourth part of what *Checked against R* shows; see `estimators`. Data beside R's values are in
``few_events.json``, made by ``few_events.R``: two real trials and two made ones, with few events
and ties, and without an event in one arm.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from trialbook.agreement.estimators import Comparison, read_reference
from trialbook.analyses.repeated_measures import repeated_measures
from trialbook.survival.average_hazard import (
    average_hazard,
    average_hazard_difference,
    average_hazard_ratio,
)
from trialbook.survival.cox import cox, firth, profile_interval
from trialbook.survival.few_events import bpcp, mover_difference
from trialbook.survival.kaplan_meier import KaplanMeier, kaplan_meier
from trialbook.survival.multiplicity import adjusted
from trialbook.survival.rates import incidence_rate, rate_ratio


def few_event_comparisons(folder: str | Path) -> Iterator[Comparison]:
    """Yield every quantity, as computed here and by R.

    Parameters
    ----------
    folder : str or Path
        Where the files are, ``trialbook/agreement/reference``.
    """
    reference = read_reference(Path(folder) / "few_events.json")
    for case in reference["cases"]:
        yield from _case(case)
    for method in ("holm", "hochberg", "bonferroni"):
        call = f"p.adjust(p, {method!r})"
        title = f"Adjusted P values, {method.capitalize()}"
        yield title, call, adjusted(reference["p"], method), np.array(reference[method])
    yield from _rates(reference["rates"])
    yield from _mixed(Path(folder) / "repeated_measures" / "data.csv", reference["mixed"])


def _case(case: dict) -> Iterator[Comparison]:
    data = {name: np.array(values) for name, values in case["data"].items()}
    arms = [data["treated"] == 1, data["treated"] == 0]
    curves = [kaplan_meier(data["time"][of], data["event"][of]) for of in arms]
    for curve, theirs in zip(curves, case["arms"], strict=True):
        yield from _limits(curve, theirs["bpcp"])
        if theirs["average_hazard"]:
            ours = average_hazard(curve, case["tau"])
            call = "(1 - S(tau)) / area; sum((1/F - R(t)/R(tau))^2 d/y^2) of survfit's counts"
            found = [ours.average_hazard, ours.std_error]
            title = "Average hazard with survival weight, and std_error"
            yield title, call, np.array(found), np.array(theirs["average_hazard"])
    if all(theirs["average_hazard"] for theirs in case["arms"]):
        yield from _average_hazards_compared(curves, case)
    call = "survfit's log-log limits, or qbeta()'s with fewer than 5 events, combined"
    for t, *theirs in case["mover"]:
        found = mover_difference(*curves, t)
        ours = np.array([found.difference, found.lower, found.upper])
        yield "Difference of survival, MOVER", call, ours, np.array(theirs)
    outcome = (data["time"], data["event"], data["treated"])
    if case["profile"]:
        found = profile_interval(cox(*outcome))
        ours = np.array([found.hr_upper, found.p_value])
        call = "coxph(init = b, iter.max = 0)$loglik, uniroot()"
        yield "Profile likelihood, an arm without events", call, ours, np.array(case["profile"])
    if case["firth"]:
        found = firth(*outcome)
        ours = np.array([found.hr, found.hr_lower, found.hr_upper, found.p_value]).ravel()
        call = "loglik - log(vcov) / 2 of coxph(init = b, iter.max = 0), optimize(), uniroot()"
        yield "Firth's hazard ratio, interval, P value", call, ours, np.array(case["firth"])


def _limits(curve: KaplanMeier, reference: list) -> Iterator[Comparison]:
    for t, *theirs in reference:
        found = bpcp(curve, t)
        call = "qbeta() of the product of Betas, by two moments"
        yield "Survival, BPCP limits", call, [found.lower, found.upper], np.array(theirs)


def _average_hazards_compared(curves: list[KaplanMeier], case: dict) -> Iterator[Comparison]:
    ours = [average_hazard(curve, case["tau"]) for curve in curves]
    (one, se_one), (other, se_other) = (theirs["average_hazard"] for theirs in case["arms"])
    ratio, difference = average_hazard_ratio(*ours), average_hazard_difference(*ours)
    theirs = [one / other, np.hypot(se_one / one, se_other / other)]
    call = "the arms' values, delta method"
    title = "Average hazards compared"
    yield f"{title}, ratio", call, np.array([ratio.ratio, ratio.std_error]), np.array(theirs)
    theirs = [one - other, np.hypot(se_one, se_other)]
    found = np.array([difference.difference, difference.std_error])
    yield f"{title}, difference", call, found, np.array(theirs)


def _rates(reference: dict) -> Iterator[Comparison]:
    for name in ("one", "none"):
        theirs = reference[name]
        found = incidence_rate(theirs["n"], theirs["years"], per=1)
        ours = [found.lower, found.upper]
        yield "Rate, exact limits", "poisson.test(n, years)", ours, np.array(theirs["limits"])
    theirs = reference["ratio"]
    (n1, n0), (t1, t0) = theirs["n"], theirs["years"]
    found = rate_ratio(n1, t1, n0, t0)
    ours = [found.rate_ratio, found.lower, found.upper]
    call = "poisson.test(c(n1, n0), c(t1, t0))"
    title = "Ratio of rates, exact conditional limits"
    yield title, call, ours, np.array([theirs["ratio"], *theirs["limits"]])


def _mixed(path: Path, reference: list) -> Iterator[Comparison]:
    data = pd.read_csv(path)
    wide = data.pivot_table("change", "USUBJID", "visit")
    patients = data.drop_duplicates("USUBJID").set_index("USUBJID").loc[wide.index]
    base = patients["base"] - patients["base"].mean()
    Z = np.column_stack([patients["arm"] == "A", patients["arm"] == "B", base]).astype(float)
    model = repeated_measures(wide.to_numpy(), Z)
    for visit, theirs in enumerate(reference):
        ours = model.contrast(visit, np.array([-1.0, 1.0, 0.0]))[1:]
        call = "Kenward and Roger's formulas at nlme::gls's estimates"
        yield "Mixed model, std_error and df", call, np.array(ours), np.array(theirs)
