"""Spreads: distributions at baseline."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
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
