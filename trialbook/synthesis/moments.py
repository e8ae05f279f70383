"""Means, spreads and counts of one column of values, after each of many candidate changes."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Moment:
    """A statistic of a column.

    Attributes
    ----------
    name : str
        The target that it is compared with.
    kind : str
        ``mean``, ``sd`` (with n - 1), ``geometric_mean`` or ``count``.
    of : callable, optional
        ``of(values, patients)``: what is averaged or counted, if not the value itself.
    among : ndarray of bool, optional
        The patients that count; all if not given.
    """

    name: str
    kind: str
    of: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None
    among: np.ndarray | None = None

    def terms(self, values: np.ndarray, patients: np.ndarray) -> np.ndarray:
        """Return what each value adds to the sum."""
        terms = values if self.of is None else self.of(values, patients)
        terms = np.log(terms) if self.kind == "geometric_mean" else terms.astype(float)
        return terms if self.among is None else np.where(self.among[patients], terms, 0.0)


class Column:
    """One variable on a grid, tuned by moving one or two patients at a time.

    The state is an array of whole numbers of grid steps, so no rounding ever accumulates.

    Parameters
    ----------
    unit : float
        The size of a grid step.
    lower, upper : ndarray of float, shape (patients,)
        What is possible for each patient.
    moments : sequence of Moment
    largest_step : int
        The longest move, in grid steps.
    """

    def __init__(self, unit, lower, upper, moments, *, largest_step):
        self.scale = round(1 / unit)
        self.lower = np.ceil(np.asarray(lower) * self.scale - 1e-6).astype(int)
        self.upper = np.floor(np.asarray(upper) * self.scale + 1e-6).astype(int)
        self.moments = moments
        self.largest_step = largest_step

    def steps(self, values: np.ndarray) -> np.ndarray:
        """Return values as whole grid steps inside the possible range."""
        return np.clip(np.rint(values * self.scale).astype(int), self.lower, self.upper)

    def values(self, steps: np.ndarray) -> np.ndarray:
        """Return grid steps as values."""
        return steps / self.scale

    def propose(self, state, rng, size):
        """Return the patients, shape (size, 2), and their new grid steps.

        One patient moves, or two in opposite directions, or two exchange their values; lengths
        of moves are spread evenly on the log scale.
        """
        first = rng.integers(len(state), size=size)
        second = (first + rng.integers(1, len(state), size=size)) % len(state)
        patients = np.stack([first, second], axis=1)
        length = np.floor(self.largest_step ** rng.random(size)).astype(int)
        length *= rng.choice([-1, 1], size=size)
        kind = rng.integers(3, size=size)
        old = state[patients]
        new = np.stack([old[:, 0] + length, old[:, 1] - length * (kind == 1)], axis=1)
        new = np.where((kind == 2)[:, None], old[:, ::-1], new)
        return patients, np.clip(new, self.lower[patients], self.upper[patients])

    def measure(self, state, changes):
        """Return every moment after every change."""
        patients, new = changes
        everyone = np.arange(len(state))
        measured = {}
        for moment in self.moments:
            terms = moment.terms(self.values(state), everyone)
            before = terms[patients]
            after = moment.terms(self.values(new), patients)
            n = len(state) if moment.among is None else int(moment.among.sum())
            total = terms.sum() + (after - before).sum(axis=1)
            if moment.kind == "count":
                measured[moment.name] = total
            elif moment.kind == "mean":
                measured[moment.name] = total / n
            elif moment.kind == "geometric_mean":
                measured[moment.name] = np.exp(total / n)
            else:
                squares = (terms**2).sum() + (after**2 - before**2).sum(axis=1)
                measured[moment.name] = np.sqrt((squares - total**2 / n).clip(min=0) / (n - 1))
        return measured

    def apply(self, state, changes, which):
        """Return the state after one change."""
        patients, new = changes
        changed = state.copy()
        changed[patients[which]] = new[which]
        return changed
