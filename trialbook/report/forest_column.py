"""A column of a table that draws ratios with their intervals, one to a row."""

import re
from collections.abc import Sequence
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
    drawn = iter(_drawn(ratios))

    def row(found: re.Match[str]) -> str:
        if "gt_group_heading" in found[0]:
            return found[0].replace("</tr>", "<td></td></tr>")
        return found[0].replace("</tr>", f'<td class="tb-forest">{next(drawn, "")}</td></tr>')

    head, body, foot = _ROW.split(html, maxsplit=1)
    # a name for the column, as every column has one
    last = head.rindex("</tr>")
    head = f'{head[:last]}<th scope="col" class="tb-forest">below, above 1</th>{head[last:]}'
    return head + re.sub(r"<tr\b.*?</tr>", row, body, flags=re.DOTALL) + foot


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
        f'focusable="false"><line class="tb-one" x1="{WIDTH / 2:g}" x2="{WIDTH / 2:g}" y1="0" '
        f'y2="{HEIGHT}"/><line x1="{at(lower)}" x2="{at(upper)}" y1="{middle:g}" y2="{middle:g}"/>'
        f'<rect x="{at(ratio) - 3:g}" y="{middle - 4:g}" width="6" height="8"/></svg>'
    )
