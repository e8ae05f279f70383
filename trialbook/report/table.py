"""The book's tables: built by great_tables, without its inline style, for the site's own."""

import re
from collections.abc import Mapping, Sequence

import pandas as pd
from great_tables import GT
from great_tables import html as ready_html

from trialbook.escape import MARK, MARK_HTML, escape_html, marked_html, plain
from trialbook.report.forest_column import Harm, Limits, with_forest, with_harms
from trialbook.report.output import Table

INDENT = "\N{EM SPACE}"
# A table of more columns has no room for intervals beside their estimates.
MANY = 5
SHOWN_NOTES = 2
_GROUP = re.compile(r'(<th class="gt_group_heading"[^>]*>)(.*?)(</th>)', re.DOTALL)
_INTERVAL = re.compile(rf"(<td[^>]*>[^<(]+(?:{MARK_HTML})? )(\([^<()]* to [^<()]*\))(</td>)")
_STRIPPED = [
    re.compile(r"<style>.*?</style>", re.DOTALL),
    re.compile(r'\s(?:style|id|headers|data-quarto-[\w-]+)="[^"]*"'),
    re.compile(r'\s(?:rowspan|colspan)="1"'),
]


def html_table(
    frame: pd.DataFrame,
    *,
    name: str,
    caption: str,
    groups: str | None = None,
    spanners: dict[str, Sequence[str]] | None = None,
    notes: Sequence[str] = (),
    words: Sequence[str] = (),
    text: bool = False,
    forest: Sequence[Limits | None] = (),
    harms: Sequence[Harm] = (),
    drawn_as: Mapping[int, str] | None = None,
    in_files: Sequence[str] = (),
    explorer: str = "",
) -> Table:
    """Return a frame of printed cells as a table of the book.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per line; the first column names the row. Cells are text from anywhere: they are
        escaped. Leading em spaces of a row's name indent it.
    name : str
        Unique in the book; the name of the downloaded file.
    caption : str
        Plain text, above the table.
    groups : str, optional
        A column whose values head groups of rows.
    spanners : dict, optional
        A heading over several columns: heading to columns.
    notes : sequence of str
        Lines of plain text below the table.
    words : sequence of str
        Columns of words among numbers: aligned left.
    text : bool
        All cells are words, not numbers: aligned left and free to wrap.

    forest : sequence of tuple
        For each row a ratio with its limits, or None: drawn at the row's end, on one logarithmic
        scale. The numbers stand beside it, so it is hidden from who hears the table.
    harms : sequence of Harm
        For each row percentages and differences of an event, drawn likewise beside its name;
        `drawn_as` names the arms, by position.
    in_files : sequence of str
        Columns that the downloads have, and the page has no room for.
    explorer : str
        HTML above the table: what a reader may ask of it.

    Returns
    -------
    Table
    """
    columns = [column for column in frame if column != groups and column not in in_files]
    rowname = columns[0]
    # Unique names inside, labels outside: two columns may carry the same heading.
    keys = {column: f"c{position}" for position, column in enumerate(columns)}
    cells = frame.drop(columns=list(in_files)).rename(columns=keys).astype(object)
    # what is told in words is not cut as a name is
    cells = cells.map(_cell, longest=1000 if text else 200).reset_index(drop=True)
    table = GT(cells, rowname_col=keys[rowname], groupname_col=groups, id="t")
    table = table.tab_stubhead(_heading(rowname) if plain(rowname) else " ")
    table = table.cols_label(**{keys[column]: _heading(column) for column in columns[1:]})
    for column in columns[1:]:
        side = "left" if text or column in words else "right"
        table = table.cols_align(align=side, columns=[keys[column]])
    for position, (heading, over) in enumerate((spanners or {}).items()):
        within = [keys[column] for column in over if column in keys]
        if within:
            table = table.tab_spanner(_heading(heading), columns=within, id=f"s{position}")
    html = table.as_raw_html()
    for pattern in _STRIPPED:
        html = pattern.sub("", html)
    html = re.search(r"<table.*</table>", html, re.DOTALL).group(0)
    kind = "tb tb-text" if text else "tb tb-many" if len(columns) > MANY else "tb"
    kind += " tb-events" if harms else ""
    html = re.sub(r"<table[^>]*>", f'<table class="{kind}">', html, count=1)
    html = re.sub(r"\n\s*", "\n", html)
    html = html.replace(MARK, MARK_HTML)
    html = _GROUP.sub(r"\1<span>\2</span>\3", html)
    html = _INTERVAL.sub(r'\1<span class="tb-ci">\2</span>\3', html)
    html = re.sub(rf'gt_stub">(?={INDENT})', 'gt_stub tb-indented">', html)
    if any(forest):
        html = with_forest(html, forest)
    if harms:
        html = with_harms(html, harms, drawn_as or {})
    title = escape_html(caption, 1000)
    foot = "".join(f"<p>{marked_html(note, 1000)}</p>" for note in notes if note)
    # The caption stands outside: within, it would scroll away with a wide table.
    parts = [
        f'<p class="tb-title">{title}</p>',
        explorer,
        f'<div class="tb-table" role="region" tabindex="0" aria-label="{title}">\n{html}\n</div>',
        _notes(foot, sum(bool(note) for note in notes)),
    ]
    return Table(
        html="\n".join(filter(None, parts)),
        name=re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-"),
        frame=frame,
        caption=plain(caption, 1000),
        notes=tuple(plain(note, 1000, marks=True) for note in notes if note),
        groups=groups,
        words=tuple(columns[1:] if text else words),
    )


def _notes(foot: str, count: int) -> str:
    """Return the notes below a table; more than two wait behind a press."""
    if count <= SHOWN_NOTES:
        return f'<div class="tb-notes">{foot}</div>' if foot else ""
    return f'<details class="tb-notes"><summary>{count} notes</summary>{foot}</details>'


def _heading(text: str):
    """Return a heading that great_tables takes as it is.

    It reads ``{{...}}`` as units of measurement, and then escapes nothing: no brace reaches it.
    """
    return ready_html(escape_html(text).replace("{", "&#123;").replace("}", "&#125;"))


def _cell(value: object, longest: int) -> str:
    """Return a cell as one line of text that keeps its indent; empty for a missing value."""
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return ""
    text = str(value)
    indent = len(text) - len(text.lstrip(INDENT))
    return INDENT * indent + plain(text.lstrip(INDENT), longest, marks=True)
