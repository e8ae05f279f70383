"""The visits of ADLB, ADVS and ADEG where AVISITN does not number them."""

import re

import numpy as np
import pandas as pd

from trialbook.adam.problems import Findings

_COUNTED = re.compile(r"\s*(?P<word>[^\W\d]*)\s*(?P<number>\d+(?:\.\d+)?)\s*")
_BEFORE = {"BASELINE": 0.0, "SCREENING": -1.0}


def with_visit_numbers(
    records: pd.DataFrame, name: str, file: str, findings: Findings
) -> pd.DataFrame | None:
    """Return the records of a data set by visits with AVISITN.

    Where AVISITN is not there, or blank throughout, a visit's number is that in its name
    (``Month 3``), if all names have one and the same word before it; else the visits are numbered
    from 0 in the order of their median day (ADY). Nothing else tells their order.

    Parameters
    ----------
    records : pandas.DataFrame
        ADLB, ADVS or ADEG.
    name, file : str
        Which of them, and where it is from.
    findings : Findings
        Is told how the visits were numbered, or that the data set is left out.

    Returns
    -------
    pandas.DataFrame or None
        None where nothing tells the visits apart, or their order: the data set is left out.
    """
    if "AVISITN" in records and records["AVISITN"].notna().any():
        return records
    visit = records["AVISIT"].astype(object) if "AVISIT" in records else None
    if visit is not None and visit.notna().any():
        names = visit.dropna().unique()
        numbers, how = _counted(names), "taken from AVISIT"
        if numbers is None:
            numbers, how = _by_day(records, visit), "numbered from 0 in the order of ADY"
        if numbers is not None:
            of = visit.map(numbers).astype(float)
            findings.repair(file, "AVISITN", how, int(of.notna().sum()))
            return records.assign(AVISITN=of)
    findings.remark(
        f"{name} has no AVISITN, and nothing else that tells the order of its visits (AVISIT with "
        f"numbers, or AVISIT with ADY): {name} is left out."
    )
    return None


def _counted(names: np.ndarray) -> dict[str, float] | None:
    """Return the numbers in the names of visits, None where they do not all count one thing.

    >>> _counted(np.array(["Baseline", "Month 3", "Month 12"]))
    {'Baseline': 0.0, 'Month 3': 3.0, 'Month 12': 12.0}
    """
    found = {name: _COUNTED.fullmatch(str(name)) for name in names}
    words = {match["word"].casefold() for match in found.values() if match}
    numbers = {
        name: float(match["number"]) if match else _BEFORE.get(str(name).strip().upper())
        for name, match in found.items()
    }
    distinct = len(set(numbers.values())) == len(numbers)
    return numbers if len(words) == 1 and distinct and None not in numbers.values() else None


def _by_day(records: pd.DataFrame, visit: pd.Series) -> dict[str, float] | None:
    """Return the rank, from 0, of each visit's median day; None where days do not tell."""
    if "ADY" not in records:
        return None
    days = records["ADY"].astype(float).groupby(visit).median().dropna().sort_values(kind="stable")
    if days.empty or days.duplicated().any():
        return None
    return {name: float(rank) for rank, name in enumerate(days.index)}
