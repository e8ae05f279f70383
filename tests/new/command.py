"""Run the commands."""

from click.testing import CliRunner

from trialbook.cli import main


def run(*arguments):
    """Run `trialbook` as a person types it."""
    return CliRunner().invoke(main, list(map(str, arguments)))


def run_new(*arguments):
    """Run `trialbook new`."""
    return run("new", *arguments)
