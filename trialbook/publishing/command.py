"""Commands as a person types them: progress, errors in plain words, exit codes."""

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click

from trialbook.adam.problems import DataError, counted_noun
from trialbook.messages import (
    DONE,
    INTERRUPTED,
    MACHINE_FAILED,
    WRONG_DATA,
    BuildError,
    UsageError,
    machine_message,
)
from trialbook.publishing.book import Book, find_book
from trialbook.publishing.build import build, target_of, trial_folder
from trialbook.publishing.order import Order
from trialbook.publishing.parameters import assignments
from trialbook.publishing.shelf import Shelf
from trialbook.publishing.workers import settle, side_by_side


@contextlib.contextmanager
def reported() -> Iterator[None]:
    """Show an error in plain words and leave with its exit code."""
    try:
        yield
    except BuildError as error:
        message, code = str(error), error.exit_code
    except KeyboardInterrupt:
        message, code = "Interrupted.", INTERRUPTED
    except DataError as error:
        message, code = str(error), WRONG_DATA
    except OSError as error:
        message, code = machine_message(error), MACHINE_FAILED
    else:
        return
    click.echo(message, err=True)
    raise SystemExit(code)


def build_all(
    folders: tuple[Path, ...],
    parameters: tuple[str, ...],
    grid: tuple[str, ...],
    only: tuple[str, ...],
    jobs: int | None,
    force: bool,
    out: Path | None,
    timeout: float | None = None,
    scheduler: str | None = None,
    chapters: Path | None = None,
    paper: str = "",
) -> int:
    """Build the books of several trials, here or on a cluster; return the worst exit code."""
    with reported():
        book = find_book(chapters=chapters)
        given = {"jobs": jobs, "timeout": timeout}
        asked = {name: value for name, value in given.items() if value}
        order = Order(
            parameters=assignments(parameters),
            grid=grid,
            only=only,
            force=force,
            out=out and Shelf(out).target,
            paper=paper,
            **asked,
        )
        folders = folders or (_first_edition(book),)
        targets = [target_of(book, folder.absolute(), order) for folder in folders]
        if len(set(targets)) < len(targets):
            raise UsageError("Two of these trials would be published at the same place.")
    codes: dict[Path, int] = {}
    if scheduler is not None:
        options = [f"-p{text}" for text in parameters] + [f"--grid={text}" for text in grid]
        options += [f"--only={name}" for name in only] + ["--force"] * force
        options += [f"--timeout={order.timeout}"]
        options += [f"--jobs={jobs or 1}"] + ([f"--out={order.out}"] if order.out else [])
        options += [f"--chapters={book.root}"] if chapters else []
        options += ["--pdf", f"--paper={paper}"] if paper else []
        codes |= _build_on_cluster(scheduler, folders, options)
    elif len(folders) > 1 and order.jobs > 1:
        codes |= _build_side_by_side(book, folders, order)
    else:
        for folder in folders:
            click.echo(shown(folder))
            codes[folder] = _build_one(book, folder, order, "  ")
            if codes[folder] == INTERRUPTED:
                break
    if len(folders) > 1:
        click.echo("")
        for folder in folders:
            code = codes.get(folder)
            word = {DONE: "built", None: "not begun"}.get(code, f"failed ({code})")
            click.echo(f"{word:<12} {shown(folder)}")
    return max(codes.values())


def _first_edition(book: Book) -> Path:
    """Return the trial that is meant where none is named: the first edition, in a clone."""
    folder = (book.home or book.root) / "data" / "alms"
    if not folder.is_dir():
        raise UsageError("Name a trial's folder: trialbook build DIR.")
    return folder


def copy_chapters(folder: Path) -> None:
    """Copy the chapters and pages to a folder that is empty or not there yet.

    Raises
    ------
    UsageError
        If something is in it.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty. Name a folder that is not there yet.")
    book = find_book()
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("_toc.yml", "_config.yml"):
        shutil.copy(book.root / name, folder / name)
    unwanted = shutil.ignore_patterns("*.ipynb", "colab", ".*", "__pycache__")
    for name in ("notebooks", "book"):
        shutil.copytree(book.root / name, folder / name, ignore=unwanted)
    click.echo(
        f"{counted_noun(len(book.texts), 'chapter')} in {shown(folder)}. Change them, or add one "
        f"and name it in _toc.yml, then: trialbook build DIR --chapters {shown(folder)}"
    )


def _build_on_cluster(
    scheduler: str, folders: tuple[Path, ...], options: list[str]
) -> dict[Path, int]:
    """Build each trial on a worker, say what it said as it ends; return the exit codes."""
    from trialbook.publishing.cluster import build_on_cluster

    absolute = {folder.absolute(): folder for folder in folders}
    codes = {}
    try:
        with reported():
            for folder, code, said in build_on_cluster(scheduler, list(absolute), options):
                codes[absolute[folder]] = code
                click.echo(said, nl=False, err=code != DONE)
    except SystemExit as ended:
        codes |= {folder: int(ended.code) for folder in folders if folder not in codes}
    return codes


def _build_side_by_side(book: Book, folders: tuple[Path, ...], order: Order) -> dict[Path, int]:
    """Build several books at a time on all cores; return the exit codes of those that ended."""
    at_once = min(len(folders), order.jobs)
    each = replace(order, jobs=max(1, order.jobs // at_once))
    codes = {}
    try:
        with reported():
            given = [(book, folder, each) for folder in folders]
            for index, code, _, _ in side_by_side(_build_apart, given, at_once):
                codes[folders[index]] = MACHINE_FAILED if code is None else code
    except SystemExit as ended:
        codes |= {folder: int(ended.code) for folder in folders if folder not in codes}
    return codes


def _build_apart(connection, parent: int, book: Book, folder: Path, order: Order) -> None:
    """Build a book in a process of its own, whose lines begin with the trial."""
    settle(parent)
    connection.send(_build_one(book, folder, order, f"{shown(folder)}: "))


def _build_one(book: Book, folder: Path, order: Order, before: str) -> int:
    """Build a book; `before` stands before every line of progress."""
    began = time.perf_counter()
    try:
        with reported():
            target = build(
                book, trial_folder(folder), order, lambda line: click.echo(before + line)
            )
    except SystemExit as ended:
        return int(ended.code)
    click.echo(f"{before}{time.perf_counter() - began:.1f} s in all")
    for page in _pages(target):
        click.echo(shown(page))
    return DONE


def _pages(target: Path) -> list[Path]:
    """Return the pages to open: the book's, or those of a grid's books."""
    pages = [target / "html" / "index.html", *sorted(target.glob("*=*/html/index.html"))]
    return [page for page in pages if page.is_file()]


def pair_all(check: bool) -> int:
    """Write what is derived, twins and reference, or with `check` compare; return the exit code."""
    from trialbook.publishing.pairing import orphan_twins, stale_twins, twins_of
    from trialbook.publishing.reference import reference_pages

    book = find_book()
    texts = list(book.texts)
    derived = twins_of(texts, book.root) | reference_pages(book.root)
    stale, orphans = stale_twins(derived), orphan_twins(derived, book.root / "notebooks")
    for twin, content in stale:
        if not check:
            twin.parent.mkdir(parents=True, exist_ok=True)
            twin.write_text(content, encoding="utf-8", newline="\n")
        click.echo(f"{'differs' if check else 'wrote'}  {shown(twin)}")
    for twin in orphans:
        if not check:
            twin.unlink()
        click.echo(f"{'has no .md' if check else 'removed'}  {shown(twin)}")
    if not stale and not orphans:
        click.echo(f"All {len(texts)} chapters agree with their twins.")
    elif check:
        click.echo("Run `trialbook pair`, and commit what it writes.", err=True)
        return WRONG_DATA
    return DONE


def serve_book(folder: Path, port: int) -> None:
    """Serve a trial's built book until interrupted."""
    from trialbook.publishing.serve import server

    published = folder if (folder / "html").is_dir() else None
    html = (published or find_book().place(folder.absolute())) / "html"
    with server(html, port) as http:
        click.echo(f"{shown(html)} at http://localhost:{http.server_port} (Ctrl-C ends it)")
        with contextlib.suppress(KeyboardInterrupt):
            http.serve_forever()


def shown(path: Path) -> str:
    """Return a path as short as it can be said from the working directory."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
