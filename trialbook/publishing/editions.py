"""Which chapters an edition of a book has, and where each of them comes from."""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trialbook.messages import BuildError
from trialbook.publishing import fingerprint, parameters
from trialbook.publishing.book import Book, Chapter
from trialbook.publishing.cache import Cache, Kept
from trialbook.publishing.collect import has_every_column
from trialbook.publishing.execute import Run
from trialbook.publishing.parameters import Point
from trialbook.publishing.trials import TrialFacts
from trialbook.publishing.watched import Watched


@dataclass(frozen=True)
class Task:
    """A chapter that has to be executed."""

    run: Run
    key: str


@dataclass
class Edition:
    """A book of one trial with one set of parameters, on its way.

    Attributes
    ----------
    point : Point
        Its parameters and, in a grid, its name.
    key : str
        What the whole edition depends on; unchanged, nothing need be built.
    judged : str
        A hash of what readers were shown before, as far as it is judged with what they will be.
    folder, published : Path, dict
        Where it is published, and the provenance of what is there now, empty where nothing is.
    chapters : dict
        Executed chapters by name.
    record : dict
        For the provenance: key, parameters, seconds of each chapter.
    expected : dict
        The key of each chapter that a complete edition has.
    """

    point: Point
    key: str
    judged: str
    folder: Path
    published: dict[str, Any]
    chapters: dict[str, Kept] = field(default_factory=dict)
    record: dict[str, dict[str, Any]] = field(default_factory=dict)
    expected: dict[str, str] = field(default_factory=dict)

    @property
    def blinded(self) -> bool:
        """Whether the arms are pooled."""
        return bool(self.point.parameters.get("blinded"))

    def is_current(self, paper: str = "") -> bool:
        """Whether what is published is what a build would make, its PDF on `paper` if one is asked.

        A PDF that nobody asked for now, but is of the same book, may stay.
        """
        there = (self.folder / "html" / "index.html").is_file()
        printed = not paper or self.published.get("paper") == paper
        return there and printed and self.published.get("key") == self.key

    @property
    def is_complete(self) -> bool:
        """Whether no chapter is missing or older than its sources."""
        return self.expected == {name: entry["key"] for name, entry in self.record.items()}

    @property
    def missing(self) -> list[str]:
        """Chapters that belong to the edition and are not there."""
        return [name for name in self.expected if name not in self.chapters]

    def named(self, what: str) -> str:
        """Return what a line of progress is about: in a grid, of which of its books."""
        return f"{what} ({self.point.name})" if self.point.name else what

    def add(self, task: Task, executed: Kept, seconds: float) -> None:
        """Take in a chapter that was executed just now."""
        name = task.run.chapter.name
        self.chapters[name] = executed
        self.record[name] = {
            "key": task.key,
            "parameters": task.run.parameters,
            "executed": now(),
            "seconds": round(seconds, 2),
        }


def edition(book: Book, point: Point, data: dict[str, str], target: Path, judged: str) -> Edition:
    """Return an edition without chapters yet, beside what is published at `target`."""
    pages = [path for path in (book.root / "book").rglob("*") if path.is_file()]
    files = [book.root / "_toc.yml", book.root / "_config.yml", *sorted(pages)]
    key = fingerprint.key(
        [(path.relative_to(book.root).as_posix(), fingerprint.sha256(path)) for path in files],
        [(chapter.name, chapter.text) for chapter in book.chapters],
        point.parameters,
        data,
        judged,
        fingerprint.package_hash(),
        fingerprint.versions(),
    )
    folder = target / point.name
    return Edition(point, key, judged, folder, read_provenance(folder))


def read_provenance(folder: Path) -> dict[str, Any]:
    """Return a published edition's ``provenance.json``; empty where there is none, or no whole."""
    try:
        told = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return told if _is_whole(told) else {}


def _is_whole(told: Any) -> bool:
    """Return whether what a provenance tells can be used; damaged, it counts as not there."""
    if not isinstance(told, dict) or not isinstance(told.get("parameters"), dict):
        return False
    chapters = told.get("chapters")
    return isinstance(chapters, dict) and all(
        isinstance(entry, dict)
        and isinstance(entry.get("key"), str)
        and isinstance(entry.get("parameters"), dict)
        and isinstance(entry.get("seconds", 0), int | float)
        for entry in chapters.values()
    )


def applicable(
    book: Book, facts: TrialFacts, only: tuple[str, ...], *, blinded: bool = False
) -> list[Chapter]:
    """Return the chapters that a trial has what it takes for.

    A blinded book has no chapter that looks at the trial and does not declare that it can do so
    blinded.

    Raises
    ------
    BuildError
        If one of `only` is not among them.
    """
    chapters = []
    for chapter in book.chapters:
        lacking = [name for name in chapter.requires if name not in facts.has]
        if blinded and "trial" in chapter.parameters and "blinded" not in chapter.parameters:
            lacking.append("to see the groups apart")
        if not lacking:
            chapters.append(chapter)
        elif chapter.name in only:
            raise BuildError(
                f"{chapter.name} needs {', '.join(lacking)}, which this book of {facts.id} lacks."
            )
    return chapters


def tasks(
    edition: Edition,
    chapters: list[Chapter],
    where: tuple[Book, Watched],
    cache: Cache,
    *,
    only: tuple[str, ...] = (),
    force: bool = False,
) -> list[Task]:
    """Fill an edition with the chapters that exist already; return what is to be executed.

    Parameters
    ----------
    edition : Edition
        Gets `expected`, and the chapters from `cache`.
    chapters : list of Chapter
        The chapters of a complete edition.
    where : tuple
        The book, and the trial's files.
    cache : Cache
        Executed chapters.
    only : tuple of str
        Execute these; take the others as they were last published, however old, but for those
        whose results another version of this package made, with other columns.
    force : bool
        Take nothing that exists.
    """
    book, data = where
    trial, beside = parameters.trial_and_folder(data.folder, book.home or book.root)
    to_do = []
    for chapter in chapters:
        values = parameters.for_chapter(chapter, edition.point.parameters, trial)
        key = fingerprint.chapter_key(chapter, values, data.hashes, edition.judged)
        edition.expected[chapter.name] = key
        if only and chapter.name not in only:
            entry = edition.published.get("chapters", {}).get(chapter.name)
        elif only or force:
            entry = None
        else:
            entry = {"key": key, "parameters": values}
        kept = cache.find(chapter.name, entry["key"]) if entry else None
        outdated = kept and entry["key"] != key and not has_every_column(kept.text)
        if kept and not outdated:
            edition.chapters[chapter.name] = kept
            edition.record[chapter.name] = entry
        elif not only or chapter.name in only or outdated:
            to_do.append(Task(Run(chapter, values, beside, book.root), key))
    return to_do


def now() -> str:
    """Return the time in UTC, to the second, as ISO 8601."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
