"""Pictures of the trial at hand, from rows that readers may see."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from trialbook.learn.draw import LEFT, RIGHT, arm_line
from trialbook.report.output import Drawing
from trialbook.report.plots.layout import (
    key,
    key_height,
    key_lines,
    panel,
    percent_axis,
    quiet,
    sheet,
)
from trialbook.report.plots.layout import time_axis as mark_time
from trialbook.report.style import drawn_anew
from trialbook.safe.lookup import Lookup


def watched(lookup: Lookup, name: str) -> Drawing | None:
    """Draw how many of each arm were still watched and free of the primary end point (%).

    Parameters
    ----------
    lookup : Lookup
        With the end point's Kaplan-Meier curves.
    name : str
        Of the figure.

    Returns
    -------
    Drawing or None
        None where no curve may be shown.
    """

    def height(curve: pd.DataFrame) -> pd.Series:
        return 100 * curve["n_at_risk"] / curve["n_at_risk"].iloc[0]

    message = "The share of each arm still watched and free of the event, over time."
    return _steps(lookup, name, "n_at_risk", height, message, percent_axis)


def cumulative_hazard(lookup: Lookup, name: str) -> Drawing | None:
    """Draw minus the logarithm of each arm's Kaplan-Meier curve; see `watched`."""

    def height(curve: pd.DataFrame) -> pd.Series:
        return -curve["survival"].where(curve["survival"] > 0).map(np.log)

    message = "The cumulative hazard of each arm over time."
    return _steps(lookup, name, "survival", height, message, lambda axes: axes.set_ylim(0, None))


def _steps(
    lookup: Lookup,
    name: str,
    needed: str,
    height: Callable[[pd.DataFrame], pd.Series],
    message: str,
    upright: Callable[[Axes], object],
) -> Drawing | None:
    study = lookup.trial
    found = {
        position: lookup.curve("kaplan_meier", study.primary.paramcd, arm.code)
        for position, arm in enumerate(study.arms)
    }
    curves = {
        position: height(curve.dropna(subset=[needed]))
        for position, curve in found.items()
        if needed in curve and curve[needed].notna().any()
    }
    if not curves:
        return None
    last = max(float(curve.index.max()) for curve in curves.values())

    def draw(width: float) -> Figure:
        entries = key_lines([study.arms[position].label for position in curves], width)
        head = 0.31 + key_height(entries, width)
        figure = sheet(head + 2.5, width)
        key(figure, 0.02, 0.1, entries, positions=tuple(curves))
        axes = panel(figure, LEFT, head, width - LEFT - RIGHT, 2.0)
        for position, curve in curves.items():
            at = study.time.to_show(curve.index.to_numpy(dtype=float))
            axes.step(at, curve, where="post", **arm_line(position))
        upright(axes)
        quiet(axes)
        axes.set_xlim(0, study.time.to_show(last) * 1.03)
        mark_time(axes, study.time, study.time.to_show(last))
        return figure

    coarse = any(curve.attrs.get("coarse", False) for curve in found.values())
    caption = "Drawn at a few times only, so that nobody is told." if coarse else ""
    return drawn_anew(draw, f"learn-{name}", message, caption=caption)
