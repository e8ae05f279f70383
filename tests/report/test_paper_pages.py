"""The words of the pages against the paper, for synthetic, public and confidential data."""

from types import SimpleNamespace

import pandas as pd
import pytest

from tests.audit.papers import table, two_arms
from trialbook.audit import audit
from trialbook.paper.reproduction import VERDICTS
from trialbook.report.audit import audit_count, audit_findings, tbl_audit
from trialbook.report.data_card import data_card, repairs
from trialbook.report.paper import (
    published_count,
    published_exceptions,
    published_opening,
    tbl_published,
    tbl_published_count,
)


def trial(privacy="public", reference="dooley2011"):
    return SimpleNamespace(
        privacy=privacy,
        synthetic=privacy == "synthetic",
        config=SimpleNamespace(reference=reference),
    )


def compared(*rows):
    """Rows of (printed, computed, verdict, basis, note)."""
    frame = pd.DataFrame(
        [
            {"id": str(i), "chapter": "efficacy", "item": f"item_{i}", "arm": "A", "statistic": "n"}
            | dict(zip(("printed", "computed", "verdict", "basis", "note"), row, strict=True))
            | {"value": 1.0, "source": "Table 1"}
            for i, row in enumerate(rows)
        ]
    )
    return frame.assign(verdict=pd.Categorical(frame["verdict"], VERDICTS))


MIXED = compared(
    ("1", "1", "reproduced", "target", ""),
    ("2", "2", "reproduced", "unforced", ""),
    ("3", "4", "differs", "target", "computed: 4"),
    ("5", "6", "impossible as printed", "unforced", "no 5 of 7"),
    ("7", "", "not computed", "unforced", "no result has the key x"),
    ("8", "", "not a data figure", "", ""),
)
PLAIN = MIXED.assign(basis="")


def test_made_patients_are_called_made_and_agreement_is_no_replication():
    text = str(published_opening(MIXED.rename(columns={"basis": "role"}), trial("synthetic")))
    assert "made to print these figures" in text
    assert "never a replication" in text
    assert "{cite}`dooley2011`" in text


def test_synthetic_patients_that_aimed_at_nothing_are_not_called_made_for_it():
    assert "made to print" not in str(
        published_opening(PLAIN.rename(columns={"basis": "role"}), trial("synthetic"))
    )


@pytest.mark.parametrize("privacy", ["public", "confidential"])
def test_real_patients_are_recomputed(privacy):
    text = str(
        published_opening(PLAIN.rename(columns={"basis": "role"}), trial(privacy, reference=""))
    )
    assert "computed again from the data" in text
    assert "synthetic" not in text
    assert "cite" not in text


def test_the_count_keeps_targets_apart():
    text = str(published_count(MIXED))
    assert "6 figures that are listed here; 5 of them concern data" in text
    assert "**2 of the 5 come back**" in text
    assert "Of the 2 that the search aimed at, 1 come back" in text
    assert "of the 3 that nothing aimed at, 1 come back" in text
    assert "1 cannot come back from any data" in text


def test_without_a_search_nothing_is_said_of_targets():
    assert "aimed" not in str(published_count(PLAIN))


def test_every_exception_has_its_reason_and_no_other_figure_is_named():
    text = str(published_exceptions(MIXED))
    assert (
        text.index("Impossible as printed:") < text.index("Differs:") < text.index("Not computed:")
    )
    assert "printed 5, computed 6. No 5 of 7." in text
    assert "printed 7, computed nothing" in text
    assert "item\\_0" not in text
    assert str(published_exceptions(MIXED.head(2))).startswith("Every figure")


def test_the_table_says_target_only_where_there_were_targets():
    assert "Basis" in tbl_published(MIXED).frame
    assert "Basis" not in tbl_published(PLAIN).frame


@pytest.mark.parametrize("frame", [MIXED, PLAIN])
def test_the_count_table_adds_up(frame):
    shown = tbl_published_count(frame).frame
    assert shown["all"].iloc[-1] == shown["all"].iloc[:-1].sum() == 5


@pytest.fixture(scope="module")
def findings():
    rows = [
        ("efficacy", "cured", "X", "n", "19"),
        ("efficacy", "cured", "X", "percent", "17.9"),
        ("efficacy", "worse_off", "Y", "n", "11"),
        ("efficacy", "worse_off", "Y", "percent", "9.9"),
    ]
    return audit(table(*two_arms(), *rows))


def test_the_audit_is_counted_and_listed(findings):
    assert "6 printed figures were read" in str(audit_count(findings))
    assert "**1 impossible**" in str(audit_count(findings))
    text = str(audit_findings(findings, "impossible"))
    assert text.startswith("- **Cured \\(X\\)** (percentage of a count)")
    assert "*Provided that:* 116" in text
    assert "*What a correction would change:* the count as printed is 16\\.4%" in text
    assert "worse" not in text
    assert str(audit_findings(findings, "unlikely")) == "None."
    assert len(tbl_audit(findings).frame) == len(findings)


def test_the_data_card_loses_its_title_and_links_to_files_that_are_not_in_the_book(tmp_path):
    card = tmp_path / "README.md"
    card.write_text(
        "# Data card\n\nMade by [make.py](make.py), see [R](https://r-project.org).\n\n## Use\n",
        encoding="utf-8",
    )
    text = str(data_card(SimpleNamespace(id="x", data_card=card)))
    assert text.endswith("\n\nMade by make.py, see [R](https://r-project.org).\n\n## Use")
    assert "# Data card" not in text
    assert "no README.md" in str(data_card(SimpleNamespace(id="x", data_card=None)))


def test_repairs_are_listed_as_text():
    assert "Nothing had to be repaired" in str(repairs(SimpleNamespace(repairs=())))
    told = repairs(SimpleNamespace(repairs=("adsl: *x*",), privacy="public"))
    assert str(told) == "- adsl\\: \\*x\\*"
    told = repairs(SimpleNamespace(repairs=("adsl: AGE: read (3 values)",), privacy="confidential"))
    assert "some values" in str(told)
