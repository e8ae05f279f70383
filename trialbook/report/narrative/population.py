"""Sentences on the plan, the patients and their follow-up.

Every function returns Markdown to show, or None where the data say nothing to it.
"""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trialbook.report.escape import escape_markdown
from trialbook.report.narrative.common import listed
from trialbook.report.output import Text
from trialbook.report.printed import printed
from trialbook.report.sentences import in_text, of
from trialbook.report.withholding import WITHHELD

if TYPE_CHECKING:
    from trialbook.config import Endpoint
    from trialbook.report.lookup import Lookup
    from trialbook.trial import Trial


def say_population(lookup: "Lookup") -> Text:
    """Return who was randomized, treated, and completed."""
    trial = lookup.trial
    verb = "were randomized" if trial.randomized == "yes" else "entered the study"

    def count(paramcd: str, level: str, arm: str, template: str = "{n}") -> str:
        return lookup.text(template, "disposition", paramcd, arm, level=level)

    everyone = count("RANDFL", "RANDOMIZED", "all")
    first, last = (lookup.text(f"{{{m}}}", "disposition", "RANDDT", "all") for m in ("min", "max"))
    when = f" between {first} and {last}" if first not in ("", "NE", WITHHELD) else ""
    if everyone == WITHHELD:
        return Text(
            "How many patients took part, and stayed, is withheld: it would tell how few "
            "of them were not analysed or not treated."
        )
    arms = [f"{count('RANDFL', 'RANDOMIZED', arm.code)} to {of(arm.label)}" for arm in trial.arms]
    sentence = f"{everyone} patients {verb}{when}: {listed(arms)}."
    completed = lookup.text("{n} ({percent}%)", "disposition", "EOSSTT", "all", level="COMPLETED")
    if completed and completed != WITHHELD and not completed.startswith("<"):
        each = [
            f"{count('EOSSTT', 'COMPLETED', arm.code, '{n} ({percent}%)')} with {of(arm.label)}"
            for arm in trial.arms
        ]
        sentence += f" {completed} completed the study: {listed(each)}."
    return Text(sentence)


def say_balance(lookup: "Lookup") -> Text | None:
    """Return the largest standardized difference at baseline, without calling it imbalance."""
    found = shown_differences(lookup)
    if found.empty:
        return None
    top = found.loc[found["value"].abs().idxmax()]
    what = escape_markdown(lookup.trial.labels.get(top["paramcd"], top["paramcd"]))
    if top["level"]:
        what += f" ({escape_markdown(top['level'])})"
    chance = (
        "Randomization makes such differences a matter of chance, not zero."
        if lookup.trial.randomized == "yes"
        else "The groups were not formed by chance alone, so such differences may bias the result."
    )
    return Text(
        f"The largest standardized difference at baseline is {printed('smd', top['value'])} SD, "
        f"in {what}. {chance}"
    )


def shown_differences(lookup: "Lookup") -> pd.DataFrame:
    """Return the standardized differences at baseline that are estimable and not withheld."""
    found = lookup.results.query("analysis == 'baseline' and statistic == 'smd'")
    columns = [found[name] for name in ("paramcd", "arm", "level")]
    hidden = [
        lookup.withholds("smd", "baseline", code, arm, level=level)
        for code, arm, level in zip(*columns, strict=True)
    ]
    return found[found["value"].notna() & ~np.array(hidden, dtype=bool)]


def say_follow_up(lookup: "Lookup", endpoint: "Endpoint") -> Text:
    """Return how long the patients were followed, by arm."""
    trial = lookup.trial
    parts = []
    for arm in trial.arms:
        text = lookup.text(
            "{median}", "follow_up", endpoint.paramcd, arm.code, level="median", method="reverse"
        )
        unit = "" if text in ("not reached", WITHHELD) else f" {trial.time.show}"
        parts.append(f"{text}{unit} with {of(arm.label)}")
    return Text(
        f"Median follow-up for {of(endpoint.label)}, with the event itself as censoring: "
        f"{listed(parts)}."
    )


def say_design(lookup: "Lookup") -> Text | None:
    """Return what the trial was planned to detect, and what formulas and simulation make of it."""
    trial = lookup.trial
    plan = trial.config.design
    needed = lookup.text("{n}", "design", "", "all", method="schoenfeld")
    if plan is None or not needed:
        return None
    comparison = trial.comparisons[0]
    hr = lookup.text("{hr}", "design", "", comparison.name)
    events = lookup.text("{n_events}", "design", "", "all", method="schoenfeld")
    power = lookup.text("{power}", "design", "", "all", method="schoenfeld")
    margin = f" against a margin of {printed('hr', trial.margin)}" if trial.margin else ""
    text = (
        f"Planned for a hazard ratio of {hr} with {of(comparison.treated.label)}{margin} "
        f"at a two-sided level of {plan.alpha:g}: Schoenfeld's formula asks for {events} events, "
        f"that is {needed} patients, for a power of {power}."
    )
    if plan.n_per_arm:
        simulated = lookup.text(
            "{power}", "design", "", "all", level="planned", method="simulation"
        )
        text += f" The plan was {plan.n_per_arm:,} per group"
        text += (
            f"; simulated trials of that size have a power of {simulated}." if simulated else "."
        )
    seen = lookup.text("{n_events}", "design", "", "all", level="observed", method="schoenfeld")
    power = lookup.text("{power}", "design", "", "all", level="observed", method="schoenfeld")
    if seen and seen not in (WITHHELD, "0"):
        whose = " of these synthetic patients" if trial.synthetic else " recorded"
        text += (
            f" With the {seen} events{whose} the power for that planned hazard ratio was {power}; "
            "it says how fine the net was, not whether the result is right."
        )
        found = lookup.text("{hr}", "design", "", "all", level="observed", method="schoenfeld")
        planned = lookup.text("{power}", "design", "", "all", method="schoenfeld")
        text += (
            f" So many events find a true hazard ratio of {found} with a power of {planned}, and "
            "smaller effects less often: those the trial could well miss."
        )
    return Text(text)


def no_estimand() -> Text:
    """Return what stands where trial.yml states no estimand."""
    return Text(
        "No estimand is stated for this trial. The analyses compare all patients as assigned, "
        "and treat the end of observation as unrelated to the outcome."
    )


def say_amendments(trial: "Trial") -> Text:
    """Return the changes of the protocol after the start, with the end points they replaced."""
    plan = trial.config.design
    if plan is None or not plan.amendments:
        return Text("No change of the end points after the start is recorded.")
    lines = []
    for one in plan.amendments:
        line = f"- **{escape_markdown(one.date)}**: {escape_markdown(one.text, 1000)}"
        if one.replaces:
            replaced = escape_markdown(trial.endpoint(one.replaces).label)
            code = escape_markdown(one.replaces)
            line += f" Replaced as the primary end point: {replaced} ({code})."
        lines.append(line)
    return Text("\n".join(lines))


def question(trial: "Trial") -> str:
    """Return what the trial asks, in one plain sentence without markup."""
    primary = trial.primary
    event = in_text(primary.label)
    if trial.blinded:
        return f"How long do patients, whatever they were given, stay free of {event}?"
    if not trial.comparisons:
        return f"How long do patients given {in_text(trial.control.label)} stay free of {event}?"
    treated = [in_text(comparison.treated.label) for comparison in trial.comparisons]
    names = " or ".join(dict.fromkeys(treated))
    control = in_text(trial.comparisons[0].control.label)
    if primary.favourable:
        return f"Does {names}, rather than {control}, bring {event} sooner?"
    return f"Does {names}, rather than {control}, keep patients free of {event} for longer?"


def not_given(what: str) -> Text:
    """Return that something is not in the data of this trial."""
    return Text(f"{what} not in the data of this trial.")
