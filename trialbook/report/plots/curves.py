"""Curves over time that are not Kaplan-Meier's: cumulative incidence, hazard ratio, means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from trialbook.report.escape import shortened
from trialbook.report.output import Drawing
from trialbook.report.plots.layout import (
    BOLD_LETTER,
    LINE,
    MARKERS,
    apart,
    axis_title,
    fitted,
    key,
    key_lines,
    line_style,
    panel,
    percent_axis,
    quiet,
    sheet,
    thinned,
    time_axis,
    write,
)
from trialbook.report.style import ACCENT, INK, MUTED, PHONE, arm_colour, drawn_anew

if TYPE_CHECKING:
    from trialbook.trial import Trial
    from trialbook.units import Time

LEFT, RIGHT = 0.5, 0.2
COARSE_NOTE = (
    "Confidential: steps at regular times that hold enough events; without arms that have few."
)
# Percentages are printed with one decimal.
AS_PRINTED = 3


@dataclass(frozen=True)
class Curve:
    """One arm's curve: times in the shown unit, values, and a band where there is one."""

    time: np.ndarray
    value: np.ndarray
    lower: np.ndarray | None = None
    upper: np.ndarray | None = None

    def known_at(self, times: np.ndarray) -> "Curve":
        """Return the step function as it is known at a few times, constant after its last.

        As tables print it: the coordinates of a drawing would tell it to more digits.
        """
        at = np.maximum(np.searchsorted(self.time, times, side="right") - 1, 0)
        rows = (self.value, self.lower, self.upper)
        known = (None if row is None else np.round(row[at], AS_PRINTED) for row in rows)
        return Curve(times, *known)

    def in_steps(self, points: int) -> "Curve":
        """Return the curve in steps of percentage points, so that it tells no denominator."""
        step = points / 100
        rows = (self.value, self.lower, self.upper)
        return Curve(
            self.time, *(None if row is None else step * np.round(row / step) for row in rows)
        )


def plot_incidence(
    panels: Mapping[str, Mapping[str, Curve]],
    trial: "Trial",
    *,
    name: str,
    message: str,
    points: bool = False,
    note: str = "",
    since: Mapping[str, str] | None = None,
) -> Drawing | None:
    """Draw cumulative incidence by arm, one panel per event, on one axis of percentages.

    Parameters
    ----------
    panels : mapping
        An event's label to the arms' curves (by code), values as proportions.
    trial : Trial
        The arms' labels and order.
    name, message : str
        Of the figure.
    note : str
        A line below the key.
    points : bool
        The curves are known at the given times only: points and intervals instead of steps.
    since : mapping, optional
        An event's label to what its time counts from, where that is not the trial's origin.

    Returns
    -------
    Drawing or None
    """
    if not panels:
        return None
    since = since or {}
    times = {
        label: replace(trial.time, origin=since.get(label, trial.time.origin)) for label in panels
    }
    # A panel has an axis of its own to name where not all count from the same day.
    named = len({time.origin for time in times.values()}) > 1
    each, foot, apart_by = 2.05, 0.5, 0.7 if named else 0.55
    curves = [curve for arms in panels.values() for curve in arms.values()]
    last = max(curve.time[-1] for curve in curves)
    top = _round_up(100 * max(np.nanmax(_highest(curve)) for curve in curves))

    def draw(width: float) -> Figure:
        entries = key_lines([arm.label for arm in trial.arms], width)
        notes = fitted(note, width) if note else []
        head = 0.14 + LINE * (sum(map(len, entries)) + len(notes))
        columns = 2 if len(panels) > 1 and width > PHONE else 1
        lines = -(-len(panels) // columns)
        across = (width - LEFT - RIGHT - 0.45 * (columns - 1)) / columns
        figure = sheet(head + lines * (each + apart_by) + foot - apart_by + 0.35, width)
        below = key(figure, 0.02, 0.1, entries)
        for number, line in enumerate(notes):
            write(figure, 0.02, below + LINE * number, line, size=8.5, color=MUTED)
        for i, (label, arms) in enumerate(panels.items()):
            left = LEFT + (i % columns) * (across + 0.45)
            y = head + (i // columns) * (each + apart_by) + 0.3
            write(figure, left - 0.3, y - 0.16, f"{label} (%)", size=9, color=MUTED)
            axes = panel(figure, left, y, across, each - 0.1)
            for position, arm in enumerate(trial.arms):
                if arm.code in arms:
                    (_points if points else _step)(axes, arms[arm.code], position, last)
            # Room for the last points, which stand side by side.
            axes.set_xlim(0, last * (1.04 if points else 1.01))
            percent_axis(axes, top)
            quiet(axes)
            time_axis(axes, times[label], last, size=9)
            if i + columns < len(panels) and not named:
                axes.set_xlabel("")
        return figure

    return drawn_anew(draw, name, message)


def _highest(curve: Curve) -> np.ndarray:
    return curve.value if curve.upper is None else np.fmax(curve.value, curve.upper)


def _round_up(percent: float) -> float:
    """Return the end of an axis of percentages: 10, 20, 40, 60, 80 or 100."""
    return next((top for top in (5.0, 10.0, 20.0, 40.0, 60.0, 80.0) if percent <= top), 100.0)


def _points(axes, curve: Curve, position: int, last: float) -> None:
    """Draw one arm's values at the times given, side by side with the other arms'."""
    x = curve.time + last * 0.012 * (position - 0.5)
    style = {"color": arm_colour(position)}
    axes.vlines(x, 100 * curve.lower, 100 * curve.upper, linewidth=1, **style)
    axes.plot(x, 100 * curve.value, linestyle=line_style(position), linewidth=1.2, **style)
    marker = MARKERS[position % len(MARKERS)]
    axes.plot(x, 100 * curve.value, marker, markersize=4, **style)


def _step(axes, curve: Curve, position: int, _last: float) -> None:
    """Draw one arm's step function with its band."""
    colour = arm_colour(position)
    if curve.lower is not None:
        t, low, high = thinned(curve.time, 100 * curve.lower, 100 * curve.upper)
        axes.fill_between(t, low, high, step="post", color=colour, alpha=0.13, linewidth=0)
    t, value = thinned(curve.time, 100 * curve.value)
    axes.step(t, value, where="post", color=colour, linestyle=line_style(position))


def plot_hazard_ratio_over_time(
    event_time: np.ndarray | None,
    curve: Curve,
    hr: float,
    *,
    time: "Time",
    name: str,
    message: str,
    heading: str = "",
) -> Drawing | None:
    """Draw the hazard ratio over time: the smooth of the scaled Schoenfeld residuals.

    Parameters
    ----------
    event_time : array or None
        Event times in the shown unit, marked on the axis; None: they are not shown.
    curve : Curve
        The smoothed log hazard ratio with its band.
    hr : float
        The hazard ratio of the Cox model, drawn as the constant that it assumes.
    time : Time
        The units of the horizontal axis.
    name, message, heading : str
        Of the figure; a line above it where there is one.

    Returns
    -------
    Drawing or None
        None with fewer than ten events: a smooth of so few says nothing.
    """
    if event_time is not None and len(event_time) < 10:
        return None

    def draw(width: float) -> Figure:
        headings = fitted(shortened(heading, 70), width, BOLD_LETTER) if heading else []
        above = LINE * len(headings)
        figure = sheet(3.55 + above, width)
        for number, line in enumerate(headings):
            write(figure, 0.02, 0.1 + LINE * number, line, size=9.5, weight="bold")
        axis_title(figure, 0.02, 0.12 + above, "Hazard ratio over time (log scale)")
        axes = panel(figure, LEFT, 0.3 + above, width - LEFT - RIGHT, 2.7)
        edges = np.concatenate([curve.lower, curve.upper, [0.0, np.log(hr)]])
        low, high = np.clip([np.nanmin(edges), np.nanmax(edges)], np.log(0.02), np.log(50))
        axes.set_ylim(low - 0.15, high + 0.15)
        axes.fill_between(
            curve.time, curve.lower, curve.upper, color=ACCENT, alpha=0.13, linewidth=0
        )
        axes.plot(curve.time, curve.value, color=ACCENT)
        if event_time is not None:
            (t,) = thinned(event_time)
            axes.plot(t, np.full(len(t), low - 0.1), "|", color=MUTED, markersize=6)
        axes.axhline(0, color=INK, linewidth=0.8)
        axes.axhline(np.log(hr), color=MUTED, linewidth=1, linestyle=(0, (4, 2)))
        values = (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)
        shown = [v for v in values if low - 0.15 <= np.log(v) <= high + 0.15]
        axes.set_yticks(np.log(shown), [f"{v:g}" for v in shown])
        time_axis(axes, time, float(curve.time[-1]))
        quiet(axes)
        return figure

    return drawn_anew(draw, name, message)


@dataclass(frozen=True)
class Means:
    """A laboratory parameter: visits, and by arm the means, their limits, numbers observed."""

    label: str
    visits: tuple[float, ...]
    arms: Mapping[str, Curve]
    observed: Mapping[str, Sequence[float]]
    low: float | None = None
    high: float | None = None


def plot_means(
    parameter: Means, trial: "Trial", *, name: str, message: str, visit_label: str = "Visit"
) -> Drawing | None:
    """Draw a parameter's means over the visits with intervals, the numbers observed below.

    Parameters
    ----------
    parameter : Means
        The means by arm; its normal range is shaded.
    trial : Trial
        The arms' labels and order.
    name, message, visit_label : str
        Of the figure, of the horizontal axis.

    Returns
    -------
    Drawing or None
    """
    if not parameter.visits:
        return None
    arms = [(i, arm) for i, arm in enumerate(trial.arms) if arm.code in parameter.arms]

    def draw(width: float) -> Figure:
        entries = key_lines([arm.label for _, arm in arms], width)
        titles = fitted(parameter.label, width)
        head = 0.36 + LINE * (sum(map(len, entries)) + len(titles) - 1)
        foot = 0.62 + LINE * (1 + len(arms))
        figure = sheet(head + 2.1 + foot, width)
        top = key(figure, 0.02, 0.1, entries, markers=MARKERS)
        for number, line in enumerate(titles):
            axis_title(figure, 0.02, top + 0.06 + LINE * number, line)
        axes = panel(figure, LEFT, head, width - LEFT - RIGHT, 2.1)
        span = (max(parameter.visits) - min(parameter.visits)) or 1.0
        for shift, (position, arm) in enumerate(arms):
            curve, colour = parameter.arms[arm.code], arm_colour(position)
            x = curve.time + span * 0.006 * (shift - (len(arms) - 1) / 2)
            axes.vlines(x, curve.lower, curve.upper, color=colour, linewidth=1)
            axes.plot(x, curve.value, color=colour, linestyle=line_style(position), linewidth=1.4)
            marker = MARKERS[position % len(MARKERS)]
            axes.plot(x, curve.value, marker, color=colour, markersize=4)
        low, high = axes.get_ylim()
        for limit in (parameter.low, parameter.high):
            if limit is not None and low <= limit <= high:
                axes.axhline(limit, color=MUTED, linewidth=0.8, linestyle=(0, (2, 2)))
        axes.set_xlim(min(parameter.visits) - span * 0.03, max(parameter.visits) + span * 0.03)
        ticks = apart(parameter.visits, 2.3 * width)
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.set_xlabel(visit_label, labelpad=5)
        quiet(axes)
        _observed(figure, axes, parameter, arms, ticks, head + 2.1 + 0.56)
        return figure

    return drawn_anew(draw, name, message)


def _observed(figure, axes, parameter: Means, arms, ticks, top: float) -> None:
    """Write how many patients each mean is of."""
    write(figure, 0.02, top, "Patients observed", size=8.5, color=MUTED)
    box, (low, high) = axes.get_position(), axes.get_xlim()
    width, _ = figure.get_size_inches()
    for position, arm in arms:
        top += LINE
        counts = dict(zip(parameter.visits, parameter.observed[arm.code], strict=True))
        for tick in ticks:
            place = width * (box.x0 + box.width * (tick - low) / (high - low))
            # NaN: how many were observed may not be shown.
            count = counts.get(tick, 0)
            text = f"{count:,.0f}" if count == count else "–"
            style = {"size": 8.5, "ha": "center", "color": arm_colour(position)}
            write(figure, place, top, text, **style)
