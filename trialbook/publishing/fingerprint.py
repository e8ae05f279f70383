"""What a chapter's outputs depend on, as hashes; the provenance of a build."""

import contextlib
import hashlib
import json
import platform
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from trialbook import __version__
from trialbook.publishing.book import Chapter
from trialbook.resources import own_book


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
    """Return one hash of all modules of this package, and of the rules that a build leaves."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted([*package.rglob("*.py"), *package.glob("verify/*.R")]):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0")
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def versions() -> dict[str, str]:
    """Return the version of Python and of every distribution that this package depends on.

    What else is installed beside them, a tool or an optional extra, changes no result.
    """
    found = {"trialbook": __version__}
    wanted = _needs(_dependencies(), frozenset())
    seen = set()
    while wanted:
        name, extras = need = wanted.pop()
        if need in seen:
            continue
        seen.add(need)
        with contextlib.suppress(PackageNotFoundError):
            installed = distribution(name)
            found[name] = installed.version
            wanted |= _needs(installed.requires or (), extras)
    return {"python": platform.python_version(), **dict(sorted(found.items()))}


def _dependencies() -> list[str]:
    """Return what this package depends on; in a clone as it stands there, installed or not."""
    project = own_book() / "pyproject.toml"
    if project.is_file():
        return tomllib.loads(project.read_text(encoding="utf-8"))["project"]["dependencies"]
    return distribution("trialbook").requires or []


def _needs(texts: Iterable[str], extras: frozenset[str]) -> set[tuple[str, frozenset[str]]]:
    """Return name and extras of each requirement that holds here, for the extras asked for."""
    needs = set()
    for text in texts:
        if "extra ==" in text and not extras:
            continue
        need = Requirement(text)
        marker = need.marker
        if not marker or any(marker.evaluate({"extra": extra}) for extra in extras or {""}):
            needs.add((canonicalize_name(need.name), frozenset(need.extras)))
    return needs


def key(*parts: Any) -> str:
    """Return a short hash of values that JSON can hold."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def chapter_key(
    chapter: Chapter, parameters: dict[str, Any], data: dict[str, str], judged: str
) -> str:
    """Return the key under which a chapter's outputs are kept.

    It changes with the chapter's text, its parameters, the data, what of them readers were shown
    before, this package (the gate's rules in it), and the versions it depends on. A chapter
    without the parameter ``trial`` knows no data: what it gave is good for every trial.
    """
    of_trial = (data, judged) if "trial" in chapter.parameters else ()
    return key(chapter.name, chapter.text, parameters, of_trial, package_hash(), versions())
