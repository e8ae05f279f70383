"""The short path: one flat file, a row per patient, becomes ADSL and ADTTE."""

import re
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd

from trialbook.adam.folder import Tables
from trialbook.adam.problems import Findings, examples
from trialbook.adam.readers import FORMATS, read_table, stem_and_format
from trialbook.adam.reading import Reading
from trialbook.adam.table import decoded, encoded, written
from trialbook.adam.tidy import tidy
from trialbook.config import Flat, TrialConfig

# what a status says of whom nothing happened to, and what it would say otherwise
NO_EVENT = {"0": "1", "N": "Y", "No": "Yes", "no": "yes", "False": "True", "FALSE": "TRUE"}


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
    for column in filter(None, (flat.id, flat.time, flat.event, flat.arm)):
        if column not in frame:
            near = get_close_matches(column, list(frame), n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else "columns: " + ", ".join(frame)
            findings.problem(flat.file, column, "named in trial.yml, is no column", hint=hint)
    if len(findings.problems) > before:
        return None
    data = {"ADSL": _adsl(frame, config), "ADTTE": _adtte(frame, config, findings)}
    return data if len(findings.problems) == before else None


_TERMS = {
    "correct STARTDT or ADT": "correct the times",
    "a patient must stand in one row, not in more": "a patient must stand in one row, not in more; "
    "rows that start and stop are no flat file",
    "keep one row of each patient": "keep one row of each patient, or, where a row is a patient, "
    "leave id: out",
}  # fmt: skip


def in_own_words(findings: Findings, flat: Flat, n_problems: int, n_remarks: int) -> None:
    """Word what was found from some number on by the columns of the flat file itself."""
    columns = {"USUBJID": flat.id or "row", "AVAL": flat.time, "CNSR": flat.event,
               "TRT01P": flat.arm, "TRT01A": flat.arm}  # fmt: skip
    worded = findings.problems[:n_problems]
    for problem in findings.problems[n_problems:]:
        if problem.variable == "USUBJID, PARAMCD":  # says what USUBJID says
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


def _adsl(frame: pd.DataFrame, config: TrialConfig) -> pd.DataFrame:
    flat = config.flat
    arm = as_text(frame[flat.arm])
    given = {"STUDYID": config.id, "USUBJID": _patients(frame, flat.id), "TRT01P": arm,
             "TRT01A": arm}  # fmt: skip
    others = frame.drop(columns=[name for name in given if name in frame])
    return pd.concat([pd.DataFrame(given, index=frame.index), others], axis=1)


def _adtte(frame: pd.DataFrame, config: TrialConfig, findings: Findings) -> pd.DataFrame:
    flat = config.flat
    status = as_text(frame[flat.event])
    if frame[flat.time].dtype.kind != "f":
        text = pd.to_numeric(frame[flat.time], errors="coerce").isna() & frame[flat.time].notna()
        shown = examples(as_text(frame[flat.time][text]))
        hint = "write plain numbers, such as 1234.5, without a unit"
        if text.any():
            rule = "must be a number: a time"
            findings.problem(flat.file, flat.time, rule, int(text.sum()), shown, hint)
        else:
            findings.problem(flat.file, flat.time, "is blank in every row")
    missing = status.isna()
    if missing.any():
        shown = examples(_patients(frame, flat.id)[missing])
        hint = "say of each whether the event happened, or take the rows out"
        findings.problem(flat.file, flat.event, "must not be blank", int(missing.sum()), shown,
                         hint)  # fmt: skip
    codes, values = encoded(status)
    # before the first event, the value that will say it is not there yet
    to_come = {NO_EVENT.get(value) for value in values} if len(values) == 1 else set()
    unknown = [value for value in flat.event_value if value not in {*values, *to_come}]
    for value in unknown:
        hint = "values: " + ", ".join(sorted(values)[:10])
        findings.problem(flat.file, flat.event, f"never is {value}, the event_value", hint=hint)
    cnsr = np.array([0 if value in flat.event_value else _code(value) for value in values], float)
    return pd.DataFrame({
        "USUBJID": _patients(frame, flat.id),
        "PARAMCD": flat.paramcd,
        "PARAM": flat.param or flat.paramcd,
        "AVAL": frame[flat.time],
        "AVALU": config.time.unit.upper(),
        "CNSR": decoded(codes, cnsr, frame.index, np.nan),
    })  # fmt: skip


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
