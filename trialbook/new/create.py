"""`new_trial`: read, infer, write trial.yml, and see that it loads."""

import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from trialbook.adam.loading import read_trial
from trialbook.adam.problems import DataError
from trialbook.adam.reading import Reading
from trialbook.adam.rules.trial_yml import NAME
from trialbook.new.compose import compose_adam, compose_flat
from trialbook.new.inference import Inference, UsageError
from trialbook.new.source import Source, read_source
from trialbook.trial import Trial, trial_of


@dataclass(frozen=True)
class NewTrial:
    """A trial's folder that was made; `str` tells what was inferred.

    Attributes
    ----------
    folder : Path
    inferred : tuple of Inference
        What was concluded, and on what ground.
    notes : tuple of str
        What was left out.
    trial : Trial
        The trial as it loads.
    """

    folder: Path
    inferred: tuple[Inference, ...]
    notes: tuple[str, ...]
    trial: Trial = field(repr=False)

    def __str__(self) -> str:
        """Return what was inferred, and what was mended or is to be known, one line each."""
        lines = [f"Wrote {self.folder / NAME}. Inferred:"]
        lines += [f"  - {one}" for one in (*self.inferred, *self.notes)]
        if self.trial.repairs or self.trial.remarks:
            lines.append("Of the files:")
            lines += [f"  - {one}" for one in (*self.trial.repairs, *self.trial.remarks)]
        return "\n".join(lines)


def new_trial(
    directory: str | Path,
    source: str | Path,
    *,
    control: str | None = None,
    treated: str | None = None,
    primary: str | None = None,
    time: str | None = None,
    start: str | None = None,
    event: str | None = None,
    arm: str | None = None,
    event_value: str | None = None,
    id: str | None = None,
    values: Sequence[str] = (),
    unit: str | None = None,
    decimal: str | None = None,
    dates: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    flags: Sequence[str] = (),
    privacy: str = "confidential",
    randomized: str | None = None,
) -> NewTrial:
    """Make a trial's folder from ADaM files or one flat file.

    The data are copied beside a commented trial.yml, which loads as it is; where it would not,
    nothing is left behind.

    Parameters
    ----------
    directory : str or Path
        The folder to make; its name becomes the trial's id. It may be the source folder itself.
    source : str or Path
        A folder with ADSL and ADTTE, or one flat file with a row per patient.
    control, treated : str, optional
        An arm by its value: the control, and the one arm to compare with it.
    primary : str, optional
        The primary end point by its code (PARAMCD).
    time, start, event, arm, id : str, optional
        Columns of a flat file: the time, when observation begins (delayed entry, or intervals),
        the status, the arm, whose row it is. ``"none"`` says that there is no `start` or no `id`.
    event_value : str, optional
        The value of `event` that says it happened.
    values : sequence of str, optional
        ``"VALUE=ARM"``, for values of TRT01A that TRT01P does not have.
    unit : str, optional
        The unit of time where the files do not say.
    decimal : {".", ","}, optional
        The mark before decimals, where no number shows it.
    dates : {"sas", "excel", "unix"}, optional
        Who counted the dates that are numbers.
    encoding : str, optional
        The encoding of text files that are not UTF-8.
    sheet : str, optional
        The sheet of a workbook.
    flags : sequence of str, optional
        ``"VALUE=Y"`` or ``"VALUE=N"``, for flags in other words, such as ``"Oui=Y"``.
    privacy : {"confidential", "public", "synthetic"}
    randomized : {"yes", "partly", "no", "unknown"}, optional
        "yes" where the files show it, else "unknown".

    Raises
    ------
    UsageError
        When an option is missing or wrong; `options` says which.
    DataError
        When the files are wrong, with all that is.
    """
    directory, source = Path(directory).expanduser(), Path(source).expanduser()
    for option, value, allowed in [
        ("--privacy", privacy, ("confidential", "public", "synthetic")),
        ("--decimal", decimal, (None, ".", ",")),
        ("--dates", dates, (None, "sas", "excel", "unix")),
        ("--randomized", randomized, (None, "yes", "partly", "no", "unknown")),
    ]:
        if value not in allowed:
            listed = ", ".join(one for one in allowed if one)
            raise UsageError(f"{option} must be one of {listed}", option)
    if directory.exists() and not directory.is_dir():
        raise UsageError(f"{directory} is a file: choose another folder", "DIR")
    if (directory / NAME).exists():
        raise UsageError(f"{directory / NAME} is there already: choose another folder", "DIR")
    reading = Reading(decimal, dates, encoding, sheet, _meanings(flags))
    columns = {"time": time, "start": start, "event": event, "arm": arm, "id": id,
               "event_value": event_value}  # fmt: skip
    of_flat = {f"--{name.replace('_', '-')}": of for name, of in columns.items()}
    read = read_source(source, flat=any(of_flat.values()), reading=reading)
    options = {
        "id": re.sub(r"[^A-Za-z0-9_-]+", "-", directory.resolve().name).strip("-_")[:64] or "trial",
        "control": control, "treated": treated, "unit": unit, "privacy": privacy,
        "randomized": randomized, "reading": reading,
    }  # fmt: skip
    if read.flat is None:
        _refuse(of_flat, "belongs to a flat file; here are ADaM data sets")
        text, inferred, notes = compose_adam(read, primary=primary, values=values, **options)
    else:
        _refuse({"--value": values or None}, "belongs to ADaM data sets; here is a flat file")
        text, inferred, notes = compose_flat(read, columns=columns, primary=primary, **options)
    return NewTrial(directory, tuple(inferred), tuple(notes), _place(directory, read, text))


def _meanings(flags: Sequence[str]) -> dict[str, str]:
    """Return the values of flags in other words, with the Y or N that they mean."""
    meanings = {}
    for text in flags:
        value, equals, meant = text.rpartition("=")
        if not equals or not value.strip() or meant.strip().upper() not in ("Y", "N"):
            raise UsageError(f"--flag {text}: write VALUE=Y or VALUE=N", "--flag")
        meanings[value.strip()] = meant.strip().upper()
    return meanings


def _refuse(options: dict[str, str | None], why: str) -> None:
    for option, value in options.items():
        if value is not None:
            raise UsageError(f"{option} {why}", option)


def _place(directory: Path, source: Source, text: str) -> Trial:
    """Put trial.yml and the data into the folder, all of it or nothing; return the trial.

    Everything is made and checked in a folder beside, which then takes the name.
    """
    parents = {path.resolve().parent for path in source.paths}
    if directory.is_dir() and directory.resolve() in parents:
        return _write_beside(directory, source, text)
    if directory.is_dir() and any(directory.iterdir()):
        raise UsageError(f"{directory} is not empty: choose another folder", "DIR")
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=directory.parent) as made:
        folder = Path(made) / directory.name
        folder.mkdir()
        for path in source.paths:
            shutil.copyfile(path, folder / path.name)
        (folder / NAME).write_text(text, encoding="utf-8", newline="\n")
        trial = _trial(folder, source)
        if directory.is_dir():
            directory.rmdir()
        folder.rename(directory)
    return replace(trial, folder=directory.resolve())


def _write_beside(directory: Path, source: Source, text: str) -> Trial:
    path = directory / NAME
    path.write_text(text, encoding="utf-8", newline="\n")
    try:
        return _trial(directory.resolve(), source)
    except DataError:
        path.unlink()
        raise


def _trial(folder: Path, source: Source) -> Trial:
    """Return the trial of a folder whose data were read already."""
    read = read_trial(folder, source.findings, tables=source.tables)
    return trial_of(read, folder, source.findings)
