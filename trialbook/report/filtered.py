"""A long table that a reader can narrow: by buttons without scripts, by typing with one.

The buttons are radio inputs and the rows that they leave are chosen by the style sheet, so that
a page without JavaScript, from a disk or on paper still shows every row and still filters. The
search field needs ``book/assets/components/filtered.js`` and stays hidden without it.
"""

import re
from collections.abc import Sequence

import pandas as pd

from trialbook.escape import escape_html, plain
from trialbook.report.output import Table

LONGEST_CELL = 1000
_NUMBER = ' class="tb-number"'


def filtered_table(
    frame: pd.DataFrame,
    *,
    name: str,
    caption: str,
    filters: dict[str, Sequence[str]],
    numbers: Sequence[str] = (),
    widths: dict[str, str] | None = None,
) -> Table:
    """Return a folded table with controls that narrow it.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per line, the first column names the row. Cells are text from anywhere: they are
        escaped.
    name : str
        Unique in the book; the name of the downloaded file, the prefix of every id.
    caption : str
        Plain text, above the table; one click on it unfolds the table.
    filters : dict
        Heading of a group of buttons to the value of every row, shown in the table or not; its
        distinct values are the buttons, in the order of a categorical, else of appearance.
        Rows without a value show under *all* alone.
    numbers : sequence of str
        Columns that are aligned to the right.
    widths : dict, optional
        Column to its share of the width, ``"40%"``; the others share what is left.

    Returns
    -------
    Table
    """
    file = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    # A heading of the page may have the same words, and with them the same id.
    slug = f"tb-{file}"
    groups = [(heading, _coded(values)) for heading, values in filters.items()]
    controls = "\n".join(
        _buttons(f"{slug}-f{position}", heading, codes, choices)
        for position, (heading, (codes, choices)) in enumerate(groups)
    )
    rules = "\n".join(
        f"#{slug}:has(#{slug}-f{position}-{choice}:checked) "
        f'tbody tr:not([data-f{position}="{choice}"]) {{display: none}}'
        for position, (_, (_, choices)) in enumerate(groups)
        for choice in range(len(choices))
    )
    label = escape_html(caption, LONGEST_CELL)
    columns = "".join(f'<col style="width:{(widths or {}).get(name, "auto")}">' for name in frame)
    head = "".join(
        f'<th scope="col"{_NUMBER if column in numbers else ""}>{escape_html(column)}</th>'
        for column in frame
    )
    codes = [codes for _, (codes, _) in groups]
    body = "\n".join(
        _row(row, [of_row[line] for of_row in codes], numbers)
        for line, row in enumerate(frame.to_dict("records"))
    )
    html = (
        f'<details class="tb-filter" id="{slug}" data-script="filtered">\n'
        f'<summary class="tb-title">{label}</summary>\n<style>{rules}\n</style>\n'
        f'<div class="tb-filter-controls">\n{controls}\n'
        '<label class="tb-filter-words" hidden>Containing '
        f'<input type="search" autocomplete="off"></label>\n<output></output>\n</div>\n'
        f'<div class="tb-table" role="region" tabindex="0" aria-label="{label}">\n'
        f'<table class="tb tb-text">\n<colgroup>{columns}</colgroup>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n</div>\n</details>"
    )
    words = tuple(column for column in frame if column not in numbers)
    html = re.sub(r"\n\s*", "\n", html)
    return Table(html=html, name=file, frame=frame, caption=plain(caption, 1000), words=words)


def _coded(values: Sequence[str]) -> tuple[list[int], list[str]]:
    """Return each row's choice by number, and the choices."""
    series = pd.Series(values)
    if isinstance(series.dtype, pd.CategoricalDtype):
        series = series.cat.remove_unused_categories()
        return series.cat.codes.tolist(), [str(choice) for choice in series.cat.categories]
    codes, choices = pd.factorize(series)
    return codes.tolist(), [str(choice) for choice in choices]


def _buttons(group: str, heading: str, codes: list[int], choices: list[str]) -> str:
    options = [("all", "all", len(codes), " checked")]
    options += [(str(i), choice, codes.count(i), "") for i, choice in enumerate(choices)]
    labels = "".join(
        f'<label><input type="radio" name="{group}" id="{group}-{key}"{checked}> '
        f"{escape_html(text)} ({count})</label>"
        for key, text, count, checked in options
    )
    return f"<fieldset><legend>{escape_html(heading)}</legend>{labels}</fieldset>"


def _row(row: dict, codes: list[int], numbers: Sequence[str]) -> str:
    marks = "".join(f' data-f{position}="{code}"' for position, code in enumerate(codes))
    (_, first), *others = row.items()
    cells = "".join(
        f"<td{_NUMBER if column in numbers else ''}>{escape_html(value, LONGEST_CELL)}</td>"
        for column, value in others
    )
    return f'<tr{marks}><th scope="row">{escape_html(first, LONGEST_CELL)}</th>{cells}</tr>'
