"""Check a mended data set against its schema and word what fails."""

import shlex
from difflib import get_close_matches

import pandas as pd
from pandera.errors import SchemaErrors

from trialbook.adam.problems import Findings, examples
from trialbook.adam.schemas import SCHEMAS, kind_of

_ALSO_CALLED = {"TRT01P": ("TRTP", "ARM", "ACTARM"), "USUBJID": ("SUBJID",)}


def validate(frame: pd.DataFrame, data_set: str, file: str, findings: Findings) -> None:
    """Note every rule of the dictionary that a data set breaks.

    Parameters
    ----------
    frame : pandas.DataFrame
        The data set, mended (`trialbook.adam.tidy.tidy`).
    data_set : str
        ``"ADSL"``, ``"ADTTE"``, ...
    file : str
        The file's name, for the messages.
    findings : Findings
        Takes the problems.
    """
    if frame.empty:
        findings.problem(file, "", "has no rows")
        return
    try:
        SCHEMAS[data_set].validate(_ruled(frame, data_set), lazy=True)
    except SchemaErrors as errors:
        for error in errors.schema_errors:
            _word(error, frame, data_set, file, findings)


def _ruled(frame: pd.DataFrame, data_set: str) -> pd.DataFrame:
    """Return the variables for which there is a rule; looking at the others takes time."""
    columns = SCHEMAS[data_set].columns
    return frame[
        [
            name
            for name in frame
            if name in columns and (columns[name].checks or columns[name].required)
        ]
    ]


def _word(error, frame: pd.DataFrame, data_set: str, file: str, findings: Findings) -> None:
    reason = error.reason_code.name
    if reason == "COLUMN_NOT_IN_DATAFRAME":
        variable = str(error.failure_cases)
        label = SCHEMAS[data_set].columns[variable].title
        strange = [name for name in frame if name not in SCHEMAS[data_set].columns]
        near = [name for name in _ALSO_CALLED.get(variable, ()) if name in frame]
        near = near or get_close_matches(variable, strange, n=1, cutoff=0.6)
        hint = f"did you mean {near[0]}?" if near else f"add the variable: {label.lower()}"
        findings.problem(file, variable, "is needed and not there", hint=hint)
        return
    variable = error.schema.name
    column = frame[variable]
    if reason == "SERIES_CONTAINS_NULLS":
        wrong, rule = column.isna(), "must not be blank"
    else:
        # blanks are not put to the check: they are no problem of this rule
        passed = error.check(column.dropna()).check_output
        wrong, rule = ~passed.reindex(column.index, fill_value=True), error.check.error
        rule = rule or "breaks a rule"
    who = frame.loc[wrong, "USUBJID"] if "USUBJID" in frame and variable != "USUBJID" else None
    shown = (
        examples(
            f"{patient}: {value}" if reason != "SERIES_CONTAINS_NULLS" else str(patient)
            for patient, value in zip(who[:50], column[wrong][:50], strict=True)
        )
        if who is not None
        else tuple(f"line {n + 2}" for n in wrong.to_numpy().nonzero()[0][:5])
    )
    hint, option = "", ""
    if kind_of(data_set, variable) == "flag":
        first = str(column[wrong].dropna().iloc[0]) if column[wrong].notna().any() else "Oui"
        hint = f"say what is meant: --flag {shlex.quote(f'{first}=Y')}, one for each value"
        hint, option = hint + " (values: in trial.yml)", "--flag"
    elif variable == "CNSR":
        hint = "write 0 for an event, 1 for censoring"
    findings.problem(file, variable, str(rule), int(wrong.sum()), shown, hint, option)
