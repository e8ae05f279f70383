"""The audit finds by itself what was proven to be wrong in a real paper's print."""

from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from trialbook.audit import audit, audit_text
from trialbook.cli import main

PUBLISHED = Path(__file__).parents[2] / "data" / "alms" / "published.csv"


@pytest.fixture(scope="module")
def findings():
    return audit(PUBLISHED)


def questioned(findings):
    impossible = findings[findings["verdict"] == "impossible"]
    return set(", ".join(impossible["questioned"]).split(", "))


def test_five_figures_are_impossible_and_no_other(findings):
    assert questioned(findings) == {"P169", "P170", "P220", "P221", "P222"}


def test_the_sample_size_needs_an_allowance(findings):
    allowances = findings[findings["verdict"] == "needs an unstated allowance"]
    by_rule = allowances.set_index("rule")["ids"]
    assert by_rule["sample size against its assumptions"].startswith("P013")
    assert by_rule["the same count in two places"] == "P040, P271"
    assert by_rule["mean and standard deviation within the range"].startswith("P171, P173")
    assert len(allowances) == 3


def test_nothing_is_unlikely_and_most_figures_are_checked(findings):
    assert (findings["verdict"] != "unlikely").all()
    assert findings.attrs["n_figures"] == 317
    assert findings.attrs["n_checked"] > 260


def test_ids_order_and_names_of_arms_play_no_role(findings):
    table = pd.read_csv(PUBLISHED, dtype=str, keep_default_na=False)[
        ["id", "chapter", "item", "arm", "statistic", "printed", "source"]
    ]
    renamed = table.assign(
        id=[f"no. {i}" for i in range(len(table))],
        arm=table["arm"].replace({"MMF": "New", "AZA": "Old", "MMF vs AZA": "New vs Old"}),
        item=table["item"].str.replace("MMF g / AZA mg", "New g / Old mg"),
    )
    renamed = renamed.sample(frac=1, random_state=1)
    again = audit(renamed)
    names = dict(zip(renamed["id"], table["id"][renamed.index], strict=True))
    assert {names[i] for i in questioned(again)} == questioned(findings)
    assert again["verdict"].value_counts().to_dict() == findings["verdict"].value_counts().to_dict()


def test_the_text_shows_the_gravest_first(findings):
    text = audit_text(findings)
    assert text.startswith("317 printed figures")
    assert text.index("IMPOSSIBLE") < text.index("NEEDS AN UNSTATED ALLOWANCE")
    assert "CONSISTENT" not in text
    assert "CONSISTENT" in audit_text(findings, show_all=True)
    assert max(map(len, text.splitlines())) <= 96


def test_the_command(findings, tmp_path):
    saved = tmp_path / "findings.csv"
    result = CliRunner().invoke(main, ["audit", str(PUBLISHED), "--csv", str(saved)])
    assert result.exit_code == 0
    assert "sqrt(1/25 + 1/40) = 0.2550" in result.output
    assert len(pd.read_csv(saved)) == len(findings)


def test_the_command_refuses_another_file(tmp_path):
    (tmp_path / "x.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["audit", str(tmp_path / "x.csv")])
    assert result.exit_code == 1
    assert "x.csv: no column id" in result.output
