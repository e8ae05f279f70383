"""What a build must know of a trial; kept, so that an unchanged trial need not be read again."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialbook.adam.problems import counted_noun
from trialbook.escape import escape_cell
from trialbook.publishing.cache import Cache
from trialbook.publishing.fingerprint import key, package_hash, versions
from trialbook.publishing.watched import Watched

if TYPE_CHECKING:
    from trialbook.trial import Trial


@dataclass(frozen=True)
class TrialFacts:
    """A validated trial in the few words that a build needs.

    Attributes
    ----------
    id, title, short, notice : str
        As the trial has them.
    endpoints : list of str
        PARAMCDs of trial.yml.
    has : list of str
        The optional data sets, files and parts it has: what a chapter, or a cell, may require.
    n_patients : int
        Rows of ADSL; 0 of a trial of results.
    repairs : list of str
        What was repaired while reading.
    cut : dict
        What `trialbook compare` must know besides the results.
    confidential : bool
        Whether single patients may not be shown.
    guarded : bool
        Whether anything is kept from readers.
    roles : dict
        PARAMCD of each end point to its role.
    safety : str
        The flag of the safety population.
    constants : dict
        What `trialbook.verify.verify_script` must know of the trial; empty of a trial of results.
    classes : list of list of str
        Class and term of adverse events, each pair that occurs.
    n_results : int
        Of a trial of results, how many were read; 0 where they are computed from patients.
    unplaced : dict
        What of these results has no place: why to how many rows.
    unplaced_csv : str
        The same rows as they stand.
    """

    id: str
    title: str
    short: str
    notice: str
    endpoints: list[str]
    has: list[str]
    n_patients: int
    repairs: list[str]
    cut: dict[str, Any]
    data_cut: str = ""
    confidential: bool = False
    guarded: bool = False
    roles: dict[str, str] = field(default_factory=dict)
    safety: str = "SAFFL"
    constants: dict[str, Any] = field(default_factory=dict)
    classes: list[list[str]] = field(default_factory=list)
    n_results: int = 0
    unplaced: dict[str, int] = field(default_factory=dict)
    unplaced_csv: str = ""

    @property
    def summary(self) -> str:
        """The trial in one line."""
        if self.n_results:
            said = f"checked: {counted_noun(self.n_results, 'result')} made elsewhere"
            if self.unplaced:
                rows = counted_noun(sum(self.unplaced.values()), "row")
                said += f"; {rows} without a place (trialbook check says why)"
            return said
        said = f"checked: {counted_noun(self.n_patients, 'patient')}"
        if self.repairs:
            repairs = counted_noun(len(self.repairs), "repair")
            them = "it" if len(self.repairs) == 1 else "them"
            said += f", {repairs} (trialbook check shows {them})"
        return said


def trial_facts(data: Watched, cache: Cache, *, blinded: bool = False) -> TrialFacts:
    """Return the facts of a trial, validating it unless the same data were valid before.

    Raises
    ------
    DataError
        With the full report, if the data are wrong.
    """
    made_of = key(data.hashes, blinded, package_hash(), versions())
    kept = cache.find("_trial", made_of)
    if kept:
        return TrialFacts(**json.loads(kept.text))
    facts = read_facts(data.folder, blinded=blinded)
    data.check()
    cache.keep("_trial", made_of, json.dumps(asdict(facts), ensure_ascii=False))
    return facts


def read_facts(folder: Path, *, blinded: bool = False) -> TrialFacts:
    """Load and validate a trial; see `trial_facts`."""
    from trialbook.adam.problems import DataError, Findings
    from trialbook.analyses import event_classes
    from trialbook.comparison.cuts import facts_as_json
    from trialbook.publishing.notes import check_notes
    from trialbook.safe import guarded, patients_shown
    from trialbook.trial import load_trial
    from trialbook.verify import constants_of

    trial = load_trial(folder, blinded=blinded)
    findings = Findings()
    check_notes(trial, findings)
    if findings.problems:
        raise DataError(findings.problems, folder.name)
    data_sets = ("ADAE", "ADLB", "ADTTER")
    files = ("published", "evidence", "seeds", "data_card")
    parts = {
        "composite": bool(trial.primary.components),
        "family": trial.config.multiplicity is not None,
        "learn": trial.config.learn,
        "given": trial.given is not None,
    }
    return TrialFacts(
        id=trial.id,
        title=trial.title,
        short=trial.short,
        notice=trial.notice,
        endpoints=[endpoint.paramcd for endpoint in trial.endpoints],
        has=[name for name in data_sets if trial.has(name)]
        + [name for name in files if getattr(trial, name, None) is not None]
        + [name for name, given in parts.items() if given],
        n_patients=len(trial.adsl) if trial.given is None else 0,
        repairs=[str(repair) for repair in trial.repairs],
        cut=facts_as_json(trial),
        data_cut=str(trial.config.data_cut or ""),
        confidential=not patients_shown(trial),
        guarded=guarded(trial),
        roles={one.paramcd: one.role for one in trial.endpoints},
        safety=trial.config.populations.safety,
        constants=constants_of(trial) if trial.given is None else {},
        classes=event_classes(trial).to_numpy().tolist(),
        **_of_results(trial),
    )


def _of_results(trial: "Trial") -> dict[str, Any]:
    """Return what is told of results made elsewhere; nothing where there are patients."""
    if trial.given is None:
        return {}
    unplaced = trial.given.unplaced
    cells = unplaced.rename(columns=escape_cell).map(escape_cell)
    return {
        "n_results": trial.given.n_results,
        "unplaced": {str(why): int(n) for why, n in unplaced["why"].value_counts().items()},
        "unplaced_csv": cells.to_csv(index=False) if len(unplaced) else "",
    }
