"""With which marks the numbers of a text are written: 1.5 or 1,5, 1040, 1.040 or 1,040.

A mark is proved by the numbers themselves: ``6,1`` can only be a decimal, ``1.040.500`` only
thousands. What 1.040 is, beside 480, shows in its own column, else elsewhere in the file; where
nothing shows it, it is asked for, since one reading is a thousand times the other.
"""

import re
from collections.abc import Iterable, Iterator

MARKS = (".", ",")

_SPACES = " \u00a0\u202f\u2009'’"
_PLAIN = re.compile(r"[-+]?\d+")
_ONE = re.compile(r"[-+]?(\d*)([.,])(\d*)([eE][-+]?\d+)?")
_SAME = re.compile(r"[-+]?[1-9]\d{0,2}([.,])\d{3}(?:\1\d{3})+")
_BOTH = re.compile(r"[-+]?[1-9]\d{0,2}([.,])\d{3}(?:\1\d{3})*(?!\1)([.,])\d+")
_SPACED = re.compile(rf"[-+]?[1-9]\d{{0,2}}([{_SPACES}])\d{{3}}(?:\1\d{{3}})*(?:([.,])\d+)?")
_GROUPED = {
    ".": re.compile(r"[-+]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?"),
    ",": re.compile(r"[-+]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?"),
}
_OTHER = {".": ",", ",": "."}


def as_number(value: str, decimal: str = ".") -> float | None:
    """Return a text as a number, or None where it is none with that decimal mark.

    Thousands may be set apart by the other mark, by a space or by an apostrophe.
    """
    value = value.strip()
    if _SPACED.fullmatch(value):
        value = re.sub(rf"[{_SPACES}]", "", value)
    elif _GROUPED[decimal].fullmatch(value):
        value = value.replace(_OTHER[decimal], "")
    elif "_" in value or _OTHER[decimal] in value:
        return None
    try:
        return float(value.replace(decimal, "."))
    except ValueError:
        return None


def has_thousands(value: object, decimal: str = ".") -> bool:
    """Return whether thousands are set apart in a text that is a number with that decimal mark."""
    return isinstance(value, str) and any(one in value.strip() for one in _OTHER[decimal] + _SPACES)


def _shows(value: str) -> tuple[str, str] | None:
    """Return what one text shows: the mark of decimals it proves, and the mark it leaves open.

    None where it is no number at all.
    """
    if _PLAIN.fullmatch(value):
        return "", ""
    if one := _ONE.fullmatch(value):
        before, mark, after, exponent = one.groups()
        if not before and not after:
            return None
        open_ = len(after) == 3 and 1 <= len(before) <= 3 and before[0] != "0" and not exponent
        return ("", mark) if open_ else (mark, "")
    if same := _SAME.fullmatch(value):
        return _OTHER[same[1]], ""
    if both := _BOTH.fullmatch(value):
        return both[2], ""
    if spaced := _SPACED.fullmatch(value):
        return spaced[2] or "", ""
    return ("", "") if as_number(value) is not None else None  # 1e5, inf


class Marks:
    """The marks of one file's numbers, column by column.

    Parameters
    ----------
    columns : iterable of (str, iterable of str)
        Name and distinct values, without those that mean missing, of each column that may hold
        numbers.
    said : str or None
        The decimal mark, where the user said it.
    """

    def __init__(self, columns: Iterable[tuple[str, Iterable[str]]], said: str | None = None):
        self._said = said
        self._proved: dict[str, set[str]] = {}
        self._open: dict[str, set[str]] = {}
        self._proof: dict[str, str] = {}
        for name, values in columns:
            found = _column(values)
            if found is not None:
                self._proved[name], self._open[name], proofs = found
                for mark, proof in proofs.items():
                    self._proof.setdefault(mark, proof)

    def holds_numbers(self, name: str) -> bool:
        """Return whether every value of a column is a number, whatever its marks."""
        return name in self._proved and len(self._proved[name]) < 2 and len(self._open[name]) < 2

    def decimal(self, name: str) -> str | None:
        """Return the decimal mark of a column; None where nothing shows it.

        A column that needs none has that of the file, or a point.
        """
        proved, left = self._proved.get(name, set()), self._open.get(name, set())
        if len(proved) == 1:
            return next(iter(proved))
        everywhere = set(self._proof)
        if len(everywhere) == 1:
            return next(iter(everywhere))
        if self._said is not None:
            return self._said
        return None if left else "."

    def proof(self, name: str) -> str:
        """Return a number that proves the decimal mark of a column, or ''."""
        return self._proof.get(self.decimal(name) or "", "")


def _column(values: Iterable[str]) -> tuple[set[str], set[str], dict[str, str]] | None:
    """Return the marks that a column proves and leaves open, with a proof; None if no numbers."""
    proofs: dict[str, str] = {}
    left: set[str] = set()
    any_value = False
    for value, shown in _shown(values):
        if shown is None:
            return None
        any_value = True
        if shown[0]:
            proofs.setdefault(shown[0], value)
        if shown[1]:
            left.add(shown[1])
    return (set(proofs), left, proofs) if any_value else None


def _shown(values: Iterable[str]) -> Iterator[tuple[str, tuple[str, str] | None]]:
    for value in values:
        value = value.strip()
        yield value, _shows(value)
