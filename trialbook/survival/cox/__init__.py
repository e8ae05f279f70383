"""Cox models: fit, tests, robust errors, profile intervals, Firth's penalty."""

from trialbook.survival.cox.firth import FirthModel, firth
from trialbook.survival.cox.fit import cox
from trialbook.survival.cox.model import ChiSquare, CoxModel
from trialbook.survival.cox.profile import ProfileInterval, profile_interval

__all__ = [
    "ChiSquare",
    "CoxModel",
    "FirthModel",
    "ProfileInterval",
    "cox",
    "firth",
    "profile_interval",
]
