"""Simulated annealing towards printed figures, many candidate changes at a time."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

import numpy as np

from trialbook.synthesis.targets import Target

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


class NotReachedError(RuntimeError):
    """The search ended before every target was met."""


def until_reached(search: Callable[[], Any], attempts: int = 20) -> Any:
    """Return what a search finds, starting it anew, from other random numbers, when it fails.

    Raises
    ------
    NotReachedError
        When the last attempt fails too.
    """
    for _ in range(attempts - 1):
        try:
            return search()
        except NotReachedError:
            continue
    return search()


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
    rounds: int = 2000,
    temperature: tuple[float, float] = (1.0, 0.003),
    restarts: int = 6,
    report=None,
):
    """Search a state that meets all targets.

    In each round a batch of changes is measured at once, and one of them, or none, is made with
    a probability that falls with its loss as exp(-loss / temperature): a heat bath over a sample
    of changes (after Metropolis and others 1953; Kirkpatrick and others 1983). The temperature
    falls geometrically; a run that ends in vain is followed by one that starts half as hot.

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
    NotReachedError
        Naming the targets that the best state misses.
    """
    targets = tuple(targets)
    current, best, missed = np.inf, np.inf, []
    hot, cold = temperature
    for run in range(restarts + 1):
        for step in range(rounds):
            if report and step % 20 == 0:
                report(what, (run + step / rounds) / (restarts + 1), current)
            t = hot / 2**run * (cold / hot) ** (step / rounds)
            changes = problem.propose(state, rng, batch)
            measured = problem.measure(state, changes)
            losses = loss(targets, measured)
            choices = np.append(losses, current)
            weight = np.exp((choices.min() - choices) / t)
            which = int(np.searchsorted(weight.cumsum(), rng.random() * weight.sum()))
            if which >= len(losses):
                continue
            state, current = problem.apply(state, changes, which), losses[which]
            if current < best:
                best = current
                missed = [
                    f"{t.name} {measured[t.name][which]:.4f}"
                    for t in targets
                    if t.miss(measured[t.name][which])
                ]
            if current == 0:
                return state
    raise NotReachedError(
        f"{what}: not reached after {restarts + 1} runs; the best of them misses "
        f"{', '.join(missed)}"
    )
