"""Points of a curve: which are kept, and how they become rows."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from trialbook.results import CURVE, results_frame

# Of an arm's curve. Where there are more, points that are not half a pixel apart are one.
MOST_POINTS = 1000
# Pixels of the plotting area of a figure as wide as the text of a page.
ACROSS, UP = 660, 360
# Regular times, so many between two ticks, are points of every curve: what can be known of it
# without knowing when single patients had the event.
STEPS_PER_TICK = 3


def shared_times(curves: Iterable[np.ndarray]) -> np.ndarray:
    """Return the times, in increasing order, that every one of some curves is known at."""
    return np.array(sorted(set.intersection(*(set(np.round(one, 9)) for one in curves))))


def regular_times(ticks: Sequence[float], last: float, steps: int = STEPS_PER_TICK) -> np.ndarray:
    """Return regular times from zero to the first at or after the last one observed.

    Parameters
    ----------
    ticks : sequence of float
        Of the axis, zero first, evenly spaced.
    last : float
        The last time observed.
    steps : int
        How many there are between two ticks.

    Returns
    -------
    numpy.ndarray
    """
    between = ticks[1] - ticks[0] if len(ticks) > 1 else max(last, 1.0)
    step = between / steps
    return step * np.arange(np.ceil(last / step - 1e-9) + 1)


def points_of(
    time: np.ndarray,
    event: np.ndarray,
    ticks: Sequence[float],
    more: Sequence[float] = (),
    *,
    all_of_them: bool = False,
) -> np.ndarray:
    """Return the times of a curve's points, increasing: zero first, the last one observed last.

    Parameters
    ----------
    time : numpy.ndarray, shape (n,)
        When anything happened, increasing.
    event : numpy.ndarray of bool, shape (n,)
        Whether it was an event, which moves the curve.
    ticks, more : sequence of float
        Of the axis, from which the regular times come; landmarks, say.
    all_of_them : bool
        Times at which patients were only censored, too.
    """
    last = time[-1]
    regular = np.concatenate([[0.0, last], regular_times(ticks, last), ticks, more])
    return np.union1d(time if all_of_them else time[event], regular[regular <= last])


def thinned(
    time: np.ndarray, statistics: Mapping[str, np.ndarray], drawn: Sequence[str], kept: np.ndarray
) -> np.ndarray:
    """Return which points of a step function tell it to half a pixel of its drawing.

    Parameters
    ----------
    time : numpy.ndarray, shape (n,)
        Increasing.
    statistics : mapping of str to numpy.ndarray, shape (n,)
    drawn : sequence of str
        The statistics that are drawn, as proportions.
    kept : numpy.ndarray
        Times that stay.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
        All where there are not more than `MOST_POINTS`.

    Notes
    -----
    Of the points within half a pixel of time the last stays, so that no step is lost, and moves
    by less than that. Of those, the ones that change nothing by half a pixel in height go.
    """
    stays = np.ones(len(time), bool)
    if len(time) <= MOST_POINTS:
        return stays
    fixed = np.isin(time, kept)
    fixed[[0, -1]] = True
    pixels = 2.0
    while stays.sum() > MOST_POINTS:
        column = np.floor(time / time[-1] * ACROSS * pixels)
        stays = np.append(column[1:] != column[:-1], True) | fixed
        height = np.column_stack([np.nan_to_num(statistics[name]) for name in drawn])
        before = height[0]
        for i in np.flatnonzero(stays):
            if not fixed[i] and np.abs(height[i] - before).max() * UP * pixels < 1:
                stays[i] = False
            else:
                before = height[i]
        pixels /= 2
    return stays


def curve_rows(
    level: str,
    time: Sequence[float],
    statistics: Mapping[str, Sequence[float]],
    *,
    paramcd: str,
    arm: str,
    method: str = "",
) -> pd.DataFrame:
    """Return the rows of one curve.

    Parameters
    ----------
    level : str
        The analysis whose curve it is.
    time : sequence of float, shape (n,)
        Places on the horizontal axis.
    statistics : mapping of str to sequence, shape (n,)
        What is known at each.
    paramcd, arm, method : str
        As in all results.

    Returns
    -------
    pandas.DataFrame
        A results frame, ordered by time.
    """
    names = list(statistics)
    if not len(time):
        return results_frame([])
    values = np.column_stack([np.asarray(statistics[name], float) for name in names])
    return pd.DataFrame(
        {
            "analysis": CURVE,
            "paramcd": paramcd,
            "arm": arm,
            "subgroup": "",
            "level": level,
            "time": np.repeat(np.asarray(time, float), len(names)),
            "method": method,
            "statistic": np.tile(np.array(names, object), len(time)),
            "value": values.ravel(),
        }
    )
