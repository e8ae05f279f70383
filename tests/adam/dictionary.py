"""The page of the data dictionary, made from the schemas and from the model of trial.yml.

``python -m tests.adam.dictionary`` writes it.
"""

import re
from datetime import date
from pathlib import Path
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from trialbook import config
from trialbook.adam.schemas import data_dictionary
from trialbook.publishing.reference import NOT_PRINTED

PAGE = Path(__file__).resolve().parents[2] / "book" / "data_dictionary.md"
KINDS = {
    "text": "text",
    "flag": "Y, N or blank",
    "number": "number",
    "count": "whole number",
    "date": "date",
}
WORDS = {str: "text", int: "whole number", float: "number", bool: "yes or no", date: "date"}


def model_in(annotation: object) -> type[BaseModel] | None:
    """Return the model of which a key's value consists, if it does."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(model_in, get_args(annotation))), None)


def title(model: type[BaseModel]) -> str:
    """Return a model's name in words: ``EventGroup`` is *Event group*."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", model.__name__).capitalize()


def values_of(annotation: object) -> str:
    """Return in words what a key of trial.yml may hold."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return values_of(arguments[0])
    if origin is Literal:
        return " \\| ".join(map(str, arguments))
    if origin in (Union, UnionType):
        return values_of(next(one for one in arguments if one is not type(None)))
    if origin is tuple:
        inner = arguments[0]
        return "list of pairs" if get_origin(inner) is tuple else f"list of {values_of(inner)}s"
    if origin is dict:
        return f"map of names to {values_of(arguments[1])}s"
    if model := model_in(annotation):
        return f"[{title(model).lower()}](#{model.__name__.lower()})"
    return WORDS[annotation]


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def keys_of(model: type[BaseModel]) -> list[str]:
    """Return the table of a model's keys."""
    rows = []
    for name, field in model.model_fields.items():
        needed = "yes" if field.is_required() else "no"
        meaning = " ".join((field.description or "").split())  # a row is a line
        rows.append([f"`{name}`", values_of(field.annotation), needed, meaning])
    if model is config.EventGroup:  # its variables are written without `where`
        rows[-1] = ["a variable of ADAE", "list of texts", "yes", "Values that it must have."]
    return table(["key", "value", "needed", "meaning"], rows)


def models_below(model: type[BaseModel]) -> list[type[BaseModel]]:
    """Return the models that a model's keys hold, in their order, each once."""
    found = []
    for field in model.model_fields.values():
        if (inner := model_in(field.annotation)) and inner not in found:
            found.extend(one for one in (inner, *models_below(inner)) if one not in found)
    return found


def page() -> str:
    """Return the page as Markdown."""
    lines = [
        NOT_PRINTED,
        "",
        "# Data dictionary",
        "",
        "What a trial's folder may hold, made from the rules that the reader checks. Names are "
        "those of CDISC ADaM. Variables that are not listed are kept, and `trial.yml` may name "
        "them; one that is missing removes the part that needs it, and the page says so.",
        "",
        "## Data sets",
    ]
    for name, variables in data_dictionary().groupby("data_set", sort=False):
        first = variables.iloc[0]
        lines += ["", f"### {name}", ""]
        needed = "Needed." if first["data_set_needed"] else "Used where it is given."
        lines += [f"{first['rows'].capitalize()}. {needed}", ""]
        rows = [
            [f"`{one.variable}`", one.label, KINDS[one.kind], "yes" if one.needed else "no"]
            for one in variables.itertuples()
        ]
        lines += table(["variable", "meaning", "values", "needed"], rows)
        rules = [
            f"`{one.variable}` {one.rule}"
            for one in variables.itertuples()
            if one.rule and one.kind != "flag"
        ]
        if rules:
            lines += ["", f"Rules: {'; '.join(rules)}."]
    lines += ["", "## trial.yml", "", "A key that is not listed is an error.", ""]
    lines += keys_of(config.TrialConfig)
    for model in models_below(config.TrialConfig):
        about = (model.__doc__ or "").strip().split("\n")[0]
        lines += ["", f"({model.__name__.lower()})=", f"### {title(model)}", "", about, ""]
        lines += keys_of(model)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
