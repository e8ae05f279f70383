"""What a chapter's outputs depend on, as hashes; the provenance of a build."""

import hashlib
import json
import platform
import sys
from functools import cache
from pathlib import Path
from typing import Any

from trialbook.publishing.book import Chapter


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def data_files(folder: Path) -> dict[str, Path]:
    """Return every file of a trial's folder except programs, by its name there."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    names = {path.relative_to(folder).as_posix(): path for path in files}
    return {
        name: path
        for name, path in names.items()
        if path.suffix != ".py" and not any(part[0] in "._" for part in name.split("/"))
    }


def data_hashes(folder: Path) -> dict[str, str]:
    """Return the hash of every file of a trial's folder except programs, by its name there."""
    return {name: sha256(path) for name, path in data_files(folder).items()}


@cache
def package_hash() -> str:
    """Return one hash of all modules of this package."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0")
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def versions() -> dict[str, str]:
    """Return the version of Python and of every installed distribution, by name."""
    found = {}
    for folder in dict.fromkeys(sys.path):
        for path in Path(folder or ".").glob("*.dist-info"):
            name, _, version = path.name.removesuffix(".dist-info").partition("-")
            found.setdefault(name.lower().replace("_", "-"), version)
    return {"python": platform.python_version(), **dict(sorted(found.items()))}


def key(*parts: Any) -> str:
    """Return a short hash of values that JSON can hold."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def chapter_key(
    chapter: Chapter, parameters: dict[str, Any], data: dict[str, str], judged: str
) -> str:
    """Return the key under which a chapter's outputs are kept.

    It changes with the chapter's text, its parameters, the data, what of them readers were shown
    before, this package (the gate's rules in it), and the version of anything installed. A chapter
    without the parameter ``trial`` knows no data: what it gave is good for every trial.
    """
    of_trial = (data, judged) if "trial" in chapter.parameters else ()
    return key(chapter.name, chapter.text, parameters, of_trial, package_hash(), versions())
