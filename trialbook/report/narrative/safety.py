"""Sentences on adverse events."""

from collections.abc import Iterable
from math import isfinite
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.adam.problems import counted_noun
from trialbook.escape import escape_markdown
from trialbook.printed import size_of
from trialbook.report.labels import term_label
from trialbook.report.narrative.common import pair_in_words, show_remarks
from trialbook.report.narrative.population import not_given
from trialbook.report.output import Remark, Text
from trialbook.report.sentences import at_start, of
from trialbook.report.tables.safety import COMMON

if TYPE_CHECKING:
    from trialbook.safe.lookup import Lookup
    from trialbook.trial import Trial

LIMITS = ("lower", "upper")


def no_course_of_harms(trial: "Trial") -> Remark:
    """Return why no curve of serious events, or of those that ended treatment, is drawn."""
    if trial.given is not None:
        return not_given("Curves of adverse events are")
    return Remark(
        "No curve is drawn: too few patients are known to have had such an event, and when."
    )


def no_liver(lookup: "Lookup", injury: pd.DataFrame) -> Remark | None:
    """Return why there is no table of the highest liver values.

    Parameters
    ----------
    lookup : Lookup
        With results of ``liver``, as far as there are.
    injury : pandas.DataFrame
        The same results, with what their analysis remarks on.
    """
    if lookup.has("liver"):
        return Remark(
            "The highest liver values are withheld, since few patients stand behind them."
        )
    return show_remarks(lookup.trial, injury)


def say_largest_difference(lookup: "Lookup", terms: Iterable[str]) -> Text | None:
    """Return in which of the common adverse events the groups differ most, for each comparison.

    Parameters
    ----------
    lookup : Lookup
        With results of adverse_events.
    terms : iterable of str
        AEDECOD; those count of which some group of a comparison has at least `COMMON` percent,
        and of which nothing is withheld.

    Returns
    -------
    Text or None
    """
    lines, terms = [], sorted(set(terms))
    for comparison in lookup.trial.comparisons:
        found = []
        for term in terms:
            # A term that bears the name of a class is told apart by its level.
            level = "AEDECOD" if lookup.has("adverse_events", paramcd=term, level="AEDECOD") else ""
            of_arms = (
                lookup.value("percent", "adverse_events", term, arm.code, level=level)
                for arm in (comparison.control, comparison.treated)
            )
            row = ("adverse_events", term, comparison.name)
            key = {"level": level, "method": "newcombe"}
            difference = lookup.value("risk_difference", *row, **key)
            if max(of_arms) >= COMMON and isfinite(difference):
                found.append((abs(difference), difference, term, row, key))
        if not found:
            continue
        _, difference, term, row, key = max(found)
        size, low, high = size_of(
            *(lookup.text(f"{{{name}}}", *row, **key) for name in ("risk_difference", *LIMITS))
        )
        more = comparison.treated if difference > 0 else comparison.control
        where = f"{pair_in_words(comparison)}, " if len(lookup.trial.comparisons) > 1 else ""
        lines.append(
            at_start(
                f"{where}of {counted_noun(len(found), 'adverse event')} that at least {COMMON}% of "
                f"a group had, {escape_markdown(term_label(term).lower())} differed most: {size} "
                f"percentage points more with {of(more.label)} ({lookup.ci}, {low} to {high})."
            )
        )
    if not lines:
        return None
    warning = (
        "Where many events are counted, some differ much between groups by chance alone; none of "
        "these was a hypothesis of the trial."
    )
    return Text("\n\n".join([warning, *lines]))
