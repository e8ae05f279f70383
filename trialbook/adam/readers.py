"""Read a data set from whatever format it was sent in."""

import gzip
import json
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from trialbook.adam.csv import read_csv
from trialbook.adam.problems import Findings, shortened
from trialbook.adam.table import Table

FORMATS = (".csv", ".parquet", ".xpt", ".sas7bdat", ".json")

# what people have beside these, and how it becomes one of them
_SHEET = "save the sheet as CSV"
_EXPORT = "export it as CSV or Parquet"
_RENAME = "if it is text in columns, name it {stem}.csv: any separator is read"
_OTHER_FORMATS = {
    **dict.fromkeys((".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".numbers"), _SHEET),
    **dict.fromkeys((".rds", ".rda", ".rdata", ".dta", ".sav", ".por", ".feather", ".ndjson"),
                    _EXPORT),
    **dict.fromkeys((".tsv", ".tab", ".txt", ".dat", ".asc", ""), _RENAME),
    **dict.fromkeys((".zip", ".7z", ".tar", ".tgz", ".rar"), "unpack it"),
    ".cpt": "export it as XPT",
}  # fmt: skip

_SAS_EPOCH = np.datetime64("1960-01-01", "s")
_DATE_FORMATS = ("DATE", "YYMMDD", "MMDDYY", "DDMMYY", "E8601DA", "IS8601DA", "B8601DA", "JULIAN",
                 "WEEKDATE", "WORDDATE")  # fmt: skip
_DATETIME_FORMATS = ("DATETIME", "E8601DT", "IS8601DT", "B8601DT", "DATEAMPM")


def stem_and_format(path: Path) -> tuple[str, str]:
    """Return a file's name before the ending and its format, ``("adsl", ".csv")``.

    ``.gz`` behind the ending does not count.
    """
    name = path.name[:-3] if path.name.lower().endswith(".gz") else path.name
    stem, dot, ending = name.rpartition(".")
    return (stem, f".{ending.lower()}") if dot else (name, "")


def not_read(path: Path) -> str | None:
    """Return how a file in a format that is not read becomes one that is; None where unknown."""
    stem, form = stem_and_format(path)
    hint = _OTHER_FORMATS.get(form)
    return hint and hint.format(stem=shortened(stem))


def read_table(path: Path, findings: Findings) -> Table | None:
    """Return the rows of a file, or None, with a problem noted, where it cannot be read."""
    _, form = stem_and_format(path)
    try:
        content = path.read_bytes()
        if path.name.lower().endswith(".gz"):
            content = gzip.decompress(content)
    except (OSError, EOFError, gzip.zlib.error) as error:
        findings.problem(path.name, "", f"cannot be opened: {shortened(error)}")
        return None
    if form == ".csv":
        return read_csv(content, path.name, findings)
    readers = {".parquet": _parquet, ".json": _dataset_json, ".xpt": _sas, ".sas7bdat": _sas}
    try:
        return readers[form](content, path.name, form)
    except UnreadableError as error:
        findings.problem(path.name, "", str(error))
    except Exception as error:  # each library raises its own kind
        rule = f"cannot be read as {form[1:]}: {shortened(error, 200)}"
        findings.problem(path.name, "", rule, hint="export it again; it may be cut or mislabelled")
    return None


class UnreadableError(ValueError):
    """A file that is whole but not what this reader takes."""


def _parquet(content: bytes, file: str, form: str) -> Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pq.read_schema(pa.BufferReader(content))
    text = [one.name for one in schema if pa.types.is_string(one.type)]
    table = pq.read_table(pa.BufferReader(content), read_dictionary=text)
    frame = table.to_pandas(date_as_object=False, ignore_metadata=True)
    # lists and structures, for which no data set has a use, are text
    nested = {
        one.name: frame[one.name].map(str, na_action="ignore")
        for one in schema
        if pa.types.is_nested(one.type)
    }
    return Table(file, frame.assign(**nested))


def _sas(content: bytes, file: str, form: str) -> Table:
    """Read XPT (version 5 or 8) or sas7bdat, in UTF-8 or else in Windows' Latin-1."""
    import pyreadstat

    read = pyreadstat.read_xport if form == ".xpt" else pyreadstat.read_sas7bdat
    with tempfile.NamedTemporaryFile(suffix=form) as copy:
        copy.write(content)
        copy.flush()
        try:
            frame, meta = read(copy.name, disable_datetime_conversion=True)
        except (pyreadstat.ReadstatError, UnicodeDecodeError):
            frame, meta = read(copy.name, disable_datetime_conversion=True, encoding="WINDOWS-1252")
    dates = {}
    for name, sas_format in meta.original_variable_types.items():
        if frame[name].dtype.kind == "f":
            seconds = _seconds(sas_format)
            if seconds:
                dates[name] = _from_sas(frame[name].to_numpy() * seconds)
    labels = {name: label for name, label in meta.column_names_to_labels.items() if label}
    return Table(file, frame.assign(**dates), labels)


def _seconds(sas_format: str | None) -> int:
    """Return how many seconds a value of a SAS format counts, 0 where it is no date."""
    kind = (sas_format or "").upper().rstrip("0123456789.")
    if kind in _DATETIME_FORMATS:
        return 1
    return 86_400 if kind in _DATE_FORMATS else 0


def _from_sas(seconds: np.ndarray) -> np.ndarray:
    """Return seconds since 1960 as dates, NaT where missing."""
    known = np.isfinite(seconds)
    whole = np.where(known, seconds, 0).astype("int64")
    return np.where(known, _SAS_EPOCH + whole.astype("timedelta64[s]"), np.datetime64("NaT", "s"))


def _dataset_json(content: bytes, file: str, form: str) -> Table:
    """Read CDISC Dataset-JSON version 1.1 (CDISC, 2024)."""
    data = json.loads(content.decode("utf-8-sig"))
    if not isinstance(data, dict) or "columns" not in data or "rows" not in data:
        raise UnreadableError("is not Dataset-JSON v1.1: it has no 'columns' and 'rows'")
    names = [str(column["name"]) for column in data["columns"]]
    widths = {len(row) for row in data["rows"]} - {len(names)}
    if widths:
        raise UnreadableError(f"has rows of {min(widths)} values for {len(names)} columns")
    columns = list(zip(*data["rows"], strict=True)) or [()] * len(names)
    frame = pd.DataFrame(dict(enumerate(map(_json_column, columns, data["columns"]))))
    frame.columns = pd.Index(names, dtype=object)
    labels = {str(one["name"]): str(one["label"]) for one in data["columns"] if one.get("label")}
    numeric = frozenset(str(one["name"]).casefold() for one in data["columns"] if _is_numeric(one))
    return Table(file, frame, labels, numeric=numeric)


def _is_numeric(column: dict) -> bool:
    return column.get("dataType") in ("integer", "float", "double", "decimal")


def _json_column(values: tuple, column: dict) -> pd.Series:
    """Return one column as numbers where all of it is; decimals are strings in Dataset-JSON."""
    series = pd.Series(values, dtype=object)
    if not _is_numeric(column):
        return series
    try:
        return pd.to_numeric(series).astype(float)
    except (ValueError, TypeError):
        return series
