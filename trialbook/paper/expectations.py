"""Statements in words, as something that results can satisfy or not.

A paper says "lower with B at every visit" or "no significant difference". In ``published.csv``
such a row selects results by a pattern: alternatives are separated by ``|`` (one may be empty),
``*`` stands for any text that is not empty, and ``ard_time`` also takes ``>0``. Its
``ard_expect`` says what each of them must satisfy:

====================== =========================================================================
``< 1``, ``>= 0.05``   a comparison with a number
``< B``                a comparison with the same result of arm B
``falls more than B``  last time point over the first, compared with the same of arm B
``not significant``    each baseline variable tested at 0.05, from the results of both arms
====================== =========================================================================
"""

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from trialbook.audit.paper import comparison

TEXT_KEY = ["analysis", "paramcd", "arm", "subgroup", "level", "method", "statistic"]
_COMPARE: dict[str, Callable] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Outcome:
    """What results say of a statement: whether it holds, and the evidence in a few words."""

    holds: bool
    computed: str


def select(results: pd.DataFrame, pattern: dict[str, str]) -> pd.DataFrame:
    """Return the results that a pattern of keys selects.

    Parameters
    ----------
    results : pandas.DataFrame
        A results frame.
    pattern : dict
        Column of the key to pattern; ``time`` is a number, ``*``, or a comparison such as ``>0``.
    """
    kept = np.ones(len(results), dtype=bool)
    for column in TEXT_KEY:
        regex = re.compile(_regex(pattern.get(column, "")))
        texts = results[column]
        fitting = [text for text in texts.unique() if regex.fullmatch(text)]
        kept &= texts.isin(fitting).to_numpy()
    return results[kept & _at(results["time"].to_numpy(float), pattern.get("time", ""))]


def _regex(pattern: str) -> str:
    either = (re.escape(part).replace(r"\*", ".+") for part in pattern.split("|"))
    return "|".join(either)


def _at(time: np.ndarray, pattern: str) -> np.ndarray:
    if not pattern:
        return np.isnan(time)
    if pattern == "*":
        return ~np.isnan(time)
    match = re.fullmatch(r"(<=|>=|<|>)\s*(-?\d+(?:\.\d+)?)", pattern)
    if match is None:
        return time == float(pattern)
    return _COMPARE[match[1]](time, float(match[2]))


def satisfied(results: pd.DataFrame, pattern: dict[str, str], expect: str) -> Outcome | None:
    """Say whether the selected results satisfy an expectation.

    Parameters
    ----------
    results : pandas.DataFrame
        A results frame.
    pattern : dict
        As in `select`.
    expect : str
        As described in this module's docstring.

    Returns
    -------
    Outcome or None
        None when the pattern selects nothing, or lacks what it is to be compared with.

    Raises
    ------
    ValueError
        When `expect` is none of the known forms.
    """
    if expect == "not significant":
        return _not_significant(results, pattern)
    chosen = select(results, pattern)
    if expect.startswith("falls more than "):
        return _falls(results, chosen, pattern, expect.removeprefix("falls more than "))
    match = re.fullmatch(r"(<=|>=|<|>)\s*(.+)", expect)
    if match is None:
        raise ValueError(
            f"ard_expect {expect!r} is not understood: use '< 1', '< ARM', 'falls more than ARM' "
            "or 'not significant'"
        )
    if chosen.empty:
        return None
    compare, other = _COMPARE[match[1]], match[2].strip()
    values = chosen["value"].to_numpy(float)
    try:
        against = np.full(len(values), float(other))
    except ValueError:
        against = _same_of_arm(results, chosen, other)
    if against is None:
        return None
    holding = int(np.sum(compare(values, against)))
    return Outcome(holding == len(values), f"{holding} of {len(values)}: {expect}")


def _same_of_arm(results: pd.DataFrame, chosen: pd.DataFrame, arm: str) -> np.ndarray | None:
    key = [column for column in TEXT_KEY if column != "arm"] + ["time"]
    others = results[results["arm"] == arm]
    joined = chosen[key].merge(others[[*key, "value"]], on=key, how="left")
    if joined["value"].isna().any() or len(joined) != len(chosen):
        return None
    return joined["value"].to_numpy(float)


def _falls(
    results: pd.DataFrame, chosen: pd.DataFrame, pattern: dict[str, str], arm: str
) -> Outcome | None:
    others = select(results, pattern | {"arm": arm})
    ratios = []
    for rows in (chosen, others):
        course = rows.dropna(subset=["value"]).sort_values("time")
        if len(course) < 2:
            return None
        ratios.append(course["value"].iloc[-1] / course["value"].iloc[0])
    own, other = ratios
    return Outcome(bool(own < other), f"last over first: {own:.2f} against {other:.2f}")


def _not_significant(results: pd.DataFrame, pattern: dict[str, str]) -> Outcome | None:
    tested = {}
    versus = comparison(pattern["arm"])
    every = {"arm": "*", "level": "|*", "method": "", "statistic": "*"}
    for name, of in select(results, pattern | every).groupby("paramcd", sort=False):
        p_value = _baseline_p(of, versus)
        if not math.isnan(p_value):
            tested[name] = p_value
    if not tested:
        return None
    least = min(tested, key=tested.get)
    significant = sum(p < SIGNIFICANT for p in tested.values())
    return Outcome(
        not significant,
        f"{significant} of {len(tested)} with P < {SIGNIFICANT}; smallest: {least}, "
        f"P = {tested[least]:.3f}",
    )


def _baseline_p(of: pd.DataFrame, versus) -> float:
    """Return the P value of one baseline variable: chi-square of its levels, or t of its SMD.

    The standardized difference is on the log scale where the variable is, and times
    1 / sqrt(1/n1 + 1/n0) it is the t statistic of arms of equal size.
    """

    def cells(arm: str, statistic: str) -> pd.Series:
        chosen = of[(of["arm"] == arm) & (of["statistic"] == statistic)]
        return chosen.set_index("level")["value"]

    counts = [cells(arm, "n") for arm in (versus.treated, versus.control)]
    smd = cells(versus.name, "smd")
    if "" in smd.index and all("" in n.index for n in counts):
        n1, n0 = (n[""] for n in counts)
        t = abs(smd[""]) / math.sqrt(1 / n1 + 1 / n0)
        return float(2 * stats.t.sf(t, n1 + n0 - 2))
    table = pd.concat(counts, axis=1).drop(index="", errors="ignore").fillna(0.0).to_numpy()
    table = table[table.sum(axis=1) > 0]
    if len(table) < 2 or (table.sum(axis=0) == 0).any():
        return math.nan
    return float(stats.chi2_contingency(table, correction=False).pvalue)
