"""`new_trial`: read, infer, write trial.yml, and see that it loads."""

import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from inspect import Parameter, signature
from pathlib import Path
from typing import Any

from trialbook.adam.loading import read_trial
from trialbook.adam.problems import DataError
from trialbook.adam.rules.trial_yml import NAME
from trialbook.new.compose import compose_adam, compose_flat
from trialbook.new.elsewhere import NAME as NAME_OF_CARDS
from trialbook.new.elsewhere import cards_of_source, compose_results, read_results
from trialbook.new.inference import Inference, UsageError
from trialbook.new.parts import Composed
from trialbook.new.rows import NONE
from trialbook.new.source import Source, read_source
from trialbook.reading import Reading
from trialbook.summary import summary, to_confirm
from trialbook.trial import Trial, trial_of

_COLUMNS = ("time", "start", "event", "arm", "id", "endpoint", "event_value")
_ALLOWED = {
    "privacy": (None, "confidential", "public", "synthetic"),
    "decimal": (None, ".", ","),
    "dates": (None, "sas", "excel", "unix"),
    "randomized": (None, "yes", "partly", "no", "unknown"),
}


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
        """Return what was taken for what and why, what was mended, and what to confirm first."""
        lines = [f"Wrote {self.folder / NAME}.", *summary(self.trial.config, self.trial)]
        lines += [f"  - {one}" for one in self.notes]
        if self.trial.repairs or self.trial.remarks:
            lines.append("Of the files:")
            lines += [f"  - {one}" for one in (*self.trial.repairs, *self.trial.remarks)]
        return "\n".join([*lines, *to_confirm(self.trial.config)])


@dataclass(frozen=True)
class Request:
    """What is asked of `new_trial`: where to, from what, and what was said.

    Attributes
    ----------
    directory, source : Path
    said : dict
        The options of `new_trial` by their names; None where not said.
    """

    directory: Path
    source: Path
    said: dict[str, Any]
    _read: dict[tuple, Source] = field(default_factory=dict, repr=False)
    _composed: dict[str, tuple[Source, Composed]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, directory: str | Path, source: str | Path, said: dict[str, Any]) -> "Request":
        """Return a request, options that are not spoken of unsaid."""
        unsaid = {name: one.default for name, one in signature(new_trial).parameters.items()
                  if one.kind is Parameter.KEYWORD_ONLY}  # fmt: skip
        return cls(Path(directory).expanduser(), Path(source).expanduser(), unsaid | said)

    def answered(self, option: str, value: str) -> "Request":
        """Return the request with an option said, ``"--event-value"`` say."""
        name = option.removeprefix("--").replace("-", "_")
        before = self.said[name]
        # of an option that may stand several times, what was said before holds
        said = (*before, value) if isinstance(before, tuple | list) else value
        return replace(self, said=self.said | {name: said})

    def make(self) -> NewTrial:
        """Make the folder.

        Raises
        ------
        UsageError, DataError
        """
        source, (text, inferred, notes) = self.compose()
        trial = _place(self.directory, source, text)
        return NewTrial(self.directory, tuple(inferred), tuple(notes), trial)

    def compose(self) -> tuple[Source, Composed]:
        """Return the files, and the text of trial.yml with its grounds; write nothing.

        What was composed is kept, for a question's previews lead over the same requests.
        """
        self._check()
        key = repr(sorted(self.said.items()))
        if key not in self._composed:
            self._composed[key] = self._compose()
        return self._composed[key]

    def _compose(self) -> tuple[Source, Composed]:
        said = self.said
        columns = {name: said[name] for name in _COLUMNS}
        of_flat = {f"--{name.replace('_', '-')}": of for name, of in columns.items()}
        source = self._source(flat=any(of_flat.values()))
        name = re.sub(r"[^A-Za-z0-9_-]+", "-", self.directory.resolve().name).strip("-_")[:64]
        options = {one: said[one] for one in ("control", "treated", "unit", "privacy",
                                              "randomized", "primary")}  # fmt: skip
        options |= {"id": name or "trial", "reading": self._reading}
        if NAME_OF_CARDS in source.tables.frames:
            _refuse({"--value": said["values"] or None},
                    "belongs to ADaM data sets; here are results")  # fmt: skip
            return source, compose_results(source, **options)
        if source.flat is None:
            _refuse(of_flat, "belongs to a flat file; here are ADaM data sets")
            return source, compose_adam(source, values=said["values"], **options)
        _refuse({"--value": said["values"] or None},
                "belongs to ADaM data sets; here is a flat file")  # fmt: skip
        return source, compose_flat(source, columns=columns, missing=said["missing"], **options)

    @property
    def _reading(self) -> Reading:
        said = self.said
        return Reading(said["decimal"], said["dates"], said["encoding"], said["sheet"],
                       _meanings(said["flags"]) | _missing(said["missing"]))  # fmt: skip

    def _source(self, *, flat: bool) -> Source:
        """Return the files, read once for each way of reading them."""
        key = (flat, repr(self._reading))
        if key not in self._read:
            cards = None if flat else cards_of_source(self.source)
            self._read[key] = (
                read_results(cards)
                if cards
                else read_source(self.source, flat=flat, reading=self._reading)
            )
        return self._read[key]

    def _check(self) -> None:
        """Refuse values that no option has, and a folder that is there."""
        for name, allowed in _ALLOWED.items():
            if self.said[name] not in allowed:
                listed = ", ".join(one for one in allowed if one)
                raise UsageError(f"--{name} must be one of {listed}", f"--{name}")
        if self.directory.exists() and not self.directory.is_dir():
            raise UsageError(f"{self.directory} is a file: choose another folder", "DIR")
        if (self.directory / NAME).exists():
            message = f"{self.directory / NAME} is there already: choose another folder"
            raise UsageError(message, "DIR")


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
    endpoint: str | None = None,
    values: Sequence[str] = (),
    unit: str | None = None,
    decimal: str | None = None,
    dates: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    flags: Sequence[str] = (),
    missing: Sequence[str] = (),
    privacy: str | None = None,
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
        A folder with ADSL and ADTTE, one flat file with a row per patient, or results made
        elsewhere (``cards.csv``).
    control, treated : str, optional
        An arm by its value: the control, and the one arm to compare with it.
    primary : str, optional
        The primary end point by its code (PARAMCD).
    time, start, event, arm, id : str, optional
        Columns of a flat file: the time, when observation begins (delayed entry, or intervals),
        the status, the arm, whose row it is. ``"none"`` says that there is no `start` or no `id`.
    endpoint : str, optional
        The column that says of which end point a row is, where it is not called PARAMCD.
    event_value : str, optional
        The value of `event` that says it happened, or several: ``"Relapse|Death"``.
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
    missing : sequence of str, optional
        ``"COLUMN=VALUE"``, for what stands where a value is not known, such as ``"time=999"``;
        ``"none"`` says that no time does.
    privacy : {"confidential", "public", "synthetic"}, optional
        "confidential" where it is not said.
    randomized : {"yes", "partly", "no", "unknown"}, optional
        "yes" where the files show it, else "unknown".

    Raises
    ------
    UsageError
        When an option is missing or wrong; `options` says which.
    DataError
        When the files are wrong, with all that is.
    """
    given = {name: value for name, value in locals().items() if name not in ("directory", "source")}
    return Request.of(directory, source, given).make()


def _meanings(flags: Sequence[str]) -> dict[str, str]:
    """Return the values of flags in other words, with the Y or N that they mean."""
    meanings = {}
    for text in flags:
        value, equals, meant = text.rpartition("=")
        if not equals or not value.strip() or meant.strip().upper() not in ("Y", "N"):
            raise UsageError(f"--flag {text}: write VALUE=Y or VALUE=N", "--flag")
        meanings[value.strip()] = meant.strip().upper()
    return meanings


def _missing(said: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return for each column the values that say nothing, with the blank that they mean."""
    blank: dict[str, dict[str, str]] = {}
    for text in said:
        column, equals, value = text.rpartition("=")
        if equals and column.strip() and value.strip():
            blank.setdefault(column.strip(), {})[value.strip()] = ""
        elif text.strip().casefold() != NONE:
            message = f"--missing {text}: write COLUMN=VALUE, or {NONE}"
            raise UsageError(message, "--missing")
    return blank


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
        for path, name in source.names.items():
            if path.name != name:
                raise UsageError(f"--from {path.name}: call it {name}, or choose another folder",
                                 "--from")  # fmt: skip
        return _write_beside(directory, source, text)
    if directory.is_dir() and any(directory.iterdir()):
        raise UsageError(f"{directory} is not empty: choose another folder", "DIR")
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=directory.parent) as made:
        folder = Path(made) / directory.name
        folder.mkdir()
        for path in source.paths:
            shutil.copyfile(path, folder / source.names.get(path, path.name))
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
