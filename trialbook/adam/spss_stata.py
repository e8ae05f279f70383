"""Read what SPSS and Stata save (.sav, .zsav, .por, .dta), codes as the words they stand for."""

import tempfile
from datetime import date
from pathlib import Path

import pandas as pd

from trialbook.adam.problems import Findings, counted_noun
from trialbook.adam.table import Table


def read_spss_stata(content: bytes, file: str, form: str, findings: Findings) -> Table:
    """Return the rows of an SPSS or Stata file.

    A code with a label is read as its label, where every code of the variable has one: the file
    itself says that 1 is ``Dead``. What SPSS declares missing is missing.

    Parameters
    ----------
    content : bytes
    file : str
        Its name, for messages.
    form : {".sav", ".zsav", ".por", ".dta"}
    findings : Findings
        Is told of the variables that are read by their labels.
    """
    import pyreadstat

    read = {".dta": pyreadstat.read_dta, ".por": pyreadstat.read_por}.get(form, pyreadstat.read_sav)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table{form}"
        path.write_bytes(content)
        frame, meta = read(str(path))
    named = {name: _by_labels(frame[name], of) for name, of in meta.variable_value_labels.items()}
    named = {name: column for name, column in named.items() if column is not None}
    if named:
        listed = counted_noun(len(named), "variable")
        findings.repair(file, "", f"codes of {listed} read as the words that the file gives them")
    labels = {name: label for name, label in meta.column_names_to_labels.items() if label}
    dates = {name: pd.to_datetime(frame[name], errors="coerce").astype("datetime64[s]")
             for name in frame if _holds_dates(frame[name])}  # fmt: skip
    return Table(file, frame.assign(**named, **dates), labels)


def _by_labels(column: pd.Series, labels: dict) -> pd.Series | None:
    """Return a column of codes as their labels; None where a code has none."""
    words = {code: str(label).strip() for code, label in labels.items()}
    distinct = column.dropna().unique()
    told = [words.get(code, "") for code in distinct]
    if not len(distinct) or not all(told) or len(set(told)) < len(told):
        return None
    return column.map(words, na_action="ignore").astype(object)


def _holds_dates(column: pd.Series) -> bool:
    """Return whether pyreadstat made dates of a column."""
    if column.dtype.kind == "M":
        return True
    return isinstance(next(iter(column.dropna()), None), date)
