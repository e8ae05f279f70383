"""Cox models: fit, tests, robust errors, profile intervals, Firth's penalty."""

from trialbook.survival.cox.fit import cox
from trialbook.survival.cox.model import ChiSquare, CoxModel

__all__ = ["ChiSquare", "CoxModel", "cox"]
