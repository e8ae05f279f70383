"""Which files of a trial's folder are its data sets, read, mended and checked."""

import hashlib
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from trialbook.adam.problems import Findings
from trialbook.adam.readers import EXCEL, FORMATS, not_read, read_table, stem_and_format
from trialbook.adam.schemas import NEEDED, SCHEMAS
from trialbook.adam.stand_ins import adsl_of, with_stand_ins
from trialbook.adam.tidy import tidy
from trialbook.adam.validate import validate
from trialbook.reading import Reading

_LABORATORY = re.compile(r"ADLB(C|H)?")
_ADAM = re.compile(r"AD[A-Z]{1,6}")
_NOT_USED = {"ADCM": "concomitant medication", "ADMH": "medical history", "ADEX": "exposure"}


def data_set_of(path: Path) -> str | None:
    """Return which data set a file holds by its name, ``adlbc.xpt`` say is ADLB; None if none."""
    stem, form = stem_and_format(path)
    return _data_set(stem) if form in FORMATS else None


def _data_set(name: str) -> str | None:
    name = "ADLB" if _LABORATORY.fullmatch(name.upper()) else name.upper()
    return name if name in SCHEMAS else None


def data_files(folder: Path) -> dict[str, list[Path]]:
    """Return the files of each data set of a folder, in the order of the dictionary.

    A workbook whose sheets are called like data sets is the file of each of them.
    """
    files: dict[str, list[Path]] = {name: [] for name in SCHEMAS}
    for path in sorted(folder.iterdir(), key=lambda path: path.name.lower()):
        name = data_set_of(path) if path.is_file() else None
        for one in [name] if name else sheets_of(path):
            files[one].append(path)
    return {name: paths for name, paths in files.items() if paths}


def sheets_of(path: Path) -> dict[str, list[str]]:
    """Return the sheets of a workbook by data set, where ADSL or ADTTE is one of them."""
    if stem_and_format(path)[1] not in EXCEL or data_set_of(path) or not path.is_file():
        return {}
    stat = path.stat()
    key = (path.resolve(), stat.st_size, stat.st_mtime_ns)
    if key not in _sheets:
        from trialbook.adam.workbook import sheet_names

        found: dict[str, list[str]] = {}
        for sheet in sheet_names(path):
            if name := _data_set(sheet.strip()):
                found.setdefault(name, []).append(sheet)
        _sheets[key] = found if {"ADSL", "ADTTE"} & set(found) else {}
    return _sheets[key]


_sheets: dict[tuple, dict[str, list[str]]] = {}


def _say_not_used(folder: Path, findings: Findings) -> None:
    """Remark on ADaM data sets of which the book makes nothing."""
    stems = [_stem(path) for path in sorted(folder.iterdir())
             if stem_and_format(path)[1] in FORMATS and path.is_file()]  # fmt: skip
    names = [name for name in dict.fromkeys(stems) if _ADAM.fullmatch(name) and not _data_set(name)]
    listed = [f"{name} ({_NOT_USED[name]})" if name in _NOT_USED else name for name in names[:10]]
    if listed:
        findings.remark("Present, and not used: " + ", ".join(listed) + ".")


def sha256(path: Path) -> str:
    """Return a file's SHA-256 as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True)
class Tables:
    """What was read of a trial's files, mended, each file once.

    Attributes
    ----------
    frames : dict of DataFrame
        Data sets by name; or the rows of a flat file by the file's name.
    labels : dict of dict
        The same names to the labels of variables, where the format carries them.
    """

    frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)


def read_data_sets(folder: Path, findings: Findings, reading: Reading) -> Tables:
    """Return the data sets of a folder, mended and checked one by one.

    A data set that breaks a rule of its schema is left out, with its problems noted; ADLB may
    stand in several files, any other data set in one. `reading` is what the user said of how they
    are to be read.
    """
    files = data_files(folder)
    tables = Tables()
    for name in NEEDED:
        other = _unread(folder, name)
        if name not in files and (name != "ADSL" or "ADTTE" not in files or other):
            endings = ", ".join(FORMATS)
            hint = f"put {name.lower()} there ({endings}), or map one flat file (flat:)"
            if other:
                hint = f"{other.name} is there, but {stem_and_format(other)[1] or 'no ending'} is "
                hint += f"not read: {not_read(other)}"
            findings.problem(name, "", f"is needed and not in {folder.name}", hint=hint)
    for path in sorted(folder.iterdir()):
        if data_set_of(path) and not path.is_file():
            rule = "is a link to nothing" if path.is_symlink() else "is a folder, not a file"
            findings.problem(path.name, "", rule, hint="put the file there, or take it away")
    for name, paths in files.items():
        if len(paths) > 1 and (name != "ADLB" or len({_stem(path) for path in paths}) < len(paths)):
            rule = f"{name} stands in several files: " + ", ".join(path.name for path in paths)
            findings.problem(paths[0].name, "", rule, hint="keep the one that counts")
            continue
        _read(name, paths, tables, findings, reading)
    _say_not_used(folder, findings)
    if "ADSL" not in files and "ADTTE" in tables.frames and not _unread(folder, "ADSL"):
        file = files["ADTTE"][0].name
        adsl = adsl_of(tables.frames["ADTTE"], file, findings)
        if adsl is not None:
            tables.frames["ADSL"], tables.labels["ADSL"] = adsl, tables.labels["ADTTE"]
            validate(adsl, "ADSL", file, findings)
    return tables


def _unread(folder: Path, name: str) -> Path | None:
    """Return a file called like a data set in a format that is not read, such as adsl.xlsx."""
    for path in sorted(folder.iterdir()):
        if _stem(path) == name and path.is_file() and not_read(path):
            return path
    return None


def _stem(path: Path) -> str:
    return stem_and_format(path)[0].upper()


def _read(
    name: str, paths: list[Path], tables: Tables, findings: Findings, reading: Reading
) -> None:
    frames, labels = [], {}
    parts = [(path, reading if sheet is None else replace(reading, sheet=sheet))
             for path in paths for sheet in sheets_of(path).get(name, [None])]  # fmt: skip
    for path, reading in parts:
        before = len(findings.problems)
        table = read_table(path, findings, reading)
        if table is not None:
            frame = with_stand_ins(tidy(table, name, findings), name, path.name, findings)
            validate(frame, name, path.name, findings)
            if len(findings.problems) == before:
                frames.append(frame)
                labels |= {one.upper().strip(): label for one, label in table.labels.items()}
    if len(frames) == len(parts):
        whole = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
        tables.frames[name], tables.labels[name] = whole, labels
