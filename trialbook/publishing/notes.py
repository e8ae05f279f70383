"""The trial's own prose, checked before anything is built of it."""

from pathlib import Path

from trialbook.adam.problems import Findings
from trialbook.publishing.mathml import wrong_formulas
from trialbook.trial import Trial


def check_notes(trial: Trial, findings: Findings) -> None:
    """Find in the trial's own prose what its pages could not show, by file and line."""
    for folder in filter(None, (trial.notes, trial.data_card)):
        files = sorted(folder.rglob("*.md")) if folder.is_dir() else [folder]
        for path in filter(Path.is_file, files):
            name = path.relative_to(trial.folder).as_posix()
            try:
                text = path.read_text(encoding="utf-8")
            except ValueError:
                findings.problem(name, "", "is not UTF-8 text")
                continue
            for line, formula, why in wrong_formulas(text) if "$" in text else ():
                findings.problem(
                    f"{name}, line {line}",
                    "",
                    f"the formula {formula} cannot be written: {why}",
                    hint="Mend its LaTeX; a dollar sign that opens no formula is written \\$.",
                )
