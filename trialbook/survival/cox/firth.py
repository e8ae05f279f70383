"""Firth's penalized Cox model: finite estimates where plain Cox has none.

Firth (1993), Biometrika 80:27; Heinze and Schemper (2001), Biometrics 57:114: the log-likelihood
plus half the log-determinant of the information (Jeffreys' prior), with intervals and tests from
its profile.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from trialbook.survival import validation
from trialbook.survival.cox.data import CoxData
from trialbook.survival.cox.newton import independent, maximize
from trialbook.survival.cox.partial_likelihood import PartialLikelihood
from trialbook.survival.cox.profile import profile_of
from trialbook.survival.risk_table import as_survival, rank_times

TINY = 1e-20  # step of the complex-step derivative, which has no rounding error


@dataclass(frozen=True)
class FirthModel:
    """A Cox model with Firth's penalty; arrays have one value per term.

    Attributes
    ----------
    names : tuple of str
    coef, std_error : array, shape (p,)
        Standard errors from the inverse information.
    hr, hr_lower, hr_upper : array, shape (p,)
        Intervals from the profile of the penalized likelihood.
    p_value : array, shape (p,)
        Penalized likelihood-ratio tests.
    loglik : tuple of two floats
        Penalized, at 0 and at the estimate; the penalty depends on the covariates' units.
    n, n_events : int
    ties, conf_level
    converged : bool

    Examples
    --------
    >>> from trialbook.survival import firth
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> firth(time, event, treated).coef.round(3)
    array([-0.443])
    """

    names: tuple[str, ...]
    coef: np.ndarray
    std_error: np.ndarray
    hr_lower: np.ndarray
    hr_upper: np.ndarray
    p_value: np.ndarray
    loglik: tuple[float, float]
    n: int
    n_events: int
    ties: str
    conf_level: float
    converged: bool

    @property
    def hr(self) -> np.ndarray:
        """Hazard ratios."""
        return np.exp(self.coef)


def firth(
    time: ArrayLike,
    event: ArrayLike,
    X: ArrayLike,
    *,
    names: list[str] | tuple[str, ...] | None = None,
    strata: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    ties: str = "efron",
    conf_level: float = 0.95,
) -> FirthModel:
    """Fit a Cox model with Firth's penalty.

    Parameters
    ----------
    time, event, X, names, strata, weights, entry, conf_level
        As for `cox`.
    ties : {"efron", "breslow"}
        R's coxphf has ``breslow``.

    Returns
    -------
    FirthModel
        NaN for terms that are constant or follow from others, and without any event.

    Examples
    --------
    >>> from trialbook.survival import firth

    Nobody of the treated has an event: the limits stay finite.

    >>> model = firth([5, 6, 7, 2, 3, 4], [0, 0, 0, 1, 1, 1], [1, 1, 1, 0, 0, 0])
    >>> print(f"{model.hr[0]:.3f} ({model.hr_lower[0]:.3f} to {model.hr_upper[0]:.3f})")
    0.077 (0.001 to 0.855)
    """
    validation.one_of(ties, ("efron", "breslow"), "ties")
    validation.check_conf_level(conf_level)
    times, events, w, entries = as_survival(time, event, weights=weights, entry=entry)
    matrix, terms = validation.as_covariates(X, times.size, names)
    stratum = None if strata is None else validation.as_labels(strata, times.size, "strata")[0]
    data = CoxData(rank_times(times, entries), events, matrix, terms, strata=stratum, weights=w)
    plain = PartialLikelihood(data.risk_sets(ties), ties)
    start = np.zeros(len(terms))
    free = independent(plain.at(start).information())
    coef, std_error, loglik, converged = np.full((2, start.size), np.nan), None, (0.0, 0.0), True
    coef, std_error = coef
    profiles = np.full((3, start.size), np.nan)
    if free.any():
        penalized = PenalizedLikelihood(plain, free)
        maximum = maximize(penalized, start, free, tolerance=1e-18)
        inner = np.ix_(free, free)
        coef[free] = maximum.beta[free]
        std_error[free] = np.sqrt(np.diag(np.linalg.inv(maximum.end.information()[inner])))
        # Of the covariates as given: the penalty knows their units, as coxphf's does.
        in_units = np.log(data.scale[free]).sum()
        loglik = (
            float(maximum.start.loglik + in_units),
            float(maximum.end.loglik + in_units),
        )
        converged = maximum.converged
        for j in np.flatnonzero(free).tolist():
            interval = profile_of(penalized, j, free, float(data.scale[j]), conf_level)
            profiles[:, j] = interval.lower, interval.upper, interval.p_value
    return FirthModel(
        names=terms,
        coef=coef / data.scale,
        std_error=std_error / data.scale,
        hr_lower=np.exp(profiles[0]),
        hr_upper=np.exp(profiles[1]),
        p_value=profiles[2],
        loglik=loglik,
        n=times.size,
        n_events=int(events.sum()),
        ties=ties,
        conf_level=conf_level,
        converged=converged,
    )


@dataclass(frozen=True)
class PenalizedState:
    """Penalized log-likelihood and score; the information is that of the likelihood alone."""

    loglik: float
    score: np.ndarray
    plain: np.ndarray

    def information(self) -> np.ndarray:
        """Return the information, shape (p, p)."""
        return self.plain


@dataclass(frozen=True)
class PenalizedLikelihood:
    """A partial likelihood plus half the log-determinant of the information of `terms`."""

    plain: PartialLikelihood
    terms: np.ndarray
    bounded: ClassVar[bool] = True

    def at(self, beta: np.ndarray) -> PenalizedState:
        """Evaluate at coefficients `beta`, shape (p,)."""
        state = self.plain.at(beta)
        information = state.information()
        inner = np.ix_(self.terms, self.terms)
        sign, log_determinant = np.linalg.slogdet(information[inner])
        if not sign > 0:
            return PenalizedState(-np.inf, state.score, information)
        inverse = np.linalg.inv(information[inner])
        score = state.score.copy()
        for r in np.flatnonzero(self.terms):
            # d I / d beta_r by the complex step (Squire and Trapp 1998, SIAM Rev 40:110)
            nudged = beta + 1j * TINY * (np.arange(beta.size) == r)
            slope = np.imag(self.plain.at(nudged).information()[inner]) / TINY
            score[r] += np.sum(inverse * slope) / 2
        return PenalizedState(state.loglik + log_determinant / 2, score, information)
