"""The copies for Colab: the twins, and one cell that gets the book where it is not."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from trialbook.publishing.book import Book
from trialbook.publishing.colab import NEEDED, address, pins
from trialbook.publishing.pairing import as_json, read_notebook, twins_of

ROOT = Path(__file__).parents[2]
# import names that differ from the names of their distributions
NAMED = {"yaml": "pyyaml", "great_tables": "great-tables", "PIL": "pillow", "myst_nb": "myst-nb",
         "charset_normalizer": "charset-normalizer"}  # fmt: skip


def test_a_copy_is_its_twin_behind_one_more_cell(clone):
    text = clone / "notebooks" / "one.md"
    derived = twins_of([text], clone)
    copy = json.loads(derived[clone / "notebooks" / "colab" / "one.ipynb"])
    twin = json.loads(as_json(read_notebook(text.read_text(encoding="utf-8"))))
    assert copy["cells"][1:] == twin["cells"]
    assert json.loads(derived[text.with_suffix(".ipynb")]) == twin
    ast.parse("".join(copy["cells"][0]["source"]))


def test_check_looks_at_the_copies(clone, commands):
    assert commands("pair", cwd=clone).code == 0
    copy = clone / "notebooks" / "colab" / "two.ipynb"
    copy.write_text(copy.read_text().replace("efron", "breslow"))
    finished = commands("pair", "--check", cwd=clone)
    assert (finished.code, "notebooks/colab/two.ipynb" in finished.out) == (1, True)
    (clone / "CITATION.cff").write_text("repository-code: https://example.org/book.git\n")
    assert commands("pair", cwd=clone).code == 0
    assert "https://example.org/book.git" in copy.read_text()
    assert commands("pair", "--check", cwd=clone).code == 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("repository-code: https://example.org/a\n", "https://example.org/a"),
        ("title: a\n", ""),
        ("", ""),
        ("repository-code: 'https://x/\"; import os'\n", ""),
        ("repository-code: file:///etc\n", ""),
    ],
)
def test_the_address_is_the_citations(text, found, tmp_path):
    assert address(tmp_path) == ""
    (tmp_path / "CITATION.cff").write_text(text)
    assert address(tmp_path) == found


def test_all_that_a_chapter_imports_is_installed():
    package = ROOT / "trialbook"
    beside = {"publishing", "cli.py", "new"}
    found = set()
    for path in package.rglob("*.py"):
        if path.relative_to(package).parts[0] in beside:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add(node.module.split(".")[0])
    others = found - set(sys.stdlib_module_names) - {"trialbook", "IPython", "dask"}
    assert {NAMED.get(name, name) for name in others} <= set(NEEDED)
    assert all(re.fullmatch(r"[a-z-]+==[\w.]+", pin) for pin in pins(ROOT))


def first_cell(root=ROOT):
    text = Book(root).texts[0]
    name = text.with_suffix(".ipynb").name
    copy = twins_of([text], root)[root / "notebooks" / "colab" / name]
    return "".join(json.loads(copy)["cells"][0]["source"])


def run(code, folder, python=sys.executable, **environment):
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [python, "-c", code], cwd=folder, env=kept | environment, capture_output=True, text=True
    )


@pytest.fixture
def repository(tmp_path):
    """A repository with a package and a trial, as git has it."""
    folder = tmp_path / "origin"
    (folder / "trialbook").mkdir(parents=True)
    (folder / "trialbook" / "__init__.py").write_text("HERE = __file__\n")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", folder]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "a"]):
        subprocess.run([*git, *arguments], check=True)
    return folder


def test_the_cell_gets_the_book_once_and_leaves_what_is_installed(repository, tmp_path):
    session = tmp_path / "session"
    session.mkdir()
    code = first_cell() + "\nimport trialbook; print(trialbook.HERE, missing)"
    code += "\n" + first_cell() + "\nprint(os.getcwd())"
    ended = run(code, session, TRIALBOOK_REPOSITORY=f"file://{repository}")
    assert ended.returncode == 0, ended.stderr
    book = session / "book-of-a-trial"
    assert ended.stdout.splitlines() == [f"{book / 'trialbook' / '__init__.py'} []", str(book)]


def test_in_a_clone_the_cell_gets_nothing(repository):
    ended = run(first_cell() + "\nprint(os.getcwd())", repository, TRIALBOOK_REPOSITORY="nowhere")
    assert ended.stdout.strip() == str(repository), ended.stderr


def test_without_an_address_the_cell_asks_for_it(tmp_path):
    ended = run(first_cell(), tmp_path, TRIALBOOK_REPOSITORY="")
    assert "Write the address of the book's repository" in ended.stderr


@pytest.mark.slow
def test_in_a_fresh_environment_a_copy_runs_from_top_to_bottom(tmp_path):
    """What Colab does: Python with IPython and nothing of ours; the chapter's own cells follow."""
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    made = subprocess.run([venv / "bin" / "pip", "install", "-q", "ipython"], capture_output=True)
    if made.returncode:
        pytest.skip("no package index can be reached")
    copy = (ROOT / "notebooks" / "colab" / "design.ipynb").read_text(encoding="utf-8")
    cells = [cell for cell in json.loads(copy)["cells"] if cell["cell_type"] == "code"]
    script = tmp_path / "chapter.ipy"
    script.write_text("\n\n".join("".join(cell["source"]) for cell in cells))
    session = tmp_path / "session"
    session.mkdir()
    ended = subprocess.run(
        [venv / "bin" / "ipython", script], cwd=session, capture_output=True, text=True,
        env={**os.environ, "TRIALBOOK_REPOSITORY": f"file://{ROOT}"},
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr + ended.stdout
    assert (session / "book-of-a-trial" / "data").is_dir()
