"""Cox's partial likelihood with Breslow's and Efron's treatment of ties.

Cox (1972), JRSS B 34:187; Breslow (1974), Biometrics 30:89; Efron (1977), JASA 72:557; weights as
in Therneau and Grambsch (2000), Modeling Survival Data, section 3.3.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from trialbook.survival.cox.risk_sets import RiskSets


@dataclass(frozen=True)
class Moments:
    """Sums over the risk sets at one value of the coefficients.

    With d tied events Efron averages over the events k = 0, ..., d - 1, each of which takes the
    share f = k / d of those who have the event out of the risk set. So every sum over the risk
    set comes as a pair: over all at risk (S0, S1), and over the events (D0, D1).

    Attributes
    ----------
    loglik : float
    risk : array, shape (r,)
        Relative hazard of each row.
    S1, D1 : array, shape (m, p)
        Sums of risk times covariates at each event time.
    h1, h2 : array, shape (m,)
        Sums of the hazard's increments w / (S0 - f D0), and of those times f.
    k0, k1, k2 : array, shape (m,)
        Sums of w / (S0 - f D0)^2, and of those times f and f^2.
    """

    sets: RiskSets
    dead_sums: np.ndarray
    loglik: float
    risk: np.ndarray
    S1: np.ndarray
    D1: np.ndarray | None
    h1: np.ndarray
    h2: np.ndarray | None
    k0: np.ndarray
    k1: np.ndarray | None
    k2: np.ndarray | None

    @cached_property
    def score_rows(self) -> np.ndarray:
        """Each event time's part of the score, shape (m, p): sums of Schoenfeld residuals."""
        expected = self.S1 * self.h1[:, None]
        if self.D1 is not None:
            expected = expected - self.D1 * self.h2[:, None]
        return self.dead_sums - expected

    @cached_property
    def score(self) -> np.ndarray:
        """First derivative of the log partial likelihood, shape (p,)."""
        return self.score_rows.sum(axis=0)

    def information(self, g: np.ndarray | float = 1.0) -> np.ndarray:
        """Return the information, each event time's part times `g`, shape (p, p)."""
        X = self.sets.X
        cumulative = self.sets.at_risk_adjoint(g * self.h1)
        if self.D1 is not None:
            cumulative = cumulative - self.sets.dead_adjoint(g * self.h2)
        second = X.T @ (X * (self.risk * cumulative)[:, None])
        means = self.S1.T @ (self.S1 * (g * self.k0)[:, None])
        if self.D1 is not None:
            crossed = self.S1.T @ (self.D1 * (g * self.k1)[:, None])
            means = means - crossed - crossed.T + self.D1.T @ (self.D1 * (g * self.k2)[:, None])
        return second - means

    def score_residuals(self) -> np.ndarray:
        """Return each patient's part of the score, weighted, shape (n, p).

        Therneau and Grambsch (2000), section 4.6.1, with Efron's ties.
        """
        sets, X = self.sets, self.sets.X
        cumulative = sets.at_risk_adjoint(self.h1)
        means = sets.at_risk_adjoint(self._hazard_of_means(self.k0, self.k1))
        at_event = self.S1 * self.h1[:, None]
        if self.D1 is not None:
            cumulative = cumulative - sets.dead_adjoint(self.h2)
            means = means - sets.dead_adjoint(self._hazard_of_means(self.k1, self.k2))
            at_event = at_event - self.D1 * self.h2[:, None]
        mean_at_event = at_event / sets.death_weight[:, None]
        own = sets.event_weight[:, None] * X - sets.dead_adjoint(mean_at_event)
        return own - self.risk[:, None] * (X * cumulative[:, None] - means)

    def _hazard_of_means(self, first: np.ndarray, second: np.ndarray | None) -> np.ndarray:
        means = self.S1 * first[:, None]
        return means if self.D1 is None else means - self.D1 * second[:, None]


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
    def _tied(self) -> bool:
        return self.ties == "efron" and bool((self.sets.deaths > 1).any())

    @cached_property
    def _dead_sums(self) -> np.ndarray:
        return self.sets.dead(self.sets.X)

    @cached_property
    def _each_event(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """For every event: its time's number, its share f; and where each time's events start."""
        d = self.sets.deaths
        start = np.cumsum(d) - d
        row = np.repeat(np.arange(d.size), d)
        return row, (np.arange(row.size) - start[row]) / d[row], start

    def at(self, beta: np.ndarray) -> Moments:
        """Evaluate at coefficients `beta`, shape (p,)."""
        sets = self.sets
        eta = sets.X @ beta
        risk = np.exp(eta)
        risk_X = risk[:, None] * sets.X
        S0, S1 = sets.at_risk(risk), sets.at_risk(risk_X)
        if self._tied:
            row, share, start = self._each_event
            denominator = S0[row] - share * sets.dead(risk)[row]
            weight = (sets.death_weight / sets.deaths)[row]
            h = weight / denominator
            k = h / denominator
            f_k = share * k
            h1, h2, k0, k1, k2 = (
                np.add.reduceat(part, start) for part in (h, share * h, k, f_k, share * f_k)
            )
            D1 = sets.dead(risk_X)
            log_denominators = weight @ np.log(denominator)
        else:
            h1 = sets.death_weight / S0
            k0 = h1 / S0
            D1 = h2 = k1 = k2 = None
            log_denominators = sets.death_weight @ np.log(S0)
        loglik = sets.event_weight @ eta - log_denominators
        return Moments(sets, self._dead_sums, loglik, risk, S1, D1, h1, h2, k0, k1, k2)
