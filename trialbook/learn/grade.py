"""Marking of notebooks that were handed in.

Each runs in a process of its own with limits of time and memory; only the values of the named
answers come back, as JSON. What is right is computed in this process, never in theirs. That is no
sandbox: run notebooks of people whom you would let run programs on this machine.
"""

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from trialbook.learn.derive import answers_of
from trialbook.learn.exercise import UNANSWERED, judge
from trialbook.learn.lesson import Lesson
from trialbook.publishing.pairing import read_notebook
from trialbook.trial import load_trial

MEMORY = 4 * 2**30  # bytes
COLUMNS = ["student", "chapter", "exercise", "objective", "level", "verdict", "mistake"]

_RUN = """
import json, resource, sys
notebook, names, seconds, memory = sys.argv[1], json.loads(sys.argv[2]), *map(int, sys.argv[3:])
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
import contextlib, io
import matplotlib
matplotlib.use("agg")
found = {"__name__": "__main__"}
cells = json.load(open(notebook, encoding="utf-8"))["cells"]
with contextlib.redirect_stdout(io.StringIO()):
    for cell in (one for one in cells if one["cell_type"] == "code"):
        source = "".join(cell["source"])
        lines = [line for line in source.splitlines() if not line.lstrip().startswith(("%", "!"))]
        try:
            exec("\\n".join(lines), found)
        except Exception:  # one cell that fails takes no other answer along
            continue
def plain(value):
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return value if isinstance(value, (bool, int, float, str)) else None
print("\\nANSWERS " + json.dumps({name: plain(found.get(name)) for name in names}))
"""


def marks(
    chapters: Iterable[Path], folder: Path, trial: Path | None, seed: int | None, timeout: float
) -> pd.DataFrame:
    """Mark all notebooks below a folder.

    Parameters
    ----------
    chapters : iterable of Path
        The texts of the course's chapters.
    folder : Path
        A notebook per chapter, or a folder of such per student.
    trial : Path or None
        The folder of the trial that the notebooks were made for.
    seed : int or None
        The seed that they were made with.
    timeout : float
        Seconds for each notebook.

    Returns
    -------
    pandas.DataFrame
        `COLUMNS`: a row per student, chapter and exercise.
    """
    study = None if trial is None else load_trial(trial)
    texts = {path.stem: path for path in chapters}
    found = []
    for path in sorted(folder.rglob("*.ipynb")):
        if path.stem not in texts or ".ipynb_checkpoints" in path.parts:
            continue
        names = answers_of(read_notebook(texts[path.stem].read_text(encoding="utf-8")))
        answers = collect(path, names, timeout)
        lesson = Lesson(path.stem, study, seed)
        who = path.parent.relative_to(folder).as_posix()
        for name in names:
            exercise = lesson.exercises[name]
            answer = answers.get(name)
            feedback = judge(exercise, ... if answer is None else answer, lesson.case(name))
            row = (who, path.stem, name, exercise.objective, exercise.level, feedback.verdict)
            found.append((*row, feedback.mistake))
    return pd.DataFrame(found, columns=COLUMNS)


def collect(notebook: Path, names: list[str], timeout: float) -> dict[str, object]:
    """Return the named answers of a notebook; none where it takes too long or too much."""
    arguments = [str(notebook.resolve()), json.dumps(names), str(int(timeout)), str(MEMORY)]
    try:
        done = subprocess.run(
            [sys.executable, "-c", _RUN, *arguments],
            cwd=notebook.parent,
            capture_output=True,
            text=True,
            timeout=timeout + 10,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {}
    lines = [line for line in done.stdout.splitlines() if line.startswith("ANSWERS ")]
    return json.loads(lines[-1].removeprefix("ANSWERS ")) if lines else {}


def summary(found: pd.DataFrame) -> str:
    """Return a line per chapter: how many answers are right, and which mistake is commonest."""
    lines = []
    for chapter, rows in found.groupby("chapter", sort=False):
        answered = rows[rows["verdict"] != UNANSWERED]
        right = int((answered["verdict"] == "right").sum())
        line = f"{chapter}: {right} of {len(rows)} right, {len(rows) - len(answered)} unanswered"
        common = rows.loc[rows["mistake"] != "", "mistake"].value_counts()
        if len(common):
            line += f"; most often: {common.index[0]}"
        lines.append(line)
    return "\n".join(lines)
