"""A chapter that papermill or Jupyter executes takes the values that a build takes, no others."""

import re
from pathlib import Path

import papermill
import pytest

from trialbook.parameters import ParameterError, check_parameters
from trialbook.publishing.book import Book
from trialbook.publishing.pairing import read_notebook

ROOT = Path(__file__).parents[1]
DECLARED = """trial = "data/gbsg2"
endpoint = None  # a PARAMCD
conf_level = 0.95
ties = "efron"
landmarks = None
horizon = None
blinded = False
size = 3
word = "x"
"""


def given(injected: str = "", **values) -> dict:
    """Return the names of a kernel that executed the parameters, and papermill's cell behind."""
    names: dict = {}
    cells = ["", DECLARED, *([f"# Parameters\n{injected}\n"] if injected else []), "import os"]
    for cell in cells:
        exec(cell, names)
    return names | {"In": cells} | values


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("blinded", "false", False), ("blinded", "true", True),
        ("landmarks", "[365, 730]", [365, 730]),
        ("horizon", "365", 365), ("conf_level", "0.9", 0.9), ("ties", "breslow", "breslow"),
        ("endpoint", "RFS", "RFS"), ("landmarks", None, None), ("size", "4", 4), ("word", "4", "4"),
    ],
)  # fmt: skip
def test_text_becomes_the_value_that_a_build_makes_of_it(name, text, value, monkeypatch):
    monkeypatch.chdir(ROOT)
    chapter = given(f"{name} = {text!r}")
    check_parameters(chapter)
    assert chapter[name] == value
    assert type(chapter[name]) is type(value)


@pytest.mark.parametrize(
    ("injected", "says"),
    [
        ("conf_levle = 0.9", "no parameter 'conf_levle'. Did you mean 'conf_level'?"),
        ("blinded = 'perhaps'", "blinded = 'perhaps': must be true or false"),
        ("blinded = 'no thanks'", "must be true or false"),
        ("blinded = 1", "must be true or false"),
        ("landmarks = 'a, b'", "must be a list of times above 0, such as"),
        ("landmarks = '[365'", "must be a list of times above 0, such as"),
        ("landmarks = [0, 365]", "must be a list of times above 0, such as"),
        ("conf_level = 95", "must lie between 0 and 1"),
        ("horizon = -1", "must be a time above 0"),
        ("ties = 'efro'", "Did you mean 'efron'?"),
        ("ties = ['efron']", "is no way to handle ties"),
        ("endpoint = 'RFSS'", "is no end point of trial.yml. Did you mean 'RFS'?"),
        ("size = 'three'", "must be a number, like 3"),
    ],
)  # fmt: skip
def test_what_no_chapter_can_use_is_refused(injected, says, monkeypatch):
    monkeypatch.chdir(ROOT)
    with pytest.raises(ParameterError, match=re.escape(says)):
        check_parameters(given(injected))


def test_names_that_a_reader_makes_in_jupyter_are_his_own():
    check_parameters(given(other=3, conf_level=0.9))


def test_every_chapter_checks_its_parameters_before_it_reads_a_trial():
    chapters = [one for one in Book(ROOT).chapters if one.parameters]
    assert len(chapters) > 5
    for chapter in chapters:
        before, checks, _ = chapter.text.partition("\ncheck_parameters(globals())\n")
        assert checks, chapter.name
        assert "load_trial(" not in before, chapter.name


@pytest.mark.slow
@pytest.mark.parametrize(
    ("parameters", "says"),
    [({"blinded": "false"}, None), ({"landmarks": "[365, 730]"}, None),
     ({"blindd": True}, "Did you mean 'blinded'?")],
    ids=str,
)  # fmt: skip
def test_papermill_gives_what_a_build_gives(parameters, says, monkeypatch):
    monkeypatch.chdir(ROOT)
    text = (ROOT / "notebooks" / "efficacy.md").read_text(encoding="utf-8")
    run = {"trial": "data/gbsg2", **parameters}
    if says:
        with pytest.raises(papermill.PapermillExecutionError, match=re.escape(says)):
            papermill.execute_notebook(read_notebook(text), None, run, progress_bar=False)
        return
    made = papermill.execute_notebook(read_notebook(text), None, run, progress_bar=False)
    shown = str([cell.get("outputs") for cell in made.cells])
    assert " vs " in shown
    assert "Blinded" not in shown
