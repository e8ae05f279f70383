"""Newton-Raphson for partial likelihoods, which knows when there is no maximum."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

MOST_ITERATIONS = 100
CONVERGED = 1e-12  # of the Newton decrement: one more step leaves rounding alone
FLAT = 1e-5  # ... below which a coefficient that still strides on has no finite estimate
FLAT_ENOUGH = 1e-8  # ... and the likelihood is at its limit
STRIDE = 0.1  # in log hazard ratio over the covariate's range
BEYOND = 50.0  # a log hazard ratio over the range that no data support
FIRST_STEP = 5.0  # at most, and twice as far each time: a leap into the flat would get stuck there
ALIASED = 1e-9
SMALL = 1e-3  # information below which nothing but rounding may be left


class State(Protocol):
    """A likelihood's value and derivatives at some coefficients."""

    @property
    def loglik(self) -> float:
        """The log-likelihood."""
        ...

    @property
    def score(self) -> np.ndarray:
        """Its first derivative, shape (p,)."""
        ...

    def information(self) -> np.ndarray:
        """Return the information matrix, shape (p, p)."""
        ...


class Likelihood(Protocol):
    """What can be evaluated `at` coefficients."""

    def at(self, beta: np.ndarray) -> State:
        """Return the state at `beta`."""
        ...


@dataclass(frozen=True)
class Maximum:
    """Where Newton's method ended.

    Attributes
    ----------
    beta : array, shape (p,)
    start, end : State
    monotone : array of bool, shape (p,)
        Coefficients that run off to infinity while the likelihood no longer changes.
    converged : bool
    iterations : int
    """

    beta: np.ndarray
    start: State
    end: State
    monotone: np.ndarray
    converged: bool
    iterations: int


def independent(information: np.ndarray) -> np.ndarray:
    """Return which columns are not combinations of earlier ones, nor constant, shape (p,)."""
    p = information.shape[0]
    keep = np.zeros(p, dtype=bool)
    for j in range(p):
        left = information[j, j]
        if keep.any():
            cross = information[keep, j]
            left = left - cross @ np.linalg.solve(information[np.ix_(keep, keep)], cross)
        keep[j] = left > ALIASED * max(information[j, j], SMALL)
    return keep


def maximize(
    likelihood: Likelihood,
    beta: np.ndarray,
    free: np.ndarray | None = None,
    *,
    tolerance: float = CONVERGED,
) -> Maximum:
    """Maximize a likelihood over the coefficients that are free.

    Parameters
    ----------
    likelihood : Likelihood
        Of covariates scaled to a range of about 1. One that says it is ``bounded`` has its
        maximum at finite coefficients: none runs off, however slow the steps. Its information
        is that of the likelihood within; how much more it bends is learnt from the last step.
    beta : array, shape (p,)
        Where to start; coefficients that are not free stay.
    free : array of bool, shape (p,), optional
        Default: all that are not aliased at the start.
    tolerance : float
        Of the Newton decrement (the square of the step in standard errors) before the last step.

    Returns
    -------
    Maximum
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        start = state = likelihood.at(beta)
        information = start.information()
        free = independent(information) if free is None else free
        monotone = np.zeros(beta.size, dtype=bool)
        if not free.any():
            return Maximum(beta, start, start, monotone, True, 0)
        step = np.zeros(beta.size)
        bounded, bend = getattr(likelihood, "bounded", False), 1.0
        for iteration in range(1, MOST_ITERATIONS + 1):
            inner = information[np.ix_(free, free)]
            if not np.isfinite(inner).all() or np.linalg.matrix_rank(inner) < inner.shape[0]:
                return Maximum(beta, start, state, monotone, bool(monotone.any()), iteration)
            before, step = step, np.zeros(beta.size)
            step[free] = np.linalg.solve(inner, state.score[free]) / bend
            decrement = step @ state.score
            if decrement < FLAT and not bounded:
                # near a maximum a step is a small part of the one before
                strides = (np.abs(step) > STRIDE) & (np.abs(step) > np.abs(before) / 2)
                monotone |= strides | (np.abs(beta) > BEYOND)
            farthest = FIRST_STEP * 2**iteration
            step *= min(1.0, farthest / np.abs(step).max(initial=farthest))
            left, (beta, state) = (beta, state), _climb(likelihood, beta, step, state)
            if bounded:
                bend = _bend(beta - left[0], left[1].score - state.score, information)
            information = state.information()
            if decrement < (FLAT_ENOUGH if monotone.any() else tolerance):
                return Maximum(beta, start, state, monotone, True, iteration)
    return Maximum(beta, start, state, monotone, False, MOST_ITERATIONS)


def _bend(moved: np.ndarray, fallen: np.ndarray, information: np.ndarray) -> float:
    """Return how much more a score fell over a step than the information says, 1 to 4."""
    expected = moved @ information @ moved
    return float(np.clip(moved @ fallen / expected, 1, 4)) if expected > 0 else 1.0


def _climb(
    likelihood: Likelihood, beta: np.ndarray, step: np.ndarray, state: State
) -> tuple[np.ndarray, State]:
    """Take the step, halved until the likelihood does not fall."""
    slack = 1e-9 * (1 + abs(state.loglik))
    for halvings in range(30):
        moved = likelihood.at(beta + step / 2**halvings)
        if moved.loglik >= state.loglik - slack:
            return beta + step / 2**halvings, moved
    return beta, state
