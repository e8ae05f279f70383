"""Sentences on all end points: components, families, the end point that was changed, recurrences.

Every function returns Markdown to show, or None where the data say nothing to it.
"""

from typing import TYPE_CHECKING

from trialbook.analyses.planned import planned
from trialbook.escape import escape_markdown
from trialbook.report import sentences
from trialbook.report.narrative.common import pair_in_words
from trialbook.report.output import Text
from trialbook.report.sentences import at_start, listed, of, p_phrase
from trialbook.safe import WITHHELD

if TYPE_CHECKING:
    from trialbook.config import Endpoint
    from trialbook.safe.lookup import Lookup
    from trialbook.trial import Trial


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
            parts.append("others (numbers withheld)" if parts else "withheld")
        lines.append(f"- {at_start(of(arm.label))}: {listed(parts) or 'none'}.")
    if not codes or all(line.endswith(": none.") for line in lines):
        return None
    intro = f"What came first in the patients with {of(endpoint.label)}:"
    outro = "A composite is as strong as its commonest component, and says little on the rare ones."
    return Text("\n".join([intro, "", *lines, "", outro]))


ADJUSTED = {
    "holm": "Holm",
    "hochberg": "Hochberg",
    "bonferroni": "Bonferroni",
    "fixed_sequence": "Tested in the given order, each only after those before it",
    "graph": "By the given graph of tests",
}


def say_multiplicity(lookup: "Lookup", alpha: float = 0.05) -> Text | None:
    """Return the family, and which of its end points stay below alpha after adjustment."""
    trial = lookup.trial
    family = trial.config.multiplicity
    if family is None or not lookup.has("multiplicity"):
        return None
    test = planned(trial).test
    # what several procedures find alike is said once
    found: dict[str, list[str]] = {}
    for method in lookup.distinct("method", "multiplicity"):
        for comparison in trial.comparisons:
            kept, lost = [], []
            for code in family.family:
                p = lookup.value("p_value", "multiplicity", code, comparison.name, method=method)
                plain = lookup.value("p_value", "log_rank", code, comparison.name, method=test)
                label = of(trial.endpoint(code).label)
                if p < alpha:
                    kept.append(label)
                elif plain < alpha:
                    lost.append(label)
            who = pair_in_words(comparison, start=False)
            text = f"({who}): P stays below {alpha:g} for "
            text += f"{'; '.join(kept) or 'none'}"
            if lost:
                text += f". It is below only before the adjustment for {'; '.join(lost)}"
            found.setdefault(text, []).append(ADJUSTED.get(method, method))
    lines = [f"- {listed(methods)} {text}." for text, methods in found.items()]
    return Text("\n".join([_family(trial), "", *lines]))


def _family(trial: "Trial") -> str:
    """Return which end points are adjusted together, and which stand outside."""
    family = trial.config.multiplicity
    inside = [trial.endpoint(code) for code in family.family]
    roles = {one.role for one in inside}
    what = "the key secondary end points" if roles == {"key_secondary"} else "these end points"
    left = [e for e in trial.endpoints if e.role == "key_secondary" and e not in inside]
    said = f"The family is {what}: {'; '.join(of(one.label) for one in inside)}."
    if family.across_arms and len(trial.comparisons) > 1:
        said += " All comparisons belong to it."
    elif len(trial.comparisons) > 1:
        said += " Each comparison makes a family of its own: nothing adjusts for their number."
    if left:
        names = "; ".join(of(one.label) for one in left)
        said += (
            f" Key secondary end points outside it: {names}; with them the P values would differ."
        )
    if trial.primary not in inside:
        said += " The primary end point stands outside it."
    return said


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
