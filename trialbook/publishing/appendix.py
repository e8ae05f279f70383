"""All tables of a book in one RTF, in its order and with its numbers."""

import json
import re
from pathlib import Path

from trialbook import __version__
from trialbook.publishing.exhibits import FILES, TITLE
from trialbook.publishing.trials import TrialFacts
from trialbook.report.rtf import rtf_set

APPENDIX = "all.rtf"
_MARKS = re.compile(f"{TITLE.pattern}|{FILES.pattern}")


def appendix(notebooks: dict[str, str], tables: Path, facts: TrialFacts, foot: str) -> str | None:
    """Return the tables of a book as one document; None where it has none.

    Parameters
    ----------
    notebooks : dict
        Chapter to its notebook as the pages show it, JSON, in the order of the book.
    tables : Path
        Where each table lies as RTF: complete, or what readers may see of it, no more.
    facts : TrialFacts
        Its title stands above every page.
    foot : str
        What each table says of where it is from: stands below every page instead.
    """
    documents = [
        (f"Table {number}", f"trialbook {__version__}, notebooks/{chapter}.md", file)
        for chapter, number, stem in numbered(notebooks)
        if (file := tables / f"{stem}.rtf").is_file()
    ]
    if not documents:
        return None
    read = [(number, by, file.read_text(encoding="ascii")) for number, by, file in documents]
    return rtf_set(read, facts.short or facts.title, foot)


def numbered(notebooks: dict[str, str]) -> list[tuple[str, int, str]]:
    """Return chapter, number and name of each table that can be taken along.

    The numbers are those of the pages, which count every table through the book: see `exhibits`.
    """
    found, number = [], 0
    for chapter, text in notebooks.items():
        for cell in json.loads(text)["cells"]:
            for output in cell.get("outputs", []):
                html = "".join(output.get("data", {}).get("text/html", ""))
                for mark in _MARKS.finditer(html):
                    if mark[2] is None:
                        number += "tb-title" in mark[1]
                    elif mark[2].startswith("tables/"):
                        found.append((chapter, number, mark[2].removeprefix("tables/")))
    return found
