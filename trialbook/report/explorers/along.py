"""The curve reader along any axis: visits, an assumption, a true hazard ratio.

The same component as for survival. What it says at each place is a sentence made here, by the
words and the formatter of tables, from what the figure draws.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from trialbook.escape import plain
from trialbook.report.explorers import explorer, short


@dataclass(frozen=True)
class Line:
    """A line that is read: the arm whose colour it has, if any, and where it lies at each place.

    `y` is in the units in which the vertical axis is drawn, NaN where there is no point.
    """

    arm: int | None
    y: Sequence[float]


@dataclass(frozen=True)
class Along:
    """One panel: its lines, and at each place a lead and what follows it, free numbers marked."""

    lines: Sequence[Line]
    said: Sequence[tuple[str, str]]


def along_reader(
    axis: str,
    at: Sequence[float],
    called: Sequence[str],
    panels: Sequence[Along],
    *,
    start: int = -1,
) -> str:
    """Return the reader of a figure's lines; '' where there are no two places.

    Parameters
    ----------
    axis : str
        What the slider moves along.
    at : sequence of float
        The places, in increasing order, in the units of the horizontal axis.
    called : sequence of str
        What each place is called.
    panels : sequence of Along
        As drawn: in the order in which the figure called `readable`.
    start : int
        Which place is read first; by default the last.
    """
    if len(at) < 2 or not panels:
        return ""
    told = [
        {
            "said": [[plain(part, 1000, marks=True) for part in pair] for pair in one.said],
            "arms": [
                {"arm": line.arm, "value": [short(y) if isfinite(y) else None for y in line.y]}
                for line in one.lines
            ],
        }
        for one in panels
    ]
    choice = {
        "name": plain(axis),
        "at": [short(float(x)) for x in at],
        "called": [plain(text) for text in called],
        "panels": told,
    }
    return explorer(
        "reader", {"show": plain(axis), "start": choice["at"][start], "choices": [choice]}
    )
