"""Intervals from the profile likelihood, which stay honest where Wald's do not.

Venzon and Moolgavkar (1988), Appl Stat 37:87. Where an arm has no events the likelihood has no
maximum, but one end of the interval is still finite.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi2

from trialbook.survival import validation
from trialbook.survival.cox.fit import likelihood_of
from trialbook.survival.cox.model import CoxModel
from trialbook.survival.cox.newton import Likelihood, maximize

FARTHEST = 50.0  # log hazard ratio over the covariate's range; beyond it a limit is infinite


@dataclass(frozen=True)
class ProfileInterval:
    """Likelihood-ratio interval and test of one term.

    Attributes
    ----------
    lower, upper : float
        Limits of the log hazard ratio; infinite where the likelihood has no maximum, NaN where
        the term is not in the likelihood.
    p_value : float
        Likelihood-ratio test of this term alone, the others estimated.

    Examples
    --------
    >>> from trialbook.survival import cox, profile_interval
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> model = cox(time, event, treated)
    >>> round(float(profile_interval(model).p_value), 4)
    0.5304
    """

    lower: float
    upper: float
    p_value: float

    @property
    def hr_lower(self) -> float:
        """Lower limit of the hazard ratio, 0 where there is none."""
        return float(np.exp(self.lower))

    @property
    def hr_upper(self) -> float:
        """Upper limit of the hazard ratio, infinite where there is none."""
        return float(np.exp(self.upper))


def profile_interval(
    model: CoxModel, term: str | int = 0, *, conf_level: float | None = None
) -> ProfileInterval:
    """Return the profile-likelihood interval of one term of a Cox model.

    Parameters
    ----------
    model : CoxModel
    term : str or int
        Name or position.
    conf_level : float, optional
        The model's by default.

    Returns
    -------
    ProfileInterval

    Examples
    --------
    >>> from trialbook.survival import cox, profile_interval
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> model = cox(time, event, treated)
    >>> found = profile_interval(model)
    >>> print(f"{found.hr_lower:.3f} to {found.hr_upper:.3f}")
    0.121 to 2.837
    """
    j = model.index(term)
    level = model.conf_level if conf_level is None else conf_level
    likelihood = likelihood_of(model.sets, model.ties)
    estimable = np.array([name not in model.aliased for name in model.names])
    return profile_of(likelihood, j, estimable, float(model.data.scale[j]), level)


def profile_of(
    likelihood: Likelihood, j: int, estimable: np.ndarray, scale: float, conf_level: float
) -> ProfileInterval:
    """Profile coefficient `j` of a likelihood in scaled covariates; see `profile_interval`."""
    validation.check_conf_level(conf_level)
    if not estimable[j]:
        return ProfileInterval(np.nan, np.nan, np.nan)
    maximum = maximize(likelihood, np.zeros(estimable.size), estimable)
    others = estimable & (np.arange(estimable.size) != j)

    def twice_drop(value: float) -> float:
        """Twice the loss of log-likelihood when coefficient j is held at a value."""
        held = np.where(others, maximum.beta, 0.0)
        held[j] = value
        best = likelihood.at(held) if not others.any() else maximize(likelihood, held, others).end
        return 2 * (maximum.end.loglik - best.loglik)

    allowed = float(chi2.ppf(conf_level, 1))
    best, runs_off = float(maximum.beta[j]), bool(maximum.monotone[j])
    # the first guess at a limit is Wald's, as far as the information goes
    width = 1.0
    if not runs_off:
        covariance = np.linalg.inv(maximum.end.information()[np.ix_(estimable, estimable)])
        width = float(np.sqrt(allowed * covariance.diagonal()[estimable[:j].sum()]))

    def limit(direction: int) -> float:
        if runs_off and np.sign(best) == direction:
            return direction * np.inf
        inside, step = best, width
        while abs(inside) < FARTHEST:
            outside = inside + direction * step
            if twice_drop(outside) > allowed:
                return brentq(lambda b: twice_drop(b) - allowed, inside, outside, xtol=1e-13)
            inside, step = outside, 2 * step
        return direction * np.inf

    p_value = float(chi2.sf(max(twice_drop(0.0), 0.0), 1))
    return ProfileInterval(limit(-1) / scale, limit(1) / scale, p_value)
