"""What the source of a new trial is: a folder of ADaM data sets, or one flat file."""

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from trialbook.adam.checks.safety import without_doubled_parameters
from trialbook.adam.folder import data_files, data_set_of, read_data_sets
from trialbook.adam.problems import Findings, Problem
from trialbook.adam.readers import FORMATS, read_table, stem_and_format
from trialbook.adam.tidy import tidy
from trialbook.new.inference import UsageError


@dataclass
class Source:
    """The files to copy and what they hold.

    Attributes
    ----------
    paths : list of Path
        The files that the trial needs.
    data : dict of DataFrame
        ADaM data sets by name; empty for a flat file.
    flat : DataFrame or None
        The flat file's rows.
    labels : dict
        Labels of ADSL's variables, where the format carries them.
    """

    paths: list[Path]
    data: dict[str, pd.DataFrame] = field(default_factory=dict)
    flat: pd.DataFrame | None = None
    labels: dict[str, str] = field(default_factory=dict)


def read_source(source: Path) -> Source:
    """Read a folder of ADaM data sets, or one flat file.

    Raises
    ------
    DataError
        With all that is wrong in the files.
    UsageError
        When there is nothing to read, or no telling what it is.
    """
    source = source.expanduser()
    if source.is_file() and data_set_of(source):
        source = source.parent
    if source.is_dir():
        files = data_files(source)
        if "ADSL" in files or "ADTTE" in files:
            return _adam(source, [path for paths in files.values() for path in paths])
        others = [path for path in sorted(source.iterdir()) if stem_and_format(path)[1] in FORMATS]
        if len(others) != 1:
            found = "no data file" if not others else f"{len(others)} files, none called ADSL"
            raise UsageError(f"--from {source.name}: the folder holds {found}: give a folder with "
                             "ADSL and ADTTE, or one flat file", "--from")  # fmt: skip
        source = others[0]
    if not source.is_file():
        raise UsageError(f"--from {source}: there is no such file or folder", "--from")
    if stem_and_format(source)[1] not in FORMATS:
        raise UsageError(f"--from {source.name}: read are {', '.join(FORMATS)}", "--from")
    return _flat(source)


def _adam(folder: Path, paths: list[Path]) -> Source:
    findings = Findings()
    data = read_data_sets(folder, findings)
    if "ADLB" in data:
        data["ADLB"] = without_doubled_parameters(data["ADLB"], "ADLB", findings)
    findings.stop_if_wrong(folder.name)
    labels = {}
    for path in paths:
        if data_set_of(path) == "ADSL" and stem_and_format(path)[1] not in (".csv", ".parquet"):
            table = read_table(path, findings)
            labels = {name.upper().strip(): label for name, label in table.labels.items()}
    return Source(paths, data=data, labels=labels)


def _flat(path: Path) -> Source:
    findings = Findings()
    table = read_table(path, findings)
    frame = tidy(table, None, findings) if table is not None else None
    if frame is not None and frame.empty:
        findings.problems.append(Problem(path.name, "", "has no rows"))
    findings.stop_if_wrong(path.name)
    return Source([path], flat=frame, labels=table.labels)
