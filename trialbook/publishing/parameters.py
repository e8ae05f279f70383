"""Parameters: read what was typed, check names and values, fit them to chapters."""

import itertools
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from trialbook.messages import BuildError, UsageError
from trialbook.nearest import nearest
from trialbook.parameters import problem_with
from trialbook.publishing.book import Chapter


@dataclass(frozen=True)
class Point:
    """One point of a grid of parameters; the plain book is the point without a name."""

    name: str
    parameters: dict[str, Any]


def assignments(texts: tuple[str, ...]) -> dict[str, Any]:
    """Return names and values of ``name=value`` texts; YAML decides what a value is.

    Raises
    ------
    UsageError
        If a text has no ``=``, a value is not YAML, or a name comes twice.
    """
    values: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"-p {text}: write name=value, such as conf_level=0.9.")
        if name.strip() in values:
            raise UsageError(f"-p {text}: {name.strip()} is given twice.")
        values[name.strip()] = _value(value, f"-p {text}")
    return values


def grid_points(base: dict[str, Any], texts: tuple[str, ...]) -> list[Point]:
    """Return every combination of the values of ``name=v1,v2`` texts, over `base`.

    Without texts that is one point without a name. A list as a value is written in brackets:
    ``landmarks=[365, 731],[1096]``.
    """
    axes = []
    for text in texts:
        name, equals, values = text.partition("=")
        if not equals or not values.strip():
            raise UsageError(f"--grid {text}: write name=v1,v2, such as conf_level=0.9,0.95.")
        if name in base or name in [axis[0][0] for axis in axes]:
            raise UsageError(f"--grid {text}: {name} is given twice.")
        parts = re.findall(r"\[[^\]]*\]|[^,]+", values)
        axes.append([(name.strip(), part.strip()) for part in parts])
    points = []
    for combination in itertools.product(*axes):
        given = {name: _value(part, f"--grid {name}={part}") for name, part in combination}
        label = ",".join(f"{name}={_file_name(part)}" for name, part in combination)
        points.append(Point(label, base | given))
    names = [point.name for point in points]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise UsageError(f"--grid: {doubled[0]} comes twice.")
    return points


# Parameters by which results are chosen and worded, not computed.
OF_WORDS = ("alpha", "conf_level", "endpoint")


def check(
    parameters: dict[str, Any],
    chapters: tuple[Chapter, ...],
    endpoints: list[str],
    of_grid: Collection[str] = (),
    *,
    given: bool = False,
) -> None:
    """Refuse a name that no chapter declares, and a value that no chapter can use.

    Names in `of_grid` were given with ``--grid``. Of results made elsewhere (`given`) nothing can
    be computed anew.

    Raises
    ------
    BuildError
        Naming the parameter, and what comes nearest or what is allowed.
    """
    defaults: dict[str, Any] = {}
    for chapter in chapters:
        defaults |= {name: value for name, value in chapter.parameters.items() if value is not None}
    known = sorted({name for chapter in chapters for name in chapter.parameters} - {"trial"})
    for name, value in parameters.items():
        if name == "trial":
            raise BuildError(
                "-p trial=...: the trial is the folder you name: trialbook build data/gbsg2"
            )
        if name not in known:
            raise BuildError(f"No chapter has a parameter {name!r}. {nearest(name, known)}")
        if given and name not in OF_WORDS:
            raise BuildError(
                f"-p {name}=...: these are results made elsewhere, and nothing can be computed "
                f"anew; of them a book may be given {', '.join(OF_WORDS)}."
            )
        problem = problem_with(name, value, defaults.get(name), endpoints)
        if problem:
            option = "--grid" if name in of_grid else "-p"
            shown = "" if value is None else value
            raise BuildError(f"{option} {name}={shown}: {problem}")


def for_chapter(chapter: Chapter, parameters: dict[str, Any], trial: str) -> dict[str, Any]:
    """Return the parameters which a chapter declares, its trial among them."""
    given = {"trial": trial, **parameters}
    return {name: given[name] for name in chapter.parameters if name in given}


def trial_and_folder(trial: Path, root: Path) -> tuple[str, Path]:
    """Return what chapters get as `trial`, and the folder in which they run.

    A trial in the clone is named from its root, any other by its folder's name, and the chapters
    run beside it: so no path of a machine gets into an output.
    """
    if trial.is_relative_to(root) and trial != root:
        return trial.relative_to(root).as_posix(), root
    return trial.name, trial.parent


def _value(text: str, where: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UsageError(f"{where}: the value cannot be read as YAML.") from error


def _file_name(text: str) -> str:
    return re.sub(r"[^\w.+-]+", "_", text).strip("_")
