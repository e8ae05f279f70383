"""The max-combo test: the largest of several weighted log-rank tests.

A sensitivity analysis for curves that cross or part late, where the log-rank test loses power
(Lee 2007, Biometrics 63:177; Lin et al. 2020, Stat Biopharm Res 12:187; Karrison 2016, Stata J
16:678).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from trialbook.survival import validation
from trialbook.survival.log_rank import observed_expected, variance_of, weights_of
from trialbook.survival.normal_maximum import largest_exceeds
from trialbook.survival.risk_table import rank_times, risk_table

WEIGHTS = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0))


@dataclass(frozen=True)
class MaxCombo:
    """A max-combo test.

    Attributes
    ----------
    weights : tuple of (rho, gamma)
    z : float
        The weighted log-rank statistic of the largest size; positive: more events than expected
        among the treated. NaN: not estimable.
    p_value : float
        Two-sided, of the largest |z|, adjusted for having chosen it.
    z_each, p_each : array
        Each weighted test's statistic and two-sided P value.
    correlation : array, shape (k, k)
        Of the statistics under the null hypothesis.

    Examples
    --------
    >>> from trialbook.survival import max_combo
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> test = max_combo(time, event, treated)
    >>> test.weights
    ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0))
    >>> test.z_each.round(3)
    array([-0.629, -0.655, -0.404, -0.297])
    """

    weights: tuple[tuple[float, float], ...]
    z: float
    p_value: float
    z_each: np.ndarray
    p_each: np.ndarray
    correlation: np.ndarray


def max_combo(
    time: ArrayLike,
    event: ArrayLike,
    treated: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    weights: tuple[tuple[float, float], ...] = WEIGHTS,
) -> MaxCombo:
    """Test two arms by the largest of several Fleming-Harrington weighted log-rank tests.

    Parameters
    ----------
    time, event : array_like, shape (n,)
        As for `kaplan_meier`.
    treated : array_like of bool or 0/1, shape (n,)
    strata : array_like, shape (n,), optional
        Labels.
    entry : array_like, shape (n,), optional
        Times of entry (left truncation).
    weights : tuple of (rho, gamma)
        By default no weight, early, late, and middle.

    Returns
    -------
    MaxCombo

    Raises
    ------
    ValueError
        If an array cannot be analysed, or an arm is empty.

    Examples
    --------
    >>> from trialbook.survival import max_combo
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> round(float(max_combo(time, event, treated).p_value), 3)
    0.753
    """
    times = validation.as_times(time)
    events = validation.as_flags(event, times.size)
    arm = validation.as_treated(treated, times.size).astype(np.intp)
    stratum = None if strata is None else validation.as_labels(strata, times.size, "strata")[0]
    if not weights or any(value < 0 for pair in weights for value in pair):
        raise ValueError("weights: must be pairs (rho, gamma) of numbers, zero or positive.")
    ranked = rank_times(times, validation.as_entry(entry, times))
    table = risk_table(ranked, events, arm, strata=stratum)
    rows = table.event_rows()
    each = [weights_of(table, rho, gamma) for rho, gamma in weights]
    excess = np.array([np.subtract(*observed_expected(rows, weight))[1] for weight in each])
    covariance = np.array([[variance_of(rows, a, b)[1, 1] for b in each] for a in each])
    spread = np.sqrt(np.diag(covariance))
    defined = spread > 0
    z_each = np.full(len(each), np.nan)
    z_each[defined] = excess[defined] / spread[defined]
    correlation = np.full(covariance.shape, np.nan)
    inner = np.ix_(defined, defined)
    correlation[inner] = covariance[inner] / np.outer(spread[defined], spread[defined])
    z = p_value = np.nan
    if defined.any():
        z = float(z_each[np.nanargmax(np.abs(z_each))])
        p_value = largest_exceeds(abs(z), correlation[inner])
    return MaxCombo(tuple(weights), z, p_value, z_each, 2 * norm.sf(np.abs(z_each)), correlation)
