"""SPSS's and Stata's files: codes are the words that the file itself gives them."""

import pandas as pd
import pyreadstat
import pytest

from trialbook.adam.problems import Findings
from trialbook.adam.readers import read_table
from trialbook.new import new_trial

FRAME = pd.DataFrame({
    "id": [f"P{n}" for n in range(8)], "months": [3.5, 8, 11, 20, 25, 31, 40, 44],
    "status": [0.0, 1.0] * 4, "arm": [2.0, 1.0] * 4, "stage": [1.0, 2.0, 3.0, 9.0] * 2,
})  # fmt: skip
LABELS = {"status": {0: "Dead", 1: "Alive"}, "arm": {1: "Placebo", 2: "Drug"},
          "stage": {1: "early", 2: "late"}}  # fmt: skip


def write(path, frame=FRAME):
    """Write a file with labels of columns and of values."""
    names = [f"The {name}" for name in frame]
    write = pyreadstat.write_dta if path.suffix == ".dta" else pyreadstat.write_sav
    write(frame, str(path), column_labels=names, variable_value_labels=LABELS)
    return path


@pytest.mark.parametrize("form", ["sav", "zsav", "dta"])
def test_codes_are_read_as_their_labels_where_each_has_one(form, tmp_path):
    findings = Findings()
    frame = FRAME.assign(arm=FRAME["arm"].astype(int), status=FRAME["status"].astype(int),
                         stage=FRAME["stage"].astype(int))  # fmt: skip
    path = write(tmp_path / f"mine.{form}", frame)
    table = read_table(path, findings)
    assert list(table.frame["status"]) == ["Dead", "Alive"] * 4
    assert list(table.frame["arm"]) == ["Drug", "Placebo"] * 4
    assert list(table.frame["stage"]) == [1, 2, 3, 9] * 2
    assert table.labels["months"] == "The months"
    assert "codes of 2 variables read as the words" in str(findings.repairs[0])


@pytest.mark.parametrize("form", ["sav", "dta"])
def test_labels_prove_the_event_and_the_control(form, tmp_path):
    frame = FRAME.astype({"arm": int, "status": int, "stage": int})
    made = new_trial(tmp_path / "m", write(tmp_path / f"mine.{form}", frame))
    found = made.trial.time_to_event("TTE")
    assert made.trial.control.label == "Placebo"
    assert list(found["event"]) == [True, False] * 4


def test_dates_are_dates(tmp_path):
    path = tmp_path / "mine.sav"
    days = pd.to_datetime(pd.Series(["2020-02-01", None])).dt.date
    pyreadstat.write_sav(pd.DataFrame({"seen": days, "n": [1.0, 2.0]}), str(path))
    seen = read_table(path, Findings()).frame["seen"]
    assert seen.dtype.kind == "M"
    assert list(seen.isna()) == [False, True]


def test_what_is_no_such_file_is_refused(tmp_path):
    (tmp_path / "mine.sav").write_bytes(b"id,time\n1,2\n")
    findings = Findings()
    assert read_table(tmp_path / "mine.sav", findings) is None
    assert "cannot be read as sav" in str(findings.problems[0])
