"""Simulated annealing towards printed figures, many candidate changes at a time."""

from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np

from .targets import Target

DECIMALS = 10
"""Losses are compared after rounding, so that the last bit of a sum decides nothing."""


class Problem(Protocol):
    """What is searched: a state, changes of it, and the statistics after each change."""

    def propose(self, state: Any, rng: np.random.Generator, size: int) -> Any:
        """Return `size` possible changes of the state."""

    def measure(self, state: Any, changes: Any) -> dict[str, np.ndarray]:
        """Return, by name, each statistic after every change; shape (size,)."""

    def apply(self, state: Any, changes: Any, which: int) -> Any:
        """Return the state after one of the changes."""


class NotReached(RuntimeError):
    """The search ended before every target was met."""


def loss(targets: Iterable[Target], measured: dict[str, np.ndarray]) -> np.ndarray:
    """Return the sum of squared misses; zero where every target is met."""
    return np.sum([target.miss(measured[target.name]) ** 2 for target in targets], axis=0).round(
        DECIMALS
    )


def anneal(
    problem: Problem,
    state: Any,
    targets: Iterable[Target],
    rng: np.random.Generator,
    *,
    what: str = "",
    batch: int = 128,
    rounds: int = 4000,
    temperature: tuple[float, float] = (3.0, 0.001),
    restarts: int = 6,
    report=None,
):
    """Search a state that meets all targets.

    A batch of changes is measured at once; the first that the Metropolis rule accepts is made and
    the rest are forgotten, which is the chain that proposes one change at a time (Metropolis and
    others, J Chem Phys 1953;21:1087; Kirkpatrick and others, Science 1983;220:671). The
    temperature falls geometrically and starts again at half its height when a run ends in vain.

    Parameters
    ----------
    problem : Problem
    state
        Where to start; never changed, only replaced.
    targets : iterable of Target
        Every one names a statistic that ``problem.measure`` returns.
    rng : numpy.random.Generator
    what : str
        What is searched, for the report and the error.
    batch, rounds, restarts : int
        Changes per round, rounds per run, runs after the first.
    temperature : tuple of float
        At the start and at the end of a run, in squared half widths of a target.
    report : callable, optional
        Called as ``report(what, done, loss)`` now and then, `done` between 0 and 1.

    Returns
    -------
    The state, with zero loss.

    Raises
    ------
    NotReached
        Naming the targets that were missed by the best state.
    """
    targets = tuple(targets)
    current, best, missed = np.inf, np.inf, []
    start, end = temperature
    for run in range(restarts + 1):
        heat = start / 2**run
        for step in range(rounds):
            if report and step % 100 == 0:
                report(what, (run + step / rounds) / (restarts + 1), current)
            t = heat * (end / heat) ** (step / rounds)
            changes = problem.propose(state, rng, batch)
            measured = problem.measure(state, changes)
            losses = loss(targets, measured)
            accepted = np.log(rng.random(len(losses))) < (current - losses) / t
            if not accepted.any():
                continue
            which = int(accepted.argmax())
            state, current = problem.apply(state, changes, which), losses[which]
            if current < best:
                best = current
                missed = [t.name for t in targets if t.miss(measured[t.name][which : which + 1])[0]]
            if current == 0:
                return state
    raise NotReached(f"{what}: not reached after {restarts + 1} runs, missed {', '.join(missed)}")
