"""All numbers of a book in one file: what every chapter glued, sorted and unique."""

import ast
import csv
import io
import json
from itertools import pairwise
from typing import Any

from trialbook.messages import ChapterError

_RECORD = "application/papermill.record/text/plain"


def chapter_results(notebook: str) -> list[list[Any]]:
    """Return the rows that an executed chapter (JSON) glued: ard.csv's columns, what is seen.

    Raises
    ------
    ValueError
        If they lack a column: another version of this package made them.
    """
    from trialbook.results import COLUMNS, SEEN

    rows: list[list[Any]] = []
    for cell in json.loads(notebook)["cells"]:
        for output in cell.get("outputs", []):
            name = output.get("metadata", {}).get("scrapbook", {}).get("name", "")
            if name.startswith("results:"):
                table = json.loads(ast.literal_eval("".join(output["data"][_RECORD])))
                order = [table["columns"].index(column) for column in [*COLUMNS, SEEN]]
                rows += [[row[at] for at in order] for row in table["data"]]
    return rows


def has_every_column(notebook: str) -> bool:
    """Return whether the results of an executed chapter (JSON) have the columns of today."""
    try:
        chapter_results(notebook)
    except ValueError:
        return False
    return True


def glued_text(notebook: str, wanted: str) -> str:
    """Return a text that an executed chapter (JSON) glued for other pages, '' where it did not."""
    for cell in json.loads(notebook)["cells"]:
        for output in cell.get("outputs", []):
            if output.get("metadata", {}).get("scrapbook", {}).get("name", "") == wanted:
                return str(ast.literal_eval("".join(output["data"][_RECORD])))
    return ""


def results_csv(notebooks: dict[str, str], *, seen: bool = False) -> dict[str, str]:
    """Return ``ard.csv`` of all chapters, and ``curves.csv``: what is drawn as a curve.

    Parameters
    ----------
    notebooks : dict
        Chapter to its executed notebook.
    seen : bool
        Return no more than readers of the pages may see: the same files, for them.

    Raises
    ------
    ChapterError
        If two rows have the same key.
    """
    from trialbook.results import CURVE, KEY

    rows = [row for text in notebooks.values() for row in chapter_results(text)]
    if seen:
        rows = [_seen(row) for row in rows if _named(row)]
    rows.sort(key=_order)
    for before, after in pairwise(rows):
        if before[: len(KEY)] == after[: len(KEY)]:
            of = ", ".join(f"{k}={v}" for k, v in zip(KEY, after, strict=False) if v)
            raise ChapterError(f"ard.csv: two results have the same key: {of}")
    analysis = KEY.index("analysis")
    drawn = [row for row in rows if row[analysis] == CURVE]
    others = [row for row in rows if row[analysis] != CURVE]
    return {"ard.csv": _csv(others), "curves.csv": _csv(drawn)}


def _named(row: list[Any]) -> bool:
    """Return whether a row may be named, see `trialbook.safe.safe`."""
    from trialbook.results import COLUMNS
    from trialbook.safe import WITHHELD

    return row[COLUMNS.index("state")] != WITHHELD or row[COLUMNS.index("shown")] != ""


def _seen(row: list[Any]) -> list[Any]:
    """Return a row as readers may see it."""
    from trialbook.results import COLUMNS

    found = list(row)
    found[COLUMNS.index("value")], found[COLUMNS.index("printed")] = row[-1], row[-2]
    return found


def _csv(rows: list[list[Any]]) -> str:
    from trialbook.results import COLUMNS

    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_text(cell) for cell in row[: len(COLUMNS)]] for row in rows)
    return file.getvalue()


def _order(row: list[Any]) -> list[tuple[bool, Any]]:
    return [(cell not in ("", None), cell if cell is not None else "") for cell in row[:9]]


def _text(cell: Any) -> str:
    from trialbook.escape import escape_cell
    from trialbook.exchange.cards import number_text

    return number_text(cell) if cell is None or isinstance(cell, float) else escape_cell(str(cell))
