"""The one sort: what happened at each distinct time, and how many were at risk.

Kaplan-Meier, log-rank, Cox by arm, RMST and the proportional-hazards test need nothing of the
data but these counts, so patients are sorted once and everything after is a cumulative sum.
"""

from dataclasses import dataclass

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
    gaps = np.diff(values)
    tied = gaps <= TIED * max(1.0, np.abs(values).mean())
    if tied.any():
        first = np.concatenate([[True], ~tied])
        values, index = values[first], (np.cumsum(first) - 1)[index]
    return values, np.split(index, np.cumsum([t.size for t in times])[:-1])


def _distinct(pooled: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return sorted unique values and the inverse; whole days are counted rather than sorted."""
    low, high = pooled.min(), pooled.max()
    if low >= 0 and high <= 4 * pooled.size + 10_000:
        days = pooled.astype(np.intp)
        if np.array_equal(days, pooled):
            present = np.bincount(days) > 0
            return np.flatnonzero(present).astype(float), (np.cumsum(present) - 1)[days]
    order = np.argsort(pooled)
    ordered = pooled[order]
    first = np.concatenate([[True], ordered[1:] != ordered[:-1]])
    index = np.empty(pooled.size, dtype=np.intp)
    index[order] = np.cumsum(first) - 1
    return ordered[first], index


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

    def event_rows(self) -> "RiskTable":
        """Return the rows at which an event happened in any group."""
        return self.rows(self.deaths > 0)

    def rows(self, keep: np.ndarray) -> "RiskTable":
        """Return the rows where the mask `keep` is true."""
        if keep.all():
            return self
        return RiskTable(
            self.time[keep],
            self.stratum[keep],
            self.n_at_risk[:, keep],
            self.n_events[:, keep],
            self.n_censored[:, keep],
            self.deaths[keep],
        )


def risk_table(
    time: np.ndarray,
    event: np.ndarray,
    group: np.ndarray | None = None,
    *,
    strata: np.ndarray | None = None,
    weights: np.ndarray | None = None,
    entry: np.ndarray | None = None,
) -> RiskTable:
    """Count events, censorings and patients at risk at each distinct time.

    Parameters
    ----------
    time : array of float, shape (n,)
        Times, validated.
    event : array of bool, shape (n,)
    group, strata : arrays of int, shape (n,), optional
        Codes from 0; one group, one stratum by default.
    weights : array of float, shape (n,), optional
    entry : array of float, shape (n,), optional
        Time of entry (left truncation); a patient is at risk from just after it.

    Returns
    -------
    RiskTable
    """
    times = (time,) if entry is None else (time, entry)
    values, (exit_row, *entry_row) = distinct_times(*times)
    if entry is not None and (entry_row[0] >= exit_row).any():
        raise ValueError("entry: some entry times equal the exit up to rounding; widen them.")
    stratum = np.zeros(values.size, dtype=np.intp)
    if strata is not None:
        keys = np.concatenate([strata * values.size + row for row in (exit_row, *entry_row)])
        used, compact = np.unique(keys, return_inverse=True)
        exit_row, *entry_row = np.split(compact, len(times))
        stratum, values = used // values.size, values[used % values.size]
    m = values.size
    k = 1 if group is None else int(group.max()) + 1
    cell = exit_row if group is None else group * m + exit_row
    counts = _count(cell + k * m * event, 2 * k * m, weights).reshape(2, k, m)
    n_at_risk = reverse_cumsum(counts.sum(axis=0))
    if entry is not None:
        cell = entry_row[0] if group is None else group * m + entry_row[0]
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
