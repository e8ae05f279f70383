"""Technical terms: linked where a page first uses them, their meaning beside the text.

The glossary is the only list of terms. Whatever of it stands in a page's prose, typed or computed,
is linked at its first use, so that no author need remember to, and none is forgotten. What stands
in captions and in notes below tables, which Sphinx knows as markup alone, is linked where no
sentence of the page has it.
"""

import html
import re
from dataclasses import dataclass
from typing import Any

from docutils import nodes

GLOSSARY = "book/glossary"
# Pages that are lists themselves: nothing is linked there.
LISTS = {GLOSSARY, "book/references", "book/data_dictionary", "book/messages"}
_METHOD = {"tag_method", "tb-method"}
_CLOSED = (nodes.title, nodes.literal, nodes.literal_block, nodes.reference, nodes.rubric,
           nodes.table, nodes.raw, nodes.math, nodes.caption, nodes.citation)  # fmt: skip
# What stands in a page as markup, and is read as sentences.
_SAID = re.compile(
    r'<p class="tb-(?:beside|caption|said)">.*?</p>|<(div|details) class="tb-notes">.*?</\1>',
    re.DOTALL,
)
_LINK = re.compile(r'<a class="([^"]*\btb-term\b[^"]*)" href="([^"#]*)#(term-[\w-]+)"')
_TAGS = re.compile(r"(<(?:a|summary)\b.*?</(?:a|summary)>|<[^>]*>)", re.DOTALL)
# Holm’s procedure is found as Holm’s, or Holm; the Fine-Gray model as Fine and Gray’s.
_AFTER_SOMEBODY = re.compile(
    r"([A-Z][a-z]+(?:-[A-Z][a-z]+)?)(?:’s)? "
    r"(?:correction|estimate|formula|interval|law|model|procedure|test|ties|variance)"
)


# What people type who do not know what the report calls it; for the search alone.
EVERYDAY = {
    "died": "death", "mortality": "death", "drop out": "withdrawal", "dropped out": "withdrawal",
    "gender": "sex", "harm": "adverse event", "kidney": "renal", "men": "male",
    "missing data": "withdrawn", "relative risk": "risk ratio", "sample size": "how many patients",
    "table 1": "patients at baseline", "toxicity": "adverse event", "withdrew": "withdrawal",
    "women": "female",
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


class Glossary:
    """What finds the terms of a glossary in a text."""

    def __init__(self, terms: list[Term]) -> None:
        self.terms = terms
        self._of = {_folded(name): term for term in terms for name in term.names}
        people: dict[str, set[Term]] = {}
        for term in terms:
            for who in filter(None, map(_AFTER_SOMEBODY.fullmatch, term.names)):
                people.setdefault(who[1], set()).add(term)
        # whoever stands behind two terms tells neither
        self._people = {who: of.pop() for who, of in people.items() if len(of) == 1}
        self._people |= {who.replace("-", " and "): of for who, of in self._people.items()}
        known = {name: _loosely(name) for term in terms for name in term.names}
        known |= {who: rf"(?-i:{re.escape(who)})(?:['’]s)?" for who in self._people}
        either = "|".join(known[name] for name in sorted(known, key=len, reverse=True))
        self.pattern = re.compile(rf"(?<![\w-])(?:{either or '(?!)'})(?![\w-])", re.IGNORECASE)

    def term(self, said: str) -> Term | None:
        """Return what a text that the pattern found is a name of, in the singular or plural."""
        name = _folded(said)
        found = self._of.get(name) or self._of.get(name.removesuffix("s"))
        return found or self._people.get(re.sub("['’]s$", "", " ".join(said.split())))

    def terms_in(self, text: str) -> list[tuple[re.Match[str], Term]]:
        """Return each place at which a term stands, the longest name first, and the term."""
        found = ((match, self.term(match[0])) for match in self.pattern.finditer(text))
        return [(match, term) for match, term in found if term is not None]


def _loosely(name: str) -> str:
    """Return a pattern of a name: either apostrophe, any blank; short forms as they stand."""
    text = re.escape(name).replace("’", "['’]").replace(r"\ ", r"\s+")
    return f"(?-i:{text})s?" if name.isupper() else f"{text}s?"


def link_terms(app: Any, doctree: nodes.document, docname: str) -> None:
    """Link each term at its first use on a page, and lay its meaning beside the paragraph."""
    glossary = _glossary_of(app)
    if not glossary.terms or docname in LISTS:
        return
    address = app.builder.get_relative_uri(docname, GLOSSARY)
    seen: set[str] = set()
    for paragraph in list(doctree.findall(nodes.paragraph)):
        if _is_closed(paragraph):
            continue
        here = _typed(paragraph, glossary, seen)
        for text in list(paragraph.findall(nodes.Text)):
            if not _is_closed(text):
                here += _linked(text, glossary, seen, address)
        for term in reversed(here):
            note = nodes.raw("", _note(term), format="html")
            paragraph.parent.insert(paragraph.parent.index(paragraph) + 1, note)


def _glossary_of(app: Any) -> Glossary:
    """Return the book's glossary, read once a build."""
    kept = app.env.__dict__.get("_trialbook_terms")
    if kept is None:
        known = GLOSSARY in app.env.found_docs
        kept = Glossary(terms_of(app.env.get_doctree(GLOSSARY)) if known else [])
        app.env._trialbook_terms = kept
    return kept


def _typed(paragraph: nodes.paragraph, glossary: Glossary, seen: set[str]) -> list[Term]:
    """Mark the terms that an author linked with a role; return those met for the first time."""
    by_anchor = {term.anchor: term for term in glossary.terms}
    found = []
    for link in paragraph.findall(nodes.reference):
        anchor = (link.get("refuri") or "").partition("#")[2] or link.get("refid", "")
        term = by_anchor.get(anchor)
        if term is not None and anchor not in seen:
            seen.add(anchor)
            link["classes"].append("tb-term")
            found.append(term)
    return found


def _linked(text: nodes.Text, glossary: Glossary, seen: set[str], address: str) -> list[Term]:
    """Replace a text by one whose terms, met for the first time, are links; return these."""
    said, parts, found, end = text.astext(), [], [], 0
    for match, term in glossary.terms_in(said):
        if term.anchor in seen:
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


def link_captions(
    app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Link the terms of captions and notes below tables that no sentence of the page has."""
    glossary = _glossary_of(app)
    if not glossary.terms or pagename not in app.env.found_docs or pagename in LISTS:
        return
    body = context.get("body") or ""
    address = app.builder.get_relative_uri(pagename, GLOSSARY)
    seen = {anchor for _, _, anchor in _LINK.findall(body)}
    context["body"] = _SAID.sub(lambda said: _linked_markup(said[0], glossary, seen, address), body)


def name_notes(
    app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Let each linked term know its note."""
    body = context.get("body") or ""
    context["body"] = _LINK.sub(r'<a class="\1" href="\2#\3" data-note="note-\3"', body)


def _linked_markup(said: str, glossary: Glossary, seen: set[str], address: str) -> str:
    """Return sentences in markup with their terms as links, and the terms' meanings after them."""
    notes: list[str] = []

    def linked(markup: str) -> str:
        text, parts, end = html.unescape(markup), [], 0
        for match, term in glossary.terms_in(text):
            if term.anchor in seen:
                continue
            seen.add(term.anchor)
            notes.append(_note(term, "tb-note tb-pops"))
            name = html.escape(match[0], quote=False)
            link = f'<a class="tb-term" href="{address}#{term.anchor}">{name}</a>'
            parts += [html.escape(text[end : match.start()], quote=False), link]
            end = match.end()
        return "".join([*parts, html.escape(text[end:], quote=False)]) if parts else markup

    # odd parts are tags, links and what one presses to unfold: nothing is linked within them
    parts = [part if i % 2 else linked(part) for i, part in enumerate(_TAGS.split(said))]
    return "".join([*parts, *notes])


def synonyms(terms: list[Term]) -> dict[str, str]:
    """Return other names to the name of their term, and everyday words, for the search."""
    return EVERYDAY | {name.lower(): term.names[0] for term in terms for name in term.names[1:]}


def _note(term: Term, classes: str = "tb-note") -> str:
    name = term.names[0]
    return (
        f'<div class="{classes}" popover id="note-{term.anchor}" role="note">'
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
