"""What people write where a value is not known: words, marks, and numbers that are codes for it."""

import re
from collections.abc import Iterable

import numpy as np

# as a regular expression of R, too: `no_arm` in verify/population.R holds the same
WORDS = (
    r"[.?*-]+|[–—]|n\.?/?a\.?|#(n/a|null!|div/0!|value!|ref!|name\?|num!)|null|nan|unknown|unk|missing|"
    r"not (known|available|recorded|stated)|keine angabe|inconnue?|desconocid[oa]|sconosciut[oa]"
)
_WORDS = re.compile(WORDS, re.IGNORECASE)
# no -1: it stands for an event as often
_CODE = re.compile(r"-?(9+|88+|77+)|-[78]")
# a minus as word processors write it
_MINUS = str.maketrans("−–", "--")
# a number that is a code lies so far beyond the others, or stands so much more often than they do
_BEYOND = 1.3
_OFTEN = 3


def says_unknown(text: str) -> bool:
    """Return whether a text says that something is not known."""
    return bool(_WORDS.fullmatch(text.strip()))


def may_be_code(text: str) -> bool:
    """Return whether a number is of those that people write for not known: 9, 99, -9, 888."""
    return bool(_CODE.fullmatch(_number(text).removesuffix(".0")))


def _number(text: str) -> str:
    return text.strip().translate(_MINUS)


def odd_codes(values: Iterable[str]) -> list[str]:
    """Return those of a column's few values that look like codes for not known.

    A code is odd where it is not the next of numbers that count up: 9 beside 0 and 1, and not
    beside 1 to 8; and where it is not all that stands beside one other value.
    """
    values = list(values)
    texts = [_number(one) for one in values]
    numbers = {float(one) for one in texts if re.fullmatch(r"-?\d+(\.\d+)?", one)}
    codes = [one for one in values if may_be_code(one)]
    others = len(values) - len(codes)
    return [one for one in codes if others >= 2 and float(_number(one)) - 1 not in numbers]


def code_among_times(times: np.ndarray) -> float | None:
    """Return the time that looks like a code for not known, None without one.

    It is 99, 999 and the like (888, 777), and lies far beyond every other time, or stands in
    many rows where others stand in few.

    Parameters
    ----------
    times : numpy.ndarray of float, shape (n,)
        Without missing ones.
    """
    values, counts = np.unique(times, return_counts=True)
    if len(values) < 4:
        return None
    for place in np.flatnonzero([may_be_code(f"{one:g}") and one >= 77 for one in values]):
        others, often = np.delete(values, place), np.delete(counts, place)
        beyond = values[place] >= _BEYOND * others.max()
        if beyond or counts[place] >= _OFTEN * max(_OFTEN - 1, often.max()):
            return float(values[place])
    return None
