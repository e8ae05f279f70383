"""All pages as one, to be printed as the book: title, contents, chapters in their order."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trialbook.publishing.head import kind, sheets
from trialbook.publishing.merged import anchor, merged
from trialbook.publishing.navigation import navigation, sections
from trialbook.publishing.pdf import PRINT_PAGE
from trialbook.publishing.reading import is_course

TEMPLATE = "print.html"
_SHEET = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Entry:
    """A chapter: its place in the contents, and its text.

    Attributes
    ----------
    anchor, sheet, title : str
        Its name as a link, that of its sheets, and what it is called.
    sections : list of tuple
        Anchor and title of each of its sections.
    body : str
        Its text, as `merged.merged` leaves it.
    deeper : bool
        Whether it belongs below the one before.
    course : bool
        Whether its code is read, too.
    """

    anchor: str
    sheet: str
    title: str
    sections: list[tuple[str, str]]
    body: str
    deeper: bool
    course: bool


def write_print_page(app: Any) -> None:
    """Write the page from the finished texts of the others, but for those about the software.

    Such a page says ``print: false`` in its header.
    """
    config = app.config
    contents = navigation(app, config.root_doc)
    bodies = {n: b for n, b in app.builder.trialbook_bodies.items() if _is_printed(app, n)}
    course = frozenset(name for name in bodies if is_course(name.removeprefix("notebooks/")))
    parts = merged(bodies, course)

    def entry(page: Any, *, detailed: bool = False) -> Entry:
        below = [
            (anchor(page.name, one.anchor.removeprefix("#")), one.title)
            for one in (sections(app, page.name) if detailed else ())
        ]
        own = anchor(page.name)
        return Entry(own, f"sheet-{_SHEET.sub('-', own.lower())}", page.title, below,
                     parts[page.name], page.deeper, page.name in course)  # fmt: skip

    # of what stands folded on a page the chapters are named alone; the outline has all
    groups = [
        (part.caption, [entry(page, detailed=not part.folded) for page in printed])
        for part in contents.parts
        if (printed := [page for page in part.pages if page.name in bodies])
    ]
    first = entry(contents.root)
    notice, short = config.trialbook_notice, config.trialbook_short
    margins = [sheets(short, notice)]
    margins += [sheets(f"{one.title} · {short}", notice, one.sheet)
                for _, entries in groups for one in entries]  # fmt: skip
    text = app.builder.templates.render(
        TEMPLATE,
        {
            "title": config.trialbook_title,
            "kind": kind(notice),
            "notice": notice,
            "build": config.trialbook_build,
            "paper": config.trialbook_paper,
            "margins": margins,
            "first": first,
            "groups": groups,
        },
    )
    (Path(app.outdir) / PRINT_PAGE).write_text(text, encoding="utf-8")


def _is_printed(app: Any, pagename: str) -> bool:
    return app.env.metadata.get(pagename, {}).get("print") != "False"
