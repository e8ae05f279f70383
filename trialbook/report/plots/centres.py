"""Patients by centre and arm as bars."""

from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.figure import Figure

from trialbook.report.escape import escape_svg
from trialbook.report.output import Drawing
from trialbook.report.plots.layout import LINE, key, key_lines, panel, sheet, write
from trialbook.report.style import arm_colour, drawn_anew

if TYPE_CHECKING:
    from trialbook.trial import Trial

LEFT, RIGHT = 1.6, 0.2


def plot_bars_by_arm(
    counts: pd.DataFrame, trial: "Trial", *, axis: str, name: str, message: str
) -> Drawing:
    """Draw a count of patients by place, a bar per arm.

    Parameters
    ----------
    counts : pandas.DataFrame
        ``place``, ``arm`` (code), ``n``; in the order of the lines.
    trial : Trial
        The arms' labels and order.
    axis, name, message : str
        Of the horizontal axis, of the figure.

    Returns
    -------
    Drawing
    """
    import seaborn as sns

    codes = [arm.code for arm in trial.arms]
    places = list(dict.fromkeys(counts["place"]))
    height = (0.09 * len(codes) + 0.1) * len(places)

    def draw(width: float) -> Figure:
        entries = key_lines([arm.label for arm in trial.arms], width)
        head = 0.25 + LINE * sum(map(len, entries))
        figure = sheet(head + height + 0.5, width)
        key(figure, 0.02, 0.1, entries, markers="s")
        axes = panel(figure, LEFT, head, width - LEFT - RIGHT, height)
        sns.barplot(
            counts,
            y="place",
            x="n",
            hue="arm",
            order=places,
            hue_order=codes,
            palette=[arm_colour(i) for i in range(len(codes))],
            saturation=1,
            errorbar=None,
            legend=False,
            ax=axes,
        )
        for i, place in enumerate(places):
            y = head + height * (i + 0.5) / len(places)
            write(figure, LEFT - 0.1, y, escape_svg(place, 24), size=8.5, ha="right", escape=False)
        axes.set_yticks([])
        axes.set_ylabel("")
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x")
        axes.tick_params(length=3)
        axes.set_xlabel(axis, labelpad=5)
        return figure

    return drawn_anew(draw, name, message)
