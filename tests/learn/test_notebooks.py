"""What students and teachers get as files, and how they are marked."""

import json
from pathlib import Path

import pandas as pd
import pytest

from trialbook.learn import grade
from trialbook.learn.command import run
from trialbook.messages import UsageError
from trialbook.trial import load_trial

NOTHING = dict.fromkeys(["student", "teacher", "grade", "table", "seed"])
COMMON = {**NOTHING, "timeout": 60}


def test_one_of_three_is_asked_for(tmp_path):
    with pytest.raises(UsageError, match="one of --student"):
        run(**COMMON, trial="data/gbsg2")


def test_a_notebook_is_marked_by_its_answers_alone(tmp_path):
    cells = ["import numpy as np\na = np.float64(0.5)", "1 / 0", "%matplotlib inline\nb = (1, 2)"]
    cells.append("def f(): pass\nc = f\nprint('ANSWERS {}')")
    notebook = {"cells": [{"cell_type": "code", "source": [source]} for source in cells]}
    path = tmp_path / "one.ipynb"
    path.write_text(json.dumps(notebook))
    found = grade.collect(path, ["a", "b", "c", "missing"], 60)
    assert found == {"a": 0.5, "b": [1, 2], "c": None, "missing": None}


def test_a_notebook_that_never_ends_is_stopped(tmp_path):
    notebook = {"cells": [{"cell_type": "code", "source": ["a = 1\nwhile True: pass"]}]}
    path = tmp_path / "one.ipynb"
    path.write_text(json.dumps(notebook))
    assert grade.collect(path, ["a"], 1) == {}


@pytest.mark.parametrize("trial", ["alms", "gbsg2", "veteran"])
def test_the_data_beside_a_students_notebooks_can_be_read(tmp_path, trial):
    run(**COMMON | {"student": tmp_path}, trial=Path("data") / trial)
    copied = load_trial(tmp_path / "data" / trial)
    assert len(copied.adsl) == len(load_trial(f"data/{trial}").adsl)
    assert not (tmp_path / "teaching.ipynb").exists()


@pytest.mark.slow
def test_from_the_students_copy_to_marks(tmp_path):
    gbsg2 = Path("data/gbsg2")
    run(**COMMON | {"student": tmp_path / "in" / "anna"}, trial=gbsg2)
    run(**COMMON | {"teacher": tmp_path / "in" / "tutor"}, trial=gbsg2)
    run(**COMMON | {"grade": tmp_path / "in", "table": tmp_path / "marks.csv"}, trial=gbsg2)
    marks = pd.read_csv(tmp_path / "marks.csv")
    assert set(marks.loc[marks["student"] == "anna", "verdict"]) == {"unanswered"}
    assert set(marks.loc[marks["student"] == "tutor", "verdict"]) == {"right"}
