"""Every chapter of the course: objectives tested, mistakes named, nothing given away."""

import re
from itertools import pairwise

import pytest
import yaml

from trialbook.learn import Lesson, cases, derive, overview
from trialbook.learn.exercise import MISTAKE, RIGHT, UNANSWERED, judge
from trialbook.learn.lesson import exercises_of
from trialbook.publishing.book import find_book
from trialbook.publishing.pairing import read_notebook
from trialbook.trial import load_trial

BOOK = find_book()
TEXTS = {path.stem: path for path in BOOK.texts if path.parent.name == "learn"}
NOTEBOOKS = {name: read_notebook(path.read_text(encoding="utf-8")) for name, path in TEXTS.items()}
# Notation has no exercises: it is looked up, not worked through.
TAUGHT = [name for name, notebook in NOTEBOOKS.items() if derive.answers_of(notebook)]
EXERCISES = [(name, one) for name in TAUGHT for one in exercises_of(name).values()]
EDITIONS = ("data/alms", "data/gbsg2", "data/veteran")


def exercise_id(value):
    return value if isinstance(value, str) else value.name


def header(name):
    own = re.match(r"---\n(.*?)\n---\n", TEXTS[name].read_text(), re.DOTALL)[1]
    return yaml.safe_load(own)["trialbook"]


@pytest.fixture(scope="module", params=[None, *EDITIONS])
def study(request):
    return request.param and load_trial(request.param)


@pytest.mark.parametrize("name", TAUGHT)
def test_each_objective_is_tested_and_each_exercise_stands_in_the_chapter(name):
    exercises = exercises_of(name)
    objectives = header(name)["learn"]["objectives"]
    assert len(exercises) >= 5
    assert {one.objective for one in exercises.values()} == set(objectives)
    assert {"recall", "apply", "analyse", "project"} <= {one.level for one in exercises.values()}
    assert derive.answers_of(NOTEBOOKS[name]) == list(exercises)
    assert header(name)["learn"]["minutes"] > 0
    assert "learn" in header(name)["requires"]


@pytest.mark.parametrize(("name", "exercise"), EXERCISES, ids=exercise_id)
def test_ten_patients_tell_right_from_every_mistake(name, exercise):
    case = cases.ten()
    right = exercise.right(case)
    assert judge(exercise, right, case).verdict == RIGHT
    assert judge(exercise, ..., case).verdict == UNANSWERED
    said = set()
    for mistake, wrong in exercise.wrong.items():
        feedback = judge(exercise, wrong(case), case)
        assert feedback.verdict == MISTAKE, mistake
        assert feedback.sentence == mistake
        said.add(feedback.sentence)
    assert len(said) == len(exercise.wrong), "two mistakes give the same number"
    numbers = re.findall(r"\d+\.\d+", " ".join([exercise.hint, *exercise.wrong]))
    if isinstance(right, float):
        assert f"{right:.{exercise.digits}f}" not in numbers


@pytest.mark.parametrize("name", TAUGHT)
@pytest.mark.parametrize("seed", range(5))
def test_other_ten_patients_serve_as_well(name, seed):
    case = cases.ten(seed)
    for exercise in exercises_of(name).values():
        assert judge(exercise, exercise.right(case), case).verdict == RIGHT, exercise.name


@pytest.mark.parametrize("name", TAUGHT)
def test_a_trial_is_used_only_where_it_tells_right_from_wrong(name, study):
    lesson = Lesson(name, study)
    for exercise in lesson.exercises.values():
        case = lesson.case(exercise.name)
        assert not (case.is_trial and exercise.cannot_tell(case)), exercise.name
        assert judge(exercise, exercise.right(case), case).verdict == RIGHT


@pytest.mark.parametrize("name", TAUGHT)
def test_students_get_no_answer(name):
    own = derive.student(NOTEBOOKS[name], {"trial": None, "seed": None})
    sources = [cell.source for cell in own.cells]
    for cell in NOTEBOOKS[name].cells:
        tags = cell.metadata.get("tags", [])
        if derive.SOLUTION in tags or derive.ANSWER in tags:
            lines = [line for line in cell.source.splitlines() if len(line) > 20]
            kept = "\n".join(sources)
            assert not [line for line in lines if line in kept and line not in _taught(name)]
    for answer in derive.answers_of(NOTEBOOKS[name]):
        assert f"# Your answer\n{answer} = ..." in sources
    assert "right=" not in "\n".join(sources)
    assert not re.search(r"\{[a-z:]+\}`", "\n".join(sources)), "a role is left"


def _taught(name):
    """Return the lines that the chapter shows openly, outside its answers."""
    return "\n".join(
        cell.source
        for cell in NOTEBOOKS[name].cells
        if not {derive.SOLUTION, derive.ANSWER} & set(cell.metadata.get("tags", []))
    )


@pytest.mark.parametrize("name", TAUGHT)
def test_teachers_see_every_mistake_with_its_number(name, study):
    lesson = Lesson(name, study)
    own = derive.teacher(NOTEBOOKS[name], {"trial": None, "seed": None}, lesson)
    notes = [cell.source for cell in own.cells if cell.source.startswith("**For teachers.**")]
    assert len(notes) == len(lesson.exercises)
    for exercise, note in zip(lesson.exercises.values(), notes, strict=True):
        assert all(mistake in note for mistake in exercise.wrong)


def test_the_paths_name_every_chapter_with_its_minutes_and_so_does_the_teachers_page():
    ordered = [one.name.removeprefix("learn/") for one in BOOK.chapters if "learn/" in one.name]
    assert list(overview.CHAPTERS) == [name for name in ordered if name in TAUGHT]
    listed = dict(re.findall(r"\]\((\w+)\.ipynb\) \| .* \| (\d+) \|", TEXTS["start"].read_text()))
    wanted = {name: str(header(name)["learn"]["minutes"]) for name in TAUGHT}
    assert listed == wanted
    counted = overview.by_chapter()
    assert list(counted.index) == list(overview.CHAPTERS)
    assert counted.drop(columns="minutes").to_numpy().sum() == len(EXERCISES)


def test_chapters_follow_one_another():
    for before, name in pairwise(overview.CHAPTERS):
        assert header(name)["learn"]["after"] == before
        assert f"({before}.ipynb)" in TEXTS[name].read_text(), name


@pytest.mark.parametrize("name", TEXTS)
def test_code_fits_the_page(name):
    cells = [cell for cell in NOTEBOOKS[name].cells if cell.cell_type == "code"]
    shown = [c for c in cells if "remove-cell" not in c.metadata.get("tags", [])]
    assert not [line for c in shown for line in c.source.splitlines() if len(line) > 68]
