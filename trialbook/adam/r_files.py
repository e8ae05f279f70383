"""Read .rds, .rda and .RData: a data frame that R saved, without R."""

import warnings
from collections.abc import Collection, Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from trialbook.adam.problems import examples, shortened
from trialbook.adam.table import Table, UnreadableError


def read_r(content: bytes, file: str, stem: str) -> Table:
    """Return the rows of a data frame (data.table, tibble) that R saved.

    Names of rows that do not merely count them become the column ``rownames``. Of several objects
    in one .rda the data frame called like the file is taken, or the only one.

    Parameters
    ----------
    content : bytes
        With R's own compression: gzip, bzip2, xz or none.
    file : str
        Its name, for messages.
    stem : str
        Its name before the ending.

    Raises
    ------
    UnreadableError
        When it holds no data frame, or several.
    """
    from rdata.conversion import DEFAULT_CLASS_MAP, convert
    from rdata.parser import parse_data

    constructors = DEFAULT_CLASS_MAP | {
        "Date": _dates, "POSIXct": _date_times, "integer64": _whole_numbers,
    }  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # classes that are not known are their plain values
        parsed = parse_data(content)
        # functions and environments beside a data frame are left alone: not all can be converted
        found = parsed.object
        if not _is_frame(found):
            frames = {name: one for name, one in _pairs(found) if _is_frame(one)}
            found = frames[_chosen(frames, stem)]
        frame = convert(replace(parsed, object=found), constructor_dict=constructors)
    labels = {
        str(name): label
        for name, column in zip(frame.columns, found.value, strict=False)
        if (label := _label(column))
    }
    plain = pd.DataFrame({name: _plain(frame[name]) for name in frame}).reset_index(drop=True)
    names = frame.index.astype(str)
    if "rownames" not in plain and not names.str.fullmatch(r"\d+").all():
        plain.insert(0, "rownames", names)
    return Table(file, plain, labels)


def _is_frame(parsed) -> bool:
    """Return whether an object, as it was parsed, is a data frame."""
    classes = _variable(parsed.attributes, "class")
    return classes is not None and b"data.frame" in [one.value for one in classes.value]


def _chosen(frames: Collection[str], stem: str) -> str:
    if not frames:
        raise UnreadableError("holds no data frame of R", "save the data frame alone: saveRDS()")
    called = [name for name in frames if name.casefold() == stem.casefold()]
    if len(called) == 1 or len(frames) == 1:
        return called[0] if called else next(iter(frames))
    listed = ", ".join(examples(frames, 10))
    raise UnreadableError(
        f"holds several data frames: {listed}", f"save one alone, or call it {shortened(stem)}"
    )


def _dates(values: np.ndarray, attributes: dict) -> np.ndarray:
    """Return days since 1970 as dates."""
    return _since_1970(np.floor(_floats(values)) * 86_400)


def _date_times(values: np.ndarray, attributes: dict) -> np.ndarray:
    """Return seconds since 1970 as the clock showed them where they were written down."""
    times = pd.Series(_since_1970(_floats(values)))
    zone = next(iter(attributes.get("tzone") or ()), "") if "tzone" in attributes else ""
    if zone:
        try:
            times = times.dt.tz_localize("UTC").dt.tz_convert(str(zone)).dt.tz_localize(None)
        except (KeyError, ValueError):  # a zone that this machine does not know
            return times.to_numpy()
    return times.to_numpy()


def _whole_numbers(values: np.ndarray, attributes: dict) -> pd.Series:
    """Return integers of 64 bits, which R's bit64 keeps in the place of doubles."""
    whole = pd.Series(np.asarray(values, dtype="float64").view("int64"))
    return whole.astype(object).mask(whole == np.iinfo("int64").min, None)


def _floats(values: np.ndarray) -> np.ndarray:
    return np.ma.filled(np.ma.asarray(values, dtype=float), np.nan)


def _since_1970(seconds: np.ndarray) -> np.ndarray:
    known = np.isfinite(seconds) & (np.abs(seconds) < 1e12)
    whole = np.where(known, np.floor(np.where(known, seconds, 0)), 0).astype("int64")
    return np.where(known, whole.astype("datetime64[s]"), np.datetime64("NaT", "s"))


def _plain(column: pd.Series) -> pd.Series:
    """Return a column in a type that files of other formats have, too."""
    if column.dtype.kind in "fM" or isinstance(column.dtype, pd.CategoricalDtype):
        return column
    if pd.api.types.is_bool_dtype(column.dtype):
        return column.map({True: "Y", False: "N"})
    if pd.api.types.is_integer_dtype(column.dtype):
        return column.astype("float64")
    return column.astype(object).where(column.notna(), None)


def _pairs(pairs) -> Iterator[tuple]:
    """Yield the names and values of a list of pairs: what an .rda holds, or attributes."""
    while pairs is not None and isinstance(pairs.value, tuple):
        yield _tag(pairs), pairs.value[0]
        pairs = pairs.value[1]


def _variable(pairs, name: str):
    """Return what a list of pairs calls by a name, None where it has none."""
    return next((value for tag, value in _pairs(pairs) if tag == name), None)


def _label(column) -> str | None:
    """Return the attribute ``label`` of a column, as haven and Hmisc keep it."""
    label = _variable(column.attributes, "label")
    value = label.value[0].value if label is not None and label.value else None
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else None


def _tag(pair) -> str | None:
    symbol = pair.tag and (pair.tag.referenced_object or pair.tag)
    name = symbol.value.value if symbol is not None and symbol.value is not None else None
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else None
