"""Values that a reader cannot tell apart: letters of the same look, other widths, other dashes."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import zip_longest

import pandas as pd

from trialbook.adam.problems import shortened
from trialbook.new.inference import UsageError

# Cyrillic and Greek letters that look as Latin ones do
_LOOKS = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјорсухԁԛԝҮһ" "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧονκρυχ",
    "ABESIJKMHOPCTYXaesijopcyxdqwYh" "ABEZHIKMNOPTYXovkpux",
)  # fmt: skip
_DASH = re.compile(r"\s*[\u00ad\u2010-\u2015\u2212\ufe58\ufe63\uff0d-]\s*")
# marks at the end, and what stands for a space
_TRAILING = re.compile(r"[\s.,:;'\"]+$|^[\s'\"]+")


def look(text: str) -> str:
    """Return what is the same for all texts that look the same."""
    plain = unicodedata.normalize("NFKC", text).translate(_LOOKS)
    bare = _TRAILING.sub("", _DASH.sub("-", plain)).replace("_", " ")
    return " ".join(bare.split()).casefold()


def one_spelling(column: pd.Series) -> pd.Series:
    """Return a column with the commonest spelling of what differs in capitals only."""
    counts = column.value_counts()
    best = {value.casefold(): value for value in reversed(counts.index)}
    return column.map({value: best[value.casefold()] for value in counts.index})


def refuse_lookalikes(values: Iterable[str], name: str, what: str) -> None:
    """Refuse values that look the same and are not: they are one, written in two ways.

    `what` they are: arms, say.

    Raises
    ------
    UsageError
        Which names both, and the characters in which they differ.
    """
    seen: dict[str, str] = {}
    for value in values:
        other = seen.setdefault(look(value), value)
        if other.casefold() != value.casefold():
            raise UsageError(
                f"{name}: two {what} look alike, {shortened(other)} and {shortened(value)}, and "
                f"differ in {_difference(other, value)}: write it in one way in the file",
                "--from",
            )


def _difference(one: str, other: str) -> str:
    """Return the first characters in which two texts differ, by their names."""
    a, b = next((a, b) for a, b in zip_longest(one, other, fillvalue="")
                if a.casefold() != b.casefold())  # fmt: skip
    called = [unicodedata.name(c, f"U+{ord(c):04X}").lower() if c else "nothing" for c in (a, b)]
    return f"one character ({called[0]}, {called[1]})"
