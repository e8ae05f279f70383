"""Recurrent events: how many to expect by a time, and the ratio of the arms' rates.

Data are start-stop intervals: a subject's rows say from when to when it was at risk, and whether
an event ended the row. Rows of one subject must not overlap; there may be gaps between them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from trialbook.survival import validation
from trialbook.survival.cox import CoxModel, cox
from trialbook.survival.risk_table import distinct_times


@dataclass(frozen=True)
class MeanCumulativeFunction:
    """Expected number of events per subject by each time at which an event happened.

    Attributes
    ----------
    time : array, shape (m,)
    n_at_risk, n_events : array of int, shape (m,)
        Subjects at risk just before each time, and events at it.
    mean, std_error, lower, upper : array, shape (m,)
        Mean cumulative number of events, its robust standard error and interval.
    n, total_events : int
        Subjects and events.
    last : float
        End of the longest follow-up.
    conf_level : float

    Examples
    --------
    >>> from trialbook.survival import mean_cumulative_function
    >>> patient = [1, 1, 1, 2, 2, 3, 4, 4]
    >>> start = [0, 2, 5, 0, 4, 0, 0, 3]
    >>> stop = [2, 5, 9, 4, 8, 7, 3, 6]
    >>> event = [1, 1, 0, 1, 0, 0, 1, 1]
    >>> found = mean_cumulative_function(patient, start, stop, event)
    >>> found.n, found.total_events
    (4, 5)
    """

    time: np.ndarray
    n_at_risk: np.ndarray
    n_events: np.ndarray
    mean: np.ndarray
    std_error: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    n: int
    total_events: int
    last: float
    conf_level: float

    def at(self, times: ArrayLike) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return mean, std_error, lower and upper at `times`; NaN beyond the last follow-up."""
        at = validation.as_times(np.atleast_1d(times), "times")
        index = np.searchsorted(self.time, at, side="right")
        mean, std_error, lower, upper = (
            np.where(at > self.last, np.nan, np.concatenate([[0.0], curve])[index])
            for curve in (self.mean, self.std_error, self.lower, self.upper)
        )
        return mean, std_error, lower, upper


def _checked(
    subject: ArrayLike, start: ArrayLike, stop: ArrayLike, event: ArrayLike
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return subject codes, start, stop, event; refuse rows that overlap."""
    stops = validation.as_times(stop, "stop")
    events = validation.as_flags(event, stops.size)
    codes, labels = validation.as_labels(subject, stops.size, "subject")
    starts = validation.as_times(start, "start")
    validation.same_length("start", starts.size, stops.size)
    empty = np.flatnonzero(starts >= stops)
    if empty.size:
        raise ValueError(
            f"start: {empty.size} rows start at or after their stop (position "
            f"{', '.join(map(str, empty[: validation.SHOWN]))}, from 0); a row needs time at risk."
        )
    order = np.lexsort((starts, codes))
    overlap = (codes[order][1:] == codes[order][:-1]) & (starts[order][1:] < stops[order][:-1])
    if overlap.any():
        who = labels[np.unique(codes[order][1:][overlap])][: validation.SHOWN].tolist()
        raise ValueError(
            f"start, stop: rows overlap for {', '.join(map(str, who))}; a subject is at risk in "
            "one row at a time."
        )
    return codes, starts, stops, events


def mean_cumulative_function(
    subject: ArrayLike,
    start: ArrayLike,
    stop: ArrayLike,
    event: ArrayLike,
    *,
    conf_level: float = 0.95,
) -> MeanCumulativeFunction:
    """Estimate the mean cumulative number of recurrent events.

    Parameters
    ----------
    subject : array_like, shape (n_rows,)
        Label of the subject of each row.
    start, stop : array_like, shape (n_rows,)
        A row's subject is at risk after `start`, up to and including `stop`.
    event : array_like of bool or 0/1, shape (n_rows,)
        Whether an event happened at `stop`.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    MeanCumulativeFunction
        Without events its arrays are empty.

    Raises
    ------
    ValueError
        If an array cannot be analysed, a row has no time at risk, or a subject's rows overlap.

    Notes
    -----
    As ``survfit(Surv(start, stop, event) ~ 1, id = subject)`` gives ``cumhaz`` and its robust
    ``std.chaz``. The interval is symmetric on the scale of the logarithm. Death before the end
    of follow-up is taken as censoring.

    References
    ----------
    Nelson WB (1988). Graphical analysis of system repair data. J Qual Technol 20:24-35. Lawless
    JF, Nadeau C (1995). Some simple robust methods for the analysis of recurrent events.
    Technometrics 37:158-168, equations 2.3 and 2.5 (the robust variance).

    Examples
    --------
    >>> from trialbook.survival import mean_cumulative_function
    >>> patient = [1, 1, 1, 2, 2, 3, 4, 4]
    >>> start = [0, 2, 5, 0, 4, 0, 0, 3]
    >>> stop = [2, 5, 9, 4, 8, 7, 3, 6]
    >>> event = [1, 1, 0, 1, 0, 0, 1, 1]
    >>> mean_cumulative_function(patient, start, stop, event).mean.round(3)
    array([0.25, 0.5 , 0.75, 1.  , 1.25])
    """
    z = validation.normal_quantile(conf_level)
    codes, starts, stops, events = _checked(subject, start, stop, event)
    values, (first, last) = distinct_times(starts, stops)
    m = values.size
    n_events = np.bincount(last[events], minlength=m)

    def at_risk_sum(values_of_rows: np.ndarray | None) -> np.ndarray:
        """Sum over the rows with start < time <= stop, at each time."""
        entered = np.cumsum(np.bincount(first, values_of_rows, minlength=m))
        left = np.cumsum(np.bincount(last, values_of_rows, minlength=m))
        return np.concatenate([[0], (entered - left)[:-1]])

    n_at_risk = at_risk_sum(None)
    here = n_events > 0
    hazard = np.divide(n_events, n_at_risk, out=np.zeros(m), where=here)
    per_subject = np.divide(1.0, n_at_risk, out=np.zeros(m), where=here)
    drift = np.cumsum(hazard * per_subject)
    # U, a subject's derivative of the mean: each event adds 1/Y, time at risk takes off the drift
    order = np.lexsort((starts, codes))
    change = (events * per_subject[last] - (drift[last] - drift[first]))[order]
    total = np.cumsum(change) - change
    new = np.concatenate([[True], codes[order][1:] != codes[order][:-1]])
    at_start = np.empty(stops.size)
    at_start[order] = total - total[new][np.cumsum(new) - 1]
    # the sum of U squared grows at each event time by 2 U dU + dU squared, dU = (dN - h) / Y
    intercept = at_start + drift[first]
    drift_before = np.concatenate([[0.0], drift[:-1]])
    before = at_risk_sum(intercept) - n_at_risk * drift_before
    of_events = np.bincount(last[events], intercept[events], minlength=m) - n_events * drift_before
    growth = 2 * per_subject * (of_events - hazard * before)
    growth += per_subject**2 * n_events * (1 - hazard)
    variance = np.maximum(np.cumsum(growth), 0)[here]
    mean, std_error = np.cumsum(hazard)[here], np.sqrt(variance)
    factor = np.exp(z * std_error / mean)
    return MeanCumulativeFunction(
        values[here],
        n_at_risk[here],
        n_events[here],
        mean,
        std_error,
        mean / factor,
        mean * factor,
        int(codes.max()) + 1,
        int(events.sum()),
        float(stops.max()),
        conf_level,
    )


def andersen_gill(
    subject: ArrayLike,
    start: ArrayLike,
    stop: ArrayLike,
    event: ArrayLike,
    X: ArrayLike,
    **options: Any,
) -> CoxModel:
    """Fit the Andersen-Gill model with the robust variance of Lin, Wei, Yang and Ying.

    Parameters
    ----------
    subject, start, stop, event
        As for `mean_cumulative_function`.
    X : array_like, shape (n_rows,) or (n_rows, p)
        Covariates of the rows; 1 for treated and 0 for control.
    **options
        Keyword arguments of `cox`, such as `strata`, `ties` and `conf_level`.

    Returns
    -------
    CoxModel
        `hr` is the ratio of the mean cumulative numbers of events; its standard error holds
        whatever the dependence between a subject's events.

    Raises
    ------
    ValueError
        If an array cannot be analysed, a row has no time at risk, or a subject's rows overlap.

    Notes
    -----
    As ``coxph(Surv(start, stop, event) ~ X, cluster = subject)`` in R's survival.

    References
    ----------
    Andersen PK, Gill RD (1982). Cox's regression model for counting processes. Ann Stat
    10:1100-1120. Lin DY, Wei LJ, Yang I, Ying Z (2000). Semiparametric regression for the mean
    and rate functions of recurrent events. J R Stat Soc B 62:711-730.

    Examples
    --------
    >>> from trialbook.survival import andersen_gill
    >>> patient = [1, 1, 1, 2, 2, 3, 4, 4]
    >>> start = [0, 2, 5, 0, 4, 0, 0, 3]
    >>> stop = [2, 5, 9, 4, 8, 7, 3, 6]
    >>> event = [1, 1, 0, 1, 0, 0, 1, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0]
    >>> andersen_gill(patient, start, stop, event, treated).hr.round(3)
    array([1.5])
    """
    codes, starts, stops, events = _checked(subject, start, stop, event)
    return cox(stops, events, X, entry=starts, cluster=codes, **options)
