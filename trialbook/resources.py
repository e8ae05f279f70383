"""Where the chapters and pages lie that come with this package.

There is one copy of them in the tree: ``notebooks/``, ``book/``, ``_toc.yml`` and ``_config.yml``
at its top. A wheel carries the same files inside the package (see ``pyproject.toml``).
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def own_book() -> Path:
    """Return the folder with this package's ``_toc.yml``, ``notebooks/`` and ``book/``."""
    inside = _PACKAGE / "_book"
    return inside if inside.is_dir() else _PACKAGE.parent


def is_book(folder: Path) -> bool:
    """Return whether a folder holds chapters and their order, as a clone does."""
    return (folder / "_toc.yml").is_file() and (folder / "notebooks").is_dir()
