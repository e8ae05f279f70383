"""Figures that check the result: hazard ratio over time, withdrawal."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from trialbook.analyses.curves import regular_times
from trialbook.analyses.time_to_event import STEPS_OF_ONE, time_ticks
from trialbook.escape import daggered
from trialbook.printed import printed, printed_ratio
from trialbook.report.explorers.along import Along, Line, along_reader
from trialbook.report.figures.steps import COARSE_NOTE
from trialbook.report.landmarks import shown_time
from trialbook.report.output import Drawing
from trialbook.report.plots.layout import line_style
from trialbook.report.plots.ratios import Across, Constant, RatioLine, plot_ratios
from trialbook.report.plots.steps import tick_label
from trialbook.report.sentences import in_text, pair_of
from trialbook.report.style import ARMS, INK, arm_colour
from trialbook.results import CURVE

if TYPE_CHECKING:
    from trialbook.config import Comparison, Endpoint
    from trialbook.safe.lookup import Lookup

LARGEST_DELTA = 5
HR = ("hr", "hr_lower", "hr_upper")


def plot_hazard_over_time(
    lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison", *, ties: str = "efron"
) -> Drawing | None:
    """Draw the hazard ratio over time, smoothed, beside the constant of Cox's model.

    Parameters
    ----------
    lookup : Lookup
        With curves of proportional_hazards and kaplan_meier, and results of cox.
    endpoint, comparison
        What the model is of, and whom it compares with whom.
    ties : str
        The Cox model's method.

    Returns
    -------
    Drawing or None
        None with few events, or where the hazard ratio is not estimable, or withheld.
    """
    trial, code = lookup.trial, endpoint.paramcd
    curve = lookup.curve("proportional_hazards", code, comparison.name)
    hr = lookup.value("hr", "cox", code, comparison.name, method=ties)
    if not set(HR) <= set(curve) or not np.isfinite(hr):
        return None
    curve = curve.dropna(subset=["hr"])
    if len(curve) < 2:
        return None
    coarse = lookup.curve("proportional_hazards", code, comparison.name).attrs["coarse"]
    ticks = time_ticks(trial, endpoint)
    ticks = ticks[(ticks >= curve.index[0]) & (ticks <= curve.index[-1])]
    shown = trial.time.to_show(ticks)
    marks = np.empty(0) if coarse else _event_times(lookup, code, comparison)
    first, last = (printed("hr", curve["hr"].iloc[i]) for i in (0, -1))
    constant = printed("hr", hr) + lookup.mark("hr", "cox", code, comparison.name, method=ties)
    marks_at = partial(lookup.marks_at, "hr", "proportional_hazards", code, comparison.name)
    least, most = (
        printed("hr", curve["hr"][at]) + marks_at([at])[0]
        for at in (curve["hr"].idxmin(), curve["hr"].idxmax())
    )
    caption = [f"Smoothed scaled Schoenfeld residuals with a pointwise {lookup.ci}."]
    if len(marks):
        caption.append("Marks on the axis are events.")
    if coarse:
        caption.append(COARSE_NOTE)
    times = curve.index.to_numpy(float)
    line = RatioLine(
        np.asarray(trial.time.to_show(times)), *(curve[name].to_numpy(float) for name in HR)
    )
    figure = plot_ratios(
        [line],
        Across(
            trial.time.label,
            list(shown),
            [tick_label(tick) for tick in shown],
            np.asarray(trial.time.to_show(marks)),
        ),
        title=f"Hazard ratio over time, {pair_of(comparison)} (log scale)",
        constants=[Constant(hr, f"the model’s constant, {daggered(constant)}")],
        name=f"hazard-over-time-{code}-{comparison.name}",
        message=f"Smoothed hazard ratio of {in_text(endpoint.label)} over time, "
        f"{pair_of(comparison)}: {first} at the first, {last} at the last time drawn; the model's "
        f"constant is {constant}.",
        headline=f"Smoothed over time, the hazard ratio lies between {least} and {most}; the "
        f"model’s constant is {constant}",
        caption=" ".join(caption),
        data=lookup.drawn(
            (CURVE, {"level": "proportional_hazards", "paramcd": code, "arm": comparison.name})
        ),
    )
    # of a curve with a point at each event, those at regular times
    regular = regular_times(time_ticks(trial, endpoint), times[-1], STEPS_OF_ONE)
    read = np.flatnonzero(np.isin(np.round(times, 9), np.round(regular, 9)))
    read = read if len(read) > 1 else np.arange(len(times))
    called = [shown_time(trial, t) for t in times[read]]
    leads = [f"At {at}, smoothed:" for at in called]
    marks_read = [marks_at(times[read])]
    reader = _reader(lookup, trial.time.show, line.x[read], called, leads, [line], marks_read)
    return replace(figure, explorer=reader)


def _reader(
    lookup: "Lookup",
    axis: str,
    at: np.ndarray,
    called: Sequence[str],
    leads: Sequence[str],
    lines: Sequence[RatioLine],
    marks: Sequence[Sequence[str]],
    *,
    start: int = -1,
) -> str:
    """Return the reader of ratios, whose dots lie where their logarithms are drawn.

    `marks` has by line and place what stands behind the ratio.
    """
    drawn, said = [], [[] for _ in at]
    for line, marks_of in zip(lines, marks, strict=True):
        known = {round(float(x), 9): i for i, x in enumerate(line.x)}
        places = [known.get(round(float(x), 9)) for x in at]
        y = [float("nan") if i is None else float(np.log(line.ratio[i])) for i in places]
        arm = ARMS.index(line.colour) if line.colour in ARMS else None
        drawn.append(Line(arm, y))
        for told, i, mark in zip(said, places, marks_of, strict=True):
            if i is not None:
                hr, low, high = printed_ratio(line.ratio[i], line.lower[i], line.upper[i])
                told.append(f"{hr}{mark} ({lookup.ci}, {low} to {high})")
                told[-1] += f" for {line.label[0].lower()}{line.label[1:]}" if line.label else ""
    pairs = [
        (lead, f"hazard ratio {'; '.join(told)}.") for lead, told in zip(leads, said, strict=True)
    ]
    return along_reader(axis, list(map(float, at)), called, [Along(drawn, pairs)], start=start)


def _event_times(lookup: "Lookup", code: str, comparison: "Comparison") -> np.ndarray:
    """Return when the two arms' events were, as their survival curves show them."""
    found = [np.empty(0)]
    for arm in (comparison.control, comparison.treated):
        curve = lookup.curve("kaplan_meier", code, arm.code)
        if "n_events" in curve and not curve.attrs["coarse"]:
            rises = np.diff(curve["n_events"].to_numpy(float), prepend=0.0) > 0
            found.append(curve.index.to_numpy(float)[rises])
    return np.unique(np.concatenate(found))


def plot_withdrawal(
    lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison"
) -> Drawing | None:
    """Draw how the hazard ratio moves when withdrawn patients fare worse than assumed.

    Parameters
    ----------
    lookup : Lookup
        With results of tipping_point.
    endpoint, comparison
        Of what, and whom with whom.

    Returns
    -------
    Drawing or None
        None where nobody is known to have withdrawn: whom the calendar censored would count.
    """
    of = ("tipping_point", endpoint.paramcd, comparison.name)
    if not lookup.trial.has("EOSSTT"):
        return None
    rules = {
        "treated": f"withdrawn patients given {in_text(comparison.treated.label)}, no others",
        "both": "withdrawn patients of both groups",
    }
    methods = lookup.distinct("method", of[0], paramcd=of[1], arm=of[2], level="treated")
    deltas = [float(m.split("@")[0].removeprefix("delta=")) for m in methods if "delta=" in m]
    deltas = np.sort([delta for delta in deltas if delta <= LARGEST_DELTA])

    def read(name: str, level: str) -> np.ndarray:
        keys = [{"level": level, "method": f"delta={delta:g}"} for delta in deltas]
        return np.array([lookup.value(name, *of, **key) for key in keys])

    def marks_of(level: str) -> list[str]:
        return [lookup.mark("hr", *of, level=level, method=f"delta={delta:g}") for delta in deltas]

    lines, marks = [], []
    for position, (level, words) in enumerate(rules.items(), start=1):
        ratios = [read(name, level) for name in HR]
        known_at = np.isfinite(ratios[0])
        if known_at.any():
            marks.append(marks_of(level))
            lines.append(
                RatioLine(
                    deltas[known_at],
                    *(ratio[known_at] for ratio in ratios),
                    label=words[:1].upper() + words[1:],
                    colour=arm_colour(position) if level == "treated" else INK,
                    style=line_style(position),
                )
            )
    if not lines:
        return None
    left = "withdrawal"
    first = lines[0]
    drawn = np.flatnonzero(np.isin(deltas, first.x))[[0, -1]]
    ends = [
        printed("hr", float(first.ratio[i])) + marks[0][at]
        for i, at in zip((0, -1), drawn, strict=True)
    ]
    whole = [delta for delta in deltas if delta == int(delta)]
    figure = plot_ratios(
        lines,
        Across(
            f"Hazard after {left}, relative to that of patients who stayed",
            whole,
            [f"{delta:g}" for delta in whole],
        ),
        title=f"Hazard ratio, {pair_of(comparison)} ({lookup.ci}, log scale)",
        name=f"withdrawal-{endpoint.paramcd}-{comparison.name}",
        message=f"Hazard ratio of {in_text(endpoint.label)} as the hazard after {left} grows, "
        f"{pair_of(comparison)}, from none to {deltas[-1]:g} times that of those who stayed: from "
        f"{ends[0]} to {ends[1]}.",
        headline=f"If those who left had done up to {deltas[-1]:g} times as badly, the hazard "
        f"ratio would go from {ends[0]} to {ends[1]}",
        caption=f"1 is the assumption of the main analysis; bands are {lookup.ci}s.",
        data=lookup.drawn((of[0], {"paramcd": of[1], "arm": of[2]})),
    )
    called = [f"{delta:g} times" for delta in deltas]
    leads = [
        f"If the hazard after {left} were {times} that of patients who stayed:" for times in called
    ]
    one = int(np.abs(deltas - 1).argmin())
    reader = _reader(lookup, f"hazard after {left}", deltas, called, leads, lines, marks, start=one)
    return replace(figure, explorer=reader)
