"""A small book of two chapters and a small trial, and a quick way to run commands on them."""

import multiprocessing
import os
import resource
import shutil
import signal
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]

ONE = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# One

Who takes part?

```{code-cell} ipython3
:tags: [parameters]

trial = "data/small"
conf_level = 0.95
```

```{code-cell} ipython3
from trialbook.analyses import disposition
from trialbook.report.output import publish_results
from trialbook.trial import load_trial

study = load_trial(trial)
conf_level
```

```{code-cell} ipython3
from myst_nb import glue

glue("n_patients", str(len(study.adsl)), display=False)
publish_results("one", study, disposition(study))
```
"""

TWO = """---
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# Two

```{code-cell} ipython3
---
tags: [parameters]
---
trial = "data/small"
ties = "efron"
```

```{code-cell} ipython3
ties
```
"""

INDEX = """# Small

There are {glue:text}`../notebooks/one.ipynb::n_patients:s` patients, and $a^2$.
"""

TRIAL = """id: small
title: A small trial
privacy: synthetic
randomized: "yes"
time: {unit: days, show: days}
arms:
  - {code: A, values: [A], label: Arm A}
  - {code: B, values: [B], label: Arm B}
endpoints:
  - {paramcd: OS, label: death, role: primary, event: unfavourable}
flat: {file: small.csv, time: time, event: event, event_value: 1, arm: arm, paramcd: OS,
       param: Overall survival}
"""


@dataclass(frozen=True)
class Finished:
    """How a command ended."""

    code: int
    out: str
    err: str


class Commands:
    """The command line in forks of a process that has imported everything: no wait for imports."""

    def __init__(self):
        context = multiprocessing.get_context("fork")
        self._connection, there = context.Pipe()
        self._process = context.Process(target=_serve, args=(there,), daemon=False)
        self._process.start()

    def __call__(self, *arguments: str, cwd: Path, **options: Any) -> Finished:
        return self.wait(self.start(*arguments, cwd=cwd, **options))

    def start(self, *arguments: str, cwd: Path, most: int | None = None, **environment: str) -> int:
        """Start a command in a session of its own, that may write `most` bytes into a file."""
        return self._ask("start", ([str(part) for part in arguments], str(cwd), most, environment))

    def wait(self, pid: int) -> Finished:
        """Wait for the end of a command that was started."""
        return Finished(*self._ask("wait", pid))

    def _ask(self, what, of):
        self._connection.send((what, of))
        assert self._connection.poll(300), f"no answer: {what} {of}"
        return self._connection.recv()

    def close(self):
        self._connection.close()
        self._process.kill()
        self._process.join()


def _serve(connection):
    from trialbook.publishing import kernels, site
    from trialbook.publishing.workers import die_with_parent

    die_with_parent(os.getppid())
    kernels.preload()
    site.preload()
    files = {}
    while True:
        try:
            what, of = connection.recv()
        except EOFError:
            os._exit(0)
        if what == "start":
            said = [Path(of[1]) / f".{name}-{time.monotonic_ns()}" for name in ("out", "err")]
            pid = os.fork()
            if pid == 0:
                _run(*of, said)
            files[pid] = said
            connection.send(pid)
        else:
            code = os.waitstatus_to_exitcode(os.waitpid(of, 0)[1])
            texts = [file.read_text(encoding="utf-8") for file in files[of]]
            for file in files.pop(of):  # before the answer: a test may copy the folder then
                file.unlink()
            connection.send((code, *texts))


def _run(arguments, cwd, most, environment, files):
    from trialbook.cli import main

    code = 99
    try:
        os.setsid()
        # a shell lets its jobs in the background ignore Ctrl-C
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if most is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        os.chdir(cwd)
        os.environ |= environment
        for number, file in enumerate(files, start=1):
            os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
        main(arguments, prog_name="trialbook")
    except SystemExit as ended:
        code = ended.code or 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


@pytest.fixture(scope="session")
def commands():
    runner = Commands()
    yield runner
    runner.close()


def lay_out(root: Path) -> Path:
    """Make a clone with two small chapters and two small trials."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    config["sphinx"]["config"]["trialbook_trial"] = "data/small"
    files = {
        "_config.yml": yaml.safe_dump(config),
        "_toc.yml": "format: jb-book\nroot: book/index\nchapters:\n"
        "- file: notebooks/one\n- file: notebooks/two\n- file: book/words\n",
        "book/index.md": INDEX,
        "book/words.md": "# Words\n\nSome.\n",
        "notebooks/one.md": ONE,
        "notebooks/two.md": TWO,
    }
    for name, days in (("small", 7), ("other", 11)):
        rows = [f"{days * (i % 5 + 1)},{i % 3 % 2},{'AB'[i % 2]}" for i in range(20)]
        files[f"data/{name}/small.csv"] = "\n".join(["time,event,arm", *rows]) + "\n"
        files[f"data/{name}/trial.yml"] = TRIAL.replace("id: small", f"id: {name}")
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    for name in ("theme", "assets", "references.bib"):
        source = ROOT / "book" / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, root / "book" / name)
    return root


@pytest.fixture
def clone(tmp_path):
    return lay_out(tmp_path / "clone")


@pytest.fixture(scope="session")
def built(tmp_path_factory, commands):
    """A small book that was built once; tests read it and change nothing in it."""
    root = lay_out(tmp_path_factory.mktemp("built"))
    finished = commands("build", "data/small", cwd=root)
    assert finished.code == 0, finished.err
    return root


@pytest.fixture
def rebuilt(built, tmp_path):
    """A copy of the small book that was built once, to change at will."""
    return Path(shutil.copytree(built, tmp_path / "clone", symlinks=True))
