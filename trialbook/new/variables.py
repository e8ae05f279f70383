"""Which variables of ADSL describe the patients at baseline, which divide them, and how."""

import re

import numpy as np
import pandas as pd

from trialbook.adam.problems import shortened
from trialbook.adam.schemas import SCHEMAS
from trialbook.adam.usual_labels import USUAL_LABELS
from trialbook.new.columns import same_thing

_MOST_LEVELS = 10
_MOST_SUBGROUPS = 6
_FEWEST_IN_SUBGROUP = 0.05
_SKEWED = 2.0
_MOST_VARIABLES = 40

# what is not a patient's state at baseline: identifiers, arms, dates, populations, the course of
# the study, and numbers that only repeat a text
_NOT_BASELINE = re.compile(
    r"""STUDYID|USUBJID|SUBJID|SITEID|SITEGR\d*N?|INVID|INVNAM|COUNTRY|AGEU|DOMAIN
    |(ACT)?ARM(CD)?|TRT.*|TR\d\d.*|EXTRT|.*DTC?|.*DTM|.*TM|.*DY
    |(RAND|ITT|SAF|PPROT|FAS|EFF|ENRL|SCRN|COMP\w*|DISC\w*|DS\w*|DTH|ITT\w*|SAF\w*|PK\w*)FL
    |DC\w*|EOS\w*|EOT\w*|DTH\w*|VIS\w*|RF\w*|AVGDD|CUMDOSE|.*DURD|TRTDUR\w*|.*SEQ|ARMN""",
    re.VERBOSE,
)
# flags of what was so before the trial, by the usual beginnings of their names
_PRIOR = re.compile(r"(PR|PRI|PRIOR|PREV|HX|HIST|BL|MH|FAM|SMK|SMOK|DIAB|HTN|METS?)\w*FL|\w*BLFL")
_BASELINE_FLAG = re.compile(r"prior|previous|history|baseline|medical", re.IGNORECASE)
_STRATUM = re.compile(r"STRATA?\d*[RV]?N?|STR\d+[RV]?N?|STRATUM\d*|STRATAR\d*|STRATA_?\w*"
                      r"|STRATIFICATION\w*|STRAT_\w+", re.IGNORECASE)  # fmt: skip
_MOST_STRATA = 24
_SUBGROUP_FIRST = ["SEX", "AGEGR1", "RACE", "REGION1"]
_EXPOSURE = {"TRTDURD": "Days on treatment", "TRTDUR": "Duration of treatment",
             "AVGDD": "Average daily dose", "CUMDOSE": "Cumulative dose"}  # fmt: skip
_SHORT_UNITS = {"YEARS": "yr", "MONTHS": "months", "DAYS": "days"}


def infer_baseline(
    frame: pd.DataFrame, labels: dict[str, str], leave_out: dict[str, str]
) -> tuple[list[dict], dict[str, str]]:
    """Return the baseline variables as trial.yml's mappings, and those passed over with grounds.

    A number is described by its mean, a skewed one by its median, a number of few whole values
    and text by counts. Passed over are variables with one value, with too many, or mostly
    blank, those that number the rows, what says the same as another, and all after the first
    forty.

    Parameters
    ----------
    frame : pandas.DataFrame
        The patients who are analysed.
    labels : dict
        Labels that the file carries.
    leave_out : dict
        Columns with another part (time, event, arm, outcomes) with the ground; without a ground
        they are not spoken of.
    """
    variables: list[dict] = []
    passed_over: dict[str, str] = {}
    for name in frame:
        if name in leave_out:
            if leave_out[name] and not _NOT_BASELINE.fullmatch(name):
                passed_over[name] = leave_out[name]
            continue
        if _NOT_BASELINE.fullmatch(name) or _repeats_text(name, frame):
            continue
        if re.fullmatch(r".*GR\d+", name):
            continue
        ground = _unfit(name, frame, labels)
        if ground is None and len(variables) == _MOST_VARIABLES:
            ground = f"after the first {_MOST_VARIABLES}"
        if ground:
            passed_over[name] = ground
            continue
        summary = _summary(frame[name])
        variables.append({"variable": name, "label": _label(name, frame, labels), **summary})
    return _without_codes(variables, frame, passed_over), passed_over


def _unfit(name: str, frame: pd.DataFrame, labels: dict[str, str]) -> str | None:
    """Return why a variable makes no row of a table, or None where it makes one."""
    column = frame[name]
    said = labels.get(name, "")
    if name.endswith("FL") and not (_BASELINE_FLAG.search(said + name) or _PRIOR.match(name)):
        return "a flag, of a population or of an outcome"
    if _numbers_rows(column):
        return "it numbers the rows"
    if _summary(column) is not None:
        return None
    known = column.dropna()
    if known.nunique() < 2:
        return "it has one value" if len(known) else "it is blank"
    if len(known) < len(column) / 2:
        return "it is mostly blank"
    return "it is a date" if column.dtype.kind == "M" else "it has too many values"


def _without_codes(
    variables: list[dict], frame: pd.DataFrame, passed_over: dict[str, str]
) -> list[dict]:
    """Return variables without the codes of others, a number beside its text, say."""
    few = [one["variable"] for one in variables if one.get("summary") in (None, "count")]
    order = sorted(few, key=lambda name: frame[name].dtype.kind == "f")
    kept: list[str] = []
    for name in order:
        twin = next((one for one in kept if len(frame) >= 10
                     and same_thing(frame[name], frame[one])), None)  # fmt: skip
        if twin is None:
            kept.append(name)
        else:
            passed_over[name] = f"it says the same as {twin}"
    return [one for one in variables if one["variable"] not in passed_over]


def _repeats_text(name: str, frame: pd.DataFrame) -> bool:
    """Return whether a variable is the number of a text variable, as RACEN is of RACE."""
    return name.endswith("N") and name[:-1] in frame and frame[name].dtype.kind == "f"


def _numbers_rows(column: pd.Series) -> bool:
    """Return whether a variable only numbers the patients: whole, each once, without a gap."""
    if column.dtype.kind != "f" or not column.is_unique or column.isna().any():
        return False
    if len(column) < 10 or not (column == column.round()).all():
        return False
    # in the order of the file, too, as identifiers with gaps are
    counted_up = column.is_monotonic_increasing and column.diff().median() == 1
    return bool(counted_up or column.max() - column.min() == len(column) - 1)


def _summary(column: pd.Series) -> dict | None:
    """Return how to describe a variable, or None where it is not worth a row."""
    known = column.dropna()
    different = known.nunique()
    if different < 2 or len(known) < len(column) / 2:
        return None
    if column.dtype.kind != "f":
        return {} if column.dtype == object and different <= _MOST_LEVELS else None
    if different <= 5 and (known == known.round()).all():
        return {"summary": "count"}
    decimals = _decimals(known)
    spread = known.std()
    skewed = spread > 0 and abs(((known - known.mean()) / spread).pow(3).mean()) > _SKEWED
    if skewed:
        return {"summary": "median", "digits": decimals}
    return {"summary": "mean", "digits": min(decimals + 1, 3)}


def _decimals(known: pd.Series) -> int:
    """Return with how many decimals most values of a variable are written, at most 3."""
    values = known.head(10_000).to_numpy()
    for decimals in range(3):
        if np.mean(np.isclose(values, np.round(values, decimals), atol=1e-9)) > 0.95:
            return decimals
    return 3


def _label(name: str, frame: pd.DataFrame, labels: dict[str, str]) -> str:
    """Return a variable's label: the dictionary's, the file's, the usual one, or its name."""
    if name == "AGE":
        unit = frame["AGEU"].dropna().unique() if "AGEU" in frame else ["YEARS"]
        return "Age, " + _SHORT_UNITS.get(str(unit[0]).upper(), "yr") if len(unit) == 1 else "Age"
    known = SCHEMAS["ADSL"].columns.get(name)
    if known is not None:
        return known.title
    usual = USUAL_LABELS.get(name, name)
    label = re.sub(r"\s*\(([^()]*)\)$", r", \1", labels.get(name, usual))
    return shortened(re.sub(r"^Baseline ", "", label))


def infer_subgroups(
    frame: pd.DataFrame, baseline: list[dict], leave_out: dict[str, str]
) -> list[str]:
    """Return the variables by which to divide the patients: two to six groups, none tiny."""
    grouped = [name for name in frame if re.fullmatch(r".*GR1", name)]
    text = [item["variable"] for item in baseline if "summary" not in item]
    counts = [item["variable"] for item in baseline if item.get("summary") == "count"]
    order = [name for name in _SUBGROUP_FIRST if name in frame]
    chosen = []
    for name in dict.fromkeys([*order, *text, *grouped, *counts]):
        if _NOT_BASELINE.fullmatch(name) or name in leave_out:
            continue
        shares = frame[name].value_counts(normalize=True)
        if 2 <= len(shares) <= 6 and (shares >= _FEWEST_IN_SUBGROUP).sum() >= 2:
            chosen.append(name)
    return chosen[:_MOST_SUBGROUPS]


def infer_exposure(frame: pd.DataFrame, labels: dict[str, str]) -> list[dict]:
    """Return the variables that say how much treatment patients took."""
    return [
        {"variable": name, "label": shortened(labels.get(name, label)), "summary": "mean",
         "digits": 1}
        for name, label in _EXPOSURE.items()
        if name in frame and frame[name].dtype.kind == "f" and frame[name].notna().any()
    ]  # fmt: skip


def infer_strata(frame: pd.DataFrame, leave_out: dict[str, str]) -> list[str]:
    """Return the stratification factors by their usual names: STRAT1, STRATA1R, STR01, stratum.

    Of a factor and its code one is taken; single factors come before a column that joins them.
    """
    named = [name for name in frame if _STRATUM.fullmatch(name) and name not in leave_out
             and 2 <= frame[name].nunique() <= _MOST_STRATA]  # fmt: skip
    chosen: list[str] = []
    for name in sorted(named, key=lambda name: (frame[name].dtype.kind == "f", len(name))):
        if not any(same_thing(frame[name], frame[other]) for other in chosen):
            chosen.append(name)
    numbered = [name for name in named if name in chosen and re.search(r"\d", name)]
    return numbered or [name for name in named if name in chosen]
