"""Curves that step over time, by arm: survival, cumulative incidence, leaving, harms."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from trialbook.escape import plain
from trialbook.report.output import Drawing
from trialbook.report.plots.layout import (
    LETTER,
    LINE,
    Label,
    axis_title,
    fitted,
    key,
    key_height,
    key_lines,
    label_ends,
    line_sample,
    line_style,
    measured,
    panel,
    percent_axis,
    quiet,
    room_for,
    sheet,
    write,
)
from trialbook.report.style import MUTED, PHONE, arm_colour, drawn_anew, readable

if TYPE_CHECKING:
    from trialbook.config import Arm
    from trialbook.trial import Trial

RIGHT = 0.2
# Points that are known apart: of each arm another mark, so much of the axis beside the last arm's.
MARKS, BESIDE = ("o", "s", "^", "D"), 0.01
NOT_SHOWN = "–"
# A label that is longer has no room left of the numbers of its arm: its line stands for it.
LONGEST_LABEL = 12
# Points of the numbers below the axis.
COUNTS = 8.5


@dataclass(frozen=True)
class Steps:
    """One arm's curve: times in the shown unit, percentages, what is known beside them.

    Attributes
    ----------
    position : int
        Of the arm, control first.
    time, value, lower, upper : numpy.ndarray
        Percentages from each time on; the limits may be NaN.
    marks : numpy.ndarray
        Times at which patients' observation ended without the event, to be marked.
    note : str
        What stands below the arm's label at the end of its line.
    counts : sequence of str
        What stands below the axis at each of the panel's ticks.
    apart : bool
        Whether the percentages are known at the times alone: points with limits, no line.
    """

    position: int
    time: np.ndarray
    value: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    marks: np.ndarray = field(default_factory=lambda: np.empty(0))
    note: str = ""
    counts: Sequence[str] = ()
    apart: bool = False


class Called(Protocol):
    """What an axis of time is called: `trialbook.units.Time` says it, and others may."""

    @property
    def label(self) -> str:
        """The unit, and from when time counts."""
        ...


@dataclass(frozen=True)
class Panel:
    """One set of axes: what its percentages are of, its ticks, and the arms' curves."""

    title: str
    ticks: np.ndarray
    curves: Sequence[Steps]
    time: Called
    counted: str = "Number at risk"


def plot_steps(
    panels: Sequence[Panel],
    trial: "Trial",
    *,
    height: float,
    top: float | None = None,
    corner: Sequence[str] = (),
    note: str = "",
    **words,
) -> Drawing | None:
    """Draw curves that step, one panel below the other, with numbers below each axis.

    Parameters
    ----------
    panels : sequence of Panel
        Those without a curve are left out.
    trial : Trial
        The arms' labels.
    height : float
        Of a panel's axes, in inches.
    top : float, optional
        The end of the vertical axes, in percent; by default what the limits need.
    corner : sequence of str
        Lines in the lower left corner, where no curve comes; else above.
    note : str
        A line above all.
    **words
        name, message, headline, caption, data of the figure, see `drawn`.

    Returns
    -------
    Drawing or None
        On a phone the arms stand in a key above, otherwise at the ends of their lines.
    """
    if not any(panel.curves for panel in panels):
        return None

    def draw(width: float) -> Figure:
        return steps_figure(
            panels, trial.arms, width, height=height, top=top, corner=corner, note=note
        )

    return drawn_anew(draw, **words)


def steps_figure(
    panels: Sequence[Panel],
    labelled: Sequence["Arm"],
    width: float,
    *,
    height: float,
    top: float | None = None,
    corner: Sequence[str] = (),
    note: str = "",
) -> Figure:
    """Return what `plot_steps` draws at a width in inches; `labelled` are the arms in order."""
    panels = [panel for panel in panels if panel.curves]
    last = max(curve.time[-1] for one in panels for curve in one.curves)
    last = max(last, *(one.ticks[-1] for one in panels)) or 1.0
    top = top or _round_up(max(_highest(curve) for one in panels for curve in one.curves))
    positions = sorted({curve.position for one in panels for curve in one.curves})
    arms = {position: labelled[position] for position in positions}
    phone = width <= PHONE
    left = _left(panels, arms.values(), phone)
    ends = [(labelled[c.position].label, c.note) for one in panels for c in one.curves]
    right = RIGHT if phone else room_for(ends)
    across = width - left - right
    inside = bool(corner) and not phone and _is_free(panels[0], last, top, corner, across)
    said = [] if inside else list(corner)
    if phone:
        said += _notes(panels, labelled)
    of_curves = [line for text in said for line in fitted(text, width - 0.1)]
    above = of_curves + (fitted(note, width) if note else [])
    entries = key_lines([arm.label for arm in arms.values()], width) if phone else []
    feet = [_foot(one, len(arms)) for one in panels]
    titles = [fitted(one.title, width) for one in panels]
    head = 0.1 + key_height(entries, width) + LINE * len(above) + 0.05 * bool(entries or above)
    each = [LINE * len(lines) + 0.08 + height for lines in titles]
    figure = sheet(head + sum(each) + sum(feet), width)
    y = key(figure, 0.02, 0.1, entries, positions=positions) if phone else 0.1
    for number, line in enumerate(above):
        # what is said of these curves leaves with them, where a reader looks at others
        part = {"gid": f"tb-count_above_{number}"} if number < len(of_curves) else {}
        write(figure, 0.02, y, line, size=9, color=MUTED, **part)
        y += LINE
    y = head
    for one, lines, tall, foot in zip(panels, titles, each, feet, strict=True):
        for number, line in enumerate(lines):
            axis_title(figure, 0.02, y + LINE * number, line, f"tb-percents_{y:.3f}_{number}")
        axes = panel(figure, left, y + tall - height, across, height)
        _draw(figure, axes, one, labelled, last, top, labelled=not phone)
        if inside and one is panels[0]:
            for number, line in enumerate(reversed(corner)):
                at = y + tall - 0.14 - LINE * number
                part = {"gid": f"tb-end_corner_{number}"}
                write(figure, left + 0.1, at, line, size=9, **part)
        _counts(figure, axes, one, arms, y + tall + 0.53)
        y += tall + foot
    return figure


def plot_nothing(message: str, *, name: str) -> Drawing:
    """Return a figure that says in one line why nothing is drawn."""

    def draw(width: float) -> Figure:
        lines = fitted(message, width)
        figure = sheet(0.1 + LINE * len(lines), width)
        for number, line in enumerate(lines):
            write(figure, 0.02, 0.12 + LINE * number, line, size=9, color=MUTED)
        return figure

    return drawn_anew(draw, name, message, headline=message)


def _highest(curve: Steps) -> float:
    return float(np.nanmax(np.concatenate([curve.value, curve.upper, [0.0]])))


def _round_up(percent: float) -> float:
    """Return the end of an axis of percentages: 10, 20, 40, 60, 80 or 100."""
    return next((top for top in (5.0, 10.0, 20.0, 40.0, 60.0, 80.0) if percent <= top), 100.0)


def _notes(panels: Sequence[Panel], labelled: Sequence["Arm"]) -> list[str]:
    """Return in one line what else stands at the ends of the curves, where it has no room."""
    notes = [
        f"{labelled[curve.position].label}: {curve.note}"
        for one in panels
        for curve in one.curves
        if curve.note
    ]
    return ["; ".join(notes)] if notes else []


def _left(panels: Sequence[Panel], arms, phone: bool) -> float:
    """Return the inches left of the axes: room for the arms' labels beside their first numbers."""
    first = [curve.counts[0] for one in panels for curve in one.curves if curve.counts]
    if phone or not first:
        return 0.55 if first else 0.5
    short = all(len(arm.label) <= LONGEST_LABEL for arm in arms)
    labels = [_label_width(arm) for arm in arms] if short else []
    beside = max(measured(text, COUNTS) for text in first) / 2
    return max(0.55, max(labels, default=0) + beside + 0.14)


def _label_width(arm) -> float:
    return measured(plain(arm.label), COUNTS, "bold")


def _foot(one: Panel, arms: int) -> float:
    """Return the inches below a panel's axes: its ticks, its name, the numbers by arm."""
    if not any(any(curve.counts) for curve in one.curves):
        return 0.7
    return 0.53 + LINE * arms + 0.3


def _is_free(one: Panel, last: float, top: float, corner: Sequence[str], across: float) -> bool:
    """Return whether no curve comes into the lower left corner, where the lines would stand."""
    longest = LETTER * max(map(len, corner)) + 0.3
    until = last * longest / across
    below = top * 0.1 * (len(corner) + 1)
    if longest > across:
        return False
    lows = [
        np.nanmin(np.concatenate([curve.value, curve.lower])[np.tile(curve.time <= until, 2)])
        for curve in one.curves
    ]
    return min(lows, default=0.0) > below


def _draw(figure, axes: Axes, one: Panel, arms, last: float, top: float, *, labelled: bool):
    """Draw a panel: bands, curves, marks, the arms' names at their ends."""
    for curve in one.curves:
        colour = arm_colour(curve.position)
        part = f"tb-curve_{curve.position}"
        if curve.apart:
            _draw_apart(axes, curve, colour, part, last * BESIDE)
            continue
        band = {"step": "post", "color": colour, "alpha": 0.13, "linewidth": 0}
        band["gid"] = f"{part}_band"
        axes.fill_between(curve.time, curve.lower, curve.upper, **band)
        style = {"color": colour, "linestyle": line_style(curve.position)}
        axes.step(curve.time, curve.value, where="post", gid=part, **style)
        if len(curve.marks):
            at = np.searchsorted(curve.time, curve.marks, side="right") - 1
            marks = {"color": colour, "markersize": 4.5, "markeredgewidth": 0.8}
            axes.plot(curve.marks, curve.value[at], "|", gid=f"{part}_marks", **marks)
    axes.set_xlim(0, last * (1.03 if any(curve.apart for curve in one.curves) else 1.005))
    percent_axis(axes, top)
    width = figure.get_size_inches()[0] * axes.get_position().width
    ticks = fitting(one, width)
    axes.set_xticks(ticks, [tick_label(tick) for tick in ticks])
    axes.set_xlabel(one.time.label, labelpad=4)
    quiet(axes)
    readable(axes)
    if labelled:
        labels = [
            Label(arms[c.position].label, arm_colour(c.position), c.value[-1], c.note)
            for c in one.curves
        ]
        label_ends(figure, axes, labels)


def _draw_apart(axes: Axes, curve: Steps, colour: str, part: str, aside: float) -> None:
    """Draw points with their limits; those of the arms beside each other."""
    at = curve.time + aside * curve.position
    style = {"color": colour, "clip_on": False}
    axes.vlines(at, curve.lower, curve.upper, linewidth=1.2, gid=f"{part}_band", **style)
    mark = MARKS[curve.position % len(MARKS)]
    axes.plot(at, curve.value, mark, markersize=4.5, gid=part, **style)


def fitting(one: Panel, width: float) -> np.ndarray:
    """Return every n-th tick, so that the numbers below them do not touch."""
    longest = max([len(text) for curve in one.curves for text in curve.counts] or [3])
    # The last numbers may reach beyond the axis by half of them.
    most = max(int(width / (LETTER * max(longest, 3) + 0.1)), 1)
    return one.ticks[:: max(int(np.ceil((len(one.ticks) - 1) / most)), 1)]


def tick_label(tick: float) -> str:
    """Return a tick's label, without needless decimals."""
    return f"{tick:.2f}".rstrip("0").rstrip(".")


def _counts(figure, axes: Axes, one: Panel, arms, top: float) -> None:
    """Write the numbers of every arm below the axis, at its ticks."""
    if not any(any(curve.counts) for curve in one.curves):
        return
    write(figure, 0.02, top, one.counted, size=COUNTS, color=MUTED, gid=f"tb-count_{top:.3f}")
    box, (low, high) = axes.get_position(), axes.get_xlim()
    width, _ = figure.get_size_inches()
    shown = {float(tick) for tick in axes.get_xticks()}
    of_arm = {curve.position: curve for curve in one.curves}
    first = max((LETTER * len(curve.counts[0]) for curve in one.curves if curve.counts), default=0)
    room = width * box.x0 - first / 2 - 0.06
    named = all(_label_width(arm) + 0.02 <= room for arm in arms.values())
    for position, arm in arms.items():
        top += LINE
        if named:
            style = {"size": COUNTS, "color": arm_colour(position), "weight": "bold"}
            style["gid"] = f"tb-count_{position}_name_{top:.3f}"
            write(figure, 0.02, top, arm.label, **style)
        else:
            line_sample(figure, position, 0.02, top, min(0.28, room))
        curve = of_arm.get(position)
        for tick, text in zip(one.ticks, curve.counts if curve else (), strict=False):
            if float(tick) in shown:
                place = width * (box.x0 + box.width * (tick - low) / (high - low))
                place = max(place, LETTER * len(text) / 2 + 0.02)
                part = {"gid": f"tb-count_{position}_{tick:g}_{top:.3f}"}
                write(figure, place, top, text, size=COUNTS, ha="center", **part)
