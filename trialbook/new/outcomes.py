"""What cannot have been known at baseline: outcomes, the arm, and what only numbers the rows.

A subgroup by an outcome, or a Table 1 that holds one, is a plausible nonsense; each variable that
is left out is told with its ground.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trialbook.adam.schemas import SCHEMAS
from trialbook.adam.unit_words import words_of
from trialbook.new.columns import called_time, same_thing
from trialbook.new.rows import is_identifier

_ADTTE = {*SCHEMAS["ADTTE"].columns, "ANL01FL", "ADY", "AVALC", "AVALCAT1", "PARAMN", "PARCAT1",
          "ENTRY"} - {"USUBJID"}  # fmt: skip
_OF_ADTTE = re.compile(r"SRC\w+|EVNTDESC\w*|CNSDTDSC\w*|CNSR\w*|ANL\d\dFL|AVAL\w*|ASEQ|CRIT\d\w*")
_ENDPOINT = r"(os|pfs?|dfs|rfs|efs|ttp|ttf|dor|lfs|mfs|css|dss)"
_NAMED = re.compile(
    rf"{_ENDPOINT}(_?(days?|weeks?|months?|mos?|years?|time|tte|status|event|evt|cens\w*|cnsr"
    r"|ind|flag|fl|dt|date))*|cnsr_.*|.*_cnsr"
    r"|(time|days|weeks|months|years)_(to|until)_\w+"
    r"|(is_)?(dead|died|death|deceased|dth|relapsed?|progressed|progression|recurred"
    r"|recurrence|survived|alive|censored|vital_status|survival_status|survival)"
    r"(_(status|event|flag|fl|ind|date|dt|time|cause))?"
    r"|cause_of_death|last_(follow_?up|contact|visit)\w*|lstalv\w*"
    r"|bor|best_(overall_)?response\w*|(best_)?resp|respfl|response|orr|cbenfl|dcr|cmax|tmax"
    r"|auc(_\w+)?|dose_?intensity|rdi"
)
_TAKEN = re.compile(
    r"(treatment|trt|arm|drug|therapy|group|allocation)_(received|taken|actual|given|switch\w*)"
    r"|(received|actual|crossover|cross_over|crossed_over|switched)(_(treatment|trt|arm|drug))?"
)
_FEWEST = 10
_ALL = 0.95
_MOST_LEVELS = 10


@dataclass(frozen=True)
class Course:
    """What became of the patients of a frame in one end point.

    Attributes
    ----------
    name : str
    time : pandas.Series of float
        By the frame's index, NaN where not known.
    event : pandas.Series
        True, False or NaN.
    """

    name: str
    time: pd.Series
    event: pd.Series


def outcomes(frame: pd.DataFrame, courses: Iterable[Course], arm: pd.Series) -> dict[str, str]:
    """Return the variables that no patient's baseline can hold, each with the ground.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per patient who is analysed.
    courses : iterable of Course
        Every end point.
    arm : pandas.Series
        Each patient's arm, by the frame's index.
    """
    courses = list(courses)
    found = {}
    for name in frame:
        ground = _by_name(name) or _by_arm(frame[name], arm)
        for course in courses:
            ground = ground or _by_course(frame[name], course)
        if ground:
            found[name] = ground
    return found


def _by_name(name: str) -> str | None:
    if name.upper() in _ADTTE or _OF_ADTTE.fullmatch(name.upper()):
        return "a variable of ADTTE"
    if _NAMED.fullmatch("_".join(words_of(name))):
        return "its name is that of an outcome"
    if _TAKEN.fullmatch("_".join(words_of(name))):
        return "its name is that of the treatment taken"
    return "it identifies" if is_identifier(name) else None


def _by_arm(column: pd.Series, arm: pd.Series) -> str | None:
    """Return the ground where a variable tells the arm, or is known or varies in some arms only."""
    if arm.nunique() < 2 or column.dtype.kind == "M":
        return None
    known = column.notna() & arm.notna()
    values, arms = column[known], arm[known]
    if not len(values):
        return None
    if same_thing(values, arms):
        return "it follows the arm one to one"
    levels = values.nunique()
    each = arms.groupby(values, observed=True).nunique()
    if levels <= _MOST_LEVELS and len(values) >= 3 * levels and each.max() == 1:
        return "it tells the arm"
    sizes = arm.value_counts()
    for one in sizes.index[sizes >= _FEWEST]:
        here = values[arms == one]
        elsewhere = values[arms != one]
        if elsewhere.nunique() > 5 and here.nunique() < 2:
            what = "not known" if here.empty else "the same for all"
            return f"it is {what} in one arm ({one})"
    return None


def _by_course(column: pd.Series, course: Course) -> str | None:
    known = column.notna() & course.time.notna() & course.event.notna()
    values, time = column[known], course.time[known]
    event = course.event[known].astype(bool)
    if len(values) < 5:
        return None
    if values.dtype.kind == "f" and values.nunique() >= 5:
        named = called_time(str(column.name))
        return _is_time(values.to_numpy(), time.to_numpy(), course.name, named=named)
    if values.dtype.kind == "M" or event.nunique() < 2:
        return None
    if values.nunique() == 2 and same_thing(values, event):
        return f"it is the event of {course.name}"
    sizes = values.value_counts()
    large = sizes.index[sizes >= _FEWEST]
    share = event.groupby(values, observed=True).mean()[large]
    decided = share.isin([0, 1]).all() and share.nunique() == 2
    if decided and sizes[large].sum() >= 0.9 * len(values) and len(sizes) <= _MOST_LEVELS:
        return f"its levels decide the event of {course.name}"
    return None


def _is_time(values: np.ndarray, time: np.ndarray, name: str, *, named: bool) -> str | None:
    """Return the ground where values are the times, in whatever unit, or a day apart.

    What is `named` a time is another end point's where it never lies after these times, or never
    before them; a time before entry (since diagnosis, say) lies as it falls.
    """
    if len(np.unique(time)) < 5:
        return None
    if np.mean(np.abs(values - time) <= 1) >= _ALL and np.ptp(time) > 10:
        return f"it is the time of {name}"
    if named and len(time) >= _FEWEST and (np.all(values <= time) or np.all(values >= time)):
        side = "after" if np.all(values <= time) else "before"
        return f"it is called a time, and never lies {side} that of {name}"
    late = time > 0
    if late.sum() < 5:
        return None
    ratio = values[late] / time[late]
    middle = np.median(ratio)
    if middle > 0 and np.mean(np.abs(ratio / middle - 1) <= 0.02) >= _ALL:
        return f"it is the time of {name} in another unit"
    return None


def levels_without_contrast(
    frame: pd.DataFrame, names: Iterable[str], course: Course
) -> list[tuple[str, str, int, bool]]:
    """Return levels of ten patients and more all or none of whom had the event.

    Each as variable, level, number of patients and whether all had it. Such a level is ordinary;
    it is told, for the variable may have been written down afterwards.
    """
    told = []
    if course.event.dropna().nunique() < 2:
        return told
    for name in names:
        known = frame[name].notna() & course.event.notna()
        event = course.event[known].astype(bool)
        for level, of_level in event.groupby(frame[name][known], observed=True):
            if len(of_level) >= _FEWEST and of_level.nunique() < 2:
                told.append((name, str(level), len(of_level), bool(of_level.iloc[0])))
    return told
