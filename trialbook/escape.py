"""Text that comes from data, made harmless for the place where it is shown.

Labels, reasons, event terms are the data's, so they may hold anything: markup, a script, a
directive, marks that turn the reading direction, a novel. There is one function per medium,
and each starts with `plain`.
"""

import html
import re
import unicodedata

LONGEST = 200
# Stands behind a number that the paper leaves free, from where it is looked up to where it is
# written. It is invisible and `plain` takes it out, so that only who means to shows it.
MARK = "\u2063"
DAGGER = "†"
# What the pages show for it: empty, so that copying, sorting and searching give the number alone.
MARK_HTML = '<i class="tb-free" role="img" aria-label="not in the paper"></i>'
_INVISIBLE = re.compile(
    # the last two of the first line XML cannot hold (XML 1.0, section 2.2), nor can it controls
    "[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff]"
    "|[\U000e0000-\U000e007f]"
)
# Likewise, but for marks behind a number: elsewhere they are the data's.
_BUT_MARKS = re.compile(rf"(?:(?<![\d%]){MARK}|(?!{MARK}){_INVISIBLE.pattern})")
_MARKDOWN = re.compile(r"""([!"#$%&'()*+,./:;<=>?@\[\\\]^_`{|}~-])""")
_NEEDS_ENTITY = {"$": "&#36;", "<": "&lt;", ">": "&gt;", "&": "&amp;", "@": "&#64;"}
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r]")
_NUMBER = re.compile(r"[+@-]?(?:\d[\d,]*\.?\d*|\.\d+)(?:e[+-]?\d+)?%?", re.IGNORECASE)
_HARMLESS = set("""'",;?/%""")


def plain(text: object, longest: int = LONGEST, *, marks: bool = False) -> str:
    """Return `text` as one visible line.

    Control characters and line ends become spaces; marks that are invisible or turn the reading
    direction go; what is longer than `longest` characters is cut, and says so.

    Parameters
    ----------
    text : object
        What the data hold; ``str()`` is applied.
    longest : int, default 200
        Characters kept.
    marks : bool
        Keep the marks behind free numbers.

    Returns
    -------
    str
    """
    # A novel is cut before it is cleaned, so that hostile length costs nothing.
    raw = str(text)
    kept = (_BUT_MARKS if marks else _INVISIBLE).sub("", raw[: 4 * longest])
    kept = "".join(" " if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} else c for c in kept)
    kept = re.sub(r"\s+", " ", kept).strip()
    if len(kept) <= longest and len(raw) <= 4 * longest:
        return kept
    return f"{kept[:longest].rstrip()}… ({len(raw):,} characters)"


def shortened(text: object, letters: int) -> str:
    """Return `text` as one line of at most `letters` letters, an ellipsis where it was cut."""
    line = plain(text)
    return line if len(line) <= letters else line[: letters - 1].rstrip() + "…"


def escape_html(text: object, longest: int = LONGEST) -> str:
    """Return `text` for the content or an attribute of an HTML element."""
    return html.escape(plain(text, longest), quote=True)


def marked_html(text: object, longest: int = LONGEST) -> str:
    """Return `text` for the content of an HTML element, free numbers marked."""
    return html.escape(plain(text, longest, marks=True), quote=True).replace(MARK, MARK_HTML)


def daggered(text: str) -> str:
    """Return `text` with a dagger behind each free number, for where letters alone are written."""
    return text.replace(MARK, DAGGER)


def unmarked(text: str) -> str:
    """Return `text` without the marks of free numbers."""
    return text.replace(MARK, "")


def escape_svg(text: object, longest: int = LONGEST) -> str:
    """Return `text` for a matplotlib figure drawn in the book's theme.

    matplotlib writes SVG text as XML and escapes it there; the theme keeps it from reading
    mathematics into dollar signs.
    """
    return daggered(plain(text, longest, marks=True))


def escape_markdown(text: object, longest: int = LONGEST) -> str:
    """Return `text` for a Markdown output, in JupyterLab as in MyST.

    Punctuation with a meaning is escaped with a backslash, as CommonMark (section 2.4) allows;
    what JupyterLab or MyST look at before Markdown is parsed becomes an entity. Marks of free
    numbers stay, for `trialbook.report.output.Text` to show.
    """

    def shield(match: re.Match) -> str:
        mark = match.group(1)
        return mark if mark in _HARMLESS else _NEEDS_ENTITY.get(mark, "\\" + mark)

    return _MARKDOWN.sub(shield, plain(text, longest, marks=True))


def escape_cell(cell: object) -> object:
    r"""Return the cell of a CSV file so that no spreadsheet takes it for a formula.

    An apostrophe is put before text that begins, after blanks, with one of ``= + - @`` or a tab
    (OWASP, CSV injection); a number stays a number, and so does the level ``@0.90`` of a result.
    A bare carriage return becomes a line feed, which every writer puts in quotes: by itself it
    would begin a row, and that with whatever stands behind it.

    >>> escape_cell("=cmd()"), escape_cell("-2.5"), escape_cell("-2-3"), escape_cell(1.5)
    ("'=cmd()", '-2.5', "'-2-3", 1.5)
    >>> escape_cell("a\r=cmd()")
    'a\n=cmd()'
    """
    if isinstance(cell, str):
        cell = re.sub(r"\r\n?", "\n", cell)
    if not isinstance(cell, str) or not _FORMULA.match(cell) or _NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}"


def unescape_cell(text: str) -> str:
    """Return the text of a cell as it was before `escape_cell`.

    >>> unescape_cell("'=cmd()"), unescape_cell("-2.5"), unescape_cell("'quoted'")
    ('=cmd()', '-2.5', "'quoted'")
    """
    return text[1:] if text[:1] == "'" and _FORMULA.match(text, 1) else text
