"""``cards.csv`` and ``cards.json``: a row per statistic, however R or SAS wrote them down."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from trialbook.adam.problems import Findings

NEEDED = ("variable", "stat_name", "stat")
ROW = "row"
_GROUP = re.compile(r"group\d+")
# Columns of cards that say nothing of a result; of older versions and newer ones.
NOT_USED = ("fmt_fn", "fmt_fun", "warning")
_OLD = {"statistic": "stat", "statistic_fmt": "stat_fmt"}
# In a nested list these name what lies below them.
_BRANCHES = re.compile(r"variable(_level)?|group\d+(_level)?|stat_name")
_LARGEST = 500_000_000
_RENAMED = (
    "write the frame as ard_stack() gives it, before rename_ard_columns(): the columns group1, "
    "group1_level, ..., variable, variable_level, context, stat_name, stat"
)


def read_file(file: Path, findings: "Findings") -> pd.DataFrame | None:
    """Return a file of cards as text, one row per statistic.

    Parameters
    ----------
    file : Path
        CSV; or JSON: a list of rows, a map of columns, or cards' nested list.
    findings : Findings
        Takes what is wrong.

    Returns
    -------
    pandas.DataFrame or None
        Text, never missing; cards' own columns in lower case, `NEEDED` and ``context`` among them,
        and `ROW`, the number of the line or record. None where the file cannot be used.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        findings.problem(file.name, "", "is not UTF-8 text", hint="save the file as UTF-8")
        return None
    if file.suffix.lower() == ".json":
        frame = _of_json(text, file, findings)
    else:
        frame = _of_csv(file, findings)
    if frame is None:
        return None
    frame = frame.rename(columns={name: _known(name) for name in frame})
    if doubled := sorted(set(frame.columns[frame.columns.duplicated()])):
        findings.problem(file.name, doubled[0], "is the name of two columns", hint="rename one")
        return None
    absent = [name for name in NEEDED if name not in frame]
    if absent:
        renamed = "variable" in absent and "stat_name" in frame
        hint = _RENAMED if renamed else f"the columns must be those of cards: {', '.join(NEEDED)}"
        findings.problem(file.name, "", f"has no column {absent[0]}", hint=hint)
        return None
    if frame.empty:
        findings.problem(file.name, "", "has no rows")
        return None
    if "context" not in frame:
        frame["context"] = ""
    ours = "chapter" in frame
    if not ours:  # as R writes what is missing
        texts = [name for name in frame if name not in ("stat", ROW)]
        frame[texts] = frame[texts].replace(["NA", "NULL"], "")
    return frame


def groups_of(frame: pd.DataFrame) -> list[str]:
    """Return the columns that name groups, in order: ``group1``, ``group2``."""
    return sorted(
        (name for name in frame if _GROUP.fullmatch(name)), key=lambda name: int(name[5:])
    )


def _known(name: str) -> str:
    """Return a column's name as cards writes it: SAS writes capitals, versions differ."""
    small = str(name).strip().lower()
    return _OLD.get(small, small)


def _of_csv(file: Path, findings: "Findings") -> pd.DataFrame | None:
    try:
        frame = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        findings.problem(file.name, "", f"cannot be read as CSV: {error}")
        return None
    return frame.assign(**{ROW: [str(line) for line in range(2, len(frame) + 2)]})


def _of_json(text: str, file: Path, findings: "Findings") -> pd.DataFrame | None:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        findings.problem(file.name, "", f"cannot be read as JSON: {error}")
        return None
    if isinstance(content, list) and all(isinstance(one, dict) for one in content):
        records = content
    elif isinstance(content, dict) and "stat_name" in content and "stat" in content:
        lengths = {len(column) for column in content.values() if isinstance(column, list)}
        if len(lengths) != 1 or not all(isinstance(one, list) for one in content.values()):
            findings.problem(file.name, "", "has columns of different lengths")
            return None
        records = [
            dict(zip(content, row, strict=True)) for row in zip(*content.values(), strict=True)
        ]
    elif isinstance(content, dict) and "variable" in content:
        records = list(_leaves(content, {}))
    else:
        hint = "write a list of rows, a map of columns, or cards' as_nested_list()"
        findings.problem(file.name, "", "is in no shape that cards writes", hint=hint)
        return None
    rows = [
        {name: _scalar(value) for name, value in record.items()} | {ROW: str(number)}
        for number, record in enumerate(records, 1)
    ]
    return pd.DataFrame(rows).fillna("").astype(str)


def _leaves(node: dict[str, Any], above: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a nested list: names and values by turns, a statistic at each end."""
    branches = [name for name in node if _BRANCHES.fullmatch(name) and isinstance(node[name], dict)]
    for name in branches:
        for value, below in node[name].items():
            if isinstance(below, dict):
                yield from _leaves(below, above | {name: value})
    if "stat_name" in above and not branches:
        yield above | node


def _scalar(value: Any) -> str:
    """Return what stands in a cell: R writes a cell of a list column as a list of one."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if value is None or value in ({}, []):
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
