"""The visits of ADLB, ADVS and ADEG where AVISITN does not number them."""

import re

import numpy as np
import pandas as pd

from trialbook.adam.problems import Findings

_COUNTED = re.compile(r"\s*(?P<word>[^\W\d]*)[\s_-]*(?P<number>\d+(?:\.\d+)?)\s*")
_BASELINE = re.compile(r"\bbase ?line\b|randomi[sz]ation|pre-?dose", re.IGNORECASE)
_UNSCHEDULED = re.compile(r"unsched|unplanned", re.IGNORECASE)
# of days of visits that follow no plan, figures over time show nothing
_MOST_DAYS = 30


def with_visit_numbers(
    records: pd.DataFrame, name: str, file: str, findings: Findings
) -> pd.DataFrame | None:
    """Return the records of a data set by visits with AVISITN, one number for each visit.

    Where AVISITN is not there, or one AVISIT has several (it is the day, then), a visit's number
    is that in its name (``Month 3``; the baseline is 0), if the names have one and the same word
    before it; else the visits go by their median day. An unscheduled visit has no number: its
    values count among the worst, not over time.

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
    given = "AVISITN" in records and records["AVISITN"].notna().any()
    numbers = records["AVISITN"] if given else pd.Series(np.nan, index=records.index)
    names = records.get("AVISIT", pd.Series(np.nan, index=records.index)).astype(object)
    off = _unscheduled(names, numbers)
    if n := int((off & numbers.notna()).sum()):
        findings.repair(file, "AVISITN", "unscheduled visits set apart from the others", n)
        numbers = numbers.mask(off)
    on = names.where(~off)
    pairs = pd.DataFrame({"on": on, "number": numbers}).dropna().drop_duplicates()
    several = given and bool(pairs["on"].duplicated().any())
    if several:
        found, how = _counted(on, numbers), "several for one AVISIT, taken from AVISIT"
        if found is None:
            found, how = _days(on, numbers), "several for one AVISIT, their median taken"
    elif not given and on.notna().any():
        found, how = _counted(on, records.get("ADY")), "taken from AVISIT"
        if found is None:
            found, how = _order(on, records), "numbered from 0 in the order of ADY"
    elif not given and "ADY" in records and 1 < records["ADY"].nunique() <= _MOST_DAYS:
        on, found, how = records["ADY"], {day: day for day in records["ADY"].unique()}, "ADY"
    elif given:
        return records.assign(AVISITN=numbers)
    else:
        found = None
    if found:
        numbers = on.map(found).astype(float)
        findings.repair(file, "AVISITN", how, int(numbers.notna().sum()))
        return records.assign(AVISITN=numbers)
    findings.remark(
        f"{name} has no AVISITN, and nothing else that tells the order of its visits (AVISIT with "
        f"numbers, or AVISIT with ADY): {name} is left out."
    )
    return None


def _unscheduled(names: pd.Series, numbers: pd.Series) -> pd.Series:
    """Return which records are of an unscheduled visit: AVISIT says so, or AVISITN is 1.1."""
    said = [name for name in names.dropna().unique() if _UNSCHEDULED.search(str(name))]
    between = numbers.notna() & numbers.ne(numbers.round()) & names.isna()
    return names.isin(said) | between


def _counted(names: pd.Series, days: pd.Series | None) -> dict[str, float] | None:
    """Return the numbers in the names of visits, None where they do not all count one thing.

    ``Screening`` or ``End of treatment`` go where their days are, before or after the others.
    """
    different = names.dropna().unique()
    matches = {name: _COUNTED.fullmatch(str(name)) for name in different}
    words = {match["word"].casefold() for match in matches.values() if match}
    found = {name: float(match["number"]) for name, match in matches.items() if match}
    found |= {name: 0.0 for name in different if not matches[name] and _BASELINE.search(str(name))}
    if len(words) != 1 or len(set(found.values())) < len(found):
        return None
    day = _days(names, days) if days is not None else {}
    others = [name for name in different if name not in found]
    if any(name not in day for name in others) and others != ["Screening"]:
        return None
    first = min((day[name] for name in found if name in day), default=np.inf)
    last = max((day[name] for name in found if name in day), default=-np.inf)
    for name in sorted(others, key=lambda name: day.get(name, -np.inf)):
        if day.get(name, -np.inf) <= first:
            found[name] = min(found.values()) - 1
        elif day[name] >= last:
            found[name] = max(found.values()) + 1
        else:
            return None
    return found


def _days(names: pd.Series, days: pd.Series) -> dict[str, float]:
    """Return the median day of each visit that has one."""
    return days.astype(float).groupby(names).median().dropna().to_dict()


def _order(names: pd.Series, records: pd.DataFrame) -> dict[str, float] | None:
    """Return the rank, from 0, of each visit's median day; None where days do not tell."""
    days = _days(names, records["ADY"]) if "ADY" in records else {}
    if not days or len(set(days.values())) < len(days):
        return None
    return {name: float(rank) for rank, name in enumerate(sorted(days, key=days.get))}
