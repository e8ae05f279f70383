"""Citations in HTML that a chapter gives another page, where MyST's roles do not reach."""

import html
import re
from typing import Any

_CITED = re.compile(r'<cite data-key="([\w:.-]+)"></cite>')


def link_citations(
    app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Link the list of references where `report.output.cited` asks for it and has the paper."""
    body = context.get("body") or ""
    if "<cite data-key=" not in body:
        return
    listed = {citation.key: citation for citation in app.env.get_domain("cite").citations}

    def link(found: re.Match[str]) -> str:
        citation = listed.get(found[1])
        if citation is None:
            return ""
        page = context["pathto"](citation.bibliography_key.docname)
        return f'<a href="{page}#{citation.citation_id}">[{html.escape(_said(citation.entry))}]</a>'

    context["body"] = _CITED.sub(link, body)


def _said(entry: Any) -> str:
    """Return authors and year as the book's citations have them."""
    people = entry.persons.get("author") or entry.persons.get("editor") or []
    names = [" ".join([*person.prelast_names, *person.last_names]) for person in people]
    who = names[0] if len(names) == 1 else " and ".join(names) if len(names) == 2 else ""
    who = who or (f"{names[0]} et al." if names else "")
    return ", ".join(filter(None, [who, entry.fields.get("year", "")]))
