"""A column of a table that draws what a row says: a ratio with its interval, shares by arm."""

import re
from collections.abc import Mapping, Sequence
from math import isfinite, log

Limits = tuple[float, float, float]
WIDTH, HEIGHT, EDGE = 144, 26, 5
# Beyond these an interval only says that it goes on.
_FARTHEST = log(20)
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


def with_shares(html: str, shares: Sequence[Mapping[int, float]]) -> str:
    """Return a table with one more column, which draws the percentages of each row by arm.

    Parameters
    ----------
    html : str
        As for `with_forest`.
    shares : sequence of mapping
        An arm's position to its percentage, for the rows in their order; what is NaN is not drawn.
    """
    highest = max((x for one in shares for x in one.values() if isfinite(x)), default=0.0)
    end = next((top for top in (5, 10, 20, 40, 60, 80) if highest <= top), 100)
    return _with_column(html, [_dots(one, end) for one in shares], f"0 to {end}%")


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
