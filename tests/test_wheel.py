"""The wheel alone is enough, and holds what the tree holds."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from hatchling.builders.wheel import WheelBuilder

from trialbook.publishing.book import Book, find_book, toc_files

ROOT = Path(__file__).resolve().parents[1]
INSIDE = "trialbook/_book/"
LINES = [f"{7 * (i % 5 + 1)},{i % 3 % 2},{'AB'[i % 2]}" for i in range(60)]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    return zipfile.ZipFile(next(WheelBuilder(str(ROOT)).build(directory=str(folder))))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The wheel's content in a folder, and how to run it there instead of the clone."""
    folder = tmp_path_factory.mktemp("installed")
    wheel.extractall(folder)

    def run(*arguments, cwd):
        return subprocess.run(
            [sys.executable, "-m", "trialbook", *map(str, arguments)],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(folder)},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_the_wheel_holds_the_chapters_pages_and_dress_of_the_tree(wheel):
    book = Book(ROOT)
    pages = [path for path in (ROOT / "book").rglob("*") if path.is_file()]
    files = [*book.texts, *pages, ROOT / "_toc.yml", ROOT / "_config.yml"]
    kept = {name for name in wheel.namelist() if name.startswith(INSIDE)}
    kept.discard(f"{INSIDE}benchmarks/results/survival.json")
    assert kept == {INSIDE + path.relative_to(ROOT).as_posix() for path in files}
    for path in files:
        assert wheel.read(INSIDE + path.relative_to(ROOT).as_posix()) == path.read_bytes()


def test_the_wheel_holds_every_module_and_table_of_the_package(wheel):
    package = [path for path in (ROOT / "trialbook").rglob("*") if path.is_file()]
    made = {path for path in package if "__pycache__" in path.parts}
    wanted = {path.relative_to(ROOT).as_posix() for path in package if path not in made}
    own = {name for name in wheel.namelist() if name.startswith("trialbook/")}
    assert {name for name in own if not name.startswith(INSIDE)} == wanted
    assert "trialbook/py.typed" in own
    others = {name.split("/")[0] for name in wheel.namelist()} - {"trialbook"}
    assert len(others) == 1, "the metadata, and nothing else beside the package"


def test_chapters_are_copied_and_then_used(installed, tmp_path):
    made = installed("chapters", "own", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    own = tmp_path / "own"
    toc = yaml.safe_load((own / "_toc.yml").read_text(encoding="utf-8"))
    assert all((own / f"{name}.md").is_file() for name in toc_files(toc))
    assert not list(own.rglob("*.ipynb"))
    assert find_book(tmp_path, chapters=own).root == own
    again = installed("chapters", "own", cwd=tmp_path)
    assert again.returncode == 2
    assert "not empty" in again.stderr


def test_without_a_clone_a_trial_must_be_named(installed, tmp_path):
    refused = installed("build", cwd=tmp_path)
    assert refused.returncode == 2
    assert "Name a trial's folder" in refused.stderr


@pytest.mark.slow
def test_a_flat_file_becomes_a_book_in_an_empty_folder(installed, tmp_path):
    (tmp_path / "some.csv").write_text("\n".join(["months,died,group", *LINES]) + "\n")
    asked = ["--time", "months", "--event", "died", "--arm", "group", "--event-value", "1"]
    asked += ["--unit", "months", "--control", "A"]
    made = installed("new", "mine", "--from", "some.csv", *asked, cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    made = installed("build", "mine", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "_build" / "mine" / "html" / "index.html").is_file()
    assert {path.name for path in tmp_path.iterdir()} == {"some.csv", "mine", "_build"}
