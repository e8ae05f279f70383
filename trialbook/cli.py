"""The command line of Trialbook."""

from __future__ import annotations

from pathlib import Path

import click

from trialbook import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="trialbook")
def main() -> None:
    """A randomized trial as a living book."""


@main.command()
@click.argument("folders", metavar="[DIR]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("-p", "parameters", multiple=True, metavar="NAME=VALUE", help="Set a parameter.")
@click.option("--grid", multiple=True, metavar="NAME=V1,V2", help="One book per value.")
@click.option("--only", multiple=True, metavar="CHAPTER", help="Execute this chapter alone.")
@click.option("--jobs", type=click.IntRange(min=1), help="Chapters at a time (default: cores).")
@click.option("--force", is_flag=True, help="Execute what has not changed, too.")
@click.option("--out", type=click.Path(path_type=Path), help="Publish here.")
def build(folders, parameters, grid, only, jobs, force, out) -> None:
    r"""Build a trial's book: validate, execute, make the pages, publish.

    
    Example:
        trialbook build
        trialbook build data/gbsg2 -p conf_level=0.9
        trialbook build data/alms data/gbsg2 --jobs 2
        trialbook build data/alms --grid ties=efron,breslow
    """
    from trialbook.publishing.command import build_all

    raise SystemExit(build_all(folders, parameters, grid, only, jobs, force, out))


@main.command()
@click.option("--check", is_flag=True, help="Change nothing; fail where a twin differs.")
def pair(check: bool) -> None:
    r"""Derive the chapters' .ipynb twins from their .md.

    \b
    Example:
        trialbook pair
        trialbook pair --check
    """
    from trialbook.publishing.book import find_book
    from trialbook.publishing.pairing import orphan_twins, stale_twins

    book = find_book()
    stale = stale_twins(list(book.texts))
    orphans = orphan_twins(list(book.texts), book.root / "notebooks")
    for twin, content in stale:
        if not check:
            twin.write_text(content, encoding="utf-8", newline="\n")
        click.echo(f"{'differs' if check else 'wrote'}  {_shown(twin, book.root)}")
    for twin in orphans:
        if not check:
            twin.unlink()
        click.echo(f"{'has no .md' if check else 'removed'}  {_shown(twin, book.root)}")
    if check and (stale or orphans):
        raise click.ClickException("Run `trialbook pair`, and commit what it writes.")
    if not stale and not orphans:
        click.echo(f"All {len(book.texts)} chapters agree with their twins.")


@main.command()
@click.argument("figures", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--all", "show_all", is_flag=True, help="Show what is consistent too.")
@click.option("--csv", "table", type=click.Path(dir_okay=False, path_type=Path), help="Save all.")
def audit(figures: Path, show_all: bool, table: Path | None) -> None:
    r"""Check whether the printed figures of a paper are consistent in themselves.

    \b
    Example:
        trialbook audit data/alms/published.csv
    """
    from trialbook.audit import audit as audited
    from trialbook.audit import audit_text

    try:
        findings = audited(figures)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    if table is not None:
        findings.to_csv(table, index=False)
    click.echo(audit_text(findings, show_all=show_all), nl=False)


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
