"""The tables as RTF: what Word and LibreOffice are given."""

import re

import pandas as pd

from trialbook.report.rtf import rtf_set, rtf_table
from trialbook.report.table import html_table

FRAME = pd.DataFrame(
    {
        "role": ["Primary", "Secondary", "Secondary"],
        "End point": ["Failure", "Flare", "Death"],
        "Comparison": ["B vs A"] * 3,
        "HR (95% CI)": ["0.44 (0.25 to 0.77)", "0.50 (0.26 to 0.93)", "NE"],
    }
)


CELL = re.compile(r"\\intbl\\q([lr])\S* (.*?)\\cell(?:\\row)?$", re.MULTILINE)


def rows(document):
    """Return the cells of every row as (alignment, text)."""
    found = re.findall(r"\\trowd.*?\\row", document, re.DOTALL)
    return [
        [(side, re.sub(r"^\{\\b (.*)\}$", r"\1", text)) for side, text in CELL.findall(row)]
        for row in found
    ]


def test_groups_are_rows_of_their_own_and_words_stand_left():
    document = rtf_table(FRAME, "All", groups="role", words=["Comparison"])
    assert rows(document) == [
        [("l", "End point"), ("l", "Comparison"), ("r", "HR (95% CI)")],
        [("l", "Primary")],
        [("l", "Failure"), ("l", "B vs A"), ("r", "0.44 (0.25 to 0.77)")],
        [("l", "Secondary")],
        [("l", "Flare"), ("l", "B vs A"), ("r", "0.50 (0.26 to 0.93)")],
        [("l", "Death"), ("l", "B vs A"), ("r", "NE")],
    ]
    assert document.count(r"\trhdr") == 1


def test_a_wide_table_turns_the_page_and_stays_between_its_margins():
    wide = pd.DataFrame({f"Column {i}": ["0.44 (0.25 to 0.77)"] * 2 for i in range(20)})
    for frame, most in ((FRAME, 9360), (wide, 12960)):
        document = rtf_table(frame, "All")
        assert (r"\landscape" in document) == (most > 9360)
        assert max(map(int, re.findall(r"\\cellx(\d+)", document))) <= most


def test_the_file_of_a_table_is_laid_out_as_the_page(tmp_path, monkeypatch):
    monkeypatch.setenv("TRIALBOOK_EXPORTS", str(tmp_path))
    table = html_table(FRAME, name="t", caption="All", groups="role", words=["Comparison"])
    table._repr_html_()
    written = (tmp_path / "tables" / "t.rtf").read_text(encoding="ascii")
    assert rows(written) == rows(rtf_table(FRAME, "All", groups="role", words=["Comparison"]))


def test_a_set_is_one_document_with_numbers_pages_programs_and_every_cell():
    wide = pd.DataFrame({f"A heading of some length {i}": ["1"] for i in range(20)})
    one = rtf_table(FRAME, "All", ["NE: not estimable"], groups="role")
    other = rtf_table(wide, "Wide {one}")
    document = rtf_set(
        [("Table 1", "notebooks/a.md", one), ("Table 4", "notebooks/b.md", other)],
        "A trial", "Data 12ab.",
    )  # fmt: skip
    assert document.isascii()
    assert document.count("{") - document.count("\\{") == (
        document.count("}") - document.count("\\}")
    )
    assert rows(document) == rows(one) + rows(other)
    assert "Table 1. All" in document
    assert r"Table 4. Wide \{one\}" in document
    assert "NE: not estimable" in document
    sections = document.split("\n\\sect\n")
    assert len(sections) == 2
    for section, by in zip(sections, ("notebooks/a.md", "notebooks/b.md"), strict=True):
        assert f"Program: {by}. Data 12ab." in section
        assert re.search(r"Page \{\\field.* PAGE\}.*\} of \{\\field.* NUMPAGES\}", section)
    assert r"\lndscpsxn" in sections[1]
    assert r"\lndscpsxn" not in sections[0]
