"""What is decided about rows of results, and the counts that the rules of withholding read."""

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from trialbook.safe.arithmetic import Counts

COUNTS = ["n", "n_events", "n_censored", "n_at_risk", "n_missing"]
LINE = ["analysis", "paramcd", "subgroup", "level", "time", "method"]
_KEY = ["analysis", "paramcd", "arm", "subgroup", "level", "time", "method", "statistic"]
# A time is never negative: what has none.
NO_TIME = -1.0


@dataclass(frozen=True)
class Line:
    """A line of a table: what its rows, of every arm and statistic, have in common."""

    analysis: str
    paramcd: str
    subgroup: str = ""
    level: str = ""
    time: float = NO_TIME
    method: str = ""


@dataclass
class Decisions:
    """What readers are not shown.

    Attributes
    ----------
    lines : set of tuple
        Lines of which nothing is shown: (analysis, paramcd, subgroup, level, time), of whatever
        method, or with the method as a sixth.
    cells : set of tuple
        (analysis, paramcd, arm): nothing of the arm is shown in the analysis.
    counts : set of tuple
        Lines of which no count is shown.
    coarse : set of tuple
        Lines of which no count is shown, and percentages in whole points.
    rows : set of tuple
        (line with its method, arm, statistic).
    """

    lines: set[tuple] = field(default_factory=set)
    cells: set[tuple] = field(default_factory=set)
    counts: set[tuple] = field(default_factory=set)
    coarse: set[tuple] = field(default_factory=set)
    rows: set[tuple] = field(default_factory=set)


def key(line: Line, *, method: bool = False) -> tuple:
    """Return a line as `Decisions` hold it."""
    of = (line.analysis, line.paramcd, line.subgroup, line.level, line.time)
    return (*of, line.method) if method else of


def counts_of(results: pd.DataFrame, statistic: str) -> dict[Line, Counts]:
    """Return a count of every line by arm, in the order of the results.

    Parameters
    ----------
    results : pandas.DataFrame
        Results whose missing time is `NO_TIME`.
    statistic : str
        ``n`` or another count.

    Returns
    -------
    dict
        Line to arm (or comparison) to count; without those that are not estimable.
    """
    rows = results[(results["statistic"] == statistic).to_numpy() & results["value"].notna()]
    found: dict[Line, dict[str, float]] = defaultdict(dict)
    columns = [rows[name] for name in (*LINE, "arm", "value")]
    for *of, arm, value in zip(*columns, strict=True):
        if math.isfinite(value):
            found[Line(*of)][str(arm)] = float(value)
    return dict(found)


def families(lines: dict[Line, Counts]) -> dict[tuple, dict[Line, Counts]]:
    """Return the lines with a level, by what they are levels of."""
    found: dict[tuple, dict[Line, Counts]] = defaultdict(dict)
    for line, counts in lines.items():
        if line.level:
            of = (line.analysis, line.paramcd, line.subgroup, line.time, line.method)
            found[of][line] = counts
    return dict(found)


def row_keys(results: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Return the key of every row, from analysis to statistic, with None for no time.

    NaN equals nothing, so that it could not be part of a key.
    """
    times = [None if time != time else time for time in results["time"]]
    columns = [times if name == "time" else results[name] for name in _KEY]
    return list(zip(*columns, strict=True))
