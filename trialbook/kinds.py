"""What kind of number each statistic is: its decimals, its unit, and what stands for none."""

from dataclasses import dataclass

from trialbook.results import CURVE

NOT_ESTIMABLE = "NE"
NOT_REACHED = "not reached"
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Kind:
    """What kind of number a statistic is: how many decimals, which factor, which unit.

    `none` is the value that means no difference: a limit beside it keeps its side.
    """

    digits: int
    factor: float = 1.0
    unit: str = ""
    time: bool = False
    missing: str = NOT_ESTIMABLE
    none: float | None = None


COUNT = Kind(0)
PERCENT = Kind(1)
PROPORTION = Kind(1, factor=100, unit="%")
# A difference of percentages is one in points, never in percent.
POINTS = Kind(1, factor=100, none=0)
RATIO = Kind(2, none=1)
NUMBER = Kind(2)
COEFFICIENT = Kind(3)
RATE = Kind(1)
RATE_DIFFERENCE = Kind(1, none=0)
TIME = Kind(1, time=True)
TIME_DIFFERENCE = Kind(1, time=True, none=0)
MEDIAN_TIME = Kind(1, time=True, missing=NOT_REACHED)
P_VALUE = Kind(3)
HAZARD_RATIO = ("hr", "hr_lower", "hr_upper")

STATISTICS = {
    **dict.fromkeys(
        ["n", "n_events", "n_censored", "n_at_risk", "n_missing", "df", "time_at_risk"], COUNT
    ),
    "percent": PERCENT,
    **dict.fromkeys(
        ["mean", "median", "q1", "q3", "min", "max", "geometric_mean", "rate", "nnt"], Kind(1)
    ),
    **dict.fromkeys(
        [
            "sd",
            "smd",
            "transaminase",
            "bilirubin",
            "chisq",
            "difference",
        ],
        NUMBER,
    ),
    **dict.fromkeys(["ratio", "rate_ratio", "odds_ratio", "win_ratio"], RATIO),
    **dict.fromkeys(["wins", "losses", "ties", "events"], COUNT),
    "average_hazard": RATE,
    "risk_difference": POINTS,
    **dict.fromkeys(HAZARD_RATIO, RATIO),
    **dict.fromkeys(["coef", "std_error"], COEFFICIENT),
    **dict.fromkeys(["survival", "cumulative_incidence", "power"], PROPORTION),
    **dict.fromkeys(["rmst"], TIME),
    **dict.fromkeys(["lower", "upper"], NUMBER),
    "p_value": P_VALUE,
}
# A limit or a standard error is printed like the estimate it belongs to.
LIMITS = {"lower", "upper", "std_error"}
OF_PROPORTIONS = {
    "adverse_events",
    "competing_risks",
    "discontinuation",
    "kaplan_meier",
    "landmark",
    "response",
}


def kind_of(
    statistic: str, analysis: str = "", level: str = "", method: str = "", arm: str = ""
) -> Kind:
    """Return how a statistic of an analysis is printed.

    Parameters
    ----------
    statistic, analysis, level, method, arm : str
        As in the results frame; `lower`, say, is a time beside a median, a percentage beside a
        survival probability.

    Returns
    -------
    Kind

    Raises
    ------
    KeyError
        The statistic is unknown.
    """
    if analysis == CURVE:
        analysis, level = level, ""
    at_quantile = level in {"median", "q25", "q75"}
    if analysis in {"kaplan_meier", "follow_up"} and at_quantile:
        return MEDIAN_TIME if statistic == "median" else TIME
    if analysis == "rmst" and statistic in LIMITS | {"difference", "rmst"}:
        if method.startswith("ratio"):
            return RATIO
        return TIME_DIFFERENCE if " vs " in arm else TIME
    if analysis == "average_hazard" and statistic in LIMITS | {"difference"}:
        if method.startswith("ratio"):
            return RATIO
        return RATE_DIFFERENCE if " vs " in arm else RATE
    if analysis == "noninferiority" and statistic in LIMITS | {"difference", "survival"}:
        return POINTS if method.startswith("difference") else RATIO
    if analysis == "laboratory" and statistic in {"mean", "geometric_mean"}:
        return NUMBER
    if statistic in LIMITS | {"difference"}:
        of_rates = analysis == "adverse_events" and method.startswith("exact")
        if (analysis == "incidence_rate" and statistic != "std_error") or of_rates:
            return RATIO if " vs " in arm else RATE
        if analysis in OF_PROPORTIONS:
            return POINTS if " vs " in arm else PROPORTION
        if statistic in LIMITS and analysis in STATISTICS:  # named after what it estimates
            return STATISTICS[analysis]
    return STATISTICS[statistic]
