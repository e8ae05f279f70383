"""Landmarks and horizons as sentences use them: which one stands in a headline, and its numbers."""

from collections.abc import Callable
from math import isfinite
from typing import TYPE_CHECKING

from trialbook.analyses.effects import enough_at_risk as enough_of_arm
from trialbook.printed import size_of
from trialbook.report.words import in_text

if TYPE_CHECKING:
    from trialbook.config import Comparison, Endpoint
    from trialbook.safe.lookup import Lookup
    from trialbook.trial import Trial

LIMITED = ("difference", "lower", "upper")
NO_DIFFERENCE = (float("nan"),) * 3


def shown_time(trial: "Trial", t: float) -> str:
    """Return a time with the unit shown: ``"12 months"``, ``"1 month"``."""
    number = f"{trial.time.to_show(t):.1f}".removesuffix(".0")
    return f"{number} {trial.time.show.removesuffix('s') if number == '1' else trial.time.show}"


def at_risk(lookup: "Lookup", endpoint: "Endpoint", t: float) -> tuple[float, ...]:
    """Return how many of each arm are at risk at a time; NaN where that may not be shown."""
    return tuple(
        lookup.value(
            "n_at_risk",
            "kaplan_meier",
            endpoint.paramcd,
            a.code,
            time=t,
            method=lookup.trial.conf_type,
        )
        for a in lookup.trial.arms
    )


def at_risk_said(
    lookup: "Lookup",
    endpoint: "Endpoint",
    comparison: "Comparison",
    t: float,
    named: Callable[[str], str] = in_text,
) -> str:
    """Return how many are left at a time, control first; '' if withheld.

    ``"still at risk, 54 with placebo and 70 with active"``; `named` makes a label fit for where
    the sentence goes.
    """
    trial = lookup.trial
    by_code = dict(zip((arm.code for arm in trial.arms), at_risk(lookup, endpoint, t), strict=True))
    left, said = [comparison.control, comparison.treated], []
    if not all(isfinite(by_code[arm.code]) for arm in left):
        return ""
    for arm in left:
        key = ("n_at_risk", "kaplan_meier", endpoint.paramcd, arm.code)
        mark = lookup.mark(*key, time=t, method=lookup.trial.conf_type)
        said.append(f"{by_code[arm.code]:,.0f}{mark} with {named(arm.label)}")
    return f"still at risk, {' and '.join(said)}"


def enough_at_risk(lookup: "Lookup", endpoint: "Endpoint", t: float) -> bool:
    """Return whether at a time 10% and 10 patients of every arm are at risk ."""
    for arm, n_at_risk in zip(lookup.trial.arms, at_risk(lookup, endpoint, t), strict=True):
        n = lookup.value("n", "kaplan_meier", endpoint.paramcd, arm.code)
        if not enough_of_arm(n_at_risk, n):
            return False
    return True


def few_at_risk(lookup: "Lookup", endpoint: "Endpoint", t: float) -> bool:
    """Return whether at a time an arm is known to have fewer at risk than a headline asks for."""
    known = all(map(isfinite, at_risk(lookup, endpoint, t)))
    return known and not enough_at_risk(lookup, endpoint, t)


def headline_landmark(lookup: "Lookup", endpoint: "Endpoint") -> float | None:
    """Return the last landmark at which enough patients of every arm are at risk; None of none."""
    reached = [t for t in lookup.landmarks(endpoint.paramcd) if enough_at_risk(lookup, endpoint, t)]
    return reached[-1] if reached else None


def method_of(lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison", t: float) -> str:
    """Return whose limits of a difference are shown: MOVER's where an arm has few events by then.

    Zou GY, Donner A. Stat Med 2008;27:1693-1702.
    """
    key = ("landmark", endpoint.paramcd, comparison.name)
    return "mover" if isfinite(lookup.value("lower", *key, time=t, method="mover")) else ""


def at_landmark(
    lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison", t: float
) -> tuple[float, float, float]:
    """Return the difference free of the event at a time, and its limits; NaN without an interval.

    Treated minus control, proportions. An interval of no width, before the first event, is none.
    """
    of = {"time": t, "method": method_of(lookup, endpoint, comparison, t)}
    key = ("landmark", endpoint.paramcd, comparison.name)
    difference = lookup.value("difference", *key, time=t)
    lower, upper = (lookup.value(name, *key, **of) for name in ("lower", "upper"))
    known = all(map(isfinite, (difference, lower, upper))) and lower != upper
    return (difference, lower, upper) if known else NO_DIFFERENCE


def points_at(
    lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison", t: float
) -> tuple[str, str, str]:
    """Return the size of a difference in percentage points, its limits in the same direction.

    Printed, without unit: ``("17.6", "6.0", "29.1")``.
    """
    of = {"time": t, "method": method_of(lookup, endpoint, comparison, t)}
    key = ("landmark", endpoint.paramcd, comparison.name)
    texts = [lookup.text("{difference}", *key, time=t)]
    texts += [lookup.text(f"{{{name}}}", *key, **of) for name in ("lower", "upper")]
    return size_of(*texts)


def horizon_of(lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison") -> float | None:
    """Return the time up to which means are compared, in AVAL's unit; None without one."""
    times = lookup.distinct("time", "rmst", paramcd=endpoint.paramcd, arm=comparison.name)
    return times[0] if times else None


def chosen_by_data(lookup: "Lookup") -> bool:
    """Return whether no horizon was given, so that the data chose it.

    A horizon is best laid down before the data are seen (Royston and Parmar 2013).
    """
    return lookup.trial.horizon is None
