"""Read CDISC Dataset-JSON version 1.1 (CDISC, 2024), whole or a row a line."""

import json

import pandas as pd

from trialbook.adam.sas import from_seconds, seconds_in
from trialbook.adam.table import Table, UnreadableError

_NUMBERS = ("integer", "float", "double", "decimal")


def read_dataset_json(content: bytes, file: str, form: str) -> Table:
    """Return the rows of a Dataset-JSON file.

    A date is text in ISO 8601, or a number with a display format of SAS, which says what it
    counts from 1960.

    Parameters
    ----------
    content : bytes
    file : str
        Its name, for messages.
    form : {".json", ".ndjson"}

    Raises
    ------
    UnreadableError
        When it is JSON of another kind.
    """
    data = _parsed(content.decode("utf-8-sig"), form)
    columns = data["columns"]
    names = [str(column["name"]) for column in columns]
    widths = {len(row) for row in data["rows"]} - {len(names)}
    if widths:
        raise UnreadableError(f"has rows of {min(widths)} values for {len(names)} columns")
    said = data.get("records")
    if isinstance(said, int) and said != len(data["rows"]):
        raise UnreadableError(
            f"says that it has {said:,} rows and has {len(data['rows']):,}", "export it again"
        )
    values = list(zip(*data["rows"], strict=True)) or [()] * len(names)
    frame = pd.DataFrame(dict(enumerate(map(_column, values, columns))))
    frame.columns = pd.Index(names, dtype=object)
    labels = {str(one["name"]): str(one["label"]) for one in columns if one.get("label")}
    numeric = frozenset(
        str(one["name"]).casefold() for one in columns if one.get("dataType") in _NUMBERS
    )
    return Table(file, frame, labels, numeric=numeric)


def _parsed(text: str, form: str) -> dict:
    """Return what a file says of its columns, with its rows."""
    if form == ".ndjson":
        first, *rows = [json.loads(line) for line in text.splitlines() if line.strip()] or [None]
        data = first | {"rows": rows} if isinstance(first, dict) else first
    else:
        data = json.loads(text)
    if not isinstance(data, dict) or "columns" not in data or "rows" not in data:
        raise UnreadableError("is not Dataset-JSON v1.1: it has no 'columns' and 'rows'")
    return data


def _column(values: tuple, column: dict) -> pd.Series:
    """Return one column as numbers where all of it is; decimals are strings in Dataset-JSON."""
    series = pd.Series(values, dtype=object)
    if column.get("dataType") not in _NUMBERS:
        return series
    try:
        numbers = pd.to_numeric(series).astype(float)
    except (ValueError, TypeError):
        return series
    if seconds := seconds_in(column.get("displayFormat")):
        return pd.Series(from_seconds(numbers.to_numpy() * seconds), dtype="datetime64[s]")
    return numbers
