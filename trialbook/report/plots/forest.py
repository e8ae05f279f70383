"""Effects beside one another: a forest plot of hazard ratios."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite

import numpy as np
from matplotlib.figure import Figure

from trialbook.escape import shortened
from trialbook.printed import printed_ratio
from trialbook.report.output import Drawing
from trialbook.report.plots.layout import (
    BOLD_LETTER,
    CONTINUED,
    GIVING_WAY,
    LETTER,
    LONGEST_LABEL,
    panel,
    sheet,
    wrapped_sides,
    write,
    write_sides,
)
from trialbook.report.sentences import at_start
from trialbook.report.style import INK, MUTED, PHONE, WIDTH, drawn, theme

ROW = 0.225
# Intervals are drawn so far, and as far from 1 on the other side.
MOST_DRAWN = 20
LETTERS_PER_LINE = 25
WIDEST_COLUMN = 1.25
BETWEEN_COLUMNS = 0.1
DIGIT, BETWEEN_TICKS = 0.062, 0.1
SMALLEST, LARGEST = 2.2, 9.0  # side of a square, in points


@dataclass(frozen=True)
class ForestRow:
    """One line of a forest plot: a heading, or an estimate with events of patients by arm.

    `rates` are those of the control and of the treated arm, per 100 patient-years, empty where
    they are not shown.
    """

    label: str
    hr: float = float("nan")
    lower: float = float("nan")
    upper: float = float("nan")
    treated: str = ""
    control: str = ""
    rates: tuple[str, str] = ("", "")
    note: str = ""
    heading: bool = False
    overall: bool = False
    # What stands for an estimate that there is not, or that may not be shown.
    otherwise: str = "NE"
    # Behind the estimate, where a paper leaves it free.
    mark: str = ""


def plot_forest(
    rows: Sequence[ForestRow],
    *,
    treated: str,
    control: str,
    favours: tuple[str, str],
    effect: str = "HR",
    interval: str = "95% CI",
    margin: float | None = None,
    **words,
) -> Drawing | None:
    """Draw hazard ratios, or other ratios, with intervals on a log scale, numbers beside them.

    On a phone the same rows stand in two lines each.

    Parameters
    ----------
    rows : sequence of ForestRow
        In the order of the lines.
    treated, control : str
        Headings of the two columns of events; control stands first, as in all tables.
    favours : tuple of str
        What lies left and right of 1.
    effect, interval : str
        What the ratios and their intervals are called above their numbers.
    margin : float, optional
        The noninferiority margin, drawn as a dotted line.
    **words
        name, message, headline, caption, data of the figure, see `drawn`.

    Returns
    -------
    Drawing or None
        None without an estimate. The area of a square is as large as the information (one
        over the variance of the log ratio) that its row has.
    """
    if not any(isfinite(row.hr) for row in rows):
        return None
    headings = (control, treated, f"{effect} ({interval})")
    with theme():
        wide, narrow = (
            forest_figure(rows, headings, favours, margin, phone=phone) for phone in (False, True)
        )
        return drawn(wide, narrow=narrow, **words)


def forest_figure(
    rows: Sequence[ForestRow],
    headings: tuple[str, str, str],
    favours: tuple[str, str],
    margin: float | None = None,
    *,
    phone: bool = False,
) -> Figure:
    """Return what `plot_forest` draws; the headings are those of control, treated, effect."""
    limits = _limits([row for row in rows if isfinite(row.hr)], margin)
    with_rates = any(any(row.rates) for row in rows)
    layouts = (BESIDE_RATES, STACKED_RATES) if with_rates else (BESIDE, STACKED)
    layout = layouts[phone] if phone else _with_room(layouts[phone], headings[:2])
    # arrows of intervals that go on keep clear of the numbers
    longest = max((len(_printed(row)) for row in rows if isfinite(row.hr)), default=0)
    layout = replace(layout, right=max(layout.right, LETTER * longest + 0.24))
    return _forest(rows, layout, limits, headings, favours, margin)


@dataclass(frozen=True)
class Layout:
    """Where a forest plot's parts are, in inches; stacked, a row's label has a line of its own."""

    width: float
    left: float
    right: float
    letters: int
    # Of the numbers of one arm.
    column: float = 0.68
    stacked: bool = False
    rates: bool = False

    @property
    def counted(self) -> str:
        """What the numbers of the arms are."""
        return "events / patients" + (" (per 100 patient-years)" if self.rates else "")


BESIDE = Layout(WIDTH, 3.6, 1.25, LETTERS_PER_LINE)
BESIDE_RATES = Layout(WIDTH, 3.95, 1.25, LETTERS_PER_LINE, column=1.0, rates=True)
STACKED = Layout(PHONE, 1.12, 1.2, 44, stacked=True)
STACKED_RATES = Layout(PHONE, 1.12, 1.2, 44, stacked=True, rates=True)


def _forest(rows, layout: Layout, limits, headings, favours, margin):
    """Return the figure in one of the layouts."""
    labels = [_label(row, layout) for row in rows]
    # A row's numbers take lines of their own where there is no room beside its label.
    more = CONTINUED * (layout.stacked + (layout.stacked and layout.rates))
    below = CONTINUED * (layout.stacked and layout.rates)
    heights = [
        ROW + CONTINUED * (len(lines) - 1) + (0 if row.heading else more)
        for row, lines in zip(rows, labels, strict=True)
    ]
    edges = np.concatenate([[0.0], np.cumsum(heights)])
    left, width = layout.left, layout.width - layout.left - layout.right
    low, high = limits
    one = left + width * -np.log(low) / (np.log(high) - np.log(low))
    sides = wrapped_sides(favours, one, layout.width, width)
    most = max((_information(row) for row in rows if not row.overall), default=0.0)
    above = _above(headings, layout)
    head = 0.49 + CONTINUED * (max(map(len, above)) - 1)
    figure = sheet(head + edges[-1] + 0.5 + CONTINUED * max(map(len, sides)), layout.width)
    axes = panel(figure, left, head, width, edges[-1])
    axes.set(xscale="log", xlim=limits, ylim=(edges[-1], 0))
    axes.axvline(1, color=MUTED, linewidth=0.9)
    if margin is not None:
        axes.axvline(margin, color=INK, linewidth=1.1, linestyle=(0, (1.5, 1.5)))
        x = left + width * np.log(margin / low) / np.log(high / low)
        write(figure, x, head - 0.07, "margin", size=8, ha="center", color=INK)
    for row, lines, top, bottom in zip(rows, labels, edges, edges[1:], strict=False):
        y = (top + bottom) / 2
        if layout.stacked:
            y = bottom - ROW / 2 - (0 if row.heading else below)
        _line(figure, head + y, row, lines, layout)
        if isfinite(row.hr):
            share = _information(row) / most if most else 1.0
            _estimate(axes, y, row, limits, share)
    _heading(figure, above, headings[2], head, layout)
    ticks = _ticks(low, high, width)
    axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
    axes.minorticks_off()
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.tick_params(length=3)
    write_sides(figure, one, head + edges[-1] + 0.42, sides)
    return figure


def _label(row: ForestRow, layout: Layout) -> list[str]:
    """Return the lines of a row's label; a last one for the note, where they would meet."""
    lines = textwrap.wrap(shortened(row.label, LONGEST_LABEL), layout.letters) or [""]
    if layout.stacked and row.note and len(lines[-1]) + len(row.note) > layout.letters - 2:
        lines.append("")
    return lines


def _ticks(low: float, high: float, width: float) -> list[float]:
    """Return the ratios marked on the axis, 1 among them, so far apart that labels do not touch."""
    candidates = [t for t in (1, 0.5, 2, 0.2, 5, 0.1, 10, 0.05, 20) if low <= t <= high]
    kept: list[float] = []
    for t in candidates:
        if all(
            abs(np.log(t / other)) / np.log(high / low) * width
            >= DIGIT * (len(f"{t:g}") + len(f"{other:g}")) / 2 + BETWEEN_TICKS
            for other in kept
        ):
            kept.append(t)
    return sorted(kept)


def _limits(estimates: Sequence[ForestRow], margin: float | None = None) -> tuple[float, float]:
    """Return limits of the axis around 1 that hold the estimates, and the intervals to 20-fold."""
    edges = [edge for row in estimates for edge in (row.lower, row.upper) if isfinite(edge)]
    edges += [] if margin is None else [margin]
    edges = np.clip([*edges, *(row.hr for row in estimates), 0.5, 2], 1 / MOST_DRAWN, MOST_DRAWN)
    return float(np.min(edges) / 1.15), float(np.max(edges) * 1.15)


def _line(figure, y: float, row: ForestRow, lines: Sequence[str], layout: Layout) -> None:
    """Write a row's words and numbers; `y` is the height of its estimate."""
    weight = "bold" if row.heading or row.overall else "normal"
    indent = 0.02 if row.heading or row.overall else 0.14
    top = y - CONTINUED * (len(lines) - 1) / (1 if layout.stacked else 2)
    if layout.stacked and not row.heading:
        top -= CONTINUED + 0.03
    give_way = {"bbox": GIVING_WAY} if layout.stacked else {}
    for number, words in enumerate(lines):
        at = top + CONTINUED * number
        write(figure, indent, at, words, size=9, weight=weight, **give_way)
    if layout.stacked:
        counts = f"{row.control} v {row.treated}" if row.treated or row.control else ""
        if row.control == row.treated == row.otherwise:  # both are withheld
            counts = row.otherwise
        write(figure, indent, y, counts, size=9, color=MUTED)
        rates = f"({row.rates[0] or '–'} v {row.rates[1] or '–'})" if any(row.rates) else ""
        write(figure, indent, y + CONTINUED, rates, size=9, color=MUTED)
    else:
        for place, count, rate in zip(
            _columns(layout), (row.control, row.treated), row.rates, strict=True
        ):
            shown = f"{count} ({rate})" if rate else count
            write(figure, place, y, shown, size=9, ha="right")
    text = row.note
    if not row.heading:
        text = row.otherwise
        if isfinite(row.hr):
            text = _printed(row)
    style = {"size": 9, "ha": "right", "weight": weight if row.overall else None}
    write(figure, layout.width - 0.02, y, text, **style, **give_way)


def _printed(row: ForestRow) -> str:
    """Return a row's estimate with its interval as it stands beside the axis."""
    hr, low, high = printed_ratio(row.hr, row.lower, row.upper)
    return f"{hr}{row.mark} ({low}–{high})"


def _with_room(layout: Layout, headings: Sequence[str]) -> Layout:
    """Return a layout whose columns take the longest word of the arms' labels."""
    longest = max(len(word) for text in headings for word in shortened(text, 30).split())
    needed = BOLD_LETTER * (longest + 1) + BETWEEN_COLUMNS
    more = max(min(needed, WIDEST_COLUMN) - layout.column, 0.0)
    return replace(layout, column=layout.column + more, left=layout.left + 2 * more)


def _columns(layout: Layout) -> tuple[float, float]:
    """Return where the numbers of the two arms end."""
    return layout.left - 0.1 - layout.column, layout.left - 0.1


def _information(row: ForestRow) -> float:
    """Return one over the variance of a row's log ratio, as its interval has it; up to a factor."""
    known = isfinite(row.lower) and isfinite(row.upper) and 0 < row.lower < row.upper
    return 1 / np.log(row.upper / row.lower) ** 2 if known else 0.0


def _estimate(
    axes, position: float, row: ForestRow, limits: tuple[float, float], share: float
) -> None:
    """Draw an estimate; an arrow says that its interval goes on.

    `share` is its information, of the most that one of the rows has.
    """
    low, high = limits
    colour = INK
    if isfinite(row.lower) and isfinite(row.upper):
        start, end = max(row.lower, low), min(row.upper, high)
        axes.plot([start, end], [position, position], color=colour, linewidth=1.3)
        for limit, edge, arrow in ((row.lower, low, "<"), (row.upper, high, ">")):
            if not low <= limit <= high:
                axes.plot([edge], [position], arrow, color=colour, markersize=4, clip_on=False)
    side = LARGEST * np.sqrt(min(share, 1.0))
    marker = {"marker": "s", "markersize": max(side, SMALLEST), "markeredgewidth": 0}
    if row.overall:
        marker = {"marker": "D", "markersize": 6.5}
    axes.plot([np.clip(row.hr, low, high)], [position], color=colour, **marker)


def _above(headings: Sequence[str], layout: Layout) -> list[list[str]]:
    """Return the lines above the events: one text when stacked, else one per column."""
    first, second, _ = headings
    if layout.stacked:
        words = at_start(f"{layout.counted}: {shortened(first, 24)} v {shortened(second, 24)}")
        return [textwrap.wrap(words, 46)]
    letters = int((layout.column - BETWEEN_COLUMNS) / BOLD_LETTER)
    return [textwrap.wrap(shortened(text, 30), letters) for text in (first, second)]


def _heading(figure, above: list[list[str]], effect: str, head: float, layout: Layout) -> None:
    """Write the headings of the columns, the last line of each on one height."""
    style = {"size": 9, "ha": "right", "weight": "bold"}
    write(figure, layout.width - 0.02, head - 0.2, effect, **style)
    if layout.stacked:
        for line, text in enumerate(above[0]):
            write(figure, 0.02, 0.1 + CONTINUED * line, text, size=8.5, color=MUTED)
        return
    first, last = _columns(layout)
    write(figure, last, 0.1, layout.counted, size=8.5, ha="right", color=MUTED)
    for place, lines in zip((first, last), above, strict=True):
        for line, words in enumerate(reversed(lines)):
            write(figure, place, head - 0.2 - CONTINUED * line, words, **style)
