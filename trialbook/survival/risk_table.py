"""The one sort: what happened at each distinct time, and how many were at risk.

Kaplan-Meier, log-rank, Cox by arm, RMST and the proportional-hazards test need nothing of the
data but these counts, so patients are sorted once and everything after is a cumulative sum.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from trialbook.survival import validation

TIED = np.sqrt(np.finfo(float).eps)


def distinct_times(*times: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the distinct times, ascending, and for each array the index of its values in them.

    Times that differ by rounding alone are one time: neighbours no further apart than 1.5e-8,
    absolutely or relative to the mean of the distinct times (the rule of R's ``aeqSurv``, which
    every fit of the survival package applies). The first of such a run stands for all.

    Parameters
    ----------
    *times : arrays of float
        Exit times, and entry times where there are any: they are compared with one another.

    Returns
    -------
    values : array, shape (m,)
    indices : list of arrays of int, one for each of `times`
    """
    pooled = times[0] if len(times) == 1 else np.concatenate(times)
    values, index = _distinct(pooled)
    return values, np.split(index, np.cumsum([t.size for t in times])[:-1])


def _distinct(pooled: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct values and the inverse; whole days are counted rather than sorted."""
    low, high = pooled.min(), pooled.max()
    if low >= 0 and high <= 4 * pooled.size + 10_000:
        days = pooled.astype(np.intp)
        if np.array_equal(days, pooled):
            present = np.bincount(days) > 0
            return np.flatnonzero(present).astype(float), (np.cumsum(present) - 1)[days]
    order = np.argsort(pooled)
    ordered = pooled[order]
    gaps = np.diff(ordered, prepend=-np.inf)
    first = gaps > TIED * max(1.0, np.abs(ordered[gaps > 0]).mean())
    index = np.empty(pooled.size, dtype=np.intp)
    index[order] = np.cumsum(first) - 1
    return ordered[first], index


def snapped(at: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return time points, each moved onto a distinct time that differs by rounding alone.

    Parameters
    ----------
    at : array of float, shape (k,)
        Landmarks, a horizon.
    values : array of float, shape (m,)
        Distinct times, ascending, see `distinct_times`, whose rule this is.
    """
    after = np.searchsorted(values, at)
    near = np.stack([values[np.maximum(after - 1, 0)], values[np.minimum(after, values.size - 1)]])
    nearest = np.where(np.abs(near[0] - at) < np.abs(near[1] - at), near[0], near[1])
    tied = np.abs(nearest - at) <= TIED * max(1.0, np.abs(values).mean())
    return np.where(tied, nearest, at)


def reverse_cumsum(counts: np.ndarray) -> np.ndarray:
    """Return the sum of each element and all that follow, along the last axis."""
    return np.cumsum(counts[..., ::-1], axis=-1)[..., ::-1]


@dataclass(frozen=True)
class RiskTable:
    """Counts per group at each distinct time, per stratum.

    Attributes
    ----------
    time : array, shape (m,)
        Distinct times, ascending within each stratum.
    stratum : array of int, shape (m,)
        Stratum of each row, ascending.
    n_at_risk, n_events, n_censored : arrays, shape (k, m)
        Per group: at risk just before the time (entered before it, AVAL >= time), and what
        happened at it. Whole numbers, or sums of weights.
    deaths : array of int, shape (m,)
        Number of patients with the event, all groups, whatever their weights.
    """

    time: np.ndarray
    stratum: np.ndarray
    n_at_risk: np.ndarray
    n_events: np.ndarray
    n_censored: np.ndarray
    deaths: np.ndarray

    @property
    def _counts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return self.n_at_risk, self.n_events, self.n_censored

    def event_rows(self) -> "RiskTable":
        """Return the rows at which an event happened in any group."""
        return self._event_rows

    @cached_property
    def _event_rows(self) -> "RiskTable":
        return self.rows(self.deaths > 0)

    def rows(self, keep: np.ndarray) -> "RiskTable":
        """Return the rows where the mask `keep` is true."""
        if keep.all():
            return self
        at_risk, events, censored = (np.compress(keep, one, axis=1) for one in self._counts)
        return RiskTable(
            self.time[keep], self.stratum[keep], at_risk, events, censored, self.deaths[keep]
        )


@dataclass(frozen=True)
class RankedTimes:
    """Every patient's time as the number of a distinct time: the result of the one sort.

    Attributes
    ----------
    times : array, shape (m,)
        Distinct times of exit and entry, ascending.
    exit : array of int, shape (n,)
        Where each patient's exit stands in `times`.
    entry : array of int, shape (n,), or None
        Where each patient's entry stands in `times`.
    """

    times: np.ndarray
    exit: np.ndarray
    entry: np.ndarray | None = None


def rank_times(time: np.ndarray, entry: np.ndarray | None = None) -> RankedTimes:
    """Sort validated times.

    Raises
    ------
    ValueError
        If an entry equals its exit up to rounding.
    """
    if entry is None:
        values, (exit_at,) = distinct_times(time)
        return RankedTimes(values, exit_at)
    values, (exit_at, entry_at) = distinct_times(time, entry)
    if (entry_at >= exit_at).any():
        raise ValueError("entry: some entry times equal the exit up to rounding; widen them.")
    return RankedTimes(values, exit_at, entry_at)


def risk_table(
    ranked: RankedTimes,
    event: np.ndarray,
    group: np.ndarray | None = None,
    *,
    strata: np.ndarray | None = None,
    weights: np.ndarray | None = None,
) -> RiskTable:
    """Count events, censorings and patients at risk at each distinct time.

    Parameters
    ----------
    ranked : RankedTimes
        Of exit times and, with left truncation, entry times: a patient is at risk from just
        after the entry up to the exit.
    event : array of bool, shape (n,)
    group, strata : arrays of int, shape (n,), optional
        Codes from 0; one group, one stratum by default.
    weights : array of float, shape (n,), optional

    Returns
    -------
    RiskTable
    """
    values, exit_row, entry_row = ranked.times, ranked.exit, ranked.entry
    stratum = np.zeros(values.size, dtype=np.intp)
    if strata is not None:
        both = (exit_row,) if entry_row is None else (exit_row, entry_row)
        keys = np.concatenate([strata * values.size + row for row in both])
        used, compact = np.unique(keys, return_inverse=True)
        exit_row = compact[: event.size]
        entry_row = None if entry_row is None else compact[event.size :]
        stratum, values = used // values.size, values[used % values.size]
    m = values.size
    k = 1 if group is None else int(group.max()) + 1
    cell = exit_row if group is None else group * m + exit_row
    counts = _count(cell + k * m * event, 2 * k * m, weights).reshape(2, k, m)
    n_at_risk = reverse_cumsum(counts.sum(axis=0))
    if entry_row is not None:
        cell = entry_row if group is None else group * m + entry_row
        n_at_risk = n_at_risk - reverse_cumsum(_count(cell, k * m, weights).reshape(k, m))
    if strata is not None:
        # those of later strata are at risk elsewhere
        after = np.append(n_at_risk, np.zeros((k, 1), n_at_risk.dtype), axis=1)
        n_at_risk = n_at_risk - after[:, np.searchsorted(stratum, stratum, side="right")]
    deaths = counts[1].sum(axis=0) if weights is None else np.bincount(exit_row[event], minlength=m)
    return RiskTable(values, stratum, n_at_risk, counts[1], counts[0], deaths)


def _count(cell: np.ndarray, size: int, weights: np.ndarray | None) -> np.ndarray:
    return np.bincount(cell, weights=weights, minlength=size)


def as_survival(
    time: ArrayLike, event: ArrayLike, *, weights: ArrayLike | None, entry: ArrayLike | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None, np.ndarray | None]:
    """Return validated ``(time, event, weights, entry)``."""
    times = validation.as_times(time)
    return (
        times,
        validation.as_flags(event, times.size),
        validation.as_weights(weights, times.size),
        validation.as_entry(entry, times),
    )
