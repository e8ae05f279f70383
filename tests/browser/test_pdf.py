"""The PDFs of whole books, sheet by sheet: ALMS, and a confidential trial of three arms."""

import html
import json
import re
import subprocess
import sys

import pytest

from tests.browser.conftest import ROOT
from tests.publishing.printed import Printed, exhibits, letters
from tests.report.six_trials import folder_of

pytestmark = pytest.mark.slow
# Between the margins of an A4 sheet, in the pixels of CSS.
WIDTH = 658


@pytest.fixture(scope="module", params=["alms", "three"])
def book(request, tmp_path_factory):
    """The name of a book, its folder, and its PDF as it is read."""
    name, root = request.param, tmp_path_factory.mktemp(request.param)
    trial = ROOT / "data" / "alms"
    if name == "three":
        trial = folder_of("three arms", root / "three")
        config = trial / "trial.yml"
        text = config.read_text(encoding="utf-8")
        confidential = re.sub(r"(?m)^privacy: .*$", "privacy: confidential", text)
        assert confidential != text
        config.write_text(confidential, encoding="utf-8")
    command = [sys.executable, "-m", "trialbook", "build", trial, "--pdf", "--out", root / "book"]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    [file] = (root / "book" / "html" / "files").glob("*.pdf")
    return name, root / "book", Printed(file)


def pages(folder):
    site = folder / "html"
    return sorted([*site.glob("notebooks/**/*.html"), *site.glob("book/*.html")])


def test_no_sheet_is_blank_and_each_has_its_number_and_the_notice(book):
    _, folder, printed = book
    notice = letters(json.loads((folder / "provenance.json").read_text())["notice"])
    assert notice
    assert 20 < len(printed.pages) < 250
    for number, page in enumerate(printed.pages, 1):
        assert notice in page, number
        assert number == 1 or str(number) in page, number
        # more than the chapter's and the book's name
        assert len(page.replace(notice, "")) > 60, (number, page)


def test_every_title_stands_with_its_table_and_every_caption_with_its_figure(book):
    _, folder, printed = book
    found = 0
    for page in pages(folder):
        for exhibit in exhibits(page):
            title = exhibit.title
            if page.name == "index.html" or not title:
                continue  # the cover shows a figure of a chapter, without its number
            where = set(printed.page_of(title))
            assert where, title
            if exhibit.kind == "figure" and exhibit.caption:
                assert where & set(printed.page_of(exhibit.caption)), title
            if exhibit.kind == "table":
                for number in where:
                    after = printed.pages[number].partition(title)[2]
                    told = "rowsareonthispage" in after  # a long one is on the website alone
                    assert told or len(after) > 150, (title, number + 1, after)
            found += 1
    assert found > 10


def test_the_cover_has_the_answer_and_the_outline_every_chapter(book):
    _, folder, printed = book
    index = (folder / "html" / "book" / "index.html").read_text(encoding="utf-8")
    answer = re.search(r'<h1 class="tb-answer-title">(.*?)</h1>', index)[1]
    assert letters(answer) in printed.pages[0]
    assert "Tocite" in printed.pages[0]
    titles = re.findall(r'<li(?: class="tb-deeper")?><a href="\.\./notebooks[^>]*>(.*?)</a>', index)
    assert len(titles) > 5
    assert "Contents" in printed.outline
    assert html.unescape(answer) in printed.outline  # its spaces at the ends of lines, too
    assert len(printed.outline) > 3 * len(titles)


def test_links_lead_to_places_in_the_book_or_to_the_web(book):
    _, _, printed = book
    inside, outside = printed.links()
    assert len(inside) > 50
    assert set(inside) <= set(printed.reader.named_destinations)
    assert all(address.startswith(("https://", "http://")) for address in outside)


def test_on_paper_nothing_scrolls_and_nothing_is_cut(book, browser):
    _, folder, _ = book
    tab = browser.new_page(viewport={"width": WIDTH, "height": 900})
    tab.emulate_media(media="print")
    for page in pages(folder):
        tab.goto(page.as_uri())
        wide = tab.evaluate(
            """() => [...document.querySelectorAll("article *")].filter((one) => {
              const style = getComputedStyle(one);
              return one.offsetParent && /auto|scroll/.test(style.overflowX + style.overflowY)
                && (one.scrollWidth > one.clientWidth + 1
                    || one.scrollHeight > one.clientHeight + 1);
            }).map((one) => one.outerHTML.slice(0, 120))"""
        )
        assert wide == [], page.name
        assert tab.evaluate("document.documentElement.scrollWidth") <= WIDTH + 1, page.name
    tab.close()
