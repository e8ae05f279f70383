"""Marks of decimals and of thousands are proved by the numbers, or asked for."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.adam.csv import read_csv
from trialbook.adam.flat import read_rows
from trialbook.adam.marks import Marks, as_number
from trialbook.adam.problems import Findings
from trialbook.adam.table import Table
from trialbook.adam.tidy import tidy
from trialbook.reading import Reading


def read(text, decimal=None):
    findings = Findings()
    table = read_csv(text.encode(), "x.csv", findings)
    table = Table(table.file, table.frame, untyped=True, reading=Reading(decimal=decimal))
    return tidy(table, None, findings), findings


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("t;x\n480;6,1\n1.040;7\n", [480, 1040]),  # 6,1 elsewhere proves the comma
        ("t;x\n480;6.1\n1.040;7\n", [480, 1.04]),
        ("t\tx\n480\t6.1\n1,040\t7\n", [480, 1040]),
        ('t,x\n"1,040",6.5\n12,7\n', [1040, 12]),
        ("t;x\n1.040.500;a\n7;b\n", [1040500, 7]),
        ("t;x\n1.040,5;a\n7;b\n", [1040.5, 7]),
        ("t;x\n1 040,5;a\n7;b\n", [1040.5, 7]),
        ("t;x\n1'040;a\n7;b\n", [1040, 7]),
        ("t;x\n0,125;a\n7;b\n", [0.125, 7]),
        ("t;x\n1040.125;a\n7;b\n", [1040.125, 7]),
        ("t;x\n2,5;1.5\n7;2\n", [2.5, 7]),  # each column by its own proof
    ],
)
def test_a_mark_is_proved_by_its_column_or_by_another(text, numbers):
    frame, findings = read(text)
    assert frame["t"].tolist() == numbers
    assert not findings.problems


@pytest.mark.parametrize(
    "text",
    ["t;x\n480;6\n1.040;7\n", "t\tx\n480\t6\n1,040\t7\n", 't,x\n"1,040",6\n"2,000",7\n',
     "t;x;y;z\n1.040;1;2,5;2.5\n2;3;4;5\n"],
)  # fmt: skip
def test_what_may_be_a_thousand_or_one_is_asked(text):
    frame, findings = read(text)
    assert frame["t"].isna().all()
    (problem,) = findings.problems
    assert problem.option == "--decimal"
    assert "may be 1040 or 1.04: no number in the file shows which" in str(problem)


@pytest.mark.parametrize(("decimal", "number"), [(".", 1.04), (",", 1040)])
def test_the_option_answers(decimal, number, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("t;x\n480;6\n1.040;7\n")
    findings = Findings()
    frame = read_rows(path, findings, Reading(decimal=decimal)).frames["x.csv"]
    assert frame["t"].tolist() == [480, number]
    assert not findings.problems


def test_thousands_are_told_as_a_repair():
    _, findings = read("t;x\n480;6,1\n1.040;7\n")
    said = [str(one) for one in findings.repairs]
    assert "x.csv: t: marks of thousands: 1.040 is 1040 (1 value)" in said
    assert "x.csv: numbers read with a decimal comma, as 6,1 shows" in said


@pytest.mark.parametrize(
    "text", ["1,04,5", "1.0.4", "1_040", "12,34.567,8", "abc", "1.040,", "--1"]
)
def test_what_is_no_number_under_any_marks_is_none(text):
    assert not Marks([("t", [text])]).holds_numbers("t") or text == "1.040,"
    assert as_number("1,04,5") is None


@given(
    st.lists(st.floats(-1e6, 1e6).map(lambda x: round(x, 2)), min_size=1, max_size=20),
    st.sampled_from([(".", ""), (".", ","), (".", " "), (".", "'"), (",", ""), (",", "."),
                     (",", "\u202f")]),
    st.sampled_from(["%.2f", "%.1f", "%.0f", "%.3f"]),
)  # fmt: skip
def test_numbers_come_back_from_any_marks_or_are_asked_for(numbers, marks, form):
    decimal, thousands = marks
    plain = [form % number for number in numbers]
    swap = str.maketrans({",": thousands, ".": decimal})
    texts = [f"{float(one):,.{len(one.partition('.')[2])}f}".translate(swap) for one in plain]
    findings = Findings()
    frame = pd.DataFrame({"t": pd.Series(texts, dtype=object)})
    read = tidy(Table("x", frame, untyped=True), None, findings)["t"]
    asked = [one.option for one in findings.problems]
    if asked:
        assert asked == ["--decimal"]
        findings = Findings()
        read = tidy(
            Table("x", frame, untyped=True, reading=Reading(decimal=decimal)), None, findings
        )["t"]
        assert not findings.problems
    assert read.tolist() == [float(one) for one in plain]


def test_none_beside_a_few_numbers_is_a_level_and_beside_many_is_missing():
    frame, _ = read("dose;x\nNone;1\n5;None\n10;3\n")
    assert frame["dose"].tolist() == ["None", "5", "10"]
    many = "\n".join(f"{n}.5" for n in range(30))
    frame, findings = read(f"x\n{many}\nNone\n")
    assert frame["x"].isna().sum() == 1
    assert "NA, . or the like read as missing (1 value)" in str(findings.repairs[0])
