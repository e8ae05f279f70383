"""A trial: trial.yml and its validated data, immutable; `load_trial` reads one."""

import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import cast

import pandas as pd

from trialbook.adam.joins import Joins
from trialbook.adam.loading import Read, file_hashes, read_trial
from trialbook.adam.problems import DataError, Findings, Problem, Repair
from trialbook.adam.usual_labels import USUAL_LABELS
from trialbook.config import Arm, Comparison, Endpoint, TrialConfig
from trialbook.config_plan import Margin
from trialbook.exchange.given import ALL, Given, NoPatients
from trialbook.exporting import COMPLETE
from trialbook.units import Time

__all__ = ["DataError", "Problem", "Repair", "Time", "Trial", "load_trial"]

_NOTICES = {
    "synthetic": "Synthetic patients: made by a program so that their analysis gives back "
    "published figures; they say nothing about the treatments.",
    "confidential": "Confidential: patient-level data are not shown, and small counts are "
    "withheld.",
}


_DATA_SETS = ("ADAE", "ADLB", "ADTTER", "ADDV")
_BLINDED = (
    "Blinded: the groups are pooled; nothing here shows who was given what, or how they fared."
)


@dataclass(frozen=True, eq=False)
class Trial:
    """A trial's facts and data.

    Every frame that it gives is the caller's own: adding a column changes nothing here. A
    blinded trial has one arm, the pooled ones; `designed` is trial.yml with the arms as the
    design has them, which no result may be told of. A trial of results has no patients:
    `given` holds what was made of them elsewhere, and to ask for one raises `NoPatientsError`.
    """

    folder: Path
    config: TrialConfig
    files: dict[str, str]
    repairs: tuple[Repair, ...]
    remarks: tuple[str, ...]
    blinded: bool
    designed: TrialConfig = field(repr=False)
    _joins: Joins | NoPatients = field(repr=False)
    _notes: dict[str, tuple[str, ...]] = field(repr=False)
    given: Given | None = field(default=None, repr=False)

    @property
    def id(self) -> str:
        """The short name that folders and links carry."""
        return self.config.id

    @property
    def title(self) -> str:
        """The title; it says so where the trial is blinded."""
        return f"{self.config.title} (blinded)" if self.blinded else self.config.title

    @property
    def privacy(self) -> str:
        """``"synthetic"``, ``"public"`` or ``"confidential"``: what the gate goes by.

        Where a build makes the complete tables, for those who have the data, it is never the last.
        """
        return "public" if self._complete else self.config.privacy

    @property
    def _complete(self) -> bool:
        return bool(os.environ.get(COMPLETE)) and not self.synthetic

    @property
    def synthetic(self) -> bool:
        """Whether the patients are made."""
        return self.config.privacy == "synthetic"

    @property
    def short(self) -> str:
        """What the trial is called where there is little room; its title without a ``short``."""
        return self.config.short or self.title

    @property
    def notice(self) -> str:
        """The one sentence that every page and result of such data carries, or ''."""
        notice = _NOTICES.get(self.config.privacy, "")
        return f"{_BLINDED} {notice}".strip() if self.blinded else notice

    @property
    def min_cell(self) -> int:
        """The smallest count shown: trial.yml's, else 5 in confidential data and 0 otherwise."""
        if self._complete:
            return 0
        if self.config.min_cell is not None:
            return self.config.min_cell
        return 5 if self.privacy == "confidential" else 0

    @property
    def randomized(self) -> str:
        """``"yes"``, ``"partly"``, ``"no"`` or ``"unknown"``: whether one may speak of effects."""
        return self.config.randomized

    @property
    def arms(self) -> tuple[Arm, ...]:
        """The arms, control first."""
        return self.config.arms

    @property
    def control(self) -> Arm:
        """The arm with which others are compared."""
        return self.arms[0]

    def arm(self, code: str) -> Arm:
        """Return the arm with a code."""
        return _named(self.arms, "code", code, "arm")

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """The comparisons: trial.yml's, else every other arm with the control."""
        return self.config.compared()

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """The end points in the order of the report."""
        return self.config.endpoints

    @property
    def primary(self) -> Endpoint:
        """The primary end point; the first where none is called primary."""
        primary = [endpoint for endpoint in self.endpoints if endpoint.role == "primary"]
        return (primary or list(self.endpoints))[0]

    @property
    def margin(self) -> float | None:
        """The noninferiority margin as a hazard ratio, on the side where treatment is worse.

        That is above 1 for an unfavourable event, below it for a favourable one. None where
        superiority is the question, or the margin is a difference.
        """
        given = self._margin.hr if self._margin else None
        if given is None:
            return None
        return min(given, 1 / given) if self.primary.favourable else max(given, 1 / given)

    @property
    def margin_difference(self) -> tuple[float, float] | None:
        """The noninferiority margin as a difference of survival, and its time in AVAL's unit.

        Treated minus control of the proportions without the event, on the side where treatment
        is worse: below 0 for an unfavourable event, above it for a favourable one. None where
        superiority is the question, or the margin is a hazard ratio.
        """
        given = self._margin
        if given is None or given.difference is None or given.time is None:
            return None
        return given.difference * (1 if self.primary.favourable else -1), given.time

    @property
    def _margin(self) -> Margin | None:
        return self.config.margin if self.config.objective == "noninferiority" else None

    def endpoint(self, paramcd: str | Endpoint) -> Endpoint:
        """Return the end point with a PARAMCD; an `Endpoint` is returned as it is."""
        if isinstance(paramcd, Endpoint):
            return paramcd
        return _named(self.endpoints, "paramcd", paramcd, "end point")

    @property
    def time(self) -> Time:
        """The units of time."""
        origin = "randomization" if self.randomized == "yes" else "the start of follow-up"
        return Time(self.config.time.unit, self.config.time.show, origin)

    @property
    def horizon(self) -> float | None:
        """The horizon in AVAL's unit, or None."""
        return self.config.horizon

    @property
    def landmarks(self) -> tuple[float, ...]:
        """The landmark times in AVAL's unit."""
        return self.config.landmarks

    @property
    def adsl(self) -> pd.DataFrame:
        """All patients, also those in no population."""
        return cast(pd.DataFrame, self._data_set("ADSL"))

    @property
    def adtte(self) -> pd.DataFrame:
        """All rows of ADTTE, also of end points that trial.yml does not name."""
        return cast(pd.DataFrame, self._data_set("ADTTE"))

    @property
    def adae(self) -> pd.DataFrame | None:
        """All adverse events, treatment-emergent or not; None where not given."""
        return self._data_set("ADAE")

    @property
    def adlb(self) -> pd.DataFrame | None:
        """All laboratory results; None where not given."""
        return self._data_set("ADLB")

    @property
    def adtter(self) -> pd.DataFrame | None:
        """All recurrent events as start-stop intervals; None where not given."""
        return self._data_set("ADTTER")

    @property
    def addv(self) -> pd.DataFrame | None:
        """All protocol deviations; None where not given."""
        return self._data_set("ADDV")

    def _data_set(self, name: str) -> pd.DataFrame | None:
        frame = self._joins.data.get(name)
        return None if frame is None else frame.copy(deep=False)

    @property
    def conf_type(self) -> str:
        """The kind of the intervals of survival that are shown: ``log-log``, if not given so."""
        return "log-log" if self.given is None else self.given.conf_type

    def is_sparse(self, paramcd: str) -> bool:
        """Return whether survival is known at a few times alone, not between them."""
        return self.given is not None and paramcd in self.given.sparse

    def has(self, name: str) -> bool:
        """Return whether anything is known of a data set, or of a variable of ADSL.

        Parameters
        ----------
        name : str
            ``"ADAE"``, ``"RANDDT"``.
        """
        if self.given is not None:
            return self.given.has(name)
        if name in _DATA_SETS:
            return name in self._joins.data
        return name in self.adsl and bool(self.adsl[name].notna().any())

    def sizes(self, population: str) -> dict[str, float]:
        """Return how many patients of a population each arm has, and ``all`` arms together.

        Parameters
        ----------
        population : {"efficacy", "randomized", "safety"}

        Returns
        -------
        dict of str to float
            Of a trial of results, as far as they tell it.
        """
        if self.given is not None:
            codes = [arm.code for arm in self.arms]
            return self.given.sizes(population, self.primary.paramcd, codes)
        return self._by_arm(self._joins.population(population)["arm"])

    def patients_and_events(
        self, paramcd: str | Endpoint
    ) -> tuple[dict[str, float], dict[str, float]]:
        """Return an end point's patients, and its patients with the event, as `sizes` does."""
        code = self.endpoint(paramcd).paramcd
        if self.given is not None:
            return self.given.events(code, [arm.code for arm in self.arms])
        frame = self._joins.time_to_event(code)
        return self._by_arm(frame["arm"]), self._by_arm(frame.loc[frame["event"], "arm"])

    def _by_arm(self, arms: pd.Series) -> dict[str, float]:
        counts = arms.value_counts()
        of_arms = {arm.code: float(counts.get(arm.code, 0)) for arm in self.arms}
        return of_arms | {ALL: float(len(arms))}

    @cached_property
    def labels(self) -> dict[str, str]:
        """Variables of ADSL to their names in words: trial.yml's, else what they usually mean."""
        return USUAL_LABELS | {item.variable: item.label for item in self.config.baseline}

    @property
    def published(self) -> Path | None:
        """The file of published figures, or None."""
        return self._path(self.config.published)

    @property
    def evidence(self) -> Path | None:
        """The file of other trials, or None."""
        return self._path(self.config.evidence)

    @property
    def seeds(self) -> Path | None:
        """The file of results over seeds, or None; confidential patients come from no seed."""
        return None if self.privacy == "confidential" else self._path(self.config.seeds)

    @property
    def notes(self) -> Path | None:
        """The folder of the trial's own prose, or None."""
        return self._path(self.config.notes)

    @property
    def data_card(self) -> Path | None:
        """README.md of the trial's folder, or None; it may tell of the arms, so None if blinded."""
        path = self.folder / "README.md"
        return path if path.is_file() and not self.blinded else None

    def _path(self, name: str | None) -> Path | None:
        return None if name is None else self.folder / name

    def randomized_population(self) -> pd.DataFrame:
        """Return the randomized patients with `arm`, by planned arm.

        They are those whom RANDFL flags; without RANDFL, all whose planned arm trial.yml names.
        """
        return self._joins.population("randomized").copy(deep=False)

    def efficacy_population(self) -> pd.DataFrame:
        """Return the patients of the efficacy population with `arm`, by planned arm.

        Returns
        -------
        pandas.DataFrame
            ADSL's rows and columns, and ``arm``: categorical, codes in the order of the arms.
        """
        return self._joins.population("efficacy").copy(deep=False)

    def safety_population(self) -> pd.DataFrame:
        """Return the treated patients with `arm`, by the treatment that they took."""
        return self._joins.population("safety").copy(deep=False)

    def population_note(self, name: str) -> tuple[str, ...]:
        """Return the one-line facts of a population that a page must state.

        Parameters
        ----------
        name : {"efficacy", "safety"}
        """
        return self._notes.get(name, ())

    def time_to_event(self, paramcd: str | Endpoint) -> pd.DataFrame:
        """Return one row per patient of the efficacy population who has the end point.

        Returns
        -------
        pandas.DataFrame
            USUBJID, ``arm``, AVAL (float), CNSR (int), ``event`` (bool), the other variables of
            ADTTE, then all of ADSL, whose values win where both have a variable.
        """
        frame = self._joins.time_to_event(self.endpoint(paramcd).paramcd)
        return frame.copy(deep=False)

    def competing_risks(self, paramcd: str | Endpoint) -> pd.DataFrame:
        """Return `time_to_event` with `cause`: 0 censored, 1 the event, 2 and on competing.

        A competing end point counts where it comes before the event and no later than the end
        of the event's own follow-up; at the same time the event itself counts, then the order
        of trial.yml. AVAL is the time of what came first.
        """
        time, cause = self._joins.competing_risks(self.endpoint(paramcd))
        return self.time_to_event(paramcd).assign(AVAL=time, cause=cause)

    def treatment_emergent(self) -> pd.DataFrame | None:
        """Return the treatment-emergent adverse events of the safety population.

        With `arm`, and `patient`, the row of `safety_population` (from 0) whose event it is.
        None without ADAE, or where ADAE does not say which are treatment-emergent.
        """
        events = self._joins.treatment_emergent()
        return None if events is None else events.copy(deep=False)


def _named(items, attribute: str, name: str, what: str):
    for item in items:
        if getattr(item, attribute) == name:
            return item
    known = ", ".join(getattr(item, attribute) for item in items)
    raise ValueError(f"{name!r} is no {what} of this trial; known: {known}")


def find_folder(trial: str | Path) -> Path:
    """Return a trial's folder; a relative one is looked for from the working directory upwards."""
    wanted = Path(trial).expanduser()
    if wanted.is_absolute():
        return wanted
    here = Path.cwd()
    for above in (here, *here.parents):
        if (above / wanted).is_dir():
            return above / wanted
    return here / wanted


_loaded: dict[tuple, Trial] = {}


def load_trial(trial: str | Path, *, blinded: bool = False) -> Trial:
    """Return a trial, read and validated, once per process for the same content.

    Parameters
    ----------
    trial : str or Path
        The trial's folder; a relative one is looked for from the working directory upwards.
    blinded : bool
        Pool the arms into one, and leave out what tells who was given what.

    Raises
    ------
    DataError
        With everything that is wrong in all files.
    """
    folder = find_folder(trial)
    if folder.is_dir():
        key = (folder.resolve(), blinded, tuple(sorted(file_hashes(folder).items())))
        if key in _loaded:
            return _loaded[key]
    findings = Findings()
    read = read_trial(folder, findings, blinded=blinded)
    _loaded[key] = trial_of(read, folder, findings, blinded=blinded)
    return _loaded[key]


def trial_of(read: Read, folder: Path, findings: Findings, *, blinded: bool = False) -> Trial:
    """Return the trial that was read from a folder.

    Raises
    ------
    DataError
        With everything that was found wrong.
    """
    findings.stop_if_wrong(folder.name)
    return Trial(
        folder=folder,
        config=cast(TrialConfig, read.config),
        files=read.files,
        repairs=tuple(findings.repairs),
        remarks=tuple(findings.remarks),
        blinded=blinded,
        designed=cast(TrialConfig, read.designed),
        _joins=Joins(read.data, read.rows, read.members) if read.given is None else NoPatients(),
        _notes=read.notes,
        given=read.given,
    )
