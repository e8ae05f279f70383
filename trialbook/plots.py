"""A journal's figures from arrays, without a trial: curves with numbers at risk, forest plots.

They look as the book's figures do and return a `matplotlib.figure.Figure`, to be saved as PDF, SVG
or PNG: ``figure.savefig("survival.pdf")``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from trialbook import survival
from trialbook.printed import p_value, printed_ratio
from trialbook.report.plots.forest import ForestRow, forest_figure
from trialbook.report.plots.steps import Panel, Steps, steps_figure
from trialbook.report.style import WIDTH, theme

# The pages' fonts are narrower than matplotlib's, for which there must be room here.
_SMALLER = 0.8

__all__ = ["plot_cumulative_incidence", "plot_forest", "plot_kaplan_meier"]


@dataclass(frozen=True)
class _Named:
    """What stands at a line and before its numbers."""

    label: str
    code: str


@dataclass(frozen=True)
class _Axis:
    """What a panel needs of a trial's time: how its axis is called."""

    label: str


def plot_kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike | None = None,
    *,
    labels: Sequence[str] | None = None,
    xlabel: str = "Time",
    ylabel: str = "Without the event, %",
    ticks: ArrayLike | None = None,
    conf_level: float = 0.95,
    width: float = WIDTH,
    height: float = 3.2,
) -> Figure:
    """Draw Kaplan-Meier curves with limits, censoring marks and numbers at risk.

    Of two groups the hazard ratio (the second against the first) and the log-rank test stand in
    the corner, of more the test.

    Parameters
    ----------
    time, event : array_like, shape (n,)
        As for `trialbook.survival.kaplan_meier`.
    group : array_like, shape (n,), optional
        Labels; the first in their sorted order is the reference.
    labels : sequence of str, optional
        Of the groups in their sorted order; by default the labels in `group`.
    xlabel, ylabel : str
    ticks : array_like, optional
        Times at which the axis is marked and patients at risk are counted, ascending from 0.
    conf_level : float
        Of the pointwise (log-log) limits and of the hazard ratio.
    width, height : float
        Inches: of the figure, and of its axes alone.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If an array cannot be analysed, or labels are not as many as groups.

    Examples
    --------
    >>> from trialbook.plots import plot_kaplan_meier
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> arm = ["new"] * 5 + ["control"] * 5
    >>> figure = plot_kaplan_meier(time, event, arm, xlabel="Months")
    >>> figure.savefig("survival.pdf")  # doctest: +SKIP
    """
    time, event, groups, of = _groups(time, event, group)
    at = _ticks(time, ticks)
    curves = []
    for position, one in enumerate(groups):
        mine = of == one
        curve = survival.kaplan_meier(time[mine], event[mine], conf_level=conf_level)
        marks = curve.time[curve.n_censored > 0]
        curves.append(
            _steps(
                position,
                curve.time,
                (curve.survival, curve.lower, curve.upper),
                1.0,
                marks,
                curve.at(at).n_at_risk,
                time[mine].max(),
            )
        )
    corner = _compared(time, event, of, groups, conf_level)
    names = _names(groups, labels)
    return _drawn(curves, names, (ylabel, xlabel), at, (width, height), corner, 100.0)


def plot_cumulative_incidence(
    time: ArrayLike,
    cause: ArrayLike,
    group: ArrayLike | None = None,
    *,
    of: int = 1,
    labels: Sequence[str] | None = None,
    xlabel: str = "Time",
    ylabel: str = "With the event, %",
    ticks: ArrayLike | None = None,
    conf_level: float = 0.95,
    width: float = WIDTH,
    height: float = 3.2,
) -> Figure:
    """Draw the cumulative incidence of one of several competing events, with numbers at risk.

    The estimate is Aalen and Johansen's; of two and more groups Gray's test stands in the corner.

    Parameters
    ----------
    time, cause : array_like, shape (n,)
        As for `trialbook.survival.cumulative_incidence`.
    group, labels, xlabel, ylabel, ticks, conf_level, width, height
        As for `plot_kaplan_meier`.
    of : int
        The cause that is drawn.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If an array cannot be analysed, or nobody had the cause.

    Examples
    --------
    >>> from trialbook.plots import plot_cumulative_incidence
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> cause = [1, 0, 2, 1, 0, 1, 2, 1, 0, 1]
    >>> figure = plot_cumulative_incidence(time, cause, xlabel="Months")
    """
    time, cause, groups, member = _groups(time, cause, group)
    if of == 0 or of not in cause:
        raise ValueError(f"of: {of} is no cause of an event in these data.")
    # The cause drawn is 1, whatever its code: every group has it in the same place.
    recoded = np.where(cause == of, 1, np.where(cause == 0, 0, 2)).astype(int)
    at = _ticks(time, ticks)
    curves = []
    for position, one in enumerate(groups):
        mine = member == one
        found = survival.cumulative_incidence(time[mine], recoded[mine], conf_level=conf_level)
        has = bool((recoded[mine] == 1).any())
        none = np.zeros(len(found.time))
        first = [found.cumulative_incidence[0], found.lower[0], found.upper[0]]
        values = tuple(first) if has else (none, none * np.nan, none * np.nan)
        risk = np.array([(time[mine] >= tick).sum() for tick in at])
        curves.append(
            _steps(position, found.time, values, 0.0, np.empty(0), risk, time[mine].max())
        )
    corner = []
    if len(groups) > 1:
        corner = _p("Gray’s test", survival.gray_test(time, recoded, member).p_value)
    names = _names(groups, labels)
    return _drawn(curves, names, (ylabel, xlabel), at, (width, height), corner, None)


def plot_forest(
    labels: Sequence[str],
    ratio: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    *,
    treated: Sequence[str] | None = None,
    control: Sequence[str] | None = None,
    headings: tuple[str, str] = ("Control", "Treated"),
    effect: str = "HR",
    interval: str = "95% CI",
    favours: tuple[str, str] = ("Favours treated", "Favours control"),
    overall: str | None = None,
) -> Figure:
    """Draw ratios with their intervals on a log scale, numbers beside them.

    The area of a square is as large as its row's information, one over the variance of the log
    ratio.

    Parameters
    ----------
    labels : sequence of str, length k
        What each row is of; one without a ratio (NaN) is a heading.
    ratio, lower, upper : array_like, shape (k,)
    treated, control : sequence of str, length k, optional
        What stands in the arms' columns: ``"12 / 60"``.
    headings : tuple of str
        Of these columns, control first.
    effect, interval : str
        What ratios and intervals are called.
    favours : tuple of str
        What lies left and right of 1.
    overall : str, optional
        The label of the row that is drawn as a diamond.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If the arrays differ in length, no row has a ratio, or a ratio is not positive.

    Examples
    --------
    >>> from trialbook.plots import plot_forest
    >>> figure = plot_forest(
    ...     ["Age", "under 65", "65 and older"],
    ...     [float("nan"), 0.62, 0.81], [float("nan"), 0.4, 0.5], [float("nan"), 0.96, 1.31],
    ... )
    """
    numbers = [np.asarray(values, float) for values in (ratio, lower, upper)]
    columns = [column or [""] * len(labels) for column in (treated, control)]
    if len({len(labels), *map(len, numbers), *map(len, columns)}) > 1:
        raise ValueError("labels, ratio, lower, upper and the columns: give one value for a row.")
    known = np.isfinite(numbers[0])
    if not known.any() or any(
        (values[known & np.isfinite(values)] <= 0).any() for values in numbers
    ):
        raise ValueError("ratio, lower, upper: at least one row needs a ratio; all are positive.")
    rows = [
        ForestRow(
            str(label),
            hr,
            low,
            high,
            new,
            old,
            heading=not np.isfinite(hr),
            overall=label == overall,
        )
        for label, hr, low, high, new, old in zip(labels, *numbers, *columns, strict=True)
    ]
    with theme():
        return _printed(forest_figure(rows, (*headings, f"{effect} ({interval})"), favours))


def _groups(time: ArrayLike, event: ArrayLike, group: ArrayLike | None):
    """Return time, event, the groups in order, and the group of each patient."""
    time, event = np.asarray(time, float), np.asarray(event)
    of = np.zeros(len(time), int) if group is None else np.asarray(group)
    if not len(time) == len(event) == len(of) > 0:
        raise ValueError("time, event, group: give one value for each patient.")
    survival.kaplan_meier(time, event != 0)  # refuses what cannot be analysed, in words
    return (
        time,
        event,
        ([None] if group is None else np.unique(of).tolist()),
        (np.full(len(time), None, object) if group is None else of),
    )


def _ticks(time: np.ndarray, ticks: ArrayLike | None) -> np.ndarray:
    """Return the given ticks, or round ones from 0 to the last time."""
    if ticks is not None:
        at = np.asarray(ticks, float)
        if at.ndim != 1 or len(at) < 2 or at[0] != 0 or (np.diff(at) <= 0).any():
            raise ValueError("ticks: give at least two times, ascending from 0.")
        return at
    steps = [1, 2, 3, 6, 10] if time.max() >= 12 else [1, 2, 5, 10]
    found = np.asarray(MaxNLocator(9, steps=steps).tick_values(0, time.max()))
    return found[(found >= 0) & (found <= time.max())]


def _names(groups: Sequence, labels: Sequence[str] | None) -> list[_Named]:
    """Return the groups' names; one that is alone needs none."""
    if labels is None:
        labels = ["" if one is None else str(one) for one in groups]
    if len(labels) != len(groups):
        raise ValueError(f"labels: {len(labels)} are given for {len(groups)} groups.")
    return [_Named(str(label), str(label)) for label in labels]


def _steps(position: int, time, values, start: float, marks, risk, last: float) -> Steps:
    """Return a curve in percent, from time 0 to the last follow-up of its group."""
    value, lower, upper = (np.concatenate([[start], each]) * 100 for each in values)
    time = np.concatenate([[0.0], time])
    if time[-1] < last:
        time = np.append(time, last)
        value, lower, upper = (np.append(each, each[-1]) for each in (value, lower, upper))
    counts = [f"{count:g}" for count in risk]
    return Steps(position, time, value, lower, upper, marks, counts=counts)


def _compared(time, event, of, groups: Sequence, conf_level: float) -> list[str]:
    """Return the lines in the corner: hazard ratio of two groups, test of two and more."""
    if len(groups) < 2 or not (event != 0).any():
        return []
    lines = _p("log-rank", survival.log_rank(time, event, of).p_value)
    if len(groups) == 2:
        model = survival.cox(time, event, of == groups[1], conf_level=conf_level)
        if not (model.monotone or model.aliased):
            hr, low, high = printed_ratio(model.hr[0], model.hr_lower[0], model.hr_upper[0])
            lines.insert(0, f"HR {hr} ({conf_level:.0%} CI {low} to {high})")
    return lines


def _p(test: str, value: float) -> list[str]:
    """Return a line on a test; none where it has no answer."""
    if not np.isfinite(value):
        return []
    text = p_value(value)
    return [f"P {text}, {test}" if text[:1] in "<>" else f"P = {text}, {test}"]


def _drawn(curves, names, titles, at, size, corner, top: float | None) -> Figure:
    panel = Panel(titles[0], at, curves, _Axis(titles[1]))
    with theme():
        return _printed(
            steps_figure([panel], names, size[0], height=size[1], top=top, corner=corner)
        )


def _printed(figure: Figure) -> Figure:
    """Return a figure for paper: on white, in letters as wide as matplotlib's own font has them."""
    figure.set_facecolor("white")
    for text in figure.findobj(Text):
        text.set_fontsize(float(text.get_fontsize()) * _SMALLER)
    return figure
