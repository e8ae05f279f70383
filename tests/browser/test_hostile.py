"""Books made of attacks: in a real browser nothing runs, nothing leaves, and text is text."""

import csv
import re
import threading
from pathlib import Path

import pytest

from tests.browser.hostile_trial import ATTACKS, hostile_trial
from tests.browser.test_pages import DESK, opened
from trialbook.escape import escape_cell
from trialbook.publishing.book import find_book
from trialbook.publishing.build import build
from trialbook.publishing.order import Order
from trialbook.publishing.serve import server

pytestmark = pytest.mark.slow
# What an attack would leave in a page if it were read as markup.
FOREIGN = """
[...document.querySelectorAll(
  'iframe, object, embed, img[src="x"], [src*="evil.invalid"], [href*="evil.invalid"], ' +
  '[href^="javascript"], [onerror], [onload], [href*="etc/passwd"], [src*="etc/passwd"]'
)].map(one => one.outerHTML.slice(0, 200))
"""


@pytest.mark.parametrize("first", range(0, len(ATTACKS), 7))
def test_a_book_of_attacks_is_harmless(first, browser, tmp_path):
    out = tmp_path / "out"
    folder = hostile_trial(tmp_path / "trial", first)
    build(find_book(Path(__file__)), folder, Order(out=out), lambda _: None)
    http = server(out / "html", 0)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    site = f"http://127.0.0.1:{http.server_port}"
    said = ""
    try:
        with opened(browser, DESK) as tab:
            for page in ["book/index.html", "search.html", *_chapters(out)]:
                tab.goto(f"{site}/{page}", wait_until="load")
                tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
                assert tab.evaluate("window.__ran === undefined"), page
                assert tab.evaluate(FOREIGN) == [], page
                said += tab.locator("body").inner_text()
            abroad = [u for u in tab.asked if not u.startswith((site, "data:", "blob:"))]
            assert abroad == []
            assert tab.wrong == []
    finally:
        http.shutdown()
        http.server_close()
    _text_is_text(said, first)
    _files_are_harmless(out)


def _chapters(out: Path) -> list[str]:
    return sorted(f"notebooks/{file.name}" for file in (out / "html/notebooks").glob("*.html"))


def _text_is_text(said: str, first: int) -> None:
    """Assert that the attacks of the arms and of the title stand on the pages as they are."""
    words = re.sub(r"\s+", " ", said)
    for k in range(3):
        attack = ATTACKS[(first + k) % len(ATTACKS)]
        shown = re.sub(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069]", "", attack)
        # A long one is cut, and says how long it was.
        assert re.sub(r"\s+", " ", shown)[:60] in words, attack[:60]


PAGE_NUMBER = re.compile(
    r"\{\\field\{\\\*\\fldinst\{\\f0\\fs16 (PAGE|NUMPAGES)\}\}\{\\fldrslt\{\\f0\\fs16 1\}\}\}"
)


def _files_are_harmless(out: Path) -> None:
    """Assert that no cell is a formula, no RTF has a field of theirs, no file lies elsewhere."""
    found = [*out.rglob("*.csv")]
    assert any(file.name == "baseline.csv" for file in found)
    for file in found:
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.reader(lines):
                assert all(escape_cell(cell) is cell for cell in row), (file.name, row)
    for file in out.rglob("*.rtf"):
        # The number of the page and of all pages are the only fields that a table has.
        text = PAGE_NUMBER.sub("", file.read_text(encoding="ascii"))
        assert not re.search(r"(?<!\\)\\(field|fld)", text), file.name
    assert not [file for file in out.rglob("*") if "passwd" in file.name]
    assert not Path("/tmp/ran").exists()
