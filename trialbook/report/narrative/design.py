"""Sentences on the question, the plan and its changes.

Every function returns Markdown to show, or None where the data say nothing to it.
"""

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from trialbook.escape import escape_markdown
from trialbook.printed import planned_ratio, printed
from trialbook.report.output import Remark, Text
from trialbook.report.sentences import of
from trialbook.safe import WITHHELD

if TYPE_CHECKING:
    from trialbook.safe.lookup import Lookup
    from trialbook.trial import Trial


def no_estimand() -> Remark:
    """Return what stands where trial.yml states no estimand."""
    return Remark(
        "No estimand is stated for this trial. The analyses compare all patients in the groups "
        "as planned, whatever they took later: for stopping the drug that is a treatment policy. "
        "What is not known of patients who left is missing, and taken as if they had fared like "
        "those of their group who stayed."
    )


def say_design(lookup: "Lookup") -> Text | None:
    """Return what the trial was planned to detect, and what formulas and simulation make of it."""
    trial = lookup.trial
    plan = trial.config.design
    needed = lookup.text("{n}", "design", "", "all", method="schoenfeld")
    if plan is None or not needed:
        return None
    comparison = trial.comparisons[0]
    hr = planned_ratio(lookup.value("hr", "design", "", comparison.name))
    events = lookup.text("{n_events}", "design", "", "all", method="schoenfeld")
    power = lookup.text("{power}", "design", "", "all", method="schoenfeld")
    margin = f" against a margin of {printed('hr', trial.margin)}" if trial.margin else ""
    planned = (
        f"Planned for a hazard ratio of {hr} with {of(comparison.treated.label)}{margin} "
        f"at a two-sided level of {plan.alpha:g}: Schoenfeld's formula asks for {events} events, "
        f"that is {needed} patients, for a power of {power}."
    )
    said = [planned, _planned_size(lookup, plan.n_per_arm), _with_the_events_seen(lookup)]
    return Text(" ".join(filter(None, said)))


def _planned_size(lookup: "Lookup", n_per_arm: int | None) -> str:
    """Return the planned number of patients, with the power that simulated trials give it."""
    if not n_per_arm:
        return ""
    plan = f"The plan was {n_per_arm:,} per group"
    of_size = {"level": "planned", "method": "simulation"}
    if power := lookup.text("{power}", "design", "", "all", **of_size):
        return f"{plan}; simulated trials of that size have a power of {power}."
    if lookup.trial.margin:
        return f"{plan}. Simulated trials test for superiority: none stand beside a margin."
    return f"{plan}."


def _with_the_events_seen(lookup: "Lookup") -> str:
    """Return the power that the events observed give, and what they can find."""
    trial, of_events = lookup.trial, {"level": "observed", "method": "schoenfeld"}
    seen, power = (
        lookup.text(f"{{{statistic}}}", "design", "", "all", **of_events)
        for statistic in ("n_events", "power")
    )
    found = planned_ratio(lookup.value("hr", "design", "", "all", **of_events))
    if seen in ("", "0", WITHHELD):
        return ""
    whose = " of these synthetic patients" if trial.synthetic else " recorded"
    planned = lookup.text("{power}", "design", "", "all", method="schoenfeld")
    missed = (
        "and less the nearer that is to the margin"
        if trial.margin
        else "and less for a smaller effect, which it could well miss"
    )
    return (
        f"With the {seen} events{whose} the trial had {planned} power if the true hazard ratio "
        f"was {found}, {missed}; for the planned one it had {power}. That says how fine the net "
        "was, not whether the result is right."
    )


def say_amendments(trial: "Trial") -> Text:
    """Return the changes of the protocol after the start, with the end points they replaced."""
    plan = trial.config.design
    if plan is None or not plan.amendments:
        return Remark("No change of the end points after the start is recorded.")
    lines = []
    for one in plan.amendments:
        line = f"- **{escape_markdown(_in_words(one.date))}**: {escape_markdown(one.text, 1000)}"
        if one.replaces:
            line += f" Replaced as the primary end point: {of(trial.endpoint(one.replaces).label)}."
        lines.append(line)
    return Text("\n".join(lines))


def _in_words(date: str) -> str:
    """Return a date such as 2009-04 or 2009-04-17 in words; any other text as it is."""
    for form, words in (("%Y-%m-%d", "{0.day} {0:%B %Y}"), ("%Y-%m", "{0:%B %Y}")):
        with suppress(ValueError):
            return words.format(datetime.strptime(date, form))
    return date
