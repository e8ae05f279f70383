"""Read XPT (version 5 or 8) and sas7bdat, compressed or not, with the dates that SAS counts."""

import re
import tempfile
from pathlib import Path

import numpy as np

from trialbook.adam.encodings import encoding_of
from trialbook.adam.problems import Findings
from trialbook.adam.table import Table

EPOCH = np.datetime64("1960-01-01", "s")
DAY = 86_400

# SAS 9.4 Formats and Informats: Reference, "Date and Time" and "ISO 8601". A format shows a part
# of a date (MONYY) or all of it; the number behind is the same.
_DATETIME = re.compile(
    r"DATETIME|DATEAMPM|MDYAMPM|DT(DATE|MONYY|WKDATX|YEAR|YYQC)|[EB]8601(DN|DT|DX|DZ|LX)"
    r"|IS8601D[NTZ]|NLDATM\w*|EURDFDT"
)
_DATE = re.compile(
    r"DATE|(YYMMDD|MMDDYY|DDMMYY)[BCDNPS]?|(YYMM|MMYY)[CDNPS]?|YYMON|MONYY|YYQR?[CDNPSZ]?"
    r"|JULIAN|PDJUL[GI]|WEEKDAT[EX]|WORDDAT[EX]|WEEK[UVW]|[EB]8601DA|IS8601DA"
    r"|NLDATE\w*|EURDF(DD|DE|DN|MN|MY|WDX|WKX)|NENGO|MINGUO|HDATE|HEBDATE"
)


def seconds_in(sas_format: str | None) -> int:
    """Return how many seconds one unit of a value counts by its format; 0 if it is no date.

    >>> seconds_in("YYMMDDN8."), seconds_in("DATETIME20."), seconds_in("8.2")
    (86400, 1, 0)
    """
    name = (sas_format or "").upper().strip().rstrip("0123456789.")
    if _DATETIME.fullmatch(name):
        return 1
    return DAY if _DATE.fullmatch(name) else 0


def from_seconds(seconds: np.ndarray) -> np.ndarray:
    """Return seconds since 1960 as dates, NaT where missing or beyond what a date can be."""
    known = np.isfinite(seconds) & (np.abs(seconds) < 1e12)
    whole = np.where(known, np.floor(np.where(known, seconds, 0)), 0).astype("int64")
    return np.where(known, EPOCH + whole.astype("timedelta64[s]"), np.datetime64("NaT", "s"))


def read_sas(
    content: bytes, file: str, form: str, findings: Findings, encoding: str | None = None
) -> Table:
    """Return the rows of an XPT or sas7bdat file.

    What has a format of dates is a date. What has none may still be one: the name tells
    (`trialbook.adam.dates`), for SAS keeps dates as days since 1960 whatever their format.

    Parameters
    ----------
    content : bytes
    file : str
        Its name, for messages.
    form : {".xpt", ".sas7bdat"}
    findings : Findings
        Is told of an encoding other than UTF-8.
    encoding : str, optional
        The encoding of the text where it is not UTF-8.
    """
    frame, meta = _read(content, file, form, findings, encoding)
    dates = {
        name: from_seconds(frame[name].to_numpy() * seconds_in(sas_format))
        for name, sas_format in meta.original_variable_types.items()
        if frame[name].dtype.kind == "f" and seconds_in(sas_format)
    }
    labels = {name: label for name, label in meta.column_names_to_labels.items() if label}
    return Table(file, frame.assign(**dates), labels, epoch="sas")


def _read(content: bytes, file: str, form: str, findings: Findings, encoding: str | None) -> tuple:
    """Return the rows and what the file says of them; no format but these keeps its encoding."""
    import pyreadstat

    read = pyreadstat.read_xport if form == ".xpt" else pyreadstat.read_sas7bdat
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table{form}"
        path.write_bytes(content)
        try:
            return read(str(path), disable_datetime_conversion=True)
        except (pyreadstat.ReadstatError, UnicodeDecodeError):
            frame, meta = read(str(path), disable_datetime_conversion=True, encoding="ISO-8859-1")
    text = [name for name in frame if frame[name].dtype == object]
    distinct = sorted({str(value) for name in text for value in frame[name].dropna().unique()})
    encoding = encoding or encoding_of("\n".join(distinct).encode("latin-1"))
    findings.repair(file, "", f"read as {encoding}, for it is not UTF-8")
    decoded = {
        name: frame[name].map(lambda value: _again(value, encoding), na_action="ignore")
        for name in text
    }
    meta.column_names_to_labels = {
        name: _again(label, encoding) for name, label in meta.column_names_to_labels.items()
    }
    return frame.assign(**decoded), meta


def _again(value: object, encoding: str) -> object:
    """Return text that was read byte by byte in its own encoding."""
    return value.encode("latin-1").decode(encoding, "replace") if isinstance(value, str) else value
