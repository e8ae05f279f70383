"""The parameters of a chapter: which values they may have, however the chapter is executed.

`trialbook build` checks them before it begins. Papermill, JupyterLab and jupyter-book check
nothing: there the chapter does it itself, with `check_parameters`.
"""

import ast
from collections.abc import Collection
from typing import Any

import yaml

from trialbook.nearest import nearest

_MAY_BE_BLANK = ("endpoint", "horizon", "landmarks", "seed", "ties")
_TEXT = ("endpoint", "ties", "trial")
_TIES = ("efron", "breslow", "exact")
# what papermill writes above the values that it was given
_INJECTED = "# Parameters"


class ParameterError(ValueError):
    """A parameter that no chapter has, or a value that it cannot have."""


def check_parameters(chapter: dict[str, Any]) -> None:
    """Check the parameters of the chapter that calls this; give them the type they should have.

    A value that arrives as text (``papermill -p blinded false``, ``-p landmarks "[365, 731]"``) is
    read as YAML, as `trialbook build` does.

    Parameters
    ----------
    chapter : dict
        The chapter's ``globals()``; values that are text and should not be are replaced there.

    Raises
    ------
    ParameterError
        Naming the parameter, and what comes nearest or what is allowed.
    """
    declared, injected = _cells(chapter.get("In", []))
    if unknown := [name for name in injected if name not in declared]:
        hint = nearest(unknown[0], sorted(declared))
        raise ParameterError(f"This chapter has no parameter {unknown[0]!r}. {hint}")
    for name in declared or _KNOWN:
        if name not in chapter or name == "trial":
            continue
        default = declared.get(name)
        value = chapter[name]
        if isinstance(value, str) and name not in _TEXT and not isinstance(default, str):
            value = chapter[name] = _read(value)
        endpoints = _endpoints(chapter) if name == "endpoint" and value else ()
        if problem := problem_with(name, value, default, endpoints):
            raise ParameterError(f"{name} = {value!r}: {problem}")


def problem_with(name: str, value: Any, default: Any, endpoints: Collection[str]) -> str | None:
    """Return what is wrong with the value of a parameter, None if nothing is.

    Parameters
    ----------
    name : str
    value : object
    default : object
        What the chapter declares, None where it is not known: a parameter that is not one of the
        book's own must be a number where that is one.
    endpoints : collection of str
        The trial's PARAMCDs.
    """
    if value is None:
        return None if name in _MAY_BE_BLANK else "has no value."
    if name in ("alpha", "conf_level"):
        return None if _number(value) and 0 < value < 1 else "must lie between 0 and 1."
    if name == "horizon":
        return None if _number(value) and value > 0 else "must be a time above 0."
    if name == "landmarks":
        if isinstance(value, list) and value and all(_number(v) and v > 0 for v in value):
            return None
        return "must be a list of times above 0, such as [365, 731]."
    if name == "ties":
        known = isinstance(value, str) and value in _TIES
        return None if known else f"is no way to handle ties. {nearest(str(value), _TIES)}"
    if name == "blinded":
        return None if isinstance(value, bool) else "must be true or false."
    if name == "endpoint":
        known = isinstance(value, str) and value in endpoints
        hint = nearest(str(value), sorted(endpoints))
        return None if known else f"is no end point of trial.yml. {hint}"
    if default is not None and _number(default) != _number(value):
        return f"must be {'a number' if _number(default) else 'text'}, like {default!r}."
    return None


_KNOWN = ("alpha", "blinded", "conf_level", "endpoint", "horizon", "landmarks", "ties")


def _cells(executed: list[str]) -> tuple[dict[str, Any], list[str]]:
    """Return what the cell of parameters declares, and the names that papermill put behind it.

    Empty outside of Jupyter, where no cells are known.
    """
    declared: dict[str, Any] = {}
    for source in executed:
        if declared and source.startswith(_INJECTED):
            return declared, list(_assigned(source))
        if not declared and "trial" in (found := _assigned(source)):
            declared = found
    return declared, []


def _assigned(source: str) -> dict[str, Any]:
    """Return the plain values that a cell assigns to names."""
    try:
        lines = ast.parse(source).body
    except SyntaxError:  # a magic of IPython, say
        return {}
    found = {}
    for line in lines:
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
            try:
                found[line.targets[0].id] = ast.literal_eval(line.value)
            except ValueError:
                continue
    return found


def _endpoints(chapter: dict[str, Any]) -> list[str]:
    from trialbook.trial import load_trial

    return [one.paramcd for one in load_trial(chapter["trial"]).endpoints]


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _read(text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return text
