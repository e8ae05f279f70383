"""Small counts of confidential data, which no page and no file may show."""

from typing import Any

import pandas as pd

COUNTS = ["n", "n_events", "n_censored", "n_at_risk", "n_missing"]
WITHHELD = "withheld"
# In a table of counts the other groups and the total would give a small count away.
TABULATED = ["disposition", "baseline", "exposure", "adverse_events", "response", "laboratory"]
_TELLING = [*COUNTS, "percent", "rate", "time_at_risk"]
_ROW = ["analysis", "paramcd", "arm", "subgroup", "level", "time", "method"]
_LINE = ["analysis", "paramcd", "subgroup", "level", "time"]


def withheld(results: pd.DataFrame, min_cell: int) -> dict[tuple[Any, ...], str]:
    """Return which rows are not shown, and what stands in their place.

    Parameters
    ----------
    results : pandas.DataFrame
        A results frame.
    min_cell : int
        The smallest count shown; 0 and 1 withhold nothing.

    Returns
    -------
    dict
        Key of the row (its columns from analysis to statistic) to ``"<5"``, say, for a small
        count, and to ``"withheld"`` for what would give one away: percentage and rate of the same
        row, and in tables of counts the same line of all groups. A count of 0 is shown.
    """
    if min_cell <= 1:
        return {}
    rows = results.fillna({"time": -1.0})
    small = rows["statistic"].isin(COUNTS) & rows["value"].between(0, min_cell, inclusive="neither")
    line, row = (pd.MultiIndex.from_frame(rows[columns]) for columns in (_LINE, _ROW))
    # How many values are missing tells nothing about a patient: it hides only itself.
    giving_away = small & (rows["statistic"] != "n_missing")
    in_table = rows["analysis"].isin(TABULATED) & line.isin(line[giving_away])
    beside = rows["statistic"].isin(_TELLING) & row.isin(row[giving_away])
    hidden = small | in_table | beside
    marks = small.map({True: f"<{min_cell}", False: WITHHELD})[hidden]
    return dict(zip(row_keys(results[hidden]), marks, strict=True))


def row_keys(results: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Return the key of every row, from analysis to statistic, with None for no time.

    NaN equals nothing, so that it could not be part of a key.
    """
    times = [None if time != time else time for time in results["time"]]
    columns = [times if name == "time" else results[name] for name in [*_ROW, "statistic"]]
    return list(zip(*columns, strict=True))


def shown_count(n: float, min_cell: int) -> str:
    """Return a count as it may be shown."""
    return f"<{min_cell}" if 0 < n < min_cell else f"{n:,.0f}"
