"""Points and spreads: adverse events by arm, distributions at baseline."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from trialbook.escape import shortened
from trialbook.report.output import Drawing
from trialbook.report.plots.layout import (
    CONTINUED,
    LETTER,
    MARKERS,
    key,
    key_height,
    key_lines,
    panel,
    sheet,
    wrapped_sides,
    write,
    write_sides,
)
from trialbook.report.style import GRID, INK, MUTED, PHONE, arm_colour, drawn_anew

if TYPE_CHECKING:
    from trialbook.config import Arm
    from trialbook.trial import Trial

ROW = 0.2
LEFT, RIGHT = 0.5, 0.2
# So many values draw the shape of a distribution.
MOST_VALUES = 1000
TITLES = ("Patients with the event (%)", "Difference, percentage points")


@dataclass(frozen=True)
class EventRow:
    """An adverse event: percent by arm (code), risk difference with limits, as proportions.

    `printed` is the difference as tables print it.
    """

    label: str
    percent: Mapping[str, float]
    difference: float
    lower: float
    upper: float
    printed: str = ""


def plot_adverse_events(
    rows: Sequence[EventRow],
    trial: "Trial",
    arms: Sequence["Arm"],
    *,
    sides: tuple[str, str],
    **words,
) -> Drawing | None:
    """Draw the incidence of adverse events by arm beside the risk difference.

    Parameters
    ----------
    rows : sequence of EventRow
        In the order of the lines.
    trial : Trial
        The arms' order, which gives each its colour.
    arms : sequence of Arm
        Those that are drawn.
    sides : tuple of str
        What lies left and right of no difference.
    **words
        name, message, headline, caption, data of the figure, see `drawn`.

    Returns
    -------
    Drawing or None
    """
    if not rows:
        return None
    shown = [(trial.arms.index(arm), arm) for arm in arms]
    return drawn_anew(lambda width: _events(rows, shown, sides, width), **words)


def _events(rows: Sequence[EventRow], arms, sides, width: float) -> Figure:
    """Return the figure of adverse events; on a phone labels stand above their row."""
    above = width <= PHONE
    left = 0.12 if above else 2.3
    each = ROW + (0.15 if above else 0)
    gap, first = 0.25, 1.45 if above else 2.2
    entries = key_lines([arm.label for _, arm in arms], width)
    head, height = 0.42 + key_height(entries, width), each * len(rows)
    second = left + first + gap
    across = width - second - 0.12
    shown = wrapped_sides(sides, second + across / 2, width, across)
    figure = sheet(head + height + 0.53 + CONTINUED * max(map(len, shown)), width)
    positions = [position for position, _ in arms]
    top = key(figure, 0.02, 0.1, entries, markers=MARKERS, positions=positions)
    titles = ("Patients (%)", "Difference, % points") if above else TITLES
    for x, title in zip((left, second), titles, strict=True):
        write(figure, x, top + 0.1, title, size=8.5, color=MUTED)
    share = panel(figure, left, head, first, height)
    risk = panel(figure, second, head, across, height)
    for place, row in enumerate(rows):
        label = shortened(row.label, 48 if above else 36)
        label = label if label != label.upper() else label.capitalize()
        y = each * (place + 1) - ROW / 2
        if above:
            write(figure, left, head + y - 0.16, label, size=8.5)
        else:
            write(figure, left - 0.1, head + y, label, size=8.5, ha="right")
        _event(share, risk, y, row, arms)
    risk.axvline(0, color=MUTED, linewidth=0.9)
    for axes in (share, risk):
        axes.set_ylim(height, 0)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x")
        axes.tick_params(length=3)
    share.set_xlim(left=0)
    reach = max(abs(limit) for limit in risk.get_xlim())
    risk.set_xlim(-reach, reach)
    write_sides(figure, second + across / 2, head + height + 0.45, shown)
    return figure


def _event(share, risk, y: float, row: EventRow, arms) -> None:
    """Draw one event: incidence by arm in one panel, the difference in the other."""
    values = [row.percent[arm.code] for _, arm in arms]
    share.plot([min(values), max(values)], [y, y], color=GRID, linewidth=1.5, zorder=1)
    for (position, _), value in zip(arms, values, strict=True):
        marker = MARKERS[position % len(MARKERS)]
        share.plot([value], [y], marker, color=arm_colour(position), markersize=5)
    if isfinite(row.difference):
        limits = [100 * row.lower, 100 * row.upper]
        risk.plot(limits, [y, y], color=INK, linewidth=1.1)
        risk.plot([100 * row.difference], [y], "o", color=INK, markersize=4.5)


@dataclass(frozen=True)
class Spread:
    """One arm's values of a variable: in increasing order, and their quartiles."""

    values: np.ndarray
    q1: float
    median: float
    q3: float


def plot_distributions(
    variables: Mapping[str, Mapping[str, Spread]], trial: "Trial", **words
) -> Drawing | None:
    """Draw the distribution of baseline numbers by arm: their density, median and quartiles.

    Parameters
    ----------
    variables : mapping
        A variable's label to the arms' values (by code).
    trial : Trial
        The arms' labels and order.
    **words
        name, message, headline, caption, data of the figure, see `drawn`.

    Returns
    -------
    Drawing or None
    """
    shown = {label: arms for label, arms in variables.items() if arms}
    if not shown:
        return None
    codes = [arm.code for arm in trial.arms]
    strip = 0.3 * len(codes) + 0.1
    each = strip + 0.72

    def draw(width: float) -> Figure:
        columns = 2 if len(shown) > 1 and width > PHONE else 1
        entries = key_lines([arm.label for arm in trial.arms], width)
        head = 0.22 + key_height(entries, width)
        across = (width - 0.3 - 0.35 * (columns - 1)) / columns
        figure = sheet(head + -(-len(shown) // columns) * each, width)
        key(figure, 0.02, 0.1, entries, markers="o")
        for i, (label, arms) in enumerate(shown.items()):
            left = 0.12 + (i % columns) * (across + 0.35)
            y = head + (i // columns) * each + 0.28
            lines = textwrap.wrap(shortened(label, 64), int(across / LETTER))
            for line, text in enumerate(reversed(lines)):
                write(figure, left, y - 0.13 - 0.15 * line, text, size=9, color=MUTED)
            axes = panel(figure, left, y, across, strip)
            _violins(axes, arms, codes)
            axes.set_ylim(len(trial.arms) - 0.45, -0.55)
            axes.set_yticks([])
            axes.spines["left"].set_visible(False)
            axes.tick_params(length=3, labelsize=8.5)
            axes.locator_params(axis="x", nbins=5)
        return figure

    return drawn_anew(draw, **words)


def _violins(axes, arms: Mapping[str, Spread], codes: Sequence[str]) -> None:
    """Draw each arm's values as a shape, as wide as they are dense, with their quartiles.

    Of very many values an even choice along their order gives the same shape.
    """
    import seaborn as sns

    rows = []
    for code, one in arms.items():
        ordered = np.asarray(one.values, float)
        step = max(1, len(ordered) // MOST_VALUES)
        rows.append(pd.DataFrame({"value": ordered[::step], "arm": code}))
    colours = [arm_colour(position) for position in range(len(codes))]
    style = {"order": codes, "hue_order": codes, "palette": colours}
    shape = {"cut": 0, "inner": None, "density_norm": "width", "width": 0.8, "linewidth": 0}
    axis = {"x": "value", "y": "arm", "hue": "arm", "legend": False, "gridsize": 60, "ax": axes}
    sns.violinplot(pd.concat(rows), saturation=1, **axis, **style, **shape)
    for body in axes.collections:
        # the edge keeps a thin tail in sight
        body.set(alpha=0.3, edgecolor=body.get_facecolor(), linewidth=0.8)
    for position, code in enumerate(codes):
        if code in arms:
            one, colour = arms[code], arm_colour(position)
            axes.plot([one.q1, one.q3], [position, position], color=colour, linewidth=2)
            axes.plot([one.median], [position], "o", color=colour, markersize=5)
    axes.set(xlabel="", ylabel="")
