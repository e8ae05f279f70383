"""Read everything of a trial's folder into one set of findings."""

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from trialbook.adam.checks import check_membership, check_trial_data
from trialbook.adam.flat import read_flat
from trialbook.adam.folder import data_files, read_data_sets, sha256
from trialbook.adam.populations import populations
from trialbook.adam.problems import Findings
from trialbook.adam.trial_yml import NAME, read_trial_yml
from trialbook.adam.validate import validate
from trialbook.config import TrialConfig


@dataclass
class Read:
    """What a folder holds: trial.yml, the data sets and the two populations."""

    config: TrialConfig | None = None
    data: dict[str, pd.DataFrame] = field(default_factory=dict)
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


def file_hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file at the top of a trial's folder, by its name."""
    return {path.name: _hash(path) for path in sorted(folder.iterdir()) if path.is_file()}


_hashes: dict[tuple, str] = {}


def _hash(path: Path) -> str:
    """Return a file's SHA-256, computed again only where the file was touched."""
    stat = path.stat()
    key = (path.resolve(), stat.st_ino, stat.st_size, stat.st_mtime_ns)
    if key not in _hashes:
        _hashes[key] = sha256(path)
    return _hashes[key]


def read_trial(folder: Path, findings: Findings) -> Read:
    """Read and check trial.yml and every data set; all that is wrong goes to `findings`."""
    if not folder.is_dir():
        findings.problem(str(folder), "", "is no folder", hint="a trial is a folder with trial.yml")
        return Read()
    config = read_trial_yml(folder, findings)
    if config is None and not data_files(folder):
        return Read()
    if config is not None and config.flat is not None:
        data = read_flat(folder, config, findings) or {}
        files = dict.fromkeys(("ADSL", "ADTTE"), config.flat.file)
        for name, frame in data.items():
            validate(frame, name, files[name], findings)
    else:
        data = read_data_sets(folder, findings)
        files = {name: ", ".join(path.name for path in paths)
                 for name, paths in data_files(folder).items()}  # fmt: skip
    if config is None:
        return Read()
    data = check_trial_data(data, config, files, findings)
    notes = {}
    if "ADSL" in data:
        frames, notes = populations(data["ADSL"], config, files["ADSL"], findings)
        data |= frames
        check_membership(data, config, findings)
    for key in ("published", "evidence", "seeds", "notes"):
        name = getattr(config, key)
        if name is not None and not (folder / name).exists():
            findings.problem(NAME, key, f"names {name}, which is not there")
    return Read(config, data, notes, file_hashes(folder))
