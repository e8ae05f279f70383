"""Read trial.yml: YAML with line numbers, checked, with errors in plain words."""

import re
from difflib import get_close_matches
from pathlib import Path

import yaml
from pydantic import BaseModel, ValidationError

from trialbook.adam.problems import Findings, shortened
from trialbook.adam.rules.trial_yml import NAME, inconsistencies
from trialbook.config import EventGroup, TrialConfig

_HINT = "the page 'Use your own data' shows a whole trial.yml"
_LARGEST = 200_000
_DEEPEST = 12
_TOO_DEEP = "is nested too deeply"
_MOST_VALUES = 10_000
_MOST_ERRORS = 20

Path_ = tuple[str | int, ...]


class _Loader(yaml.SafeLoader):
    """The scalars of YAML 1.2: only true and false are booleans, so ``no`` stays an arm's value.

    Dates stay text as well: trial.yml has months (``2009-04``) beside days, and ``007`` stays
    an identifier.
    """

    def fetch_flow_collection_start(self, token_class: type) -> None:
        """Take an opening bracket; beyond a depth PyYAML's time grows with its square."""
        if self.flow_level > _DEEPEST:
            raise yaml.scanner.ScannerError(None, None, _TOO_DEEP, self.get_mark())
        super().fetch_flow_collection_start(token_class)


_Loader.yaml_implicit_resolvers = {}
for _kind, _pattern, _first in [
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?(0|[1-9][0-9]*)", list("-+0123456789")),
    ("float", r"[-+]?[0-9]*\.[0-9]+([eE][-+]?[0-9]+)?|[-+]?[0-9]+\.?([eE][-+]?[0-9]+)|[0-9]+\.",
     list("-+.0123456789")),
]:  # fmt: skip
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_kind}", re.compile(f"^(?:{_pattern})$"), _first
    )


def read_trial_yml(folder: Path, findings: Findings) -> TrialConfig | None:
    """Return trial.yml of a folder as a checked model, or None where it is wrong.

    Parameters
    ----------
    folder : Path
        The trial's folder.
    findings : Findings
        Takes every problem with the line where it stands.
    """
    path = folder / NAME
    if not path.is_file():
        findings.problem(
            NAME, "", "is not there", hint=f"make one: trialbook new DIR --from {folder}"
        )
        return None
    if path.stat().st_size > _LARGEST:
        findings.problem(NAME, "", f"is larger than {_LARGEST // 1000} kB, which no trial.yml is")
        return None
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        findings.problem(
            f"{NAME}, line {line}", "", "is not UTF-8 text", hint="save the file as UTF-8"
        )
        return None
    return parse_trial_yml(text, findings, default_id=folder.resolve().name)


def parse_trial_yml(text: str, findings: Findings, default_id: str = "") -> TrialConfig | None:
    """Return the text of a trial.yml as a checked model, or None where it is wrong."""
    content, lines = _parsed(text, findings)
    if content is None:
        return None
    content = {"id": _slug(default_id), "title": default_id} | content
    try:
        config = TrialConfig.model_validate(content)
    except ValidationError as errors:
        found = _first(errors.errors(include_url=False))
        for error in found[:_MOST_ERRORS]:
            _explain(error, lines, findings)
        if (more := len(found) - _MOST_ERRORS) > 0:
            findings.problem(NAME, "", f"has {more:,} more mistakes")
        return None
    before = len(findings.problems)
    for at, message, hint in inconsistencies(config):
        findings.problem(_file(lines, at), _dotted(at), message, hint=hint)
    return config if len(findings.problems) == before else None


def _first(errors: list[dict]) -> list[dict]:
    """Return errors without "is empty" of a list whose items are what is wrong."""
    places = [error["loc"] for error in errors]
    return [
        error
        for error in errors
        if error["type"] != "too_short"
        or not any(len(at) > len(error["loc"]) and at[: len(error["loc"])] == error["loc"]
                   for at in places)
    ]  # fmt: skip


# what PyYAML says, in plain words, and what to do
_YAML = [
    (_TOO_DEEP, _TOO_DEEP, ""),
    (r"found character '\\t'", "holds a tab where only spaces may stand", "use spaces, not tabs"),
    ("constructor for the tag", "holds a word that begins with '!'", "put it in quotes"),
    ("found another document", "holds more than one document", "take the line --- out"),
    ("special characters are not allowed", "holds characters that are no text",
     "take them out, or save the file again as UTF-8"),
]  # fmt: skip


def _in_words(said: str) -> tuple[str, str]:
    """Return what is wrong with the YAML, and what to do."""
    for pattern, rule, hint in _YAML:
        if re.search(pattern, said):
            return rule, hint
    hint = "look at the indentation, and put text that holds ': ' or '#' in quotes"
    return f"cannot be read as YAML: {shortened(said)}", hint


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-_")[:64] or "trial"


def _parsed(text: str, findings: Findings) -> tuple[dict | None, dict[Path_, int]]:
    """Return the content of a YAML text and the line of every key in it."""
    lines: dict[Path_, int] = {}
    try:
        refused = _refused(text)
        if refused:
            findings.problem(*refused)
            return None, lines
        loader = _Loader(text)
        node = loader.get_single_node()
        before = len(findings.problems)
        if node is not None:
            _walk(node, (), lines, findings)
        if len(findings.problems) > before:
            return None, lines
        content = loader.construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        rule, hint = _in_words(str(error.problem or error.context))
        findings.problem(f"{NAME}, line {mark.line + 1}" if mark else NAME, "", rule, hint=hint)
        return None, lines
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        rule, hint = _in_words(str(error))
        findings.problem(NAME, "", rule, hint=hint)
        return None, lines
    if not isinstance(content, dict):
        rule = "is empty" if content is None else "does not hold keys with values"
        findings.problem(NAME, "", rule, hint=_HINT)
        return None, lines
    return content, lines


def _refused(text: str) -> tuple[str, str, str] | None:
    """Return what no trial.yml has, as a problem: an alias, too many values, or too deep ones.

    The text is read event by event, and no further than to there.
    """
    depth = 0
    for number, event in enumerate(yaml.parse(text, Loader=_Loader)):
        at = f"{NAME}, line {event.start_mark.line + 1}"
        if number > _MOST_VALUES:
            return at, "", f"holds more than {_MOST_VALUES:,} keys and values, as no trial.yml does"
        if isinstance(event, yaml.AliasEvent):
            return at, "", "uses an alias (*name): write the value out"
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            return at, "", _TOO_DEEP
    return None


def _walk(node: yaml.Node, at: Path_, lines: dict[Path_, int], findings: Findings) -> None:
    """Note the line of every key and item; refuse a key that stands twice."""
    lines.setdefault(at, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            _walk(item, (*at, number), lines, findings)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inside = (*at, str(key.value) if isinstance(key, yaml.ScalarNode) else "?")
            if inside in lines or not isinstance(key, yaml.ScalarNode):
                twice = inside in lines
                rule = f"stands twice, in line {lines[inside]} too" if twice else "is no plain key"
                findings.problem(f"{NAME}, line {key.start_mark.line + 1}", _dotted(inside), rule,
                                 hint="keep one" if twice else "")  # fmt: skip
                continue
            lines[inside] = key.start_mark.line + 1
            _walk(value, inside, lines, findings)


def _file(lines: dict[Path_, int], at: Path_) -> str:
    """Return the file with the line of the innermost part of a path that is known."""
    at = tuple(at)
    while at and at not in lines:
        at = at[:-1]
    return f"{NAME}, line {lines[at]}" if at in lines else NAME


def _dotted(at: Path_) -> str:
    """Return a path as one reads it: ``endpoints[1].label``, counted from one."""
    text = ""
    for part in at:
        text += f"[{part + 1}]" if isinstance(part, int) else ("." if text else "") + part
    return shortened(text)


_TYPES = {
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "tuple_type": "must be a list, such as [A, B]",
    "dict_type": "must hold keys with values, such as {key: value}",
    "model_type": "must hold keys with values, such as {key: value}",
    "model_attributes_type": "must hold keys with values, such as {key: value}",
    "missing": "is needed and not there",
    "string_too_short": "must not be empty",
    "string_pattern_mismatch": "may hold letters, digits, '-' and '_' only, and begins with a "
    "letter or a digit: it names folders",
}


def _explain(error: dict, lines: dict[Path_, int], findings: Findings) -> None:
    """Add one of pydantic's errors as a problem in plain words."""
    at, kind, context = error["loc"], error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        near = get_close_matches(str(at[-1]), _keys(at[:-1]), n=1, cutoff=0.5)
        hint = f"did you mean '{near[0]}'?" if near else _HINT
        findings.problem(_file(lines, at), _dotted(at), "is no key of trial.yml", hint=hint)
        return
    if kind == "literal_error":
        rule = "must be one of " + context["expected"].replace("'", "")
    elif kind == "too_short":
        rule = "must not be empty" if at[-1] in ("arms", "endpoints") else "has too few items"
    elif kind == "too_long":
        rule = "has too many items"
    elif kind in ("greater_than", "greater_than_equal", "less_than", "less_than_equal"):
        rule = error["msg"].replace("Input should be", "must be")
    elif kind == "value_error":
        rule = str(context["error"])
    else:
        rule = _TYPES.get(kind, error["msg"].replace("Input should be", "must be"))
    given = error.get("input")
    shown = isinstance(given, str | int | float) and kind != "missing"
    # pydantic marks the check itself inside the path of a union or a validator; drop such parts
    findings.problem(
        _file(lines, at), _dotted(at), rule, examples=[shortened(given)] if shown else []
    )


def _keys(at: Path_) -> list[str]:
    """Return the keys that the model at a path knows."""
    model: type[BaseModel] = TrialConfig
    for part in at:
        if isinstance(part, int):
            continue
        if part not in model.model_fields:
            # a name chosen by the user, as below `models`: the model is that of its values
            continue
        found = _models_in(model.model_fields[part].annotation)
        if not found:
            return []
        model = found[0]
    return ["label"] if model is EventGroup else list(model.model_fields)


def _models_in(annotation) -> list[type[BaseModel]]:
    """Return the models inside a type such as ``tuple[Arm, ...] | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in _models_in(part)]
