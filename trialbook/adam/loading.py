"""Read everything of a trial's folder into one set of findings."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from trialbook.adam.blinding import blinded as without_arms
from trialbook.adam.evaluable import evaluable, in_one_unit
from trialbook.adam.flat import in_own_words, read_flat
from trialbook.adam.folder import Tables, data_files, read_data_sets, sha256
from trialbook.adam.measurements import with_measurements
from trialbook.adam.paths import check_paths
from trialbook.adam.populations import Members, populations
from trialbook.adam.problems import Findings
from trialbook.adam.rules import check_membership, check_trial_data, link_patients
from trialbook.adam.rules.safety import with_emergent
from trialbook.adam.rules.trial_yml import NAME
from trialbook.adam.trial_yml import read_trial_yml
from trialbook.adam.validate import validate
from trialbook.config import TrialConfig
from trialbook.exchange.given import Given
from trialbook.exchange.reading import cards_file, read_given
from trialbook.reading import Reading


@dataclass
class Read:
    """What a folder holds.

    Attributes
    ----------
    config : TrialConfig or None
        trial.yml; with the arms pooled where the trial is read blinded.
    designed : TrialConfig or None
        trial.yml as it was written.
    data : dict of DataFrame
        The data sets.
    rows : dict of numpy.ndarray of int
        Data set to the position in ADSL of each of its rows.
    members : dict of Members
        Population to its patients.
    notes : dict of tuple of str
        Population to what a page must say of it.
    files : dict of str
        File to its SHA-256.
    given : Given or None
        Results made elsewhere, where the folder has these in the place of data sets.
    """

    config: TrialConfig | None = None
    designed: TrialConfig | None = None
    data: dict[str, pd.DataFrame] = field(default_factory=dict)
    rows: dict[str, np.ndarray] = field(default_factory=dict)
    members: dict[str, Members] = field(default_factory=dict)
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    given: Given | None = None


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


def read_trial(
    folder: Path, findings: Findings, *, blinded: bool = False, tables: Tables | None = None
) -> Read:
    """Read and check trial.yml and every data set; all that is wrong goes to `findings`.

    Parameters
    ----------
    folder : Path
    findings : Findings
    blinded : bool
        Leave one arm, and nothing that tells who was given what.
    tables : Tables, optional
        The folder's files where they have been read, what was mended being in `findings`.
    """
    if not folder.is_dir():
        findings.problem(str(folder), "", "is no folder", hint="a trial is a folder with trial.yml")
        return Read()
    check_paths(folder, findings)
    config = read_trial_yml(folder, findings)
    if config is None and not data_files(folder):
        return Read()
    cards = cards_file(folder, findings)
    if cards and config is not None and config.flat is None and not data_files(folder):
        return _read_results(folder, cards, config, findings, blinded=blinded)
    if cards:
        findings.remark(f"{cards.name} is not read: results come from the data sets beside it.")
    n_problems, n_remarks = len(findings.problems), len(findings.remarks)
    if config is not None and config.flat is not None:
        data = read_flat(folder, config, findings, tables) or {}
        files = dict.fromkeys(("ADSL", "ADTTE"), config.flat.file)
        before = len(findings.problems)
        for name, frame in data.items():
            validate(frame, name, files[name], findings)
        if len(findings.problems) > before:
            data = {}
    else:
        reading = config.reading if config else Reading()
        data = dict((tables or read_data_sets(folder, findings, reading)).frames)
        files = {name: ", ".join(path.name for path in paths)
                 for name, paths in data_files(folder).items()}  # fmt: skip
    if config is None:
        return Read()
    read = Read(config, config, data, files=file_hashes(folder))
    not_evaluable: tuple[str, ...] = ()
    if "ADTTE" in data:
        files.setdefault("ADSL", files["ADTTE"])
        before = len(findings.remarks)
        data["ADTTE"] = evaluable(data["ADTTE"], files["ADTTE"], findings)
        not_evaluable = tuple(findings.remarks[before:])
        data["ADTTE"] = in_one_unit(data["ADTTE"], config, files["ADTTE"], findings)
    data = read.data = with_measurements(data, files, findings)
    if "ADSL" in data:
        read.data, read.rows = link_patients(data, files, findings)
        read.data = with_emergent(read.data, read.rows, config.risk_window, files, findings)
    check_trial_data(read.data, config, files, findings)
    if "ADSL" in data:
        told: tuple[str, ...] = ()
        if blinded:
            read.data, read.rows, read.config, told = without_arms(read.data, read.rows, config)
        adsl = read.data["ADSL"]
        read.members, read.notes = populations(adsl, read.config, files["ADSL"], findings)
        read.notes = {name: told + notes for name, notes in read.notes.items()}
        read.notes["efficacy"] += not_evaluable
        check_membership(read.data, read.rows, read.members, read.config, findings)
    _check_named(folder, config, findings)
    if config.flat is not None:
        in_own_words(findings, config.flat, n_problems, n_remarks)
    return read


def _check_named(folder: Path, config: TrialConfig, findings: Findings) -> None:
    for key in ("published", "evidence", "seeds", "notes"):
        name = getattr(config, key)
        if name is not None and not (folder / name).exists():
            hint = f"put the file there, or take {key}: out"
            findings.problem(NAME, key, f"names {name}, which is not there", hint=hint)


def _read_results(
    folder: Path, cards: Path, config: TrialConfig, findings: Findings, *, blinded: bool
) -> Read:
    """Read a folder that holds results made elsewhere in the place of data sets."""
    if blinded:
        hint = "build it unblinded, or from the patients' data"
        findings.problem(cards.name, "", "has results by arm, which cannot be pooled", hint=hint)
    _check_named(folder, config, findings)
    given = read_given(cards, config, findings)
    return Read(config, config, files=file_hashes(folder), given=given)
