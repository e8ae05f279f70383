"""What the source of a new trial is: a folder of ADaM data sets, or one flat file."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from trialbook.adam.flat import read_rows
from trialbook.adam.folder import Tables, data_files, data_set_of, read_data_sets, sheets_of
from trialbook.adam.measurements import with_measurements
from trialbook.adam.problems import Findings, shortened
from trialbook.adam.readers import FORMATS, not_read, stem_and_format
from trialbook.new.inference import Question, UsageError
from trialbook.reading import Reading

# beside other files these are notes rather than data
_OFTEN_PROSE = (".txt", ".dat")


# what answers a question that reading a file raises
_CHOICES = {"--decimal": (".", ","), "--dates": ("sas", "excel", "unix")}


@dataclass
class Source:
    """The files to copy and what they hold.

    Attributes
    ----------
    paths : list of Path
        The files that the trial needs.
    tables : Tables
        ADaM data sets by name, or the flat file by its own.
    findings : Findings
        What was mended in them.
    names : dict
        A file to what it is called in the trial's folder, where that is not its own name.
    """

    paths: list[Path]
    tables: Tables
    findings: Findings
    names: dict[Path, str] = field(default_factory=dict)

    @property
    def data(self) -> dict[str, pd.DataFrame]:
        """ADaM data sets by name; a flat file is none."""
        return {} if self.flat is not None else self.tables.frames

    @property
    def flat(self) -> pd.DataFrame | None:
        """The flat file's rows, or None."""
        return self.tables.frames.get(self.paths[0].name)

    @property
    def labels(self) -> dict[str, str]:
        """Labels of the variables that describe patients, where the format carries them."""
        return self.tables.labels["ADSL" if self.flat is None else self.paths[0].name]


def read_source(source: Path, *, flat: bool = False, reading: Reading) -> Source:
    """Read a folder of ADaM data sets, or one flat file.

    A file called like a data set stands for its folder, as does a workbook whose sheets are,
    unless `flat` says that it is one flat
    file.

    Raises
    ------
    DataError
        With all that is wrong in the files.
    UsageError
        When there is nothing to read, or no telling what it is.
    """
    source = source.expanduser()
    sheets = {} if reading.sheet else sheets_of(source)
    if source.is_file() and (data_set_of(source) or sheets) and not flat:
        source = source.parent
    if source.is_dir():
        files = data_files(source)
        if list(files) == ["ADTTE"] and len(files["ADTTE"]) == 1 and not sheets:
            # ADTTE alone has its patients' arms and variables in it, or nothing has
            return _flat(files["ADTTE"][0], reading)
        if "ADSL" in files or "ADTTE" in files:
            paths = dict.fromkeys(path for paths in files.values() for path in paths)
            return _adam(source, list(paths), reading)
        others = [path for path in sorted(source.iterdir()) if stem_and_format(path)[1] in FORMATS]
        tables = [path for path in others if stem_and_format(path)[1] not in _OFTEN_PROSE]
        others = tables or others
        if len(others) != 1:
            found = "no data file" if not others else f"{len(others)} files, none called ADSL"
            message = (f"--from {source.name}: the folder holds {found}: give a folder with "
                       "ADSL and ADTTE, or one flat file")  # fmt: skip
            raise UsageError(message + _unread(source, others), "--from")
        source = others[0]
    if not source.is_file():
        raise UsageError(f"--from {source}: there is no such file or folder", "--from")
    if stem_and_format(source)[1] not in FORMATS:
        hint = not_read(source)
        raise UsageError(f"--from {source.name}: read are {', '.join(FORMATS)}"
                         + (f"; {hint}" if hint else ""), "--from")  # fmt: skip
    return _flat(source, reading)


def _unread(folder: Path, read: list[Path]) -> str:
    """Return, as lines, what a folder holds that is not read, and what to do about it."""
    lines = []
    for path in read:
        for name in ("adsl", "adtte"):
            if name in path.name.lower():
                form = "".join(path.suffixes)
                lines.append(f"if {shortened(path.name)} is {name.upper()}, name it {name}{form}")
    for inside in sorted(path for path in folder.iterdir() if path.is_dir() and not read):
        if "ADSL" in data_files(inside):
            lines.append(f"ADSL is in {shortened(inside.name)}: --from {inside}")
    others = [] if read else [path for path in sorted(folder.iterdir()) if path.is_file()]
    lines += [f"{shortened(path.name)} is not read: {hint}" for path in others
             if not path.name.startswith(".") and (hint := not_read(path))]  # fmt: skip
    return "".join(f"\n  {line}" for line in lines[:5])


def _adam(folder: Path, paths: list[Path], reading: Reading) -> Source:
    findings = Findings()
    tables = read_data_sets(folder, findings, reading)
    files = {name: ", ".join(path.name for path in of)
             for name, of in data_files(folder).items()}  # fmt: skip
    tables = replace(tables, frames=with_measurements(tables.frames, files, findings))
    _stop_or_ask(findings, folder.name)
    return Source(paths, tables, findings)


def _flat(path: Path, reading: Reading) -> Source:
    findings = Findings()
    tables = read_rows(path, findings, reading)
    _stop_or_ask(findings, path.name)
    return Source([path], tables, findings)


def _stop_or_ask(findings: Findings, where: str) -> None:
    """Raise what is wrong; where each problem is a question, ask it.

    Raises
    ------
    UsageError
        Where options answer all of it.
    DataError
    """
    problems = findings.problems
    if problems and all(one.option for one in problems):
        options = dict.fromkeys(one.option for one in problems)
        first = {one.option: one for one in reversed(problems)}
        questions = [Question(option, str(first[option]), _CHOICES[option])
                     for option in options if option in _CHOICES]  # fmt: skip
        raise UsageError("\n".join(map(str, problems)), *options,
                         questions=questions if len(questions) == len(options) else ())  # fmt: skip
    findings.stop_if_wrong(where)
