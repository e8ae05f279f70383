"""The command line. What a command needs is imported when it runs: help comes at once."""

from pathlib import Path

import click

from trialbook import __version__

_FOLDER = click.Path(path_type=Path)
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="trialbook")
def main() -> None:
    """A randomized trial as a living book.

    Exit codes: 0 done, 1 the data or the parameters are wrong, 2 wrong usage, 3 a chapter failed,
    4 the machine failed, 130 interrupted.
    """


@main.command()
@click.argument("folders", metavar="[DIR]...", nargs=-1, type=_FOLDER)
@click.option("-p", "parameters", multiple=True, metavar="NAME=VALUE", help="Set a parameter.")
@click.option("--grid", multiple=True, metavar="NAME=V1,V2", help="One book for each value.")
@click.option(
    "--only", multiple=True, metavar="CHAPTER", help="Execute it alone; others as last built."
)
@click.option("--jobs", type=click.IntRange(min=1), help="Chapters at a time; all cores if unset.")
@click.option("--force", is_flag=True, help="Execute what has not changed, too.")
@click.option("--out", type=_FOLDER, metavar="DIR", help="Publish here, not at _build/<trial>.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), metavar="S",
              help="Seconds that a chapter may take; 3600 if unset.")  # fmt: skip
@click.option("--scheduler", metavar="ADDRESS", help="Spread whole books over a Dask cluster.")
@click.option("--chapters", type=_FOLDER, metavar="DIR", help="Use these, not the book's own.")
@click.option("--pdf", is_flag=True, help="Print the book, too, by the Chromium that is there.")
@click.option("--paper", type=click.Choice(["A4", "letter"], case_sensitive=False), default="A4",
              show_default=True, help="The sheets of the PDF.")  # fmt: skip
def build(
    folders: tuple[Path, ...],
    parameters: tuple[str, ...],
    grid: tuple[str, ...],
    only: tuple[str, ...],
    jobs: int | None,
    force: bool,
    out: Path | None,
    timeout: float | None,
    scheduler: str | None,
    chapters: Path | None,
    pdf: bool,
    paper: str,
) -> None:
    """Build a trial's book: validate, execute what changed, make the pages, publish.

    In a clone it comes to its _build/, and without DIR it is data/alms; elsewhere it comes to
    _build/ beside the trial. A failed build leaves the last good one.

    \b
    Examples:
        trialbook build
        trialbook build data/alms data/gbsg2
        trialbook build data/gbsg2 -p conf_level=0.9
        trialbook build data/alms --only efficacy
        trialbook build data/alms --grid ties=efron,breslow
        trialbook build data/alms --pdf
        trialbook build data/* --scheduler tcp://host:8786
    """
    from trialbook.publishing.command import build_all

    raise SystemExit(
        build_all(
            folders,
            parameters,
            grid,
            only,
            jobs,
            force,
            out,
            timeout,
            scheduler,
            chapters,
            paper if pdf else "",
        )
    )


@main.command()
@click.argument("folder", metavar="DIR", type=_FOLDER)
def check(folder: Path) -> None:
    """Validate a trial's folder: list everything that is wrong, and every repair.

    \b
    Example:
        trialbook check data/gbsg2
    """
    from trialbook.check import check_trial
    from trialbook.publishing.command import reported

    with reported():
        report = check_trial(folder)
        click.echo(str(report))
        raise SystemExit(0 if report.ok else 1)


@main.command()
@click.argument("folder", metavar="DIR", type=_FOLDER)
@click.option("--from", "source", required=True, type=_FOLDER, metavar="FOLDER_OR_FILE",
              help="ADaM data sets, or one flat file.")  # fmt: skip
@click.option("--control", metavar="CODE", help="The control arm, as it stands in the data.")
@click.option("--treated", metavar="CODE", help="The treated arm, of more than two.")
@click.option("--primary", metavar="PARAMCD", help="The primary end point.")
@click.option("--time", metavar="COL", help="In one flat file: the time.")
@click.option("--start", metavar="COL", help="When observation begins: delayed entry, intervals.")
@click.option("--event", metavar="COL", help="In one flat file: whether the event happened.")
@click.option("--event-value", metavar="VALUE", help="What stands there when it did; A|B for two.")
@click.option("--arm", metavar="COL", help="In one flat file: the arm.")
@click.option("--id", metavar="COL", help="Whose row it is; none where each row is a patient.")
@click.option(
    "--endpoint", metavar="COL", help="Of which end point a row is, of several a patient."
)
@click.option("--value", "values", multiple=True, metavar="VALUE=ARM",
              help="An arm's other name in TRT01A.")  # fmt: skip
@click.option("--unit", metavar="UNIT", help="Of the time: days, weeks, months or years.")
@click.option("--dates", type=click.Choice(["sas", "excel", "unix"]),
              help="Who counted the dates that are numbers.")  # fmt: skip
@click.option("--encoding", metavar="NAME", help="Of text that is not UTF-8, where unclear.")
@click.option("--sheet", metavar="NAME", help="The sheet of a workbook.")
@click.option("--flag", "flags", multiple=True, metavar="VALUE=Y",
              help="What Y or N is in the files, as in Oui=Y.")  # fmt: skip
@click.option("--missing", multiple=True, metavar="COL=VALUE",
              help="What stands for not known, as in time=999; or none.")  # fmt: skip
@click.option("--decimal", type=click.Choice([".", ","]),
              help="The mark before decimals, where no number shows it.")  # fmt: skip
@click.option(
    "--privacy",
    type=click.Choice(["confidential", "public", "synthetic"]),
    help="Who may see what; confidential where it is not said.",
)
@click.option("--randomized", type=click.Choice(["yes", "partly", "no", "unknown"]),
              help="Whether the patients were; unknown where nothing shows it.")  # fmt: skip
def new(folder: Path, source: Path, **options: object) -> None:
    """Write a commented trial.yml inferred from ADaM files or one flat file, the data beside it.

    The folder builds as it is; read trial.yml before you publish what comes out.

    \b
    Examples:
        trialbook new data/mine --from ~/study/adam
        trialbook new data/mine --from mine.csv --time months --event died --arm group
    """
    import sys

    from trialbook.messages import UsageError as Refused
    from trialbook.new import Request, UsageError, commands_that_answer, converse
    from trialbook.publishing.command import reported

    request = Request.of(folder, source, options)
    with reported():
        try:
            if sys.stdin.isatty() and sys.stdout.isatty():
                made = converse(request, click.prompt, click.echo)
            else:
                made = request.make()
        except UsageError as error:
            answers = commands_that_answer(request, error)
            raise Refused("\n\n".join(filter(None, (str(error), answers)))) from error
        click.echo(str(made))


@main.command()
@click.argument("old", type=_FOLDER)
@click.argument("new", type=_FOLDER)
@click.option("--csv", "table", type=_FILE, metavar="FILE", help="Save every row of it.")
@click.option("--page", type=_FILE, metavar="FILE", help="Save it as one HTML page.")
@click.option("--all", "everything", is_flag=True, help="Show the longest tables in full.")
@click.option(
    "--boundary",
    metavar="P[,P]",
    help="P values at which the old cut's analysis, and the new one's, stops the trial.",
)
@click.option("--final", is_flag=True, help="The new cut's analysis is the final one.")
@click.option("--blinded", is_flag=True, help="Pool the arms of both trials.")
def compare(old: Path, new: Path, **options: object) -> None:
    """Compare two cuts of a trial, or two builds: events, effects, whatever changed.

    OLD and NEW are trials' folders, or folders that a build published.

    \b
    Examples:
        trialbook compare data/mine-2025 data/mine --page changes.html
        trialbook compare _build/alms/ties=efron _build/alms/ties=breslow
    """
    from trialbook.compare import run
    from trialbook.publishing.command import reported

    with reported():
        click.echo(run(old, new, **options), nl=False)


@main.command()
@click.option("--student", type=_FOLDER, metavar="DIR", help="Write notebooks with blank answers.")
@click.option("--teacher", type=_FOLDER, metavar="DIR", help="Write them with solutions and notes.")
@click.option("--grade", type=_FOLDER, metavar="DIR", help="Mark the notebooks handed in there.")
@click.option("--trial", type=_FOLDER, default=Path("data/alms"), show_default=True, metavar="DIR")
@click.option("--seed", type=click.IntRange(0), help="Other ten patients than the book's.")
@click.option("--csv", "table", type=_FILE, metavar="FILE", help="Save the marks.")
@click.option("--timeout", type=click.FloatRange(1), default=120, show_default=True,
              help="Seconds for each notebook that is marked.")  # fmt: skip
def learn(**options: object) -> None:
    """Write the course's notebooks for students or teachers, or mark what students hand in.

    \b
    Examples:
        trialbook learn --student class/anna --seed 7
        trialbook learn --teacher lectures
        trialbook learn --grade handed-in --csv marks.csv
    """
    from trialbook.learn.command import run
    from trialbook.publishing.command import reported

    with reported():
        click.echo(run(**options))


@main.command()
@click.argument("folder", metavar="DIR", type=_FOLDER)
def chapters(folder: Path) -> None:
    """Copy the chapters and pages to DIR, to change or add one; build --chapters DIR uses them.

    \b
    Example:
        trialbook chapters mine-chapters
        trialbook build mine --chapters mine-chapters
    """
    from trialbook.publishing.command import copy_chapters, reported

    with reported():
        copy_chapters(folder)


@main.command()
@click.option("--check", is_flag=True, help="Change nothing; fail where a twin differs.")
def pair(check: bool) -> None:
    """Derive the chapters' .ipynb twins, and the reference's pages from the docstrings.

    \b
    Examples:
        trialbook pair
        trialbook pair --check
    """
    from trialbook.publishing.command import pair_all, reported

    with reported():
        raise SystemExit(pair_all(check))


@main.command()
@click.argument("folder", metavar="[DIR]", type=_FOLDER, default=Path("data/alms"))
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
def serve(folder: Path, port: int) -> None:
    """Serve a built book on this machine. DIR is the trial, or what --out named.

    \b
    Example:
        trialbook serve data/gbsg2 --port 8001
    """
    from trialbook.publishing.command import reported, serve_book

    with reported():
        serve_book(folder, port)


@main.command()
@click.argument("figures", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--all", "show_all", is_flag=True, help="Show what is consistent too.")
@click.option("--csv", "table", type=click.Path(dir_okay=False, path_type=Path), help="Save all.")
def audit(figures: Path, show_all: bool, table: Path | None) -> None:
    """Check whether the printed figures of a paper are consistent in themselves.

    \b
    Example:
        trialbook audit data/alms/published.csv
    """
    from trialbook.audit import audit as audited
    from trialbook.audit import audit_text
    from trialbook.escape import escape_cell
    from trialbook.publishing.command import reported

    with reported():
        try:
            findings = audited(figures)
        except ValueError as error:
            raise click.ClickException(str(error)) from error
        if table is not None:
            findings.map(escape_cell).to_csv(table, index=False)
    click.echo(audit_text(findings, show_all=show_all), nl=False)
