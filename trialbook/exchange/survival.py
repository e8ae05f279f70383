"""Survival analyses of cardx as results: survfit, survdiff, Cox models."""

import math
from collections.abc import Iterator
from itertools import pairwise

from trialbook.exchange.card import Card, Design, NoPlaceError, is_treatment
from trialbook.exchange.effects import EXPONENTIATED, LOG, hazard_ratio, scale_of
from trialbook.results import method_at

Values = Iterator[tuple[dict, dict[str, float]]]
"""Key of rows, and their values by statistic."""

QUANTILES = {0.25: "q25", 0.5: "median", 0.75: "q75"}
# The method under which the book looks for subgroups.
SUBGROUPS = "efron"
_SURVIVAL = {"risk": lambda x: 1 - x, "cumhaz": lambda x: math.exp(-x)}
_TESTS = {"log-rank test": "", "peto & peto modification of gehan-wilcoxon test": "rho=1"}


def over_time(card: Card, design: Design) -> Values:
    """Yield survival at a time, whatever type of ``ard_survival_survfit`` tells it."""
    key = _of_an_arm(card, design, "kaplan_meier")
    counted = card.values(std_error="std.error", n_at_risk="n.risk")
    if card.context == "survival":
        _check_falls(card, design)
        estimates = card.values(survival="estimate", lower="conf.low", upper="conf.high")
    else:
        told = card.values(survival="estimate", lower="conf.high", upper="conf.low")
        estimates = {name: _SURVIVAL[card.context](value) for name, value in told.items()}
    yield key | {"time": _number(card)}, estimates | counted


def quantiles(card: Card, design: Design) -> Values:
    """Yield the time by which a quarter, half or three quarters had the event."""
    key = _of_an_arm(card, design, "kaplan_meier")
    level = QUANTILES.get(_number(card))
    if level is None:
        raise NoPlaceError(f"the book shows no quantile {card.level}")
    yield (
        key | {"level": level},
        card.values(median="estimate", lower="conf.low", upper="conf.high"),
    )


def _of_an_arm(card: Card, design: Design, analysis: str) -> dict:
    arm, others = design.split(card)
    if others:
        raise NoPlaceError(f"is by {', '.join(others)} besides the arm: the book has no such curve")
    if arm == "all":
        raise NoPlaceError("is of all arms together: the book has no such curve")
    kind = card.told.get("conf.type") or design.config.results.conf_type
    if kind is None:
        raise NoPlaceError("the kind of its interval is not told: results: {conf_type: log} in "
                           "trial.yml, log where survfit() was given none")  # fmt: skip
    method = card.said.get("method") or method_at(kind, _level(card, design))
    endpoint = design.endpoint_of(card).paramcd
    return {"analysis": analysis, "paramcd": endpoint, "arm": arm, "method": method}


def _check_falls(card: Card, design: Design) -> None:
    """Refuse what may be no survival: cardx calls the incidence of competing risks so, too.

    Survival is 1 at time 0 and never rises; an incidence is 0 there and never falls.
    """
    times = {}
    for one in design.cards_of_model(card):
        if one.variable == card.variable:
            times[_number(one)] = one.value("estimate")
    known = [times[t] for t in sorted(times) if not math.isnan(times[t])]
    rises = any(a < b for a, b in pairwise(known))
    falls = any(a > b for a, b in pairwise(known))
    if rises or not (falls or times.get(0) == 1):
        raise NoPlaceError("does not prove that it is survival, not an incidence: ask for time 0 "
                           "as well, times = c(0, ...)")  # fmt: skip


def difference(card: Card, design: Design) -> Values:
    """Yield a difference of survival, treated minus control; cardx takes its reference first."""
    reference = card.told.get("reference_level", "")
    if not reference:
        raise NoPlaceError("does not tell its reference_level: who is compared with whom")
    arm, others = design.split(card)
    if others:
        raise NoPlaceError(f"is by {', '.join(others)} besides the arm: the book has none such")
    name, turned = _pair(design, arm, design.arm_of(reference))
    # The reference minus the other is what is told.
    if turned:
        told = card.values(difference="estimate", lower="conf.low", upper="conf.high")
    else:
        told = card.values(difference="estimate", lower="conf.high", upper="conf.low")
        told = {name: -value for name, value in told.items()}
    told |= card.values(std_error="std.error", p_value="p.value")
    yield (
        {
            "analysis": "landmark",
            "paramcd": design.endpoint_of(card).paramcd,
            "arm": name,
            "time": _number(card),
            "method": method_at("", _level(card, design)),
        },
        told,
    )


def test(card: Card, design: Design) -> Values:
    """Yield a log-rank test: of the comparison where there is one, else of all arms."""
    if card.variable not in design.arm_variables and not is_treatment(card.variable):
        raise NoPlaceError(f"tests {card.variable}, which is no treatment")
    stratified = any(name.startswith("strata(") for name in card.groups)
    name = card.told.get("method", "").strip().casefold()
    method = card.said.get("method", _TESTS.get(name))
    if method is None:
        raise NoPlaceError(f"the book has no such test: {card.told.get('method') or 'not named'}")
    arms = design.config.arms
    if len(arms) == 2 and len(design.pairs) == 1:
        arm = next(iter(design.pairs.values()))
    elif card.value("df") == len(arms) - 1:
        arm = "all"
    else:
        raise NoPlaceError("does not tell which arms it compares")
    key = {"analysis": "log_rank", "paramcd": design.endpoint_of(card).paramcd, "arm": arm}
    told = card.values(chisq="statistic", df="df", p_value="p.value")
    yield key | {"method": "stratified" if stratified else method}, told


def model(card: Card, design: Design) -> Values:
    """Yield the hazard ratio of an arm, and the patients and events that its model counts."""
    if card.variable not in design.arm_variables:
        raise NoPlaceError(f"{card.variable} is no treatment: the book shows that of a model alone")
    cards = list(design.cards_of_model(card))
    groups = [one for one in cards if one.variable == card.variable]
    told = {"paramcd", "method"} & card.said.keys()
    if not told and not any("exposure" in one.told for one in cards):
        raise NoPlaceError("does not tell that it is a Cox model: add a column paramcd, or n_event "
                           "and exposure, as ard_regression() gives them")  # fmt: skip
    adjusted = sorted({one.variable for one in cards} - {card.variable})
    endpoint, arm = design.endpoint_of(card).paramcd, design.arm_of(card.level)
    _, others = design.split(card)
    of = _subgroup(design, others) | {"paramcd": endpoint}
    method = _method(card, design, adjusted)
    counts = card.values(n="n_obs", n_events="n_event")
    if "subgroup" in of:
        method = method_at(SUBGROUPS, _level(card, design))
        yield of | {"arm": arm, "method": method}, counts
    elif not adjusted:
        counts |= card.values(time_at_risk="exposure")
        yield of | {"analysis": "kaplan_meier", "arm": arm}, counts
    if card.told.get("reference_row") == "TRUE":
        return
    name, turned = _pair(design, arm, _reference(card, groups, design))
    names = ("estimate", "conf.low", "conf.high", "std.error", "p.value")
    estimates = {name: card.value(name) for name in names if name in card.told}
    if not estimates:
        return
    if "estimate" not in estimates:
        raise NoPlaceError("has no estimate")
    ratio = hazard_ratio(estimates, _scale(card, groups, design), turned=turned)
    if "subgroup" in of:
        ratio = {name: ratio[name] for name in ("hr", "hr_lower", "hr_upper") if name in ratio}
    yield {"analysis": "cox"} | of | {"arm": name, "method": method}, ratio


def _subgroup(design: Design, others: dict[str, str]) -> dict[str, str]:
    if not others:
        return {}
    variable, level = next(iter(others.items()))
    if len(others) > 1 or variable not in design.config.subgroups:
        raise NoPlaceError(f"{' and '.join(others)} is no subgroup of trial.yml")
    return {"analysis": "subgroup", "subgroup": f"{variable}={level}"}


def _method(card: Card, design: Design, adjusted: list[str]) -> str:
    """Return the method of a model: what the file says, else the one that trial.yml lays down."""
    level = _level(card, design)
    if "method" in card.said:
        return card.said["method"]
    plan = design.config.analysis
    if adjusted and not plan.model.startswith("adjusted:"):
        raise NoPlaceError(f"is of a model with {', '.join(adjusted)}: which, a column method must "
                           "say (adjusted:NAME, a model of trial.yml)")  # fmt: skip
    if not adjusted and plan.model.startswith("adjusted:"):
        return method_at(plan.ties, level)
    return method_at(plan.ties if plan.model == "unstratified" else plan.model, level)


def _reference(card: Card, groups: list[Card], design: Design) -> str:
    """Return the arm with which a model compares: told by a row, by trial.yml, or the only other.

    Raises
    ------
    NoPlaceError
        Where nothing tells it.
    """
    if card.told.get("contrasts_type", "treatment") != "treatment":
        raise NoPlaceError(f"its contrasts are {card.told['contrasts_type']}, not of treatment")
    told = [one.level for one in groups if one.told.get("reference_row") == "TRUE"]
    if len(told) == 1:
        return design.arm_of(told[0])
    if told:
        raise NoPlaceError("has several reference rows")
    if design.config.results.reference:
        return design.arm_of(design.config.results.reference)
    codes = {arm.code for arm in design.config.arms}
    levels = {design.arm_of(one.level) for one in groups}
    if len(codes) == 2 and len(levels) == 1:
        return next(iter(codes - levels))
    raise NoPlaceError("does not tell with which arm it compares: keep the reference row, or say "
                       "results: {reference: CODE} in trial.yml")  # fmt: skip


def _pair(design: Design, arm: str, reference: str) -> tuple[str, bool]:
    """Return the comparison of two arms, and whether it stands the other way round."""
    if (arm, reference) in design.pairs:
        return design.pairs[arm, reference], False
    if (reference, arm) in design.pairs:
        return design.pairs[reference, arm], True
    raise NoPlaceError(f"{arm} with {reference} is no comparison of trial.yml")


def _scale(card: Card, groups: list[Card], design: Design) -> str:
    """Return the scale of an estimate: proved by its numbers, or told by trial.yml."""
    at_reference = {one.value("estimate") for one in groups
                    if one.told.get("reference_row") == "TRUE"}  # fmt: skip
    if 1.0 in at_reference:
        return EXPONENTIATED
    if 0.0 in at_reference:
        return LOG
    names = ("estimate", "conf.low", "conf.high", "std.error", "statistic", "p.value")
    proved = scale_of(*map(card.value, names), _level(card, design))
    told = design.config.results.hazard_ratio
    if proved and told and proved != told:
        raise NoPlaceError(f"trial.yml says {told}, the numbers are {proved}")
    if not (proved or told):
        raise NoPlaceError("does not prove whether it is a hazard ratio or its log: in trial.yml "
                           "results: {hazard_ratio: exponentiated}, or log")  # fmt: skip
    return proved or told


def _level(card: Card, design: Design) -> float:
    level = card.value("conf.level")
    return design.config.results.conf_level if math.isnan(level) else level


def _number(card: Card) -> float:
    try:
        return float(card.level)
    except ValueError:
        raise NoPlaceError(f"{card.level} is no number") from None
