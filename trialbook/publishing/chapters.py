"""Execute the chapters that editions lack, and take them in."""

import shutil
from dataclasses import replace
from pathlib import Path

from trialbook.messages import BuildError
from trialbook.publishing.cache import COMPLETED, TABLES, Cache
from trialbook.publishing.editions import Edition, Task
from trialbook.publishing.execute import Run
from trialbook.publishing.order import Order, Say
from trialbook.publishing.reading import is_course
from trialbook.publishing.watched import Watched


def execute_chapters(
    to_do: list[tuple[Edition, Task]],
    given: tuple[Watched, Cache, str],
    order: Order,
    scratch: Path,
    say: Say,
) -> None:
    """Execute chapters into their editions; all of them, even if one fails.

    Parameters
    ----------
    to_do : list of tuple of Edition, Task
        What is executed for which edition.
    given : tuple of Watched, Cache, str
        The data, where chapters are kept, and for guarded data what the files of complete tables
        say of themselves: for these a chapter of the report is executed once more, with the gate
        open; nothing but its tables is kept of that.
    order : Order
        What was asked.
    scratch : Path
        For what the processes write.
    say : callable
        Takes one line of progress.

    Raises
    ------
    BuildError
        What every failed chapter says, of the kind of the gravest.
    """
    data, cache, complete = given
    if not to_do:
        return
    from trialbook.publishing import kernels
    from trialbook.publishing.workers import execute_all, imported_for_good
    from trialbook.trial import load_trial

    if kernels.can_fork():
        with imported_for_good():
            kernels.preload()
        load_trial(data.folder, blinded=to_do[0][0].blinded)
    # the longest first, so that none is left alone at the end
    to_do = sorted(to_do, key=_expected_seconds, reverse=True)
    runs, failures = [task.run for _, task in to_do], []
    tables = _complete_tables(runs, complete, order, scratch / COMPLETED) if complete else {}
    for index, result, seconds in execute_all(runs, order.jobs, scratch, order.timeout):
        one, task = to_do[index]
        name = task.run.chapter.name
        data.check()  # before anything is kept under a key that the old data gave
        of_owner = tables.get(index)
        errors = [found for found in (result, of_owner) if isinstance(found, BuildError)]
        if errors:
            say(f"{one.named(name)}  failed")
            failures.append(errors[0])
            continue
        exports = scratch / f"exports-{index}"
        if of_owner and of_owner.is_dir():
            exports.mkdir(exist_ok=True)
            shutil.move(of_owner, exports / COMPLETED)
        one.add(task, cache.keep(name, task.key, result, exports), seconds)
        say(f"{one.named(name)}  {seconds:.1f} s")
    if failures:
        worst = max(failures, key=lambda error: error.exit_code)
        raise type(worst)("\n\n".join(map(str, failures)))


def _complete_tables(
    runs: list[Run], complete: str, order: Order, scratch: Path
) -> dict[int, BuildError | Path]:
    """Make the tables of the report with the gate open: of each its folder, or what failed.

    Nothing but the tables is kept: see `trialbook.publishing.execute.Run`.
    """
    from trialbook.publishing.workers import execute_all

    of_report = [
        at
        for at, run in enumerate(runs)
        if "trial" in run.chapter.parameters and not is_course(run.chapter.name)
    ]
    again = [replace(runs[at], complete=complete) for at in of_report]
    found: dict[int, BuildError | Path] = {}
    for index, result, _ in execute_all(again, order.jobs, scratch, order.timeout):
        tables = scratch / f"exports-{index}" / TABLES
        found[of_report[index]] = result if isinstance(result, BuildError) else tables
    return found


def _expected_seconds(item: tuple[Edition, Task]) -> float:
    """Return what a chapter took last time; before that, longer texts are taken to run longer."""
    one, task = item
    last = one.published.get("chapters", {}).get(task.run.chapter.name, {})
    return last.get("seconds") or len(task.run.chapter.text) / 2000
