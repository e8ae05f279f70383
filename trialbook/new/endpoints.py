"""Which end points there are, what their events are called, and in which unit time counts."""

import re
from math import floor

import numpy as np
import pandas as pd

from trialbook.adam.evaluable import is_count
from trialbook.adam.problems import examples, shortened
from trialbook.adam.unit_words import unit_by_dates, unit_in, unit_of
from trialbook.new.flat import flat_unit
from trialbook.new.inference import Inference, UsageError, asked
from trialbook.units import DAYS_PER_UNIT

_KNOWN = {
    "OS": "death",
    "DEATH": "death",
    "PFS": "progression or death",
    "DFS": "recurrence or death",
    "RFS": "recurrence or death",
    "EFS": "event or death",
    "TTP": "progression",
}
_FAVOURABLE = re.compile(
    r"remission|response|recover|healing|discharge|cure\b|improvement|weaning|resolution|"
    r"conception|pregnan|birth", re.IGNORECASE
)  # fmt: skip
_LOSS = re.compile(r"duration of|loss of|relapse|failure|without|lack of|worsening", re.IGNORECASE)
_UNIT = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$")
_TIME_TO = re.compile(r"^time (from .* )?(to|until) (the )?(first )?", re.IGNORECASE)


def time_endpoints(adtte: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows of ADTTE that are times, and the PARAMCDs that are counts."""
    silent = pd.Series(True, index=adtte.index)
    no_time = ~silent
    if "AVALU" in adtte:
        silent = adtte["AVALU"].isna()
        no_time = ~silent & adtte["AVALU"].map(unit_of, na_action="ignore").isna()
    if "PARAM" in adtte:
        no_time |= silent & adtte["PARAM"].map(is_count, na_action="ignore").eq(True)
    counts = adtte.loc[no_time, "PARAMCD"].unique()
    return adtte[~adtte["PARAMCD"].isin(counts)], sorted(counts)


def infer_endpoints(
    adtte: pd.DataFrame, primary: str | None
) -> tuple[list[dict], list[Inference], list[str]]:
    """Return the end points as trial.yml's mappings, the primary first.

    Raises
    ------
    UsageError
        When there are several and nothing shows which is the primary one.
    """
    times, counts = time_endpoints(adtte)
    paramcds = list(times["PARAMCD"].dropna().unique())
    if not paramcds:
        units = ", ".join(examples(adtte["AVALU"].dropna())) if "AVALU" in adtte else ""
        raise UsageError("ADTTE holds no end point in " + ", ".join(DAYS_PER_UNIT)
                         + (f": AVALU is {units}" if units else ""), "--from")  # fmt: skip
    first = _primary(times, paramcds, primary)
    notes = [f"{paramcd} is no time (a count, say) and was left out" for paramcd in counts]
    endpoints = []
    for paramcd in [first[0], *(one for one in paramcds if one != first[0])]:
        param = _param(times, paramcd)
        endpoints.append({
            "paramcd": paramcd,
            "label": event_label(paramcd, param),
            "role": "primary" if paramcd == first[0] else "secondary",
            "event": hoped_for(param),
        })  # fmt: skip
    found = [Inference("end points", ", ".join(examples(paramcds, 20)), "their codes (PARAMCD)"),
             Inference("primary end point", *first)]  # fmt: skip
    return endpoints, found, notes


def hoped_for(name: str) -> str:
    """Return whether an end point's name is of what one hopes for: favourable or unfavourable."""
    wanted = _FAVOURABLE.search(name) and not _LOSS.search(name)
    return "favourable" if wanted else "unfavourable"


def _primary(times: pd.DataFrame, paramcds: list[str], primary: str | None) -> tuple[str, str]:
    """Return the primary end point and on what ground it is."""
    if primary is not None:
        folded = {paramcd.casefold(): paramcd for paramcd in paramcds}
        if primary.casefold() not in folded:
            listed = ", ".join(paramcds)
            raise UsageError(
                f"--primary: {primary} is no end point of the data: {listed}", "--primary"
            )
        return folded[primary.casefold()], "said with --primary"
    if len(paramcds) == 1:
        return paramcds[0], "the only one"
    called = [one for one in paramcds if re.search(r"\bprimary\b", _param(times, one), re.I)]
    if len(called) == 1:
        return called[0], "PARAM says primary"
    raise asked(
        f"{len(paramcds)} end points are given: say which is the primary one with --primary "
        f"({', '.join(examples(paramcds, 20))})",
        "--primary", "Which end point is the primary one?", paramcds,
    )  # fmt: skip


def _param(times: pd.DataFrame, paramcd: str) -> str:
    if "PARAM" not in times:
        return paramcd
    params = times.loc[times["PARAMCD"] == paramcd, "PARAM"].dropna()
    return str(params.iloc[0]) if len(params) else paramcd


def event_label(paramcd: str, param: str) -> str:
    """Return what the event is called: ``Time to First Fall (Days)`` is about a ``fall``."""
    if paramcd.upper() in _KNOWN:
        return _KNOWN[paramcd.upper()]
    label = _TIME_TO.sub("", _UNIT.sub("", param)).strip()
    words = [word if word.isupper() and len(word) < 6 and not param.isupper() else word.lower()
             for word in label.split()]  # fmt: skip
    return shortened(" ".join(words) or paramcd)


def infer_unit(
    adtte: pd.DataFrame, unit: str | None, column: str | None = None
) -> tuple[str, str, bool]:
    """Return the unit of AVAL, on what ground, and whether that proves it.

    Parameters
    ----------
    adtte : pandas.DataFrame
        PARAMCD, AVAL and what there is of AVALU, PARAM, STARTDT and ADT.
    unit : str or None
        The unit that the user said.
    column : str or None
        The name of the column of times, in a flat file.

    Raises
    ------
    UsageError
        When the end points are in several units, when what is said contradicts the file, or when
        nothing shows the unit.
    """
    said = None
    if unit is not None:
        said = unit_of(unit)
        if said is None:
            raise UsageError("--unit must be one of " + ", ".join(DAYS_PER_UNIT), "--unit")
    for variable, reader in {"AVALU": unit_of, "PARAM": unit_in}.items():
        if variable in adtte:
            found = adtte[variable].dropna().drop_duplicates().map(reader).dropna().unique()
            if len(found) > 1:
                raise UsageError(
                    f"the end points are in {' and '.join(found)}: a trial has one unit of time; "
                    "convert them first",
                    "--from",
                )
            if len(found) and said not in (None, found[0]):
                raise UsageError(f"--unit {unit}: {variable} of ADTTE says {found[0]}", "--unit")
            if len(found):
                return found[0], f"{variable} of ADTTE", True
    dated = _by_dates(adtte)
    named = flat_unit(column) if column is not None else None
    if said is not None and named is not None and named[0] != said:
        return said, f"said with --unit, although {named[1]}, which says {named[0]}", False
    if said is not None:
        return said, "said with --unit", True
    if named is not None and dated in (None, named[0]):
        return *named, True
    if dated is not None:
        return dated, "STARTDT and ADT say how many days each 1 of AVAL has", True
    units = list(DAYS_PER_UNIT)
    what = f"the column {shortened(column)}" if column is not None else "AVAL of ADTTE"
    raise asked(
        f"nothing shows in which unit {what} counts time: say it with --unit ({', '.join(units)})",
        "--unit", f"In which unit does {what} count time?", units,
    )  # fmt: skip


def _by_dates(adtte: pd.DataFrame) -> str | None:
    """Return the one unit that the dates of all end points prove, None without one."""
    if not {"STARTDT", "ADT", "PARAMCD"} <= set(adtte):
        return None
    found = {
        unit_by_dates(rows["AVAL"], rows["STARTDT"], rows["ADT"])
        for _, rows in adtte.groupby("PARAMCD", observed=True)
    }
    units = {one[0] for one in found if one is not None}
    return units.pop() if len(units) == 1 else None


def shown_unit(longest: float, unit: str) -> str:
    """Return the unit in which times read best: a year of days and more as months."""
    return "months" if unit == "days" and longest >= DAYS_PER_UNIT["years"] else unit


def landmark_times(times: np.ndarray, unit: str, show: str) -> list[int]:
    """Return up to three round times, in AVAL's unit, that at least a tenth of patients reach."""
    factor = DAYS_PER_UNIT[show] / DAYS_PER_UNIT[unit]
    reached = np.quantile(times, 0.9) if len(times) else 0.0
    round_times = {
        "days": (7, 14, 30, 60, 90, 180, 365),
        "weeks": (2, 4, 8, 12, 24, 48, 96),
        "months": (3, 6, 12, 24, 36, 60, 84, 120),
        "years": (1, 2, 5, 10, 20),
    }[show]
    kept = [time * factor for time in round_times if time * factor <= reached][-3:]
    return [floor(time + 0.5) for time in kept]
