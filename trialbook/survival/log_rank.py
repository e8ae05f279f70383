"""Log-rank tests: two and more groups, trend, strata, and weights that change over time.

Mantel (1966), Cancer Chemother Rep 50:163; Peto and Peto (1972), JRSS A 135:185; Harrington and
Fleming (1982), Biometrika 69:553, for the rho family; Fleming and Harrington (1991), Counting
Processes and Survival Analysis, chapter 7, for G(rho, gamma).
"""

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2

from trialbook.survival import validation
from trialbook.survival.risk_table import RiskTable, rank_times, risk_table


@dataclass(frozen=True)
class LogRank:
    """A log-rank test.

    Attributes
    ----------
    chisq, df, p_value : float, int, float
        NaN where the test is not defined: no event while two groups were at risk.
    groups : tuple
        Labels, sorted; the order of the fields below.
    n : array of int, shape (k,)
        Patients.
    observed, expected : array, shape (k,)
        Weighted sums of events, over all strata.
    variance : array, shape (k, k)
        Of observed minus expected.

    Examples
    --------
    >>> from trialbook.survival import log_rank
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> test = log_rank(time, event, treated)
    >>> test.observed
    array([4., 3.])
    >>> test.expected.round(3)
    array([3.178, 3.822])
    """

    chisq: float
    df: int
    p_value: float
    groups: tuple[Any, ...]
    n: np.ndarray
    observed: np.ndarray
    expected: np.ndarray
    variance: np.ndarray


def log_rank(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    rho: float = 0.0,
    gamma: float = 0.0,
    trend: ArrayLike | bool | None = None,
) -> LogRank:
    """Test whether two or more groups have the same hazard, without continuity correction.

    Parameters
    ----------
    time, event : array_like, shape (n,)
        As for `kaplan_meier`.
    group : array_like, shape (n,)
        Labels of two groups or more.
    strata : array_like, shape (n,), optional
        Labels; patients are compared within strata only, and weights are of each stratum.
    entry : array_like, shape (n,), optional
        Times of entry (left truncation): at risk from just after it.
    rho, gamma : float
        Weights S(t-)^rho (1 - S(t-))^gamma of the pooled Kaplan-Meier curve: ``rho=1`` stresses
        early differences (Peto and Peto), ``gamma=1`` late ones.
    trend : True or array_like of k scores, optional
        Test for a trend over the groups in sorted order instead, one degree of freedom, with
        scores 1, 2, ... or those given (Tarone 1975, Biometrika 62:679).

    Returns
    -------
    LogRank

    Raises
    ------
    ValueError
        If an array cannot be analysed, or there is one group only.

    Notes
    -----
    As ``survdiff(Surv(time, event) ~ group + strata(strata), rho = rho)`` in R's survival; with
    entry, which survdiff does not take, the score test of ``coxph`` on data without ties.

    Examples
    --------
    >>> from trialbook.survival import log_rank
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> test = log_rank(time, event, treated)
    >>> print(f"{test.chisq:.4f}, {test.p_value:.4f}")
    0.3956, 0.5294
    """
    times = validation.as_times(time)
    events = validation.as_flags(event, times.size)
    codes, labels = validation.as_groups(group, times.size)
    stratum = None if strata is None else validation.as_labels(strata, times.size, "strata")[0]
    checked_weights(rho, gamma)
    scores = scores_of(trend, labels.size)
    entries = validation.as_entry(entry, times)
    table = risk_table(rank_times(times, entries), events, codes, strata=stratum)
    n = np.bincount(codes, minlength=labels.size)
    return test_of(table, labels, n, rho=rho, gamma=gamma, scores=scores)


def checked_weights(rho: float, gamma: float) -> None:
    """Raise ValueError unless the exponents of the weights are zero or positive."""
    for value, name in ((rho, "rho"), (gamma, "gamma")):
        if not value >= 0:
            raise ValueError(f"{name}: must be zero or positive, got {value}.")


def scores_of(trend: ArrayLike | bool | None, k: int) -> np.ndarray | None:
    """Return the scores of a test for trend over k groups, None where none is asked for."""
    if trend is None or trend is False:
        return None
    scores = np.arange(1.0, k + 1) if trend is True else validation.as_numbers(trend, "trend")
    if scores.size != k or np.ptp(scores) == 0:
        raise ValueError(f"trend: must be True or {k} scores that differ, one for each group.")
    return scores


def test_of(
    table: RiskTable,
    labels: np.ndarray,
    n: np.ndarray,
    *,
    rho: float = 0.0,
    gamma: float = 0.0,
    scores: np.ndarray | None = None,
) -> LogRank:
    """Return the test from the counts of a risk table."""
    weight = weights_of(table, rho, gamma)
    rows = table.event_rows()
    observed, expected = observed_expected(rows, weight)
    variance = variance_of(rows, weight, weight)
    chisq, df = _chisq(observed - expected, variance, expected > 0, scores)
    return LogRank(
        chisq=chisq,
        df=df,
        p_value=float(chi2.sf(chisq, df)),
        groups=tuple(labels.tolist()),
        n=n,
        observed=observed,
        expected=expected,
        variance=variance,
    )


test_of.__test__ = False  # not a test of pytest's


def weights_of(table: RiskTable, rho: float, gamma: float) -> np.ndarray:
    """Return G(rho, gamma) at the rows with events, from each stratum's pooled curve."""
    rows = table.event_rows()
    if rho == 0 and gamma == 0:
        return np.ones(rows.time.size)
    at_risk = rows.n_at_risk.sum(axis=0)
    factors = 1 - rows.deaths / at_risk
    before = np.empty(rows.time.size)
    edges = np.append(np.flatnonzero(np.diff(rows.stratum, prepend=-1)), rows.time.size)
    for start, stop in itertools.pairwise(edges):
        before[start] = 1.0
        before[start + 1 : stop] = np.cumprod(factors[start : stop - 1])
    return before**rho * (1 - before) ** gamma


def observed_expected(rows: RiskTable, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return weighted sums of observed and expected events per group."""
    hazard = rows.deaths / rows.n_at_risk.sum(axis=0)
    return rows.n_events @ weight, rows.n_at_risk @ (weight * hazard)


def variance_of(rows: RiskTable, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the covariance of two weighted sums of observed minus expected events.

    The hypergeometric variance at each time, summed with the product of the weights.
    """
    at_risk = rows.n_at_risk.sum(axis=0)
    d = rows.deaths
    # a single patient at risk carries no information: 0, not 0 / 0
    per_pair = first * second * d * (at_risk - d) / np.maximum(at_risk - 1, 1) / at_risk**2
    scaled = rows.n_at_risk * per_pair
    variance = -(scaled @ rows.n_at_risk.T)
    # a group that is alone at risk has no variance: 0, not what rounding leaves of a difference
    variance[np.diag_indices_from(variance)] = (scaled * (at_risk - rows.n_at_risk)).sum(axis=1)
    return variance


def _chisq(
    excess: np.ndarray, variance: np.ndarray, at_risk: np.ndarray, scores: np.ndarray | None
) -> tuple[float, int]:
    """Return chi-square and degrees of freedom, of groups that were at risk at some event."""
    if scores is not None:
        spread = scores @ variance @ scores
        return (float((scores @ excess) ** 2 / spread) if spread > 0 else np.nan), 1
    df = max(int(at_risk.sum()) - 1, 1)
    inner, free = variance[np.ix_(at_risk, at_risk)][1:, 1:], excess[at_risk][1:]
    if free.size == 0 or np.linalg.matrix_rank(inner, hermitian=True) < free.size:
        return np.nan, df
    return float(free @ np.linalg.solve(inner, free)), df
