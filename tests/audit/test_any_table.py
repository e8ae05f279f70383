"""Whatever a table of printed figures holds, the outcome is findings or a refusal in words."""

import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.audit import audit, audit_text
from trialbook.audit.findings import VERDICTS
from trialbook.audit.paper import REQUIRED, paper_from
from trialbook.cli import main

PRINTED = st.sampled_from(
    ["0", "1", "5", "50", "100", "100.0", "33.3", "-1", "0.0", "<0.001", ">0.99", "1.00", "1e999",
     "NaN", "inf", "9" * 40, "5 (3)", "n/a", "0.999", "−3", "½", "1,234", "٣", "1.2.3", "0x10"]
)  # fmt: skip
PRINTED |= st.text(min_size=1, max_size=4) | st.integers(-5, 10**6).map(str) | st.floats().map(str)
ROWS = st.fixed_dictionaries(
    {
        "chapter": st.sampled_from(["population", "safety", "efficacy", "design", "exposure"]),
        "item": st.sampled_from(
            ["randomized", "safety population", "age", "sex: male", "sex: female", "death",
             "treatment failure", "completed", "discontinued", "power", "alpha",
             "patients per arm", "expected event rate"]
        ) | st.text(max_size=5),
        "arm": st.sampled_from(["A", "B", "all", "A vs B", "C", "B vs A"]),
        "statistic": st.sampled_from(
            ["n", "percent", "mean", "sd", "min", "max", "geometric mean", "HR",
             "HR 95% CI low", "HR 95% CI high", "HR 0% CI low", "HR 100% CI high",
             "HR 999% CI low", "P", "years", "no difference"]
        ),
        "printed": PRINTED,
        "denominator": st.sampled_from(["", "", "", "1", "25", "age", "randomized"]),
        "integer": st.sampled_from(["", "yes"]),
    }
)  # fmt: skip


def outcome(rows: list[dict[str, str]]) -> None:
    table = pd.DataFrame(rows, columns=[*REQUIRED, "denominator", "integer"]).astype(object)
    table["id"] = [f"P{number}" for number in range(len(rows))]
    try:
        findings = audit(table)
    except ValueError as error:
        assert type(error) is ValueError
        assert "the table: " in str(error)
        return
    assert set(findings["verdict"]) <= set(VERDICTS)
    assert audit_text(findings, show_all=True)


@given(st.lists(ROWS, max_size=14))
def test_any_table_gives_findings_or_a_refusal(rows):
    outcome(rows)


@pytest.mark.slow
@settings(max_examples=5000, derandomize=False)
@given(st.lists(ROWS, max_size=20))
def test_any_table_gives_findings_or_a_refusal_at_length(rows):
    outcome(rows)


HEAD = ",".join(REQUIRED)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"{HEAD},denominator\n1,population,x,A,percent,50,0\n", "line 2, denominator: 0"),
        (f"{HEAD},denominator\n\n1,population,x,A,percent,50,-3\n", "line 3, denominator: -3"),
        (f"{HEAD}\n1,population,age,A,n,3\n2,population,a,b,A,n,0\n", "line 3 does not have"),
        (f'{HEAD}\n1,population,"age,A,n,3\n2,population,a,A,n,0\n', "unexpected end of data"),
        (f"{HEAD},id\n1,population,age,A,n,3,4\n", "name stands twice"),
        (f"{HEAD}\n1,population,,A,n,3\n", "line 2 lacks"),
        ("", "line 1 does not have"),
    ],
    ids=range(7),
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_line(text, says, tmp_path):
    file = tmp_path / "figures.csv"
    file.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, ["audit", str(file)])
    assert result.exit_code == 1
    assert says in result.output
    assert "Traceback" not in result.output


def test_a_percentage_of_nobody_is_impossible():
    rows = [("randomized", "n", "0"), ("sex: male", "n", "0"), ("sex: male", "percent", "0")]
    table = pd.DataFrame(
        [(str(i), "population", item, "A", statistic, printed)
         for i, (item, statistic, printed) in enumerate(rows)],
        columns=REQUIRED,
    )  # fmt: skip
    found = audit(paper_from(table))
    of = found[found["ids"].astype(str).str.contains("2")]
    assert "impossible" in set(of["verdict"])
    assert "0 patients have no percentage" in " ".join(of["proof"])
