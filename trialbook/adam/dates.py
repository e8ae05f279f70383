"""Read dates in the ways in which files write them; guess no day, no month, no order."""

import re
from datetime import date

import numpy as np
import pandas as pd

from trialbook.adam.problems import Findings, examples
from trialbook.adam.table import Table, counted, decoded, encoded, written

_NAMES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTHS = {name: number for number, name in enumerate(_NAMES, start=1)}
_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?|(\d{4})/(\d{1,2})/(\d{1,2})|(\d{4})(\d{2})(\d{2})"
)
_SAS = re.compile(r"(\d{1,2})[- ]?([A-Za-z]{3})[- ]?(\d{4})(?::.*)?")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")
_PARTIAL = re.compile(
    r"\d{4}(-\d{2}|--|-)?(-|--|-\?\?|-UN|-UNK)?|(UN|UNK|--)?[- ]?[A-Za-z]{3}[- ]?\d{4}"
)
_BLANK = {"", ".", "na", "nan", "nat", "null", "none"}


def read_dates(column: pd.Series, table: Table, findings: Findings) -> pd.Series:
    """Return a column as datetime64[s], NaT where missing.

    Read are ISO 8601 (a time of day is left out), ``02JAN2014``, ``31.12.2014``, and ``1/31/2014``
    where the values themselves show which part is the day. A partial date (``2014-05``) is
    missing, and noted; a number is refused, for its origin is not known.
    """
    codes, values = encoded(column)
    texts = [value.isoformat() if hasattr(value, "isoformat") else written(value)
             for value in values]  # fmt: skip
    day_first = _day_first(texts)
    blank = np.array([text.casefold() in _BLANK for text in texts], dtype=bool)
    parsed = [_date(text, day_first) for text in texts]
    unread = np.array([one is None for one in parsed], dtype=bool) & ~blank
    partial = unread & np.array([bool(_PARTIAL.fullmatch(text)) for text in texts], dtype=bool)
    partial &= column.dtype.kind not in "iuf"
    if n := counted(codes, partial):
        findings.repair(table.file, column.name, "partial dates read as missing", n)
    slashed = np.array([bool(_SLASHED.fullmatch(text)) for text in texts], dtype=bool)
    if day_first is not None and (n := counted(codes, slashed)):
        order = "day/month/year" if day_first else "month/day/year"
        findings.repair(table.file, column.name, f"dates read as {order}, as they show", n)
    rules = {
        "is a number; from which day does it count?": [text.isdecimal() for text in texts],
        "shows no order of day and month": [
            day_first is None and bool(_SLASHED.fullmatch(text)) for text in texts
        ],
        "must be a date": [True] * len(texts),
    }
    wrong = unread & ~partial
    for rule, holds in rules.items():
        chosen = wrong & np.array(holds, dtype=bool)
        wrong &= ~chosen
        if n := counted(codes, chosen):
            shown = examples(text for text, one in zip(texts, chosen, strict=True) if one)
            hint = "write dates as YYYY-MM-DD"
            findings.problem(table.file, column.name, rule, n, shown, hint)
    days = np.array([one or "NaT" for one in parsed], dtype="datetime64[s]")
    return decoded(codes, days, column.index, np.datetime64("NaT"))


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
