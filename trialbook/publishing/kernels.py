"""Kernels forked from a process that has imported everything and read the trial already.

A stock kernel spends most of a chapter's time on imports. Here the process which runs a chapter
splits off a kernel before it does anything else; the kernel is ipykernel's own, speaks the usual
protocol over a Unix socket, and dies with the process that started it.
"""

import contextlib
import importlib
import os
import pkgutil
import random
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

import trialbook

# What a kernel and papermill import, without what only a started kernel may (matplotlib_inline).
_MODULES = (
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "jupyter_client.provisioning.local_provisioner",
    "jupytext",
    "lifelines",
    "matplotlib.pyplot",
    "myst_nb",
    "papermill",
)
_NOT_FOR_CHAPTERS = ("trialbook.publishing", "trialbook.cli", "trialbook.__main__")

# The display width pandas finds in a kernel; at a terminal it would find another one.
_PANDAS_COLUMNS = 20
_INLINE_BACKEND = "module://matplotlib_inline.backend_inline"


def can_fork() -> bool:
    """Return whether kernels may be forked here: on Linux, unless TRIALBOOK_FORK=0."""
    return sys.platform == "linux" and os.environ.get("TRIALBOOK_FORK", "1") != "0"


def preload() -> None:
    """Import what chapters and kernels use, leaving the state that a fresh kernel would have."""
    os.environ.setdefault("MPLBACKEND", _INLINE_BACKEND)
    for module in _MODULES:
        importlib.import_module(module)
    for found in pkgutil.walk_packages(trialbook.__path__, "trialbook."):
        if not found.name.startswith(_NOT_FOR_CHAPTERS):
            # What cannot be imported fails where a chapter imports it, with file and line.
            with contextlib.suppress(ImportError, SyntaxError):
                importlib.import_module(found.name)
    import pandas as pd

    pd.set_option("display.max_columns", _PANDAS_COLUMNS)


def die_with_parent(parent: int) -> None:
    """Ask the kernel of Linux to end this process when its parent ends, however that happens."""
    if sys.platform != "linux":
        return
    import ctypes

    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


class ForkedProcess:
    """A forked child with the part of `subprocess.Popen` that jupyter_client uses."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int):
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, None while the process runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; `timeout` is not used, for the process has been killed by then."""
        if self.returncode is None:
            self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.returncode

    def send_signal(self, signum: int) -> None:
        """Send a signal, if the process still runs."""
        if self.poll() is None:
            os.kill(self.pid, signum)

    def kill(self) -> None:
        """End the process at once."""
        self.send_signal(signal.SIGKILL)

    terminate = kill


def forked_kernel(folder: Path, home: Path) -> Any:
    """Fork a kernel that works in the current folder, and return its manager.

    Parameters
    ----------
    folder : Path
        Where the connection file goes.
    home : Path
        IPython's folder, the ``IPYTHONDIR`` of the environment.

    Returns
    -------
    jupyter_client.AsyncKernelManager
        With its kernel running; end it with ``manager.provisioner.process.kill()``.
    """
    from jupyter_client import AsyncKernelManager
    from jupyter_client.provisioning.local_provisioner import LocalProvisioner

    _lay_out(home)
    # an abstract socket ("@"): no port to race for, no file to clear away
    socket = f"@trialbook-{os.getpid()}-{os.urandom(8).hex()}"
    manager = AsyncKernelManager(
        transport="ipc",
        ip=socket,
        connection_file=str(folder / f"kernel-{os.getpid()}.json"),
        shell_port=1,
        iopub_port=2,
        stdin_port=3,
        hb_port=4,
        control_port=5,
    )
    manager.write_connection_file()
    sys.stdout.flush()
    sys.stderr.flush()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _become_kernel(manager.connection_file, parent)
    manager.provisioner = LocalProvisioner(parent=manager)
    manager.provisioner.process = ForkedProcess(pid)
    return manager


def _lay_out(home: Path) -> None:
    """Make IPython's folder here, where a full disk is an error: a kernel could only end."""
    from IPython.core.profiledir import ProfileDir

    ProfileDir(location=str(home / "profile_default"))
    (home / "README").touch()


def _become_kernel(connection_file: str, parent: int) -> None:
    """Turn this freshly forked process into a kernel; never returns."""
    code = 1
    try:
        die_with_parent(parent)
        os.setsid()  # as a stock kernel: Ctrl-C is the build's to answer, not a cell's
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.environ["JPY_PARENT_PID"] = str(parent)
        options = ["-f", connection_file, "--HistoryManager.hist_file=:memory:"]
        sys.argv = ["ipykernel_launcher.py", *options]
        random.seed()
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed()

        from ipykernel.kernelapp import IPKernelApp
        from IPython.core.interactiveshell import InteractiveShell

        # Of a build that is called from IPython: the kernel has a shell of its own.
        InteractiveShell.clear_instance()
        app = IPKernelApp.instance()
        app.initialize([*options, f"--IPKernelApp.parent_handle={parent}"])
        app.start()
        code = 0
    except BaseException:  # SystemExit, too: nobody above would print why there is no kernel
        traceback.print_exc(file=sys.__stderr__)
    finally:
        os._exit(code)
