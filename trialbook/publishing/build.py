"""Build a trial's book: validate, execute what changed, make the pages, publish."""

import os
import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from trialbook import released
from trialbook.exporting import COMPLETE, EXPORT_NOTE
from trialbook.messages import BuildError, SourcesChangedError, UsageError
from trialbook.publishing import fingerprint, parameters
from trialbook.publishing.book import Book
from trialbook.publishing.cache import Cache
from trialbook.publishing.chapters import execute_chapters
from trialbook.publishing.editions import Edition, Task, edition, read_provenance
from trialbook.publishing.order import Order, Say
from trialbook.publishing.pdf import CHROMIUM, chromium, pdf_of, print_book
from trialbook.publishing.shelf import Shelf
from trialbook.publishing.watched import Watched

if TYPE_CHECKING:
    from trialbook.publishing.trials import TrialFacts

# What a file says of itself that holds what readers of guarded data do not see.
_COMPLETE = "Complete, with small counts: for those who have the data, not for readers."


def trial_folder(folder: Path) -> Path:
    """Return a trial's folder as an absolute path.

    Raises
    ------
    BuildError
        If it is not there or has no trial.yml.
    """
    if folder.is_file():
        raise BuildError(f"{folder} is a file. A trial is a folder with trial.yml; make one with: "
                         f"trialbook new NEW_FOLDER --from {folder}")  # fmt: skip
    if not folder.is_dir():
        raise BuildError(f"There is no folder {folder}.")
    if not (folder / "trial.yml").is_file():
        raise BuildError(
            f"{folder} has no trial.yml. Write one with: trialbook new NEW_FOLDER --from {folder}"
        )
    return Path(os.path.abspath(folder))  # noqa: PTH100 -- a link into the clone stays in the clone


def target_of(book: Book, folder: Path, order: Order) -> Path:
    """Return the link at which a trial's book is published."""
    return order.out or book.place(folder)


def build(book: Book, folder: Path, order: Order, say: Say) -> Path:
    """Build and publish a trial's book.

    Parameters
    ----------
    book : Book
        The pages and chapters.
    folder : Path
        The trial's folder, absolute.
    order : Order
        What was asked.
    say : callable
        Takes one line of progress.

    Returns
    -------
    Path
        The published link.

    Raises
    ------
    BuildError, DataError
        With what is wrong; what was published before stays.
    """
    os.environ.pop(COMPLETE, None)  # the gate is never open where pages are made
    shelf = Shelf(target_of(book, folder, order))
    order = Order(**{**vars(order), "only": tuple(book.chapter(n).name for n in order.only)})
    points = parameters.grid_points(order.parameters, order.grid)
    if len({bool(point.parameters.get("blinded")) for point in points}) > 1:
        raise UsageError("A blinded book stands alone: build it with -p blinded=true, not a grid.")
    shelf.check()
    if order.paper and not chromium():
        say(f"no PDF: neither Chromium nor Chrome was found ({CHROMIUM} may name it)")
        order = replace(order, paper="")
    with shelf.explained(), shelf.locked():
        shelf.clear()
        data = Watched(folder)
        editions = [_edition(book, point, data, shelf) for point in points]
        if order.force or order.only:
            stale = editions
        else:
            stale = [one for one in editions if not one.is_current(order.paper)]
        try:
            if stale:
                _build(stale, book, data, order, shelf, say)
            else:
                say("nothing has changed since the last build")
        finally:
            shelf.clear()
    return shelf.target


def _edition(book: Book, point: parameters.Point, data: Watched, shelf: Shelf) -> Edition:
    judged = released.judged(shelf.store, fingerprint.key(data.hashes), _landmarks(point))
    return edition(book, point, data.hashes, shelf.target, judged)


def _origin(facts: "TrialFacts", data: str) -> str:
    """Return the title, the data cut where trial.yml says it, and what tells the data's state."""
    cut = f"Data cut {facts.data_cut}, {data[:12]}" if facts.data_cut else f"Data {data[:12]}"
    return f"{facts.title}. {cut}."


def _landmarks(point: parameters.Point) -> list[float]:
    """Return the times that a point asks for besides trial.yml's."""
    return list(point.parameters.get("landmarks") or [])


def _build(
    editions: list[Edition],
    book: Book,
    data: Watched,
    order: Order,
    shelf: Shelf,
    say: Say,
) -> None:
    """Build editions that are not up to date, and publish them together."""
    from trialbook.publishing.assemble import assemble
    from trialbook.publishing.editions import applicable, tasks
    from trialbook.publishing.site import SiteBuilder
    from trialbook.publishing.trials import trial_facts
    from trialbook.safe.hashes import SECRET, keyed, secret_of

    cache = Cache(shelf.cache)
    blinded = editions[0].blinded
    site, to_do = SiteBuilder(), []
    try:
        facts = trial_facts(data, cache, blinded=blinded)
        for one in editions:
            varied = one.point.parameters.keys() - order.parameters.keys()
            parameters.check(one.point.parameters, book.chapters, facts.endpoints, varied,
                             given=bool(facts.n_results))  # fmt: skip
        say(facts.summary)
        chapters = applicable(book, facts, order.only, blinded=blinded)
        to_do = [
            (one, task)
            for one in editions
            for task in tasks(
                one, chapters, (book, data), cache, only=order.only, force=order.force
            )
        ]
        for one in editions:
            _say_what_is_kept(one, order, [task for of, task in to_do if of is one], say)
        of_data = fingerprint.key(data.hashes)
        if facts.confidential:
            for one in editions:
                released.ask(shelf.store, _landmarks(one.point))
            os.environ[released.RELEASED] = f"{of_data}:{shelf.store / released.FILE}"
            os.environ[SECRET] = secret_of(shelf.store)
        # what a file that leaves the book, a figure or a table, says of where it is from
        named = keyed(of_data, os.environ[SECRET]) if facts.confidential else of_data
        os.environ[EXPORT_NOTE] = f"{_origin(facts, named)} {facts.notice}".strip()
        complete = f"{_origin(facts, of_data)} {_COMPLETE}" if facts.guarded else ""
        execute_chapters(to_do, (data, cache, complete), order, shelf.scratch, say)
        built = {}
        for one in editions:
            work = shelf.work / ("blinded" if blinded else "") / (one.point.name or "book")
            began = time.perf_counter()
            new = assemble(one, book, facts, site, work, data.hashes, order.paper, complete)
            built[one.point.name] = new
            say(f"{one.named('pages')}  {time.perf_counter() - began:.1f} s")
            if order.paper:
                began = time.perf_counter()
                file = new / "html" / pdf_of(facts.id)
                printed = print_book(new / "html", file, cache, shelf.scratch / "printing")
                said = f"{time.perf_counter() - began:.1f} s" if printed else "unchanged"
                say(f"{one.named('PDF')}  {said}")
        _unchanged(editions, book, data)
    except SourcesChangedError:
        for _, task in to_do:
            cache.drop(task.run.chapter.name, task.key)
        raise
    finally:
        os.environ.pop(EXPORT_NOTE, None)
        os.environ.pop(SECRET, None)
        os.environ.pop(released.RELEASED, None)
        site.close()
    names = list(built)
    version = shelf.publish(_joined(built, shelf, blinded))
    for name in names if facts.confidential else ():
        released.publish(shelf.store, fingerprint.key(data.hashes), version / name)
    cache.prune(_used(version))


def _unchanged(editions: list[Edition], book: Book, data: Watched) -> None:
    """Refuse to publish what was made of files that are not as they were when it began."""
    data.check(content=True)
    for one in editions:
        if edition(book, one.point, data.hashes, Path(), one.judged).key != one.key:
            raise SourcesChangedError(
                "A page of the book, _toc.yml or _config.yml changed while the book was built. "
                "Nothing was published; build again."
            )


def _joined(built: dict[str, Path], shelf: Shelf, blinded: bool) -> Path:
    """Return one folder with all editions built, and those published before and not built.

    What was published unblinded is not kept beside a blinded book, nor the other way round.
    """
    new = built.pop("") if "" in built else None
    if new is None:
        new = shelf.scratch / "grid"
        new.mkdir(parents=True)
    for name, path in built.items():
        path.rename(new / name)
    for path in shelf.current.iterdir() if shelf.current else ():
        own = path if (path / "provenance.json").is_file() else shelf.current
        before = bool(read_provenance(own).get("parameters", {}).get("blinded"))
        if not (new / path.name).exists() and before == blinded:
            if path.is_dir():
                shutil.copytree(path, new / path.name, copy_function=os.link)
            else:
                os.link(path, new / path.name)
    return new


def _used(version: Path) -> set[tuple[str, str]]:
    """Return chapter and key of all that a version holds."""
    editions = [version, *(path.parent for path in version.glob("*/provenance.json"))]
    chapters = [read_provenance(folder).get("chapters", {}) for folder in editions]
    return {(name, entry["key"]) for record in chapters for name, entry in record.items()}


def _say_what_is_kept(one: Edition, order: Order, to_do: list[Task], say: Say) -> None:
    if order.only:
        old = [name for name, entry in one.record.items() if entry["key"] != one.expected[name]]
        if old:
            say(f"from the last build, though changed since: {', '.join(old)}")
        anew = [task.run.chapter.name for task in to_do]
        if outdated := [name for name in anew if name not in order.only]:
            say(f"made anew, for another version of trialbook made them: {', '.join(outdated)}")
        gone = [name for name in one.missing if name not in [*order.only, *outdated]]
        if gone:
            say(f"left out, for no build has them yet: {', '.join(gone)}")
    elif one.chapters:
        say(f"{one.named('unchanged')}: {', '.join(one.chapters)}")
