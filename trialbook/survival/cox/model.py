"""A fitted Cox model and its tests."""

from dataclasses import dataclass, field

import numpy as np
from scipy.stats import chi2, norm

from trialbook.survival import validation
from trialbook.survival.cox.data import CoxData
from trialbook.survival.cox.risk_sets import RiskSets


@dataclass(frozen=True)
class ChiSquare:
    """A chi-square test: `chisq`, `df`, `p_value`; NaN where it is not defined.

    Examples
    --------
    >>> from trialbook.survival import ChiSquare
    >>> round(float(ChiSquare(3.84, 1).p_value), 3)
    0.05
    """

    chisq: float
    df: int

    @property
    def p_value(self) -> float:
        """P value."""
        return float(chi2.sf(self.chisq, self.df)) if self.df else np.nan


@dataclass(frozen=True)
class CoxModel:
    """A fitted Cox model; arrays have one value per term, NaN where not estimable.

    Attributes
    ----------
    names : tuple of str
        Terms.
    coef, std_error : array, shape (p,)
        Log hazard ratios; standard errors are robust where `robust`.
    hr, hr_lower, hr_upper, z, p_value : array, shape (p,)
        Wald interval at `conf_level` and two-sided Wald P value.
    covariance, naive_covariance : array, shape (p, p)
        Of the coefficients; the naive one is the inverse information.
    loglik : tuple of two floats
        At coefficients of 0 and at the estimate.
    score_test, lr_test, wald_test : ChiSquare
        Of all coefficients together.
    n, n_events : int
        Patients and events.
    ties, conf_level, robust
        As asked for.
    converged : bool
    iterations : int
    monotone : tuple of str
        Terms whose likelihood has no maximum, such as the treatment where an arm has no events:
        their estimates are NaN, never a huge number.
    aliased : tuple of str
        Terms that are constant or follow from those before: NaN, as R's NA.
    message : str
        What is not estimable and what to do; empty where all is well.

    Examples
    --------
    >>> from trialbook.survival import cox
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> model = cox(time, event, treated, names=["treated"])
    >>> model.coef.round(4)
    array([-0.4798])
    >>> model.std_error.round(4)
    array([0.7698])
    >>> round(float(model.lr_test.p_value), 4)
    0.5304
    """

    names: tuple[str, ...]
    coef: np.ndarray
    covariance: np.ndarray
    naive_covariance: np.ndarray
    loglik: tuple[float, float]
    score_test: ChiSquare
    lr_test: ChiSquare
    wald_test: ChiSquare
    n: int
    n_events: int
    ties: str
    conf_level: float
    robust: bool
    converged: bool
    iterations: int
    monotone: tuple[str, ...]
    aliased: tuple[str, ...]
    message: str
    # what later analyses of the same fit need
    data: CoxData = field(repr=False)
    sets: RiskSets = field(repr=False)

    @property
    def std_error(self) -> np.ndarray:
        """Standard errors of the coefficients."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def hr(self) -> np.ndarray:
        """Hazard ratios."""
        return _exp(self.coef)

    @property
    def hr_lower(self) -> np.ndarray:
        """Lower limits of the hazard ratios."""
        return _exp(self.coef - validation.normal_quantile(self.conf_level) * self.std_error)

    @property
    def hr_upper(self) -> np.ndarray:
        """Upper limits of the hazard ratios."""
        return _exp(self.coef + validation.normal_quantile(self.conf_level) * self.std_error)

    @property
    def z(self) -> np.ndarray:
        """Wald statistics."""
        return self.coef / self.std_error

    @property
    def p_value(self) -> np.ndarray:
        """Two-sided Wald P values."""
        return 2 * norm.sf(np.abs(self.z))

    @property
    def df(self) -> int:
        """Number of coefficients that enter the likelihood."""
        return self.lr_test.df

    @property
    def aic(self) -> float:
        """Akaike's criterion, -2 log-likelihood + 2 df."""
        return -2 * self.loglik[1] + 2 * self.df

    def index(self, term: str | int) -> int:
        """Return the position of a term given by name or position."""
        if isinstance(term, str):
            if term not in self.names:
                raise ValueError(f"term: {term!r} is not one of {', '.join(self.names)}.")
            return self.names.index(term)
        return range(len(self.names))[term]


def _exp(logs: np.ndarray) -> np.ndarray:
    """Return exp of logs: infinite, as in R, where a covariate is measured in units too large."""
    with np.errstate(over="ignore"):
        return np.exp(logs)
