"""Pictures of the course: each patient's line, and curves of a few patients or of a trial."""

from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from trialbook.learn.cases import CONTROL, TREATED, Case
from trialbook.report.output import Drawing
from trialbook.report.plots.layout import (
    key,
    key_lines,
    line_style,
    panel,
    percent_axis,
    quiet,
    sheet,
    write,
)
from trialbook.report.style import arm_colour, drawn_anew
from trialbook.survival import kaplan_meier

LEFT, RIGHT, ROW = 0.45, 0.2, 0.24
ARMS = (CONTROL, TREATED)


def arm_line(position: int) -> dict[str, Any]:
    """Return colour and dashes of the line of an arm, as its key has them."""
    return {"color": arm_colour(position), "linestyle": line_style(position)}


def lifelines(case: Case, name: str = "lifelines") -> Drawing:
    """Draw a line per patient from the start to the event (a dot) or the end of watching."""
    patients = case.patients.reset_index(drop=True)
    height = ROW * len(patients)
    n_events = int(patients["event"].sum())
    message = (
        f"{len(patients)} patients as lines from the start to the end of observation, "
        f"{n_events} of them ending with an event."
    )

    def draw(width: float) -> Figure:
        entries = key_lines(list(ARMS), width)
        figure = sheet(height + 0.85, width)
        key(figure, 0.02, 0.1, entries)
        axes = panel(figure, LEFT, 0.4, width - LEFT - RIGHT, height)
        for row, one in enumerate(patients.to_dict("records")):
            colour = arm_colour(int(one["treated"]))
            axes.plot([0, one["time"]], [row, row], color=colour, linewidth=1.8)
            if one["event"]:
                axes.plot(one["time"], row, "o", color=colour, markersize=6)
            else:
                axes.plot(one["time"], row, "|", color=colour, markersize=9)
            write(figure, LEFT - 0.1, 0.4 + ROW * (row + 0.5), one["patient"], size=9, ha="right")
        axes.set_ylim(len(patients) - 0.5, -0.5)
        axes.set_xlim(0, patients["time"].max() * 1.03)
        axes.set_yticks([])
        quiet(axes)
        axes.set_xlabel(f"{case.unit} since the start".capitalize(), labelpad=5)
        return figure

    return drawn_anew(draw, f"learn-{name}", message)


def calendar(case: Case, name: str = "calendar") -> Drawing:
    """Draw each patient's line where the calendar put it: from joining to the end of watching.

    The dates of joining are made up: each patient joins so that nobody is watched beyond one day.
    """
    patients = case.patients.reset_index(drop=True)
    close = patients["time"].max() + 1.0
    # who is censored stayed to the closing day, or left before; who had the event joined early
    spare = close - patients["time"]
    joined = np.where(patients["event"], spare * 0.5, spare * np.where(patients.index % 2, 1, 0.4))
    message = (
        f"The same {len(patients)} patients by the calendar: they join one after the other, and "
        "observation closes for all on one day."
    )

    def draw(width: float) -> Figure:
        height = ROW * len(patients)
        figure = sheet(height + 0.6, width)
        axes = panel(figure, LEFT, 0.15, width - LEFT - RIGHT, height)
        for row, one in enumerate(patients.to_dict("records")):
            colour = arm_colour(int(one["treated"]))
            end = joined[row] + one["time"]
            axes.plot([joined[row], end], [row, row], color=colour, linewidth=1.8)
            axes.plot(end, row, "o" if one["event"] else "|", color=colour, markersize=7)
            write(figure, LEFT - 0.1, 0.15 + ROW * (row + 0.5), one["patient"], size=9, ha="right")
        axes.axvline(close, color="0.5", linewidth=1, linestyle=":")
        axes.set_ylim(len(patients) - 0.5, -0.5)
        axes.set_xlim(0, close * 1.03)
        axes.set_yticks([])
        quiet(axes)
        axes.set_xlabel(f"Calendar {case.unit}; dotted, the day on which it closes", labelpad=5)
        return figure

    return drawn_anew(draw, f"learn-{name}", message)


def follow_up(case: Case, name: str = "follow-up") -> Drawing:
    """Draw, for each arm, how many are still watched: the censored are the events here."""
    turned = case.patients.assign(event=~case.patients["event"])
    return curves(replace(case, patients=turned), name)


def curves(case: Case, name: str = "curves") -> Drawing:
    """Draw the Kaplan-Meier curve of each arm of a few patients."""

    def draw(width: float) -> Figure:
        entries = key_lines(list(ARMS), width)
        figure = sheet(3.0, width)
        key(figure, 0.02, 0.1, entries)
        axes = panel(figure, LEFT, 0.4, width - LEFT - RIGHT, 2.1)
        for position, arm in enumerate(ARMS):
            patients = case.arm(arm)
            estimate = kaplan_meier(patients["time"], patients["event"])
            last = patients["time"].max()
            at = np.unique([0.0, *estimate.time, last])
            free = 100 * np.nan_to_num(estimate.at(at).survival, nan=0.0)
            axes.step(at, free, where="post", **arm_line(position))
        percent_axis(axes)
        quiet(axes)
        axes.set_xlim(0, case.patients["time"].max() * 1.03)
        axes.set_xlabel(f"{case.unit} since the start".capitalize(), labelpad=5)
        return figure

    message = f"Kaplan-Meier curves of two arms, {len(case.patients)} patients in all."
    return drawn_anew(draw, f"learn-{name}", message)


def cumulative_hazard(case: Case, name: str = "cumulative-hazard") -> Drawing:
    """Draw Nelson and Aalen's cumulative hazard of each arm."""

    def draw(width: float) -> Figure:
        entries = key_lines(list(ARMS), width)
        figure = sheet(3.0, width)
        key(figure, 0.02, 0.1, entries)
        axes = panel(figure, LEFT, 0.4, width - LEFT - RIGHT, 2.1)
        for position, arm in enumerate(ARMS):
            patients = case.arm(arm)
            curve = kaplan_meier(patients["time"], patients["event"])
            steps = np.cumsum(curve.n_events / curve.n_at_risk)
            at = [0.0, *curve.time, patients["time"].max()]
            axes.step(at, [0.0, *steps, steps[-1]], where="post", **arm_line(position))
        axes.set_ylim(0, None)
        quiet(axes)
        axes.set_xlim(0, case.patients["time"].max() * 1.03)
        axes.set_xlabel(f"{case.unit} since the start".capitalize(), labelpad=5)
        return figure

    message = f"Cumulative hazards of two arms, {len(case.patients)} patients in all."
    return drawn_anew(draw, f"learn-{name}", message)
