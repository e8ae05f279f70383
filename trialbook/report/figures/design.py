"""Figures of the plan: the schedule of visits, the power over the true hazard ratio."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from trialbook.adam.problems import counted_noun
from trialbook.analyses.laboratory_records import visit_unit
from trialbook.printed import planned_ratio, printed
from trialbook.report.explorers.along import Along, Line, along_reader
from trialbook.report.output import Drawing
from trialbook.report.plots.plans import plot_power, plot_schedule
from trialbook.results import CURVE

if TYPE_CHECKING:
    from trialbook.safe.lookup import Lookup


def plot_visits(lookup: "Lookup") -> Drawing | None:
    """Draw at which visits each laboratory parameter was measured, as the data have it.

    Parameters
    ----------
    lookup : Lookup
        With curves of ``schedule``.

    Returns
    -------
    Drawing or None
        None without laboratory data.
    """
    trial, rows = lookup.trial, {}
    labels = {item.paramcd: item.label for item in trial.config.laboratory}
    for code in lookup.distinct("paramcd", CURVE, level="schedule"):
        # How many came may be withheld, that there was a visit not.
        rows[labels.get(code) or code] = lookup.distinct(
            "time", CURVE, level="schedule", paramcd=code
        )
    visits = sorted({visit for at in rows.values() for visit in at})
    if not visits:
        return None
    unit = visit_unit(trial)
    first, last = (f"{unit or ''} {visit:g}".lstrip() for visit in (visits[0], visits[-1]))
    what = next(iter(rows)) if len(rows) == 1 else counted_noun(len(rows), "parameter")
    said = f"{what} measured at "
    said += f"{counted_noun(len(visits), 'visit')}, from {first} to {last}"
    return plot_schedule(
        visits,
        rows,
        visit_label=f"Visit ({unit or 'AVISITN'})",
        name="visits",
        message=f"Schedule: {said}.",
        headline=said,
        caption="Visits at which at least one in twenty of the patients with a parameter has a "
        "value.",
        data=lookup.drawn((CURVE, {"level": "schedule"})),
    )


def plot_planned_power(lookup: "Lookup") -> Drawing | None:
    """Draw the power of the planned size over the true hazard ratio.

    Parameters
    ----------
    lookup : Lookup
        With results of ``design``.

    Returns
    -------
    Drawing or None
    """
    levels = [one for one in lookup.distinct("level", "design") if one.startswith("hr=")]
    if not levels:
        return None
    ratios = np.array([float(level.removeprefix("hr=")) for level in levels])
    power = np.array(
        [lookup.value("power", "design", "", "all", level=x, method="schoenfeld") for x in levels]
    )
    order = np.argsort(ratios)
    comparison = lookup.trial.comparisons[0]
    assumed = lookup.value("hr", "design", "", comparison.name)
    planned = lookup.trial.config.design.power or 0.8
    null = lookup.trial.margin or 1.0
    at_null = printed("power", float(power[np.abs(ratios - null).argmin()]))
    at_assumed = lookup.text("{power}", "design", "", "all", level="planned", method="schoenfeld")
    said = f"{at_assumed} at the assumed {planned_ratio(assumed)}, " if at_assumed else ""
    ratios, power = ratios[order], power[order]
    figure = plot_power(
        ratios,
        power,
        assumed=assumed,
        planned=planned,
        name="planned-power",
        message=f"Power of the planned size over the true hazard ratio: {said}falling to "
        f"{at_null} at {printed('hr', null)}.",
        headline=f"The planned size has a power of {said}and of {at_null} at {printed('hr', null)}",
        caption="Power over the true hazard ratio, by Schoenfeld’s formula.",
        data=lookup.drawn(("design", {"method": "schoenfeld"})),
    )
    if figure is None:
        return None
    called = [f"{ratio:.4g}" for ratio in ratios]
    said = [
        (f"At a true hazard ratio of {ratio}, the planned size has a power of {text}.", "")
        for ratio, text in zip(called, (printed("power", float(x)) for x in power), strict=True)
    ]
    start = int(np.abs(ratios - assumed).argmin())
    panel = Along([Line(None, 100 * power)], said)
    reader = along_reader("true hazard ratio", ratios, called, [panel], start=start)
    return replace(figure, explorer=reader)
