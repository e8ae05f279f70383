"""`trialbook compare` as a person types it: text, CSV, page, exit codes."""

import re

import pandas as pd
import pytest
from click.testing import CliRunner

from tests.comparison.conftest import AVAL, CNSR, replaced
from trialbook.cli import main
from trialbook.comparison import compare
from trialbook.comparison.compare import COLUMNS
from trialbook.publishing.book import find_book
from trialbook.report.cuts import as_page, as_text

HOSTILE = "<script>alert(1)</script> {{x}} =cmd() \u202e*w*"


def run(*arguments):
    return CliRunner().invoke(main, ["compare", *map(str, arguments)])


@pytest.fixture
def cuts(cut):
    """Two cuts whose labels are hostile; P6 has the event in the new one only."""
    ends = [{"paramcd": "EVENT", "label": HOSTILE, "role": "primary"}]
    config = {"title": HOSTILE, "endpoints": ends,
              "arms": [{"code": "A", "label": HOSTILE}, {"code": "B"}]}  # fmt: skip
    later = {"aval": replaced(AVAL, 5, 7), "cnsr": replaced(CNSR, 5, 0)}
    return cut("old", **config), cut("new", **config, **later)


def test_the_same_trial_twice_has_not_changed(cuts):
    folder = cuts[0].trial.folder
    finished = run(folder, folder)
    assert (finished.exit_code, "Nothing changed." in finished.output) == (0, True)
    assert "Effects" not in finished.output


def test_text_table_and_page_are_written(cuts, tmp_path):
    old, new = (one.trial.folder for one in cuts)
    finished = run(old, new, "--csv", tmp_path / "c.csv", "--page", tmp_path / "c.html", "--all")
    assert finished.exit_code == 0, finished.output
    for heading in ("Information", "Events, patient by patient", "Maturity", "Effects",
                    "Changed results", "Patients whose data"):  # fmt: skip
        assert f"\n{heading}" in finished.output
    assert "[interim, unadjusted]" in finished.output
    assert re.search(r"P6 .* censored at 6 +event at 7 +new event", finished.output)
    table = pd.read_csv(tmp_path / "c.csv", keep_default_na=False)
    assert list(table) == [*COLUMNS, "notice"]
    assert {"information", "events", "maturity", "effects", "results"} <= set(table["part"])
    page = (tmp_path / "c.html").read_text(encoding="utf-8")
    assert 'role="img"' in page
    assert "What changed:" in page


def test_hostile_words_do_nothing_in_text_and_page(cuts):
    found = compare(*cuts)
    page = as_page(found, find_book().root / "book" / "assets")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "\u202e" not in page + as_text(found)
    assert page.count("<script>") == 1
    assert not re.search(
        r"""(src|href)="(?!#)|https?://(?!www\.w3\.org)|@import|url\((?!#)""", page
    )


def test_a_csv_cell_is_no_formula(cut, tmp_path):
    arms = ["=A1()", "B"]
    names = ["=A1()" if one == "A" else "B" for one in "AAABBBB"]
    config = {"arms": [{"code": code} for code in arms]}
    old = cut("old", names, **config)
    new = cut("new", names, AVAL, replaced(CNSR, 4, 0), **config)
    assert run(old.trial.folder, new.trial.folder, "--csv", tmp_path / "c.csv").exit_code == 0
    table = pd.read_csv(tmp_path / "c.csv", dtype=str, keep_default_na=False)
    assert "'=A1()" in set(table["arm"])
    assert not table.map(lambda cell: cell.startswith("=")).any(axis=None)
    assert "+1" in set(table["shift_printed"])


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["nowhere", "nowhere"], 1, "There is no folder nowhere"),
        (["."], 2, "Missing argument"),
        ([".", "."], 1, "neither a trial"),
        (["a", "b", "--boundary", "often"], 2, "give one P value"),
        (["a", "b", "--boundary", "0.01,0.02,0.03"], 2, "give one P value"),
    ],
)
def test_wrong_inputs_end_with_their_exit_code(arguments, code, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    finished = run(*arguments)
    assert (finished.exit_code, message in finished.output) == (code, True)
    assert "Traceback" not in finished.output


def test_data_in_disorder_are_reported(cut):
    good, bad = cut("good"), cut("bad")
    (bad.trial.folder / "adtte.csv").write_text("USUBJID\n")
    finished = run(good.trial.folder, bad.trial.folder)
    assert finished.exit_code == 1
    assert "adtte.csv" in finished.output


def test_the_notice_stands_on_everything(cut, tmp_path):
    later = {"aval": replaced(AVAL, 5, 7), "cnsr": replaced(CNSR, 5, 0)}
    cuts = cut("old", privacy="synthetic"), cut("new", privacy="synthetic", **later)
    old, new = (one.trial.folder for one in cuts)
    finished = run(old, new, "--csv", tmp_path / "c.csv", "--page", tmp_path / "c.html")
    for text in (finished.output, *(path.read_text() for path in tmp_path.glob("c.*"))):
        assert "Synthetic patients" in text
