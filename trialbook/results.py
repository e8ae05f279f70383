"""Results: one tidy frame for every number that the book prints (the Analysis Results Data).

An analysis makes rows with `rows`, several of them are joined by `results_frame`, and tables,
figures and sentences are made from that frame. `ard.csv` is the same frame, sorted, complete
and unique by `KEY`.
"""

from collections.abc import Iterable

import pandas as pd

# An analysis as results name it, in words: the beginning of a sentence on its results.
IN_WORDS = {
    "adverse_events": "Adverse events are",
    "average_hazard": "Average hazards are",
    "baseline": "Characteristics at baseline are",
    "centre": "Centres are",
    "competing_risks": "Cumulative incidences beside competing events are",
    "composite": "The components of the composite are",
    "cox": "Hazard ratios are",
    "design": "The planned size is",
    "deviation": "Protocol deviations are",
    "discontinuation": "Reasons for leaving over time are",
    "disposition": "Numbers of patients, and what became of them, are",
    "evidence": "Other trials are",
    "exposure": "Dose and duration of treatment are",
    "follow_up": "The length of follow-up is",
    "incidence_rate": "Rates of the event are",
    "intercurrent": "Intercurrent events are",
    "kaplan_meier": "Kaplan-Meier estimates are",
    "laboratory": "Laboratory results are",
    "landmark": "Differences at the landmarks are",
    "liver": "Values of the liver are",
    "log_rank": "Log-rank tests are",
    "multiplicity": "Adjusted P values are",
    "noninferiority": "The comparison with the margin is",
    "period": "Hazard ratios by period are",
    "proportional_hazards": "Tests of proportional hazards are",
    "recurrent": "Events that came again are",
    "response": "Outcomes that are a yes or a no are",
    "rmst": "Restricted means are",
    "sensitivity": "Other ways to analyse are",
    "strata": "Counts by stratum are",
    "subgroup": "Subgroups are",
    "tipping_point": "Imputations for those who left are",
}
KEY = ["chapter", "analysis", "paramcd", "arm", "subgroup", "level", "time", "method", "statistic"]
# The analysis of what is drawn as a curve: its `level` names the analysis whose curve it is.
CURVE = "curve"
DESCRIBED = ["population", "dataset", "label", "unit"]
COLUMNS = [*KEY, "value", "printed", "basis", "notice", *DESCRIBED, "state", "shown"]
# The value that readers may see, which takes that of `value` in what lies beside the pages.
SEEN = "seen"
# The state of a row that readers may not see, and what stands in the place of its number.
WITHHELD = "withheld"


def rows(
    analysis: str,
    statistics: dict[str, float | None],
    *,
    paramcd: str = "",
    arm: str = "",
    subgroup: str = "",
    level: str = "",
    time: float | None = None,
    method: str = "",
) -> list[dict]:
    """Return one row per statistic of one analysis.

    Parameters
    ----------
    analysis : str
        The analysis as the data contract names it, ``"cox"`` say.
    statistics : dict
        Statistic to value, at full precision; None or NaN means *not estimable*.
    paramcd, arm, subgroup, level, time, method
        What the analysis is of; see `KEY`. `time` is in AVAL's unit.

    Returns
    -------
    list of dict
        Rows for `results_frame`.
    """
    of = {
        "analysis": analysis,
        "paramcd": paramcd,
        "arm": arm,
        "subgroup": subgroup,
        "level": level,
        "time": time,
        "method": method,
    }
    return [
        {**of, "statistic": name, "value": None if value is None else float(value)}
        for name, value in statistics.items()
    ]


def method_at(method: str, conf_level: float) -> str:
    """Return the method's key: ``efron``, and ``efron@0.90`` for another level than 95%."""
    if abs(conf_level - 0.95) < 1e-12:
        return method
    two_decimals = f"{conf_level:.2f}"
    shown = two_decimals if float(two_decimals) == conf_level else f"{conf_level!r}"
    return f"{method}@{shown}"


def results_frame(records: Iterable[dict]) -> pd.DataFrame:
    """Join rows into a tidy frame with the columns from ``analysis`` to ``value``.

    Returns
    -------
    pandas.DataFrame
        Text columns are str, never missing; ``time`` and ``value`` are float, NaN where empty.
    """
    columns = COLUMNS[1:10]
    frame = pd.DataFrame.from_records(list(records), columns=columns)
    return frame.astype(dict.fromkeys(columns, str) | {"time": float, "value": float})
