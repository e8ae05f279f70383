"""A data set as read from one file: columns as they stand, with what the file says of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd


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
    decimal : str or None
        The decimal mark of numbers in text, where the user said it.
    """

    file: str
    frame: pd.DataFrame
    labels: dict[str, str] = field(default_factory=dict)
    untyped: bool = False
    numeric: frozenset[str] = frozenset()
    decimal: str | None = None


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
    """Return a value as text: 3.0 as "3", bytes decoded, what no file can hold replaced."""
    if type(value) is str:
        value = value.strip()
        try:
            value.encode()
        except UnicodeEncodeError:
            return value.encode("utf-8", "replace").decode()
        return value
    if isinstance(value, bytes):
        return written(value.decode("utf-8", "replace"))
    if isinstance(value, bool | np.bool_):
        return "Y" if value else "N"
    if isinstance(value, float | np.floating) and float(value).is_integer():
        value = int(value)
    return written(str(value))
