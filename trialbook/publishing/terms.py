"""Technical terms: linked where a page first uses them, their meaning beside the text.

The glossary is the only list of terms. Whatever of it stands in a page's prose, typed or computed,
is linked at its first use, so that no author need remember to, and none is forgotten.
"""

import html
import re
from dataclasses import dataclass
from typing import Any

from docutils import nodes

GLOSSARY = "book/glossary"
# Pages that are lists themselves.
_WITHOUT = {GLOSSARY, "book/references", "book/data_dictionary", "book/messages"}
_METHOD = {"tag_method", "tb-method"}
_CLOSED = (nodes.title, nodes.literal, nodes.literal_block, nodes.reference, nodes.rubric,
           nodes.table, nodes.raw, nodes.math, nodes.caption, nodes.citation)  # fmt: skip


# What people type who do not know what the report calls it; for the search alone.
EVERYDAY = {
    "died": "death", "mortality": "death", "drop out": "withdrawal", "dropped out": "withdrawal",
    "gender": "sex", "harm": "adverse event", "kidney": "renal", "men": "male",
    "missing data": "withdrawn", "relative risk": "risk ratio", "sample size": "how many patients",
    "table 1": "patients at baseline", "toxicity": "adverse event", "women": "female",
}  # fmt: skip


@dataclass(frozen=True)
class Term:
    """A term of the glossary: the names it goes by, the first of them its own, and its meaning."""

    names: tuple[str, ...]
    anchor: str
    meaning: str


def terms_of(doctree: nodes.document) -> list[Term]:
    """Return the terms that a glossary's page defines."""
    found = []
    for item in doctree.findall(nodes.definition_list_item):
        terms = [child for child in item.children if isinstance(child, nodes.term)]
        if not terms or not terms[0]["ids"]:
            continue
        names = tuple(term.astext() for term in terms)
        meaning = " ".join(p.astext() for p in item.findall(nodes.paragraph))
        found.append(Term(names, terms[0]["ids"][0], " ".join(meaning.split())))
    return found


def pattern_of(terms: list[Term]) -> re.Pattern[str] | None:
    """Return what finds any name of any term, the longest first, in the singular or plural."""
    names = sorted({name for term in terms for name in term.names}, key=len, reverse=True)
    if not names:
        return None
    either = "|".join(_loosely(name) for name in names)
    return re.compile(rf"(?<![\w-])(?:{either})(?![\w-])", re.IGNORECASE)


def _loosely(name: str) -> str:
    """Return a pattern of a name: either apostrophe, any blank; short forms as they stand."""
    text = re.escape(name).replace("’", "['’]").replace(r"\ ", r"\s+")
    return f"(?-i:{text})" if name.isupper() else f"{text}s?"


def link_terms(app: Any, doctree: nodes.document, docname: str) -> None:
    """Link each term at its first use on a page, and lay its meaning beside the paragraph."""
    kept = app.env.__dict__.setdefault("_trialbook_terms", None)
    if kept is None:
        known = GLOSSARY in app.env.found_docs
        terms = terms_of(app.env.get_doctree(GLOSSARY)) if known else []
        by_name = {_folded(name): term for term in terms for name in term.names}
        kept = app.env._trialbook_terms = (pattern_of(terms), by_name)
    pattern, by_name = kept
    if pattern is None or docname in _WITHOUT:
        return
    address = app.builder.get_relative_uri(docname, GLOSSARY)
    seen: set[str] = set()
    for paragraph in list(doctree.findall(nodes.paragraph)):
        if _is_closed(paragraph):
            continue
        here = _typed(paragraph, by_name, seen)
        for text in list(paragraph.findall(nodes.Text)):
            if not _is_closed(text):
                here += _linked(text, pattern, by_name, seen, address)
        for term in reversed(here):
            note = nodes.raw("", _note(term), format="html")
            paragraph.parent.insert(paragraph.parent.index(paragraph) + 1, note)


def _typed(paragraph: nodes.paragraph, by_name: dict[str, Term], seen: set[str]) -> list[Term]:
    """Mark the terms that an author linked with a role; return those met for the first time."""
    by_anchor = {term.anchor: term for term in by_name.values()}
    found = []
    for link in paragraph.findall(nodes.reference):
        anchor = (link.get("refuri") or "").partition("#")[2] or link.get("refid", "")
        term = by_anchor.get(anchor)
        if term is not None and anchor not in seen:
            seen.add(anchor)
            link["classes"].append("tb-term")
            found.append(term)
    return found


def _linked(
    text: nodes.Text,
    pattern: re.Pattern[str],
    by_name: dict[str, Term],
    seen: set[str],
    address: str,
) -> list[Term]:
    """Replace a text by one whose terms, met for the first time, are links; return these."""
    said, parts, found, end = text.astext(), [], [], 0
    for match in pattern.finditer(said):
        term = by_name.get(_folded(match[0])) or by_name.get(_folded(match[0]).removesuffix("s"))
        if term is None or term.anchor in seen:
            continue
        seen.add(term.anchor)
        found.append(term)
        link = nodes.reference(
            "", match[0], internal=True, refuri=f"{address}#{term.anchor}", classes=["tb-term"]
        )
        parts += [nodes.Text(said[end : match.start()]), link]
        end = match.end()
    if found:
        text.parent.replace(text, [*parts, nodes.Text(said[end:])])
    return found


def name_notes(
    app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Let each linked term know its note."""
    body = context.get("body") or ""
    context["body"] = re.sub(
        r'<a class="([^"]*\btb-term\b[^"]*)" href="([^"#]*)#(term-[\w-]+)"',
        r'<a class="\1" href="\2#\3" data-note="note-\3"',
        body,
    )


def synonyms(terms: list[Term]) -> dict[str, str]:
    """Return other names to the name of their term, and everyday words, for the search."""
    return EVERYDAY | {name.lower(): term.names[0] for term in terms for name in term.names[1:]}


def _note(term: Term) -> str:
    name = term.names[0]
    return (
        f'<div class="tb-note" popover id="note-{term.anchor}" role="note">'
        f"<strong>{html.escape(name[:1].upper() + name[1:])}.</strong> "
        f"{html.escape(term.meaning)}</div>"
    )


def _is_closed(node: nodes.Node) -> bool:
    """Return whether a node stands where nothing is linked: in a title, code, a link, a method."""
    above = node.parent
    while above is not None:
        if isinstance(above, _CLOSED) or _METHOD & set(above["classes"]):
            return True
        above = above.parent
    return False


def _folded(text: str) -> str:
    return " ".join(text.lower().replace("’", "'").split())
