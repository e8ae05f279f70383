"""The chapters keep the rules of the house."""

import ast
import re
from inspect import signature
from pathlib import Path

import jupytext
import pytest

from trialbook import analyses

ROOT = Path(__file__).parents[2]
CHAPTERS = ["design", "population", "efficacy", "safety", "checklist"]


@pytest.fixture(scope="module", params=CHAPTERS)
def notebook(request):
    return jupytext.read(ROOT / "notebooks" / f"{request.param}.md")


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_a_chapter_defines_nothing(notebook):
    assert not [c.source for c in code(notebook) if re.search(r"^\s*(def|class) ", c.source, re.M)]


def test_cells_are_short(notebook):
    lengths = {
        len(c.source.splitlines()): c.source
        for c in code(notebook)
        if "hide-input" not in c.metadata.get("tags", [])
    }
    assert max(lengths) <= 14, lengths[max(lengths)]


def test_no_line_of_code_is_cut_on_the_page(notebook):
    hidden = {"remove-input", "remove-cell"}
    shown = [c for c in code(notebook) if not hidden & set(c.metadata.get("tags", []))]
    lines = [line for c in shown for line in c.source.splitlines()]
    assert max(map(len, lines)) <= 80, max(lines, key=len)


def test_one_cell_holds_the_parameters(notebook):
    tagged = [c for c in code(notebook) if "parameters" in c.metadata.get("tags", [])]
    assert len(tagged) == 1
    assert 'trial = "data/alms"' in tagged[0].source


def test_every_interval_has_the_level_of_the_chapter(notebook):
    source = "\n".join(c.source for c in code(notebook))
    calls = [
        call
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call)
        and ast.unparse(call.func).startswith("analyses.")
        and "conf_level" in signature(getattr(analyses, call.func.attr)).parameters
    ]
    # `**level` holds it, and so does what holds `**level`
    given = [{word.arg for word in call.keywords} & {"conf_level", None} for call in calls]
    assert all(given), [ast.unparse(call) for call, of in zip(calls, given, strict=True) if not of]


def test_a_chapter_opens_with_a_question_and_closes_with_its_limits(notebook):
    words = [c.source for c in notebook.cells if c.cell_type == "markdown"]
    assert "{.tb-asked}" in words[0] or "> *" in words[0]
    assert "?" in words[0]
    headings = re.findall(r"^## (.*)$", "\n".join(words), re.M)
    if "checklist" in "".join(c.source for c in code(notebook)):
        return  # it finds nothing of its own
    assert headings[-1] == "What was found in this trial"
    assert any("narrative.close_" in c.source for c in notebook.cells)


def test_a_chapter_names_no_trial(notebook):
    words = "\n".join(c.source for c in notebook.cells).replace('"data/alms"', "")
    assert not re.search(
        r"\b(mycophenolate|azathioprine|MMF|AZA|lupus|TRTFAIL|ALMS)\b", words, re.I
    )


def test_no_result_is_typed(notebook):
    words = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    assert not re.search(r"\d\.\d", words)


def test_results_leave_a_chapter_once_in_its_last_cell(notebook):
    published = [c for c in code(notebook) if "publish_results(" in c.source]
    assert len(published) == 1
    assert published[0] is notebook.cells[-1]


def test_headlines_and_captions_are_computed_and_never_typed(notebook):
    assert not [cell for cell in notebook.cells if "mystnb" in cell.metadata]


def test_the_method_goes_by_hand_then_by_library_then_by_this_package(notebook):
    if "trialbook.learn" not in "".join(c.source for c in notebook.cells):
        pytest.skip("a chapter that computes nothing by itself")
    method = [c for c in code(notebook) if "method" in c.metadata.get("tags", [])]
    assert any("agree(" in c.source for c in method)
    # what a cell of the method shows passes no gate: never the trial's own results
    shown = "\n".join(c.source for c in method)
    assert not re.search(r"\b(study|numbers|lookup)\b", shown.replace("cases.at_hand(study)", ""))
