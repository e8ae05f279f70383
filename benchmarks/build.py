"""How long a build takes beside jupyter-book executing the same chapters itself.

Everything is measured in one go, in a copy of this clone, on the same machine:

    python benchmarks/build.py [--runs 3] [--trial data/alms]

The table gives the median of the runs, the ratio to jupyter-book, what was promised, and the peak
of the memory of all processes together (proportional set size, so that shared pages count once).
"""

import argparse
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from measure import measured

ROOT = Path(__file__).parents[1]
NOT_COPIED = shutil.ignore_patterns(
    ".venv", ".git", "_build", "__pycache__", ".*_cache", "*.egg-info"
)


def touch(folder: Path, chapter: str, run: int) -> None:
    """Change a sentence of a chapter."""
    path = folder / "notebooks" / f"{chapter}.md"
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\nAnother sentence, number {run}.\n")


def one_run(folder: Path, trial: str, run: int) -> dict[str, tuple[float, float]]:
    """Measure each kind of build once, in an empty copy of the clone."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
    build = [sys.executable, "-m", "trialbook", "build", trial]
    jupyter_book = [str(Path(sys.executable).with_name("jupyter-book")), "build", "--all", "."]
    found = {"jupyter-book, executing itself": measured(jupyter_book, folder)[:2]}
    found["trialbook, full build"] = measured(build, folder)[:2]
    found["trialbook, nothing changed"] = measured(build, folder)[:2]
    for chapter in ("design", "efficacy"):
        touch(folder, chapter, run)
        found[f"trialbook, {chapter} changed"] = measured(build, folder)[:2]
    with (folder / "book" / "glossary.md").open("a", encoding="utf-8") as file:
        file.write("\nA last sentence.\n")
    found["trialbook, a page of prose changed"] = measured(build, folder)[:2]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--trial", default="data/alms")
    options = parser.parse_args()
    promised = {
        "trialbook, full build": 1 / 2,
        "trialbook, nothing changed": 1 / 10,
        "trialbook, design changed": 1 / 3,
        "trialbook, efficacy changed": 1 / 3,
    }
    with tempfile.TemporaryDirectory(prefix="trialbook-") as folder:
        runs = [
            one_run(Path(folder) / "clone", options.trial, number) for number in range(options.runs)
        ]
    peer = statistics.median(run["jupyter-book, executing itself"][0] for run in runs)
    print(f"{f'median of {len(runs)}':<38}{'s':>7}{'ratio':>8}{'promised':>10}{'MB':>7}")
    for name in runs[0]:
        seconds = statistics.median(run[name][0] for run in runs)
        peak = max(run[name][1] for run in runs)
        limit = f"{promised[name]:.2f}" if name in promised else ""
        print(f"{name:<38}{seconds:>7.1f}{seconds / peer:>8.2f}{limit:>10}{peak:>7.0f}")


if __name__ == "__main__":
    main()
