"""Sentences on the end points: effect, difference, time gained, checks of the result.

Every function returns Markdown to show, or None where the data say nothing to it.
"""

from collections.abc import Callable
from math import isfinite
from typing import TYPE_CHECKING

from trialbook.analyses.planned import planned
from trialbook.analyses.tipping_point import withdrawal_is_known
from trialbook.printed import is_zero, rounded, size_of
from trialbook.report import sentences
from trialbook.report.card import at_risk_said
from trialbook.report.constancy import Constancy
from trialbook.report.course import points_said
from trialbook.report.escape import escape_markdown
from trialbook.report.heading import free_of
from trialbook.report.landmarks import (
    at_landmark,
    chosen_by_data,
    few_at_risk,
    headline_landmark,
    horizon_of,
    shown_time,
)
from trialbook.report.narrative.common import pair_in_words
from trialbook.report.output import Text
from trialbook.report.sentences import at_start, listed, of, p_phrase
from trialbook.safe import WITHHELD

if TYPE_CHECKING:
    from trialbook.config import Comparison, Endpoint
    from trialbook.safe.lookup import Lookup


ONE_IN_TWENTY = 0.05
LIMITED = ("difference", "lower", "upper")


def say_result(lookup: "Lookup", endpoint: "Endpoint", ties: str | None = None) -> Text:
    """Return an end point's result and what it means, for every comparison."""
    parts = [
        f"{sentences.observed(lookup, endpoint, comparison, ties)} "
        f"{sentences.interpretation(lookup, endpoint, comparison, ties)}"
        for comparison in lookup.trial.comparisons
    ]
    plan = planned(lookup.trial, ties)
    if p := p_phrase(lookup, "log_rank", endpoint.paramcd, "all", method=plan.test):
        n, kind = len(lookup.trial.arms), "stratified log-rank" if plan.test else "log-rank"
        parts.append(f"Of all {n} groups together, the {kind} test gives {p}.")
    return Text("\n\n".join(parts) or sentences.not_compared(lookup.trial))


def say_landmark(lookup: "Lookup", endpoint: "Endpoint") -> Text | None:
    """Return the difference at the headline's landmark and the number needed to treat."""
    trial, t = lookup.trial, headline_landmark(lookup, endpoint)
    if t is None:
        if not trial.comparisons or not any(
            few_at_risk(lookup, endpoint, one) for one in lookup.landmarks(endpoint.paramcd)
        ):
            return None
        return Text(
            "At no landmark are 10 patients, and 10%, of every group still at risk: no difference "
            "stands here for itself."
        )
    lines = []
    for comparison in trial.comparisons:
        said = points_said(lookup, endpoint, comparison, t)
        if not said:
            continue
        if still := at_risk_said(lookup, endpoint, comparison, t):
            said = f"{said.removesuffix('.')}, with {still}."
        lines.append(f"{said} {_needed(lookup, endpoint, comparison, t)}".strip())
    return Text("\n\n".join(lines)) if lines else None


def _needed(lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison", t: float) -> str:
    """Return the number needed to treat, of its horizon; '' where chance did not assign.

    Where the interval of the difference covers none, so does that of the number, which goes
    through infinity (Altman 1998): its two ends are said as what they are.
    """
    difference, lower, upper = at_landmark(lookup, endpoint, comparison, t)
    if not isfinite(difference) or difference == 0 or lookup.trial.randomized != "yes":
        return ""
    good = (difference > 0) != endpoint.favourable
    # The event is what one hopes for, or what one fears.
    event = of(endpoint.noun or endpoint.label)
    with_event, without = f"has {event}", f"stays {_free_of(endpoint)}"
    treated_for = f"treated for {shown_time(lookup.trial, t)}"
    if lower * upper > 0:
        few, many = (rounded(n, 0) for n in sorted(1 / abs(limit) for limit in (lower, upper)))
        fate, kind = with_event if difference < 0 else without, "treat" if good else "harm"
        return (
            f"That is one more patient who {fate} for every {rounded(1 / abs(difference), 0)} "
            f"{treated_for} (number needed to {kind}; {lookup.ci}, {few} to {many})."
        )
    ends = [f"one more who {without} for every {rounded(1 / upper, 0)}"] if upper else []
    ends += [f"one more who {with_event} for every {rounded(-1 / lower, 0)}"] if lower else []
    span = ", through none, to ".join(ends)
    return f"Counted in patients {treated_for}, the interval goes from {span}."


def _free_of(endpoint: "Endpoint") -> str:
    """Return what they are who had no event, within a sentence of Markdown."""
    return escape_markdown(free_of(endpoint))


def say_rmst(lookup: "Lookup", endpoint: "Endpoint") -> Text | None:
    """Return the difference in restricted mean time free of the event."""
    trial, lines = lookup.trial, []
    for comparison in trial.comparisons:
        t = horizon_of(lookup, endpoint, comparison)
        key, of_row = ("rmst", endpoint.paramcd, comparison.name), {"method": "difference"}
        if t is None or not sentences.has_interval(lookup, *key, time=t, **of_row):
            continue
        of_row |= {"time": t}
        value = lookup.value("difference", *key, **of_row)
        texts = (lookup.text(f"{{{one}}}", *key, **of_row) for one in LIMITED)
        text, low, high = size_of(*texts)
        p = p_phrase(lookup, *key, **of_row)
        told = "; ".join(filter(None, [f"{lookup.ci}, {low} to {high}", p]))
        within = f"Within {shown_time(trial, t)}, patients"
        if is_zero(text):
            lines.append(
                f"{within} of both groups were {_free_of(endpoint)} equally long on average: the "
                f"difference was {text} {trial.time.show} ({told})."
            )
            continue
        lines.append(
            f"{within} given {of(comparison.treated.label)} spent on average {text} "
            f"{trial.time.show} {'more' if value > 0 else 'fewer'} {_free_of(endpoint)} "
            f"than those given {of(comparison.control.label)} ({told})."
        )
    if lines and chosen_by_data(lookup):
        lines.append(
            "No horizon was given: the data chose it, one for all comparisons, and a plan would "
            "have set it before they were seen."
        )
    return Text("\n\n".join(lines)) if lines else None


def say_proportional_hazards(lookup: "Lookup", endpoint: "Endpoint", alpha: float = 0.05) -> Text:
    """Return whether the hazard ratio may be read as constant over time."""
    lines = []
    for comparison in lookup.trial.comparisons:
        who = pair_in_words(comparison)
        key = ("proportional_hazards", endpoint.paramcd, comparison.name)
        p = lookup.value("p_value", *key, method="km")
        effect = sentences.effect_of(lookup, endpoint, comparison)
        said = p_phrase(lookup, *key, method="km")
        instead = _without_constancy(lookup, endpoint, comparison)
        if effect.constancy is Constancy.NOT_THROUGHOUT:
            tested = f" (test of proportional hazards, {said})" if said else ""
            lines.append(f"{who}: the hazard ratio did not hold throughout{tested}. {instead}")
        elif not isfinite(p):
            lines.append(f"{who}: proportional hazards cannot be tested here.")
        elif p < alpha:
            lines.append(
                f"{who}: the hazard ratio changed over time ({said}); one number "
                f"is an average over it, and the curves say more. {instead}"
            )
        else:
            lines.append(
                f"{who}: the data do not contradict a constant hazard ratio "
                f"({said}); a test with few events would miss all but large changes."
            )
    if any("did not hold" in line or "changed over" in line for line in lines):
        lines.append("The planned estimate stands all the same: no test chooses the analysis.")
    return Text("\n\n".join(lines) or sentences.not_compared(lookup.trial))


def _without_constancy(lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison") -> str:
    """Return what needs no constant ratio: the average hazard's ratio, the max-combo test."""
    said, code, name = [], endpoint.paramcd, comparison.name
    for t in lookup.distinct("time", "average_hazard", paramcd=code, arm=name)[:1]:
        of_row = {"time": t, "method": "ratio"}
        ratio = lookup.text("{ratio}", "average_hazard", code, name, **of_row)
        limits = lookup.text("{lower} to {upper}", "average_hazard", code, name, **of_row)
        if ratio[:1].isdigit():
            within = shown_time(lookup.trial, t)
            said.append(f"the ratio of the average hazards within {within} is {ratio} "
                        f"({lookup.ci}, {limits})")  # fmt: skip
    if p := p_phrase(lookup, "log_rank", code, name, method="maxcombo"):
        said.append(f"the max-combo test gives {p}")
    return f"Without that assumption {listed(said)}." if said else ""


def say_subgroups(lookup: "Lookup", endpoint: "Endpoint") -> Text | None:
    """Return the interaction tests, with the warning that subgroups deserve."""
    if not lookup.trial.comparisons:
        return Text(sentences.not_compared(lookup.trial))
    lines, tests = [], []
    for comparison in lookup.trial.comparisons:
        found = []
        for name in lookup.distinct("subgroup", "subgroup", paramcd=endpoint.paramcd):
            if "=" in name:
                continue
            key = ("subgroup", endpoint.paramcd, comparison.name)
            p = p_phrase(lookup, *key, subgroup=name, method="interaction")
            if p:
                tests.append(lookup.value("p_value", *key, subgroup=name, method="interaction"))
                found.append(f"{of(lookup.trial.labels.get(name, name))} ({p})")
        if found:
            lines.append(f"{pair_in_words(comparison)}, interaction tests: {listed(found)}.")
    if not lines:
        return None
    if (n := len(tests)) > 1:
        below = sum(p < ONE_IN_TWENTY for p in tests)
        lines.append(
            f"{at_start(_number(below))} of the {n} interaction tests "
            f"{'was' if below == 1 else 'were'} below {ONE_IN_TWENTY:g}; by chance alone, 1 in 20 "
            "would be."
        )
    lines.append(
        "Subgroups are small and many: a difference between them arises easily by chance, and an "
        "interval that crosses 1 in one subgroup does not show that the treatment fails there."
    )
    return Text("\n\n".join(lines))


def _number(n: int) -> str:
    """Return a count at the start of a sentence."""
    return {0: "none", 1: "one", 2: "two", 3: "three"}.get(n, str(n))


def say_components(lookup: "Lookup", endpoint: "Endpoint") -> Text | None:
    """Return which component was the first event of a composite, by number of patients."""
    trial = lookup.trial
    labels = {one.paramcd: of(one.label) for one in trial.endpoints}
    codes = lookup.distinct("level", "composite", paramcd=endpoint.paramcd, method="first")
    lines = []
    for arm in trial.arms:
        key = ("composite", endpoint.paramcd, arm.code)
        counts = {code: lookup.value("n", *key, level=code, method="first") for code in codes}
        order = sorted((c for c in counts if counts[c] > 0), key=lambda c: (-counts[c], c))
        parts = [
            f"{labels.get(code, escape_markdown(code.lower()))} in "
            f"{lookup.text('{n}', *key, level=code, method='first')}"
            for code in order
        ]
        hidden = any(lookup.withholds("n", *key, level=code, method="first") for code in codes)
        if hidden or lookup.leaves_out("level", "composite", paramcd=endpoint.paramcd):
            parts.append("others (numbers withheld)")
        lines.append(f"- {at_start(of(arm.label))}: {listed(parts) or 'none'}.")
    if not codes or all(line.endswith(": none.") for line in lines):
        return None
    intro = f"What came first in the patients with {of(endpoint.label)}:"
    outro = "A composite is as strong as its commonest component, and says little on the rare ones."
    return Text("\n".join([intro, "", *lines, "", outro]))


def say_multiplicity(lookup: "Lookup", alpha: float = 0.05) -> Text | None:
    """Return which key end points stay below alpha after adjustment, and which do not."""
    family = lookup.trial.config.multiplicity
    if family is None or not lookup.has("multiplicity"):
        return None
    lines = []
    for comparison in lookup.trial.comparisons:
        for method in family.methods:
            kept, lost = [], []
            for code in family.family:
                p = lookup.value("p_value", "multiplicity", code, comparison.name, method=method)
                unadjusted = lookup.value("p_value", "log_rank", code, comparison.name)
                label = of(lookup.trial.endpoint(code).label)
                if p < alpha:
                    kept.append(label)
                elif unadjusted < alpha:
                    lost.append(label)
            who = pair_in_words(comparison, start=False)
            text = f"{method.capitalize()} ({who}): P stays below {alpha:g} for "
            text += f"{'; '.join(kept) or 'none'}"
            if lost:
                text += f". It is below only before the adjustment for {'; '.join(lost)}"
            lines.append(f"- {text}.")
    return Text("\n".join(lines))


def say_change_of_primary(lookup: "Lookup", ties: str | None = None) -> Text | None:
    """Return the result of the end point that an amendment replaced, beside the present one."""
    trial = lookup.trial
    amendments = trial.config.design.amendments if trial.config.design else ()
    codes = [one.replaces for one in amendments if one.replaces]
    if not codes or not trial.comparisons:
        return None
    parts = ["The primary end point was changed after the trial had begun; both results:"]
    for endpoint in (trial.primary, *(trial.endpoint(code) for code in codes)):
        for comparison in trial.comparisons:
            effect = sentences.effect_of(lookup, endpoint, comparison, ties)
            role = "as changed" if endpoint is trial.primary else "as planned"
            parts.append(
                f"- {role}, {of(endpoint.label)} ({pair_in_words(comparison, start=False)}): "
                f"{sentences.interval(effect)}."
            )
    return Text("\n".join([parts[0], "", *parts[1:]]))


def say_withdrawal(lookup: "Lookup", endpoint: "Endpoint", alpha: float = 0.05) -> Text | None:
    """Return from which delta on the result is no longer significant, and the extreme cases."""
    lines, trial = [], lookup.trial
    known = withdrawal_is_known(trial.adsl)
    who = sentences.who_left(known)
    for comparison in lookup.trial.comparisons:
        of_row = ("tipping_point", endpoint.paramcd, comparison.name)
        methods = lookup.distinct("method", *of_row[:1], paramcd=of_row[1], arm=of_row[2])
        deltas = sorted(
            float(one.split("@")[0].removeprefix("delta=")) for one in methods if "delta=" in one
        )
        if not deltas:
            continue
        first = {"level": "treated", "method": f"delta={deltas[0]:g}"}
        if lookup.withholds("p_value", *of_row, **first):
            lines.append(f"{pair_in_words(comparison)}: withheld, for an arm has few events.")
            continue
        # Where it is not known who withdrew, whom the calendar censored would count as withdrawn.
        if known:
            tips = _tips(lookup, of_row, deltas, alpha, who)
            lines.append(f"{pair_in_words(comparison)}: {tips}")
        reference = {"level": "reference", "method": "delta=1"}
        if jump := lookup.text("{hr} ({hr_lower} to {hr_upper})", *of_row, **reference):
            lines.append(
                f"Had the {who('both groups')} gone on as {of(comparison.control.label)} does "
                f"(*jump to reference*), the hazard ratio would be {jump}."
            )
        worst, best = (
            lookup.text("{hr} ({hr_lower} to {hr_upper})", *of_row, level=level, method="extreme")
            for level in ("worst", "best")
        )
        # Of patients censored by the calendar, who are most, the extremes say nothing.
        if worst and best and known:
            lines.append(
                f"In the extreme cases, where the withdrawn patients of one group all have the "
                f"event at once and those of the other never, the hazard ratio is {worst} at "
                f"worst and {best} at best for {of(comparison.treated.label)}."
            )
    return Text("\n\n".join(lines)) if lines else None


def _tips(
    lookup: "Lookup",
    of_row: tuple,
    deltas: list[float],
    alpha: float,
    who: Callable[[str], str],
) -> str:
    """Return where significance is lost as the treated arm's patients who left fare otherwise.

    Worse than those who stayed where the result is a lower hazard, better where it is a higher one.
    """

    def p(delta: float) -> float:
        key = {"level": "treated", "method": f"delta={delta:g}"}
        return lookup.value("p_value", *of_row, **key)

    start = 1.0 if 1.0 in deltas else deltas[0]
    if not p(start) < alpha:
        return (
            f"the P value is not below {alpha:g} where the {who('both groups')} "
            "are taken to have fared like those who stayed, so there is nothing to tip."
        )
    # Towards no difference: worse where fewer of the treated had the event, else better.
    key = {"level": "treated", "method": f"delta={start:g}"}
    fewer = lookup.value("hr", *of_row, **key) < 1
    tried = [d for d in deltas if d > start] if fewer else [d for d in deltas[::-1] if d < start]
    lost = [delta for delta in tried if p(delta) >= alpha]
    if tried and not lost:
        if tried[-1] == 0:
            case = f"none of the {who('the treated group')} had the event later"
        else:
            case = (
                f"the hazard of the {who('the treated group')} was {tried[-1]:g} times "
                "that of those who stayed"
            )
        return f"even if {case}, the P value would stay below {alpha:g}."
    if not lost:
        return f"the P value is below {alpha:g}; no other assumption was tried."
    before = max((d for d in [start, *tried] if d < lost[0]), default=start)
    if not fewer:
        before = min((d for d in [start, *tried] if d > lost[0]), default=start)
    low, high = sorted((before, lost[0]))
    times = f"between {low:g} and {high:g} times" if low else f"somewhere below {high:g} times"
    return (
        "the result would no longer be significant if the hazard of the "
        f"{who('the treated group')} was {times} that of those who stayed: there the P value "
        f"passes {alpha:g}. Whether that is plausible is a clinical question."
    )


def say_recurrent(lookup: "Lookup") -> Text | None:
    """Return the intensity ratio of events that can come back."""
    trial, lines = lookup.trial, []
    for code in lookup.distinct("paramcd", "recurrent"):
        for comparison in trial.comparisons:
            key = ("recurrent", code, comparison.name)
            text = lookup.text("{hr}", *key, method="andersen_gill")
            if not text:
                continue
            limits = lookup.text("{hr_lower} to {hr_upper}", *key, method="andersen_gill")
            p = p_phrase(lookup, *key, method="andersen_gill")
            estimate = f"rate ratio, {text}; {lookup.ci}, {limits}; {p}"
            if text == WITHHELD:
                estimate = "withheld, for an arm has few such events"
            elif text == "NE":
                estimate = "not estimable, for an arm has no such event"
            what = f"{escape_markdown(code)}, all events of a patient"
            lines.append(f"- {what} ({pair_in_words(comparison, start=False)}): {estimate}.")
    return Text("\n".join(lines)) if lines else None
