"""The chapters for Google Colab: the twins, with one cell before them that gets the book.

The cell gets the repository and what of its requirements the machine lacks. It leaves what is
there as it is, for Colab has imported some of it already. The repository's address comes from
CITATION.cff (``repository-code``), or on the spot from the variable ``TRIALBOOK_REPOSITORY``.
"""

from pathlib import Path
from typing import Any

import yaml

FOLDER = "colab"
# What a chapter needs to run, of what requirements.txt pins; the rest builds the book.
NEEDED = (
    "numpy", "scipy", "pandas", "lifelines", "pydantic", "pandera", "pyyaml", "openpyxl", "rdata",
    "pyreadstat", "charset-normalizer", "pyarrow", "matplotlib", "seaborn", "pillow", "nbformat",
    "great-tables", "myst-nb",
)  # fmt: skip

_CELL = '''\
# Gets the book, and what of its requirements is not here; once in a session.
import os
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

repository = os.environ.get("TRIALBOOK_REPOSITORY", "{address}")
needed = """{pins}""".split()


def lacks(pin):
    try:
        return not version(pin.split("==")[0])
    except PackageNotFoundError:
        return True


book = Path("book-of-a-trial").absolute()
if not (Path("trialbook").is_dir() or book.is_dir()):
    assert repository, "Write the address of the book's repository between the quotes."
    subprocess.run(["git", "clone", "--quiet", "--depth=1", repository, book], check=True)
if book.is_dir():
    os.chdir(book)
missing = [pin for pin in needed if lacks(pin)]
if missing:
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *missing], check=True)
sys.path.insert(0, os.getcwd())'''


def colab_copy(twin: Any, root: Path) -> Any:
    """Return a twin for Colab: the same cells behind the one that gets the book.

    Parameters
    ----------
    twin : NotebookNode
        See `pairing.read_notebook`.
    root : Path
        The clone: its CITATION.cff and requirements.txt are read.
    """
    from nbformat.v4 import new_code_cell

    source = _CELL.format(address=address(root), pins="\n".join(pins(root)))
    cell = new_code_cell(source, id="get-the-book", metadata={"cellView": "form"})
    twin.cells.insert(0, cell)
    return twin


def address(root: Path) -> str:
    """Return the repository's address as CITATION.cff has it, empty where it has none."""
    file = root / "CITATION.cff"
    if not file.is_file():
        return ""
    found = (yaml.safe_load(file.read_text(encoding="utf-8")) or {}).get("repository-code") or ""
    return str(found) if str(found).startswith("https://") and '"' not in str(found) else ""


def pins(root: Path) -> list[str]:
    """Return what a chapter needs, in the versions of requirements.txt."""
    file = root / "requirements.txt"
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    pinned = {line.split("==")[0].strip(): line.split("#")[0].strip() for line in lines}
    return [pinned.get(name, name) for name in NEEDED]
