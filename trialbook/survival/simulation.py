"""Simulated trials: the power of a log-rank test under any piecewise-constant hazards.

Trials are simulated and tested in chunks, each with a stream of random numbers of its own, so the
result depends on the seed alone: not on the number of cores, nor on the machines of a cluster.
"""

import functools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from trialbook.survival import batched
from trialbook.survival.validation import check_conf_level

CHUNK = 2**18  # patients simulated together: some 20 MB, whatever the number of trials


@dataclass(frozen=True)
class PiecewiseHazard:
    """A hazard that is constant between cut points.

    Attributes
    ----------
    rates : tuple of float
        Hazards per unit of time; the last holds from the last cut point on.
    cuts : tuple of float
        Cut points, ascending, one fewer than rates.

    Examples
    --------
    Twice the hazard from month 6 on.

    >>> from trialbook.survival import PiecewiseHazard
    >>> late = PiecewiseHazard((0.01, 0.02), (6,))
    >>> late.cumulative([6, 12]).round(3)
    array([0.06, 0.18])
    """

    rates: tuple[float, ...]
    cuts: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        rates, cuts = np.asarray(self.rates, float), np.asarray(self.cuts, float)
        if rates.ndim != 1 or len(rates) != len(cuts) + 1:
            raise ValueError(
                f"cuts: {len(cuts)} cut points part time into {len(cuts) + 1} pieces, but there "
                f"are {rates.size} rates; give one rate for each piece."
            )
        if not np.isfinite(rates).all() or (rates < 0).any():
            raise ValueError(f"rates: must be finite and not negative, got {self.rates}.")
        if not np.isfinite(cuts).all() or (np.diff(cuts, prepend=0.0) <= 0).any():
            raise ValueError(f"cuts: must be positive and ascending, got {self.cuts}.")

    def cumulative(self, time: ArrayLike) -> np.ndarray:
        """Return the cumulative hazard at each time."""
        starts = np.r_[0.0, self.cuts]
        ends = np.r_[self.cuts, np.inf]
        spent = np.clip(np.asarray(time, float)[..., None], starts, ends) - starts
        return spent @ np.asarray(self.rates, float)

    def times(self, cumulative: np.ndarray) -> np.ndarray:
        """Return the times at which the cumulative hazard is reached; inf where it never is."""
        starts = np.r_[0.0, self.cuts]
        rates = np.asarray(self.rates, float)
        reached = self.cumulative(starts)
        if len(rates) == 1 and rates[0] > 0:
            return cumulative / rates[0]
        # side="right" passes over pieces without hazard, except the last: there it stays for ever
        piece = np.searchsorted(reached, cumulative, side="right") - 1
        slope = np.divide(1.0, rates, out=np.zeros(len(rates)), where=rates > 0)
        time = starts[piece] + (cumulative - reached[piece]) * slope[piece]
        return time if rates[-1] > 0 else np.where(piece == len(rates) - 1, np.inf, time)


@dataclass(frozen=True)
class SimulatedTrials:
    """Results of simulated trials, one entry per trial.

    Attributes
    ----------
    z, p_value : arrays, shape (n_trials,)
        Log-rank statistic, negative where the treated arm does better, and two-sided P value;
        NaN for a trial whose test is not estimable (it counts as not significant).
    n_events : array, shape (n_trials,)
        Observed events in both arms together.
    coef, std_error : arrays, shape (n_trials,), or None
        Log hazard ratio of a Cox model (Efron) and its standard error, where asked for.

    Examples
    --------
    >>> from trialbook.survival import simulate_trials
    >>> trials = simulate_trials(
    ...     200, n_treated=80, n_control=80, hazard_treated=0.02, hazard_control=0.04,
    ...     follow_up=24, seed=1,
    ... )
    >>> bool(trials.power().power > 0.7)
    True
    """

    z: np.ndarray
    p_value: np.ndarray
    n_events: np.ndarray
    coef: np.ndarray | None = None
    std_error: np.ndarray | None = None

    def power(self, alpha: float = 0.05, *, conf_level: float = 0.95) -> "SimulatedPower":
        """Proportion of trials with a P value below `alpha`, with its simulation error.

        Returns
        -------
        SimulatedPower
            Its interval is that of Clopper and Pearson: what more trials would narrow.
        """
        check_conf_level(conf_level)
        if not 0 < alpha < 1:
            raise ValueError(f"alpha: must lie between 0 and 1, got {alpha}.")
        n, significant = len(self.p_value), int((self.p_value < alpha).sum())
        interval = stats.binomtest(significant, n).proportion_ci(conf_level)
        power = significant / n
        return SimulatedPower(
            power,
            float(np.sqrt(power * (1 - power) / n)),
            float(interval.low),
            float(interval.high),
        )


@dataclass(frozen=True)
class SimulatedPower:
    """Power with its Monte Carlo standard error and interval.

    Examples
    --------
    >>> from trialbook.survival import simulate_trials
    >>> trials = simulate_trials(
    ...     200, n_treated=80, n_control=80, hazard_treated=0.02, hazard_control=0.04,
    ...     follow_up=24, seed=1,
    ... )
    >>> found = trials.power()
    >>> bool(found.lower < found.power < found.upper)
    True
    """

    power: float
    std_error: float
    lower: float
    upper: float


@dataclass(frozen=True)
class _Design:
    """One trial's design, checked."""

    n_treated: int
    n_control: int
    hazard_treated: PiecewiseHazard
    hazard_control: PiecewiseHazard
    follow_up: float
    accrual: float
    dropout_treated: PiecewiseHazard | None
    dropout_control: PiecewiseHazard | None

    def simulate(self, n_trials: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return time and event of `n_trials` trials, the treated arm's patients first."""
        n = self.n_treated + self.n_control
        treated, control = np.s_[:, : self.n_treated], np.s_[:, self.n_treated :]
        time = rng.standard_exponential((n_trials, n))
        time[treated] = self.hazard_treated.times(time[treated])
        time[control] = self.hazard_control.times(time[control])
        if self.accrual:
            end = self.follow_up + self.accrual * rng.random((n_trials, n))
        else:
            end = np.full((n_trials, n), float(self.follow_up))
        for arm, dropout, size in (
            (treated, self.dropout_treated, self.n_treated),
            (control, self.dropout_control, self.n_control),
        ):
            if dropout is not None:
                left = dropout.times(rng.standard_exponential((n_trials, size)))
                end[arm] = np.minimum(end[arm], left)
        event = time <= end
        return np.minimum(time, end, out=time), event


def _hazard(hazard: float | PiecewiseHazard) -> PiecewiseHazard:
    return hazard if isinstance(hazard, PiecewiseHazard) else PiecewiseHazard((hazard,))


def _chunk(design: _Design, n_trials: int, stream: np.random.SeedSequence, cox: bool) -> tuple:
    time, event = design.simulate(n_trials, np.random.Generator(np.random.SFC64(stream)))
    treated = np.arange(time.shape[1]) < design.n_treated
    test = batched.batched_log_rank(time, event, treated)
    if not cox:
        return test.z, test.p_value, test.n_events
    model = batched.batched_cox(time, event, treated)
    return test.z, test.p_value, test.n_events, model.coef, model.std_error


def simulate_trials(
    n_trials: int,
    *,
    n_treated: int,
    n_control: int,
    hazard_treated: float | PiecewiseHazard,
    hazard_control: float | PiecewiseHazard,
    follow_up: float,
    accrual: float = 0.0,
    dropout_treated: float | PiecewiseHazard = 0.0,
    dropout_control: float | PiecewiseHazard = 0.0,
    seed: int,
    cox: bool = False,
    n_jobs: int = 1,
    scheduler: str | None = None,
) -> SimulatedTrials:
    """Simulate two-arm trials with a log-rank test each.

    Parameters
    ----------
    n_trials : int
        Number of trials.
    n_treated, n_control : int
        Patients per arm of each trial.
    hazard_treated, hazard_control : float or PiecewiseHazard
        Hazards of the event per unit of time since randomization.
    follow_up : float
        Follow-up of the last patient to enter.
    accrual : float
        Time over which patients enter uniformly; 0 when each is followed for `follow_up`.
    dropout_treated, dropout_control : float or PiecewiseHazard
        Hazards of being censored early, independent of the event.
    seed : int
        Seed; the same seed gives the same trials whatever `n_jobs` and `scheduler`.
    cox : bool
        Whether to fit a Cox model to each trial too.
    n_jobs : int
        Number of cores; -1 is all, -2 all but one.
    scheduler : str, optional
        Address of a Dask scheduler (``"tcp://host:8786"``): the chunks then run on its workers.

    Returns
    -------
    SimulatedTrials
        One entry per trial, in an order fixed by the seed.

    Raises
    ------
    ValueError
        When a parameter is out of its range.
    ImportError
        When a scheduler is given and dask is not installed.

    Notes
    -----
    Memory is bounded: a chunk holds about a quarter of a million patients, and only the results
    of each trial are kept.

    Examples
    --------
    >>> from trialbook.survival import simulate_trials
    >>> trials = simulate_trials(
    ...     200, n_treated=80, n_control=80, hazard_treated=0.02, hazard_control=0.04,
    ...     follow_up=24, seed=1,
    ... )
    >>> trials.n_events.shape
    (200,)
    """
    sizes = {"n_trials": n_trials, "n_treated": n_treated, "n_control": n_control}
    for name, size in sizes.items():
        if size != int(size) or size < 1:
            raise ValueError(f"{name}: must be a whole number from 1 on, got {size}.")
    for name, value in (("follow_up", follow_up), ("accrual", accrual)):
        if not np.isfinite(value) or value < 0:
            raise ValueError(f"{name}: must be 0 or more, got {value}.")
    if follow_up + accrual == 0:
        raise ValueError("follow_up and accrual are both 0: nobody is followed.")
    design = _Design(
        int(n_treated),
        int(n_control),
        _hazard(hazard_treated),
        _hazard(hazard_control),
        follow_up,
        accrual,
        _hazard(dropout_treated) if dropout_treated != 0 else None,
        _hazard(dropout_control) if dropout_control != 0 else None,
    )
    per_chunk = max(1, CHUNK // (design.n_treated + design.n_control))
    counts = [min(per_chunk, n_trials - start) for start in range(0, int(n_trials), per_chunk)]
    streams = np.random.SeedSequence(seed).spawn(len(counts))
    chunk = functools.partial(_chunk, design, cox=cox)
    parts = _run(chunk, counts, streams, n_jobs, scheduler)
    return SimulatedTrials(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _run(
    chunk: Callable, counts: list[int], streams: list, n_jobs: int, scheduler: str | None
) -> list:
    """Run the chunks here on threads (numpy works beside Python), or on a Dask cluster."""
    if scheduler is None:
        threads = n_jobs if n_jobs > 0 else max(1, (os.cpu_count() or 1) + 1 + n_jobs)
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(chunk, counts, streams))
    try:
        from dask.distributed import Client
    except ImportError as error:
        raise ImportError(
            "scheduler: needs dask; install it with `pip install dask distributed`."
        ) from error
    with Client(scheduler, set_as_default=False) as client:
        asked = client.map(chunk, counts, streams, pure=False)
        return [future.result() for future in asked]
