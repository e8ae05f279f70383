"""What *Copy* puts on the clipboard: the table's cells, for a spreadsheet and for a text."""

import csv
import io

import pytest

PAGES = [("gbsg2", "efficacy"), ("alms", "safety")]
ASKED = """async (type) => {
    const [item] = await navigator.clipboard.read();
    return (await item.getType(type)).text();
}"""

SHOWN = """(id) => [...document.getElementById(id).closest(".tb-exhibit")
    .querySelector("table").rows].filter((row) => !row.hidden).length"""


@pytest.fixture(params=PAGES, ids="-".join)
def page(request, browser, sites):
    trial, chapter = request.param
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{sites[trial]}/notebooks/{chapter}.html")
    yield page
    context.close()


def words(text):
    return " ".join(text.replace("†", "").split())


def test_a_table_is_pasted_with_the_cells_of_its_file(page):
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    page.locator(".tb-copy-table:not([hidden])").first.wait_for()
    found = page.evaluate(
        """() => [...document.querySelectorAll(".tb-copy-table:not([hidden])")]
            .filter((button) => button.checkVisibility())
            .map((button) => [button.dataset.table, button.closest(".tb-exhibit")
                .querySelector("a[href$='.csv']").href])"""
    )
    assert found
    for table, file in found[:3]:
        page.locator(f"[data-table={table}]").click()
        page.locator(f"[data-table={table}]", has_text="Copied").wait_for()
        head, *pasted = [
            [words(cell) for cell in line.split("\t")]
            for line in page.evaluate(ASKED, "text/plain").split("\n")
        ]
        rows = list(csv.DictReader(io.StringIO(page.request.get(file).text())))
        cells = [{words(cell) for cell in row.values()} for row in rows]
        assert set(head) <= {"", *map(words, rows[0])}
        assert len(pasted) == page.evaluate(SHOWN, table) - 1
        for line in pasted:
            assert line[0]
            assert any(set(line) - {""} <= of_row for of_row in cells), line
        html = page.evaluate(ASKED, "text/html")
        assert "<table" in html
        assert "<button" not in html
