"""The flow of patients through the trial, as CONSORT 2025 asks for it."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.patches import FancyArrowPatch, Rectangle

from trialbook.report.escape import escape_svg
from trialbook.report.output import Drawing
from trialbook.report.plots.layout import sheet
from trialbook.report.style import GRID, INK, MUTED, PAPER, WIDTH, arm_colour, drawn, theme

LETTER, LEAD, PAD, GAP = 0.072, 0.165, 0.09, 0.26


@dataclass(frozen=True)
class Box:
    """One box: its first line in bold, the others below it, indented."""

    title: str
    lines: tuple[str, ...] = ()


def plot_flow(
    start: Sequence[Box],
    arms: Sequence[Sequence[Box]],
    *,
    name: str,
    message: str,
) -> Drawing:
    """Draw boxes that all patients pass, then one column of boxes per arm.

    Parameters
    ----------
    start : sequence of Box
        Before the arms part, from the top.
    arms : sequence of sequences of Box
        By arm, control first: the same steps in each.
    name, message : str
        Of the figure.

    Returns
    -------
    Drawing
    """
    width = (WIDTH - 0.1 - 0.18 * (len(arms) - 1)) / len(arms)
    columns = [[_wrapped(box, width) for box in arm] for arm in arms]
    heads = [_wrapped(box, 3.4) for box in start]
    steps = list(zip(*columns, strict=True))
    heights = [max(_height(box) for box in step) for step in steps]
    total = sum(_height(box) + GAP for box in heads) + sum(heights) + GAP * len(steps) + 0.1
    with theme():
        figure = sheet(total)
        axes = figure.add_axes([0, 0, 1, 1])
        axes.set(xlim=(0, WIDTH), ylim=(total, 0))
        axes.axis("off")
        y, middle = 0.05, WIDTH / 2
        for box in heads:
            _draw(axes, box, middle - 1.8, y, 3.6, _height(box), INK)
            y += _height(box) + GAP
            if box is not heads[-1]:
                _arrow(axes, (middle, y - GAP), (middle, y))
        centres = [0.05 + width / 2 + i * (width + 0.18) for i in range(len(arms))]
        fork = y - GAP / 2
        axes.plot([middle, middle], [y - GAP, fork], color=MUTED, linewidth=1)
        axes.plot([centres[0], centres[-1]], [fork, fork], color=MUTED, linewidth=1)
        for step, height in zip(steps, heights, strict=True):
            for i, box in enumerate(step):
                begin = fork if step is steps[0] else y - GAP
                _arrow(axes, (centres[i], begin), (centres[i], y))
                _draw(axes, box, centres[i] - width / 2, y, width, height, arm_colour(i))
            y += height + GAP
        return drawn(figure, name, message)


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
