"""Read dates as files write them or count them; guess no day, no month, no order, no origin."""

import math
import re
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pandas as pd

from trialbook.adam.problems import Findings, examples
from trialbook.adam.table import Table, counted, decoded, encoded, written

_NAMES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTHS = {name: number for number, name in enumerate(_NAMES, start=1)}
_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?|(\d{4})/(\d{1,2})/(\d{1,2})|(\d{4})(\d{2})(\d{2})"
    r"|(\d{4})\.(\d{1,2})\.(\d{1,2})|(\d{4})年(\d{1,2})月(\d{1,2})日"
)
_SAS = re.compile(r"(\d{1,2})[- ]?([A-Za-z]{3})[a-z]*[-, ]*(\d{4})(?::.*)?")
_AMERICAN = re.compile(r"([A-Za-z]{3})[a-z]*[. ]+(\d{1,2}),? +(\d{4})")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")
_UNKNOWN = r"(-|--|\?\??|UN|UNK|XX|XXX|NK|00)"
_PARTIAL = re.compile(
    rf"\d{{4}}(-\d{{2}}|--|-)?(-|-{_UNKNOWN})?|\d{{4}}-{_UNKNOWN}-({_UNKNOWN}|\d{{2}})"
    rf"|({_UNKNOWN}[-/. ]?)?([A-Za-z]{{3}}|{_UNKNOWN}|\d\d(?=[-/.]))[-/. ]?\d{{4}}",
    re.IGNORECASE,
)
_OFFSET = re.compile(r".*\d\d:\d\d.*(Z|[+-]\d\d(:?\d\d)?)")
_TWO_DIGITS = re.compile(r"\d{1,2}[-/. ]?([A-Za-z]{3}|\d{1,2})[-/. ]?\d{2}")
# day 0 of those who count days; Excel takes 1900 for a leap year, so that its day 60 is no day
_DAY_0 = {"sas": "1960-01-01", "excel": "1899-12-30", "excel-1904": "1904-01-01",
          "unix": "1970-01-01"}  # fmt: skip
_COUNTED_BY = {"sas": "SAS", "excel": "Excel", "excel-1904": "Excel for Macintosh", "unix": "R"}
_FIRST, _LAST = date(1900, 3, 1), date(2100, 12, 31)
_SAS_MISSING = re.compile(r"\.[A-Z_]")
_BLANK = {"", ".", "na", "nan", "nat", "null", "none"}

OFFSET_SAID = "times with an offset from UTC: the day is the one that is written"


def read_dates(column: pd.Series, table: Table, findings: Findings) -> pd.Series:
    """Return a column as datetime64[s], NaT where missing.

    Read are ISO 8601 (a time of day is left out), ``02JAN2014``, ``31.12.2014``, and ``1/31/2014``
    where the values themselves show which part is the day. A partial date (``2014-05``) is
    missing, and noted. A number counts the days, or the seconds, of SAS, Excel or R where the
    file's format or the user says whose they are, and is asked about otherwise.
    """
    codes, values = encoded(column)
    texts = [value.isoformat() if hasattr(value, "isoformat") else written(value)
             for value in values]  # fmt: skip
    day_first = _day_first(texts)
    blank = _which(texts, lambda text: text.casefold() in _BLANK or _SAS_MISSING.fullmatch(text))
    parsed = [_date(text, day_first) for text in texts]
    unread = np.array([one is None for one in parsed], dtype=bool) & ~blank
    epoch = table.reading.dates or table.epoch
    numbers = unread & _which(texts, lambda text: _as_number(text) is not None)
    if epoch is not None:
        for n in np.flatnonzero(numbers):
            parsed[n] = _counted(_as_number(texts[n]), epoch)
        read = numbers & np.array([one is not None for one in parsed], dtype=bool)
        if n := counted(codes, read):
            what = f"numbers read as days since {_DAY_0[epoch]}, as {_COUNTED_BY[epoch]} counts"
            findings.repair(table.file, column.name, what, n)
        unread, numbers = unread & ~read, numbers & ~read
    partial = unread & ~numbers & _which(texts, _PARTIAL.fullmatch)
    partial |= unread & _which(texts, re.compile(r"(19|20)\d\d").fullmatch) & (
        column.dtype.kind not in "iuf")  # fmt: skip
    if n := counted(codes, partial):
        findings.repair(table.file, column.name, "partial dates read as missing", n)
    slashed = _which(texts, _SLASHED.fullmatch)
    if day_first is not None and (n := counted(codes, slashed)):
        order = "day/month/year" if day_first else "month/day/year"
        findings.repair(table.file, column.name, f"dates read as {order}, as they show", n)
    if n := counted(codes, _which(texts, _OFFSET.fullmatch) & ~unread & ~blank):
        findings.repair(table.file, column.name, OFFSET_SAID, n)
    wrong = unread & ~partial
    _refuse(column, codes, texts, wrong, numbers, day_first, table.file, findings)
    days = np.array([one or "NaT" for one in parsed], dtype="datetime64[s]")
    return decoded(codes, days, column.index, np.datetime64("NaT"))


def _which(texts: list[str], holds: Callable[[str], object]) -> np.ndarray:
    return np.array([bool(holds(text)) for text in texts], dtype=bool)


def _refuse(
    column: pd.Series,
    codes: np.ndarray,
    texts: list[str],
    wrong: np.ndarray,
    numbers: np.ndarray,
    day_first: bool | None,
    file: str,
    findings: Findings,
) -> None:
    """Note what is no date, or one that can be read in several ways."""
    slashed = _which(texts, _SLASHED.fullmatch) & (day_first is None)
    hint = "write dates as YYYY-MM-DD"
    first = next((text for text, one in zip(texts, wrong & numbers, strict=True) if one), None)
    for rule, chosen, do, option in [
        ("is a number; from which day does it count?", numbers, _choices(first), "--dates"),
        ("shows no order of day and month", slashed, hint, ""),
        ("has a year of two digits; in which century?", _which(texts, _TWO_DIGITS.fullmatch),
         "write the year with four digits", ""),
        ("must be a date", np.ones(len(texts), dtype=bool), hint, ""),
    ]:  # fmt: skip
        chosen = wrong & chosen
        wrong = wrong & ~chosen
        if n := counted(codes, chosen):
            shown = examples(text for text, one in zip(texts, chosen, strict=True) if one)
            findings.problem(file, column.name, rule, n, shown, do, option)


def _choices(text: str | None) -> str:
    """Return what to do about a number, with the date that it is by each way of counting."""
    number = _as_number(text or "")
    if number is None:
        return ""
    meant = {who: _counted(number, who) for who in ("sas", "excel", "unix")}
    listed = ", ".join(f"{who} ({text} is {day})" for who, day in meant.items() if day)
    if not listed:
        return "write dates as YYYY-MM-DD"
    return f"say who counted, with --dates (dates: in trial.yml): {listed}; or write YYYY-MM-DD"


def _as_number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else None


def _counted(number: float, epoch: str) -> date | None:
    """Return the date of a number of days, or of seconds, which no number of days could be."""
    days = number / 86_400 if abs(number) >= 1e8 else number
    try:
        day = date.fromisoformat(_DAY_0[epoch]) + timedelta(days=math.floor(days))
    except OverflowError:
        return None
    return day if _FIRST <= day <= _LAST else None


def _day_first(texts: list[str]) -> bool | None:
    """Return whether ``1/2/2014`` begins with the day, None where the values do not show it."""
    parts = [match.groups() for text in texts if (match := _SLASHED.fullmatch(text))]
    day_first = any(int(first) > 12 for first, _, _ in parts)
    month_first = any(int(second) > 12 for _, second, _ in parts)
    return None if day_first == month_first else day_first


def _date(text: str, day_first: bool | None) -> date | None:
    """Return a text as a date, or None where it is not one, or an ambiguous one."""
    if match := _ISO.fullmatch(text):
        year, month, day = [part for part in match.groups() if part]
    elif match := _SAS.fullmatch(text):
        day, name, year = match.groups()
        month = _MONTHS.get(name.lower(), 0)
    elif match := _AMERICAN.fullmatch(text):
        name, day, year = match.groups()
        month = _MONTHS.get(name.lower(), 0)
    elif match := _DOTTED.fullmatch(text):
        day, month, year = match.groups()
    elif (match := _SLASHED.fullmatch(text)) and day_first is not None:
        day, month, year = match.groups() if day_first else (match[2], match[1], match[3])
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
