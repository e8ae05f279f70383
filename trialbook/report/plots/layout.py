"""Laying out a figure in inches, from the top down, so that no letter shrinks with the size."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.textpath import text_to_path

from trialbook.escape import escape_svg, shortened
from trialbook.report.style import INK, MUTED, PAPER, WIDTH, arm_colour

if TYPE_CHECKING:
    from trialbook.units import Time

LINE, CONTINUED = 0.19, 0.145
# Letters of a name of an arm or an end point: what is longer no figure has room for.
LONGEST_LABEL = 90
# Points of what lies left and right of a line.
SIDES = 8.5
# Inches of a letter of 9 points, plain and bold.
LETTER, BOLD_LETTER = 0.058, 0.066
# Behind a label above its estimate, so that the line of no difference does not cross it.
GIVING_WAY = {"facecolor": PAPER, "linewidth": 0, "pad": 0.6}
# Inches from the left of an entry of the key to its text.
SIGN = 0.36


def sheet(height: float, width: float = WIDTH) -> Figure:
    """Return an empty figure of so many inches."""
    return Figure(figsize=(width, height))


def panel(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Return axes whose upper left corner is so many inches from the figure's."""
    w, h = figure.get_size_inches()
    return figure.add_axes([left / w, 1 - (top + height) / h, width / w, height / h])


def write(
    figure: Figure, left: float, top: float, text: str, *, escape: bool = True, **style
) -> None:
    """Write text at a place in inches from the upper left corner of the figure."""
    w, h = figure.get_size_inches()
    shown = escape_svg(text) if escape else text
    figure.text(left / w, 1 - top / h, shown, **({"va": "center", "color": INK} | style))


@lru_cache(maxsize=4096)
def measured(text: str, size: float, weight: str = "normal") -> float:
    """Return how many inches a line of text takes, in the font of the PNG.

    Letters of the fonts of a page are larger, and no wider than these.
    """
    font = FontProperties(family="DejaVu Sans", weight=weight, size=size)
    return text_to_path.get_text_width_height_descent(text, font, ismath=False)[0] / 72


def fitted(text: str, width: float, letter: float = LETTER) -> list[str]:
    """Return text in lines that fit into so many inches; at least one."""
    return textwrap.wrap(text, max(int(width / letter), 8)) or [""]


def key_lines(labels: Sequence[str], width: float) -> list[list[str]]:
    """Return the lines of each arm's entry in the key of a figure of so many inches."""
    shown = [escape_svg(shortened(label, LONGEST_LABEL)) for label in labels]
    return [fitted(label, width - SIGN - 0.06, BOLD_LETTER) for label in shown]


def _beside(entries: Sequence[list[str]], width: float) -> bool:
    """Return whether the entries of a key fit beside one another."""
    letters = sum(len(lines[0]) for lines in entries)
    return max(map(len, entries), default=1) == 1 and (
        BOLD_LETTER * letters + (SIGN + 0.3) * len(entries) <= width
    )


def key_height(entries: Sequence[list[str]], width: float) -> float:
    """Return how many inches a key takes in a figure of so many inches."""
    return LINE * (1 if _beside(entries, width) else sum(map(len, entries))) if entries else 0.0


def key(
    figure: Figure,
    left: float,
    top: float,
    entries: Sequence[list[str]],
    *,
    markers: str = "",
    positions: Sequence[int] = (),
) -> float:
    """Write the arms' key, control first, beside one another if they fit; return where it ends.

    `entries` are `key_lines`, of the arms at `positions` where these are not all. With
    `markers`, one letter per arm, each arm is shown by its marker, otherwise by its line.
    """
    w, h = figure.get_size_inches()
    beside, end = _beside(entries, w), top + key_height(entries, w)
    for position, lines in zip(positions or range(len(entries)), entries, strict=False):
        y = 1 - top / h
        colour = arm_colour(position)
        if markers:
            style = {"marker": markers[position % len(markers)], "linestyle": "none"}
            sign = Line2D([(left + 0.14) / w], [y], color=colour, markersize=5, **style)
        else:
            sign = _sample(figure, position, left, top, 0.28)
        figure.add_artist(sign)
        style = {"color": colour, "weight": "bold", "size": 9}
        for number, line in enumerate(lines):
            write(figure, left + SIGN, top + LINE * number, line, escape=False, **style)
        if beside:
            left += SIGN + BOLD_LETTER * len(lines[0]) + 0.3
        else:
            top += LINE * len(lines)
    return end


def line_sample(figure: Figure, position: int, left: float, top: float, across: float) -> None:
    """Draw a piece of an arm's line, to stand for its name."""
    figure.add_artist(_sample(figure, position, left, top, across))


def _sample(figure: Figure, position: int, left: float, top: float, across: float) -> Line2D:
    w, h = figure.get_size_inches()
    ends, y = [left / w, (left + across) / w], 1 - top / h
    style = {"linestyle": line_style(position), "linewidth": 2, "color": arm_colour(position)}
    return Line2D(ends, [y, y], **style)


@dataclass(frozen=True)
class Label:
    """What stands at the end of a line: its name, and what must be added in small letters."""

    text: str
    colour: str
    y: float
    note: str = ""


# Inches right of the axes to labels of lines; their widest text, and a letter of a note.
TO_LABEL, WIDEST, NOTE_LETTER = 0.1, 1.5, 0.055


def label_lines(text: str, note: str = "", width: float = WIDEST) -> tuple[list[str], list[str]]:
    """Return the lines of a label at a line's end and of its note, so that they fit."""
    bold = textwrap.wrap(shortened(text, LONGEST_LABEL), max(int(width / BOLD_LETTER), 8))
    small = textwrap.wrap(note, max(int(width / NOTE_LETTER), 8)) if note else []
    return bold, small


def room_for(labels: Sequence[tuple[str, str]]) -> float:
    """Return how many inches labels and their notes take right of the axes."""
    widths = [0.3]
    for text, note in labels:
        bold, small = label_lines(text, note)
        widths += [measured(line, 9, "bold") for line in bold]
        widths += [measured(line, 8) for line in small]
    return TO_LABEL + max(widths) + 0.04


def label_ends(figure: Figure, axes: Axes, labels: Sequence[Label]) -> None:
    """Write labels at the ends of lines, right of the axes, moved apart so that none touch."""
    width, height = figure.get_size_inches()
    box, (low, high) = axes.get_position(), axes.get_ylim()
    wrapped = [label_lines(one.text, one.note) for one in labels]
    heights = [CONTINUED * (len(bold) + len(small)) for bold, small in wrapped]
    scale = height * box.height / (high - low)
    top = height * (1 - box.y1)
    wanted = [top + (high - float(np.clip(one.y, low, high))) * scale for one in labels]
    centres = stacked(wanted, heights, top - 0.1, height * (1 - box.y0) + 0.1)
    of_labels = zip(labels, wrapped, centres, heights, strict=True)
    for number, (label, (bold, small), centre, tall) in enumerate(of_labels):
        at = centre - tall / 2 + CONTINUED / 2
        bold_style, small_style = {"weight": "bold", "size": 9}, {"size": 8}
        for what, lines, style in (("name", bold, bold_style), ("note", small, small_style)):
            for words in lines:
                part = {"gid": f"tb-end_{number}_{what}_{at:.3f}", "color": label.colour}
                write(figure, box.x1 * width + TO_LABEL, at, words, **part, **style)
                at += CONTINUED


def stacked(
    wanted: Sequence[float], heights: Sequence[float], low: float, high: float, gap: float = 0.05
) -> list[float]:
    """Return the centres of boxes, each as near to where it is wanted as others and edges let it.

    >>> [round(at, 2) for at in stacked([1.0, 1.0], [0.2, 0.4], 0.0, 5.0, gap=0.1)]
    [0.8, 1.2]
    """
    order = np.argsort(wanted, kind="stable")
    centres = list(map(float, wanted))
    for _ in range(50):
        for upper, lower in pairwise(order):
            least = (heights[upper] + heights[lower]) / 2 + gap
            short = least - (centres[lower] - centres[upper])
            if short > 1e-9:
                centres[upper] -= short / 2
                centres[lower] += short / 2
        for i in order:
            # The edges give way where there is no room for all.
            centres[i] = float(
                min(max(centres[i], low + heights[i] / 2), max(high - heights[i] / 2, low))
            )
    return centres


MARKERS = "os^D"
# Control is dashed, so that the arms differ without colour too.
DASHES = (0, (5, 1.2))


def line_style(position: int) -> object:
    """Return the dash pattern of the arm at a position, control first."""
    return (
        DASHES
        if position == 0
        else ("solid", (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)))[(position - 1) % 3]
    )


def quiet(axes: Axes, *, left: bool = False) -> None:
    """Take the vertical axis line away and leave light horizontal lines to read values off."""
    axes.grid(axis="y")
    axes.tick_params(length=3)
    if not left:
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)


def apart(visits: Sequence[float], most: float) -> list[float]:
    """Return visits whose labels do not touch: no nearer than a part, 1 / `most`, of the axis.

    >>> apart([0, 1, 2, 50, 100], 10)
    [0, 50, 100]
    """
    span = max(visits) - min(visits)
    kept: list[float] = []
    for visit in visits:
        if not kept or visit - kept[-1] >= span / most:
            kept.append(visit)
    return kept


def spread(positions: Sequence[float], gap: float) -> list[float]:
    """Return positions moved apart so that neighbours keep a gap, each as near as it gets.

    >>> spread([1.0, 1.1, 5.0], 1.0)
    [0.55, 1.55, 5.0]
    """
    order = np.argsort(positions, kind="stable")
    groups: list[list[float]] = []
    for at in np.asarray(positions, float)[order]:
        groups.append([at])
        while len(groups) > 1 and _low(groups[-1], gap) - _high(groups[-2], gap) < gap - 1e-12:
            groups[-2:] = [groups[-2] + groups[-1]]
    placed = np.empty(len(positions))
    placed[order] = [_low(group, gap) + gap * i for group in groups for i in range(len(group))]
    return [float(value) for value in placed]


def _low(group: list[float], gap: float) -> float:
    return sum(group) / len(group) - gap * (len(group) - 1) / 2


def _high(group: list[float], gap: float) -> float:
    return sum(group) / len(group) + gap * (len(group) - 1) / 2


def percent_axis(axes: Axes, top: float = 100.0) -> None:
    """Give a vertical axis of percentages from 0 to `top`."""
    axes.set_ylim(0, top * 1.01)
    step = 20 if top > 50 else 10 if top > 20 else 5
    axes.set_yticks(np.arange(0, top + 1e-9, step))
    axes.set_ylabel("")


def time_axis(axes: Axes, time: "Time", last: float, *, size: float | None = None) -> None:
    """Mark whole steps of the shown unit on a horizontal axis, as many as fit, and name it."""
    width = axes.figure.get_size_inches()[0] * axes.get_position().width
    ticks = time.ticks(last, max(int(width / 0.36), 2))
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xlabel(time.label, labelpad=5, size=size)


def axis_title(figure: Figure, left: float, top: float, text: str, part: str | None = None) -> None:
    """Write the name of the vertical axis above it, where it can be read without turning."""
    write(figure, left, top, text, size=9, color=MUTED, gid=part)


def wrapped_sides(
    sides: Sequence[str], centre: float, width: float, across: float = 0.0
) -> list[list[str]]:
    """Return what lies left and right of a line in lines that fit, with arrows away from it.

    Parameters
    ----------
    sides : sequence of str
        Left and right.
    centre, width : float
        Of the line and of the figure, in inches.
    across : float
        Of the axes, where what lies left and right should stay below them if they are wide.
    """
    rooms = (centre - 0.12, width - centre - 0.12)
    if across:
        rooms = tuple(min(room, max(across / 2 - 0.1, 1.6)) for room in rooms)
    left, right = (_side(text, room) for text, room in zip(sides, rooms, strict=True))
    return [[f"← {left[0]}", *left[1:]], [*right[:-1], f"{right[-1]} →"]]


def _side(text: str, room: float) -> list[str]:
    """Return what lies at one side of a line in the fewest lines that fit, with their arrow."""
    for letters in range(36, 7, -1):
        lines = textwrap.wrap(shortened(text, LONGEST_LABEL), letters) or [""]
        if all(measured(f"{line} →", SIDES) <= room for line in lines):
            break
    return lines


def write_sides(figure, centre: float, top: float, sides: list[list[str]]) -> None:
    """Write the two sides of a line, as `wrapped_sides` returns them."""
    for lines, gap, ha in ((sides[0], -0.1, "right"), (sides[1], 0.1, "left")):
        for line, words in enumerate(lines):
            style = {"size": SIDES, "ha": ha, "color": MUTED}
            write(figure, centre + gap, top + CONTINUED * line, words, **style)
