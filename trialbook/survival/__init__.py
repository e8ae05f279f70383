"""Estimators of survival analysis: arrays in, numbers out; they agree with R's survival."""

from trialbook.survival.accrual import (
    SampleSize,
    constant_hazard,
    event_probability,
    expected_events,
    sample_size,
)
from trialbook.survival.arms import Arms, by_arm
from trialbook.survival.average_hazard import (
    AverageHazard,
    AverageHazardDifference,
    AverageHazardRatio,
    average_hazard,
    average_hazard_difference,
    average_hazard_ratio,
)
from trialbook.survival.batched import (
    BatchedCox,
    BatchedLogRank,
    batched_cox,
    batched_log_rank,
)
from trialbook.survival.competing_risks import (
    CumulativeIncidence,
    IncidenceAtTimes,
    cause_specific,
    cumulative_incidence,
    naive_cumulative_incidence,
)
from trialbook.survival.concordance import Concordance, concordance, concordance_of
from trialbook.survival.cox import (
    ChiSquare,
    CoxModel,
    FirthModel,
    ProfileInterval,
    cox,
    firth,
    profile_interval,
)
from trialbook.survival.design import (
    detectable_hazard_ratio,
    freedman_events,
    power,
    schoenfeld_events,
)
from trialbook.survival.few_events import (
    FEW_EVENTS,
    Limits,
    MoverDifference,
    bpcp,
    curve_limits,
    has_few_events,
    mover,
    mover_difference,
)
from trialbook.survival.fine_gray import (
    FineGray,
    fine_gray,
)
from trialbook.survival.fisher import (
    FisherExact,
    fisher_exact,
    fisher_p_value,
)
from trialbook.survival.gray import (
    GrayTest,
    gray_test,
)
from trialbook.survival.imputation import (
    ImputedEffect,
    delta_adjusted,
)
from trialbook.survival.informative_censoring import (
    ExtremeCases,
    TippingPoint,
    extreme_cases,
    tipping_point,
)
from trialbook.survival.kaplan_meier import (
    AtTimes,
    KaplanMeier,
    kaplan_meier,
    reverse_kaplan_meier,
)
from trialbook.survival.log_rank import (
    LogRank,
    log_rank,
)
from trialbook.survival.max_combo import (
    MaxCombo,
    max_combo,
)
from trialbook.survival.multiplicity import adjusted, fixed_sequence, graphical
from trialbook.survival.proportional_hazards import (
    ProportionalHazards,
    SchoenfeldResiduals,
    proportional_hazards,
    schoenfeld_residuals,
)
from trialbook.survival.proportions import (
    OddsRatio,
    RiskDifference,
    miettinen_nurminen,
    newcombe,
    odds_ratio,
    standardized_difference,
)
from trialbook.survival.rates import (
    IncidenceRate,
    RateRatio,
    incidence_rate,
    rate_ratio,
)
from trialbook.survival.recurrent import (
    MeanCumulativeFunction,
    andersen_gill,
    mean_cumulative_function,
)
from trialbook.survival.risk_ratio import (
    PooledRatio,
    RiskRatio,
    pooled_ratio,
    risk_ratio,
)
from trialbook.survival.rmst import (
    RMST,
    default_tau,
    largest_tau,
    rmst,
    rmst_of,
)
from trialbook.survival.rmst_comparison import (
    RMSTCurve,
    RMSTDifference,
    RMSTRatio,
    rmst_curve,
    rmst_difference,
    rmst_ratio,
)
from trialbook.survival.simulation import (
    PiecewiseHazard,
    SimulatedPower,
    SimulatedTrials,
    simulate_trials,
)
from trialbook.survival.smoothing import LogHazardRatioOverTime, log_hazard_ratio_over_time
from trialbook.survival.survival_difference import SurvivalDifference, survival_difference

__all__ = [
    "FEW_EVENTS",
    "RMST",
    "Arms",
    "AtTimes",
    "AverageHazard",
    "AverageHazardDifference",
    "AverageHazardRatio",
    "BatchedCox",
    "BatchedLogRank",
    "ChiSquare",
    "Concordance",
    "CoxModel",
    "CumulativeIncidence",
    "ExtremeCases",
    "FineGray",
    "FirthModel",
    "FisherExact",
    "GrayTest",
    "ImputedEffect",
    "IncidenceAtTimes",
    "IncidenceRate",
    "KaplanMeier",
    "Limits",
    "LogHazardRatioOverTime",
    "LogRank",
    "MaxCombo",
    "MeanCumulativeFunction",
    "MoverDifference",
    "OddsRatio",
    "PiecewiseHazard",
    "PooledRatio",
    "ProfileInterval",
    "ProportionalHazards",
    "RMSTCurve",
    "RMSTDifference",
    "RMSTRatio",
    "RateRatio",
    "RiskDifference",
    "RiskRatio",
    "SampleSize",
    "SchoenfeldResiduals",
    "SimulatedPower",
    "SimulatedTrials",
    "SurvivalDifference",
    "TippingPoint",
    "adjusted",
    "andersen_gill",
    "average_hazard",
    "average_hazard_difference",
    "average_hazard_ratio",
    "batched_cox",
    "batched_log_rank",
    "bpcp",
    "by_arm",
    "cause_specific",
    "concordance",
    "concordance_of",
    "constant_hazard",
    "cox",
    "cumulative_incidence",
    "curve_limits",
    "default_tau",
    "delta_adjusted",
    "detectable_hazard_ratio",
    "event_probability",
    "expected_events",
    "extreme_cases",
    "fine_gray",
    "firth",
    "fisher_exact",
    "fisher_p_value",
    "fixed_sequence",
    "freedman_events",
    "graphical",
    "gray_test",
    "has_few_events",
    "incidence_rate",
    "kaplan_meier",
    "largest_tau",
    "log_hazard_ratio_over_time",
    "log_rank",
    "max_combo",
    "mean_cumulative_function",
    "miettinen_nurminen",
    "mover",
    "mover_difference",
    "naive_cumulative_incidence",
    "newcombe",
    "odds_ratio",
    "pooled_ratio",
    "power",
    "profile_interval",
    "proportional_hazards",
    "rate_ratio",
    "reverse_kaplan_meier",
    "risk_ratio",
    "rmst",
    "rmst_curve",
    "rmst_difference",
    "rmst_of",
    "rmst_ratio",
    "sample_size",
    "schoenfeld_events",
    "schoenfeld_residuals",
    "simulate_trials",
    "standardized_difference",
    "survival_difference",
    "tipping_point",
]
