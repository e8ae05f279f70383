"""The short path: one flat file becomes ADSL and ADTTE.

A row is a patient, one end point of a patient (`flat: endpoint`), or an interval of a patient
that starts and stops (`flat: start`).
"""

import re
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd

from trialbook.adam.folder import Tables
from trialbook.adam.intervals import one_interval
from trialbook.adam.problems import Findings, examples
from trialbook.adam.readers import FORMATS, read_table, stem_and_format
from trialbook.adam.statuses import may_come
from trialbook.adam.table import counted, decoded, encoded, written
from trialbook.adam.tidy import tidy
from trialbook.config import Flat, TrialConfig
from trialbook.reading import Reading

# variables of ADTTE that a flat file may have beside its own, a date of the event say
_OF_ADTTE = ["AVALU", "EVNTDESC", "CNSDTDSC", "STARTDT", "ADT", "ANL01FL"]


def read_rows(path: Path, findings: Findings, reading: Reading) -> Tables | None:
    """Return a flat file's rows, mended; None, with a problem noted, where it cannot be read.

    `reading` is what the user said of how it is to be read.
    """
    table = read_table(path, findings, reading)
    if table is None:
        return None
    frame = tidy(table, None, findings)
    if frame.empty:
        findings.problem(path.name, "", "has no rows")
    return Tables({path.name: frame}, {path.name: table.labels})


def read_flat(
    folder: Path, config: TrialConfig, findings: Findings, tables: Tables | None = None
) -> dict[str, pd.DataFrame] | None:
    """Return ADSL and ADTTE of a flat file as trial.yml maps it (`flat:`); of `tables`, if given.

    The arm column becomes TRT01P (and TRT01A, for nothing else is known), time and event become
    AVAL and CNSR; every column stays in ADSL under its own name. CNSR is 0 for `event_value`;
    any other value that is a whole number above 1 keeps its number, so that trial.yml can call
    it competing, and the rest is 1.
    """
    flat = config.flat
    path = folder / flat.file
    if not path.is_file():
        findings.problem(flat.file, "", "named by flat: in trial.yml, is not there")
        return None
    if stem_and_format(path)[1] not in FORMATS:
        rule = "has an ending that is not read: " + ", ".join(FORMATS) + " are"
        findings.problem(flat.file, "", rule)
        return None
    before = len(findings.problems)
    tables = tables or read_rows(path, findings, config.reading)
    if tables is None:
        return None
    frame = tables.frames[flat.file]
    named = (flat.id, flat.time, flat.start, flat.event, flat.arm, flat.endpoint,
             flat.endpoint_label)  # fmt: skip
    for column in filter(None, named):
        if column not in frame:
            near = get_close_matches(column, list(frame), n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else "columns: " + ", ".join(frame)
            findings.problem(flat.file, column, "named in trial.yml, is no column", hint=hint)
    if len(findings.problems) > before:
        return None
    patient = _patients(frame, flat.id)
    if flat.start is not None and flat.id is not None:
        frame, patient = one_interval(frame, patient, flat, findings)
    data = {"ADSL": _adsl(frame, patient, config, findings),
            "ADTTE": _adtte(frame, patient, config, findings)}  # fmt: skip
    return data if len(findings.problems) == before else None


_PLUS = "; a + behind a time says that it is censored: give that a column of its own"
ONE_ROW = (
    "keep one row of each patient; where rows start and stop, say where (--start); where another "
    "column says whose a row is, name it (--id, or --id none)"
)
_TERMS = {
    "correct STARTDT or ADT": "correct the times",
    "keep one row of each patient": ONE_ROW,
}


def in_own_words(findings: Findings, flat: Flat, n_problems: int, n_remarks: int) -> None:
    """Word what was found from some number on by the columns of the flat file itself."""
    columns = {"USUBJID": flat.id or "row", "AVAL": flat.time, "CNSR": flat.event,
               "TRT01P": flat.arm, "TRT01A": flat.arm, "ENTRY": flat.start or "ENTRY"}  # fmt: skip
    worded = findings.problems[:n_problems]
    for problem in findings.problems[n_problems:]:
        if problem.variable == "USUBJID, PARAMCD" and not flat.endpoint:  # as USUBJID says
            continue
        shown = tuple(one.removesuffix(f" {flat.paramcd}") for one in problem.examples)
        new = replace(
            problem, variable=columns.get(problem.variable, problem.variable), examples=shown,
            rule=_own_words(problem.rule), hint=_own_words(problem.hint, columns),
        )  # fmt: skip
        if new not in worded:
            worded.append(new)
    findings.problems[:] = worded
    remarks = map(_own_words, findings.remarks[n_remarks:])
    findings.remarks[n_remarks:] = dict.fromkeys(remarks)


def _own_words(text: str, columns: dict[str, str] | None = None) -> str:
    """Return a text without the names of data sets that the user does not have."""
    for name, column in (columns or {}).items():
        text = re.sub(rf"^{name} holds: ", lambda _, own=column: f"{own} holds: ", text)
    return re.sub(r"\b(ADTTE|ADSL)\b", "the file", _TERMS.get(text, text))


def _adsl(
    frame: pd.DataFrame, patient: pd.Series, config: TrialConfig, findings: Findings
) -> pd.DataFrame:
    """Return a row for each patient: the arm, and every column that is none of ADTTE's."""
    flat = config.flat
    arm = as_text(frame[flat.arm])
    given = {"STUDYID": config.id, "USUBJID": patient, "TRT01P": arm, "TRT01A": arm}
    dropped = {*given, *filter(None, (flat.endpoint, flat.endpoint_label)), *_OF_ADTTE}
    others = frame.drop(columns=[name for name in dropped if name in frame])
    adsl = pd.concat([pd.DataFrame(given, index=frame.index), others], axis=1)
    if flat.endpoint is None:
        return adsl
    groups = adsl.groupby(patient, observed=True, sort=False)
    varied = {name for name in adsl if groups[name].nunique(dropna=False).max() > 1}
    several = patient.isin(patient[arm.ne(groups["TRT01P"].transform("first"))])
    if {"TRT01P"} & varied and several.any():
        findings.problem(flat.file, flat.arm, "differs between the rows of a patient",
                         int(several.sum()), examples(patient[several]),
                         "give each patient one arm")  # fmt: skip
    return adsl[~patient.duplicated()].drop(columns=sorted(varied - {"TRT01P", "TRT01A"}))


def _adtte(
    frame: pd.DataFrame, patient: pd.Series, config: TrialConfig, findings: Findings
) -> pd.DataFrame:
    flat = config.flat
    status = as_text(frame[flat.event])
    if flat.start is not None and frame[flat.start].dtype.kind != "f":
        findings.problem(flat.file, flat.start, "must be a number: when observation begins")
    note_no_times(frame[flat.time], flat.file, findings)
    missing = status.isna()
    if missing.any():
        shown = examples(patient[missing])
        hint = "say of each whether the event happened, or take the rows out"
        findings.problem(flat.file, flat.event, "must not be blank", int(missing.sum()), shown,
                         hint)  # fmt: skip
    codes, values = encoded(status)
    folded = {value.casefold() for value in values}
    for value in flat.event_value:
        # before the first event, the value that will say it is not there yet
        if value.casefold() in folded or may_come(value, list(values), flat.event):
            continue
        hint = "values: " + ", ".join(sorted(values)[:10])
        findings.problem(
            flat.file, flat.event, f"is {value}, the event_value, in no row", hint=hint
        )
    events = {value.casefold() for value in flat.event_value}
    happened = np.array([value.casefold() in events for value in values], dtype=bool)
    other_case = happened & ~np.isin(values, list(flat.event_value))
    if n := counted(codes, other_case):
        findings.repair(flat.file, flat.event, "matched without regard to capitals", n)
    cnsr = np.array([0 if yes else _code(value)
                     for yes, value in zip(happened, values, strict=True)], float)  # fmt: skip
    code = as_text(frame[flat.endpoint]) if flat.endpoint else flat.paramcd
    label = as_text(frame[flat.endpoint_label]) if flat.endpoint_label else flat.param or code
    own = {name: frame[name] for name in _OF_ADTTE if name in frame and name != "AVALU"}
    unit = frame["AVALU"] if "AVALU" in frame else config.time.unit.upper()
    entry = {"ENTRY": frame[flat.start]} if flat.start else {}
    given = {"USUBJID": patient, "PARAMCD": code, "PARAM": label, "AVAL": frame[flat.time],
             "AVALU": unit, "CNSR": decoded(codes, cnsr, frame.index, np.nan)}  # fmt: skip
    return pd.DataFrame(own | entry | given, index=frame.index)


def note_no_times(column: pd.Series, file: str, findings: Findings) -> None:
    """Note as a problem that a column of times holds something else, or nothing."""
    if column.dtype.kind == "f":
        return
    name = str(column.name)
    text = pd.to_numeric(column, errors="coerce").isna() & column.notna()
    if column.dtype.kind == "M":
        text = column.notna()
    if not text.any():
        findings.problem(file, name, "is blank in every row")
        return
    plus = _PLUS if _has_plus(column) else ""
    findings.problem(file, name, "must be a number: a time", int(text.sum()),
                     examples(as_text(column[text])),
                     f"write plain numbers, such as 1234.5, without a unit{plus}")  # fmt: skip


def _has_plus(column: pd.Series) -> bool:
    """Return whether times end in a plus, as printed where they are censored."""
    return bool(column.dropna().astype(str).str.fullmatch(r"\s*[\d.]+\s*\+\s*").any())


def _patients(frame: pd.DataFrame, column: str | None) -> pd.Series:
    """Return USUBJID: the column that identifies, else the row's number."""
    if column is not None:
        return as_text(frame[column])
    width = len(str(len(frame)))
    return pd.Series([f"{n:0{width}d}" for n in range(1, len(frame) + 1)], index=frame.index)


def as_text(column: pd.Series) -> pd.Series:
    """Return a column as text, 1.0 as "1"; NaN stays."""
    codes, values = encoded(column)
    return decoded(codes, [written(value) for value in values], column.index, np.nan)


def _code(value: str) -> int:
    return int(value) if value.isdigit() and 1 < int(value) < 1000 else 1
