"""Pictures of effects: the partial likelihood, an area, log-minus-log curves, who is left."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from trialbook.learn.cases import CONTROL, TREATED, Case
from trialbook.learn.draw import ARMS, LEFT, RIGHT, arm_line
from trialbook.report.output import Drawing
from trialbook.report.plots.layout import key, key_lines, panel, percent_axis, quiet, sheet
from trialbook.report.style import arm_colour, drawn_anew
from trialbook.survival import kaplan_meier

HEIGHT, TOP = 2.1, 0.4


def likelihood(
    beta: np.ndarray, loglik: np.ndarray, best: float, name: str = "likelihood"
) -> Drawing:
    """Draw the log partial likelihood over the log hazard ratio, its top marked.

    Parameters
    ----------
    beta, loglik : array, shape (n,)
    best : float
        Where the top is.
    """

    def draw(width: float) -> Figure:
        figure, axes = _axes(width, keyed=False)
        axes.plot(beta, loglik, color=arm_colour(1))
        axes.axvline(best, color="0.5", linewidth=1, linestyle=":")
        axes.plot(best, loglik.max(), "o", color=arm_colour(1), markersize=6)
        axes.set_xlim(beta.min(), beta.max())
        axes.set_xlabel("Log hazard ratio; its log likelihood", labelpad=5)
        return figure

    message = "The log partial likelihood over the log hazard ratio: one hill with one top."
    return drawn_anew(draw, f"learn-{name}", message)


def area(case: Case, tau: float, name: str = "area") -> Drawing:
    """Draw each arm's curve, what lies below the treated arm's up to a horizon, and the gain."""

    def draw(width: float) -> Figure:
        figure, axes = _axes(width)
        at = {}
        grid = np.linspace(0, tau, 400)
        for position, arm in enumerate(ARMS):
            patients = case.arm(arm)
            curve = kaplan_meier(patients["time"], patients["event"])
            at[arm] = 100 * np.nan_to_num(curve.at(grid).survival)
            axes.step(grid, at[arm], where="post", **arm_line(position))
        axes.fill_between(
            grid, at[CONTROL], at[TREATED], step="post", color=arm_colour(1), alpha=0.2
        )
        axes.axvline(tau, color="0.5", linewidth=1, linestyle=":")
        percent_axis(axes)
        axes.set_xlim(0, tau * 1.03)
        axes.set_xlabel(f"{case.unit}; dotted, the horizon".capitalize())
        return figure

    message = "Two curves up to a horizon; between them the time gained, shaded."
    return drawn_anew(draw, f"learn-{name}", message)


def log_minus_log(case: Case, name: str = "log-minus-log") -> Drawing:
    """Draw log(-log S) of each arm over the logarithm of time: parallel if hazards are."""

    def draw(width: float) -> Figure:
        figure, axes = _axes(width)
        for position, arm in enumerate(ARMS):
            patients = case.arm(arm)
            curve = kaplan_meier(patients["time"], patients["event"])
            free = curve.at(curve.time).survival
            inside = (free > 0) & (free < 1) & (curve.time > 0)
            y = np.log(-np.log(free[inside]))
            axes.step(curve.time[inside], y, where="post", **arm_line(position))
        axes.set_xscale("log")
        low, high = axes.get_xlim()
        ticks = [t for t in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200) if low <= t <= high]
        axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
        axes.minorticks_off()
        axes.set_xlabel(f"{case.unit} since the start, on a log scale".capitalize(), labelpad=5)
        return figure

    message = "log(-log S) of two arms over log time. Parallel lines would mean one hazard ratio."
    return drawn_anew(draw, f"learn-{name}", message)


def frail_left(months: np.ndarray, shares: dict[str, np.ndarray], name: str = "frail") -> Drawing:
    """Draw, month by month, the share of frail patients among those left in each arm.

    Parameters
    ----------
    months : array, shape (n,)
    shares : mapping of str to array, shape (n,)
        Of the control and of the treated arm.
    """

    def draw(width: float) -> Figure:
        figure, axes = _axes(width)
        bar = 0.4 * np.diff(months).min()
        for position, arm in enumerate(ARMS):
            where = months + (position - 0.5) * bar
            axes.bar(where, 100 * shares[arm], bar, color=arm_colour(position))
        percent_axis(axes, 60)
        axes.set_xticks(months)
        axes.set_xlabel("Months; of those left, the frail (%)")
        return figure

    message = "The share of frail patients falls in both arms, and falls faster in the control arm."
    return drawn_anew(draw, f"learn-{name}", message)


def _axes(width: float, *, keyed: bool = True) -> tuple[Figure, Axes]:
    """Return a figure with one panel, and the arms' key above it."""
    figure = sheet(HEIGHT + TOP + 0.5, width)
    if keyed:
        key(figure, 0.02, 0.1, key_lines(list(ARMS), width))
    axes = panel(figure, LEFT, TOP, width - LEFT - RIGHT, HEIGHT)
    quiet(axes)
    return figure, axes
