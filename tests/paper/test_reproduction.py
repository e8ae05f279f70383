"""Printed against computed: every verdict, on small papers whose answers are known."""

import math

import pandas as pd
import pytest

from trialbook.paper import compare, load_published, tally
from trialbook.results import results_frame, rows

KEY = ["analysis", "paramcd", "arm", "subgroup", "level", "time", "method", "statistic"]


@pytest.fixture
def results():
    return results_frame(
        rows("kaplan_meier", {"n": 40, "n_events": 10, "percent": 25.0}, paramcd="OS", arm="A")
        + rows("kaplan_meier", {"survival": 0.285}, paramcd="OS", arm="A", time=365, method="log")
        + rows("log_rank", {"p_value": 0.0004}, paramcd="OS", arm="A vs B")
        + rows("cox", {"hr": math.nan}, paramcd="OS", arm="A vs B", method="efron")
        + rows("disposition", {"min": 13173.0}, paramcd="RANDDT", arm="all")
    )


def published(*figures, roles=()):
    """Figures of (printed, key, expect)."""
    records = []
    for i, (printed, key, *expect) in enumerate(figures):
        records.append(
            {"id": f"F{i}", "chapter": "efficacy", "item": f"item {i}", "arm": "A"}
            | {"statistic": "value", "printed": printed, "source": "Table 1"}
            | {f"ard_{name}": key.get(name, "") for name in KEY}
            | {"ard_expect": "".join(expect), "kind": "", "role": roles[i] if roles else ""}
        )
    return pd.DataFrame(records)


def verdict(printed, key, results, *expect):
    return compare(published((printed, key, *expect)), results).iloc[0]


EVENTS = {"analysis": "kaplan_meier", "paramcd": "OS", "arm": "A", "statistic": "n_events"}
SURVIVAL = EVENTS | {"statistic": "survival", "time": "365.0", "method": "log"}
P_VALUE = {"analysis": "log_rank", "paramcd": "OS", "arm": "A vs B", "statistic": "p_value"}
HAZARD_RATIO = {
    "analysis": "cox",
    "paramcd": "OS",
    "arm": "A vs B",
    "method": "efron",
    "statistic": "hr",
}
FIRST_DAY = {"analysis": "disposition", "paramcd": "RANDDT", "arm": "all", "statistic": "min"}


@pytest.mark.parametrize(
    ("printed", "key", "computed", "expected"),
    [
        ("10", EVENTS, "10", "reproduced"),
        ("10.0", EVENTS, "10.0", "reproduced"),
        ("11", EVENTS, "10", "differs"),
        ("0.29", SURVIVAL, "0.29", "reproduced"),  # a half goes up, though the float lies below
        ("0.28", SURVIVAL, "0.29", "differs"),
        ("<0.001", P_VALUE, "<0.001", "reproduced"),
        ("<0.0001", P_VALUE, "0.0004", "differs"),
        ("0.44", HAZARD_RATIO, "NE", "differs"),
        ("2006-01-25", FIRST_DAY, "2006-01-25", "reproduced"),
        ("2006-01-26", FIRST_DAY, "2006-01-25", "differs"),
        ("10", EVENTS | {"arm": "B"}, "", "not computed"),
        ("10", {}, "", "not a data figure"),
        ("ten", EVENTS, "10", "differs"),
    ],
)
def test_verdicts(printed, key, computed, expected, results):
    found = verdict(printed, key, results)
    assert (found["computed"], found["verdict"]) == (computed, expected)


def test_full_precision_stays_beside_the_rounded(results):
    assert verdict("0.28", SURVIVAL, results)["value"] == 0.285


def test_what_the_audit_proves_impossible_is_excused_with_its_proof(results):
    figures = published(("79.7", EVENTS), ("17", EVENTS), ("40", EVENTS))
    findings = pd.DataFrame(
        {
            "verdict": ["impossible", "unlikely"],
            "questioned": ["F0", "F1"],
            "proof": ["91 of 115 is 79.1%", ""],
            "conditions": ["all have a value", ""],
        }
    )
    found = compare(figures, results, findings)
    assert list(found["verdict"]) == ["impossible as printed", "differs", "differs"]
    assert found["note"][0] == "91 of 115 is 79.1%. Provided that: all have a value"


def test_a_figure_that_comes_back_is_never_excused(results):
    findings = pd.DataFrame(
        {"verdict": ["impossible"], "questioned": ["F0"], "proof": [""], "conditions": [""]}
    )
    found = compare(published(("10", EVENTS)), results, findings)
    assert found["verdict"][0] == "reproduced"


def test_the_audit_is_made_where_none_is_given(results):
    figures = published(
        ("40", EVENTS | {"statistic": "n"}), ("79.7", EVENTS | {"statistic": "percent"})
    )
    figures["item"] = ["randomized", "cured"]
    figures["statistic"] = ["n", "percent"]
    found = compare(figures, results)
    assert list(found["verdict"]) == ["reproduced", "impossible as printed"]


def test_counts_keep_targets_apart(results):
    figures = published(
        ("10", EVENTS),
        ("40", EVENTS | {"statistic": "n"}),
        ("9", EVENTS),
        ("x", {}),
        roles=("target", "unforced", "unforced", ""),
    )
    counts = tally(compare(figures, results))
    assert counts.loc["target"].to_dict() == {"reproduced": 1, "differs": 0, "all": 1}
    assert counts.loc["unforced"].to_dict() == {"reproduced": 1, "differs": 1, "all": 2}
    assert counts["all"].sum() == 3


def test_a_file_without_keys_is_only_read(tmp_path):
    file = tmp_path / "published.csv"
    file.write_text(
        "id,chapter,item,arm,statistic,printed\n1,efficacy,cured,A,n,10\n", encoding="utf-8"
    )
    table = load_published(file)
    assert table.loc[0, "ard_analysis"] == ""
    assert compare(table, results_frame([]))["verdict"][0] == "not a data figure"


def test_a_broken_file_is_refused(tmp_path):
    file = tmp_path / "published.csv"
    file.write_text("id,item\n1,cured\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"published\.csv: no column chapter"):
        load_published(file)
