"""One chapter, executed: what a forked kernel gives is what a fresh kernel gives."""

import json
import multiprocessing
import os
from pathlib import Path

import pytest

from trialbook.messages import BuildError, ChapterError, MachineError
from trialbook.publishing import kernels, workers
from trialbook.publishing.book import read_chapter
from trialbook.publishing.execute import Run, first_line
from trialbook.publishing.kernels import can_fork

HEADER = """---
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# A chapter

```{code-cell} ipython3
:tags: [parameters]

trial = "data/x"
size = 3
```
"""

# What would tell a preloaded process from a fresh one: display options, backends, module state.
TELLTALE = """
```{code-cell} ipython3
import sys
import numpy as np
import pandas as pd
pd.DataFrame({f"column {i}": np.arange(size) for i in range(30)})
```

```{code-cell} ipython3
pd.get_option("display.max_columns"), pd.get_option("display.width")
```

```{code-cell} ipython3
import matplotlib
import matplotlib.pyplot as plt
matplotlib.rcParams["svg.hashsalt"] = "x"
matplotlib.get_backend(), plt.rcParams["figure.dpi"], plt.get_fignums()
```

```{code-cell} ipython3
plt.plot([1, 2], [3, 4]);
```

```{code-cell} ipython3
import warnings
print(sorted(set(entry[0] for entry in warnings.filters)), file=sys.stderr)
print(trial, size, __name__, len(sys.argv), "sphinx" in sys.modules)
```

```{code-cell} ipython3
import logging, os, random, signal
logging.getLogger().level, random.Random(1).random(), signal.getsignal(signal.SIGTERM)
```

```{code-cell} ipython3
from trialbook import results
results.KEY, os.path.basename(os.getcwd()), os.environ["MPLBACKEND"]
```

```{code-cell} ipython3
undefined_name_shows_in_tracebacks = "x"
%whos str
```
"""


def chapter(folder: Path, text: str) -> Run:
    path = folder / "notebooks" / "chapter.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return Run(read_chapter(path, folder), {"size": 4}, folder, folder)


def _serve(connection, forked):
    """Execute one run after another, each in a process of its own, as a build does."""
    os.environ["TRIALBOOK_FORK"] = "1" if forked else "0"
    if forked:
        kernels.preload()
    while True:
        run, scratch = connection.recv()
        ((_, result, _),) = workers.execute_all([run], 1, scratch)
        connection.send(result)


class Executing:
    """A process that imports what a build imports, and nothing else."""

    def __init__(self, forked):
        context = multiprocessing.get_context("spawn")
        self._connection, there = context.Pipe()
        self._process = context.Process(target=_serve, args=(there, forked))
        self._process.start()

    def __call__(self, run: Run) -> str | BuildError:
        self._connection.send((run, run.folder / "scratch"))
        return self._connection.recv()

    def close(self):
        self._process.kill()
        self._process.join()


@pytest.fixture(scope="module")
def execute():
    """Return a function that executes a chapter as this machine does in a build."""
    process = Executing(can_fork())
    yield process
    process.close()


@pytest.mark.skipif(not can_fork(), reason="kernels are forked on Linux only")
def test_a_forked_kernel_gives_the_bytes_of_a_fresh_one(execute, tmp_path, monkeypatch):
    run = chapter(tmp_path, HEADER + TELLTALE)
    forked = execute(run)
    # what a user lets IPython run at its start would be seen by the last cell
    startup = tmp_path / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "mine.py").write_text("mine = 'of the profile'\n", encoding="utf-8")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    unprepared = Executing(forked=False)
    fresh = unprepared(run)
    unprepared.close()
    assert isinstance(forked, str), forked
    outputs = [cell.get("outputs") for cell in json.loads(forked)["cells"]]
    assert sum(bool(output) for output in outputs) >= 7
    assert forked.splitlines() == fresh.splitlines()


def test_the_parameters_given_are_used_shown_in_no_page_and_noted_without_times(execute, tmp_path):
    run = chapter(tmp_path, HEADER + "\n```{code-cell} ipython3\ntrial, size\n```\n")
    notebook = json.loads(execute(run))
    injected = notebook["cells"][2]
    assert injected["metadata"]["tags"] == ["injected-parameters", "remove-cell"]
    assert "".join(injected["source"]) == "# Parameters\nsize = 4\n"
    shown = notebook["cells"][-1]["outputs"][0]["data"]["text/plain"]
    assert shown == ["('data/x', 4)"]
    assert "papermill" not in json.dumps([c["metadata"] for c in notebook["cells"]]).replace(
        "papermill.record", ""
    )
    assert "papermill" not in notebook["metadata"]


def test_an_error_inside_a_called_function_names_the_line_of_the_chapter(execute, tmp_path):
    cell = "\n```{code-cell} ipython3\nimport json\n\njson.loads('{')\n```\n"
    run = chapter(tmp_path, HEADER + cell)
    error = execute(run)
    assert isinstance(error, ChapterError)
    line = run.chapter.text.splitlines().index("json.loads('{')") + 1
    assert f"notebooks/chapter.md, line {line}" in str(error)
    assert "JSONDecodeError" in str(error)


def test_a_cell_that_is_not_python_names_the_line(execute, tmp_path):
    run = chapter(tmp_path, HEADER + "\n```{code-cell} ipython3\nx = 1\nfor\n```\n")
    line = run.chapter.text.splitlines().index("for") + 1
    assert f"notebooks/chapter.md, line {line}" in str(execute(run))


@pytest.mark.skipif(not can_fork(), reason="only of a forked kernel is it known how it ended")
def test_a_kernel_that_is_killed_is_the_machines_failure(execute, tmp_path):
    cell = "\n```{code-cell} ipython3\nimport os\n\nos.kill(os.getpid(), 9)\n```\n"
    error = execute(chapter(tmp_path, HEADER + cell))
    assert isinstance(error, MachineError)
    assert "chapter: its kernel ended (signal 9)" in str(error)


def test_the_line_of_a_cell_is_counted_from_the_top_of_the_file():
    assert first_line("a\nb\nc = 1\nd = 2\n", "c = 1\nd = 2") == 3
    assert first_line("a\n", "z") is None
