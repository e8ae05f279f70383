"""A table as a workbook, which Excel and LibreOffice open."""

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from trialbook.escape import DAGGER, daggered, unmarked

_NUMBER = re.compile(r"[-−]?\d{1,3}(?:,\d{3})+|[-−]?\d+(?:\.\d+)?")
# The same table is the same file: neither of the two places that note a time notes it.
_EPOCH = datetime(2000, 1, 1)
_NARROWEST, _WIDEST = 8, 48
_TO_WIDTH = PageSetupProperties(fitToPage=True)
_FONT = "Calibri"  # the workbook's own, which a font of another size would otherwise leave


def xlsx_table(
    frame: pd.DataFrame,
    caption: str,
    notes: Sequence[str] = (),
    *,
    groups: str | None = None,
    words: Sequence[str] = (),
) -> bytes:
    """Return printed cells as a workbook of one sheet: caption, table with three rules, notes.

    What is one number becomes one, shown with the digits that it was printed with; everything
    else is text, never a formula.

    Parameters
    ----------
    frame, caption, notes, groups, words
        As for `trialbook.report.rtf.rtf_table`.

    Returns
    -------
    bytes
    """
    headings = frame[groups] if groups else None
    cells = frame.drop(columns=groups) if groups else frame
    cells = cells.astype(object).where(cells.notna(), "").astype(str)
    book = Workbook()
    sheet = book.active
    sheet.title = "Table"
    _write(sheet.cell(1, 1), caption, font=Font(name=_FONT, bold=True, size=12))
    rule, row = Side(style="thin"), 3
    for at, name in enumerate(cells.columns, start=1):
        side = "left" if at == 1 or name in words else "right"
        align = Alignment(horizontal=side, vertical="bottom", wrap_text=True)
        _write(sheet.cell(row, at), str(name), font=Font(name=_FONT, bold=True), alignment=align,
               border=Border(top=rule, bottom=rule))  # fmt: skip
    heading = None
    for position, line in enumerate(cells.itertuples(index=False, name=None)):
        if headings is not None and headings.iloc[position] != heading:
            heading, row = headings.iloc[position], row + 1
            _write(sheet.cell(row, 1), str(heading), font=Font(name=_FONT, bold=True))
        row += 1
        for at, (name, text) in enumerate(zip(cells.columns, line, strict=True), start=1):
            side = "left" if at == 1 or name in words else "right"
            align = Alignment(horizontal=side, vertical="top", wrap_text=side == "left")
            _write(sheet.cell(row, at), text, alignment=align,
                   border=Border(bottom=rule if position == len(cells) - 1 else None),
                   number=side == "right")  # fmt: skip
    for at, name in enumerate(cells.columns, start=1):
        longest = max(
            [max(map(len, str(name).split()), default=0), *cells.iloc[:, at - 1].map(len)]
        )
        width = min(max(longest + 2, _NARROWEST), _WIDEST)
        sheet.column_dimensions[get_column_letter(at)].width = width
    for note in filter(None, notes):
        row += 1
        _write(sheet.cell(row + 1, 1), note, font=Font(name=_FONT, size=9))
    sheet.freeze_panes = "B4"
    # on paper: turned, as many pages as it is long and one across, its head on each
    sheet.page_setup.orientation, sheet.print_title_rows = "landscape", "3:3"
    sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr = 0, _TO_WIDTH
    book.properties.created = book.properties.modified = _EPOCH
    return _undated(book)


def _write(cell, text: str, *, number: bool = False, **style) -> None:
    pure = unmarked(text)
    if number and _NUMBER.fullmatch(pure):
        cell.value = float(pure.replace(",", "").replace("−", "-"))
        digits = len(pure.partition(".")[2])
        whole = "#,##0" if "," in pure else "0"
        mark = "" if pure == text else f'"{DAGGER}"'  # shown, and no part of the number
        cell.number_format = whole + ("." + "0" * digits if digits else "") + mark
    else:
        text = daggered(text)
        cell.value = "".join(letter for letter in text if letter >= " " or letter in "\n\t")
        cell.data_type = "s"  # text that begins with = stays text
    for name, value in style.items():
        setattr(cell, name, value)


def _undated(book: Workbook) -> bytes:
    """Return a workbook as a file that holds no time of its making."""
    made, plain = io.BytesIO(), io.BytesIO()
    book.save(made)
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(plain, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"2000-01-01T00:00:00Z", content)
            new.writestr(zipfile.ZipInfo(name, _EPOCH.timetuple()[:6]), content)
    return plain.getvalue()
