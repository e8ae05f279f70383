"""Kaplan-Meier curves as a journal prints them, on an axis that flatters nobody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from trialbook.printed import rounded
from trialbook.report.output import Drawing
from trialbook.report.plots.curves import AS_PRINTED
from trialbook.report.plots.layout import (
    LETTER,
    LINE,
    axis_title,
    fitted,
    key,
    key_lines,
    line_style,
    panel,
    percent_axis,
    quiet,
    sheet,
    thinned,
    write,
)
from trialbook.report.sentences import in_text
from trialbook.report.style import MUTED, arm_colour, drawn_anew

if TYPE_CHECKING:
    from trialbook.config import Endpoint
    from trialbook.survival import KaplanMeier
    from trialbook.trial import Trial

LEFT, RIGHT = 0.5, 0.2
PLOT = 2.75
MOST_MARKS = 600
COARSE = "Confidential: steps at regular times that hold enough events, no marks of censoring."
NOT_SHOWN = "–"


@dataclass(frozen=True)
class Coarse:
    """What may be known of the curves of confidential data, by arm.

    Attributes
    ----------
    counts : mapping of str to str
        What stands beside the arm: its events and patients as they may be shown.
    times : mapping of str to sequence of float
        When the curve may be known, in AVAL's unit; none: it is not drawn.
    at_risk : mapping of str to sequence of float
        When the number at risk and of events so far may be known.
    """

    counts: Mapping[str, str]
    times: Mapping[str, Sequence[float]]
    at_risk: Mapping[str, Sequence[float]]


def plot_kaplan_meier(
    curves: Mapping[str, "KaplanMeier"],
    trial: "Trial",
    endpoint: "Endpoint",
    *,
    ticks: Sequence[float],
    results: Sequence[str] = (),
    name: str = "",
    coarse: Coarse | None = None,
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
    coarse : Coarse, optional
        What may be known of confidential data; without it everything is drawn.

    Returns
    -------
    Drawing or None
        None where no arm has patients.
    """
    arms = [(i, arm) for i, arm in enumerate(trial.arms) if arm.code in curves]
    if not arms:
        return None
    ticks = np.asarray(ticks, float)
    told = [*results, COARSE] if coarse else list(results)

    def figure(width: float) -> Figure:
        entries = key_lines([arm.label for _, arm in arms], width, _counts(curves, arms, coarse))
        lines = [line for text in told for line in fitted(text, width)]
        title = fitted(f"Free of {in_text(endpoint.label)} (%)", width)
        head = 0.34 + LINE * (sum(map(len, entries)) + len(lines) + len(title) - 1)
        foot = 0.62 + LINE + 2 * LINE * len(arms)
        figure = sheet(head + PLOT + foot, width)
        top = key(figure, 0.02, 0.1, entries)
        for line in lines:
            write(figure, 0.02, top, line, size=9)
            top += LINE
        for line in title:
            axis_title(figure, 0.02, top + 0.06, line)
            top += LINE
        axes = panel(figure, LEFT, head, width - LEFT - RIGHT, PLOT)
        for position, arm in arms:
            if coarse:
                _draw_coarse(axes, curves[arm.code], coarse.times[arm.code], position, trial)
            else:
                _draw(axes, curves[arm.code], position, trial)
        last = max(_last(curves[arm.code], arm.code, coarse) for _, arm in arms)
        shown = _fitting(ticks, curves, arms, width - LEFT - RIGHT)
        axes.set_xlim(0, trial.time.to_show(max(last, ticks[-1])) * 1.01)
        axes.set_xticks([trial.time.to_show(t) for t in shown], [_tick(trial, t) for t in shown])
        axes.set_xlabel(trial.time.label, labelpad=5)
        percent_axis(axes)
        quiet(axes)
        _risk_table(figure, axes, curves, arms, shown, trial, head + PLOT + 0.56, coarse)
        return figure

    message = _message(curves, arms, ticks, trial, endpoint, results, coarse)
    return drawn_anew(figure, name or f"kaplan-meier-{endpoint.paramcd}", message)


def _fitting(ticks: np.ndarray, curves, arms, width: float) -> np.ndarray:
    """Return every n-th tick, so that the numbers at risk below them do not touch."""
    longest = max(
        len(f"{curves[arm.code].n:,.0f} ({curves[arm.code].total_events:,.0f})") for _, arm in arms
    )
    most = max(int(width / (LETTER * max(longest, 7) + 0.12)), 2)
    return ticks[:: int(np.ceil(len(ticks) / most))]


def _counts(curves, arms, coarse: Coarse | None) -> list[str]:
    """Return events of patients by arm."""
    if coarse:
        return [f"events: {n}" if n[:1] in "<w" else n for n in coarse.counts.values()]
    return [
        f"{curves[arm.code].total_events:,.0f} of {curves[arm.code].n:,} patients"
        for _, arm in arms
    ]


def _last(curve, code: str, coarse: Coarse | None) -> float:
    """Return the last time that is drawn of an arm."""
    return curve.time[-1] if coarse is None else max(coarse.times[code], default=0.0)


def known(curve, times: Sequence[float]) -> tuple[np.ndarray, ...]:
    """Return survival and its limits at times, as known there: constant after the last event."""
    at = np.searchsorted(curve.time, np.asarray(times, float), side="right")
    first = {"survival": 1.0, "lower": np.nan, "upper": np.nan}
    return tuple(
        np.concatenate([[start], getattr(curve, name)])[at] for name, start in first.items()
    )


def _draw_coarse(axes, curve, times: Sequence[float], position: int, trial) -> None:
    """Draw one arm's curve as it is known at a few times, without marks of censoring."""
    if not len(times):
        return
    t = trial.time.to_show(np.asarray(times, float))
    # As the table prints it: the coordinates would tell it to more digits.
    survival, lower, upper = (100 * np.round(row, AS_PRINTED) for row in known(curve, times))
    colour = arm_colour(position)
    axes.fill_between(t, lower, upper, step="post", color=colour, alpha=0.13, linewidth=0)
    axes.step(t, survival, where="post", color=colour, linestyle=line_style(position))


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


def _risk_table(
    figure, axes, curves, arms, ticks, trial, top: float, coarse: Coarse | None
) -> None:
    """Write numbers at risk and cumulative events below the axis, at its ticks."""
    write(figure, 0.02, top, "Number at risk (events so far)", size=8.5, color=MUTED)
    box, (low, high) = axes.get_position(), axes.get_xlim()
    shown = [trial.time.to_show(t) for t in ticks]
    width, _ = figure.get_size_inches()
    places = [width * (box.x0 + box.width * (x - low) / (high - low)) for x in shown]
    for position, arm in arms:
        top += LINE
        colour = arm_colour(position)
        write(figure, 0.02, top, arm.label, size=8.5, color=colour, weight="bold")
        top += LINE
        at = curves[arm.code].at(ticks)
        columns = (places, ticks, at.n_at_risk, at.n_events)
        for place, t, at_risk, events in zip(*columns, strict=True):
            text = f"{at_risk:,.0f} ({events:,.0f})"
            if coarse and t not in coarse.at_risk[arm.code]:
                text = NOT_SHOWN
            write(figure, max(place, 0.3), top, text, size=8.5, ha="center")


def _tick(trial, t: float) -> str:
    """Return a tick's label: the shown unit, without needless decimals."""
    return f"{trial.time.to_show(t):.2f}".rstrip("0").rstrip(".")


def _message(curves, arms, ticks, trial, endpoint, results, coarse: Coarse | None) -> str:
    """Return what the figure says, in words."""
    said = " ".join(results)
    if coarse:
        ticks = [t for t in ticks if all(t in coarse.times[arm.code] for _, arm in arms)]
        if not ticks:
            return f"Kaplan-Meier curves: withheld: they tell of few patients. {said}".strip()
    last = [t for t in ticks if all(curves[arm.code].at([t]).n_at_risk[0] > 0 for _, arm in arms)]
    parts = []
    for _, arm in arms:
        at = curves[arm.code].at([last[-1]])
        parts.append(f"{rounded(100 * at.survival[0], 1)}% with {in_text(arm.label)}")
    when = f"{_tick(trial, last[-1])} {trial.time.show}"
    return (
        f"Kaplan-Meier curves. At {when}, free of {in_text(endpoint.label)}: "
        f"{', '.join(parts)}. {said}"
    ).strip()
