"""Findings as headings of sections: short plain text that follows from the results.

Each function returns None where the data say nothing to it; a static heading then stands. What is
said is of one comparison; with several, a table says it of each, and so does the heading.
"""

from collections.abc import Iterable
from math import isfinite
from typing import TYPE_CHECKING

from trialbook.analyses.planned import planned
from trialbook.report.card import harms_card
from trialbook.report.constancy import Constancy
from trialbook.report.effect import effect_of
from trialbook.report.words import at_start, continued, in_text, listed

if TYPE_CHECKING:
    from trialbook.config import Comparison, Endpoint
    from trialbook.safe.lookup import Lookup

OTHERS = "@"


def find_end_points(lookup: "Lookup", comparison: "Comparison") -> str | None:
    """Return how many end points point the same way: ``"All 9 hazard ratios are below 1 ..."``."""
    shown = [one for one in lookup.trial.endpoints if not one.favourable]
    effects = [effect_of(lookup, endpoint, comparison) for endpoint in shown]
    known = [one for one in effects if one.estimable]
    if len(known) < 2:
        return None
    below, clear = sum(one.hr < 1 for one in known), sum(one.upper < 1 for one in known)
    above = sum(one.lower > 1 for one in known)
    every = f"{'Both' if len(known) == 2 else f'All {len(known)}'} hazard ratios are"
    verb = "is" if below == 1 else "are"
    if not below:
        text = f"{every} 1 or above, "
        return _of_pair(lookup, comparison, f"{text}{above or 'none'} with the whole interval")
    subject = every if below == len(known) else f"{below} of {len(known)} hazard ratios {verb}"
    text = f"{subject} below 1, {clear or 'none'} with the whole "
    text += f"interval, and {above} above 1 with it" if above else "interval"
    return _of_pair(lookup, comparison, text)


def _of_pair(lookup: "Lookup", comparison: "Comparison", text: str) -> str:
    """Return what is found of a comparison, named where there are several."""
    if len(lookup.trial.comparisons) < 2:
        return text
    treated, control = in_text(comparison.treated.label), in_text(comparison.control.label)
    return f"{at_start(treated)} compared with {control}: {continued(text)}"


def find_components(lookup: "Lookup", endpoint: "Endpoint") -> str | None:
    """Return which component came first most often, of all arms together."""
    labels = {one.paramcd: one.label for one in lookup.trial.endpoints}
    counts: dict[str, float] = {}
    for code in lookup.distinct("level", "composite", paramcd=endpoint.paramcd, method="first"):
        each = [
            lookup.value("n", "composite", endpoint.paramcd, a.code, level=code, method="first")
            for a in lookup.trial.arms
        ]
        counts[code] = sum(each)
    known = {code: n for code, n in counts.items() if isfinite(n)}
    if not known or len(known) < len(counts) or not sum(known.values()):
        return None
    most = max(known, key=lambda code: known[code])
    label = at_start(in_text(labels.get(most, most)))
    key = ("n", "composite", endpoint.paramcd, lookup.trial.arms[0].code)
    mark = lookup.mark(*key, level=most, method="first")
    return f"{label} came first in {known[most]:.0f}{mark} of {sum(known.values()):.0f}"


def find_subgroups(lookup: "Lookup", endpoint: "Endpoint") -> str | None:
    """Return how many interaction tests are below 0.05."""
    tests = []
    for comparison in lookup.trial.comparisons:
        for name in lookup.distinct("subgroup", "subgroup", paramcd=endpoint.paramcd):
            of = {"subgroup": name, "method": "interaction"}
            tests.append(
                lookup.value("p_value", "subgroup", endpoint.paramcd, comparison.name, **of)
            )
    tests = [p for p in tests if isfinite(p)]
    if not tests:
        return None
    below = sum(p < 0.05 for p in tests)
    if not below:
        if len(lookup.trial.comparisons) > 1:
            return "In no comparison is a subgroup known to differ from the others"
        return "No subgroup is known to differ from the others"
    verb = "is" if below == 1 else "are"
    return f"{below} of {len(tests)} interaction tests {verb} below 0.05"


def other_analyses(
    lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison"
) -> list[tuple[float, float, float]]:
    """Return the hazard ratios with limits of all analyses but the planned one, as may be shown.

    Other models and ties (``cox``), other conventions (``sensitivity``); no part of the follow-up.
    """
    code, name = endpoint.paramcd, comparison.name
    keys = [
        (("cox", code, name), method)
        for method in lookup.distinct("method", "cox", paramcd=code, arm=name, level="")
        if method.split(OTHERS)[0] != planned(lookup.trial).model
    ]
    keys += [
        (("sensitivity", code, name), method)
        for method in lookup.distinct("method", "sensitivity", paramcd=code, arm=name)
    ]
    found = [
        tuple(lookup.value(one, *key, method=method) for one in ("hr", "hr_lower", "hr_upper"))
        for key, method in keys
    ]
    return [ratio for ratio in found if all(map(isfinite, ratio))]


def find_sensitivity(
    lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison"
) -> str | None:
    """Return how the other analyses came out: ``"All 12 other analyses give a ratio below 1"``."""
    effect = effect_of(lookup, endpoint, comparison)
    planned_hr = effect.hr
    others = other_analyses(lookup, endpoint, comparison)
    if not others or not isfinite(planned_hr) or effect.constancy is Constancy.NOT_THROUGHOUT:
        return None
    below = planned_hr < 1
    side = "below" if below else "above"
    same = sum((hr < 1) == below for hr, _, _ in others)
    clear = sum(upper < 1 if below else lower > 1 for _, lower, upper in others)
    n = len(others)
    how_many = {1: "The one", 2: "Both"}.get(n, f"All {n}") if same == n else f"{same} of {n}"
    gives = "analysis gives" if n == 1 else "analyses give"
    if clear == n:
        told = "its interval included" if n == 1 else "intervals included"
    elif not clear:
        told = f"but no interval lies wholly {side} it"
    else:
        lie = "lies" if clear == 1 else "lie"
        told = f"and {clear} of the {n} intervals {lie} wholly {side} it"
    return _of_pair(lookup, comparison, f"{how_many} other {gives} a hazard ratio {side} 1, {told}")


def find_constancy(lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison") -> str | None:
    """Return whether the hazard ratio held."""
    p = lookup.value(
        "p_value", "proportional_hazards", endpoint.paramcd, comparison.name, method="km"
    )
    found = effect_of(lookup, endpoint, comparison).constancy
    if found is Constancy.NOT_CONTRADICTED and not isfinite(p):
        return None
    return {
        Constancy.NOT_THROUGHOUT: "The hazard ratio did not hold throughout",
        Constancy.CHANGED: "The hazard ratio changed over time",
        Constancy.NOT_CONTRADICTED: "Nothing contradicts a constant hazard ratio",
    }[found]


def find_flow(lookup: "Lookup") -> str | None:
    """Return how many stayed: ``"73 of 116 and 54 of 111 completed the study"``."""
    parts = []
    for arm in lookup.trial.arms:
        key = ("disposition", "EOSSTT", arm.code)
        percent = lookup.text("{percent}", *key, level="COMPLETED")
        if not percent[:1].isdigit():
            return None
        several = len(lookup.trial.arms) > 1
        parts.append(
            f"{percent}% of {f'those given {in_text(arm.label)}' if several else 'the patients'}"
        )
    return f"The study was completed by {listed(parts)}" if parts else None


def find_harms(
    lookup: "Lookup",
    comparison: "Comparison",
    labels: dict[str, str],
    keys: Iterable[str] = ("serious", "any"),
) -> str | None:
    """Return the difference in serious adverse events: ``"9.9 percentage points fewer ..."``.

    With its interval, which may hold no difference. Of all adverse events where that of the
    serious ones may not be shown or is not given.
    """
    found = harms_card(lookup, comparison, labels, keys)
    if not found:
        return None
    words = found[0].words.partition(":")[0].replace(" patients with ", " patients had ")
    number = found[0].number.replace(" points", " percentage points")
    treated, control = in_text(comparison.treated.label), in_text(comparison.control.label)
    limits = f" ({found[0].limits})" if found[0].limits else ""
    return f"{number} {words} with {treated} than with {control}{limits}"


def find_shares(lookup: "Lookup") -> str | None:
    """Return how many had an adverse event, by arm: what is known where nothing is compared."""
    parts, arms = [], lookup.trial.arms
    for arm in arms:
        percent = lookup.text("{percent}", "adverse_events", "any", arm.code)
        if not percent[:1].isdigit():
            return None
        who = "the patients" if len(arms) == 1 else f"those given {in_text(arm.label)}"
        parts.append(f"{percent.removesuffix('%')}% of {who}")
    return f"An adverse event was recorded in {listed(parts)}" if parts else None


def find_follow_up(lookup: "Lookup", endpoint: "Endpoint") -> str | None:
    """Return how long patients were followed, by arm: ``"Followed for a median of ..."``."""
    parts = []
    of = {"level": "median", "method": "reverse"}
    for arm in lookup.trial.arms:
        key = ("follow_up", endpoint.paramcd, arm.code)
        median = lookup.value("median", *key, **of)
        if not isfinite(median):
            return None
        mark = lookup.mark("median", *key, **of)
        unit = "" if parts else f" {lookup.trial.time.show}"
        parts.append(
            f"{lookup.trial.time.to_show(median):.1f}{mark}{unit}"
            + (f" with {in_text(arm.label)}" if len(lookup.trial.arms) > 1 else "")
        )
    return f"Followed for a median of {listed(parts)}" if parts else None
