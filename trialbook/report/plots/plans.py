"""What was planned and what was assumed: power, the schedule of visits, the tipping point."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from trialbook.report.escape import shortened
from trialbook.report.output import Drawing
from trialbook.report.plots.layout import (
    BOLD_LETTER,
    CONTINUED,
    LINE,
    apart,
    axis_title,
    fitted,
    line_style,
    panel,
    quiet,
    sheet,
    write,
)
from trialbook.report.style import ACCENT, GRID, INK, MUTED, arm_colour, drawn_anew

ROW = 0.23
LEFT, RIGHT = 0.5, 0.2


def plot_power(
    hazard_ratios: np.ndarray,
    power: np.ndarray,
    *,
    assumed: float,
    planned: float,
    name: str,
    message: str,
) -> Drawing | None:
    """Draw the power over the true hazard ratio, with what was assumed and planned.

    Parameters
    ----------
    hazard_ratios, power : array
        Power as a proportion at each true hazard ratio.
    assumed, planned : float
        The hazard ratio and the power of the plan.
    name, message : str
        Of the figure.

    Returns
    -------
    Drawing or None
    """
    if not len(hazard_ratios):
        return None

    def draw(width: float) -> Figure:
        figure = sheet(3.35, width)
        axis_title(figure, 0.02, 0.12, "Power (%)")
        axes = panel(figure, LEFT, 0.3, width - LEFT - RIGHT, 2.5)
        axes.plot(hazard_ratios, 100 * power, color=ACCENT)
        axes.axhline(100 * planned, color=MUTED, linewidth=0.9, linestyle=(0, (4, 2)))
        axes.axvline(assumed, color=MUTED, linewidth=0.9, linestyle=(0, (4, 2)))
        left, right = min(hazard_ratios.min(), assumed), max(hazard_ratios.max(), assumed)
        small = {"textcoords": "offset points", "size": 8.5, "color": MUTED}
        axes.annotate("assumed", (assumed, 3), xytext=(4, 0), **small)
        axes.annotate("planned", (right, 100 * planned), xytext=(0, 3), ha="right", **small)
        axes.set(xlim=(left, right), ylim=(0, 101), yticks=range(0, 101, 20))
        axes.set_xlabel("True hazard ratio", labelpad=5)
        quiet(axes)
        return figure

    return drawn_anew(draw, name, message)


def plot_tipping_point(
    delta: np.ndarray,
    curves: Mapping[str, tuple[np.ndarray, np.ndarray, np.ndarray]],
    *,
    name: str,
    message: str,
    delta_label: str,
    interval: str = "95% CI",
    heading: str = "",
) -> Drawing | None:
    """Draw how the hazard ratio moves as those who withdrew are assumed to fare worse.

    Parameters
    ----------
    delta : array
        The hazard after withdrawal, relative to that of those who stayed.
    curves : mapping
        An imputation rule to the hazard ratio and its limits at each delta.
    name, message, delta_label, interval, heading : str
        Of the figure, of the horizontal axis, of the bands; a line above all where there is one.

    Returns
    -------
    Drawing or None
    """
    if not len(delta) or not curves:
        return None

    def draw(width: float) -> Figure:
        headings = fitted(shortened(heading, 70), width, BOLD_LETTER) if heading else []
        below = fitted(delta_label, width - 0.6)
        figure = sheet(3.4 + LINE * (len(curves) + len(headings) + len(below) - 1), width)
        top = 0.12
        for line in headings:
            write(figure, 0.02, top, line, size=9.5, weight="bold")
            top += LINE
        for position, label in enumerate(curves):
            style = {"size": 9, "color": arm_colour(position + 1), "weight": "bold"}
            write(figure, LEFT, top, label, **style)
            top += LINE
        axis_title(figure, 0.02, top + 0.03, f"Hazard ratio ({interval})")
        axes = panel(figure, LEFT, top + 0.2, width - LEFT - RIGHT, 2.45)
        for position, (hr, lower, upper) in enumerate(curves.values(), start=1):
            colour = arm_colour(position)
            axes.fill_between(delta, lower, upper, color=colour, alpha=0.13, linewidth=0)
            axes.plot(delta, hr, color=colour, linestyle=line_style(position))
        axes.axhline(1, color=INK, linewidth=0.9)
        axes.set_yscale("log")
        low, high = axes.get_ylim()
        ticks = [t for t in (0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5) if low <= t <= high]
        axes.set_yticks(ticks, [f"{t:g}" for t in ticks])
        axes.minorticks_off()
        axes.set_xlim(delta.min(), delta.max())
        axes.set_xlabel("\n".join(below), labelpad=5)
        quiet(axes)
        return figure

    return drawn_anew(draw, name, message)


def plot_schedule(
    visits: Sequence[float],
    rows: Mapping[str, Sequence[float]],
    *,
    visit_label: str,
    name: str,
    message: str,
) -> Drawing | None:
    """Draw the schedule of visits: what was measured when.

    Parameters
    ----------
    visits : sequence of float
        Visit numbers, in order.
    rows : mapping
        What was measured to the visits at which it was.
    visit_label, name, message : str
        Of the horizontal axis, of the figure.

    Returns
    -------
    Drawing or None
    """
    if not len(visits) or not rows:
        return None
    head = 0.2

    def draw(width: float) -> Figure:
        left = min(2.3, 0.4 * width)
        labels = [fitted(shortened(label, 60), left - 0.2, BOLD_LETTER) for label in rows]
        edges = np.cumsum([0.0, *(ROW + CONTINUED * (len(lines) - 1) for lines in labels)])
        figure = sheet(head + edges[-1] + 0.6, width)
        axes = panel(figure, left, head, width - left - RIGHT, edges[-1])
        for lines, at, y in zip(labels, rows.values(), (edges[1:] + edges[:-1]) / 2, strict=True):
            for number, words in enumerate(lines):
                place = head + y + CONTINUED * (number - (len(lines) - 1) / 2)
                write(figure, left - 0.15, place, words, size=8.5, ha="right")
            axes.axhline(y, color=GRID, linewidth=0.8)
            axes.plot(list(at), [y] * len(at), "o", color=ACCENT, markersize=4.5)
        axes.set_ylim(edges[-1], 0)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        ticks = apart(visits, 3 * width)
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.tick_params(length=3)
        axes.set_xlabel(visit_label, labelpad=5)
        return figure

    return drawn_anew(draw, name, message)
