"""The chapters' Jupyter twins, derived byte for byte from their text."""

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def read_notebook(text: Path) -> Any:
    """Read a MyST Markdown chapter as a notebook without outputs.

    A cell's id is a hash of its source and of how often that source came before, so that the same
    text always gives the same notebook, and a change in one cell leaves the others' ids alone.

    Parameters
    ----------
    text : Path
        The chapter's ``.md``.

    Returns
    -------
    nbformat.NotebookNode
    """
    import jupytext

    notebook = jupytext.read(text, fmt="md:myst")
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


def stale_twins(texts: list[Path]) -> list[tuple[Path, str]]:
    """Return the twins that differ from what their text gives, with what they should hold."""
    twins = [(text.with_suffix(".ipynb"), as_json(read_notebook(text))) for text in texts]
    return [
        (twin, content)
        for twin, content in twins
        if not twin.exists() or twin.read_bytes() != content.encode()
    ]


def orphan_twins(texts: list[Path], folder: Path) -> list[Path]:
    """Return the notebooks below `folder` which no text gives."""
    expected = {text.with_suffix(".ipynb") for text in texts}
    return sorted(
        twin
        for twin in folder.rglob("*.ipynb")
        if twin not in expected and ".ipynb_checkpoints" not in twin.parts
    )
