"""Build a trial's book: validate, execute what changed, make the pages, publish."""

import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trialbook.publishing import fingerprint, parameters
from trialbook.publishing.book import Book, Chapter
from trialbook.publishing.cache import Cache, Executed
from trialbook.publishing.messages import BuildError, ChapterError
from trialbook.publishing.parameters import Point
from trialbook.publishing.publish import Shelf
from trialbook.publishing.trials import TrialFacts, trial_facts

Say = Callable[[str], None]


@dataclass(frozen=True)
class Order:
    """What was asked of a build.

    Attributes
    ----------
    parameters : dict
        Name to value, for every chapter that declares the name.
    grid : tuple of str
        ``name=v1,v2`` texts.
    only : tuple of str
        Chapters to execute; the others come from the last build.
    jobs : int
        Chapters at a time.
    force : bool
        Whether to execute what did not change, too.
    out : Path or None
        The link to publish at, instead of ``_build/<trial>``.
    """

    parameters: dict[str, Any] = field(default_factory=dict)
    grid: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    jobs: int = field(default_factory=lambda: len(os.sched_getaffinity(0)))
    force: bool = False
    out: Path | None = None


@dataclass
class Edition:
    """One point of the grid on its way: the chapters it has, and how each came about."""

    point: Point
    key: str
    chapters: dict[str, Executed] = field(default_factory=dict)
    record: dict[str, dict[str, Any]] = field(default_factory=dict)


class TrialBuild:
    """The build of one trial's book, with everything that its steps share.

    Parameters
    ----------
    book : Book
        The pages and chapters.
    folder : Path
        The trial's folder.
    order : Order
        What was asked.
    say : callable
        Takes one line of progress.
    """

    def __init__(self, book: Book, folder: Path, order: Order, say: Say):
        self.book, self.folder, self.order, self.say = book, folder, order, say
        self.shelf = Shelf(order.out or book.root / "_build" / folder.name)
        self.cache = Cache(self.shelf.cache)
        self.site: Any = None

    def run(self) -> Path:
        """Build and publish; return the folder to open.

        Raises
        ------
        BuildError
            With what is wrong and the exit code; what was published before stays.
        """
        self.shelf.check()
        with self.shelf.locked():
            self.shelf.clear()
            try:
                self._run()
            finally:
                if self.site:
                    self.site.close()
                self.shelf.clear()
        return self.shelf.target

    def _run(self) -> None:
        self.data = fingerprint.data_hashes(self.folder)
        points = parameters.grid_points(self.order.parameters, self.order.grid)
        editions = [Edition(point, self._site_key(point)) for point in points]
        asked = self.order.force or self.order.only
        stale = [e for e in editions if asked or not self._is_published(e)]
        if not stale:
            self.say("nothing has changed since the last build")
            return
        self._start_site()
        facts = trial_facts(self.folder, self.data, self.shelf.cache)
        self.say(f"checked: {facts.n_patients} patients, {len(facts.repairs)} repairs")
        for edition in stale:
            parameters.check(edition.point.parameters, self.book.chapters, facts.endpoints)
        self._execute(stale, facts)
        new = self.shelf.work / "new"
        for edition in stale:
            self._assemble(edition, facts, new / edition.point.name)
        self._carry_over(new)
        self.shelf.publish(new)
        used = {(n, r["key"]) for e in stale for n, r in e.record.items()}
        self.cache.prune(used)

    def _site_key(self, point: Point) -> str:
        """Return the key of a whole edition: nothing in it changes while this does not."""
        names = ("_toc.yml", "_config.yml")
        pages = [path for path in (self.book.root / "book").rglob("*") if path.is_file()]
        root = self.book.root
        files = sorted([root / name for name in names] + pages)
        return fingerprint.key(
            [(path.relative_to(root).as_posix(), fingerprint.sha256(path)) for path in files],
            [(chapter.name, chapter.text) for chapter in self.book.chapters],
            point.parameters,
            self.data,
            fingerprint.package_hash(),
            fingerprint.versions(),
        )

    def _is_published(self, edition: Edition) -> bool:
        return self._provenance(edition.point).get("key") == edition.key

    def _provenance(self, point: Point) -> dict[str, Any]:
        """Return the provenance of what is published for a point, empty where nothing is."""
        try:
            file = self.shelf.target / point.name / "provenance.json"
            return json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}

    def _start_site(self) -> None:
        from trialbook.publishing.site import SiteBuilder

        self.site = SiteBuilder()

    def _execute(self, editions: list[Edition], facts: TrialFacts) -> None:
        """Fill the editions' chapters: from the cache, the last build, or by execution."""
        from trialbook.publishing.execute import Run
        from trialbook.publishing.workers import execute_all

        trial, folder = parameters.trial_and_folder(self.folder, self.book.root)
        only = {self.book.chapter(name).name for name in self.order.only}
        scratch = self.shelf.work / "scratch"
        todo: list[tuple[Edition, Chapter, str, Run]] = []
        for edition in editions:
            for chapter in self.book.chapters:
                missing = [name for name in chapter.requires if name not in facts.has]
                if missing:
                    if chapter.name in only:
                        raise BuildError(
                            f"{chapter.name} needs {', '.join(missing)}, which this trial lacks."
                        )
                    continue
                values = parameters.for_chapter(chapter, edition.point.parameters, trial)
                key = fingerprint.chapter_key(chapter, values, self.data)
                if only and chapter.name not in only:
                    self._from_last_build(edition, chapter)
                    continue
                kept = None if self.order.force or only else self.cache.find(chapter.name, key)
                edition.record[chapter.name] = {"key": key, "parameters": values}
                if kept:
                    edition.chapters[chapter.name] = kept
                else:
                    exports = scratch / f"exports-{len(todo)}"
                    run = Run(chapter, values, folder, self.book.root, exports)
                    todo.append((edition, chapter, key, run))
        if not todo:
            return
        self._preload()
        failures = []
        scratch.mkdir(parents=True, exist_ok=True)
        for index, result, seconds in execute_all([t[3] for t in todo], self.order.jobs, scratch):
            edition, chapter, key, run = todo[index]
            label = " ".join(filter(None, [chapter.name, edition.point.name]))
            if isinstance(result, BuildError):
                self.say(f"{label}: failed after {seconds:.1f} s")
                failures.append(result)
                continue
            edition.chapters[chapter.name] = self.cache.keep(chapter.name, key, result, run.exports)
            edition.record[chapter.name] |= {"seconds": round(seconds, 2), "executed": _now()}
            self.say(f"{label}: {seconds:.1f} s")
        if failures:
            worst = max(failures, key=lambda error: error.exit_code)
            raise type(worst)("\n\n".join(map(str, failures)))

    def _preload(self) -> None:
        from trialbook.publishing import kernels
        from trialbook.publishing.trials import checked_trial

        if kernels.can_fork():
            kernels.preload()
            checked_trial(self.folder)

    def _from_last_build(self, edition: Edition, chapter: Chapter) -> None:
        """Take a chapter as it was published, or leave it out where it was not."""
        last = self._provenance(edition.point).get("chapters", {}).get(chapter.name)
        kept = last and self.cache.find(chapter.name, last["key"])
        if kept:
            edition.chapters[chapter.name] = kept
            edition.record[chapter.name] = last

    def _assemble(self, edition: Edition, facts: TrialFacts, new: Path) -> None:
        """Make everything that is published of one edition, in `new`."""
        from trialbook.publishing.collect import ard_csv
        from trialbook.publishing.site import Pages
        from trialbook.publishing.staging import stage

        began = time.perf_counter()
        work = self.shelf.work / (edition.point.name or "book")
        notebooks = {
            chapter.name: edition.chapters[chapter.name].notebook
            for chapter in self.book.chapters
            if chapter.name in edition.chapters
        }
        stage(self.book, notebooks, work / "stage")
        title = " · ".join(filter(None, [facts.title, edition.point.name]))
        overrides = {
            "trialbook_trial": "",
            "trialbook_title": title,
            "trialbook_notice": facts.notice,
        }
        pages = Pages(work / "stage", work / "html", work / "doctrees", overrides)
        seconds = self.site.build(pages)
        self.say(f"pages: {seconds:.1f} s")
        new.mkdir(parents=True)
        shutil.copytree(
            work / "html", new / "html", ignore=shutil.ignore_patterns(".buildinfo", "objects.inv")
        )
        (new / "ard.csv").write_text(ard_csv(notebooks), encoding="utf-8")
        for name, text in notebooks.items():
            file = new / "notebooks" / f"{name}.ipynb"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        for kind in ("tables", "figures"):
            (new / kind).mkdir()
            for executed in edition.chapters.values():
                if executed.exports and (executed.exports / kind).is_dir():
                    shutil.copytree(executed.exports / kind, new / kind, dirs_exist_ok=True)
        complete = not self.order.only
        provenance = {
            "trial": facts.id,
            "title": facts.title,
            "notice": facts.notice,
            "built": _now(),
            "key": edition.key if complete else None,
            "parameters": edition.point.parameters,
            "chapters": edition.record,
            "data": self.data,
            "repairs": facts.repairs,
            "package": fingerprint.package_hash(),
            "versions": fingerprint.versions(),
            "seconds": {"pages": round(seconds, 2), "all": round(time.perf_counter() - began, 2)},
        }
        text = json.dumps(provenance, indent=1, ensure_ascii=False, sort_keys=True)
        (new / "provenance.json").write_text(text + "\n", encoding="utf-8")

    def _carry_over(self, new: Path) -> None:
        """Link into `new` what was published and is not built this time."""
        current = self.shelf.current
        if current is None:
            return
        for path in current.iterdir():
            if not (new / path.name).exists():
                if path.is_dir():
                    shutil.copytree(path, new / path.name, copy_function=os.link)
                else:
                    os.link(path, new / path.name)


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def trial_folder(folder: Path) -> Path:
    """Return a trial's folder, resolved.

    Raises
    ------
    BuildError
        If it is not there or has no trial.yml.
    """
    if not folder.is_dir():
        raise BuildError(f"There is no folder {folder}.")
    if not (folder / "trial.yml").is_file():
        raise BuildError(
            f"{folder} has no trial.yml. Write one with: trialbook new NEW_FOLDER --from {folder}"
        )
    return folder.resolve()


__all__ = ["ChapterError", "Order", "TrialBuild", "trial_folder"]
