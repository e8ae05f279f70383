"""The curve reader: what curves over time say at a time that the reader chooses.

Every number that can be asked for is taken from the curves' rows here; the component looks none
up between two of them. Where a curve is known at regular times only (few patients, thinned, an end
point of which the censored are no points), those are the times that can be chosen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from trialbook.analyses.curves.points import MOST_POINTS, regular_times, shared_times
from trialbook.escape import plain
from trialbook.report.events import free_of, had
from trialbook.report.explorers import explorer, short
from trialbook.report.words import in_text

if TYPE_CHECKING:
    from trialbook.config import Endpoint
    from trialbook.safe.lookup import Lookup

# Steps of a slider, where the times of its curves are not regular.
MOST_STEPS = 100
# Places between two ticks: half a month where a tick is six.
PLACES = {"days": 10, "weeks": 13, "months": 12, "years": 12}
# What the component calls a curve's columns; the first is the panel's own statistic.
_COLUMNS = {"value": "", "low": "lower", "high": "upper", "risk": "n_at_risk",
            "events": "n_events"}  # fmt: skip


@dataclass(frozen=True)
class Read:
    """One panel that can be read.

    Attributes
    ----------
    level, paramcd, statistic : str
        Whose curves they are, see `Lookup.curve`.
    title : str
        What the percentages are of.
    free, had : str
        What patients are, and what those who are not were: ``"free of a relapse"``, ``"had a
        relapse"``; `had` is empty where only one way to say it is offered.
    every : bool
        Whether each time at which anything happened is a point, censoring too.
    """

    level: str
    paramcd: str
    statistic: str
    title: str
    free: str
    had: str = ""
    every: bool = False


@dataclass(frozen=True)
class Other:
    """Curves that can be drawn in a figure's place: another end point's.

    Attributes
    ----------
    read : Read
    ticks : sequence of float
        Of their own axis, in AVAL's unit.
    counts : mapping
        An arm's position to what stands below the figure's own axis, by its ticks as they are
        shown: ``{0: {"6": "95 (7)"}}``.
    caption : str
        What stands below the figure meanwhile; plain text.
    """

    read: Read
    ticks: Sequence[float]
    counts: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    caption: str = ""


def survival_read(endpoint: "Endpoint", *, every: bool = False) -> Read:
    """Return a Kaplan-Meier curve as it can be read."""
    return Read("kaplan_meier", endpoint.paramcd, "survival", endpoint.label, free_of(endpoint),
                had(endpoint), every)  # fmt: skip


def curve_reader(
    lookup: "Lookup",
    panels: Sequence[Read],
    ticks: Sequence[float],
    others: Sequence[Other] = (),
    *,
    start: float | None = None,
) -> str:
    """Return the reader of a figure's curves; '' where no two times can be chosen.

    Parameters
    ----------
    lookup : Lookup
        With their curves.
    panels : sequence of Read
        As drawn, from the top.
    ticks : sequence of float
        Of the axis, in AVAL's unit.
    others : sequence of Other
        What can be drawn in their place.
    start : float, optional
        The time that is read first, in AVAL's unit; by default the last.
    """
    trial = lookup.trial
    shown = _choice(lookup, panels, ticks)
    if shown is None:
        return ""
    more = []
    for other in others:
        choice = _choice(lookup, [other.read], other.ticks, steps=True)
        if choice:
            more.append(choice | {"counts": other.counts, "caption": other.caption})
    positions = {arm.code: place for place, arm in enumerate(trial.arms)}
    return explorer(
        "reader",
        {
            "show": trial.time.show,
            "interval": lookup.ci,
            "arms": [in_text(plain(arm.label)) for arm in trial.arms],
            "pairs": [
                [positions[one.treated.code], positions[one.control.code]]
                for one in trial.comparisons
            ],
            "choices": [shown, *more],
        }
        | ({} if start is None else {"start": short(float(trial.time.to_show(start)))})
        # off a curve nearly every number is free; each arm says which of its own are not
        | ({"free": True} if lookup.curve_mark else {}),
    )


def _choice(
    lookup: "Lookup", panels: Sequence[Read], ticks: Sequence[float], *, steps: bool = False
) -> dict[str, Any] | None:
    """Return the panels of one figure at the times that can be chosen; None without two."""
    of_panels = []
    for one in panels:
        curves = {}
        for position, arm in enumerate(lookup.trial.arms):
            curve = lookup.curve(one.level, one.paramcd, arm.code)
            if one.statistic in curve and curve[one.statistic].notna().sum() > 1:
                curves[position] = curve
        of_panels.append((one, curves))
    every = [(one, curve) for one, curves in of_panels for curve in curves.values()]
    if not every:
        return None
    if all(_is_whole(one, curve) for one, curve in every):
        between = PLACES[lookup.trial.time.show]
        last = max(curve.index[-1] for _, curve in every)
        times = np.union1d(regular_times(ticks, last, between), lookup.trial.landmarks or [])
        times = times[times <= last + 1e-9]
    else:
        known = [curve.index[curve[one.statistic].notna()] for one, curve in every]
        # Until the first curve ends; the longer ones are known from then on at their own times.
        times = _apart(shared_times(known), lookup.trial.landmarks or [])
    if len(times) < 2:
        return None
    return {
        "name": plain(panels[0].title),
        "at": [short(float(lookup.trial.time.to_show(t))) for t in times],
        "panels": [
            {
                "title": plain(one.title),
                "free": plain(one.free),
                "had": plain(one.had),
                "decimals": _decimals(one, curves.values()),
                "arms": [
                    {"arm": position, **(found := _at(one, curve, times))}
                    | _tied(lookup, one, position, found, times)
                    | (_steps(lookup, one, curve) if steps else {})
                    for position, curve in curves.items()
                ],
            }
            for one, curves in of_panels
            if curves
        ],
    }


def _apart(times: np.ndarray, landmarks: Sequence[float]) -> np.ndarray:
    """Return those of the times that a slider can tell apart: the landmarks among them, first."""
    if not len(times):
        return times
    least = (times[-1] - times[0]) / MOST_STEPS
    kept = [t for t in times if np.isclose(t, landmarks).any()]
    for t in times:
        if all(abs(t - other) >= least for other in kept):
            kept.append(t)
    return np.array(sorted(kept))


def _is_whole(one: Read, curve: pd.DataFrame) -> bool:
    """Return whether between two points of a curve nothing happened."""
    # Of more patients there may be more times than points: they were thinned.
    return one.every and not curve.attrs["coarse"] and curve["n_at_risk"].max() < MOST_POINTS / 2


def _decimals(one: Read, curves) -> int:
    """Return 0 where nothing but whole percentages is known, else 1."""
    values = np.concatenate([curve[one.statistic].dropna() for curve in curves])
    whole = len(values) > 2 and np.allclose(100 * values, np.round(100 * values))
    return 0 if whole else 1


def _at(one: Read, curve: pd.DataFrame, times: np.ndarray) -> dict[str, list]:
    """Return what a curve says at times: percentages from the last point, at risk from the next.

    None after its end, and where it is not known.
    """
    points = np.round(curve.index.to_numpy(float), 9)
    times = np.round(times, 9)
    before = np.searchsorted(points, times, side="right") - 1
    after = np.searchsorted(points, times, side="left")
    beyond = times > points[-1]
    whole = _is_whole(one, curve)
    found: dict[str, list] = {}
    for name, column in _COLUMNS.items():
        column = column or one.statistic
        if column not in curve:
            continue
        values = curve[column].to_numpy(float)
        at = after if name == "risk" else before
        told = np.full(len(times), np.nan)
        # beyond the last patient nobody is at risk and nothing is estimated
        inside = ~beyond if whole else np.isin(times, points)
        told[inside] = values[at[inside]]
        scale = 100 if name in ("value", "low", "high") else 1
        if np.isfinite(told).any():
            found[name] = [short(scale * x) if isfinite(x) else None for x in told]
    return found


def _tied(
    lookup: "Lookup", one: Read, position: int, found: Mapping[str, list], times: np.ndarray
) -> dict[str, dict[str, list[int]]]:
    """Return the places of the numbers that a paper ties down; empty where nothing is free."""
    if not lookup.curve_mark:
        return {}
    of = (one.level, one.paramcd, lookup.trial.arms[position].code)
    tied = {}
    for name in ("value", "risk", "events"):
        marks = lookup.marks_at(_COLUMNS[name] or one.statistic, *of, times)
        tied[name] = [i for i, mark in enumerate(marks) if not mark]
    # in the end the events so far are all events, which a paper prints
    known = [i for i, x in enumerate(found.get("events", [])) if x is not None]
    total = ("n_events", one.level, *of[1:])
    if known and found["events"][known[-1]] == lookup.value(*total) and not lookup.mark(*total):
        tied["events"].append(known[-1])
    return {"tied": {name: places for name, places in tied.items() if places}}


def _steps(lookup: "Lookup", one: Read, curve: pd.DataFrame) -> dict[str, list]:
    """Return a curve to be drawn: where it steps, in the shown unit, and to what percentages."""
    names = {"v": one.statistic, "low": "lower", "high": "upper"}
    drawn = curve[curve[one.statistic].notna()]
    values = 100 * drawn.reindex(columns=list(names.values()))
    moved = (values.fillna(-1).diff() != 0).any(axis=1).to_numpy()
    moved[-1] = True
    times = lookup.trial.time.to_show(drawn.index.to_numpy(float))
    steps = {
        name: [short(x) if isfinite(x) else None for x in values[column].to_numpy(float)[moved]]
        for name, column in names.items()
    }
    return {"drawn": {"t": [short(float(t)) for t in times[moved]], **steps}}
