"""The pages: Sphinx with Jupyter Book's configuration, in a process of its own.

The process starts at once and imports Sphinx while the chapters are executed beside it.
"""

import importlib
import io
import re
import shutil
import time
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from trialbook.messages import ChapterError, MachineError, disk_error
from trialbook.publishing.workers import imported_for_good, settle, start

_MODULES = (
    "jupyter_book.config",
    "myst_nb.sphinx_ext",
    "sphinx_design",
    "sphinx_external_toc",
    "sphinx.builders.html",
    "sphinxcontrib.bibtex",
)
_PAGES = "The pages could not be written"
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Pages:
    """What Sphinx is to build: from a staged tree into a folder.

    Attributes
    ----------
    stage, html, doctrees : Path
        The sources with both ``_*.yml``, the site, and what Sphinx keeps for the next time.
    overrides : dict
        Values of Sphinx's configuration that this build sets.
    made_by : str
        A hash of the programs; what other programs kept in `doctrees` is not used.
    strict : bool
        Whether a warning fails the build.
    """

    stage: Path
    html: Path
    doctrees: Path
    overrides: dict[str, Any]
    made_by: str
    strict: bool = True


class SiteBuilder:
    """A process that builds sites, one after another."""

    def __init__(self) -> None:
        self._connection, self._process = start(_serve)

    def build(self, pages: Pages) -> float:
        """Build a site and return the seconds it took.

        Raises
        ------
        ChapterError
            If Sphinx warned about a page; the message lists every warning.
        """
        try:
            self._connection.send(pages)
            error, seconds = self._connection.recv()
        except (EOFError, BrokenPipeError):
            self._process.join()
            code = self._process.exitcode
            raise MachineError(f"The process that builds the pages ended (code {code}).") from None
        if error:
            raise error
        return seconds

    def close(self) -> None:
        """End the process."""
        self._connection.close()
        self._process.kill()
        self._process.join()


def _serve(connection: Connection, parent: int) -> None:
    settle(parent)
    with imported_for_good():
        preload()
    while True:
        try:
            pages = connection.recv()
        except EOFError:
            return
        began = time.perf_counter()
        connection.send((_attempt(pages), time.perf_counter() - began))


def preload() -> None:
    """Import what Sphinx will load by name."""
    for module in _MODULES:
        importlib.import_module(module)


def _attempt(pages: Pages) -> Exception | None:
    """Build; return what went wrong, None if nothing did.

    The doctrees are in place only after a build without a warning: a page that is not read again
    would not be warned of again.
    """
    warnings = io.StringIO()
    aside, again = pages.doctrees.with_suffix(".building"), False
    try:
        shutil.rmtree(aside, ignore_errors=True)
        shutil.rmtree(pages.html, ignore_errors=True)
        made_by = aside / "made_by"
        if _text(pages.doctrees / made_by.name) == pages.made_by:
            pages.doctrees.rename(aside)
        shutil.rmtree(pages.doctrees, ignore_errors=True)
        again = aside.is_dir()
        run_sphinx(pages, aside, warnings)
        if warnings.getvalue().strip():
            if failed := disk_error(_PAGES, warnings.getvalue()):
                return failed
            return ChapterError(_told(pages, warnings.getvalue())) if pages.strict else None
        made_by.write_text(pages.made_by, encoding="utf-8")
        aside.rename(pages.doctrees)
    except OSError as error:
        return disk_error(_PAGES, error) or MachineError(f"{_PAGES}: {error}")
    except Exception as error:  # an extension may raise anything on a page it cannot read
        if failed := disk_error(_PAGES, str(error)):
            return failed
        if again:  # or what was kept is damaged: it is gone by now
            return _attempt(pages)
        last = traceback.extract_tb(error.__traceback__)[-1]
        found = f"{type(error).__name__}: {error} ({Path(last.filename).name}, line {last.lineno})"
        return ChapterError(_told(pages, warnings.getvalue() or found))
    return None


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _told(pages: Pages, text: str) -> str:
    """Return Sphinx's warnings with the clone's file names instead of the stage's."""
    lines = _ANSI.sub("", text).strip().replace(f"{pages.stage}/", "").splitlines()
    shown = "\n".join(f"  {line}" for line in lines[:40])
    return f"The pages have mistakes (a warning fails the build):\n{shown}"


def run_sphinx(pages: Pages, doctrees: Path, warnings: Any) -> None:
    """Build the site as Jupyter Book would, without its command line."""
    from jupyter_book.config import get_final_config
    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    config, _ = get_final_config(
        user_yaml=pages.stage / "_config.yml",
        cli_config={"latex_individualpages": False},
        sourcedir=pages.stage,
    )
    config |= pages.overrides
    with patch_docutils(str(pages.stage)), docutils_namespace():
        app = Sphinx(
            srcdir=pages.stage,
            confdir=None,
            outdir=pages.html,
            doctreedir=doctrees,
            buildername="html",
            confoverrides=config,
            status=None,
            warning=warnings,
        )
        # all pages are written: menus and glued numbers of one come from others
        app.build(force_all=True)
