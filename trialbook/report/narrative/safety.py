"""Sentences on adverse events."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from trialbook.escape import escape_markdown
from trialbook.report.output import Remark, Text
from trialbook.report.sentences import of, p_phrase
from trialbook.safe import WITHHELD, shown_sizes

if TYPE_CHECKING:
    from trialbook.safe.lookup import Lookup


def no_course_of_harms() -> Remark:
    """Return why no curve of serious events, or of those that ended treatment, is drawn."""
    return Remark(
        "No curve is drawn: too few patients are known to have had such an event, and when."
    )


def say_events(lookup: "Lookup", keys: Iterable[str], labels: dict[str, str]) -> Text | None:
    """Return groups of adverse events by arm, difference with interval first, P value after."""
    trial, lines = lookup.trial, []
    sizes = shown_sizes(trial, "safety")
    compared = [one for one in trial.comparisons
                if 0 not in (sizes.get(one.treated.code), sizes.get(one.control.code))]  # fmt: skip
    for key in keys:
        for comparison in compared:
            control, treated = (
                lookup.text("{n} ({percent}%)", "adverse_events", key, arm.code)
                for arm in (comparison.control, comparison.treated)
            )
            if not treated:
                continue
            if any(text.startswith("<") or text == WITHHELD for text in (treated, control)):
                lines.append(
                    f"- {escape_markdown(labels.get(key, key))}: withheld, for few patients had "
                    "such an event, or few had none."
                )
                continue
            row = ("adverse_events", key, comparison.name)
            difference = lookup.text("{risk_difference}", *row, method="newcombe")
            limits = lookup.text("{lower} to {upper}", *row, method="newcombe")
            p = p_phrase(lookup, *row, method="fisher")
            interval = f"{lookup.ci}, {limits}" + (f"; Fisher's exact {p}" if p else "")
            lines.append(
                f"- {escape_markdown(labels.get(key, key))}: {control} with "
                f"{of(comparison.control.label)}, {treated} with {of(comparison.treated.label)}; "
                f"difference, {difference} percentage points ({interval})."
            )
    return Text("\n".join(dict.fromkeys(lines))) if lines else None
