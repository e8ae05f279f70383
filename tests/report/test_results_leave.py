"""Results are found by their key, leave a chapter complete, and small counts stay inside."""

import json
import math
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from tests.report.secret_trial import secret_trial
from trialbook.analyses import all_results, evidence
from trialbook.ard import complete
from trialbook.report.output import (
    EXPORTS,
    Drawing,
    Table,
    glue_for_other_pages,
    publish_results,
)
from trialbook.results import COLUMNS, KEY, SEEN, results_frame, rows
from trialbook.safe.lookup import Lookup
from trialbook.trial import load_trial

ROOT = Path(__file__).parents[2]


def trial(min_cell=0, **of):
    populations = SimpleNamespace(efficacy="ITTFL", safety="SAFFL")
    config = SimpleNamespace(baseline=(), exposure=(), laboratory=(), populations=populations)
    time = SimpleNamespace(to_show=lambda t: t / 30.4375, unit="days")
    facts = {"synthetic": False, "notice": "", "published": None, "privacy": "public"} | of
    return SimpleNamespace(config=config, time=time, min_cell=min_cell, **facts)


def counts():
    return results_frame(
        rows("adverse_events", {"n": 3, "percent": 3.0}, paramcd="any", arm="A")
        + rows("adverse_events", {"n": 30, "percent": 30.0}, paramcd="any", arm="B")
        + rows("adverse_events", {"p_value": 0.01}, paramcd="any", arm="B vs A", method="fisher")
        + rows("adverse_events", {"n": 0, "percent": 0.0}, paramcd="fatal", arm="A")
        + rows("cox", {"hr": 0.5, "hr_lower": 0.2}, paramcd="OS", arm="B vs A", method="efron")
    )


def test_a_template_is_filled_with_printed_statistics():
    lookup = Lookup(counts(), trial())
    assert lookup.text("{n} ({percent})", "adverse_events", "any", "B") == "30 (30.0)"
    assert lookup.text("{hr}", "cox", "OS", "B vs A", method="efron") == "0.50"
    assert lookup.text("{hr}", "cox", "OS", "B vs A", method="breslow") == ""
    assert math.isnan(lookup.value("hr", "cox", "OS", "B vs A"))


def test_another_level_is_found_by_its_suffix():
    frame = results_frame(rows("cox", {"hr": 0.5}, paramcd="OS", arm="B vs A", method="efron@0.90"))
    assert Lookup(frame, trial(), 0.9).value("hr", "cox", "OS", "B vs A", method="efron") == 0.5
    assert math.isnan(Lookup(frame, trial()).value("hr", "cox", "OS", "B vs A", method="efron"))


def test_the_results_file_of_confidential_data_is_complete(tmp_path):
    secret = load_trial(secret_trial(tmp_path / "t"))
    frame = all_results(secret, only=["disposition", "baseline"])
    table = complete(frame, secret, "population")
    assert table["value"].notna().sum() == frame["value"].notna().sum()
    assert set(table["state"]) == {"shown", "coarser", "withheld"}
    small = table[table["statistic"].eq("n") & table["value"].between(1, 4)]
    assert len(small) > 10
    assert set(small["printed"]) <= set("1234")
    assert set(small["shown"]) <= {"<5", "withheld", ""}


def test_complete_results_have_all_columns_sorted_and_unique():
    table = complete(counts(), trial(notice="Confidential."), "safety")
    assert list(table) == [*COLUMNS, SEEN]
    assert not table.duplicated(KEY).any()
    pd.testing.assert_frame_equal(table, table.sort_values(KEY, ignore_index=True))
    assert set(table["basis"]) == {"observed"}
    assert set(table["notice"]) == {"Confidential."}


def test_the_same_result_twice_is_one_and_a_contradiction_is_an_error():
    frame = counts()
    assert len(complete(pd.concat([frame, frame]), trial(), "safety")) == len(frame)
    other = frame.assign(value=frame["value"] + 1)
    with pytest.raises(ValueError, match="share a key"):
        complete(pd.concat([frame, other]), trial(), "safety")


def test_what_the_search_for_the_patients_aimed_at_is_called_calibrated():
    alms = load_trial(ROOT / "data" / "alms")
    frame = results_frame(
        rows("cox", {"hr": 0.44}, paramcd="TRTFAIL", arm="MMF vs AZA", method="efron")
        + rows("rmst", {"rmst": 900.0}, paramcd="TRTFAIL", arm="MMF", time=1096)
    )
    basis = complete(frame, alms, "efficacy").set_index("analysis")["basis"]
    assert dict(basis) == {"cox": "calibrated", "rmst": "free"}


def test_what_other_trials_found_is_observed():
    alms = load_trial(ROOT / "data" / "alms")
    frame = evidence(alms)
    basis = complete(frame, alms, "evidence").set_index("level")["basis"]
    assert set(basis.drop(["alms", "pooled"])) == {"observed"}
    assert "observed" not in set(basis[["alms", "pooled"]])


def glued(call):
    InteractiveShell.instance()
    with capture_output() as captured:
        call()
    return {one.metadata["scrapbook"]["name"]: one.data for one in captured.outputs}


def test_results_leave_as_one_json_string():
    found = glued(lambda: publish_results("safety", trial(), counts()))
    (text,) = found["results:safety"].values()
    data = json.loads(eval(text))
    assert data["columns"] == [*COLUMNS, SEEN]
    assert len(data["data"]) == len(counts())


def test_only_listed_names_are_glued():
    with pytest.raises(ValueError, match="GLUED"):
        glue_for_other_pages(nonsense=1)


def test_tables_and_figures_become_files_when_a_build_asks(tmp_path, monkeypatch):
    table = Table("<p>x</p>", "t", pd.DataFrame({"a": [1]}), "A caption: µ {x}", ("A note",))
    figure = Drawing("<svg></svg>", "f", "A message & more", '<svg width="1">\n</svg>')
    monkeypatch.setenv("TRIALBOOK_EXPORT_NOTE", "Trial X, data 1234")
    monkeypatch.delenv(EXPORTS, raising=False)
    assert 'aria-label="A message &amp; more"' in figure._repr_html_()
    assert not list(tmp_path.iterdir())
    monkeypatch.setenv(EXPORTS, str(tmp_path))
    table._repr_html_()
    figure._repr_html_()
    assert (tmp_path / "tables" / "t.csv").read_text() == ('a,notice\n1,"Trial X, data 1234"\n')
    rtf = (tmp_path / "tables" / "t.rtf").read_text(encoding="ascii")
    assert rtf.startswith(r"{\rtf1")
    assert rtf.count("{") - rtf.count(r"\{") == rtf.count("}") - rtf.count(r"\}")
    assert r"A caption: \u181? \{x\}" in rtf
    assert "A note" in rtf
    assert "Trial X, data 1234" in rtf
    svg = (tmp_path / "figures" / "f.svg").read_text()
    assert "<desc>A message &amp; more Trial X, data 1234</desc>" in svg


def test_a_renamed_figure_shares_no_id_with_the_first():
    inline = '<svg><path id="km-m1"/><use href="#km-m1"/><g clip-path="url(#km-p)"/></svg>'
    other = Drawing(inline, "km", "m", inline).renamed("answer")
    assert "km-" not in other.inline
    assert other.inline.count("answer-") == 3
