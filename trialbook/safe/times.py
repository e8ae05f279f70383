"""Times at which a curve of confidential data may step, and its numbers at risk be shown.

A step of a Kaplan-Meier curve is the time of a patient's event, and its height tells how many had
it. Confidential curves step at regular times only, and only where every step, and what is left
after it, holds no small count of events.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trialbook.analyses.common import entry_of, pair, times_of
from trialbook.analyses.curves import regular_times
from trialbook.analyses.horizon import common_tau
from trialbook.analyses.time_to_event import time_ticks
from trialbook.safe.anchors import is_component
from trialbook.safe.arithmetic import is_small, open_times
from trialbook.safe.released import released
from trialbook.survival import default_tau

if TYPE_CHECKING:
    from trialbook.trial import Trial

EVENTS, CENSORED = "events", "censored"


def cumulative(time: np.ndarray, event: np.ndarray, *, censored: bool) -> Callable:
    """Return what counts events, and patients censored, up to a time, for `open_times`.

    Censored patients count from the time on: they are at risk at it.
    """
    events, others = np.sort(time[event]), np.sort(time[~event])

    def counted(t: float) -> dict[str, float]:
        counts = {EVENTS: float(np.searchsorted(events, t, side="right"))}
        if censored:
            # At risk at t are those whose time is t or later: events at t among them.
            counts["events before"] = float(np.searchsorted(events, t, side="left"))
            counts[CENSORED] = float(np.searchsorted(others, t, side="left"))
        return counts

    return counted


def curve_times(
    time: np.ndarray,
    event: np.ndarray,
    ticks: Sequence[float],
    least: int,
    first: Sequence[float] = (),
    last: Sequence[float] = (),
    *,
    censored: bool = False,
) -> np.ndarray:
    """Return the times at which a group's curve may be known.

    Parameters
    ----------
    time, event : numpy.ndarray, shape (n,)
        Of one group.
    ticks : sequence of float
        Of the axis, zero first.
    least : int
        The smallest count shown.
    first : sequence of float
        Times that matter most, the landmarks say.
    last : sequence of float
        Times that are asked for besides, after all others: these do not depend on what is asked.
    censored : bool
        Whether numbers at risk are shown at them, too.

    Returns
    -------
    numpy.ndarray
        Increasing; empty where the group has events, but so few that none may be known.
    """
    if not len(time):
        return np.empty(0)
    if 0 < event.sum() < least:
        return np.empty(0)
    regular = regular_times(ticks, time.max())
    candidates = [*first, *ticks, *(() if censored else regular), *last]

    def telling(t: float) -> bool:
        """Return whether the curve tells of few patients, still observed or free of the event.

        Where none is left, its height hangs on the last few.
        """
        event_free = len(time) - np.sum(event & (time <= t))
        return np.sum(time > t) < least or is_small(event_free, least)

    candidates = [t for t in map(float, candidates) if t <= regular[-1] and not telling(t)]
    counted = cumulative(time, event, censored=censored)
    return np.array(open_times(candidates, counted, least))


def end_point_times(
    trial: "Trial",
    paramcd: str,
    arm: str,
    landmarks: tuple[float, ...] = (),
    *,
    censored: bool = False,
) -> tuple[float, ...]:
    """Return the times at which an arm's curve of an end point may be known, in AVAL's unit.

    trial.yml's landmarks come first, the last foremost; then the ticks of the figure, and other
    regular times; other `landmarks` last, after those that were asked for before. None for a
    component of another end point.
    """
    others = released().before(t for t in landmarks if t not in trial.landmarks)
    return _end_point_times(trial, paramcd, arm, others, censored=censored)


@lru_cache(maxsize=512)
def _end_point_times(
    trial: "Trial", paramcd: str, arm: str, others: tuple[float, ...], *, censored: bool
) -> tuple[float, ...]:
    if is_component(trial, paramcd):
        return ()
    data = trial.time_to_event(paramcd)
    of_arm = data[(data["arm"] == arm).to_numpy()]
    if censored and entry_of(of_arm) is not None:
        return ()  # how many had entered by then is no cumulative count of who left
    return tuple(
        curve_times(
            of_arm["AVAL"].to_numpy(float),
            of_arm["event"].to_numpy(bool),
            time_ticks(trial, paramcd),
            max(trial.min_cell, 1),
            sorted(trial.landmarks, reverse=True),
            others,
            censored=censored,
        )
    )


@lru_cache(maxsize=64)
def _times_of_patients(trial: "Trial", paramcd: str) -> frozenset[float]:
    """Return the horizons that the data would choose, but for the one that readers may see."""
    data, found = trial.time_to_event(paramcd), set()
    for comparison in trial.comparisons:
        patients, treated = pair(data, comparison)
        if treated.any() and not treated.all():
            found.add(float(default_tau(*times_of(patients), treated)))
    shown, _ = common_tau(trial, trial.endpoint(paramcd), data)
    return frozenset(found - {shown})


def to_a_patients_time(rows: pd.DataFrame, trial: "Trial") -> pd.Series:
    """Return which estimates run to the time of a patient's event, which is not told.

    ``ard.csv`` has them beside those of the pages, whose horizon is no single patient's.
    """
    of = rows["analysis"].isin(["rmst", "average_hazard"]) & (trial.privacy == "confidential")
    codes = {one.paramcd for one in trial.endpoints}
    told = {code: _times_of_patients(trial, code) for code in set(rows.loc[of, "paramcd"]) & codes}
    given = {trial.horizon, *trial.landmarks}
    hidden = [
        bool(one) and t not in given and t in told.get(code, ())
        for one, code, t in zip(of, rows["paramcd"], rows["time"], strict=True)
    ]
    return pd.Series(hidden, index=rows.index)
