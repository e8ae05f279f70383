"""At the end of chapters on synthetic patients: what the paper does not print is free."""

import io
import re
from typing import Any

import pandas as pd

FREE, AIMED_AT = "free", "calibrated"
RANGES = "notebooks/left_open"
# The place below a table or a figure for the links to its files, as a chapter leaves it.
FILES = re.compile(r'<p class="tb-files" data-files="([a-z]+/[a-z0-9-]+)"></p>')


def chapters_with_free_numbers(ard: str) -> list[str]:
    """Return the chapters all of whose numbers a search aimed at or left free.

    Parameters
    ----------
    ard : str
        The text of ``ard.csv``.
    """
    results = pd.read_csv(io.StringIO(ard), dtype=str, keep_default_na=False)
    # what the plan asks for follows from its assumptions, not from patients
    results = results[results["analysis"] != "design"]
    kinds = results.groupby("chapter")["basis"].agg(set)
    return [name for name, of in kinds.items() if FREE in of and of <= {FREE, AIMED_AT}]


def mark_free_numbers(
    app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Say once, at the end of these chapters, that numbers which the paper does not print are free.

    On the first page too, whose numbers come from them. Only where the trial's book has the page
    of their ranges, to which it links.
    """
    free = app.config.trialbook_free
    shows = pagename.rpartition("/")[2] in free or (free and pagename == app.config.root_doc)
    if not shows or RANGES not in app.env.found_docs:
        return
    link = f'<a href="{context["pathto"](RANGES)}">their ranges</a>'
    body = context.get("body") or ""
    if FILES.search(body):
        context["body"] = body + (
            '<p class="tb-free">Numbers that the paper does not print are free, and could have '
            f"come out otherwise: {link}.</p>\n"
        )
