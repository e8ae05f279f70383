"""Sentences on the end points: effect, difference, time gained, checks of the result.

Every function returns Markdown to show, or None where the data say nothing to it.
"""

from collections.abc import Callable
from math import isfinite
from typing import TYPE_CHECKING

from trialbook.analyses.tipping_point import withdrawal_is_known
from trialbook.printed import rounded, size_of
from trialbook.report import sentences
from trialbook.report.escape import escape_markdown
from trialbook.report.landmarks import shown_time
from trialbook.report.narrative.common import pair_in_words
from trialbook.report.output import Text
from trialbook.report.sentences import at_start, listed, of, p_phrase
from trialbook.safe import WITHHELD

if TYPE_CHECKING:
    from trialbook.config import Endpoint
    from trialbook.safe.lookup import Lookup


ONE_IN_TWENTY = 0.05
LIMITED = ("difference", "lower", "upper")


def say_result(lookup: "Lookup", endpoint: "Endpoint", ties: str = "efron") -> Text:
    """Return an end point's result and what it means, for every comparison."""
    parts = [
        f"{sentences.observed(lookup, endpoint, comparison, ties)} "
        f"{sentences.interpretation(lookup, endpoint, comparison, ties)}"
        for comparison in lookup.trial.comparisons
    ]
    return Text("\n\n".join(parts) or sentences.not_compared(lookup.trial))


def say_landmark(lookup: "Lookup", endpoint: "Endpoint") -> Text | None:
    """Return the difference at the last landmark reached and the number needed to treat."""
    trial, lines = lookup.trial, []
    for comparison in trial.comparisons:
        key = ("landmark", endpoint.paramcd, comparison.name)
        reached = [
            t
            for t in lookup.landmarks(endpoint.paramcd)
            if sentences.has_interval(lookup, *key, time=t)
        ]
        if not reached:
            continue
        t = reached[-1]
        size, low, high = (
            lookup.text(f"{{{one}}}", *key, time=t).removesuffix("%") for one in LIMITED
        )
        difference = f"{size} percentage points "
        difference += f"({lookup.ci}, {low} to {high})"
        lines.append(
            f"At {shown_time(trial, t)} the share of patients still {_free_of(endpoint)} "
            f"differed by {difference}, {of(comparison.treated.label)} minus "
            f"{of(comparison.control.label)}. {_needed(lookup, key, t, endpoint)}".strip()
        )
    return Text("\n\n".join(lines)) if lines else None


def _free_of(endpoint: "Endpoint") -> str:
    """Return what they are who had no event: free of what one fears, without what one wants."""
    return f"{'without' if endpoint.favourable else 'free of'} {of(endpoint.label)}"


def _needed(lookup: "Lookup", key: tuple, t: float, endpoint: "Endpoint") -> str:
    """Return the number needed to treat; through infinity where the difference's interval is."""
    difference, lower, upper = (lookup.value(one, *key, time=t) for one in LIMITED)
    if not all(map(isfinite, (difference, lower, upper))) or difference == 0:
        return ""
    if lookup.trial.randomized != "yes":
        return ""
    sign = -1 if endpoint.favourable else 1
    good = difference * sign > 0
    n = rounded(1 / abs(difference), 1)
    if lower * upper > 0:
        ends = sorted(1 / abs(limit) for limit in (lower, upper))
        span = f"{lookup.ci}, {rounded(ends[0], 1)} to {rounded(ends[1], 1)}"
    else:
        best, worst = (upper, lower) if sign > 0 else (-lower, -upper)
        span = (
            f"{lookup.ci}, from {rounded(1 / abs(best), 1)} to benefit, through infinity, "
            f"to {rounded(1 / abs(worst), 1)} to harm"
        )
    # The event is what one hopes for, or what one fears.
    fate = f"has {of(endpoint.label)}" if good == endpoint.favourable else _stays(endpoint)
    kind = "treat" if good else "harm"
    return f"One more patient {fate} for every {n} treated (number needed to {kind}; {span})."


def _stays(endpoint: "Endpoint") -> str:
    return f"{'is' if endpoint.favourable else 'stays'} {_free_of(endpoint)}"


def say_rmst(lookup: "Lookup", endpoint: "Endpoint") -> Text | None:
    """Return the difference in restricted mean time free of the event."""
    trial, lines = lookup.trial, []
    for comparison in trial.comparisons:
        times = lookup.distinct("time", "rmst", paramcd=endpoint.paramcd, arm=comparison.name)
        for t in times[:1]:
            key = ("rmst", endpoint.paramcd, comparison.name)
            value = lookup.value("difference", *key, time=t, method="difference")
            if not sentences.has_interval(lookup, *key, time=t, method="difference"):
                continue
            of_row = {"time": t, "method": "difference"}
            texts = (lookup.text(f"{{{one}}}", *key, **of_row) for one in LIMITED)
            text, low, high = size_of(*texts)
            more = "more" if value > 0 else "fewer"
            p = p_phrase(lookup, *key, **of_row)
            told = "; ".join(filter(None, [f"{lookup.ci}, {low} to {high}", p]))
            lines.append(
                f"Within {shown_time(trial, t)}, patients given {of(comparison.treated.label)} "
                f"spent on average {text} {trial.time.show} {more} {_free_of(endpoint)} "
                f"than those given {of(comparison.control.label)} ({told})."
            )
    return Text("\n\n".join(lines)) if lines else None


def say_proportional_hazards(lookup: "Lookup", endpoint: "Endpoint", alpha: float = 0.05) -> Text:
    """Return whether the hazard ratio may be read as constant over time."""
    lines = []
    for comparison in lookup.trial.comparisons:
        who = pair_in_words(comparison)
        key = ("proportional_hazards", endpoint.paramcd, comparison.name)
        p = lookup.value("p_value", *key, method="km")
        if not isfinite(p):
            lines.append(f"{who}: proportional hazards cannot be tested here.")
            continue
        said = p_phrase(lookup, *key, method="km")
        if p < alpha:
            lines.append(
                f"{who}: the hazard ratio changes over time ({said}); one number "
                "is an average over it, and the curves and the restricted mean say more."
            )
        else:
            lines.append(
                f"{who}: the data do not contradict a constant hazard ratio "
                f"({said}); a test with few events would miss all but large changes."
            )
    return Text("\n\n".join(lines) or sentences.not_compared(lookup.trial))


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
            f"P is below {ONE_IN_TWENTY:g} in {below or 'none'} of {n} such tests; chance alone "
            "puts one in twenty there."
        )
    lines.append(
        "Subgroups are small and many: a difference between them arises easily by chance, and an "
        "interval that crosses 1 in one subgroup does not show that the treatment fails there."
    )
    return Text("\n\n".join(lines))


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


def say_change_of_primary(lookup: "Lookup", ties: str = "efron") -> Text | None:
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
        lines.append(f"{pair_in_words(comparison)}: {_tips(lookup, of_row, deltas, alpha, who)}")
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
    return (
        "the result would no longer be significant if the hazard of the "
        f"{who('the treated group')} was {lost[0]:g} times that of those who stayed. Whether that "
        "is plausible is a clinical question."
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
