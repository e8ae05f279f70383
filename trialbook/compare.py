"""`trialbook compare`: read two cuts, compare, save, and return what the terminal shows."""

from pathlib import Path

from trialbook.comparison import compare, read_cut
from trialbook.escape import escape_cell
from trialbook.messages import UsageError
from trialbook.publishing.book import find_book


def run(
    old: Path,
    new: Path,
    *,
    table: Path | None = None,
    page: Path | None = None,
    everything: bool = False,
    boundary: str | None = None,
    final: bool = False,
    blinded: bool = False,
) -> str:
    """Compare two cuts and save what was asked for.

    Parameters
    ----------
    old, new : Path
        Trials' folders, or folders that a build published.
    table, page : Path, optional
        Where the rows go as CSV, and the page as HTML.
    everything : bool
        Whether the text holds the longest tables in full.
    boundary : str, optional
        One P value, or two separated by a comma.
    final, blinded : bool
        See `compare` and `read_cut`.

    Returns
    -------
    str
        The comparison as text.
    """
    from trialbook.report.cuts import as_page, as_text

    boundaries = read_boundaries(boundary)
    cuts = [read_cut(path, blinded=blinded) for path in (old, new)]
    found = compare(*cuts, boundaries=boundaries, final=final)
    if table is not None:
        found.frame.assign(notice=found.notice).map(escape_cell).to_csv(
            table, index=False, lineterminator="\n"
        )
    if page is not None:
        assets = find_book().root / "book" / "assets"
        page.write_text(as_page(found, assets), encoding="utf-8")
    return as_text(found, everything=everything)


def read_boundaries(text: str | None) -> tuple[float | None, ...]:
    """Return the P values of ``"0.003"`` or ``"0.003,0.025"``; an empty one is not given.

    Raises
    ------
    UsageError
        If they are no P values.
    """
    if text is None:
        return ()
    try:
        found = tuple(float(part) if part.strip() else None for part in text.split(","))
    except ValueError:
        found = (0.0,)
    if len(found) > 2 or any(p is not None and not 0 < p < 1 for p in found):
        raise UsageError(f"--boundary {text}: give one P value, or two such as 0.003,0.025.")
    return found
