"""Gray's test: is the cumulative incidence of one cause the same in two or more groups?"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from trialbook.survival import validation
from trialbook.survival.competing_risks import ROUNDING, as_cause
from trialbook.survival.risk_table import distinct_times, reverse_cumsum


@dataclass(frozen=True)
class GrayTest:
    """Gray's test.

    Attributes
    ----------
    chisq, df, p_value : float, int, float
        NaN where the test is not defined (no event of the cause).
    groups : tuple
        Labels, sorted; the order of the scores.
    score : array, shape (k,)
        Weighted observed minus expected events of each group, over all strata.
    variance : array, shape (k, k)
        Of the scores.

    Examples
    --------
    >>> from trialbook.survival import gray_test
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> cause = [1, 0, 2, 1, 0, 1, 2, 1, 0, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> test = gray_test(time, cause, treated)
    >>> test.df
    1
    """

    chisq: float
    df: int
    p_value: float
    groups: tuple[Any, ...]
    score: np.ndarray
    variance: np.ndarray


def gray_test(
    time: ArrayLike,
    cause: ArrayLike,
    group: ArrayLike,
    *,
    of: int = 1,
    strata: ArrayLike | None = None,
    rho: float = 0.0,
) -> GrayTest:
    """Test whether groups have the same cumulative incidence of one cause.

    Parameters
    ----------
    time : array_like, shape (n,)
        Time of the first event of any cause, or of censoring; zero or later.
    cause : array_like of int, shape (n,)
        0 censored, 1 the event, 2, 3, ... the competing ones.
    group : array_like, shape (n,)
        Labels of two groups or more.
    of : int
        The cause that is compared.
    strata : array_like, shape (n,), optional
        Labels; patients are compared within strata only.
    rho : float
        Weight (1 - F(t-))^rho of the pooled cumulative incidence F.

    Returns
    -------
    GrayTest

    Raises
    ------
    ValueError
        If an array cannot be analysed, or there is one group only.

    Notes
    -----
    As ``cuminc(time, cause, group, strata, rho)`` in R's cmprsk.

    References
    ----------
    Gray RJ (1988). A class of K-sample tests for comparing the cumulative incidence of a competing
    risk. Ann Stat 16:1141-1154, equation 2.6 for the score and section 2 for its variance.

    Examples
    --------
    >>> from trialbook.survival import gray_test
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> cause = [1, 0, 2, 1, 0, 1, 2, 1, 0, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> round(float(gray_test(time, cause, treated).p_value), 3)
    0.523
    """
    times = validation.as_times(time)
    causes = validation.as_causes(cause, times.size)
    codes, labels = validation.as_groups(group, times.size)
    if not rho >= 0:
        raise ValueError(f"rho: must be zero or positive, got {rho}.")
    kind = np.where(causes == as_cause(of, "of"), 1, np.where(causes > 0, 2, 0))
    stratum = np.zeros(times.size, int)
    if strata is not None:
        stratum = validation.as_labels(strata, times.size, "strata")[0]
    k = labels.size
    score, variance = np.zeros(k), np.zeros((k, k))
    for s in range(stratum.max() + 1):
        mine = stratum == s
        part, spread = _stratum(times[mine], kind[mine], codes[mine], k, rho)
        score, variance = score + part, variance + spread
    chisq = _quadratic(score[1:], variance[1:, 1:])
    return GrayTest(
        chisq, k - 1, float(stats.chi2.sf(chisq, k - 1)), tuple(labels.tolist()), score, variance
    )


def _quadratic(score: np.ndarray, variance: np.ndarray) -> float:
    """Return score' variance^-1 score; NaN where the variance cannot be inverted."""
    if not (np.diag(variance) > 0).all() or np.linalg.matrix_rank(variance) < score.size:
        return np.nan
    return float(score @ np.linalg.solve(variance, score))


def _over(numerator: np.ndarray, denominator: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Divide where the mask is true, 0 elsewhere."""
    shape = np.broadcast_shapes(np.shape(numerator), np.shape(denominator))
    return np.divide(numerator, denominator, out=np.zeros(shape), where=where)


def _before(curve: np.ndarray, at_start: float) -> np.ndarray:
    """Return a step function's left limits, along the last axis."""
    start = np.full((*curve.shape[:-1], 1), at_start)
    return np.concatenate([start, curve[..., :-1]], axis=-1)


def _stratum(
    time: np.ndarray, kind: np.ndarray, group: np.ndarray, k: int, rho: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the scores of the k groups and their variance in one stratum.

    Arrays have shape (k, m): one row for each group, one column for each time with an event.
    """
    values, (row,) = distinct_times(time)
    m = values.size
    counts = np.bincount((kind * k + group) * m + row, minlength=3 * k * m).reshape(3, k, m)
    at_risk = reverse_cumsum(counts.sum(axis=0))
    happened = counts[1:].sum(axis=(0, 1)) > 0
    if not counts[1].any():
        return np.zeros(k), np.zeros((k, k))
    at_risk, events, competing = (
        at_risk[:, happened],
        counts[1][:, happened],
        counts[2][:, happened],
    )
    here = at_risk > 0
    survival = np.cumprod(1 - _over(events + competing, at_risk, here), axis=1)
    survival_before = _before(survival, 1.0)
    incidence = np.cumsum(_over(survival_before * events, at_risk, here), axis=1)
    # the size of each group's risk set, had its competing events not thinned it out
    size = _over(at_risk, survival_before, here)
    total_size, total = size.sum(axis=0), events.sum(axis=0)
    pooled = np.cumsum(total / total_size)
    pooled_before = _before(pooled, 0.0)
    weight = np.maximum(1 - pooled_before, 0) ** rho
    subdistribution = size * (1 - _before(incidence, 0.0))
    share = subdistribution / subdistribution.sum(axis=0)
    score = (weight * (events - total * share)).sum(axis=1)

    # a[i, j]: derivative of score i with respect to the subdistribution hazard of group j
    a = weight * size[:, None] * (np.eye(k)[:, :, None] - size[None] / total_size)
    # once one group alone is at risk nothing is compared, even where the pooled estimate is 1
    compared = (here.sum(axis=0) > 1) & (total > 0)
    if (np.abs(1 - pooled_before[compared]) < ROUNDING).any():
        return score, np.full((k, k), np.nan)
    hazard = _over(total, total_size * (1 - pooled_before), compared)
    c = np.cumsum(a * hazard, axis=2)
    to_come = c[:, :, -1:] - c
    alive = survival > 0
    ratio = _over(1 - pooled, survival, alive)
    own = np.where(alive, 1 - ratio, 1.0)
    ties = 1 - _over(total - 1, total_size * survival_before - 1, (total > 1) & here)
    spread = _over(ties * survival_before * total, total_size * at_risk, here)
    influence = a + own * to_come
    variance = np.einsum("ikt,jkt,kt->ij", influence, influence, spread)
    ties = 1 - _over(competing - 1, at_risk - 1, competing > 1)
    spread = _over(ties * survival_before**2 * competing, at_risk**2, here & alive)
    influence = ratio * to_come
    return score, variance + np.einsum("ikt,jkt,kt->ij", influence, influence, spread)
