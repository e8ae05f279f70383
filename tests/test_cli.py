"""The command line: help with an example for every command, quick to come."""

import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from trialbook import __version__
from trialbook.cli import main
from trialbook.publishing.serve import server

PUBLISHED = str(Path(__file__).parents[1] / "data" / "alms" / "published.csv")


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_has_help_with_an_example(name):
    shown = CliRunner().invoke(main, [name, "--help"])
    assert shown.exit_code == 0
    assert "Example" in shown.output
    # on a line of its own, as one would type it
    assert f"\n      trialbook {name}" in shown.output


def test_the_commands_are_there():
    assert {"build", "check", "new", "pair", "serve", "audit", "compare"} <= set(main.commands)


def test_help_imports_nothing_heavy_and_the_module_runs_like_the_command():
    script = (
        "import sys; from trialbook.cli import main\n"
        "try: main(['build', '--help'])\n"
        "except SystemExit: print({'pandas', 'sphinx', 'jupytext'} & set(sys.modules))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert shown.stdout.splitlines()[-1] == "set()"
    version = subprocess.run(
        [sys.executable, "-m", "trialbook", "--version"], capture_output=True, text=True, check=True
    )
    assert __version__ in version.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["biuld"], 2),
        (["build", "--jobs", "0"], 2),
        (["build", "nowhere"], 1),
        (["check", "nowhere"], 1),
        (["new", "x", "--from", "nowhere"], 2),
        (["serve", "nowhere"], 1),
        (["audit", "nowhere"], 2),
        (["build", "nowhere.csv"], 1),
        (["build", "--scheduler", "host"], 2),
        (["new", "nowhere.csv", "--from", "nowhere.csv"], 2),
        (["audit", PUBLISHED, "--csv", "nowhere/x.csv"], 4),
    ],
)
def test_what_cannot_be_done_ends_with_its_exit_code_and_without_a_traceback(
    tmp_path, monkeypatch, arguments, code
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nowhere.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    assert "nowhere" in result.output or code == 2


def test_serve_gives_pages_and_asks_the_browser_not_to_keep_them(tmp_path):
    (tmp_path / "index.html").write_text("<p>the book</p>", encoding="utf-8")
    with server(tmp_path, 0) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{http.server_port}"
        with urllib.request.urlopen(f"{base}/index.html") as page:
            assert b"the book" in page.read()
            assert page.headers["Cache-Control"] == "no-cache"
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(f"{base}/none.html")
        http.shutdown()
