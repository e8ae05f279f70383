"""What is asked of a build."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# Takes one line of progress.
Say = Callable[[str], None]

# An hour: the chapters of a trial of a million patients take some minutes.
LIMIT = 3600


def cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True)
class Order:
    """What was asked of a build.

    Attributes
    ----------
    parameters : dict
        Name to value, for every chapter that declares the name.
    grid : tuple of str
        ``name=v1,v2`` texts.
    only : tuple of str
        Chapters to execute; the others come from the last build.
    jobs : int
        Chapters at a time.
    force : bool
        Whether to execute what did not change, too.
    timeout : float
        Seconds that a chapter may take.
    out : Path or None
        The link to publish at, instead of ``_build/<trial>``.
    paper : str
        The size of the sheets of a PDF of the whole book; empty for none.
    """

    parameters: dict[str, Any] = field(default_factory=dict)
    grid: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    jobs: int = field(default_factory=cores)
    force: bool = False
    timeout: float = LIMIT
    out: Path | None = None
    paper: str = ""
