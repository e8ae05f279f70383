"""What was planned: power, the schedule of visits."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from trialbook.escape import shortened
from trialbook.report.output import Drawing
from trialbook.report.plots.layout import (
    BOLD_LETTER,
    CONTINUED,
    LONGEST_LABEL,
    apart,
    axis_title,
    fitted,
    panel,
    quiet,
    sheet,
    write,
)
from trialbook.report.style import GRID, INK, MUTED, drawn_anew, readable

ROW = 0.23
LEFT, RIGHT = 0.5, 0.2


def plot_power(
    hazard_ratios: np.ndarray,
    power: np.ndarray,
    *,
    assumed: float,
    planned: float,
    **words,
) -> Drawing | None:
    """Draw the power over the true hazard ratio, with what was assumed and planned.

    Parameters
    ----------
    hazard_ratios, power : array
        Power as a proportion at each true hazard ratio.
    assumed, planned : float
        The hazard ratio and the power of the plan.
    **words
        name, message, headline, caption, data of the figure, see `drawn`.

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
        axes.plot(hazard_ratios, 100 * power, color=INK)
        axes.axhline(100 * planned, color=MUTED, linewidth=0.9, linestyle=(0, (4, 2)))
        axes.axvline(assumed, color=MUTED, linewidth=0.9, linestyle=(0, (4, 2)))
        left, right = min(hazard_ratios.min(), assumed), max(hazard_ratios.max(), assumed)
        small = {"textcoords": "offset points", "size": 8.5, "color": MUTED}
        axes.annotate("assumed", (assumed, 3), xytext=(4, 0), **small)
        axes.annotate("planned", (right, 100 * planned), xytext=(0, 3), ha="right", **small)
        axes.set(xlim=(left, right), ylim=(0, 101), yticks=range(0, 101, 20))
        axes.set_xlabel("True hazard ratio", labelpad=5)
        quiet(axes)
        axes.tick_params(axis="x", pad=6)
        readable(axes)
        return figure

    return drawn_anew(draw, **words)


def plot_schedule(
    visits: Sequence[float],
    rows: Mapping[str, Sequence[float]],
    *,
    visit_label: str,
    **words,
) -> Drawing | None:
    """Draw the schedule of visits: what was measured when.

    Parameters
    ----------
    visits : sequence of float
        Visit numbers, in order.
    rows : mapping
        What was measured to the visits at which it was.
    visit_label : str
        Of the horizontal axis.
    **words
        name, message, headline, caption, data of the figure, see `drawn`.

    Returns
    -------
    Drawing or None
    """
    if not len(visits) or not rows:
        return None
    head = 0.2

    def draw(width: float) -> Figure:
        left = min(2.3, 0.4 * width)
        labels = [
            fitted(shortened(label, LONGEST_LABEL), left - 0.2, BOLD_LETTER) for label in rows
        ]
        edges = np.cumsum([0.0, *(ROW + CONTINUED * (len(lines) - 1) for lines in labels)])
        figure = sheet(head + edges[-1] + 0.6, width)
        axes = panel(figure, left, head, width - left - RIGHT, edges[-1])
        for lines, at, y in zip(labels, rows.values(), (edges[1:] + edges[:-1]) / 2, strict=True):
            for number, words in enumerate(lines):
                place = head + y + CONTINUED * (number - (len(lines) - 1) / 2)
                write(figure, left - 0.15, place, words, size=8.5, ha="right")
            axes.axhline(y, color=GRID, linewidth=0.8)
            axes.plot(list(at), [y] * len(at), "o", color=INK, markersize=4.5)
        axes.set_ylim(edges[-1], 0)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        ticks = apart(visits, 3 * width)
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.tick_params(length=3)
        axes.set_xlabel(visit_label, labelpad=5)
        return figure

    return drawn_anew(draw, **words)
