"""Check a trial's folder: everything wrong, every repair, every remark, in one report."""

from dataclasses import dataclass
from pathlib import Path

from trialbook.adam.loading import read_trial
from trialbook.adam.problems import DataError, Findings, Problem, Repair, counted_noun
from trialbook.adam.rules.trial_yml import NAME
from trialbook.analyses.evidence import load_evidence
from trialbook.paper import load_published, load_seeds
from trialbook.publishing.notes import check_notes
from trialbook.summary import summary, to_confirm
from trialbook.trial import Trial, find_folder, trial_of


@dataclass(frozen=True)
class Report:
    """What a check found; `str` is the text to print."""

    folder: Path
    problems: tuple[Problem, ...]
    repairs: tuple[Repair, ...]
    remarks: tuple[str, ...]
    summary: tuple[str, ...] = ()
    to_confirm: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the trial can be built."""
        return not self.problems

    def __str__(self) -> str:
        """Return the report as text, the problems first."""
        name = self.folder.name
        parts = [str(DataError(self.problems, name)) if self.problems else f"{name} is in order."]
        if self.repairs:
            parts.append(f"{counted_noun(len(self.repairs), 'repair')}, made while reading; the "
                         "files stay as they are:")  # fmt: skip
            parts += [f"  - {repair}" for repair in self.repairs]
        if self.remarks:
            parts.append("To know:")
            parts += [f"  - {remark}" for remark in self.remarks]
        parts[1:1] = self.summary
        parts += self.to_confirm
        return "\n".join(parts)


def _check_named_files(trial: Trial, findings: Findings) -> None:
    """Read what trial.yml names beside the data, as the chapters that show it will."""
    for key, load in {
        "published": load_published, "evidence": load_evidence, "seeds": load_seeds,
    }.items():  # fmt: skip
        path = getattr(trial, key)
        if path is not None:
            try:
                load(trial)
            except (ValueError, KeyError, OSError) as error:
                findings.problem(NAME, key, f"{path.name} cannot be used: {error}")
    check_notes(trial, findings)


def check_trial(folder: str | Path) -> Report:
    """Return everything that is wrong in a trial's folder, and every repair.

    Parameters
    ----------
    folder : str or Path
        The trial's folder; a relative one is looked for from the working directory upwards.
    """
    found = find_folder(folder)
    findings = Findings()
    read = read_trial(found, findings)
    trial = None if findings.problems else trial_of(read, found, findings)
    if trial is not None:
        _check_named_files(trial, findings)
    config = read.config
    return Report(
        found, tuple(findings.problems), tuple(findings.repairs), tuple(findings.remarks),
        () if config is None else tuple(summary(config, trial)),
        () if config is None else tuple(to_confirm(config)),
    )  # fmt: skip
