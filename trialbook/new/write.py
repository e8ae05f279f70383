"""Write a trial.yml that a person can read and go on editing."""

import re
from collections.abc import Sequence

from trialbook.adam.problems import shortened

_PLAIN = re.compile(r"[A-Za-z][\w .+/()-]*[\w.)+]|[A-Za-z]")
_WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan", "inf"}
_WIDTH = 100


def scalar(value: object) -> str:
    """Return a value as YAML, text in quotes where it could be read as anything else."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f"{value:g}"
    text = str(value)
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS:
        return text
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable() and character != "\ufeff":
        return character
    return f"\\U{ord(character):08x}"


def flow(value: object) -> str:
    """Return a list or a mapping in one line, ``{code: AZA, values: [AZA]}``."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(key)}: {flow(of)}" for key, of in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return scalar(value)


class Writer:
    """Collects lines of YAML with comments."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def comment(self, text: str) -> None:
        """Add a comment, one line whatever the text holds."""
        self._lines.append("# " + shortened(text, _WIDTH - 2))

    def key(self, key: str, value: object, comment: str = "") -> None:
        """Add a key with its value, a comment behind it."""
        line = f"{key}: {flow(value)}"
        self._lines.append(f"{line:<32} # {shortened(comment, 120)}" if comment else line)

    def items(self, key: str, items: Sequence[object], comment: str = "") -> None:
        """Add a key with a list, an item a line."""
        self._lines.append(f"{key + ':':<32} # {comment}" if comment else f"{key}:")
        self._lines += [f"  - {flow(item)}" for item in items]

    def mapping(self, key: str, value: dict, comment: str = "") -> None:
        """Add a key with a mapping, an entry a line."""
        self._lines.append(f"{key + ':':<32} # {comment}" if comment else f"{key}:")
        self._lines += [f"  {scalar(name)}: {flow(of)}" for name, of in value.items()]

    def __str__(self) -> str:
        """Return the file's text."""
        return "\n".join(self._lines) + "\n"
