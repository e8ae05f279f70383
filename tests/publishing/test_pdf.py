"""The book as a PDF: what is on its sheets, when it is printed, and what is said without a
Chromium."""

import re
import stat

import pytest

from tests.publishing.conftest import lay_out
from tests.publishing.printed import Printed, letters
from trialbook.publishing.cache import Cache
from trialbook.publishing.pdf import PRINT_PAGE, chromium, print_book

PDF = "_build/small/html/files/small.pdf"
NOTICE = "Syntheticpatients"

pytestmark = pytest.mark.browser
printing = pytest.mark.skipif(chromium() is None, reason="no Chromium here: nothing was printed")


@pytest.fixture(scope="module")
def printed_book(tmp_path_factory, commands):
    root = lay_out(tmp_path_factory.mktemp("printed"))
    (root / "book" / "words.md").write_text(
        "# Words\n\nSome, as in {doc}`../notebooks/one` and [there](https://trials.example/a).\n\n"
        '## A section\n\n<p><a href="../files/ard.csv">beside</a></p>\n\n'
        "How {doc}`it is used <software>`.\n",
        encoding="utf-8",
    )
    page = "---\nprint: false\n---\n\n# Software\n\nOnly on the site.\n"
    (root / "book" / "software.md").write_text(page, encoding="utf-8")
    with (root / "_toc.yml").open("a", encoding="utf-8") as toc:
        toc.write("- file: book/software\n")
    finished = commands("build", "data/small", "--pdf", cwd=root)
    assert finished.code == 0, finished.out + finished.err
    assert re.search(r"PDF  \d+\.\d s", finished.out), finished.out
    return root


@pytest.fixture(scope="module")
def printed(printed_book):
    return Printed(printed_book / PDF)


@printing
def test_cover_contents_and_chapters_begin_a_page_each_and_none_is_blank(printed):
    assert len(printed.pages) == 5
    cover, contents, *chapters = printed.pages
    assert "Thereare20patients" in cover
    assert "TociteAsmalltrialATrialbookbuild" in cover
    assert letters("Contents One Two Words A section") in contents.replace("Chapters", "")
    for number, (name, page) in enumerate(zip(["One", "Two", "Words"], chapters, strict=True), 3):
        assert page.count(f"{name}Asmalltrial") == 1, page
        assert str(number) in page
        assert len(page) > len(NOTICE) + 40


@printing
def test_a_page_about_the_software_is_on_the_site_alone(printed_book, printed):
    assert not any("Software" in page for page in [*printed.pages, *printed.outline])
    assert "Howitisused" in printed.pages[-1]  # what would be a link is its words
    site = printed_book / "_build/small/html"
    assert "Only on the site" in (site / "book/software.html").read_text(encoding="utf-8")
    assert "software.html" in (site / "notebooks/one.html").read_text(encoding="utf-8")


@printing
def test_the_notice_stands_on_every_page(printed):
    assert all(NOTICE in page for page in printed.pages)


@printing
def test_outline_tags_and_language_are_there(printed):
    assert {"One", "Two", "Words", "A section"} <= set(printed.outline)
    root = printed.reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert "/StructTreeRoot" in root
    assert printed.reader.metadata.title.startswith("A small trial")


@printing
def test_links_within_lead_somewhere_and_none_names_a_place_on_this_machine(printed):
    inside, outside = printed.links()
    assert len(inside) > 3
    assert set(inside) <= set(printed.reader.named_destinations) | {"None"}
    assert outside == ["https://trials.example/a"]
    raw = b"".join(page.get_contents().get_data() for page in printed.reader.pages)
    assert b"file:" not in raw


@printing
def test_the_pages_offer_it_and_the_page_it_was_printed_from_is_gone(printed_book):
    html = printed_book / "_build/small/html"
    for page in ("book/index", "notebooks/one"):
        assert 'href="../files/small.pdf"' in (html / f"{page}.html").read_text(encoding="utf-8")
    assert not (html / "print.html").exists()


@printing
def test_an_unchanged_book_is_not_printed_again_and_another_paper_is(printed_book, commands):
    before = (printed_book / PDF).read_bytes()
    again = commands("build", "data/small", "--pdf", cwd=printed_book)
    assert "nothing has changed" in again.out
    assert "nothing has changed" in commands("build", "data/small", cwd=printed_book).out
    assert (printed_book / PDF).read_bytes() == before
    letter = commands("build", "data/small", "--pdf", "--paper", "letter", cwd=printed_book)
    assert re.search(r"PDF  \d+\.\d s", letter.out)
    box = Printed(printed_book / PDF).reader.pages[0].mediabox
    assert (round(box.width), round(box.height)) == (612, 792)


@printing
def test_the_same_page_is_printed_once(tmp_path):
    html, cache, file = tmp_path / "html", Cache(tmp_path / "cache"), tmp_path / "a.pdf"
    (html / "_static").mkdir(parents=True)

    def printed_anew(text):
        (html / PRINT_PAGE).write_text(f"<title>T</title><p>{text}", encoding="utf-8")
        return print_book(html, file, cache, tmp_path / "scratch")

    assert [printed_anew(text) for text in ("one", "one", "two", "one")] == [1, 0, 1, 0]
    assert Printed(file).pages == ["one"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.pdf", "cache", "html"]


def test_without_a_chromium_the_book_is_built_and_says_what_is_missing(rebuilt, commands):
    finished = commands("build", "data/small", "--pdf", "--force", cwd=rebuilt,
                        TRIALBOOK_CHROMIUM="no-such-program")  # fmt: skip
    assert finished.code == 0, finished.err
    assert "no PDF: neither Chromium nor Chrome was found" in finished.out
    assert not (rebuilt / PDF).exists()
    page = rebuilt / "_build/small/html/notebooks/one.html"
    assert "small.pdf" not in page.read_text(encoding="utf-8")


def test_a_chromium_that_fails_leaves_the_last_good_book(rebuilt, commands, tmp_path):
    program = tmp_path / "chrome"
    program.write_text("#!/bin/sh\necho cannot start >&2\nexit 1\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    before = (rebuilt / "_build/small").resolve()
    finished = commands("build", "data/small", "--pdf", cwd=rebuilt,
                        TRIALBOOK_CHROMIUM=str(program))  # fmt: skip
    assert finished.code == 4
    assert "did not print the book:\n  cannot start\n" in finished.err
    assert (rebuilt / "_build/small").resolve() == before
