"""Spreads: distributions at baseline."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from trialbook.escape import shortened
from trialbook.report.output import Drawing
from trialbook.report.plots.layout import (
    LETTER,
    key,
    key_height,
    key_lines,
    panel,
    sheet,
    write,
)
from trialbook.report.style import MUTED, PHONE, arm_colour, drawn_anew

if TYPE_CHECKING:
    from trialbook.trial import Trial

# So many values draw the shape of a distribution.
MOST_VALUES = 1000


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
    shapes = _shapes(shown)

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
            for position, code in enumerate(codes):
                if code in arms:
                    _violin(axes, arms[code], shapes[label, code], position)
            axes.set_ylim(len(trial.arms) - 0.45, -0.55)
            axes.set_yticks([])
            axes.spines["left"].set_visible(False)
            axes.tick_params(length=3, labelsize=8.5)
            axes.locator_params(axis="x", nbins=5)
        return figure

    return drawn_anew(draw, **words)


def _shapes(variables: Mapping[str, Mapping[str, Spread]]) -> dict[tuple[str, str], np.ndarray]:
    """Return the outline of each arm's values of each variable, about 0, as wide as they are dense.

    One call of seaborn for all: each outline comes from its own values alone. Of very many values
    an even choice along their order gives the same shape.
    """
    import seaborn as sns

    keys = [(label, code) for label, arms in variables.items() for code in arms]
    rows = []
    for position, (label, code) in enumerate(keys):
        ordered = np.asarray(variables[label][code].values, float)
        step = max(1, len(ordered) // MOST_VALUES)
        rows.append(pd.DataFrame({"value": ordered[::step], "position": position}))
    axes = Figure().subplots()
    shape = {"cut": 0, "inner": None, "density_norm": "width", "width": 0.8, "gridsize": 60}
    sns.violinplot(pd.concat(rows), x="value", y="position", orient="y", ax=axes, **shape)
    # what has one value alone has no density: a line
    line = np.array([-0.4, 0.4])
    outlines = {
        key: np.column_stack([np.repeat(variables[key[0]][key[1]].median, 2), line]) for key in keys
    }
    for body in axes.collections:
        x, y = body.get_paths()[0].vertices.T
        position = round((y.min() + y.max()) / 2)
        outlines[keys[position]] = np.column_stack([x, y - position])
    return outlines


def _violin(axes: Axes, one: Spread, outline: np.ndarray, position: int) -> None:
    """Draw an arm's values as a shape, with their quartiles."""
    colour = arm_colour(position)
    # the edge keeps a thin tail in sight
    style = {"alpha": 0.3, "facecolor": colour, "edgecolor": colour, "linewidth": 0.8}
    axes.add_collection(PolyCollection([outline + np.array([0, position])], **style))
    axes.plot([one.q1, one.q3], [position, position], color=colour, linewidth=2)
    axes.plot([one.median], [position], "o", color=colour, markersize=5)
