"""Terms are linked where a page first uses them, with their meaning, and nowhere else."""

from types import SimpleNamespace

import pytest
from docutils import nodes
from docutils.core import publish_doctree

from trialbook.publishing.terms import (
    EVERYDAY,
    Glossary,
    Term,
    link_captions,
    link_terms,
    name_notes,
    synonyms,
    terms_of,
)

HAZARD, RATIO = ("hazard", "rate"), ("hazard ratio", "HR")


def glossary(*terms):
    items = []
    for names in terms:
        item = nodes.definition_list_item()
        for name in names:
            item += nodes.term(name, name, ids=[f"term-{name.replace(' ', '-')}"])
        item += nodes.definition("", nodes.paragraph("", f"What {names[0]} is."))
        items.append(item)
    document = publish_doctree("")
    document += nodes.definition_list("", *items)
    return document


def linked(text, page="notebooks/efficacy", known=True):
    document = publish_doctree(text)
    env = SimpleNamespace(
        found_docs={"book/glossary"} if known else set(),
        get_doctree=lambda name: glossary(HAZARD, RATIO),
    )
    builder = SimpleNamespace(get_relative_uri=lambda here, there: "../book/glossary.html")
    link_terms(SimpleNamespace(env=env, builder=builder), document, page)
    links = [(one.astext(), one["refuri"].partition("#")[2])
             for one in document.findall(nodes.reference)]  # fmt: skip
    notes = [one.astext() for one in document.findall(nodes.raw)]
    return links, notes, document


def test_the_longest_name_is_linked_once_and_its_meaning_follows():
    links, notes, _ = linked("Hazard ratios, and a hazard.\n\nAnother hazard ratio.")
    assert links == [("Hazard ratios", "term-hazard-ratio"), ("hazard", "term-hazard")]
    assert "<strong>Hazard ratio.</strong> What hazard ratio is." in notes[0]
    assert [note.count("popover") for note in notes] == [1, 1]


def test_another_name_leads_to_the_same_term_and_short_forms_are_not_words():
    assert linked("The HR was low.")[0] == [("HR", "term-hazard-ratio")]
    assert linked("The hr was low; haphazard.")[0] == []


@pytest.mark.parametrize(
    "text", ["hazard\n======\n\nIt.", "A ``hazard`` here.", "`hazard <http://a.b>`_"]
)
def test_titles_code_and_links_stay_as_they_are(text):
    links, notes, _ = linked(text)
    assert not [anchor for _, anchor in links if anchor]
    assert notes == []


def test_a_method_is_not_where_a_reader_meets_a_term_first():
    links, notes, _ = linked(
        ".. container:: tb-method\n\n   A hazard by hand.\n\nA hazard in words."
    )
    assert len(links) == len(notes) == 1


def test_lists_of_terms_and_books_without_glossary_are_left_alone():
    assert linked("A hazard.", page="book/glossary")[0] == []
    assert linked("A hazard.", known=False)[0] == []


def test_a_link_knows_its_note():
    context = {"body": '<a class="tb-term reference internal" href="g.html#term-hazard">x</a>'}
    name_notes(None, "a", "page.html", context, None)
    assert 'data-note="note-term-hazard"' in context["body"]


def test_the_search_knows_other_names():
    known = synonyms(terms_of(glossary(HAZARD, RATIO)))
    assert known == EVERYDAY | {"rate": "hazard", "hr": "hazard ratio"}


def captioned(body):
    env = SimpleNamespace(
        found_docs={"book/glossary", "a"}, get_doctree=lambda name: glossary(HAZARD, RATIO)
    )
    builder = SimpleNamespace(get_relative_uri=lambda here, there: "g.html")
    context = {"body": body}
    link_captions(SimpleNamespace(env=env, builder=builder), "a", "page.html", context, None)
    return context["body"]


def test_captions_and_notes_below_tables_link_what_no_sentence_does():
    found = captioned('<p class="tb-caption">Hazard ratios of P&amp;Q&#x27;s.</p>')
    assert found.startswith(
        '<p class="tb-caption"><a class="tb-term" href="g.html#term-hazard-ratio">Hazard ratios</a>'
        " of P&amp;Q's.</p><div"
    )
    assert "tb-pops" in found
    told = '<a class="tb-term reference" href="g.html#term-hazard">hazard</a>'
    once = f'{told}<div class="tb-notes"><p>A hazard, <a href="x">hazard ratio</a>.</p></div>'
    assert captioned(once) == once
    assert captioned("<td>hazard</td>") == "<td>hazard</td>"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Holm: 0.01", "Holm’s procedure"),
        ("by Holm's", "Holm’s procedure"),
        ("Fine and Gray's", "Fine-Gray model"),
        ("(Fine-Gray)", "Fine-Gray model"),
        ("holmium, Efron, Wald", None),
    ],
)
def test_who_a_method_is_named_after_stands_for_it_unless_for_two(said, name):
    names = [
        "Holm’s procedure",
        "Fine-Gray model",
        "Efron ties",
        "Efron test",
        "Fisher information",
    ]
    terms = Glossary([Term((one,), one, "") for one in names])
    assert [term.names[0] for _, term in terms.terms_in(said)] == ([name] if name else [])
