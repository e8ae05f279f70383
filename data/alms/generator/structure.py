"""Who has which events, and how the study ended for them.

``structure.csv`` holds one line per kind of course. It is written so that its sums are the counts
that the paper prints and so that the composite end points follow from their components; nothing
later changes it. `check` compares the sums with the printed figures.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .spec import ARMS, COMPOSITES, END_POINTS, EVENTS, WITHDRAWAL

COMPLETED = "COMPLETED"


@dataclass(frozen=True)
class Structure:
    """The fixed part of every patient's course; arrays over patients, arm by arm.

    Attributes
    ----------
    arm : ndarray of str
    treated : ndarray of bool
        Whether any study drug was taken.
    outcome : ndarray of str
        ``COMPLETED`` or the reason for leaving the study.
    has : ndarray of bool, shape (patients, events)
        Which of `EVENTS` a patient has.
    """

    arm: np.ndarray
    treated: np.ndarray
    outcome: np.ndarray
    has: np.ndarray

    @property
    def completed(self) -> np.ndarray:
        """Whether a patient completed the study."""
        return self.outcome == COMPLETED

    def event(self, end_point: str) -> np.ndarray:
        """Return which patients have an end point, composites by their components."""
        parts = COMPOSITES.get(end_point, (end_point,))
        having = self.has[:, [EVENTS.index(part) for part in parts if part in EVENTS]].any(axis=1)
        return having | ~self.completed if WITHDRAWAL in parts else having


def read_structure(path: Path) -> Structure:
    """Read ``structure.csv`` and lay out one patient per unit of its counts."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) for _ in range(int(row["n"]))]
    return Structure(
        arm=np.array([row["arm"] for row in rows]),
        treated=np.array([row["treated"] == "Y" for row in rows]),
        outcome=np.array([row["outcome"] for row in rows]),
        has=np.array([[event in row["events"].split() for event in EVENTS] for row in rows]),
    )


def check(structure: Structure, published) -> None:
    """Compare the structure's counts with the printed ones.

    Raises
    ------
    ValueError
        Naming every printed count that the structure does not give.
    """
    wrong = []
    for arm in ARMS:
        of_arm = structure.arm == arm
        found = {("disposition", "RANDFL", "RANDOMIZED", "n"): of_arm.sum()}
        found["disposition", "SAFFL", "SAFETY", "n"] = (of_arm & structure.treated).sum()
        for reason in np.unique(structure.outcome[~structure.completed]):
            of_reason = of_arm & (structure.outcome == reason)
            found["disposition", "DCSREAS", reason, "n"] = of_reason.sum()
        for end_point in END_POINTS:
            n = (of_arm & structure.event(end_point)).sum()
            found["kaplan_meier", end_point, "", "n_events"] = n
        for (analysis, paramcd, level, statistic), n in found.items():
            printed = published.count(analysis, paramcd, arm, level, statistic)
            if printed != n:
                wrong.append(f"{paramcd} {level} {arm}: {n}, printed {printed}")
    if wrong:
        raise ValueError("structure.csv does not give the printed counts: " + "; ".join(wrong))
