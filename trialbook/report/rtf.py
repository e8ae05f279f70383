"""A table, or a whole set of them, as RTF, which Word and LibreOffice open."""

from collections.abc import Sequence

import pandas as pd

from trialbook.escape import DAGGER, MARK

# Twips: the width between the margins of one inch, upright and turned; letters of 9 points, the
# space around a cell, the narrowest and the widest column.
UPRIGHT, TURNED = 9360, 12960
LETTER, CAPITAL, GAP = 100, 125, 200
SHORTEST, LONGEST = 500, 3600
_TITLE = r"\pard\sa80\b\fs20 "
_SMALL = r"\f0\fs16"


def rtf_table(
    frame: pd.DataFrame,
    caption: str,
    notes: Sequence[str] = (),
    *,
    groups: str | None = None,
    words: Sequence[str] = (),
) -> str:
    """Return printed cells as an RTF document: caption, table with three rules, notes.

    Parameters
    ----------
    frame : pandas.DataFrame
        Cells as text; the first column names the rows.
    caption : str
    notes : sequence of str
    groups : str, optional
        A column whose values head groups of rows.
    words : sequence of str
        Columns of words, aligned left as the first is.

    Returns
    -------
    str
        RTF 1.9, ASCII only: other letters are written as their code points.
    """
    headings = frame[groups] if groups else None
    cells = frame.drop(columns=groups) if groups else frame
    cells = cells.astype(object).where(cells.notna(), "").astype(str)
    columns = list(cells.columns)
    edges, page = _edges(cells)
    left = [i == 0 or column in words for i, column in enumerate(columns)]
    rows = [_row(columns, edges, left, bold=True, top=True, bottom=True, marks=r"\trhdr")]
    last, heading = len(cells) - 1, None
    for position, line in enumerate(cells.itertuples(index=False, name=None)):
        if headings is not None and headings.iloc[position] != heading:
            heading = headings.iloc[position]
            rows.append(_row([str(heading)], edges[-1:], [True], bold=True))
        rows.append(_row(list(line), edges, left, bottom=position == last))
    head = rf"{{\rtf1\ansi\ansicpg1252\deff0{{\fonttbl{{\f0\fswiss Arial;}}}}{page}\fs18"
    below = "\n".join(_note(note) for note in notes if note)
    title = rf"{_TITLE}{escape_rtf(caption)}\b0\fs18\par"
    return "\n".join([head, title, *rows, below, "}"])


def rtf_set(
    documents: Sequence[tuple[str, str, str]],
    head: str,
    foot: str,
) -> str:
    """Return many tables as one document, as the appendix of a study report wants them.

    Parameters
    ----------
    documents : sequence of tuple of str
        Of each table its number, its program, and the document that `rtf_table` returned:
        ``("Table 3", "notebooks/efficacy.md", document)``. Each begins a page, upright or turned
        as before, with its title and footnotes.
    head : str
        Stands above every page; the number of the page, and how many there are, beside it.
    foot : str
        Stands below every page, after the program: the data cut, say.

    Returns
    -------
    str
        RTF 1.9, ASCII only.
    """
    start = r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss Arial;}}\fs18"
    parts = []
    for number, program, document in documents:
        first, *body, _ = document.split("\n")
        turned = r"\landscape" in first
        tab = TURNED if turned else UPRIGHT
        size = r"\lndscpsxn\pgwsxn15840\pghsxn12240" if turned else r"\pgwsxn12240\pghsxn15840"
        page = f"Page {_field('PAGE')} of {_field('NUMPAGES')}"
        above = rf"{{\header\pard\plain\tqr\tx{tab}{_SMALL} {escape_rtf(head)}\tab {page}\par}}"
        told = escape_rtf(f"Program: {program}. {foot}")
        below = rf"{{\footer\pard\plain{_SMALL} {told}\par}}"
        body = [line for line in body if line != _note(foot)]  # which stands below every page
        title = body[0].replace(_TITLE, rf"{_TITLE}{escape_rtf(number)}. ", 1)
        margins = r"\marglsxn1440\margrsxn1440\margtsxn1440\margbsxn1440"
        section = rf"\sectd\sbkpage{size}{margins}"
        parts.append("\n".join([section, above, below, title, *body[1:]]))
    return "\n".join([start, "\n\\sect\n".join(parts), "}"])


def _note(text: str) -> str:
    return rf"\pard\sb40\fs16 {escape_rtf(text)}\par"


def _field(name: str) -> str:
    """Return a field that the reading program fills in, in the letters around it."""
    return rf"{{\field{{\*\fldinst{{{_SMALL} {name}}}}}{{\fldrslt{{{_SMALL} 1}}}}}}"


def _edges(cells: pd.DataFrame) -> tuple[list[int], str]:
    """Return where columns end, in twips, and the page: turned where they need its width.

    Columns are as wide as their longest cell; a name of a row, and words, may go on in a second
    line. A heading is broken between its words.
    """
    widths = []
    for column in cells:
        words = [_width(word, bold=True) for word in str(column).split()]
        longest = max([*words, *map(_width, cells[column].unique())], default=0)
        widths.append(min(max(longest, SHORTEST), LONGEST) + GAP)
    turned = sum(widths) > UPRIGHT
    room = TURNED if turned else UPRIGHT
    scale = min(1.0, room / sum(widths))
    edges = [round(scale * sum(widths[: i + 1])) for i in range(len(widths))]
    size = r"\landscape\paperw15840\paperh12240" if turned else r"\paperw12240\paperh15840"
    return edges, rf"{size}\margl1440\margr1440\margt1440\margb1440"


def _width(text: str, *, bold: bool = False) -> float:
    """Return about how wide text is, in twips."""
    wide = sum(letter.isupper() for letter in text)
    return (LETTER * (len(text) - wide) + CAPITAL * wide) * (1.1 if bold else 1)


def _row(
    cells: list[str],
    edges: list[int],
    left: list[bool],
    *,
    bold: bool = False,
    top: bool = False,
    bottom: bool = False,
    marks: str = "",
) -> str:
    """Return one row of a table; `left` says which cells are aligned left."""
    rules = (r"\clbrdrt\brdrs\brdrw15" if top else "") + (
        r"\clbrdrb\brdrs\brdrw15" if bottom else ""
    )
    vertical = r"\clvertalb" if top else r"\clvertalt"
    bounds = "".join(rf"{vertical}{rules}\cellx{edge}" for edge in edges)
    shown = []
    for cell, words in zip(cells, left, strict=True):
        text = escape_rtf(cell)
        side = r"\ql" if words else r"\qr"
        shown.append(
            rf"\pard\intbl{side}\sb20\sa20 " + (rf"{{\b {text}}}" if bold else text) + r"\cell"
        )
    return rf"\trowd\trgaph70\trkeep{marks}{bounds}" + "\n" + "\n".join(shown) + r"\row"


def escape_rtf(text: str) -> str:
    r"""Return text for RTF: marks escaped, letters beyond ASCII as UTF-16 code units.

    >>> escape_rtf("{a\\b} µ")
    '\\{a\\\\b\\} \\u181?'
    """
    escaped = []
    for letter in text:
        if letter == MARK:
            escaped.append(rf"{{\super \u{ord(DAGGER)}?}}")
        elif letter in "\\{}":
            escaped.append("\\" + letter)
        elif " " <= letter <= "~":
            escaped.append(letter)
        else:
            units = letter.encode("utf-16-le", "replace")
            for i in range(0, len(units), 2):
                code = int.from_bytes(units[i : i + 2], "little")
                escaped.append(rf"\u{code - 65536 if code > 32767 else code}?")
    return "".join(escaped)
