"""The exact partial likelihood for ties, as events of discrete time.

Of all ways to choose d patients from a risk set, those who had the event were chosen (Cox 1972,
section 6; R's ``ties = "exact"``, SAS's ``DISCRETE``). The sum over all choices is an elementary
symmetric polynomial, built up patient by patient (Gail, Lubin and Rubinstein 1981, Biometrika
68:703); in two arms it is Fisher's noncentral hypergeometric distribution.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from trialbook.survival.cox.risk_sets import PatientSets, PatternSets, RiskSets


@dataclass(frozen=True)
class ExactMoments:
    """Log-likelihood, score (p,) and observed information (p, p) at one value of beta."""

    loglik: float
    score: np.ndarray
    second: np.ndarray

    def information(self) -> np.ndarray:
        """Return the information, shape (p, p)."""
        return self.second


def exact_likelihood(sets: RiskSets) -> "TwoArms | Patients":
    """Return the exact likelihood of risk sets, by the cheapest way."""
    if isinstance(sets, PatternSets):
        return TwoArms(sets)
    return Patients(sets)


@dataclass(frozen=True)
class TwoArms:
    """Two covariate patterns: the number of events in the second is hypergeometric."""

    sets: PatternSets

    @cached_property
    def _choices(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Every possible number of events in the second row: start per time, number, log ways."""
        d = self.sets.deaths
        first, second = self.sets.n_at_risk
        low = np.maximum(0, d - first).astype(int)
        high = np.minimum(d, second).astype(int)
        size = high - low + 1
        start = np.cumsum(size) - size
        row = np.repeat(np.arange(d.size), size)
        a = low[row] + np.arange(row.size) - start[row]
        return start, a, log_choose(second[row], a) + log_choose(first[row], d[row] - a)

    def at(self, beta: np.ndarray) -> ExactMoments:
        """Evaluate at coefficients `beta`, shape (p,)."""
        sets = self.sets
        eta = sets.X @ beta
        start, a, log_ways = self._choices
        log_terms = log_ways + a * (eta[1] - eta[0])
        largest = np.maximum.reduceat(log_terms, start)
        row = np.repeat(np.arange(start.size), np.diff(np.append(start, a.size)))
        terms = np.exp(log_terms - largest[row])
        total = np.add.reduceat(terms, start)
        mean = np.add.reduceat(terms * a, start) / total
        variance = np.add.reduceat(terms * (a - mean[row]) ** 2, start) / total
        contrast = sets.X[1] - sets.X[0]
        log_total = largest + np.log(total) + sets.deaths * eta[0]
        return ExactMoments(
            loglik=float(sets.event_weight @ eta - log_total.sum()),
            score=(sets.n_events[1] - mean).sum() * contrast,
            second=variance.sum() * np.outer(contrast, contrast),
        )


@dataclass(frozen=True)
class Patients:
    """Any covariates: the polynomial grows as patients join the risk set, last times first."""

    sets: PatientSets

    def at(self, beta: np.ndarray) -> ExactMoments:
        """Evaluate at coefficients `beta`, shape (p,)."""
        sets = self.sets
        eta = sets.X @ beta
        loglik, score = float(sets.event_weight @ eta), sets.event_weight @ sets.X
        second = np.zeros((sets.X.shape[1], sets.X.shape[1]))
        starts = np.flatnonzero(np.diff(sets.stratum, prepend=-1))
        for rows in np.split(np.arange(sets.time.size), starts)[1:]:
            for row, n, value, first, square in self._polynomials(rows, np.exp(eta)):
                mean = first / value
                loglik -= float(log_choose(n, sets.deaths[row]) + np.log(value))
                score = score - mean
                second += square / value - np.outer(mean, mean)
        return ExactMoments(loglik, score, second)

    def _polynomials(self, rows: np.ndarray, risk: np.ndarray):
        """Yield, for each event time of a stratum, the mean over all choices and derivatives.

        The mean of the products of risks over all choices of d from n, not their sum, so that
        nothing overflows: with one more patient, of n + 1, a share d / (n + 1) of the choices
        has them in.
        """
        sets = self.sets
        p = sets.X.shape[1]
        d = np.arange(sets.deaths[rows].max() + 1.0)
        value = np.zeros(d.size)
        value[0] = 1.0
        first, square = np.zeros((d.size, p)), np.zeros((d.size, p, p))
        members = np.flatnonzero((sets.last > rows[0]) & (sets.last <= rows[-1] + 1))
        members = members[sets.last[members] > sets.first[members]]
        joins = members[np.argsort(-sets.last[members], kind="stable")]
        n = 0
        for row in rows[::-1]:
            while n < joins.size and sets.last[joins[n]] > row:
                x = sets.X[joins[n]]
                share = d / (n + 1)
                chosen = (share * risk[joins[n]])[1:]
                x_first = np.multiply.outer(first[:-1], x)
                gained = square[:-1] + x_first + x_first.transpose(0, 2, 1)
                gained += np.multiply.outer(value[:-1], np.outer(x, x))
                square *= (1 - share)[:, None, None]
                square[1:] += chosen[:, None, None] * gained
                gained = first[:-1] + np.multiply.outer(value[:-1], x)
                first *= (1 - share)[:, None]
                first[1:] += chosen[:, None] * gained
                gained = value[:-1].copy()
                value *= 1 - share
                value[1:] += chosen * gained
                n += 1
            at = sets.deaths[row]
            yield row, n, value[at], first[at], square[at]


def log_choose(n: ArrayLike, k: ArrayLike) -> np.ndarray:
    """Return the logarithm of the number of ways to choose k of n."""
    n, k = np.asarray(n), np.asarray(k)
    return np.asarray(gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0))
