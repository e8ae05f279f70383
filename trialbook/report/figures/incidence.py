"""Figures of what rises over time: cumulative incidence, leaving, the course of harms."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trialbook.analyses import time_ticks
from trialbook.analyses.curves.points import shared_times
from trialbook.printed import rounded
from trialbook.report.card import HARMS
from trialbook.report.explorers.reader import Read, curve_reader
from trialbook.report.figures.steps import COARSE_NOTE, WHY_NOT_SHOWN, are_few, drawn_steps
from trialbook.report.landmarks import shown_time
from trialbook.report.output import Drawing
from trialbook.report.plots.steps import NOT_SHOWN, Panel, Steps, plot_steps
from trialbook.report.sentences import at_start, in_text
from trialbook.results import CURVE

if TYPE_CHECKING:
    from trialbook.config import Endpoint
    from trialbook.safe.lookup import Lookup

# Panels of cumulative incidence, and the share of the highest that one must reach: the table has
# the others.
MOST_PANELS, LEAST_SHARE = 2, 0.1
FEWEST_FOR_A_CURVE = 5
FIRST_DOSE = "the first dose"
LEAVING = {"EOSSTT": "Left the study", "EOTSTT": "Stopped the drug"}


def plot_cumulative_incidence(lookup: "Lookup", endpoints: Sequence["Endpoint"]) -> Drawing | None:
    """Draw the cumulative incidence of end points that others compete with, the commonest ones.

    Parameters
    ----------
    lookup : Lookup
        With their curves.
    endpoints : sequence of Endpoint

    Returns
    -------
    Drawing or None
    """
    trial, level = lookup.trial, "competing_risks"
    panels = {}
    for one in endpoints:
        title = at_start(in_text(one.label))
        panel = _incidence(lookup, level, one.paramcd, title, ticks=time_ticks(trial, one.paramcd))
        if _rises(panel):
            panels[one.paramcd] = panel
    highest = {code: max(c.value[-1] for c in one.curves) for code, one in panels.items()}
    commonest = sorted(highest, key=lambda code: -highest[code])[:MOST_PANELS]
    least = LEAST_SHARE * max(highest.values(), default=0.0)
    shown = [code for code in panels if code in commonest and highest[code] >= least]
    coarse = any(_is_coarse(lookup, level, code) for code in shown)
    t = _enough_at(lookup, level, shown, time_ticks(trial))
    said = _said([panels[code] for code in shown], lookup, t)
    more = "" if len(shown) == len(panels) else " Of the end points, the commonest."
    figure = plot_steps(
        [panels[code] for code in shown],
        trial,
        height=1.7,
        name="cumulative-incidence",
        message=f"Cumulative incidence{' at the end of follow-up' if t is None else ''}: {said}.",
        headline=at_start(_said([panels[code] for code in shown[:1]], lookup, t)),
        caption=f"Cumulative incidence (Aalen-Johansen) with pointwise {lookup.ci}s."
        f"{more}{_withheld_said([panels[code] for code in shown], lookup, coarse=coarse)}",
        data=_rows(lookup, level, shown),
    )
    return _read(figure, lookup, level, {code: panels[code] for code in shown}, time_ticks(trial))


def plot_leaving(lookup: "Lookup") -> Drawing | None:
    """Draw the share of patients who left the study, and who stopped the drug, over time.

    Parameters
    ----------
    lookup : Lookup
        With curves of ``discontinuation``.

    Returns
    -------
    Drawing or None
        None where dates or statuses are not given.
    """
    trial, level = lookup.trial, "discontinuation"
    ticks = time_ticks(trial)
    of = {
        status: _incidence(
            lookup,
            level,
            status,
            title,
            ticks=ticks,
            since=FIRST_DOSE if status == "EOTSTT" else "",
        )
        for status, title in LEAVING.items()
    }
    of = {status: one for status, one in of.items() if _rises(one)}
    panels = list(of.values())
    coarse = any(_is_coarse(lookup, level, status) for status in LEAVING)
    # late curves stand on few patients: most have completed the study
    t = _enough_at(lookup, level, list(of), ticks)
    said = _said(panels, lookup, t)
    figure = plot_steps(
        panels,
        trial,
        height=1.5,
        name="leaving",
        message=f"Cumulative share over time: {said}{', at the end' if t is None else ''}.",
        headline=at_start(_said(panels[:1], lookup, t)),
        caption=f"Share over time with pointwise {lookup.ci}s; completion ends observation."
        f"{_withheld_said(panels, lookup, coarse=coarse)}",
        data=_rows(lookup, level, list(LEAVING)),
    )
    return _read(figure, lookup, level, of, ticks)


def plot_course_of_harms(lookup: "Lookup", labels: Mapping[str, str]) -> Drawing | None:
    """Draw when first serious events, events that ended treatment, and deaths came.

    Parameters
    ----------
    lookup : Lookup
        With curves of ``adverse_events``.
    labels : mapping
        A group's key to its label.

    Returns
    -------
    Drawing or None
        Without groups of fewer than `FEWEST_FOR_A_CURVE` events in all.
    """
    trial, level = lookup.trial, "adverse_events"
    ticks, panels, keys, coarse = time_ticks(trial), [], [], False
    for key in lookup.distinct("paramcd", "curve", level=level):
        of_arms = [lookup.curve(level, key, arm.code) for arm in trial.arms]
        n_events = sum(of.get("n_events", pd.Series([np.inf])).max() for of in of_arms if len(of))
        if n_events < FEWEST_FOR_A_CURVE:
            continue
        title = labels.get(key, key)
        one = _incidence(lookup, level, key, title, ticks=ticks, since=FIRST_DOSE)
        if _rises(one):
            panels.append(one)
            keys.append(key)
            coarse |= _is_coarse(lookup, level, key)
    said = _said(panels, lookup)
    first = [
        replace(one, title=f"Patients with {HARMS.get(key, in_text(one.title))}")
        for one, key in zip(panels[:1], keys[:1], strict=True)
    ]
    figure = plot_steps(
        panels,
        trial,
        height=1.4,
        name="course-of-harms",
        message=f"Cumulative incidence at the end: {said}.",
        headline=at_start(_said(first, lookup)),
        caption="Cumulative incidence of first events, as a share of all treated patients, with "
        f"pointwise {lookup.ci}s; the end of treatment competes."
        f"{_withheld_said(panels, lookup, coarse=coarse)}",
        data=_rows(lookup, level, keys),
    )
    return _read(figure, lookup, level, dict(zip(keys, panels, strict=True)), ticks)


def _read(
    figure: Drawing | None,
    lookup: "Lookup",
    level: str,
    panels: Mapping[str, Panel],
    ticks: Sequence[float],
) -> Drawing | None:
    """Return a figure of incidences with its reader; `panels` by the code of what they show."""
    if figure is None:
        return None
    what = [
        Read(level, code, "cumulative_incidence", title, title)
        for code, title in ((code, one.title.removesuffix(" (%)")) for code, one in panels.items())
    ]
    start = _enough_at(lookup, level, list(panels), ticks)
    return replace(figure, explorer=curve_reader(lookup, what, ticks, start=start))


def _enough_at(
    lookup: "Lookup", level: str, paramcds: Sequence[str], ticks: Sequence[float]
) -> float | None:
    """Return the last landmark, else tick, at which every curve has enough patients at risk.

    None where there is none. Where how many are at risk is withheld, the gate has seen to it; of
    curves that are known at some times alone, at the last one that all of them have.
    """
    curves = [lookup.curve(level, code, arm.code) for code in paramcds for arm in lookup.trial.arms]
    curves = [one for one in curves if "cumulative_incidence" in one]
    times = [*sorted(lookup.trial.landmarks, reverse=True), *reversed(ticks[1:])]
    if any(one.attrs.get("coarse") for one in curves):
        known = [one.index[one["cumulative_incidence"].notna()] for one in curves]
        times = [t for t in reversed(shared_times(known)) if t > 0]
    for t in times:
        if all(_has_enough(one, t) for one in curves):
            return t
    return None


def _has_enough(curve: pd.DataFrame, t: float) -> bool:
    if t > curve.index[-1] + 1e-9:
        return False
    if "n_at_risk" not in curve:
        return True
    start, now = curve["n_at_risk"].iloc[0], curve["n_at_risk"][curve.index >= t - 1e-9].iloc[0]
    return not are_few(now, start)


def _incidence(
    lookup: "Lookup",
    level: str,
    paramcd: str,
    title: str,
    *,
    ticks: Sequence[float],
    since: str = "",
) -> Panel:
    """Return the panel of one cumulative incidence; without curves where none may be drawn."""
    trial = lookup.trial
    curves = []
    for position, arm in enumerate(trial.arms):
        found = lookup.curve(level, paramcd, arm.code)
        steps = drawn_steps(lookup, found, position, "cumulative_incidence", ticks)
        if steps:
            curves.append(steps)
    time = replace(trial.time, origin=since) if since else trial.time
    return Panel(f"{title} (%)", trial.time.to_show(ticks), curves, time)


def _rows(lookup: "Lookup", level: str, paramcds: Sequence[str]) -> pd.DataFrame | None:
    """Return the rows of curves that are drawn."""
    parts = [(CURVE, {"level": level, "paramcd": code}) for code in paramcds]
    return lookup.drawn(*parts) if parts else None


def _withheld_said(panels: Sequence[Panel], lookup: "Lookup", *, coarse: bool) -> str:
    """Return what a caption says of what is withheld from curves, a space before it; or ''."""
    said = []
    if coarse:
        said.append(COARSE_NOTE)
        if any(len(one.curves) < len(lookup.trial.arms) for one in panels):
            said.append("A group’s curve is left out where few patients stand behind it.")
    if any(NOT_SHOWN in curve.counts for one in panels for curve in one.curves):
        said.append(WHY_NOT_SHOWN)
    return "".join(f" {one}" for one in said)


def _rises(panel: Panel) -> bool:
    """Return whether any curve of a panel is ever above 0: there is nothing to draw otherwise."""
    return any(curve.value.max() > 0 for curve in panel.curves)


def _is_coarse(lookup: "Lookup", level: str, paramcd: str) -> bool:
    arms = (arm.code for arm in lookup.trial.arms)
    return any(lookup.curve(level, paramcd, arm).attrs.get("coarse", False) for arm in arms)


def _said(panels: Sequence[Panel], lookup: "Lookup", t: float | None = None) -> str:
    """Return the percentages of every panel, ``"renal flare: 9.3% with placebo, ..."``.

    At time `t`, in AVAL's unit, which is said; else at the end.
    """
    arms, parts = lookup.trial.arms, []
    when = "" if t is None else f" by {shown_time(lookup.trial, t)}"
    shown = None if t is None else float(lookup.trial.time.to_show(t))
    for one in panels:
        ends = ", ".join(
            f"{_percent(curve, shown)}{lookup.curve_mark}"
            + (f" with {in_text(arms[curve.position].label)}" if len(arms) > 1 else "")
            for curve in one.curves
        )
        parts.append(f"{in_text(one.title.removesuffix(' (%)'))}{when}: {ends}")
    return "; ".join(parts)


def _percent(curve: Steps, t: float | None) -> str:
    """Return a curve's percentage at a time, else its last; as whole as all of them are."""
    whole = len(curve.value) > 1 and bool(np.allclose(curve.value, np.round(curve.value)))
    at = -1 if t is None else np.searchsorted(curve.time, t + 1e-9, side="right") - 1
    return f"{rounded(curve.value[at], 0 if whole else 1)}%"
