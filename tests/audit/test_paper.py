"""The format: what is needed, what is understood, what is refused in plain words."""

import pytest

from tests.audit.papers import table, two_arms
from trialbook.audit import audit, read_paper
from trialbook.audit.paper import comparison, paper_from, stems


def test_all_problems_come_in_one_message(tmp_path):
    figures = table(*two_arms(), ("efficacy", "", "X", "n", "3"))
    figures.loc[1, "id"] = "figure 0"
    file = tmp_path / "figures.csv"
    figures.to_csv(file, index=False)
    with pytest.raises(ValueError, match="id figure 0 stands more than once; line 4"):
        audit(file)


def test_missing_columns_are_named(tmp_path):
    file = tmp_path / "figures.csv"
    file.write_text("id,item\n1,age\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no column chapter, arm, statistic, printed"):
        audit(file)


@pytest.mark.parametrize("content", [b"", b'id,chapter\n"a,b', b"\xff\xfe\x00"])
def test_what_is_no_csv_file_is_refused(tmp_path, content):
    file = tmp_path / "figures.csv"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=r"figures\.csv"):
        read_paper(file)


def test_synonyms_of_statistics():
    names = ["HR", "Hazard ratio", "HR 95% CI low", "hr_upper", "P value", "p", "%", "SD", "No."]
    paper = paper_from(table(*[("efficacy", "x", "X", name, "1") for name in names]))
    kinds = [figure.kind for figure in paper.figures]
    assert kinds == ["hr", "hr", "hr_lower", "hr_upper", "p_value", "p_value", "percent", "sd", "n"]


def test_comparisons():
    assert comparison("A vs B").control == "B"
    assert comparison("A versus B").treated == "A"
    assert comparison("A vs. B").name == "A vs. B"
    assert comparison("all") is None


def test_stems_meet_across_grammar():
    assert stems("withdrawal reason: adverse event") == stems(
        "all adverse events leading to withdrawal"
    )
    assert stems("treatment failure") == stems("patients whose treatment failed")
    assert stems("renal flare") != stems("extrarenal flare")


def test_an_empty_paper_gives_no_findings():
    findings = audit(table())
    assert findings.empty
    assert findings.attrs == {"n_figures": 0, "n_checked": 0}
