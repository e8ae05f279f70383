"""Sentences on the end points: effect, difference, time gained, checks of the result.

Every function returns Markdown to show, or None where the data say nothing to it.
"""

from math import isfinite
from typing import TYPE_CHECKING

from trialbook.analyses.planned import planned
from trialbook.escape import escape_markdown
from trialbook.printed import is_zero, rounded, size_of
from trialbook.report import sentences
from trialbook.report.constancy import Constancy
from trialbook.report.course import points_said
from trialbook.report.events import free_of, has
from trialbook.report.interaction import interaction_said
from trialbook.report.landmarks import (
    at_landmark,
    chosen_by_data,
    few_at_risk,
    headline_landmark,
    horizon_of,
    shown_time,
)
from trialbook.report.narrative.common import pair_in_words
from trialbook.report.output import Remark, Text
from trialbook.report.sentences import at_start, listed, of, p_phrase

if TYPE_CHECKING:
    from trialbook.config import Comparison, Endpoint
    from trialbook.safe.lookup import Lookup


ONE_IN_TWENTY = 0.05
LIMITED = ("difference", "lower", "upper")


def beside(lookup: "Lookup", endpoint: "Endpoint", ties: str | None = None) -> list[str]:
    """Return what stands beside the planned comparisons: the test of all groups, the strata."""
    said, plan = [], planned(lookup.trial, ties)
    if p := p_phrase(lookup, "log_rank", endpoint.paramcd, "all", method=plan.test):
        n, kind = len(lookup.trial.arms), "stratified log-rank" if plan.test else "log-rank"
        said.append(f"Of all {n} groups together, the {kind} test gives {p}.")
    return [*said, _of_strata(lookup, endpoint)]


def _of_strata(lookup: "Lookup", endpoint: "Endpoint") -> str:
    """Return the stratified analysis beside an unstratified headline, or the other way round.

    An analysis should follow a stratified randomization (ICH E9, section 5.7); the plan's stays
    the headline.
    """
    trial, code = lookup.trial, endpoint.paramcd
    if not trial.config.strata or not lookup.has("cox", paramcd=code, method="stratified"):
        return ""
    follows = planned(trial).model == "stratified"
    model = trial.config.analysis.ties if follows else "stratified"
    test = "log-rank" if follows else "stratified log-rank"
    estimates, several = [], len(trial.comparisons) > 1
    for comparison in trial.comparisons:
        key = (code, comparison.name)
        ratio = lookup.text("{hr} ({hr_lower} to {hr_upper})", "cox", *key, method=model)
        p = p_phrase(lookup, "log_rank", *key, method="" if follows else "stratified")
        if ratio[:1].isdigit():
            who = f" for {pair_in_words(comparison, start=False)}" if several else ""
            estimates.append(f"{ratio}; {test} {p}{who}" if p else f"{ratio}{who}")
    if not estimates:
        return ""
    by = listed([of(trial.labels.get(one, one).partition(",")[0]) for one in trial.config.strata])
    said = f"Randomization was stratified by {by}"
    told = f"the hazard ratio is {'; '.join(estimates)}."
    if follows:
        return f"{said}, and so is the analysis. Without strata {told}"
    return (
        f"{said}; analysed so, {told} The planned analysis, which is not stratified, stays the "
        "headline."
    )


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
    with_event, without = escape_markdown(has(endpoint)), f"stays {_free_of(endpoint)}"
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
        p = p and f"{p} for the difference of means"
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
            f"{trial.time.show} {'more' if value > 0 else 'less'} {_free_of(endpoint)} "
            f"than those given {of(comparison.control.label)} ({told})."
        )
    if lines and chosen_by_data(lookup):
        lines.append(
            "No horizon was given: the data chose it, one for all comparisons, and a plan would "
            "have set it before they were seen."
        )
    return Text("\n\n".join(lines)) if lines else None


def say_proportional_hazards(
    lookup: "Lookup", endpoint: "Endpoint", alpha: float = 0.05
) -> Text | None:
    """Return whether the hazard ratio may be read as constant; None where no test is given."""
    if lookup.trial.given and not lookup.has("proportional_hazards", paramcd=endpoint.paramcd):
        return None
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
    if not lines:
        return Remark(sentences.not_compared(lookup.trial))
    return Text("\n\n".join(lines))


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
        return Remark(sentences.not_compared(lookup.trial))
    lines, tests = [], []
    for comparison in lookup.trial.comparisons:
        found = []
        for name in lookup.distinct("subgroup", "subgroup", paramcd=endpoint.paramcd):
            if "=" in name:
                continue
            key = ("subgroup", endpoint.paramcd, comparison.name)
            p = interaction_said(lookup, endpoint, comparison, name)
            if p:
                tests.append(lookup.value("p_value", *key, subgroup=name, method="interaction"))
                found.append(f"{of(lookup.trial.labels.get(name, name))} ({p})")
        if found:
            lines.append(f"{pair_in_words(comparison)}, interaction tests: {listed(found)}.")
    if not lines:
        return None
    if (n := len(tests)) > 1:
        below = sum(p < ONE_IN_TWENTY for p in tests)
        which = "Neither" if (below, n) == (0, 2) else at_start(_number(below))
        lines.append(
            f"{which} of the {n} interaction tests "
            f"{'were' if below > 1 else 'was'} below {ONE_IN_TWENTY:g}; by chance alone, 1 in 20 "
            "would be."
        )
    lines.append(
        "Subgroups are small and many: a difference between them arises easily by chance, and an "
        "interval that crosses 1 in one subgroup does not show that the treatment fails there. "
        "Whether they were chosen beforehand is not recorded."
    )
    return Text("\n\n".join(lines))


def _number(n: int) -> str:
    """Return a count at the start of a sentence."""
    return {0: "none", 1: "one", 2: "two", 3: "three"}.get(n, str(n))
