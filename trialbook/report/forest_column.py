"""A column of a table that draws what a row says: a ratio with its interval, shares by arm."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, log

from trialbook.escape import escape_html

Limits = tuple[float, float, float]
WIDTH, HEIGHT, EDGE = 144, 26, 5
# Beyond these an interval only says that it goes on.
_FARTHEST = log(20)
# The name of each row, and that of their column.
_FIRST = re.compile(r"<tr\b[^>]*>\s*<th\b.*?</th>", re.DOTALL)
_ROW = re.compile(r"(<tbody.*?</tbody>)", re.DOTALL)


def with_forest(html: str, ratios: Sequence[Limits | None]) -> str:
    """Return a table with one more column, which draws the ratio of each row.

    Parameters
    ----------
    html : str
        A table as `report.table` makes it; rows that head a group have one cell and no ratio.
    ratios : sequence of tuple or None
        Ratio, lower, upper; for the rows in their order.
    """
    return _with_column(html, _drawn(ratios), "below 1 | above 1", " tb-ratio")


@dataclass(frozen=True)
class Harm:
    """What a row says of an event: percentages by arm, and differences of each comparison.

    Attributes
    ----------
    percent : mapping
        An arm's position to its percentage; what is NaN is not drawn.
    differences : sequence of tuple
        For each comparison the treated arm's position, and the difference with its limits, in
        percentage points.
    """

    percent: Mapping[int, float]
    differences: Sequence[tuple[int, Limits]]


def with_harms(html: str, harms: Sequence[Harm], names: Mapping[int, str]) -> str:
    """Return a table of events with two more columns: percentages by arm, differences.

    They stand beside the names of the rows, so that a narrow screen shows them first.

    Parameters
    ----------
    html : str
        As for `with_forest`.
    harms : sequence of Harm
        For the rows in their order.
    names : mapping
        An arm's position to its name, of the arms that are drawn.
    """
    highest = max((x for one in harms for x in one.percent.values() if isfinite(x)), default=0.0)
    end = next((top for top in (5, 10, 20, 40, 60, 80) if highest <= top), 100)
    told = [x for one in harms for _, limits in one.differences for x in limits if isfinite(x)]
    far = max(map(abs, told), default=0.0)
    reach = next((top for top in (5, 10, 15, 20, 30, 40, 50, 60, 80) if far <= top), 100)
    key = "<br>".join(
        f'<span class="tb-key tb-arm-{i}">{"●" if i else "○"}&nbsp;{escape_html(name)}</span>'
        for i, name in names.items()
    )
    drawn = [f'<td class="tb-forest">{_dots(one.percent, end)}</td>' for one in harms]
    headings = f'<th scope="col" class="tb-forest">{key}<br>0 to {end}%</th>'
    if told:
        drawn = [
            f'{dots}<td class="tb-forest">{_differences(one.differences, reach)}</td>'
            for dots, one in zip(drawn, harms, strict=True)
        ]
        headings += (
            '<th scope="col" class="tb-forest">treated:<br>fewer&nbsp;|&nbsp;more<br>'
            f"±{reach} points</th>"
        )
    cells = iter([headings, *drawn])
    return _FIRST.sub(lambda found: found[0] + next(cells, ""), html)


def _differences(of: Sequence[tuple[int, Limits]], reach: float) -> str:
    """Return differences with their intervals, one below the other; none in the middle."""

    def at(value: float) -> float:
        return round(WIDTH / 2 + value / reach * (WIDTH / 2 - EDGE), 1)

    several, lines = len(of) > 1, []
    height = max(HEIGHT, 11 * (len(of) + 1))
    for number, (arm, (difference, lower, upper)) in enumerate(of):
        if not all(map(isfinite, (difference, lower, upper))):
            continue
        y = height * (number + 1) / (len(of) + 1)
        colour = f' class="tb-of-arm tb-arm-{arm}"' if several else ""
        lines.append(
            f'<g{colour}><line x1="{at(lower):g}" x2="{at(upper):g}" y1="{y:g}" y2="{y:g}"/>'
            f'<rect x="{at(difference) - 3:g}" y="{y - 3:g}" width="6" height="6"/></g>'
        )
    if not lines:
        return ""
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" aria-hidden="true" focusable="false">'
        f'<line class="tb-one" x1="{WIDTH / 2:g}" x2="{WIDTH / 2:g}" y1="0" y2="{height}"/>'
        f"{''.join(lines)}</svg>"
    )


def _with_column(html: str, drawings: Sequence[str], heading: str, kind: str = "") -> str:
    """Return a table with a drawing at the end of each row that heads no group.

    `kind` is a further class of the cells: the style sheet draws the line at 1 through all rows.
    """
    drawn = iter(drawings)

    def row(found: re.Match[str]) -> str:
        if "gt_group_heading" in found[0]:
            return found[0].replace("</tr>", "<td></td></tr>")
        return found[0].replace("</tr>", f'<td class="tb-forest{kind}">{next(drawn, "")}</td></tr>')

    head, body, foot = _ROW.split(html, maxsplit=1)
    # a name for the column, as every column has one
    last = head.rindex("</tr>")
    head = f'{head[:last]}<th scope="col" class="tb-forest">{heading}</th>{head[last:]}'
    return head + re.sub(r"<tr\b.*?</tr>", row, body, flags=re.DOTALL) + foot


def _dots(of_arms: Mapping[int, float], end: float) -> str:
    """Return percentages as dots on a line, the control's hollow."""
    known = {position: x for position, x in of_arms.items() if isfinite(x)}
    if not known:
        return ""
    at = {arm: round(EDGE + x / end * (WIDTH - 2 * EDGE), 1) for arm, x in known.items()}
    middle = HEIGHT / 2
    dots = "".join(
        f'<circle class="tb-share tb-arm-{arm}" cx="{x:g}" cy="{middle:g}" r="4"/>'
        for arm, x in at.items()
    )
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true" focusable="false">'
        f'<line class="tb-one" x1="{EDGE}" x2="{WIDTH - EDGE}" y1="{middle:g}" y2="{middle:g}"/>'
        f'<line x1="{min(at.values()):g}" x2="{max(at.values()):g}" y1="{middle:g}" '
        f'y2="{middle:g}"/>{dots}</svg>'
    )


def _drawn(ratios: Sequence[Limits | None]) -> list[str]:
    known = [one for one in ratios if one and all(map(isfinite, one)) and min(one) > 0]
    ends = [abs(log(value)) for one in known for value in one]
    reach = min(max([*ends, log(2)]), _FARTHEST)
    return [_line(one, reach) if one in known else "" for one in ratios]


def _line(one: Limits, reach: float) -> str:
    """Return a ratio with its interval as SVG; 1 in the middle, `reach` at both ends."""

    def at(value: float) -> float:
        share = max(-1.0, min(1.0, log(value) / reach))
        return round(WIDTH / 2 + share * (WIDTH / 2 - EDGE), 1)

    ratio, lower, upper = one
    middle = HEIGHT / 2
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" aria-hidden="true" '
        f'focusable="false"><line x1="{at(lower)}" x2="{at(upper)}" y1="{middle:g}" '
        f'y2="{middle:g}"/>'
        f'<rect x="{at(ratio) - 3:g}" y="{middle - 4:g}" width="6" height="8"/></svg>'
    )
