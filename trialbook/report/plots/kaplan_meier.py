"""Kaplan-Meier curves as a journal prints them, on an axis that flatters nobody."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from trialbook.report.output import Drawing
from trialbook.report.plots.layout import (
    LINE,
    axis_title,
    key,
    line_style,
    panel,
    percent_axis,
    quiet,
    sheet,
    thinned,
    write,
)
from trialbook.report.printed import rounded
from trialbook.report.sentences import in_text
from trialbook.report.style import MUTED, WIDTH, arm_colour, drawn, theme
from trialbook.report.withholding import shown_count

if TYPE_CHECKING:
    from trialbook.config import Endpoint
    from trialbook.survival import KaplanMeier
    from trialbook.trial import Trial

LEFT, RIGHT = 0.5, 0.2
PLOT = 2.75
MOST_TICKS = 8
MOST_MARKS = 600


def plot_kaplan_meier(
    curves: Mapping[str, "KaplanMeier"],
    trial: "Trial",
    endpoint: "Endpoint",
    *,
    ticks: Sequence[float],
    results: Sequence[str] = (),
    name: str = "",
) -> Drawing | None:
    """Draw survival by arm with bands, censoring marks, numbers at risk and events so far.

    Parameters
    ----------
    curves : mapping of str to KaplanMeier
        Arm's code to its curve.
    trial : Trial
        The arms' labels and order, the unit shown.
    endpoint : Endpoint
        What the curves are of.
    ticks : sequence of float
        Time points of the axis and of the numbers at risk, in AVAL's unit.
    results : sequence of str
        Lines under the key, the hazard ratio say.
    name : str
        Of the figure; by default ``kaplan-meier-`` and PARAMCD.

    Returns
    -------
    Drawing or None
        None where no arm has patients.
    """
    arms = [(i, arm) for i, arm in enumerate(trial.arms) if arm.code in curves]
    if not arms:
        return None
    ticks = np.asarray(ticks, float)
    ticks = ticks[:: int(np.ceil(len(ticks) / MOST_TICKS))]
    head = 0.12 + LINE * (len(arms) + len(results)) + 0.22
    foot = 0.62 + LINE + 2 * LINE * len(arms)
    with theme():
        figure = sheet(head + PLOT + foot)
        top = key(
            figure, 0.02, 0.1, [arm.label for _, arm in arms], _counts(curves, arms, trial.min_cell)
        )
        for line in results:
            write(figure, 0.02, top, line, size=9)
            top += LINE
        axis_title(figure, 0.02, top + 0.06, f"Free of {in_text(endpoint.label)} (%)")
        axes = panel(figure, LEFT, head, WIDTH - LEFT - RIGHT, PLOT)
        for position, arm in arms:
            _draw(axes, curves[arm.code], position, trial)
        last = max(curves[arm.code].time[-1] for _, arm in arms)
        axes.set_xlim(0, trial.time.to_show(max(last, ticks[-1])) * 1.01)
        axes.set_xticks([trial.time.to_show(t) for t in ticks], [_tick(trial, t) for t in ticks])
        axes.set_xlabel(trial.time.label, labelpad=5)
        percent_axis(axes)
        quiet(axes)
        _risk_table(figure, axes, curves, arms, ticks, trial, head + PLOT + 0.56)
        return drawn(
            figure,
            name or f"kaplan-meier-{endpoint.paramcd}",
            _message(curves, arms, ticks, trial, endpoint, results),
        )


def _counts(curves, arms, min_cell: int) -> list[str]:
    """Return events of patients by arm."""
    return [
        f"{shown_count(curves[arm.code].total_events, min_cell)} of "
        f"{shown_count(curves[arm.code].n, min_cell)} patients"
        for _, arm in arms
    ]


def _draw(axes, curve, position: int, trial) -> None:
    """Draw one arm: band, curve, censoring marks."""
    time = trial.time.to_show(np.concatenate([[0.0], curve.time]))
    percent = 100 * np.concatenate([[1.0], curve.survival])
    lower = 100 * np.concatenate([[np.nan], curve.lower])
    upper = 100 * np.concatenate([[np.nan], curve.upper])
    colour = arm_colour(position)
    t, s, low, high = thinned(time, percent, lower, upper)
    axes.fill_between(t, low, high, step="post", color=colour, alpha=0.13, linewidth=0)
    axes.step(t, s, where="post", color=colour, linestyle=line_style(position))
    censored = np.concatenate([[0], curve.n_censored]) > 0
    if censored.sum() <= MOST_MARKS:
        axes.plot(
            time[censored],
            percent[censored],
            "|",
            color=colour,
            markersize=4.5,
            markeredgewidth=0.8,
        )


def _risk_table(figure, axes, curves, arms, ticks, trial, top: float) -> None:
    """Write numbers at risk and cumulative events below the axis, at its ticks."""
    write(figure, 0.02, top, "Number at risk (events so far)", size=8.5, color=MUTED)
    box, (low, high) = axes.get_position(), axes.get_xlim()
    shown = [trial.time.to_show(t) for t in ticks]
    places = [WIDTH * (box.x0 + box.width * (x - low) / (high - low)) for x in shown]
    for position, arm in arms:
        top += LINE
        colour = arm_colour(position)
        write(figure, 0.02, top, arm.label, size=8.5, color=colour, weight="bold")
        top += LINE
        at = curves[arm.code].at(ticks)
        for place, at_risk, events in zip(places, at.n_at_risk, at.n_events, strict=True):
            shown = [shown_count(n, trial.min_cell) for n in (at_risk, events)]
            text = "{} ({})".format(*shown)
            write(figure, max(place, 0.3), top, text, size=8.5, ha="center")


def _tick(trial, t: float) -> str:
    """Return a tick's label: the shown unit, without needless decimals."""
    return f"{trial.time.to_show(t):.2f}".rstrip("0").rstrip(".")


def _message(curves, arms, ticks, trial, endpoint, results) -> str:
    """Return what the figure says, in words."""
    last = [t for t in ticks if all(curves[arm.code].at([t]).n_at_risk[0] > 0 for _, arm in arms)]
    parts = []
    for _, arm in arms:
        at = curves[arm.code].at([last[-1]])
        parts.append(f"{rounded(100 * at.survival[0], 1)}% with {in_text(arm.label)}")
    when = f"{_tick(trial, last[-1])} {trial.time.show}"
    return (
        f"Kaplan-Meier curves. At {when}, free of {in_text(endpoint.label)}: "
        f"{', '.join(parts)}. {' '.join(results)}"
    ).strip()
