"""A table as RTF, which Word and LibreOffice open."""

from collections.abc import Sequence

import pandas as pd

# Twips: a page of 6.5 inches between its margins.
PAGE = 9360
FIRST = 0.34


def rtf_table(frame: pd.DataFrame, caption: str, notes: Sequence[str] = ()) -> str:
    """Return printed cells as an RTF document: caption, table with three rules, notes.

    Parameters
    ----------
    frame : pandas.DataFrame
        Cells as text; the first column names the rows.
    caption : str
    notes : sequence of str

    Returns
    -------
    str
        RTF 1.9, ASCII only: other letters are written as their code points.
    """
    n = frame.shape[1]
    widths = [PAGE] if n == 1 else [PAGE * FIRST] + [PAGE * (1 - FIRST) / (n - 1)] * (n - 1)
    edges = [round(sum(widths[: i + 1])) for i in range(n)]
    rows = [_row(list(frame.columns), edges, bold=True, top=True, bottom=True)]
    last = len(frame) - 1
    for position, cells in enumerate(frame.itertuples(index=False, name=None)):
        rows.append(_row(list(cells), edges, bottom=position == last))
    head = r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss Arial;}}\fs18"
    below = "\n".join(rf"\pard\fs16 {escape_rtf(note)}\par" for note in notes if note)
    title = rf"\pard\b\fs20 {escape_rtf(caption)}\b0\fs18\par"
    return "\n".join([head, title, *rows, below, "}"])


def _row(
    cells: list, edges: list[int], *, bold: bool = False, top: bool = False, bottom: bool = False
) -> str:
    """Return one row of a table."""
    rules = (r"\clbrdrt\brdrs\brdrw15" if top else "") + (
        r"\clbrdrb\brdrs\brdrw15" if bottom else ""
    )
    bounds = "".join(rf"{rules}\cellx{edge}" for edge in edges)
    shown = []
    for position, cell in enumerate(cells):
        side = r"\ql" if position == 0 else r"\qr"
        text = "" if cell is None or cell != cell else escape_rtf(str(cell))
        shown.append(rf"\pard\intbl{side} " + (rf"{{\b {text}}}" if bold else text) + r"\cell")
    return rf"\trowd\trgaph70{bounds}" + "\n" + "\n".join(shown) + r"\row"


def escape_rtf(text: str) -> str:
    r"""Return text for RTF: marks escaped, letters beyond ASCII as UTF-16 code units.

    >>> escape_rtf("{a\\b} µ")
    '\\{a\\\\b\\} \\u181?'
    """
    escaped = []
    for letter in text:
        if letter in "\\{}":
            escaped.append("\\" + letter)
        elif " " <= letter <= "~":
            escaped.append(letter)
        else:
            units = letter.encode("utf-16-le", "replace")
            for i in range(0, len(units), 2):
                code = int.from_bytes(units[i : i + 2], "little")
                escaped.append(rf"\u{code - 65536 if code > 32767 else code}?")
    return "".join(escaped)
