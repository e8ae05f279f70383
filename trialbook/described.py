"""What a row of results is of, in words: analysis set, data set, statistic, unit."""

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from trialbook.trial import Trial

# The analysis set of each analysis; of those that are not here, the efficacy population.
_SAFETY = {"adverse_events", "exposure", "laboratory", "liver"}
_NO_PATIENTS = {"design", "evidence"}
DATASETS = {
    "adverse_events": "ADAE",
    "baseline": "ADSL",
    "centre": "ADSL",
    "deviation": "ADDV",
    "discontinuation": "ADSL",
    "disposition": "ADSL",
    "exposure": "ADSL",
    "laboratory": "ADLB",
    "liver": "ADLB",
    "recurrent": "ADTTER",
    "response": "ADSL",
    "design": "",
    "evidence": "",
}

LABELS = {
    "average_hazard": "average hazard with survival weight",
    "chisq": "chi-square",
    "coef": "log hazard ratio",
    "cumulative_incidence": "cumulative incidence",
    "df": "degrees of freedom",
    "difference": "difference",
    "events": "number of events",
    "geometric_mean": "geometric mean",
    "hr": "hazard ratio",
    "hr_lower": "hazard ratio, lower confidence limit",
    "hr_upper": "hazard ratio, upper confidence limit",
    "losses": "losses",
    "lower": "lower confidence limit",
    "max": "maximum",
    "mean": "mean",
    "median": "median",
    "min": "minimum",
    "n": "number of patients",
    "n_at_risk": "number at risk",
    "n_censored": "number censored",
    "n_events": "number of patients with the event",
    "n_missing": "number missing",
    "nnt": "number needed to treat",
    "odds_ratio": "odds ratio",
    "p_value": "P value",
    "percent": "percentage of patients",
    "power": "power",
    "q1": "first quartile",
    "q3": "third quartile",
    "rate": "rate per 100 patient-years",
    "rate_ratio": "rate ratio",
    "ratio": "ratio",
    "risk_difference": "risk difference",
    "rmst": "restricted mean survival time",
    "sd": "standard deviation",
    "smd": "standardized mean difference",
    "std_error": "standard error",
    "survival": "survival probability",
    "ties": "ties",
    "time_at_risk": "time at risk",
    "upper": "upper confidence limit",
    "win_ratio": "win ratio",
    "wins": "wins",
}
_RATES = {"rate", "average_hazard"}
_PROPORTIONS = {"survival", "cumulative_incidence", "risk_difference", "power"}
# The unit of an estimate's limits and standard error is that of the estimate beside them.
_OF_ESTIMATE = {"std_error", "lower", "upper"}
_TIMES = {"median", "rmst"}


def described(frame: pd.DataFrame, trial: "Trial") -> pd.DataFrame:
    """Return the columns ``population``, ``dataset``, ``label`` and ``unit`` of results.

    Parameters
    ----------
    frame : pandas.DataFrame
        Results: ``analysis``, ``paramcd``, ``arm``, ``level``, ``method``, ``statistic``.
    trial : Trial
        Its populations' flags and the unit of AVAL.

    Returns
    -------
    pandas.DataFrame
        All text: the flag of the analysis set (empty where no patients are counted, or the set
        has no flag), the data set, the statistic in words, its unit (empty where it is a pure
        number, or that of a variable or laboratory parameter whose own unit stands in its label).
    """
    kinds = frame["analysis"].where(frame["analysis"] != "curve", frame["level"])
    estimates = _estimates(frame)
    flags = trial.config.populations
    return pd.DataFrame(
        {
            "population": [_population(kind, flags) for kind in kinds],
            "dataset": [DATASETS.get(kind, "ADTTE") for kind in kinds],
            "label": frame["statistic"].map(LABELS).fillna(frame["statistic"]),
            "unit": [
                _unit(kind, statistic, estimate, method, trial.time.unit)
                for kind, statistic, estimate, method in zip(
                    kinds, frame["statistic"], estimates, frame["method"], strict=True
                )
            ],
        },
        index=frame.index,
    )


def _population(kind: str, flags) -> str:
    if kind in _NO_PATIENTS:
        return ""
    if kind in {"disposition", "discontinuation"}:
        return "RANDFL"
    return flags.safety if kind in _SAFETY else flags.efficacy


def _estimates(frame: pd.DataFrame) -> list[str]:
    """Return, for each row, the estimate that stands beside its limits."""
    main = (
        "rate_ratio",
        "ratio",
        "risk_difference",
        "difference",
        "average_hazard",
        "rate",
        "rmst",
    )
    main += ("cumulative_incidence", "survival", "median", "hr", "geometric_mean", "mean")
    keys = ["analysis", "paramcd", "arm", "subgroup", "level", "time", "method"]
    rank = {name: i for i, name in enumerate(main)}
    places = frame["statistic"].map(rank)
    grouped = frame.assign(place=places).groupby(keys, dropna=False)["place"].transform("min")
    return [main[int(place)] if place == place else "" for place in grouped]


def _unit(kind: str, statistic: str, estimate: str, method: str, time_unit: str) -> str:
    name = estimate if statistic in _OF_ESTIMATE else statistic
    if name == "percent":
        return "%"
    if name == "time_at_risk":
        return time_unit
    if name in _RATES:
        return "per 100 patient-years"
    if name in _PROPORTIONS:
        return "proportion"
    of_time = kind in {"kaplan_meier", "follow_up", "rmst", "cox"}
    if name in _TIMES and of_time:
        return time_unit
    if name == "difference":
        if kind == "rmst":
            return time_unit
        if kind == "landmark":
            return "proportion"
        if kind == "average_hazard":
            return "per 100 patient-years"
    return ""
