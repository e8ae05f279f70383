"""All numbers of a book in one file: what every chapter glued, sorted and unique."""

import ast
import csv
import functools
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


def collected(notebooks: dict[str, str]) -> list[list[Any]]:
    """Return the rows of all chapters, as of `chapter_results`, in order.

    Parameters
    ----------
    notebooks : dict
        Chapter to its executed notebook.

    Raises
    ------
    ChapterError
        If two rows have the same key.
    """
    from trialbook.results import KEY

    rows = [row for text in notebooks.values() for row in chapter_results(text)]
    rows.sort(key=_order)
    for before, after in pairwise(rows):
        if before[: len(KEY)] == after[: len(KEY)]:
            of = ", ".join(f"{k}={v}" for k, v in zip(KEY, after, strict=False) if v)
            raise ChapterError(f"ard.csv: two results have the same key: {of}")
    return rows


def results_csv(rows: list[list[Any]]) -> dict[str, str]:
    """Return ``ard.csv`` of collected rows, and ``curves.csv``: what is drawn as a curve."""
    from trialbook.results import CURVE, KEY

    analysis = KEY.index("analysis")
    drawn = [row for row in rows if row[analysis] == CURVE]
    others = [row for row in rows if row[analysis] != CURVE]
    return {"ard.csv": _csv(others), "curves.csv": _csv(drawn)}


def seen(rows: list[list[Any]]) -> list[list[Any]]:
    """Return no more of collected rows than readers of the pages may see.

    What may not even be named is left out, see `trialbook.safe.safe`.
    """
    from trialbook.results import COLUMNS, WITHHELD

    value, printed, state, shown = map(COLUMNS.index, ("value", "printed", "state", "shown"))
    found = []
    for row in rows:
        if row[state] != WITHHELD or row[shown] != "":
            readable = list(row)
            readable[value], readable[printed] = row[-1], row[-2]
            found.append(readable)
    return found


def _csv(rows: list[list[Any]]) -> str:
    from trialbook.escape import escape_cell
    from trialbook.exchange.cards import number_text
    from trialbook.results import COLUMNS

    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    # the same few words stand in very many rows
    text_of = functools.cache(lambda cell: escape_cell(str(cell)))
    writer.writerows(
        [
            number_text(cell) if cell is None or isinstance(cell, float) else text_of(cell)
            for cell in row[: len(COLUMNS)]
        ]
        for row in rows
    )
    return file.getvalue()


def _order(row: list[Any]) -> list[tuple[bool, Any]]:
    return [(cell not in ("", None), cell if cell is not None else "") for cell in row[:9]]
