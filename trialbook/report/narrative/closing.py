"""What each chapter found in this trial, and what that does not say: its last section."""

from math import isfinite
from typing import TYPE_CHECKING

from trialbook.escape import escape_markdown
from trialbook.printed import planned_ratio
from trialbook.report import findings, sentences
from trialbook.report.card import harms_card, not_said
from trialbook.report.heading import heading, question
from trialbook.report.narrative.common import pair_in_words
from trialbook.report.narrative.efficacy import beside
from trialbook.report.narrative.population import say_balance, say_follow_up, say_population
from trialbook.report.output import Text
from trialbook.report.words import FORMED, at_start, in_text, listed, of
from trialbook.safe import WITHHELD

if TYPE_CHECKING:
    from trialbook.config import Endpoint
    from trialbook.safe.lookup import Lookup

LONGEST = 1000


def close_design(lookup: "Lookup") -> Text:
    """Return what the design asked, how it was planned, and how far the events carry it.

    Parameters
    ----------
    lookup : Lookup
        With results of design, empty ones too.
    """
    trial = lookup.trial
    said = [f"The question: {question(trial)}"]
    if trial.randomized != "yes":
        said.append(f"{FORMED[trial.randomized]}: the answer is an association.")
    if lines := _strategies(trial.primary):
        said.append(lines)
    plan = trial.config.design
    needed, planned_power = (
        lookup.text(f"{{{one}}}", "design", "", "all", method="schoenfeld")
        for one in ("n_events", "power")
    )
    if plan and needed and trial.comparisons:
        hr = planned_ratio(lookup.value("hr", "design", "", trial.comparisons[0].name))
        of_events = {"level": "observed", "method": "schoenfeld"}
        seen, power = (
            lookup.text(f"{{{one}}}", "design", "", "all", **of_events)
            for one in ("n_events", "power")
        )
        line = f"{needed} events give {planned_power} power if the true hazard ratio is {hr}"
        if seen not in ("", "0", WITHHELD):
            line += f"; the {seen} recorded give {power}"
        said.append(f"{line}.")
    if plan and plan.amendments:
        n = len(plan.amendments)
        said.append(f"The end points were changed {_times(n)} after the start.")
    silent = (
        "An effect smaller than the one planned for can be missed. Power computed after the fact "
        "from the effect observed would say nothing new; it is not computed here."
    )
    if not (plan and needed):
        silent = (
            "How small an effect the trial could have seen is not said, for what its size was "
            "planned on is not given."
        )
    return _listed([*map(_escaped, said)], silent)


def _times(n: int) -> str:
    return {1: "once", 2: "twice"}.get(n, f"{n} times")


def _strategies(endpoint: "Endpoint") -> str:
    """Return the strategies of the primary estimand in a sentence."""
    estimand = endpoint.estimand
    if estimand is None or not estimand.intercurrent:
        return ""
    each = [f"{one.event}, {one.strategy.replace('_', ' ')}" for one in estimand.intercurrent]
    missing = f"; missing data: {estimand.missing}" if estimand.missing else ""
    return f"Intercurrent events and their strategies: {'; '.join(each)}{missing}."


def close_population(lookup: "Lookup", endpoint: "Endpoint") -> Text:
    """Return who took part and stayed, how alike the groups were, how long they were followed.

    Parameters
    ----------
    lookup : Lookup
        With results of disposition, baseline and follow_up.
    endpoint : Endpoint
        Whose follow-up is told.
    """
    parts = [say_population(lookup), say_balance(lookup), say_follow_up(lookup, endpoint)]
    said = [str(one) for one in parts if one is not None]
    silent = ["To patients who differ from these the result need not apply."]
    if lookup.has("baseline"):
        silent.append(
            "Similar groups at baseline do not prove that chance formed them, and a difference "
            "does not disprove it."
        )
    if lookup.has("disposition", paramcd="DCSREAS"):
        silent.append(
            "Reasons for leaving are what somebody wrote down; whether leaving had to do with the "
            "outcome is looked into in the chapter on efficacy."
        )
    return _listed(said, " ".join(silent))


def close_efficacy(lookup: "Lookup", endpoint: "Endpoint", ties: str | None = None) -> Text:
    """Return the result, whether other analyses agree, and what it does not say.

    Parameters
    ----------
    lookup : Lookup
        With all results of the chapter: end_points, sensitivity, hazard_ratio_by_period,
        proportional_hazards, subgroups, as far as there are.
    endpoint : Endpoint
    ties : str, optional
        The Cox model's method in place of the plan's.
    """
    trial = lookup.trial
    if not trial.comparisons:
        return Text(sentences.not_compared(trial))
    answer = heading(lookup, endpoint, ties)
    # a question is no finding
    said = [] if answer.endswith("?") else [f"**{escape_markdown(answer, LONGEST)}.**"]
    several, effects = len(trial.comparisons) > 1, []
    for comparison in trial.comparisons:
        effect = sentences.effect_of(lookup, endpoint, comparison, ties)
        effects.append(effect)
        who = f"{pair_in_words(comparison)}: " if several else ""
        told = sentences.interpretation(lookup, endpoint, comparison, ties)
        ratio = sentences.interval(effect)
        said.append(f"{who}{ratio if who else at_start(ratio)}. {told}")
        if text := findings.find_sensitivity(lookup, endpoint, comparison):
            said.append(f"{_escaped(text)}.")
        if text := findings.find_constancy(lookup, endpoint, comparison):
            said.append(f"{who}{_escaped(in_text(text) if who else text)}.")
    said += [one for one in beside(lookup, endpoint, ties) if one]
    if text := findings.find_subgroups(lookup, endpoint):
        said.append(f"{_escaped(text)}.")
    return _listed(said, not_said(trial, effects))


def close_safety(lookup: "Lookup", labels: dict[str, str]) -> Text | None:
    """Return what it cost; None where the data hold no adverse events.

    Parameters
    ----------
    lookup : Lookup
        With results of adverse_events.
    labels : dict
        Group's name to its label, `analyses.group_labels`.
    """
    trial, said = lookup.trial, []
    if not lookup.has("adverse_events"):
        return None
    for comparison in trial.comparisons:
        who = f"{pair_in_words(comparison)}: " if len(trial.comparisons) > 1 else ""
        for one in harms_card(lookup, comparison, labels, ("any", "serious", "withdrawal")):
            text = f"{one.number.replace(' points', ' percentage points')} {one.words} "
            text += f"({one.limits})."
            said.append(who + _escaped(text))
    if not said and (shares := findings.find_shares(lookup)):
        said.append(f"{_escaped(shares)}.")
    if text := _none_seen(lookup):
        said.append(text)
    if not trial.comparisons:
        return _listed(said, "Nothing is compared: what the events came from is not told.")
    return _listed(
        said,
        "Differences here were not planned for and are not adjusted for their number: they "
        "suggest, they do not show.",
    )


def _none_seen(lookup: "Lookup") -> str:
    """Return what an event that nobody had may still come to: the exact limit of none among n.

    The upper limit of the two-sided 95% interval, about 3.7/n; the better known 3/n is that of a
    one-sided one (Hanley and Lippman-Hand 1983).
    """
    sizes = {}
    for arm in lookup.trial.arms:
        n = lookup.value("n", "adverse_events", "any", arm.code)
        percent = lookup.value("percent", "adverse_events", "any", arm.code)
        if isfinite(n) and isfinite(percent) and percent > 0:
            sizes[arm.label] = round(100 * n / percent)
    if not sizes:
        return ""
    tail = (1 - lookup.conf_level) / 2
    each = {label: f"{100 * (1 - tail ** (1 / n)):.1f} in 100" for label, n in sizes.items()}
    alike = len(set(each.values())) == 1
    most = (
        next(iter(each.values()))
        if alike
        else listed([f"{limit} given {of(label)}" for label, limit in each.items()])
    )
    return (
        "An event that no patient of a group had may still come to as many as "
        f"{most} (upper limits of {100 * lookup.conf_level:g}% intervals)."
    )


def _escaped(text: str) -> str:
    return escape_markdown(text, LONGEST)


def _listed(said: list[str], silent: str) -> Text:
    """Return findings as a list, and what they do not say after it."""
    lines = [f"- {line}" for line in said if line]
    return Text("\n".join([*lines, "", f"*What it does not say.* {silent}"]))
