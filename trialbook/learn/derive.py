"""The student's and the teacher's notebooks, derived from the course's chapters.

Cells are tagged in the text: ``exercise`` (the question, or what prepares it), ``answer`` (code
that computes it), ``check`` (``lesson.check("name", name)``), ``solution`` (words on it). A student
gets the answer blank and no solution; a teacher gets all of it, and after each check what the
exercise is for and the mistakes that it knows, with the numbers that they give on these patients.
"""

import ast
import copy
import re
from collections.abc import Iterable
from typing import Any

from trialbook.learn.exercise import Exercise, _is_defined, _plain
from trialbook.learn.lesson import Lesson

ANSWER, CHECK, SOLUTION = "answer", "check", "solution"
# How a page hides a cell is no business of a notebook's.
_OF_THE_PAGE = ("hide-cell", "hide-input", "hide-output", "remove-input", "remove-cell", "method")
_ROLE = re.compile(r"\{(?:term|ref|doc|numref|cite(?::[pt])?)\}`([^`<]+?)(?:\s*<[^`>]*>)?`")
# The report does not go along with the course's notebooks.
_TO_REPORT = re.compile(r"\[([^\]\n]+)\]\(\.\./[\w./]+\)")
_FENCE = re.compile(r"^:{3,}.*$\n?", re.MULTILINE)


def student(notebook: Any, values: dict[str, Any]) -> Any:
    """Return a chapter for students: answers blank, no solution.

    Parameters
    ----------
    notebook : NotebookNode
        The chapter, without outputs.
    values : dict
        Its parameters: ``trial``, ``seed``.
    """
    found = _with_parameters(notebook, values)
    names = answers_of(notebook)
    cells, waiting = [], iter(names)
    for cell in found.cells:
        tags = cell.metadata.get("tags", [])
        if SOLUTION in tags:
            continue
        if ANSWER in tags:
            cell.source = f"# Your answer\n{next(waiting)} = ..."
        cells.append(_for_jupyter(cell))
    found.cells = cells
    return found


def teacher(notebook: Any, values: dict[str, Any], lesson: Lesson) -> Any:
    """Return a chapter for teachers: all of it, and what each exercise is for.

    Parameters
    ----------
    notebook : NotebookNode
    values : dict
        Its parameters.
    lesson : Lesson
        Computes what each mistake gives on the patients at hand.
    """
    import nbformat

    found = _with_parameters(notebook, values)
    cells = []
    for cell in found.cells:
        cells.append(_for_jupyter(cell))
        for name in _checked([cell]):
            note = nbformat.v4.new_markdown_cell(for_teachers(lesson, lesson.exercises[name]))
            note.id = f"{cell.id}-t"
            cells.append(note)
    found.cells = cells
    return found


def for_teachers(lesson: Lesson, exercise: Exercise) -> str:
    """Return Markdown: objective, level, minutes, mistakes with their numbers, what to ask next."""
    case = lesson.case(exercise.name)
    lines = [
        f"**For teachers.** Objective {exercise.objective}, {exercise.level}, "
        f"{exercise.minutes} minutes. {lesson.patients_for(exercise.name)} "
        f"Right: {_shown(exercise.right(case), exercise.digits)}.",
        "",
        "| gives | because the student |",
        "|---|---|",
    ]
    for mistake, wrong in exercise.wrong.items():
        lines.append(f"| {_shown(wrong(case), exercise.digits)} | {mistake} |")
    if exercise.next_question:
        lines += ["", f"Ask next: {exercise.next_question}"]
    return "\n".join(lines)


def answers_of(notebook: Any) -> list[str]:
    """Return the names of the answers, in order.

    Raises
    ------
    ValueError
        Answers and checks do not alternate.
    """
    kinds = [
        kind
        for cell in notebook.cells
        for kind in (ANSWER, CHECK)
        if kind in cell.metadata.get("tags", [])
    ]
    if kinds != [ANSWER, CHECK] * (len(kinds) // 2):
        raise ValueError("each answer cell must be followed by its check cell")
    return _checked(notebook.cells)


def _checked(cells: Iterable[Any]) -> list[str]:
    """Return the variables that ``lesson.check(...)`` is given."""
    names = []
    for cell in cells:
        if CHECK not in cell.metadata.get("tags", []):
            continue
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "check":
                match node.args:
                    case [ast.Constant(value=str(name)), ast.Name(id=answer)] if name == answer:
                        names.append(answer)
                    case _:
                        raise ValueError(
                            f'a check must read check("name", name), not {ast.unparse(node)}'
                        )
    return names


def _with_parameters(notebook: Any, values: dict[str, Any]) -> Any:
    found = copy.deepcopy(notebook)
    for cell in found.cells:
        if "parameters" in cell.metadata.get("tags", []):
            kept = [
                line
                for line in cell.source.splitlines()
                if not any(re.match(rf"{name}\s*=", line) for name in values)
            ]
            cell.source = "\n".join([*kept, *(f"{name} = {v!r}" for name, v in values.items())])
    return found


def _for_jupyter(cell: Any) -> Any:
    """Return a cell as JupyterLab shows it: no roles, no fences, nothing hidden."""
    tags = [tag for tag in cell.metadata.get("tags", []) if tag not in _OF_THE_PAGE]
    cell.metadata = {"tags": tags} if tags else {}
    if cell.cell_type == "markdown":
        text = _TO_REPORT.sub(r"*\1*", _ROLE.sub(r"*\1*", cell.source))
        cell.source = _FENCE.sub("", text).strip()
    return cell


def _shown(value: Any, digits: int) -> str:
    value = _plain(value)
    if isinstance(value, tuple):
        return ", ".join(_shown(one, digits) for one in value)
    if not _is_defined(value):
        return "not defined"
    if isinstance(value, bool | str):
        return str(value)
    return f"{value:.{digits}f}"
