"""The plot of drug-induced serious liver injury: peak bilirubin over peak transaminase."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from trialbook.report.output import Drawing
from trialbook.report.plots.layout import (
    LINE,
    MARKERS,
    axis_title,
    fitted,
    key,
    key_height,
    key_lines,
    panel,
    quiet,
    sheet,
    write,
)
from trialbook.report.style import MUTED, arm_colour, drawn_anew

if TYPE_CHECKING:
    from trialbook.trial import Trial

LEFT, RIGHT, HEIGHT = 0.5, 0.2, 3.1


def plot_edish(
    peaks: pd.DataFrame,
    trial: "Trial",
    *,
    limits: tuple[float, float],
    **words,
) -> Drawing:
    """Draw each patient's peaks, in multiples of the upper limit of normal, on log scales.

    Parameters
    ----------
    peaks : pandas.DataFrame
        ``arm``, ``transaminase``, ``bilirubin``: one row per mark.
    trial : Trial
        The arms' labels and order.
    limits : tuple of float
        Transaminase and bilirubin from which on a quadrant begins.
    **words
        name, message, headline, caption, data of the figure, see `drawn`.

    Returns
    -------
    Drawing
    """
    import seaborn as sns

    codes = [arm.code for arm in trial.arms]

    def draw(width: float) -> Figure:
        entries = key_lines([arm.label for arm in trial.arms], width)
        titles = fitted("Peak bilirubin (× upper limit of normal)", width - 1.3)
        head = 0.4 + key_height(entries, width) + LINE * (len(titles) - 1)
        figure = sheet(head + HEIGHT + 0.5, width)
        top = key(figure, 0.02, 0.1, entries, markers=MARKERS)
        for number, line in enumerate(titles):
            axis_title(figure, 0.02, top + 0.06 + LINE * number, line)
        axes = panel(figure, LEFT, head, width - LEFT - RIGHT, HEIGHT)
        sns.scatterplot(
            peaks,
            x="transaminase",
            y="bilirubin",
            hue="arm",
            style="arm",
            hue_order=codes,
            style_order=codes,
            palette=[arm_colour(i) for i in range(len(codes))],
            markers=[MARKERS[i % len(MARKERS)] for i in range(len(codes))],
            s=22,
            alpha=0.65,
            linewidth=0,
            legend=False,
            ax=axes,
        )
        axes.set(xscale="log", yscale="log", ylabel="")
        axes.axvline(limits[0], color=MUTED, linewidth=0.9, linestyle=(0, (4, 2)))
        axes.axhline(limits[1], color=MUTED, linewidth=0.9, linestyle=(0, (4, 2)))
        for axis, column, limit in zip("xy", ("transaminase", "bilirubin"), limits, strict=True):
            values = peaks[column].to_numpy(float)
            values = values[values > 0]
            low, high = np.min([*values, 0.5]) / 1.2, np.max([*values, 2 * limit]) * 1.2
            ticks = [t for t in (0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 20, 50, 100) if low <= t <= high]
            axes.set(**{f"{axis}lim": (low, high), f"{axis}ticks": ticks})
            axes.set(**{f"{axis}ticklabels": [f"{t:g}" for t in ticks]})
        axes.minorticks_off()
        axes.set_xlabel("Peak ALT or AST (× upper limit of normal)", labelpad=5)
        quiet(axes)
        write(
            figure,
            width - RIGHT,
            top + 0.06,
            "Range of Hy’s law ↓",
            size=9,
            ha="right",
            color=MUTED,
        )
        return figure

    return drawn_anew(draw, **words)
