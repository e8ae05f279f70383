"""The figure of adverse events by arm."""

from typing import TYPE_CHECKING

import pandas as pd

from trialbook.printed import MINUS
from trialbook.report.output import Drawing
from trialbook.report.plots.points import EventRow, plot_adverse_events
from trialbook.report.sentences import in_text, pair_of

if TYPE_CHECKING:
    from trialbook.config import Comparison
    from trialbook.safe.lookup import Lookup

MOST_TERMS = 22


def plot_harms(
    lookup: "Lookup", comparison: "Comparison", classes: pd.DataFrame, *, least: float = 5.0
) -> Drawing | None:
    """Draw the commonest adverse events by arm, sorted by the risk difference.

    Parameters
    ----------
    lookup : Lookup
        With results of adverse_events.
    comparison : Comparison
        Whose difference is drawn.
    classes : pandas.DataFrame
        AEDECOD, one row per term.
    least : float
        Percent that a term must reach in some arm.

    Returns
    -------
    Drawing or None
    """
    trial, rows = lookup.trial, []
    arms = [arm for arm in trial.arms if arm in (comparison.control, comparison.treated)]
    if classes.empty:
        return None
    for term in classes["AEDECOD"].unique():
        # A term that bears the name of a class is told apart by its level.
        level = "AEDECOD" if lookup.has("adverse_events", paramcd=term, level="AEDECOD") else ""
        percent = {
            arm.code: lookup.value("percent", "adverse_events", term, arm.code, level=level)
            for arm in arms
        }
        key = {"paramcd": term, "level": level}
        hidden = (
            lookup.withholds("percent", "adverse_events", arm=arm.code, **key) for arm in arms
        )
        if any(hidden) or not max(percent.values()) >= least:
            continue
        of = ("adverse_events", term, comparison.name)
        values = [
            lookup.value(name, *of, level=level, method="newcombe")
            for name in ("risk_difference", "lower", "upper")
        ]
        text = lookup.text("{risk_difference}", *of, level=level, method="newcombe")
        rows.append(EventRow(term, percent, *values, text))
    rows.sort(key=lambda row: (-max(row.percent.values()), row.label))
    rows = sorted(rows[:MOST_TERMS], key=lambda row: (-row.difference, row.label))
    if not rows:
        return None
    first = max(rows, key=lambda row: abs(row.difference))
    difference = first.printed.lstrip(f"{MINUS}+").replace("%", "")
    more = comparison.treated if first.difference > 0 else comparison.control
    which = f"{len(rows)} commonest adverse events"
    largest = (
        f"the largest difference, {difference} percentage points more with "
        f"{in_text(more.label)}, is in {first.label.lower()}"
    )
    return plot_adverse_events(
        rows,
        trial,
        arms,
        name=f"harms-{comparison.name}",
        message=f"The {which} by group, {pair_of(comparison)}; {largest}.",
        headline=f"Of the {which}, {largest}",
        caption=f"Patients with each event by treatment taken, and the difference with its "
        f"{lookup.ci}, sorted by it.",
        data=lookup.drawn(*(("adverse_events", {"paramcd": row.label}) for row in rows)),
        sides=tuple(
            f"more with {in_text(arm.label)}" for arm in (comparison.control, comparison.treated)
        ),
    )
