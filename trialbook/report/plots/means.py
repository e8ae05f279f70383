"""Means over visits: one small multiple of all parameters, on one axis of visits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from trialbook.report.output import Drawing
from trialbook.report.plots.layout import (
    BOLD_LETTER,
    LETTER,
    LINE,
    MARKERS,
    apart,
    fitted,
    key,
    key_height,
    key_lines,
    line_sample,
    line_style,
    panel,
    quiet,
    sheet,
    write,
)
from trialbook.report.style import INK, MUTED, PHONE, arm_colour, drawn_anew, readable

if TYPE_CHECKING:
    from trialbook.trial import Trial

LEFT, RIGHT, GAP, HEIGHT = 0.55, 0.15, 0.3, 1.35
NOT_SHOWN = "–"


@dataclass(frozen=True)
class Mean:
    """One arm's means: visits, means, their limits, how many were observed (NaN: withheld)."""

    position: int
    visit: np.ndarray
    mean: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    n: np.ndarray


@dataclass(frozen=True)
class Parameter:
    """A laboratory parameter: its name with the unit, the arms' means, its limits of normal."""

    label: str
    arms: Sequence[Mean]
    limits: Sequence[float] = ()

    def limits_in_view(self) -> list[float]:
        """Return the limits of normal that lie among the means and their intervals."""
        low, high = self.span()
        return [limit for limit in self.limits if low <= limit <= high]

    def span(self) -> tuple[float, float]:
        """Return the ends of what is drawn."""
        drawn = np.concatenate([np.concatenate([a.lower, a.upper, a.mean]) for a in self.arms])
        low, high = float(np.nanmin(drawn)), float(np.nanmax(drawn))
        margin = 0.06 * ((high - low) or abs(high) or 1.0)
        return low - margin, high + margin


def plot_means(
    parameters: Sequence[Parameter], trial: "Trial", *, visit_label: str, **words
) -> Drawing | None:
    """Draw the means of parameters over the visits, a panel each, the numbers observed below.

    Parameters
    ----------
    parameters : sequence of Parameter
        Those without a mean are left out.
    trial : Trial
        The arms' labels and order.
    visit_label : str
        Of the horizontal axis.
    **words
        name, message, headline, caption, data of the figure, see `drawn`.

    Returns
    -------
    Drawing or None
        Panels stand two beside one another, on a phone below one another.
    """
    shown = [one for one in parameters if one.arms]
    if not shown:
        return None
    visits = np.unique(np.concatenate([arm.visit for one in shown for arm in one.arms]))

    def draw(width: float) -> Figure:
        columns = 1 if width <= PHONE or len(shown) == 1 else 2
        across = (width - columns * LEFT - RIGHT - GAP * (columns - 1)) / columns
        entries = key_lines([arm.label for arm in trial.arms], width)
        titles = [fitted(one.label, across + LEFT - 0.1, BOLD_LETTER) for one in shown]
        highest = max(map(len, titles))
        foot = 0.42 + LINE * len(trial.arms)
        each = LINE * highest + 0.05 + HEIGHT + foot + 0.06
        lines = -(-len(shown) // columns)
        head = 0.12 + key_height(entries, width)
        figure = sheet(head + lines * each + 0.28, width)
        key(figure, 0.02, 0.1, entries, markers=MARKERS)
        for i, (one, title) in enumerate(zip(shown, titles, strict=True)):
            left = (i % columns) * (LEFT + across + GAP) + LEFT
            top = head + (i // columns) * each + 0.1
            for number, line in enumerate(title):
                place = top + LINE * (highest - len(title) + number)
                write(figure, left - LEFT + 0.02, place, line, size=9, weight="bold")
            axes = panel(figure, left, top + LINE * highest, across, HEIGHT)
            _draw(axes, one, visits)
            ticks = apart(list(visits), across / 0.3)
            axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
            if i + columns >= len(shown):
                axes.set_xlabel(visit_label, labelpad=8 + 14 * len(trial.arms))
            quiet(axes)
            readable(axes)
            _observed(figure, axes, one, trial, ticks, top + LINE * highest + HEIGHT + 0.36, left)
        return figure

    return drawn_anew(draw, **words)


def _draw(axes: Axes, one: Parameter, visits: np.ndarray) -> None:
    """Draw a parameter's means with their intervals, and limits of normal among them."""
    span = float(np.ptp(visits)) or 1.0
    for shift, arm in enumerate(one.arms):
        colour = arm_colour(arm.position)
        x = arm.visit + span * 0.011 * (shift - (len(one.arms) - 1) / 2)
        axes.vlines(x, arm.lower, arm.upper, color=colour, linewidth=1)
        style = {"color": colour, "linestyle": line_style(arm.position), "linewidth": 1.4}
        axes.plot(x, arm.mean, **style)
        axes.plot(x, arm.mean, MARKERS[arm.position % len(MARKERS)], color=colour, markersize=3.5)
    for limit in one.limits_in_view():
        axes.axhline(limit, color=MUTED, linewidth=0.9, linestyle=(0, (2, 2)))
    axes.set_ylim(one.span())
    axes.locator_params(axis="y", nbins=5)
    axes.set_xlim(visits.min() - span * 0.03, visits.max() + span * 0.03)


def _observed(figure, axes: Axes, one: Parameter, trial, ticks, top: float, left: float) -> None:
    """Write how many patients each mean is of, in a row per arm."""
    box, (low, high) = axes.get_position(), axes.get_xlim()
    width, _ = figure.get_size_inches()
    of_arm = {arm.position: arm for arm in one.arms}
    room = LEFT - 0.14
    for position, arm in enumerate(trial.arms):
        at, colour = top + LINE * position, arm_colour(position)
        if all(BOLD_LETTER * len(one.label) <= room for one in trial.arms):
            style = {"size": 8, "color": colour, "weight": "bold"}
            write(figure, left - LEFT + 0.02, at, arm.label, **style)
        else:
            line_sample(figure, position, left - LEFT + 0.02, at, min(0.28, room))
        found = of_arm.get(position)
        counts = dict(zip(found.visit, found.n, strict=True)) if found else {}
        for tick in ticks:
            place = width * (box.x0 + box.width * (tick - low) / (high - low))
            count = counts.get(tick, np.nan)
            text = f"{count:,.0f}" if count == count else NOT_SHOWN
            if LETTER * len(text) < 0.34:
                write(figure, place, at, text, size=8, ha="center", color=INK)
