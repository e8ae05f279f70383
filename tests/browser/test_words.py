"""The words of the built books: none that the glossary does not explain, none explained in vain."""

import re
from dataclasses import dataclass
from functools import cache

import pytest
from bs4 import BeautifulSoup, NavigableString, SoupStrainer, Tag

from tests.browser.conftest import ROOT, TRIALS
from tests.report.secret_trial import secret_trial
from trialbook.adam.schemas import data_dictionary
from trialbook.described import LABELS
from trialbook.publishing.book import find_book
from trialbook.publishing.build import build
from trialbook.publishing.order import Order
from trialbook.publishing.terms import LISTS, Glossary, Term

# Short forms that are no terms of the field: files and programs, units, roman numbers.
OF_COMPUTERS = {
    "API", "CDISC", "CSV", "GB", "JSON", "MB", "MIT", "PDF", "PNG", "README", "RTF", "SAS", "SHA",
    "SPSS", "SVG", "UTF", "XPT", "YAML", "ZIP", "FALSE",  # as R says it
}  # fmt: skip
UNITS = {"IU"}
_ROMAN = re.compile(r"[IVX]+")
_SHORT = re.compile(r"(?<![\w.$/_-])[A-Z]{2,}[A-Z0-9]*(?![\w_.]*[a-z_(])")
# Drawings and formulas, left out before a page is read: they are most of it.
_DRAWN = re.compile(r"<svg\b.*?</svg>|<math\b.*?</math>|<script\b.*?</script>", re.DOTALL)
# What stands in no sentence: code, and what is pressed.
_SILENT = "style,nav,pre,code,.headerlink,.tb-menu,.tb-note,.tb-method,.tag_method"
# Sentences, in which a term is linked.
_SENTENCES = "p,.tb-notes"
_UNLINKED = "a,h1,h2,h3,h4,summary,table,.tb-title,.tb-figtitle,.tb-kicker,.tb-lead,.tb-notice"
_UNLINKED += ",.tb-silent,.tb-explorer,.rubric,.tb-frequencies,noscript,.tb-asked"
# Names of people and places within a sentence, which the field has for its methods.
_NAME = re.compile(r"(?<=[a-z,;%\d] )[A-Z][a-z]{2,}(?:-[A-Z][a-z]+)?")


def pages(html):
    """Return the pages of a book that a reader reads, by their address."""
    found = [*html.glob("book/*.html"), *html.glob("notebooks/**/*.html")]
    named = {file.relative_to(html).with_suffix("").as_posix(): file for file in sorted(found)}
    return {
        name: page_of(file)
        for name, file in named.items()
        if name not in LISTS and "/api_" not in name
    }


@dataclass(frozen=True)
class Page:
    """What stands on a page, and the texts of it that somebody reads, in their order."""

    main: Tag
    spoken: list[NavigableString]


@cache
def page_of(file):
    """Read a page."""
    text = _DRAWN.sub("", file.read_text(encoding="utf-8"))
    main = BeautifulSoup(text, "html.parser", parse_only=SoupStrainer("main"))
    silent = texts_in(main, _SILENT)
    found = main.find_all(string=True)
    return Page(main, [text for text in found if id(text) not in silent and text.strip()])


def texts_in(main, selector):
    """Return what identifies the texts within parts of a page."""
    return {id(text) for part in main.select(selector) for text in part.find_all(string=True)}


@cache
def glossary(html):
    """Return the glossary as the page has it."""
    terms, names = [], []
    for part in page_of(html / "book/glossary.html").main.select("dl.glossary > *"):
        if part.name == "dt":
            names.append((" ".join(part.find(string=True).split()), part["id"]))
        else:
            meaning = " ".join(part.get_text().split())
            terms.append(Term(tuple(name for name, _ in names), names[0][1], meaning))
            names = []
    return Glossary(terms)


@pytest.fixture(scope="module")
def confidential(tmp_path_factory):
    """Build the confidential book of three arms; return its pages' folder and the trial's."""
    folder = tmp_path_factory.mktemp("words")
    trial = secret_trial(folder / "trial")
    build(find_book(ROOT), trial, Order(out=folder / "out"), lambda _: None)
    return folder / "out" / "html", trial


@pytest.fixture(params=[*TRIALS, pytest.param("confidential", marks=pytest.mark.slow)])
def book(request):
    """Return a built book's pages, and the trial's folder."""
    if request.param == "confidential":
        return request.getfixturevalue("confidential")
    return request.getfixturevalue("books")[request.param] / "html", ROOT / "data" / request.param


def of_the_trial(folder):
    """Return all that a trial's own files say: its labels, codes, notes and printed figures."""
    kinds = {".csv", ".yml", ".md"}
    files = [file for file in sorted(folder.rglob("*")) if file.suffix in kinds]
    return " ".join(file.read_text(encoding="utf-8") for file in files)


def known_short_forms(html, folder):
    said = " ".join(name for term in glossary(html).terms for name in term.names)
    said += " ".join(term.meaning for term in glossary(html).terms)
    variables = set(data_dictionary()["variable"]) | set(data_dictionary()["data_set"])
    explained = set(_SHORT.findall(said)) | variables
    return (
        explained
        | OF_COMPUTERS
        | UNITS
        | set(re.findall(r"\b[A-Z0-9]{2,}\b", of_the_trial(folder)))
    )


def test_every_short_form_is_explained_or_the_trials_own(book):
    html, folder = book
    known = known_short_forms(html, folder)
    unknown = {
        f"{found[0]} on {name}: {' '.join(text.split())[:90]}"
        for name, page in pages(html).items()
        for text in page.spoken
        for found in _SHORT.finditer(text)
        if found[0] not in known and not _ROMAN.fullmatch(found[0])
    }
    assert not unknown


def test_each_term_is_linked_on_every_page_that_says_it(book):
    html, _ = book
    terms, missing = glossary(html), set()
    for name, page in pages(html).items():
        links = page.main.select("a.tb-term")
        linked = {link["href"].partition("#")[2] for link in links}
        assert len(links) == len(linked), f"a term is linked twice on {name}"
        notes = {
            note["id"]: " ".join(note.get_text().split()) for note in page.main.select(".tb-note")
        }
        for link in links:
            anchor = link["href"].partition("#")[2]
            term = next(term for term in terms.terms if term.anchor == anchor)
            assert term.meaning in notes[link["data-note"]], (name, anchor)
        closed = texts_in(page.main, _UNLINKED)
        within = texts_in(page.main, _SENTENCES) - closed
        for text in page.spoken:
            if id(text) in within:
                missing |= {
                    f"{found[0]} on {name}"
                    for found, term in terms.terms_in(str(text))
                    if term.anchor not in linked
                }
    assert not missing


def test_no_entry_explains_what_no_page_says(books):
    """Which pages say it depends on the trial: what a chapter can say counts, too."""
    html = books["alms"] / "html"
    sources = [*ROOT.glob("notebooks/**/*.md"), *ROOT.glob("trialbook/report/**/*.py")]
    sources += ROOT.glob("trialbook/analyses/*.py")
    said = [text for page in pages(html).values() for text in page.spoken]
    said += [file.read_text(encoding="utf-8") for file in sources] + list(LABELS.values())
    used = {term.anchor for text in said for _, term in glossary(html).terms_in(str(text))}
    assert [term.names[0] for term in glossary(html).terms if term.anchor not in used] == []


# Statistics whose names are plain words.
PLAIN = {
    "degrees of freedom", "difference", "losses", "lower confidence limit", "maximum", "mean",
    "median", "minimum", "number censored", "number missing", "number of events",
    "number of patients", "number of patients with the event", "percentage of patients",
    "ratio", "survival probability", "ties", "upper confidence limit", "wins", "rate ratio",
}  # fmt: skip


def test_every_statistic_that_is_published_is_a_term_or_plain(books):
    terms = glossary(books["alms"] / "html")
    assert {one for one in LABELS.values() if not terms.terms_in(one)} <= PLAIN


def test_every_name_within_a_sentence_is_that_of_a_term_a_paper_or_the_trial(book):
    html, folder = book
    terms = glossary(html)
    titles = " ".join(
        one.get_text() for page in pages(html).values() for one in page.main.select("h1")
    )
    known = of_the_trial(folder) + titles + (ROOT / "book/references.bib").read_text("utf-8")
    known += " ".join(term.meaning for term in terms.terms)
    unknown = set()
    for name, page in pages(html).items():
        if not name.startswith("notebooks/") or "/learn/" in name:
            continue
        closed = texts_in(page.main, "a,table")
        for text in page.spoken:
            if id(text) in closed:
                continue
            left = terms.pattern.sub("it", str(text))
            unknown |= {f"{one} on {name}" for one in _NAME.findall(left) if one not in known}
    assert not {one for one in unknown if one.split()[0] not in NAMES}


# Months, and what readers of a report know.
NAMES = {"April", "January", "March", "Jupyter", "Debian", "Trialbook"}
