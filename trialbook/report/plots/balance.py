"""How alike the groups were at the start: a love plot of standardized differences."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from trialbook.escape import shortened
from trialbook.report.output import Drawing
from trialbook.report.plots.layout import (
    CONTINUED,
    GIVING_WAY,
    panel,
    sheet,
    wrapped_sides,
    write,
    write_sides,
)
from trialbook.report.style import GRID, INK, MUTED, PHONE, WIDTH, drawn, theme

ROW, HEAD, RIGHT = 0.225, 0.12, 0.15


@dataclass(frozen=True)
class Layout:
    """Inches of the figure and left of its axes, letters of a label, whether it stands above."""

    width: float
    left: float
    letters: int
    above: bool = False


LABELS_LEFT = Layout(WIDTH, 3.0, 42)
LABELS_ABOVE = Layout(PHONE, 0.15, 50, above=True)


def plot_balance(
    labels: Sequence[str], differences: Sequence[float], *, sides: tuple, **words
) -> Drawing | None:
    """Draw standardized mean differences at baseline, the largest on top (a love plot).

    On a phone each label stands above its difference.

    Parameters
    ----------
    labels, differences : sequence
        Of the variables and levels; differences that are not estimable are left out.
    sides : tuple of str
        In which arm a value is higher, left and right of 0.
    **words
        name, message, headline, caption, data of the figure, see `drawn`.

    Returns
    -------
    Drawing or None
    """
    pairs = [(d, label) for label, d in zip(labels, differences, strict=True) if isfinite(d)]
    pairs.sort(key=lambda pair: (-abs(pair[0]), pair[1]))
    if not pairs:
        return None
    with theme():
        wide, narrow = (_balance(pairs, sides, layout) for layout in (LABELS_LEFT, LABELS_ABOVE))
        return drawn(wide, narrow=narrow, **words)


def _balance(pairs: Sequence[tuple[float, str]], sides: Sequence[str], layout: Layout):
    """Return the figure of balance in one of the layouts."""
    labels = [textwrap.wrap(shortened(label, 100), layout.letters) or [""] for _, label in pairs]
    heights = [ROW + CONTINUED * (len(lines) - 1 + layout.above) for lines in labels]
    edges = np.concatenate([[0.0], np.cumsum(heights)])
    width = layout.width - layout.left - RIGHT
    centre = layout.left + width / 2
    shown = wrapped_sides(sides, centre, layout.width, width)
    figure = sheet(HEAD + edges[-1] + 0.63 + CONTINUED * max(map(len, shown)), layout.width)
    axes = panel(figure, layout.left, HEAD, width, edges[-1])
    reach = max(0.3, max(abs(difference) for difference, _ in pairs) * 1.15)
    axes.set(xlim=(-reach, reach), ylim=(edges[-1], 0))
    axes.axvline(0, color=MUTED, linewidth=0.9)
    for (difference, _), lines, top, bottom in zip(pairs, labels, edges, edges[1:], strict=False):
        y = bottom - ROW / 2 if layout.above else (top + bottom) / 2
        first = top + 0.1 if layout.above else y - CONTINUED * (len(lines) - 1) / 2
        place, ha = (0.02, "left") if layout.above else (layout.left - 0.1, "right")
        for number, words in enumerate(lines):
            style = {"size": 8.5, "ha": ha}
            if layout.above:
                style["bbox"] = GIVING_WAY
            write(figure, place, HEAD + first + CONTINUED * number, words, **style)
        axes.plot([0, difference], [y, y], color=GRID, linewidth=1.2)
        axes.plot([difference], [y], "o", color=INK, markersize=5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.tick_params(length=3)
    axes.set_xlabel("Standardized mean difference", labelpad=5)
    write_sides(figure, centre, HEAD + edges[-1] + 0.55, shown)
    return figure
