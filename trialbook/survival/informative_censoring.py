"""What if censored patients differ? The tipping point, and the extreme cases.

The main analysis takes a censored patient's risk to go on as that of the patients still followed.
Here the patients for whom this is in doubt (those who withdrew, say) fare worse and worse, until
the effect is no longer significant.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from trialbook.survival import validation
from trialbook.survival.imputation import (
    ImputedEffect,
    as_deltas,
    censored_trial,
    effect_of,
    imputed_effects,
)

ARMS = ("treated", "control", "both")


@dataclass(frozen=True)
class TippingPoint:
    """Effects over a range of deltas, and where significance is lost.

    Attributes
    ----------
    deltas : array, shape (k,)
        Ascending.
    effects : tuple of ImputedEffect
    delta : float
        The tipping point: where the P value first reaches alpha, interpolated between the deltas
        beside it; NaN where it does so nowhere, or the effect at the first delta is not
        significant (there is nothing to tip).
    alpha : float

    Examples
    --------
    None of these values of delta changes the answer: the effect was not significant before.

    >>> from trialbook.survival import tipping_point
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> found = tipping_point(time, event, treated, deltas=[1, 2, 4], n_imputations=10, seed=1)
    >>> found.deltas, found.delta
    (array([1., 2., 4.]), nan)
    """

    deltas: np.ndarray
    effects: tuple[ImputedEffect, ...]
    delta: float
    alpha: float


@dataclass(frozen=True)
class ExtremeCases:
    """Hazard ratios when doubtful patients of one arm fail at once, those of the other never.

    Attributes
    ----------
    worst, best : ImputedEffect
        Worst for the treated arm: its doubtful patients have the event when they are censored,
        those of the control arm stay free of it to the horizon. Best is the reverse.

    Examples
    --------
    >>> from trialbook.survival import extreme_cases
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> found = extreme_cases(time, event, treated)
    >>> bool(found.best.hr < found.worst.hr)
    True
    """

    worst: ImputedEffect
    best: ImputedEffect


def tipping_point(
    time: ArrayLike,
    event: ArrayLike,
    treated: ArrayLike,
    *,
    deltas: ArrayLike,
    arm: str = "treated",
    impute: ArrayLike | None = None,
    horizon: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    like: str = "own",
    n_imputations: int = 100,
    seed: int = 0,
    ties: str = "efron",
    conf_level: float = 0.95,
    alpha: float = 0.05,
) -> TippingPoint:
    """Find how far from random censoring must be until the effect is no longer significant.

    Parameters
    ----------
    time, event, treated, impute, horizon, strata, like, n_imputations, seed, ties, conf_level
        As for `delta_adjusted`.
    deltas : array_like, shape (k,)
        Values of delta, 1 among them as a rule; sorted if they are not.
    arm : {"treated", "control", "both"}
        The arm whose chosen patients are imputed with delta; those of the other arm stay as
        they were observed.
    alpha : float
        Two-sided level of significance.

    Returns
    -------
    TippingPoint

    Raises
    ------
    ValueError
        As for `delta_adjusted`, or if no delta is given.

    References
    ----------
    As for `delta_adjusted`.

    Examples
    --------
    >>> from trialbook.survival import tipping_point
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> found = tipping_point(time, event, treated, deltas=[1, 2, 4], n_imputations=10, seed=1)
    >>> len(found.effects)
    3
    """
    validation.one_of(arm, ARMS, "arm")
    if not 0 < alpha < 1:
        raise ValueError(f"alpha: must lie between 0 and 1, got {alpha}.")
    grid = np.unique(validation.as_numbers(np.atleast_1d(deltas), "deltas"))
    trial = censored_trial(time, event, treated, impute, horizon, strata)
    if arm != "both":
        kept = trial.chosen & (trial.treated == (arm == "treated"))
        trial = replace(trial, chosen=kept)
    effects = imputed_effects(
        trial,
        [as_deltas(delta, trial.time.size) for delta in grid],
        like=like,
        n_imputations=n_imputations,
        seed=seed,
        ties=ties,
        conf_level=conf_level,
    )
    return TippingPoint(grid, effects, _tips(grid, [e.p_value for e in effects], alpha), alpha)


def _tips(deltas: np.ndarray, p_values: list[float], alpha: float) -> float:
    """Return the delta at which the P value first reaches alpha; linear in the log P value."""
    p = np.array(p_values)
    lost = np.flatnonzero(~(p < alpha))
    if not lost.size or lost[0] == 0 or np.isnan(p[lost[0]]):
        return np.nan
    after, before = lost[0], lost[0] - 1
    low, high, level = np.log(np.maximum(np.array([p[before], p[after], alpha]), 1e-300))
    share = (level - low) / (high - low)
    return float(deltas[before] + share * (deltas[after] - deltas[before]))


def extreme_cases(
    time: ArrayLike,
    event: ArrayLike,
    treated: ArrayLike,
    *,
    impute: ArrayLike | None = None,
    horizon: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    ties: str = "efron",
    conf_level: float = 0.95,
) -> ExtremeCases:
    """Estimate the hazard ratio in the worst and in the best case for the treated arm.

    Parameters
    ----------
    time, event, treated, impute, horizon, strata, ties, conf_level
        As for `delta_adjusted`.

    Returns
    -------
    ExtremeCases
        The ends between which every rule of imputation lies, as a rule.

    Raises
    ------
    ValueError
        As for `delta_adjusted`.

    References
    ----------
    National Research Council (2010). The Prevention and Treatment of Missing Data in Clinical
    Trials, chapter 5. Washington: National Academies Press.

    Examples
    --------
    >>> from trialbook.survival import extreme_cases
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> found = extreme_cases(time, event, treated)
    >>> round(float(found.worst.hr), 3), round(float(found.best.hr), 3)
    (0.97, 0.387)
    """
    trial = censored_trial(time, event, treated, impute, horizon, strata)
    cases = []
    for fails in (trial.treated, ~trial.treated):
        events = trial.event | (trial.chosen & fails)
        times = np.where(trial.chosen & ~fails, trial.horizon, trial.time)
        cases.append(effect_of(trial, times, events, ties, conf_level))
    return ExtremeCases(*cases)
