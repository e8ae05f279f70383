"""Estimators of survival analysis: arrays in, numbers out; they agree with R's survival."""

from trialbook.survival.kaplan_meier import (
    AtTimes,
    KaplanMeier,
    SurvivalDifference,
    kaplan_meier,
    reverse_kaplan_meier,
    survival_difference,
)
from trialbook.survival.log_rank import LogRank, log_rank

__all__ = [
    "AtTimes",
    "KaplanMeier",
    "LogRank",
    "SurvivalDifference",
    "kaplan_meier",
    "log_rank",
    "reverse_kaplan_meier",
    "survival_difference",
]
