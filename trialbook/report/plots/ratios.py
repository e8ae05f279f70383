"""Ratios along a line, on a logarithmic axis: over time, over an assumption."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from trialbook.report.output import Drawing
from trialbook.report.plots.layout import (
    BOLD_LETTER,
    LINE,
    SIGN,
    Label,
    axis_title,
    fitted,
    label_ends,
    panel,
    quiet,
    room_for,
    sheet,
    write,
)
from trialbook.report.style import INK, MUTED, PHONE, drawn_anew, readable

LEFT, RIGHT, HEIGHT = 0.55, 0.2, 2.6
TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10, 20, 50, 100)
# A band counts for the axis as far as so many times beyond the line.
BEYOND = 3.0


@dataclass(frozen=True)
class RatioLine:
    """A ratio with its limits along the horizontal axis, and what stands at its end."""

    x: np.ndarray
    ratio: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    label: str = ""
    colour: str = INK
    style: object = "solid"


@dataclass(frozen=True)
class Constant:
    """A ratio drawn as a horizontal line, and what stands at its end."""

    ratio: float
    label: str


@dataclass(frozen=True)
class Across:
    """The horizontal axis: its name, its ticks and their labels, marks upon it."""

    name: str
    ticks: Sequence[float]
    labels: Sequence[str]
    marks: np.ndarray = field(default_factory=lambda: np.empty(0))


def plot_ratios(
    lines: Sequence[RatioLine],
    across: Across,
    *,
    title: str,
    constants: Sequence[Constant] = (),
    **words,
) -> Drawing | None:
    """Draw ratios with their limits on a logarithmic axis, 1 among its values.

    Parameters
    ----------
    lines : sequence of RatioLine
    across : Across
        The horizontal axis.
    title : str
        Of the vertical axis.
    constants : sequence of Constant
        Horizontal lines besides that at 1.
    **words
        name, message, headline, caption, data of the figure, see `drawn`.

    Returns
    -------
    Drawing or None
    """
    if not lines:
        return None
    one = Constant(1.0, "no difference")
    low, high = _limits(lines, constants)
    ends = [
        *(Label(line.label, line.colour, float(np.log(line.ratio[-1]))) for line in lines),
        *(Label("", MUTED, float(np.log(c.ratio)), c.label) for c in (one, *constants)),
    ]
    ends = [label for label in ends if label.text or label.note]

    def draw(width: float) -> Figure:
        phone = width <= PHONE
        right = RIGHT if phone else room_for([(label.text, label.note) for label in ends])
        titles = fitted(title, width)
        named = fitted(across.name, width - LEFT)
        keys = [line for line in lines if line.label] if phone else []
        named_lines = [fitted(line.label, width - SIGN - 0.06, BOLD_LETTER) for line in keys]
        head = 0.1 + LINE * (len(titles) + sum(map(len, named_lines))) + 0.06
        figure = sheet(head + HEIGHT + 0.35 + LINE * len(named), width)
        y = 0.1
        for line, words in zip(keys, named_lines, strict=True):
            style = {"linestyle": line.style, "linewidth": 2, "color": line.colour}
            w, h = figure.get_size_inches()
            figure.add_artist(_sample(0.02 / w, 0.3 / w, 1 - y / h, style))
            for text in words:
                write(figure, SIGN + 0.02, y, text, size=9, weight="bold", color=line.colour)
                y += LINE
        for text in titles:
            axis_title(figure, 0.02, y, text)
            y += LINE
        axes = panel(figure, LEFT, head, width - LEFT - right, HEIGHT)
        _draw(axes, lines, across, constants, low, high)
        shown = _apart(across, width - LEFT - right)
        axes.set_xticks([across.ticks[i] for i in shown], [across.labels[i] for i in shown])
        axes.set_xlabel("\n".join(named), labelpad=4)
        quiet(axes)
        readable(axes)
        if phone:
            _name_within(axes, [one, *constants])
        else:
            label_ends(figure, axes, ends)
        return figure

    return drawn_anew(draw, **words)


def _name_within(axes: Axes, constants: Sequence[Constant]) -> None:
    """Write what constants are at the right end of their lines: the lowest's below it."""
    lowest = min(constants, key=lambda constant: constant.ratio)
    for constant in constants:
        below = constant is lowest and len(constants) > 1
        style = {"textcoords": "offset points", "ha": "right", "size": 8, "color": MUTED}
        style |= {"xytext": (0, -3 if below else 3), "va": "top" if below else "bottom"}
        at = (axes.get_xlim()[1], np.log(constant.ratio))
        axes.annotate(constant.label, at, gid=f"tb-halo_{constant.ratio:g}", **style)


def _sample(left: float, right: float, y: float, style: dict):
    from matplotlib.lines import Line2D

    return Line2D([left, right], [y, y], **style)


def _limits(lines: Sequence[RatioLine], constants: Sequence[Constant]) -> tuple[float, float]:
    """Return the logs at the ends of the axis: of the lines, and of the bands as far as near."""
    middle = [np.nanmin([line.ratio.min() for line in lines]), *(c.ratio for c in constants), 1.0]
    most = [np.nanmax([line.ratio.max() for line in lines]), *(c.ratio for c in constants), 1.0]
    least, greatest = min(middle), max(most)
    low = max(least / BEYOND, min(np.nanmin(line.lower) for line in lines))
    high = min(greatest * BEYOND, max(np.nanmax(line.upper) for line in lines))
    low, high = max(min(low, least), 0.01), min(max(high, greatest), 100.0)
    return float(np.log(low) - 0.12), float(np.log(high) + 0.12)


def _draw(
    axes: Axes,
    lines: Sequence[RatioLine],
    across: Across,
    constants: Sequence[Constant],
    low: float,
    high: float,
) -> None:
    """Draw lines and bands on an axis of logs, marked as ratios."""
    floor = low - 0.06 * (high - low) * bool(len(across.marks))
    axes.set_ylim(floor, high)
    for line in lines:
        band = {"color": line.colour, "alpha": 0.13, "linewidth": 0}
        limits = (np.clip(np.log(limit), low, high) for limit in (line.lower, line.upper))
        axes.fill_between(line.x, *limits, **band)
        axes.plot(line.x, np.log(line.ratio), color=line.colour, linestyle=line.style)
    if len(across.marks):
        at = np.full(len(across.marks), floor + 0.03 * (high - low))
        axes.plot(across.marks, at, "|", color=MUTED, markersize=6, markeredgewidth=0.7)
    axes.axhline(0, color=INK, linewidth=0.9)
    for constant in constants:
        style = {"color": MUTED, "linewidth": 1, "linestyle": (0, (4, 2))}
        axes.axhline(np.log(constant.ratio), **style)
    ticks: list[float] = []
    # 1 first; the others as far as their labels do not touch.
    for tick in sorted(TICKS, key=lambda t: (t != 1, t not in (0.1, 0.2, 0.5, 2, 5, 10), t)):
        apart = all(abs(np.log(tick / other)) > 0.065 * (high - low) for other in ticks)
        if low + 0.02 < np.log(tick) < high and apart:
            ticks.append(tick)
    axes.set_yticks(np.log(sorted(ticks)), [f"{tick:g}" for tick in sorted(ticks)])
    axes.set_xlim(min(line.x.min() for line in lines), max(line.x.max() for line in lines))


def _apart(across: Across, width: float) -> list[int]:
    """Return which ticks are labelled, so that labels do not touch."""
    longest = max((len(text) for text in across.labels), default=1)
    most = max(int(width / (0.062 * longest + 0.14)), 1)
    step = max(-(-len(across.ticks) // most), 1)
    return list(range(0, len(across.ticks), step))
