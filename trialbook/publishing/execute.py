"""Execute one chapter with papermill, straight from its text."""

import hashlib
import logging
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trialbook.exporting import COMPLETE, EXPORT_NOTE, EXPORTS
from trialbook.messages import ChapterError, MachineError, disk_error, process_ended
from trialbook.publishing.book import Chapter
from trialbook.publishing.kernels import can_fork, forked_kernel
from trialbook.publishing.pairing import as_json, read_notebook

_CELL_LINE = re.compile(r"(?:Cell In\[\d+\], |<ipython-input-[^>]*>[^\n]*)line (\d+)")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Run:
    """One chapter with the values of its parameters, to be executed in a folder.

    Attributes
    ----------
    chapter : Chapter
    parameters : dict
    folder, root : Path
        Where it runs; where the book lies.
    complete : str
        Empty, the chapter is what readers may see. Else it is executed with the gate open, for
        the files of its tables alone, which say this of themselves.
    """

    chapter: Chapter
    parameters: dict[str, Any]
    folder: Path
    root: Path
    complete: str = ""


def execute(run: Run, scratch: Path, exports: Path | None = None) -> str:
    """Execute a chapter in a process of its own; return the notebook with its outputs, as JSON.

    The same text, parameters, data and versions give the same bytes: what papermill notes about
    time and place is taken out.

    Parameters
    ----------
    run : Run
        What to execute.
    scratch : Path
        For the kernel's connection file and IPython's folder.
    exports : Path, optional
        Where the tables and figures which the chapter shows go as files, too.

    Raises
    ------
    ChapterError
        If a cell raised; the message names the file, the line and the cause.
    MachineError
        If the kernel ended before the chapter did, or a disk was full; the message says how.
    """
    if exports:
        os.environ[EXPORTS] = str(exports)
    os.environ.pop(COMPLETE, None)
    if run.complete:
        os.environ[COMPLETE], os.environ[EXPORT_NOTE] = "1", run.complete
    # not the user's profile: what stands there would be run in every chapter
    home = scratch / f"ipython-{os.getpid()}"
    os.environ["IPYTHONDIR"] = str(home)
    os.chdir(run.folder)
    # The kernel must split off while this process is still as it was: no event loop, no sockets.
    manager = forked_kernel(scratch, home) if can_fork() else None

    import papermill
    from papermill.exceptions import PapermillExecutionError

    logging.getLogger("papermill").setLevel(logging.ERROR)
    try:
        executed = papermill.execute_notebook(
            read_notebook(run.chapter.text),
            None,
            parameters=run.parameters,
            engine_name=_engine(manager, exports and _cell_of(exports)),
            progress_bar=False,
            cwd=run.folder,
        )
    except PapermillExecutionError as error:
        told = failure_message(run, error)
        raise disk_error(told, str(error.evalue)) or ChapterError(told) from None
    except RuntimeError:  # of jupyter_client, which knows only that a kernel is gone, not how
        code = manager.provisioner.process.poll() if manager else None
        if code is None:
            raise
        raise MachineError(process_ended(run.chapter.name, "its kernel", code)) from None
    finally:
        if manager:
            manager.provisioner.process.kill()
            Path(manager.connection_file).unlink(missing_ok=True)
    return as_json(cleaned(executed))


def timed_out(run: Run, scratch: Path, exports: Path, limit: float) -> ChapterError:
    """Return that a chapter ran longer than it may, with the line of the cell where it was."""
    name, at = run.chapter.source.relative_to(run.root).as_posix(), _cell_of(exports)
    first = first_line(run.chapter.text, at.read_text(encoding="utf-8")) if at.is_file() else None
    where = f"{name}, the cell at line {first}" if first else name
    return ChapterError(
        f"{where}: the chapter had not ended after {limit:g} s. Mend it, or allow more: --timeout"
    )


def _cell_of(exports: Path) -> Path:
    """Return the file that holds the source of the cell that runs now."""
    return exports.with_suffix(".cell")


def _engine(manager: Any, cell_file: Path | None) -> str:
    """Register the engine that runs cells in `manager`'s kernel, or papermill's own.

    The source of the cell that runs is written to `cell_file`.
    """
    from papermill.clientwrap import PapermillNotebookClient
    from papermill.engines import NBClientEngine, papermill_engines

    class GivenKernel(NBClientEngine):
        @classmethod
        def execute_managed_notebook(
            cls, nb_man: Any, kernel_name: str, start_timeout: int = 60, **kwargs: Any
        ) -> Any:
            start = nb_man.cell_start

            def noted(cell: Any, *args: Any, **kwargs: Any) -> Any:
                if cell_file:
                    cell_file.write_text(cell.source, encoding="utf-8")
                return start(cell, *args, **kwargs)

            nb_man.cell_start = noted
            client = PapermillNotebookClient(
                nb_man, km=manager, timeout=None, startup_timeout=start_timeout
            )
            return client.execute()

    if manager is None:
        return "nbclient"
    papermill_engines.register("given-kernel", GivenKernel)
    return "given-kernel"


def cleaned(notebook: Any) -> Any:
    """Return the executed notebook without times and paths, its injected cell hidden."""
    notebook.metadata.pop("papermill", None)
    tagged = {tag: cell for cell in notebook.cells for tag in cell.metadata.get("tags", [])}
    if {"parameters", "injected-parameters"} <= set(tagged):
        shown = tagged["parameters"]
        shown.source = with_values(shown.source, tagged["injected-parameters"].source)
    for cell in notebook.cells:
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        tags = cell.metadata.get("tags", [])
        if "injected-parameters" in tags:
            cell.metadata["tags"] = [*tags, "remove-cell"]
            cell.id = "injected-" + hashlib.sha256(cell.source.encode()).hexdigest()[:8]
        elif not tags:
            cell.metadata.pop("tags", None)
    return notebook


def with_values(declared: str, injected: str) -> str:
    """Return the cell that declares the parameters with the values that were injected.

    A reader sees these alone, and would otherwise be shown another trial's folder.

    >>> print(with_values("trial = 'a'", "trial = 'b'"))
    trial = 'b'
    """
    given = dict(line.split(" = ", 1) for line in injected.splitlines() if " = " in line)
    lines = []
    for line in declared.splitlines():
        name, _, rest = line.partition(" = ")
        comment = rest.partition("  #")[1:]
        lines.append(f"{name} = {given[name]}{''.join(comment)}" if name in given else line)
    return "\n".join(lines)


def failure_message(run: Run, error: Any) -> str:
    """Return file, line, cause and the failing line of a chapter's text."""
    name = run.chapter.source.relative_to(run.root).as_posix()
    cause = f"{error.ename}: {_ANSI.sub('', str(error.evalue))}"
    first = first_line(run.chapter.text, error.source)
    if first is None:  # the injected cell is not in the text
        return f"{name}, its parameters\n  {cause}"
    lines = _CELL_LINE.findall(_ANSI.sub("", "\n".join(error.traceback or [])))
    line = first + (int(lines[-1]) - 1 if lines else 0)
    code = run.chapter.text.splitlines()[line - 1].strip()
    return f"{name}, line {line}\n  > {code}\n  {cause}"


def first_line(text: str, source: str) -> int | None:
    """Return the number (from 1) of the line of `text` on which a cell's `source` begins."""
    at = text.find(source)
    return None if at < 0 else text.count("\n", 0, at) + 1
