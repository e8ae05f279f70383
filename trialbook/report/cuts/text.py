"""A comparison for a terminal."""

from collections.abc import Iterator

import pandas as pd

from trialbook.comparison.compare import Comparison
from trialbook.escape import plain, shortened
from trialbook.report.cuts.tables import NEW, OLD, cut_lines, parts

MOST = 12


def as_text(found: Comparison, *, everything: bool = False) -> str:
    """Return the comparison for a terminal, the longest tables cut unless `everything`."""
    lines = [f"{word}  {told}" for word, told in zip((OLD, NEW), cut_lines(found), strict=True)]
    lines += [plain(found.notice, 1000)] * bool(found.notice)
    lines += [f"To know: {plain(remark)}" for remark in found.remarks]
    if found.nothing_changed:
        return "\n".join([*lines, "", "Nothing changed.", ""])
    for part in parts(found, None if everything else MOST):
        lines += ["", part.caption, "", *_lines(part.frame), ""]
        lines += [f"  {plain(note, 1000)}" for note in part.notes]
    return "\n".join([*lines, ""])


def _lines(frame: pd.DataFrame) -> Iterator[str]:
    """Yield a table's lines, words aligned left; what repeats the line above is left blank."""
    cells = frame.map(lambda cell: shortened(cell, 100))
    first = cells.iloc[:, 0]
    if first.name == "End point":
        cells.isetitem(0, first.where(first != first.shift(), ""))
    rows = [list(cells.columns), *cells.itertuples(index=False, name=None)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(padded).rstrip()
