"""Read a sheet of an Excel workbook (.xlsx, .xlsm) as the text that its CSV would be."""

import io
import re
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from trialbook.adam.problems import Findings, examples, shortened
from trialbook.adam.table import Table, UnreadableError, written

_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*\bref=\"([A-Z]+\d+:[A-Z]+\d+)\"")
_ERRORS = re.compile(r"#(N/A|NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|SPILL!|CALC!)")


def read_workbook(
    content: bytes, file: str, stem: str, findings: Findings, sheet: str | None = None
) -> Table:
    """Return the rows of one sheet, every value as text, dates as YYYY-MM-DD.

    Parameters
    ----------
    content : bytes
    file : str
        Its name, for messages.
    stem : str
        Its name before the ending; of several sheets the one called so is taken.
    findings : Findings
    sheet : str, optional
        The sheet's name, where it was said.

    Raises
    ------
    UnreadableError
        When it does not show which sheet is meant, or the sheet is no table.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    if content[:4] != b"PK\x03\x04":
        raise UnreadableError("is no .xlsx workbook, or one with a password", "save it as .xlsx")
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    try:
        merged = {one.title: _merged(content, one) for one in book.worksheets}
        rows_of = {one.title: _rows(one, merged[one.title]) for one in book.worksheets}
    finally:
        book.close()
    name = _chosen(rows_of, stem, sheet)
    if len(rows_of) > 1:
        findings.repair(file, "", f"the sheet {shortened(name)} read, of {len(rows_of)}")
    if n := len(merged[name]):
        findings.repair(file, "", "cells merged over several rows read in each of them", n)
    names, *rows = rows_of[name] or [()]
    if not any(names):
        raise UnreadableError(
            f"has no first row with the columns' names in the sheet {shortened(name)}",
            "take out what stands above the names",
        )
    frame = pd.DataFrame(rows, columns=pd.Index(names, dtype=object), dtype=object)
    frame = _named_columns(frame, file, findings)
    _errors(frame, file, findings)
    epoch = "excel-1904" if book.epoch == CALENDAR_MAC_1904 else "excel"
    return Table(file, frame, untyped=True, epoch=epoch)


def sheet_names(path: Path) -> list[str]:
    """Return the names of a workbook's sheets; none of what is no workbook."""
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True)
    except Exception:  # what is wrong is told by the one that reads it
        return []
    try:
        return list(book.sheetnames)
    finally:
        book.close()


def _merged(content: bytes, sheet) -> list[tuple[int, int, int]]:
    """Return the cells of a sheet that are merged downwards: column, first row, last row, from 0.

    openpyxl does not tell of them where it reads row by row; they stand behind the rows.
    """
    from openpyxl.utils.cell import range_boundaries

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        try:
            behind = archive.read(sheet._worksheet_path.lstrip("/")).rpartition(b"sheetData>")[2]
        except (KeyError, AttributeError):  # a sheet of charts has no cells
            return []
    found = []
    for one in _MERGED.findall(behind):
        left, top, right, bottom = range_boundaries(one.decode())
        if left == right and top < bottom:
            found.append((left - 1, top - 1, bottom - 1))
    return found


def _rows(sheet, merged: list[tuple[int, int, int]]) -> list[tuple[str, ...]]:
    """Return the rows of a sheet that hold something, as text, all of one length."""
    sheet.reset_dimensions()
    cells = [list(map(_text, row)) for row in sheet.iter_rows(values_only=True)]
    for column, top, bottom in merged:
        for row in cells[top + 1 : bottom + 1]:
            row += [""] * (column + 1 - len(row))
            row[column] = cells[top][column]
    rows = list(map(tuple, cells))
    rows = [row for row in rows if any(row)]
    width = max(map(len, rows), default=0)
    return [row + ("",) * (width - len(row)) for row in rows]


def _text(value: object) -> str:
    """Return a cell as text; a date with its time of day only where it has one."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return written(value / timedelta(days=1))
    return written(value)


def _chosen(rows_of: dict[str, list], stem: str, said: str | None) -> str:
    """Return which sheet is meant: the one said, called like the file, or the only one filled."""
    listed = ", ".join(examples(rows_of, 20))
    folded = {name.strip().casefold(): name for name in rows_of}
    if said is not None:
        if said.strip().casefold() not in folded:
            raise UnreadableError(f"has no sheet {shortened(said)}", f"its sheets are: {listed}")
        return folded[said.strip().casefold()]
    if stem.casefold() in folded:
        return folded[stem.casefold()]
    filled = [name for name, rows in rows_of.items() if rows]
    if not filled:
        raise UnreadableError("is empty")
    if len(filled) > 1:
        raise UnreadableError(
            f"has several sheets: {listed}",
            "say which with --sheet (sheet: in trial.yml), or call it like the file",
            "--sheet",
        )
    return filled[0]


def _named_columns(frame: pd.DataFrame, file: str, findings: Findings) -> pd.DataFrame:
    """Return the columns that have a name; what else holds something is an error."""
    unnamed = [n for n, name in enumerate(frame.columns) if not str(name).strip()]
    filled = [n for n in unnamed if (frame.iloc[:, n] != "").any()]
    if len(filled) >= max(1, frame.shape[1] - len(unnamed)):
        raise UnreadableError(
            f"names {frame.shape[1] - len(unnamed)} of its {frame.shape[1]} columns in its first "
            "row", "take out what stands above the names",
        )  # fmt: skip
    if filled:
        findings.repair(file, "", "columns without a name (row numbers, say) left out", len(filled))
    return frame.iloc[:, [n for n in range(frame.shape[1]) if n not in unnamed]]


def _errors(frame: pd.DataFrame, file: str, findings: Findings) -> None:
    """Read what a formula could not compute as missing."""
    for n, name in enumerate(frame.columns):
        wrong = frame.iloc[:, n].map(lambda value: bool(_ERRORS.fullmatch(value)))
        if wrong.any():
            shown = ", ".join(examples(frame.iloc[:, n][wrong]))
            what = f"errors of formulas ({shown}) read as missing"
            findings.repair(file, str(name), what, int(wrong.sum()))
            frame.isetitem(n, np.where(wrong, "", frame.iloc[:, n]))
