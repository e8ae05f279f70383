"""The flow of patients through the trial, as CONSORT 2025 asks for it."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle

from trialbook.escape import escape_svg
from trialbook.report.output import Drawing
from trialbook.report.plots.layout import sheet
from trialbook.report.style import (
    GRID,
    INK,
    MUTED,
    PAPER,
    arm_colour,
    drawn_anew,
)

# Inches: a letter, a line, around the text of a box, between boxes in both directions.
LETTER, LEAD, PAD, GAP, BETWEEN = 0.072, 0.165, 0.09, 0.26, 0.18
# Inches: around the figure, of the boxes before the arms part, of the narrowest column, and how
# far the boxes are set in where columns would be narrower.
EDGE, HEAD, NARROWEST, INDENT = 0.05, 3.6, 1.4, 0.28


@dataclass(frozen=True)
class Box:
    """One box: its first line in bold, the others below it, indented."""

    title: str
    lines: tuple[str, ...] = ()


def plot_flow(
    start: Sequence[Box],
    arms: Sequence[Sequence[Box]],
    **words,
) -> Drawing:
    """Draw boxes that all patients pass, then one column of boxes per arm.

    Columns that would be too narrow, as on a phone, stand below one another.

    Parameters
    ----------
    start : sequence of Box
        Before the arms part, from the top.
    arms : sequence of sequences of Box
        By arm, control first: the same steps in each.
    **words
        name, message, headline, caption, data of the figure, see `drawn`.

    Returns
    -------
    Drawing
    """
    return drawn_anew(lambda width: _flow(start, arms, width), **words)


def _flow(start: Sequence[Box], arms: Sequence[Sequence[Box]], width: float) -> Figure:
    """Return the figure, the arms beside one another, or below where that would be too narrow."""
    across = (width - 2 * EDGE - BETWEEN * (len(arms) - 1)) / len(arms)
    head = min(HEAD, width - 2 * EDGE)
    heads = [_wrapped(box, head) for box in start]
    stacked = across < NARROWEST
    if stacked:
        across = width - 2 * EDGE - INDENT
    columns = [[_wrapped(box, across) for box in arm] for arm in arms]
    steps = [list(step) for step in zip(*columns, strict=True)]
    if stacked:
        heights = [_height(box) for arm in columns for box in arm]
    else:
        heights = [max(map(_height, step)) for step in steps]
    total = sum(_height(box) + GAP for box in heads) + sum(heights) + GAP * len(heights)
    figure = sheet(total - GAP + 2 * EDGE, width)
    axes = figure.add_axes([0, 0, 1, 1])
    axes.set(xlim=(0, width), ylim=(total - GAP + 2 * EDGE, 0))
    axes.axis("off")
    y, left = EDGE, EDGE if stacked else (width - head) / 2
    for box in heads:
        _draw(axes, box, left, y, head, _height(box), INK)
        y += _height(box) + GAP
        if box is not heads[-1]:
            _arrow(axes, (left + head / 2, y - GAP), (left + head / 2, y))
    if stacked:
        _below(axes, columns, across, y)
    else:
        _beside(axes, steps, heights, across, y)
    return figure


def _beside(axes, steps, heights: Sequence[float], across: float, y: float) -> None:
    """Draw one column per arm, a step's boxes as high as its highest."""
    centres = [EDGE + across / 2 + i * (across + BETWEEN) for i in range(len(steps[0]))]
    middle, fork = (centres[0] + centres[-1]) / 2, y - GAP / 2
    axes.plot([middle, middle], [y - GAP, fork], color=MUTED, linewidth=1)
    axes.plot([centres[0], centres[-1]], [fork, fork], color=MUTED, linewidth=1)
    for step, height in zip(steps, heights, strict=True):
        begin = fork if step is steps[0] else y - GAP
        for i, box in enumerate(step):
            _arrow(axes, (centres[i], begin), (centres[i], y))
            _draw(axes, box, centres[i] - across / 2, y, across, height, arm_colour(i))
        y += height + GAP


def _below(axes, columns, across: float, y: float) -> None:
    """Draw the arms' boxes below one another, each arm branching off from a line on the left."""
    trunk, left = EDGE + INDENT / 2, EDGE + INDENT
    start = y - GAP
    for i, boxes in enumerate(columns):
        middle = y + _height(boxes[0]) / 2
        axes.plot([trunk, trunk], [start, middle], color=MUTED, linewidth=1)
        _arrow(axes, (trunk, middle), (left, middle))
        start = middle
        for box in boxes:
            if box is not boxes[0]:
                _arrow(axes, (left + across / 2, y - GAP), (left + across / 2, y))
            _draw(axes, box, left, y, across, _height(box), arm_colour(i))
            y += _height(box) + GAP


def _wrapped(box: Box, width: float) -> Box:
    """Return a box whose lines are broken to fit; continued lines are indented."""
    letters = max(int((width - 2 * PAD) / LETTER), 8)
    title = textwrap.wrap(escape_svg(box.title), letters) or [""]
    lines = []
    for line in box.lines:
        lines += textwrap.wrap(escape_svg(line), letters, subsequent_indent="\N{EM SPACE}")
    return Box("\n".join(title), tuple(lines))


def _height(box: Box) -> float:
    return LEAD * (box.title.count("\n") + 1 + len(box.lines)) + 2 * PAD


def _draw(axes, box: Box, x: float, y: float, width: float, height: float, colour: str) -> None:
    """Draw a box with a coloured edge on its left."""
    axes.add_patch(Rectangle((x, y), width, height, facecolor=PAPER, edgecolor=GRID, linewidth=1))
    axes.add_patch(Rectangle((x, y), 0.045, height, facecolor=colour, linewidth=0))
    baseline = y + PAD + LEAD / 2
    for line in box.title.split("\n"):
        axes.text(x + PAD + 0.03, baseline, line, size=9, weight="bold", va="center", color=INK)
        baseline += LEAD
    for line in box.lines:
        axes.text(x + PAD + 0.03, baseline, line, size=8.5, va="center", color=INK)
        baseline += LEAD


def _arrow(axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.add_patch(
        FancyArrowPatch(
            start,
            end,
            arrowstyle="-|>,head_width=2.2,head_length=3.6",
            color=MUTED,
            linewidth=1,
            shrinkA=0,
            shrinkB=0,
        )
    )
