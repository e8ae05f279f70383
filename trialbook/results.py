"""Results: one tidy frame for every number that the book prints (the Analysis Results Data).

An analysis makes rows with `rows`, several of them are joined by `results_frame`, and tables,
figures and sentences are made from that frame. `ard.csv` is the same frame, sorted, complete
and unique by `KEY`.
"""

from collections.abc import Iterable

import pandas as pd

KEY = ["chapter", "analysis", "paramcd", "arm", "subgroup", "level", "time", "method", "statistic"]
COLUMNS = [*KEY, "value", "printed", "basis", "notice"]


def versus(treated: str, control: str) -> str:
    """Return the `arm` of a comparison: ``"MMF vs AZA"``."""
    return f"{treated} vs {control}"


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
