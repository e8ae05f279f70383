"""Figures that check the result: hazard ratio over time, competing events, withdrawal."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from trialbook import survival
from trialbook.analyses.time_to_event import coarse_step, time_ticks
from trialbook.analyses.tipping_point import withdrawal_is_known
from trialbook.printed import printed
from trialbook.report import sentences
from trialbook.report.output import Drawing
from trialbook.report.plots.curves import (
    COARSE_NOTE,
    Curve,
    plot_hazard_ratio_over_time,
    plot_incidence,
)
from trialbook.report.plots.plans import plot_tipping_point
from trialbook.report.sentences import at_start, heading_of, in_text
from trialbook.safe import curve_times, is_component

if TYPE_CHECKING:
    from trialbook.config import Comparison, Endpoint
    from trialbook.safe.lookup import Lookup
    from trialbook.survival import CoxModel, CumulativeIncidence
    from trialbook.trial import Trial

LARGEST_DELTA = 5
_SMOOTHED = ("log_hr", "lower", "upper")


def plot_hazard_over_time(
    model: "CoxModel", lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison"
) -> Drawing | None:
    """Draw the hazard ratio over time of a Cox model of treatment.

    Parameters
    ----------
    model : CoxModel
        Treatment is its first term.
    lookup : Lookup
        For the trial's units.
    endpoint, comparison
        What the model is of, and whom it compares with whom.

    Returns
    -------
    Drawing or None
        None with few events, or where the hazard ratio is not estimable.
    """
    if model.n_events < sentences.FEWEST_EVENTS or not np.isfinite(model.coef[0]):
        return None
    smooth = survival.log_hazard_ratio_over_time(model)
    if not np.isfinite(smooth.log_hr).any():
        return None
    trial, time = lookup.trial, lookup.trial.time
    if lookup.withholds("hr", "cox", endpoint.paramcd, comparison.name, method="efron"):
        return None
    event_time, curve = smooth.event_time, smooth
    if trial.privacy == "confidential":
        event_time, curve = None, _at_regular_times(smooth, coarse_step(trial, endpoint.paramcd))
        if not len(curve.time):
            return None
    hr = float(model.hr[0])
    ends = [printed("hr", float(np.exp(curve.log_hr[i]))) for i in (0, -1)]
    return plot_hazard_ratio_over_time(
        None if event_time is None else time.to_show(event_time),
        Curve(time.to_show(curve.time), curve.log_hr, curve.lower, curve.upper),
        hr,
        time=time,
        heading=heading_of(trial, comparison),
        name=f"hazard-over-time-{endpoint.paramcd}-{comparison.name}",
        message=f"Smoothed hazard ratio of {in_text(endpoint.label)} over time, "
        f"{comparison.name}: {ends[0]} at the "
        f"first, {ends[1]} at the last event; the model's constant is {printed('hr', hr)}.",
    )


def _at_regular_times(smooth, step: float):
    """Return the smooth at regular times between the first and the last event, without either."""
    first, last = np.ceil(smooth.time[0] / step), np.floor(smooth.time[-1] / step)
    times = step * np.arange(first, last + 1)
    rows = {name: np.interp(times, smooth.time, getattr(smooth, name)) for name in _SMOOTHED}
    return replace(smooth, time=times, **rows)


def plot_cumulative_incidence(
    estimates: Mapping[str, Mapping[str, "CumulativeIncidence"]], lookup: "Lookup"
) -> Drawing | None:
    """Draw the cumulative incidence of end points that others compete with.

    Parameters
    ----------
    estimates : mapping
        An end point's PARAMCD to the arms' estimates (by code); its event is cause 1.
    lookup : Lookup
        For the trial's labels and units.

    Returns
    -------
    Drawing or None
    """
    trial, panels, said = lookup.trial, {}, []
    confidential = trial.privacy == "confidential"
    for code, arms in estimates.items():
        label = at_start(in_text(trial.endpoint(code).label))
        curves = {arm: incidence_curve(of, trial) for arm, of in arms.items()}
        if confidential and is_component(trial, code):
            continue
        if confidential:
            curves = _coarse_curves(curves, trial, code)
        if not curves:
            continue
        panels[label] = curves
        last = ", ".join(
            f"{printed('cumulative_incidence', float(curve.value[-1]))} with {arm}"
            for arm, curve in curves.items()
        )
        said.append(f"{label}: {last}")
    return plot_incidence(
        panels,
        trial,
        name="cumulative-incidence",
        message=f"Cumulative incidence at the end of follow-up. {'; '.join(said)}.",
        note=COARSE_NOTE if confidential else "",
    )


def _coarse_curves(curves: Mapping[str, Curve], trial: "Trial", code: str) -> dict[str, Curve]:
    """Return the curves as they may be known of confidential data, without arms of few events."""
    data, ticks = trial.competing_risks(code), time_ticks(trial, code)
    coarse = {}
    for arm, curve in curves.items():
        of_arm = data[(data["arm"] == arm).to_numpy()]
        time, event = of_arm["AVAL"].to_numpy(float), (of_arm["cause"] == 1).to_numpy()
        landmarks = sorted(trial.landmarks, reverse=True)
        times = curve_times(time, event, ticks, trial.min_cell, landmarks)
        if len(times):
            coarse[arm] = curve.known_at(trial.time.to_show(times))
    return coarse


def incidence_curve(estimate: "CumulativeIncidence", trial: "Trial") -> Curve:
    """Return the incidence of cause 1 and its limits from time zero; 0 where nobody had it."""
    rows = [np.zeros(len(estimate.time))] * 3
    if len(estimate.cumulative_incidence):
        rows = [estimate.cumulative_incidence[0], estimate.lower[0], estimate.upper[0]]
    time = np.insert(trial.time.to_show(estimate.time), 0, 0.0)
    return Curve(time, *(np.insert(row, 0, 0.0) for row in rows))


def plot_withdrawal(
    lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison"
) -> Drawing | None:
    """Draw how the hazard ratio moves when withdrawn patients fare worse than assumed.

    Parameters
    ----------
    lookup : Lookup
        With results of tipping_point.
    endpoint, comparison
        Of what, and whom with whom.

    Returns
    -------
    Drawing or None
    """
    of = ("tipping_point", endpoint.paramcd, comparison.name)
    known = withdrawal_is_known(lookup.trial.adsl)
    who = sentences.who_left(known)
    rules = {
        "treated": f"{who(comparison.treated.code)}, no others",
        "both": who("both groups"),
    }
    methods = lookup.distinct("method", of[0], paramcd=of[1], arm=of[2], level="treated")
    deltas = [float(m.split("@")[0].removeprefix("delta=")) for m in methods if "delta=" in m]
    deltas = np.sort([delta for delta in deltas if delta <= LARGEST_DELTA])
    if not len(deltas) or lookup.withholds("hr", *of, level="treated", method=methods[0]):
        return None

    def read(name: str, level: str) -> np.ndarray:
        keys = [{"level": level, "method": f"delta={delta:g}"} for delta in deltas]
        return np.array([lookup.value(name, *of, **key) for key in keys])

    curves = {
        words: (read("hr", level), read("hr_lower", level), read("hr_upper", level))
        for level, words in rules.items()
    }
    first = next(iter(curves.values()))
    return plot_tipping_point(
        deltas,
        curves,
        heading=heading_of(lookup.trial, comparison),
        name=f"withdrawal-{endpoint.paramcd}-{comparison.name}",
        message=f"Hazard ratio of {in_text(endpoint.label)} as the hazard after withdrawal grows, "
        f"{comparison.name}, from none to {deltas[-1]:g} times that of those who stayed: from "
        f"{printed('hr', float(first[0][0]))} to {printed('hr', float(first[0][-1]))}.",
        interval=lookup.ci,
        delta_label=f"Hazard after {'withdrawal' if known else 'censoring'}, relative to that of "
        "patients who stayed",
    )
