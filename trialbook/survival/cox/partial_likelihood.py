"""Cox's partial likelihood with Breslow's and Efron's treatment of ties.

Cox (1972), JRSS B 34:187; Breslow (1974), Biometrics 30:89; Efron (1977), JASA 72:557; weights as
in Therneau and Grambsch (2000), Modeling Survival Data, section 3.3.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from trialbook.survival.cox.risk_sets import RiskSets


@dataclass(frozen=True)
class Ties:
    """Efron's corrections at the event times with more than one event.

    With d tied events Efron averages over the events k = 0, ..., d - 1, each of which takes the
    share f = k / d of those who have the event out of the risk set.

    Attributes
    ----------
    rows : array of int, shape (t,)
        Numbers of the tied event times.
    D1 : array, shape (t, p)
        Sums of risk times covariates over those with the event.
    h2 : array, shape (t,)
        Sums of the hazard's increments w / (S0 - f D0) times f.
    k1, k2 : array, shape (t,)
        Sums of w / (S0 - f D0)^2 times f and f^2.
    """

    rows: np.ndarray
    D1: np.ndarray
    h2: np.ndarray
    k1: np.ndarray
    k2: np.ndarray


@dataclass(frozen=True)
class Moments:
    """Sums over the risk sets at one value of the coefficients.

    Attributes
    ----------
    loglik : float
    risk : array, shape (r,)
        Relative hazard of each row.
    S1 : array, shape (m, p)
        Sums of risk times covariates at each event time.
    h1 : array, shape (m,)
        Sums of the hazard's increments w / S0, with Efron's ties w / (S0 - f D0).
    k0 : array, shape (m,)
        Sums of w / S0^2, likewise.
    dead_sums : array, shape (m, p)
        Sums of the covariates of those with the event.
    ties : Ties or None
    """

    sets: RiskSets
    dead_sums: np.ndarray
    loglik: float
    risk: np.ndarray
    S1: np.ndarray
    h1: np.ndarray
    k0: np.ndarray
    ties: Ties | None

    @cached_property
    def expected(self) -> np.ndarray:
        """Sums of the covariates expected of those with the event, shape (m, p)."""
        expected = self.S1 * self.h1[:, None]
        if self.ties:
            expected[self.ties.rows] -= self.ties.D1 * self.ties.h2[:, None]
        return expected

    @cached_property
    def score_rows(self) -> np.ndarray:
        """Each event time's part of the score, shape (m, p): sums of Schoenfeld residuals."""
        return self.dead_sums - self.expected

    @property
    def score(self) -> np.ndarray:
        """First derivative of the log partial likelihood, shape (p,)."""
        return self.score_rows.sum(axis=0)

    def information(self, g: np.ndarray | None = None) -> np.ndarray:
        """Return the information, each event time's part times `g`, shape (p, p)."""
        sets, X = self.sets, self.sets.X
        g = np.ones(self.h1.size) if g is None else g
        cumulative = sets.at_risk_adjoint(g * self.h1)
        means = self.S1.T @ (self.S1 * (g * self.k0)[:, None])
        if self.ties:
            tied, g = self.ties, g[self.ties.rows]
            cumulative = cumulative - sets.dead_adjoint(g * tied.h2, tied.rows)
            crossed = self.S1[tied.rows].T @ (tied.D1 * (g * tied.k1)[:, None])
            means = means - crossed - crossed.T + tied.D1.T @ (tied.D1 * (g * tied.k2)[:, None])
        return X.T @ (X * (self.risk * cumulative)[:, None]) - means

    def score_residuals(self) -> np.ndarray:
        """Return each patient's part of the score, weighted, shape (n, p).

        Therneau and Grambsch (2000), section 4.6.1, with Efron's ties.
        """
        sets, X = self.sets, self.sets.X
        every = np.arange(sets.deaths.size)
        hazard_of_means = self.S1 * self.k0[:, None]
        if self.ties:
            tied, S1 = self.ties, self.S1[self.ties.rows]
            hazard_of_means[tied.rows] -= tied.D1 * tied.k1[:, None]
            spared = S1 * tied.k1[:, None] - tied.D1 * tied.k2[:, None]
        cumulative = sets.at_risk_adjoint(self.h1)
        means = sets.at_risk_adjoint(hazard_of_means)
        if self.ties:
            cumulative = cumulative - sets.dead_adjoint(tied.h2, tied.rows)
            means = means - sets.dead_adjoint(spared, tied.rows)
        mean_at_event = self.expected / sets.death_weight[:, None]
        own = sets.event_weight[:, None] * X - sets.dead_adjoint(mean_at_event, every)
        return own - self.risk[:, None] * (X * cumulative[:, None] - means)


@dataclass(frozen=True)
class PartialLikelihood:
    """Cox's partial likelihood of risk sets, to be evaluated `at` coefficients.

    Attributes
    ----------
    sets : RiskSets
    ties : {"efron", "breslow"}
    """

    sets: RiskSets
    ties: str

    @cached_property
    def _tied(self) -> np.ndarray:
        """Numbers of the event times at which Efron's correction is due."""
        return np.flatnonzero((self.sets.deaths > 1) & (self.ties == "efron"))

    @cached_property
    def _each_event(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """For every tied event: its position in `_tied`, its share f; where each time starts."""
        d = self.sets.deaths[self._tied]
        start = np.cumsum(d) - d
        row = np.repeat(np.arange(d.size), d)
        return row, (np.arange(row.size) - start[row]) / d[row], start

    @cached_property
    def _dead_sums(self) -> np.ndarray:
        return self.sets.dead(self.sets.X, np.arange(self.sets.deaths.size))

    def at(self, beta: np.ndarray) -> Moments:
        """Evaluate at coefficients `beta`, shape (p,)."""
        sets = self.sets
        eta = sets.X @ beta
        risk = np.exp(eta)
        weighted = risk[:, None] * np.column_stack([np.ones(eta.size), sets.X])
        sums = sets.at_risk(weighted)
        S0, S1 = np.ascontiguousarray(sums[:, 0]), sums[:, 1:]
        h1 = sets.death_weight / S0
        k0 = h1 / S0
        log_denominators = sets.death_weight * np.log(S0)
        ties = None
        if self._tied.size:
            rows, (row, share, start) = self._tied, self._each_event
            D = sets.dead(weighted, rows)
            denominator = S0[rows][row] - share * D[row, 0]
            weight = (sets.death_weight[rows] / sets.deaths[rows])[row]
            h = weight / denominator
            k = h / denominator
            parts = (h, share * h, k, share * k, share**2 * k, weight * np.log(denominator))
            h1[rows], h2, k0[rows], k1, k2, log_denominators[rows] = (
                np.add.reduceat(part, start) for part in parts
            )
            ties = Ties(rows, D[:, 1:], h2, k1, k2)
        loglik = sets.event_weight @ eta - log_denominators.sum()
        return Moments(sets, self._dead_sums, loglik, risk, S1, h1, k0, ties)
