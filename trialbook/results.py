"""Results: one tidy frame for every number that the book prints (the Analysis Results Data).

An analysis makes rows with `rows`, several of them are joined by `results_frame`, and tables,
figures and sentences are made from that frame. `ard.csv` is the same frame, sorted, complete
and unique by `KEY`.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    pass

# An analysis as results name it, in words.
ANALYSES = {
    "adverse_events": "Adverse events",
    "average_hazard": "Average hazards",
    "baseline": "Characteristics at baseline",
    "centre": "Centres",
    "competing_risks": "Cumulative incidences beside competing events",
    "composite": "The components of the composite",
    "cox": "Hazard ratios",
    "design": "The planned size",
    "deviation": "Protocol deviations",
    "discontinuation": "Reasons for leaving over time",
    "disposition": "Numbers of patients, and what became of them,",
    "evidence": "Other trials",
    "exposure": "Dose and duration of treatment",
    "follow_up": "The length of follow-up",
    "incidence_rate": "Rates of the event",
    "intercurrent": "Intercurrent events",
    "kaplan_meier": "Kaplan-Meier estimates",
    "laboratory": "Laboratory results",
    "landmark": "Differences at the landmarks",
    "liver": "Values of the liver",
    "log_rank": "Log-rank tests",
    "multiplicity": "Adjusted P values",
    "noninferiority": "The comparison with the margin",
    "period": "Hazard ratios by period",
    "proportional_hazards": "Tests of proportional hazards",
    "recurrent": "Events that came again",
    "response": "Outcomes that are a yes or a no",
    "rmst": "Restricted means",
    "sensitivity": "Other ways to analyse",
    "strata": "Counts by stratum",
    "subgroup": "Subgroups",
    "tipping_point": "Imputations for those who left",
}
KEY = ["chapter", "analysis", "paramcd", "arm", "subgroup", "level", "time", "method", "statistic"]
# The analysis of what is drawn as a curve: its `level` names the analysis whose curve it is.
CURVE = "curve"
DESCRIBED = ["population", "dataset", "label", "unit"]
COLUMNS = [*KEY, "value", "printed", "basis", "notice", *DESCRIBED, "state", "shown"]
# The value that readers may see, which takes that of `value` in what lies beside the pages.
SEEN = "seen"


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
