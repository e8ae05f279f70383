"""What a Cox model is fitted to: sorted times, events and covariates."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from trialbook.survival.cox.risk_sets import PatternSets, RiskSets, risk_sets
from trialbook.survival.risk_table import RankedTimes


@dataclass(frozen=True)
class CoxData:
    """Validated data of a Cox model, one row per patient.

    Attributes
    ----------
    ranked : RankedTimes
    event : array of bool, shape (n,)
    X : array of float, shape (n, p)
    names : tuple of str
        One for each covariate.
    strata : array of int, shape (n,), or None
        Codes from 0.
    weights : array of float, shape (n,), or None
    """

    ranked: RankedTimes
    event: np.ndarray
    X: np.ndarray
    names: tuple[str, ...]
    strata: np.ndarray | None = None
    weights: np.ndarray | None = None

    @cached_property
    def center(self) -> np.ndarray:
        """Mean of each covariate."""
        return self.X.mean(axis=0)

    @cached_property
    def scale(self) -> np.ndarray:
        """Range of each covariate, 1 where it is constant."""
        spread = np.ptp(self.X, axis=0)
        return np.where(spread > 0, spread, 1.0)

    @cached_property
    def scaled(self) -> np.ndarray:
        """Covariates with mean 0 and range 1, in which the likelihood is well conditioned."""
        return (self.X - self.center) / self.scale

    def risk_sets(self, ties: str, *, by_patient: bool = False) -> RiskSets:
        """Return the risk sets of the scaled covariates, in the form that `ties` can use."""
        sets = self._sets(by_patient)
        if ties == "exact" and isinstance(sets, PatternSets) and len(sets.X) != 2:
            return self._sets(True)
        return sets

    def _sets(self, by_patient: bool) -> RiskSets:
        return risk_sets(
            self.ranked,
            self.event,
            self.scaled,
            strata=self.strata,
            weights=self.weights,
            by_patient=by_patient,
        )
