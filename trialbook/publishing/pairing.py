"""The chapters' Jupyter twins, derived byte for byte from their text."""

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

from trialbook.publishing import colab

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def read_notebook(text: str) -> Any:
    """Return a MyST Markdown chapter as a notebook without outputs.

    A cell's id is a hash of its source and of how often that source came before, so that the same
    text always gives the same notebook, and a change in one cell leaves the others' ids alone.

    Parameters
    ----------
    text : str
        The chapter's ``.md``.

    Returns
    -------
    nbformat.NotebookNode
    """
    import jupytext

    notebook = jupytext.reads(text, fmt="md:myst")
    seen: Counter[str] = Counter()
    for cell in notebook.cells:
        digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:8]
        seen[digest] += 1
        cell.id = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
    notebook.metadata.pop("jupytext", None)
    notebook.metadata["kernelspec"] = dict(KERNEL)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def as_json(notebook: Any) -> str:
    """Return a notebook as JSON, always the same bytes for the same notebook."""
    import nbformat

    return nbformat.writes(notebook).rstrip("\n") + "\n"


def twins_of(texts: list[Path], root: Path) -> dict[Path, str]:
    """Return every notebook that is derived from the texts, and what it must hold.

    Parameters
    ----------
    texts : list of Path
        The chapters, below ``notebooks/`` of the clone.
    root : Path
        The clone.

    Returns
    -------
    dict
        For each text its twin beside it, and the copy for Colab in ``notebooks/colab/``.
    """
    notebooks = root / "notebooks"
    derived = {}
    for text in texts:
        twin = read_notebook(text.read_text(encoding="utf-8"))
        derived[text.with_suffix(".ipynb")] = as_json(twin)
        name = text.relative_to(notebooks).with_suffix(".ipynb")
        derived[notebooks / colab.FOLDER / name] = as_json(colab.colab_copy(twin, root))
    return derived


def stale_twins(derived: dict[Path, str]) -> list[tuple[Path, str]]:
    """Return the notebooks that differ from what their text gives, with what they should hold."""
    return [
        (twin, content)
        for twin, content in derived.items()
        if not twin.exists() or twin.read_bytes() != content.encode()
    ]


def orphan_twins(derived: dict[Path, str], folder: Path) -> list[Path]:
    """Return the notebooks below `folder` which no text gives."""
    return sorted(
        twin
        for twin in folder.rglob("*.ipynb")
        if twin not in derived and ".ipynb_checkpoints" not in twin.parts
    )
