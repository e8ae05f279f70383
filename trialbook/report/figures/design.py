"""Figures of the plan: the schedule of visits, the power over the true hazard ratio."""

from typing import TYPE_CHECKING

import numpy as np

from trialbook.adam.rules.safety import repeated_visits
from trialbook.analyses.laboratory_records import visit_unit
from trialbook.printed import printed
from trialbook.report.output import Drawing
from trialbook.report.plots.plans import plot_power, plot_schedule

if TYPE_CHECKING:
    from trialbook.safe.lookup import Lookup
    from trialbook.trial import Trial


def plot_visits(trial: "Trial") -> Drawing | None:
    """Draw at which visits each laboratory parameter was measured, as the data have it.

    Parameters
    ----------
    trial : Trial
        With ADLB.

    Returns
    -------
    Drawing or None
        None without laboratory data. A visit counts where at least one patient in twenty of
        those with the parameter has a value, so that unscheduled ones stay out; one that merely
        repeats others is none, nor of confidential data one of fewer than may be counted.
    """
    adlb = trial.adlb
    if adlb is None or "AVISITN" not in adlb:
        return None
    labels = {item.paramcd: item.label for item in trial.config.laboratory}
    known = adlb["AVAL"].notna() & adlb["AVISITN"].notna()
    measured = adlb[known & ~adlb["AVISITN"].isin(repeated_visits(adlb))]
    if labels:
        measured = measured[measured["PARAMCD"].isin(labels)]
    rows = {}
    for code, of in measured.groupby("PARAMCD", sort=False, observed=True):
        patients = of.groupby("AVISITN")["USUBJID"].nunique()
        usual = patients[patients >= max(of["USUBJID"].nunique() / 20, trial.min_cell)]
        label = labels.get(code) or str(of["PARAM"].iloc[0] if "PARAM" in of else code)
        rows[label] = [float(visit) for visit in usual.index]
    visits = sorted({visit for at in rows.values() for visit in at})
    if not visits:
        return None
    return plot_schedule(
        visits,
        rows,
        visit_label=f"Visit ({visit_unit(trial) or 'AVISITN'})",
        name="visits",
        message=f"Schedule: {len(rows)} parameters measured at {len(visits)} visits, "
        f"from {visits[0]:g} to {visits[-1]:g}.",
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
    said = f"{at_assumed} at the assumed {printed('hr', assumed)}, " if at_assumed else ""
    return plot_power(
        ratios[order],
        power[order],
        assumed=assumed,
        planned=planned,
        name="planned-power",
        message=f"Power of the planned size over the true hazard ratio: {said}falling to "
        f"{at_null} at {printed('hr', null)}.",
    )
