"""Mend what can be mended safely: names, padding, types, flags, dates; list every repair."""

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from trialbook.adam.dates import OFFSET_SAID, read_dates
from trialbook.adam.marks import MARKS, Marks, as_number, has_thousands
from trialbook.adam.problems import Findings, examples
from trialbook.adam.schemas import SCHEMAS, kind_of
from trialbook.adam.table import Table, counted, decoded, encoded, written

_YES, _NO = {"y", "yes", "true", "1"}, {"n", "no", "false", "0"}
_MISSING = {"", ".", "na", "nan", "null", "none", "<na>", "#n/a"}
# so many other values beside None make it one of several, such as an arm or a count
_FEW_LEVELS = 10
_TRUTH = {"true": 1.0, "false": 0.0}
# whole numbers up to here are exact as floating point
_EXACT = 2**53
_LIKE_NAME = re.compile(r"[-+]?\d{16,}|\d+[eE]\d+")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]")
_SAS_MISSING = re.compile(r"\.[A-Z_]")

# what a flat file may have of ADTTE beside its times; those are read by their values
_OF_ADTTE = {name: column for name, column in SCHEMAS["ADTTE"].columns.items()
             if name not in ("PARAMCD", "AVAL", "CNSR")}  # fmt: skip
# flags that ADaM leaves blank where they do not hold, so that blank means N
_BLANK_IS_NO = {"RANDFL", "ITTFL", "SAFFL", "PPROTFL", "FASFL", "DTHFL", "TRTEMFL"}


def tidy(table: Table, data_set: str | None, findings: Findings) -> pd.DataFrame:
    """Return a data set with capital names, clean text, and each variable in its kind's type.

    Text is object with NaN where blank, numbers are float64, dates datetime64[s]. What had to
    be mended is noted as a repair, what cannot be read as a problem.

    Parameters
    ----------
    table : Table
        A file's rows as they stand.
    data_set : str or None
        Which data set it is; None for a flat file, whose names stay as they are. What has the
        name of a variable of ADSL, in capitals, is read as one.
    findings : Findings
    """
    frame = _named(table, data_set, findings)
    kinds = {name: kind_of(data_set, name) if data_set else _standard_kind(name) for name in frame}
    marks = Marks(_numerals(frame, kinds, table), table.reading.decimal)
    columns = {
        name: _column(frame[name], kind, table, marks, findings) for name, kind in kinds.items()
    }
    commas = [name for name in frame if columns[name].dtype.kind == "f"
              and marks.holds_numbers(name) and marks.decimal(name) == ","]  # fmt: skip
    if commas:
        proof = marks.proof(commas[0])
        ground = f", as {proof} shows" if proof else ", as it was said"
        findings.repair(table.file, "", f"numbers read with a decimal comma{ground}")
    return pd.DataFrame(columns, index=frame.index)


def _numerals(
    frame: pd.DataFrame, kinds: dict[str, str | None], table: Table
) -> Iterator[tuple[str, list[str]]]:
    """Yield each column that may hold numbers as text, with its values."""
    for name, kind in kinds.items():
        text = frame[name].dtype.kind not in "iufMb"
        if text and (kind in ("number", "count") or (kind is None and table.untyped)):
            _, values = encoded(frame[name])
            yield name, [str(value) for value in values if not _is_missing(value)]


def _standard_kind(name: str) -> str | None:
    """Return the kind of a flat file's column that has the very name of an ADaM variable."""
    known = SCHEMAS["ADSL"].columns.get(name) or _OF_ADTTE.get(name)
    return known and known.metadata["kind"]


def _named(table: Table, data_set: str | None, findings: Findings) -> pd.DataFrame:
    names = pd.Index([written(str(name)) for name in table.frame.columns])
    if data_set:
        upper = names.str.upper()
        changed = int((upper != table.frame.columns).sum())
        if changed:
            findings.repair(table.file, "", "names written in capitals, without padding", changed)
        names = upper
    for name in names[names.duplicated()].unique():
        findings.problem(table.file, name, "stands twice among the columns", hint="keep one")
    return table.frame.set_axis(names, axis=1).loc[:, ~names.duplicated()]


def _column(
    column: pd.Series, kind: str | None, table: Table, marks: Marks, findings: Findings
) -> pd.Series:
    if meanings := table.reading.meaning(str(column.name), kind):
        column = _meant(column, meanings, table, findings)
    if column.dtype.kind == "M":
        if isinstance(column.dtype, pd.DatetimeTZDtype) and column.notna().any():
            findings.repair(table.file, str(column.name), OFFSET_SAID, int(column.notna().sum()))
        column = column.dt.tz_localize(None).astype("datetime64[s]")
        return column.dt.floor("D") if kind == "date" else column
    if column.name == "USUBJID":
        return _patients(column, table, findings)
    if kind == "date":
        return read_dates(column, table, findings)
    if kind == "flag":
        return _flags(column, table, findings)
    if kind in ("number", "count") or (kind is None and _holds_numbers(column, table, marks)):
        return _numbers(column, table, marks, findings)
    return _text(column, table, findings)


def _meant(
    column: pd.Series, meanings: dict[str, str], table: Table, findings: Findings
) -> pd.Series:
    """Return a column with what its values mean, as `values:` of trial.yml says."""
    codes, values = encoded(column)
    meant = [meanings.get(written(value).casefold(), value) for value in values]
    changed = np.array([a is not b for a, b in zip(meant, values, strict=True)], dtype=bool)
    if n := counted(codes, changed):
        pairs = examples(f"{value} is {of or 'not known'}" for value, of, one in
                         zip(values, meant, changed, strict=True) if one)  # fmt: skip
        what = "read as values: says, " + ", ".join(pairs)
        findings.repair(table.file, str(column.name), what, n)
    return decoded(codes, meant, column.index, np.nan).rename(column.name)


def _text(column: pd.Series, table: Table, findings: Findings) -> pd.Series:
    """Return text without padding, NaN where blank; numbers as they would be written."""
    codes, clean = _clean(column, table, findings)
    return decoded(codes, clean, column.index, np.nan)


def _clean(column: pd.Series, table: Table, findings: Findings) -> tuple[np.ndarray, np.ndarray]:
    """Return a column's codes and its distinct values as clean text, NaN for blank."""
    codes, values = encoded(column)
    clean = np.empty(len(values), dtype=object)
    clean[:] = [written(value) for value in values]
    # strip() gives the very same object where there is nothing to strip, so this is quick
    changed = np.array([a is not b for a, b in zip(clean, values, strict=True)], dtype=bool)
    blank = clean == ""
    if changed.any():
        bare = [value.strip() if isinstance(value, str) else None for value in values]
        text = np.array([one is not None for one in bare], dtype=bool) & ~blank
        looks = np.array([one != b for one, b in zip(bare, clean, strict=True)], dtype=bool) & text
        if padded := counted(codes, changed & text & ~looks):
            findings.repair(table.file, column.name, "padding taken off", padded)
        if n := counted(codes, looks):
            what = "unseen characters taken out, accents written in one form"
            findings.repair(table.file, column.name, what, n)
    if table.untyped and (missing := int((codes == -1).sum())):
        findings.repair(table.file, column.name, "NA without quotes read as missing", missing)
    clean[blank] = np.nan
    return codes, clean


def _patients(column: pd.Series, table: Table, findings: Findings) -> pd.Series:
    """Return USUBJID clean and still encoded, so that patients are looked up once each."""
    codes, clean = _clean(column, table, findings)
    distinct = pd.Index(clean).dropna().unique()
    return pd.Series(
        pd.Categorical.from_codes(
            np.append(distinct.get_indexer(clean), -1)[codes], categories=distinct
        ),
        index=column.index,
    )


def _flags(column: pd.Series, table: Table, findings: Findings) -> pd.Series:
    """Return a flag as Y, N or NaN; blank is N where ADaM leaves it blank for no."""
    codes, clean = _clean(column, table, findings)
    flags = np.array([_flag(value) for value in clean], dtype=object)
    known = np.array([isinstance(value, str) for value in clean], dtype=bool)
    if changed := counted(codes, known & (flags != clean)):
        findings.repair(table.file, column.name, "written as Y and N", changed)
    blank = len(codes) - counted(codes, known)
    if blank and column.name in _BLANK_IS_NO:
        findings.repair(table.file, column.name, "blank read as N", blank)
        flags[~known] = "N"
        return decoded(codes, flags, column.index, "N")
    return decoded(codes, flags, column.index, np.nan)


def _flag(value: object) -> object:
    lower = value.casefold() if isinstance(value, str) else None
    return "Y" if lower in _YES else "N" if lower in _NO else value


def _holds_numbers(column: pd.Series, table: Table, marks: Marks) -> bool:
    """Return whether an undeclared variable is numeric: by its type, in CSV by its values.

    ``007`` is an identifier, not a number; ``None`` beside a few numbers is one of several
    levels, no dose or no disease, and beside many it is missing.
    """
    if not table.untyped:
        longest = column.abs().max() if column.dtype.kind in "iu" and len(column) else 0
        numeric = column.dtype.kind in "iuf" or column.name.casefold() in table.numeric
        return numeric and longest < _EXACT
    _, values = encoded(column)
    known = [value.strip() for value in values if not _is_missing(value)]
    if any(str(value).strip() == "None" for value in values) and len(known) <= _FEW_LEVELS:
        return False
    return marks.holds_numbers(column.name) and not _are_names(
        known, len(column), marks.decimal(column.name)
    )


def _are_names(values: list[str], n_rows: int, decimal: str | None) -> bool:
    """Return whether values that can be read as numbers are identifiers.

    They are where digits would be lost (``007``, eighteen digits), where ``0E1`` counts wells,
    and where every row has its own value only as long as they are text (``1.1`` and ``1.10``).
    """
    if any(_LEADING_ZERO.match(value) or _LIKE_NAME.fullmatch(value) for value in values):
        return True
    if len(values) < n_rows or n_rows < 2 or any(value[0] in "+-" for value in values):
        return False
    return len({as_number(one, decimal or ".") for one in values}) < n_rows


def _is_missing(value: object) -> bool:
    text = str(value).strip()
    return text.casefold() in _MISSING or bool(_SAS_MISSING.fullmatch(text))


def _number(value: object, decimal: str) -> float | None:
    """Return a value as a number, or None where it is not one."""
    if isinstance(value, str):
        return as_number(value, decimal)
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _numbers(column: pd.Series, table: Table, marks: Marks, findings: Findings) -> pd.Series:
    """Return a column as float64, NaN where missing."""
    if column.dtype.kind in "iuf":
        numbers = column.astype(float)
    else:
        codes, values = encoded(column)
        missing = np.array([_is_missing(value) for value in values], dtype=bool)
        decimal = marks.decimal(column.name)
        if decimal is None:
            _ask_for_marks(column, codes, values, table, findings)
            return pd.Series(np.nan, index=column.index)
        parsed = [None if gone else _number(value, decimal)
                  for value, gone in zip(values, missing, strict=True)]  # fmt: skip
        thousands = np.array([has_thousands(value, decimal) for value in values], dtype=bool)
        thousands &= np.array([one is not None for one in parsed], dtype=bool)
        if n := counted(codes, thousands):
            first = next(iter(examples(values[thousands])))
            plain = written(as_number(first, decimal))
            findings.repair(table.file, column.name, f"marks of thousands: {first} is {plain}", n)
        hint = "write plain numbers, such as 1234.5, or leave them blank"
        if column.name == "CNSR":
            hint = "0 for an event, 1 for censoring"
            words = [_TRUTH.get(str(value).strip().casefold()) for value in values]
            if n := counted(codes, np.array([one is not None for one in words], dtype=bool)):
                findings.repair(table.file, "CNSR", "true read as censored, false as event", n)
            parsed = [one if word is None else word
                      for one, word in zip(parsed, words, strict=True)]  # fmt: skip
        wrong = np.array([one is None for one in parsed], dtype=bool) & ~missing
        if n := counted(codes, wrong):
            shown = examples(values[wrong])
            findings.problem(table.file, column.name, "must be a number", n, shown, hint)
        marked = counted(codes, missing & (values != ""))
        marked += int((codes == -1).sum()) if table.untyped else 0
        if marked:
            findings.repair(table.file, column.name, "NA, . or the like read as missing", marked)
        parsed = np.array([np.nan if one is None else one for one in parsed], dtype=float)
        numbers = decoded(codes, parsed, column.index, np.nan)
        text = np.array([isinstance(value, str) for value in values], dtype=bool)
        if not table.untyped and (stored := counted(codes, text & ~missing & ~wrong)):
            findings.repair(table.file, column.name, "text read as numbers", stored)
    infinite = np.isinf(numbers)
    if n := int(infinite.sum()):
        findings.repair(table.file, column.name, "infinite values read as missing", n)
    return numbers.mask(infinite)


def _ask_for_marks(
    column: pd.Series, codes: np.ndarray, values: np.ndarray, table: Table, findings: Findings
) -> None:
    """Ask what a mark means that nothing in the file shows: thousands, or decimals."""
    marked = np.array([any(mark in str(value) for mark in MARKS) for value in values], dtype=bool)
    first = str(values[marked][0]).strip()
    mark = next(mark for mark in MARKS if mark in first)
    numbers = {one: written(as_number(first, one)) for one in MARKS}
    thousands = numbers["," if mark == "." else "."]
    findings.problem(
        table.file, column.name,
        f"{first} may be {thousands} or {numbers[mark]}: no number in the file shows which",
        counted(codes, marked), examples(values[marked]),
        "say which mark stands before decimals, with --decimal . or --decimal , (decimal: in "
        "trial.yml)", option="--decimal",
    )  # fmt: skip
