"""Whole books spread over a Dask cluster, whose workers share the clone's file system.

Each book is built by a command of its own on the worker, so that a book which fails, or takes
the memory, takes nothing else with it, and the workers need nothing but this package.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from trialbook.messages import MACHINE_FAILED, MachineError, UsageError

_SECONDS_TO_CONNECT = 20


def build_on_cluster(
    scheduler: str, folders: list[Path], arguments: list[str]
) -> Iterator[tuple[Path, int, str]]:
    """Build the books of several trials on the workers of a Dask cluster.

    Parameters
    ----------
    scheduler : str
        The scheduler's address, ``"tcp://host:8786"``.
    folders : list of Path
        Trials' folders, absolute, the same for every worker.
    arguments : list of str
        Options of ``trialbook build`` for all of them.

    Yields
    ------
    tuple of Path, int, str
        A trial as it ends: its folder, exit code, and all that its build said.

    Raises
    ------
    UsageError
        When Dask is not installed.
    MachineError
        When there is no scheduler at the address.
    """
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        raise UsageError(
            "--scheduler needs Dask, which is not installed: pip install dask distributed"
        ) from error
    if not re.fullmatch(r"([a-z]+://)?[^:/]+:\d+", scheduler):
        raise UsageError(f"--scheduler {scheduler}: write host:port, such as tcp://host:8786.")
    try:
        client = Client(scheduler, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise MachineError(f"No Dask scheduler answers at {scheduler}. {error}") from error
    with client:
        futures = {
            client.submit(
                build_here, [str(folder), *arguments], str(Path.cwd()), pure=False, retries=0
            ): folder
            for folder in folders
        }
        try:
            for future in as_completed(futures, loop=client.loop):
                yield (futures[future], *_outcome(future))
        except (KeyboardInterrupt, GeneratorExit):
            client.cancel(list(futures), force=True)
            raise


def build_here(arguments: list[str], folder: str) -> tuple[int, str]:
    """Run ``trialbook build`` in a folder; return its exit code and what it said."""
    command = [sys.executable, "-m", "trialbook", "build", *arguments]
    # A worker is told by its own environment how to start processes: a build is not.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DASK_")}
    ended = subprocess.run(
        command,
        cwd=folder,
        env=clean,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    code = ended.returncode if ended.returncode >= 0 else MACHINE_FAILED
    killed = f"The build was ended by signal {-ended.returncode}.\n" if ended.returncode < 0 else ""
    return code, ended.stdout + killed


def _outcome(future) -> tuple[int, str]:
    """Return code and words of a task that ended, be it without a result."""
    try:
        return future.result()
    except Exception as error:  # whatever befell the worker, the other books go on
        return MACHINE_FAILED, f"The worker failed: {type(error).__name__}: {error}\n"
