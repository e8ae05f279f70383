"""What a trial's folder may hold: files of its own, under names that can be written down."""

import os
from pathlib import Path

from trialbook.adam.problems import Findings


def check_paths(folder: Path, findings: Findings) -> None:
    """Refuse names that are not UTF-8, and links that lead out of the folder.

    What a link leads to would be hashed, read and published as if it were the trial's.

    Parameters
    ----------
    folder : Path
        The trial's folder; it may be a link itself.
    findings : Findings
        Takes the problems.
    """
    inside = os.path.realpath(folder)
    for where, folders, files in os.walk(folder):
        for name in sorted(folders + files):
            path = Path(where, name)
            shown = named(path.relative_to(folder))
            if shown != str(path.relative_to(folder)):
                findings.problem(shown, "", "has a name that is not UTF-8", hint="rename it")
            if path.is_symlink():
                # a loop of links resolves to itself, and leads nowhere
                target = os.path.realpath(path)
                if os.path.commonpath([inside, target]) != inside:
                    rule = "is a link that leads out of the trial's folder"
                    hint = "put the file itself there, or take the link away"
                    findings.problem(shown, "", rule, hint=hint)


def named(path: Path) -> str:
    r"""Return a path as it can be printed: bytes that are no UTF-8 as ``\xff``."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
