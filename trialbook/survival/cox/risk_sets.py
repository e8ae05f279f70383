"""Who is at risk at each event time, as two linear maps between rows and event times.

A Cox model needs of the data only sums over risk sets and over the patients who have the event.
Both are linear: *at risk* and *dead* map a value per row to a sum per event time, their adjoints
map a value per event time back. A row is a patient, or, where the covariates take few distinct
values (two arms, say), all patients who share them: then the sums cost what the number of
distinct event times costs, however many patients there are.
"""

import itertools
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from trialbook.survival.risk_table import RankedTimes, RiskTable, risk_table

MOST_PATTERNS = 8


@dataclass(frozen=True)
class PatternSets:
    """Risk sets of rows that stand for all patients with the same covariates.

    Attributes
    ----------
    X : array, shape (r, p)
        Covariates of each row.
    time, stratum, deaths, death_weight : array, shape (m,)
        Event times, ascending within strata; patients with the event, and their sum of weights.
    n_at_risk, n_events : array, shape (r, m)
        Sums of weights.
    """

    X: np.ndarray
    time: np.ndarray
    stratum: np.ndarray
    deaths: np.ndarray
    n_at_risk: np.ndarray
    n_events: np.ndarray

    @cached_property
    def death_weight(self) -> np.ndarray:
        """Sum of the weights of those with the event at each time."""
        return self.n_events.sum(axis=0)

    @cached_property
    def event_weight(self) -> np.ndarray:
        """Sum of the weights of the events of each row."""
        return self.n_events.sum(axis=1)

    def at_risk(self, values: np.ndarray) -> np.ndarray:
        """Sum the rows' values over each risk set."""
        # so, and not n_at_risk' values: a product of few long rows is the faster
        return (values.T @ self.n_at_risk).T

    def at_risk_adjoint(self, values: np.ndarray) -> np.ndarray:
        """Sum the event times' values over the risk sets of each row."""
        return self.n_at_risk @ values

    def dead(self, values: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Sum the rows' values over the events at the times numbered `rows`."""
        return self._events_at(rows).T @ values

    def dead_adjoint(self, values: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Sum the values of the event times numbered `rows` over the events of each row."""
        return self._events_at(rows) @ values

    def _events_at(self, rows: np.ndarray) -> np.ndarray:
        every = rows.size == self.deaths.size
        return self.n_events if every else np.take(self.n_events, rows, axis=1)


@dataclass(frozen=True)
class PatientSets:
    """Risk sets of patients: each is at risk at the event times numbered first to last.

    Attributes
    ----------
    X : array, shape (n, p)
    time, stratum, deaths : array, shape (m,)
        Event times, ascending within strata, and the number of patients with the event.
    first, last : array of int, shape (n,)
        The patient is at risk at event times first, ..., last - 1 (none where they are equal).
    late : array of bool, shape (n,)
        The patient entered after the first event time of the stratum.
    event_row : array of int, shape (n,)
        Number of the event time of those with the event, -1 of others.
    weights : array, shape (n,)
    """

    X: np.ndarray
    time: np.ndarray
    stratum: np.ndarray
    deaths: np.ndarray
    first: np.ndarray
    last: np.ndarray
    late: np.ndarray
    event_row: np.ndarray
    weights: np.ndarray

    @cached_property
    def event_weight(self) -> np.ndarray:
        """Weight of each patient with the event, 0 of others."""
        return np.where(self.event_row >= 0, self.weights, 0.0)

    @cached_property
    def death_weight(self) -> np.ndarray:
        """Sum of the weights of those with the event at each time."""
        return self.dead(np.ones(self.weights.size), np.arange(self.deaths.size))

    def _scatter(self, row: np.ndarray) -> sparse.csr_array:
        """Return the matrix that adds each patient's weighted value to a row (-1: to none)."""
        kept = np.flatnonzero(row >= 0)
        shape = (self.time.size, row.size)
        return sparse.csr_array((self.weights[kept], (row[kept], kept)), shape=shape)

    @cached_property
    def _present(self) -> np.ndarray:
        return self.last > self.first

    @cached_property
    def _leaves(self) -> sparse.csr_array:
        return self._scatter(np.where(self._present, self.last - 1, -1))

    @cached_property
    def _enters(self) -> sparse.csr_array:
        return self._scatter(np.where(self._present & self.late, self.first - 1, -1))

    @cached_property
    def _dies(self) -> sparse.csr_array:
        return self._scatter(self.event_row)

    @cached_property
    def _strata(self) -> list[slice]:
        edges = np.append(np.flatnonzero(np.diff(self.stratum, prepend=-1)), self.time.size)
        return [slice(*pair) for pair in itertools.pairwise(edges)]

    def at_risk(self, values: np.ndarray) -> np.ndarray:
        """Sum the patients' values over each risk set."""
        sums = self._leaves @ values
        if self.late.any():
            sums = sums - self._enters @ values
        # stratum by stratum: in one sum over all, a stratum's large risks would drown the others
        for rows in self._strata:
            sums[rows] = np.cumsum(sums[rows][::-1], axis=0)[::-1]
        return sums

    def at_risk_adjoint(self, values: np.ndarray) -> np.ndarray:
        """Sum the event times' values over the risk sets of each patient."""
        until = np.zeros((self.time.size + 1, *values.shape[1:]), values.dtype)
        for rows in self._strata:
            until[rows] = np.cumsum(values[rows], axis=0)
        sums = until[np.where(self._present, self.last - 1, -1)]
        if self.late.any():
            sums = sums - until[np.where(self._present & self.late, self.first - 1, -1)]
        return (self.weights * sums.T).T

    def dead(self, values: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Sum the patients' values over the events at the times numbered `rows`."""
        return (self._dies @ values)[rows]

    def dead_adjoint(self, values: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Sum the values of the event times numbered `rows` over the events of each patient."""
        at_events = np.zeros((self.deaths.size, *values.shape[1:]), values.dtype)
        at_events[rows] = values
        return (self.event_weight * at_events[self.event_row].T).T


RiskSets = PatternSets | PatientSets


def risk_sets(
    ranked: RankedTimes,
    event: np.ndarray,
    X: np.ndarray,
    *,
    strata: np.ndarray | None = None,
    weights: np.ndarray | None = None,
    by_patient: bool = False,
) -> RiskSets:
    """Return the risk sets of validated data, of rows by pattern where that is cheaper.

    Parameters
    ----------
    ranked : RankedTimes
        Of exit and, with left truncation, entry times.
    event, X, strata, weights
        Validated arrays, one row per patient; `strata` are codes from 0.
    by_patient : bool
        Rows must be patients (residuals are asked for).
    """
    code = None if by_patient else patterns(X)
    if code is None:
        return _patient_sets(ranked, event, X, strata, weights)
    table = risk_table(ranked, event, code, strata=strata, weights=weights)
    return pattern_sets(X[np.unique(code, return_index=True)[1]], table)


def pattern_sets(X: np.ndarray, table: RiskTable) -> PatternSets:
    """Return the risk sets of patterns of covariates, shape (k, p), from their counts."""
    rows = table.event_rows()
    return PatternSets(
        X,
        rows.time,
        rows.stratum,
        rows.deaths,
        rows.n_at_risk.astype(float),
        rows.n_events.astype(float),
    )


def patterns(X: np.ndarray) -> np.ndarray | None:
    """Return a code from 0 for each distinct row of X, or None where there are too many."""
    if len(np.unique(X[:1000], axis=0)) > MOST_PATTERNS:
        return None
    code = np.zeros(X.shape[0], dtype=np.intp)
    for column in X.T:
        # two values need no table to be told apart
        own, n_own = _codes(column)
        if n_own > MOST_PATTERNS:
            return None
        code, n_patterns = _codes(code * n_own + own)
        if n_patterns > MOST_PATTERNS:
            return None
    return code


def _codes(column: np.ndarray) -> tuple[np.ndarray, int]:
    """Return codes from 0 and their number; quick where there are two values at most."""
    low, high = column.min(), column.max()
    is_high = column == high
    if np.array_equal(is_high, column > low) and low != high:
        return is_high.astype(np.intp), 2
    values, codes = np.unique(column, return_inverse=True)
    return codes, values.size


def _patient_sets(
    ranked: RankedTimes,
    event: np.ndarray,
    X: np.ndarray,
    strata: np.ndarray | None,
    weights: np.ndarray | None,
) -> PatientSets:
    m = ranked.times.size
    stratum = np.zeros(event.size, dtype=np.intp) if strata is None else strata
    exit_key = stratum * m + ranked.exit
    event_keys, deaths = np.unique(exit_key[event], return_counts=True)
    last = np.searchsorted(event_keys, exit_key, side="right")
    first = start = np.searchsorted(event_keys, stratum * m)
    if ranked.entry is not None:
        first = np.searchsorted(event_keys, stratum * m + ranked.entry, side="right")
    return PatientSets(
        X,
        ranked.times[event_keys % m],
        event_keys // m,
        deaths,
        first,
        last,
        first > start,
        np.where(event, last - 1, -1),
        np.ones(event.size) if weights is None else weights,
    )
