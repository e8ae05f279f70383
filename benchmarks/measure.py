"""What the benchmarks of builds share: a command's time and its peak of memory."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil

MEGABYTE = 1024**2


def memory(process: psutil.Process) -> float:
    """Return the memory of a process and all below it, in MB."""
    total = 0
    for one in [process, *process.children(recursive=True)]:
        try:
            total += one.memory_full_info().pss
        except (psutil.Error, AttributeError):
            continue
    return total / MEGABYTE


def measured(command: list[str], folder: Path) -> tuple[float, float, str]:
    """Run a command; return its seconds, its peak of memory in MB and what it printed.

    Memory is the proportional set size of all processes, so that shared pages count once.
    """
    began = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    peak, ended = [0.0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.5):
            try:
                peak[0] = max(peak[0], memory(psutil.Process(process.pid)))
            except psutil.Error:
                return

    watcher = threading.Thread(target=watch)
    watcher.start()
    output, _ = process.communicate()
    seconds = time.perf_counter() - began
    ended.set()
    watcher.join()
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{output}")
    return seconds, peak[0], output
