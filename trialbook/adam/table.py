"""A data set as read from one file: columns as they stand, with what the file says of them."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from trialbook.reading import Reading


class UnreadableError(ValueError):
    """A file that is whole but not what a reader takes.

    Parameters
    ----------
    message : str
    hint : str
        What to do.
    option : str
        The option of ``trialbook new`` that answers it, where it is a question.
    """

    def __init__(self, message: str, hint: str = "", option: str = "") -> None:
        super().__init__(message)
        self.hint, self.option = hint, option


@dataclass(frozen=True)
class Table:
    """One file's rows, before anything is mended.

    Attributes
    ----------
    file : str
        The file's name.
    frame : pandas.DataFrame
        Columns as they stand: text as category or object, numbers, dates.
    labels : dict
        Variable to its label, where the format carries labels.
    untyped : bool
        Whether the format knows text only (CSV), so that types have to be found.
    numeric : frozenset of str
        Variables, in small letters, that the file calls numeric though text stands among them.
    reading : Reading
        What the user said of how it is to be read.
    epoch : str or None
        Who counted the days that stand in its dates as numbers, where the format shows it:
        ``"sas"``, ``"excel"``, ``"excel-1904"`` or ``"unix"``.
    """

    file: str
    frame: pd.DataFrame
    labels: dict[str, str] = field(default_factory=dict)
    untyped: bool = False
    numeric: frozenset[str] = frozenset()
    reading: Reading = field(default_factory=Reading)
    epoch: str | None = None


def encoded(column: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return a column as codes and its distinct values, so that work is done once per value.

    Returns
    -------
    codes : numpy.ndarray of int, shape (n,)
        Position of each row's value in `values`, -1 where the value is missing.
    values : numpy.ndarray of object
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(), column.cat.categories.to_numpy(dtype=object)
    codes, values = pd.factorize(column)
    return codes, np.asarray(values, dtype=object)


def decoded(codes: np.ndarray, values: Sequence, index: pd.Index, missing: object) -> pd.Series:
    """Return codes and distinct values as a column, `missing` where the code is -1.

    The type is that of `values` as an array: object for text, float64, datetime64[s].
    """
    values = values if isinstance(values, np.ndarray) else _objects(values)
    padded = np.empty(len(values) + 1, dtype=values.dtype)
    padded[:-1] = values
    padded[-1] = missing
    return pd.Series(padded[codes], index=index)


def _objects(values: Sequence) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def counted(codes: np.ndarray, chosen: np.ndarray) -> int:
    """Return in how many rows one of the chosen distinct values stands.

    Parameters
    ----------
    codes : numpy.ndarray of int, shape (n,)
    chosen : numpy.ndarray of bool, one for each distinct value
    """
    chosen = np.append(np.asarray(chosen, dtype=bool), False)
    return int(chosen[codes].sum())


def written(value: object) -> str:
    """Return a value as text: 3.0 as "3", bytes decoded, what no file can hold replaced.

    Text has no padding, no characters that nobody sees, and one form of each accented letter
    (Unicode's NFC), so that what looks the same is the same.
    """
    if type(value) is str:
        value = value.strip()
        return value if value.isascii() else _as_it_looks(value)
    if isinstance(value, bytes):
        return written(value.decode("utf-8", "replace"))
    if isinstance(value, bool | np.bool_):
        return "Y" if value else "N"
    if isinstance(value, float | np.floating) and float(value).is_integer():
        value = int(value)
    return written(str(value))


# spaces of no width, marks of direction, soft hyphens; and joiners, which mean something between
# letters other than Latin ones
_UNSEEN = re.compile(
    r"[\u00ad\u200b\u200e\u200f\u2060\ufeff]|(?<=[\x00-\u024f])[\u200c\u200d](?=[\x00-\u024f])"
)
_SPACE = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")


def _as_it_looks(value: str) -> str:
    """Return text as it looks; the very same object where nothing is to change."""
    try:
        value.encode()
    except UnicodeEncodeError:
        value = value.encode("utf-8", "replace").decode()
    if _UNSEEN.search(value):
        value = _UNSEEN.sub("", value).strip()
    if _SPACE.search(value):
        value = _SPACE.sub(" ", value).strip()
    return unicodedata.normalize("NFC", value)
