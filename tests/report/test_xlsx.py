"""The tables as workbooks: the printed cells, numbers as numbers, nothing that computes."""

import io

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from trialbook.escape import MARK
from trialbook.report.xlsx import xlsx_table

FRAME = pd.DataFrame(
    {
        "role": ["Primary", "Secondary"],
        "End point": ["Failure", "=1+1"],
        "Patients": ["1,024", "12"],
        "P": ["0.050", "<0.001"],
        "HR (95% CI)": ["0.44 (0.25 to 0.77)", "−0.5"],
    }
)


def sheet(content):
    return load_workbook(io.BytesIO(content)).active


def test_cells_are_the_printed_ones_and_numbers_keep_their_digits():
    found = sheet(xlsx_table(FRAME, "All", ["A note.", ""], groups="role"))
    lines = [[cell.value for cell in row] for row in found.iter_rows()]
    assert lines[0][0] == "All"
    assert lines[2] == ["End point", "Patients", "P", "HR (95% CI)"]
    assert lines[3][0] == "Primary"
    assert lines[4] == ["Failure", 1024, 0.05, "0.44 (0.25 to 0.77)"]
    assert lines[6] == ["=1+1", 12, "<0.001", -0.5]
    assert lines[8][0] == "A note."
    assert [found["B5"].number_format, found["C5"].number_format] == ["#,##0", "0.000"]
    assert not any(cell.data_type == "f" for row in found.iter_rows() for cell in row)


def test_the_same_table_is_the_same_file():
    assert xlsx_table(FRAME, "All") == xlsx_table(FRAME.copy(), "All")


@given(st.text(max_size=20))
def test_any_text_is_text_or_the_number_that_it_is(text):
    frame = pd.DataFrame({"a": [text], "b": [text]})
    found = sheet(xlsx_table(frame, text))
    kept = "".join(letter for letter in text if letter >= " " or letter in "\n\t")
    assert (found["A4"].value or "") == kept or not kept.isprintable()
    assert found["A4"].data_type != "f"
    assert found["B4"].data_type != "f"


def test_a_free_number_stays_a_number_and_shows_its_mark():
    frame = pd.DataFrame({"Row": ["a"], "A": [f"12.5{MARK}"]})
    sheet = load_workbook(io.BytesIO(xlsx_table(frame, "T"))).active
    cell = next(c for row in sheet.iter_rows() for c in row if c.value == 12.5)
    assert cell.number_format == '0.0"†"'
