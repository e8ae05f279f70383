"""Builds as the command line asks for them: several trials, progress, a summary, an exit code."""

import time
from pathlib import Path

import click

from trialbook.publishing.book import find_book
from trialbook.publishing.build import Order, build, trial_folder
from trialbook.publishing.messages import (
    CHAPTER_FAILED,
    DONE,
    INTERRUPTED,
    MACHINE_FAILED,
    BuildError,
    UsageError,
)
from trialbook.publishing.parameters import assignments


def build_all(
    folders: tuple[Path, ...],
    parameters: tuple[str, ...],
    grid: tuple[str, ...],
    only: tuple[str, ...],
    jobs: int | None,
    force: bool,
    out: Path | None,
) -> int:
    """Build the books of several trials and return the worst exit code."""
    try:
        book = find_book()
        folders = folders or (book.root / "data" / "alms",)
        if out and len(folders) > 1:
            raise UsageError("--out takes one trial at a time.")
        wanted = {"jobs": jobs} if jobs else {}
        order = Order(
            parameters=assignments(parameters),
            grid=grid,
            only=only,
            force=force,
            out=out and out.absolute(),
            **wanted,
        )
    except BuildError as error:
        return fail(str(error), error.exit_code)
    codes = {folder: _build(book, folder, order) for folder in folders}
    if len(codes) > 1:
        click.echo("")
        for folder, code in codes.items():
            click.echo(f"{'built' if code == DONE else f'FAILED ({code})':<12} {folder}")
    return max(codes.values())


def _build(book, folder: Path, order: Order) -> int:
    began = time.perf_counter()
    click.echo(shown(folder))
    try:
        target = build(book, trial_folder(folder), order, say)
    except BuildError as error:
        return fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        return fail("Interrupted. What was published before stays.", INTERRUPTED)
    except OSError as error:
        return fail(f"The machine failed: {error}", MACHINE_FAILED)
    click.echo(f"  {time.perf_counter() - began:.1f} s")
    click.echo(shown(target / "html" / "index.html"))
    return DONE


def say(line: str) -> None:
    """Show one line of progress."""
    click.echo(f"  {line}")


def fail(message: str, code: int) -> int:
    """Show an error and return its exit code."""
    click.secho(message, err=True, fg="red" if code >= CHAPTER_FAILED else None)
    return code


def shown(path: Path) -> str:
    """Return a path relative to the working directory where it lies below it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
