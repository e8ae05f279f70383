"""`jupyter-book build .` publishes what the table of contents names, and nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from sphinx.util.matching import get_matching_files

from trialbook.publishing.book import Book, toc_files

ROOT = Path(__file__).parents[2]
ELSEWHERE = [
    ".mine/versions/1/notebooks/one.ipynb", ".mine/work/book/stage/book/index.md",
    ".mine/cache/one-1/content.ipynb", "notebooks/.ipynb_checkpoints/one.ipynb",
    "book/.hidden/words.md", ".md", ".x.md", "mine/notebooks/one.ipynb", "data/small/notes/one.md",
    "notebooks/colab/one.ipynb", "notebooks/one.md", ".venv/a/b.ipynb", "README.md",
]  # fmt: skip


def found(root: Path) -> set[str]:
    """Return the documents that Sphinx takes with our configuration."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    patterns = config["sphinx"]["config"]["include_patterns"], config["exclude_patterns"]
    names = get_matching_files(root, *patterns)
    return {Path(name).with_suffix("").as_posix() for name in names if name[-3:] in (".md", "ynb")}


def test_no_hidden_folder_and_no_published_book_is_read(clone):
    for name in ("one", "two"):
        (clone / "notebooks" / f"{name}.ipynb").write_text("{}", encoding="utf-8")
    for name in ELSEWHERE:
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / name).write_text("secret", encoding="utf-8")
    assert found(clone) == {"book/index", "book/words", "notebooks/one", "notebooks/two"}


def test_all_that_the_table_of_contents_names_is_read():
    assert set(toc_files(Book(ROOT).toc)) <= found(ROOT)


@pytest.mark.slow
def test_the_site_of_plain_jupyter_book_holds_nothing_of_another_trial(clone, commands):
    other = clone / "data" / "other" / "trial.yml"
    text = other.read_text(encoding="utf-8")
    other.write_text(text.replace("A small trial", "Zqx trial"), encoding="utf-8")
    assert commands("pair", cwd=clone).code == 0
    assert commands("build", "data/other", "--out", "mine", cwd=clone).code == 0
    program = "from jupyter_book.cli.main import main; main()"
    build = [sys.executable, "-c", program, "build", ".", "-W", "--keep-going"]
    made = subprocess.run(build, cwd=clone, capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr
    html = clone / "_build" / "html"
    pages = {path.relative_to(html).as_posix() for path in html.rglob("*.html")}
    assert "notebooks/one.html" in pages
    assert not [page for page in pages if "mine" in page]
    assert not [path for path in html.rglob("*") if path.is_file() and b"Zqx" in path.read_bytes()]
