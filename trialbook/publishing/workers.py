"""Run chapters side by side, one process each."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from trialbook.publishing.execute import Run, execute
from trialbook.publishing.kernels import can_fork, die_with_parent
from trialbook.publishing.messages import BuildError, MachineError, process_ended


def context() -> Any:
    """Return how processes are started: forked where possible, else spawned afresh."""
    return multiprocessing.get_context("fork" if can_fork() else "spawn")


def execute_all(
    runs: list[Run], jobs: int, scratch: Path
) -> Iterator[tuple[int, str | BuildError, float]]:
    """Execute chapters, at most `jobs` at a time, and yield each as it ends.

    What the chapter at position ``i`` exports goes to ``scratch/exports-i``.

    Yields
    ------
    tuple of int, str or BuildError, float
        The run's position in `runs`, the executed notebook as JSON or the error, and the seconds.

    Notes
    -----
    When the caller stops early (an error, Ctrl-C) the processes that still run are ended.
    """
    waiting = list(enumerate(runs))
    running: dict[Connection, tuple[int, Any, float]] = {}
    scratch.mkdir(parents=True, exist_ok=True)
    try:
        while waiting or running:
            while waiting and len(running) < max(1, jobs):
                index, run = waiting.pop(0)
                connection, process = start(_work, run, scratch, scratch / f"exports-{index}")
                running[connection] = (index, process, time.perf_counter())
            for connection in wait(list(running)):
                index, process, began = running.pop(connection)
                try:
                    result = connection.recv()
                except EOFError:
                    process.join()
                    name, code = runs[index].chapter.name, process.exitcode
                    result = MachineError(process_ended(name, "the process that ran it", code))
                process.join()
                yield index, result, time.perf_counter() - began
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
        connection.send(MachineError(f"{run.chapter.name}: {error}"))
