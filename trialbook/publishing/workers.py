"""Run chapters side by side, one process each."""

import contextlib
import gc
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from trialbook.messages import BuildError, MachineError, disk_error, process_ended
from trialbook.publishing.execute import Run, execute, timed_out
from trialbook.publishing.kernels import can_fork, die_with_parent

# Seconds between two looks at which process has run too long.
_LOOK_AGAIN = 0.25


def context() -> Any:
    """Return how processes are started: forked where possible, else spawned afresh."""
    return multiprocessing.get_context("fork" if can_fork() else "spawn")


def execute_all(
    runs: list[Run], jobs: int, scratch: Path, limit: float | None = None
) -> Iterator[tuple[int, str | BuildError, float]]:
    """Execute chapters, at most `jobs` at a time, and yield each as it ends.

    What the chapter at position ``i`` exports goes to ``scratch/exports-i``. A chapter that runs
    longer than `limit` seconds is ended.

    Yields
    ------
    tuple of int, str or BuildError, float
        The run's position in `runs`, the executed notebook as JSON or the error, and the seconds.

    Notes
    -----
    When the caller stops early (an error, Ctrl-C) the processes that still run are ended.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    arguments = [(run, scratch, scratch / f"exports-{i}") for i, run in enumerate(runs)]
    for index, result, code, seconds in side_by_side(_work, arguments, jobs, limit):
        if result is None and code is None:
            result = timed_out(*arguments[index], limit)
        elif result is None:
            name = runs[index].chapter.name
            result = MachineError(process_ended(name, "the process that ran it", code))
        yield index, result, seconds


def side_by_side(
    target: Callable[..., None],
    arguments: list[tuple],
    at_once: int,
    limit: float | None = None,
) -> Iterator[tuple[int, Any, int | None, float]]:
    """Call a function in processes of their own, at most `at_once` at a time.

    Parameters
    ----------
    target : callable
        Called with a connection, to which it sends its result, with the number of this process,
        and with one of the `arguments`.
    arguments : list of tuple
    at_once : int
    limit : float, optional
        Seconds after which a process is ended.

    Yields
    ------
    tuple of int, result, int or None, float
        As each ends: its position in `arguments`, its result, None where it ended without one,
        then its exit code, None where it was ended for the limit, and the seconds.
    """
    waiting = list(enumerate(arguments))
    running: dict[Connection, tuple[int, Any, float]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < max(1, at_once):
                index, given = waiting.pop(0)
                connection, process = start(target, *given)
                running[connection] = (index, process, time.perf_counter())
            now = time.perf_counter()
            over = [one for one, (_, _, began) in running.items() if limit and now - began > limit]
            for connection in over:
                index, process, began = running.pop(connection)
                process.kill()
                process.join()
                yield index, None, None, now - began
            for connection in wait(list(running), _LOOK_AGAIN if limit else None):
                index, process, began = running.pop(connection)
                result = code = None
                try:
                    result = connection.recv()
                except EOFError:
                    process.join()
                    code = process.exitcode
                process.join()
                yield index, result, code, time.perf_counter() - began
    finally:
        for _, process, _ in running.values():
            process.kill()
        for _, process, _ in running.values():
            process.join()


def start(target: Callable[..., None], *arguments: Any) -> tuple[Connection, Any]:
    """Start a process that calls `target(connection, parent, *arguments)`.

    Returns
    -------
    tuple of Connection, Process
        This side of the pipe to it, and the process.
    """
    here, there = context().Pipe()
    process = context().Process(target=target, args=(there, os.getpid(), *arguments))
    process.start()
    there.close()
    return here, process


@contextlib.contextmanager
def imported_for_good() -> Iterator[None]:
    """Import without looking for garbage, and never look for it in what was imported.

    Modules stay until the process ends; collecting would walk through them again and again, in
    this process and in each that is forked from it, whose memory would then be copied, too.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


def settle(parent: int) -> None:
    """Make this process leave Ctrl-C to its parent, and end when the parent does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent(parent)


def _work(connection: Connection, parent: int, run: Run, scratch: Path, exports: Path) -> None:
    settle(parent)
    try:
        connection.send(execute(run, scratch, exports))
    except BuildError as error:
        connection.send(error)
    except OSError as error:
        name = run.chapter.name
        connection.send(disk_error(name, error) or MachineError(f"{name}: {error}"))
