"""Columns that most tables share: one per arm, one per comparison."""

from collections.abc import Collection
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.report.words import in_text, pair_of
from trialbook.safe import WITHHELD

if TYPE_CHECKING:
    from trialbook.safe.lookup import Lookup
    from trialbook.trial import Trial


def arm_columns(trial: "Trial", counts: dict[str, int]) -> dict[str, str]:
    """Return an arm's code to the heading of its column: label and number of patients.

    Without the number where `counts` does not hold it, since it may not be shown. An arm without
    patients has no column, where others have some.
    """
    filled = {arm.code for arm in trial.arms if counts.get(arm.code) != 0}
    return {
        arm.code: f"{arm.label} (N={counts[arm.code]:,})" if arm.code in counts else arm.label
        for arm in trial.arms
        if arm.code in filled or not filled
    }


def comparison_columns(
    trial: "Trial", heading: str, arms: Collection[str] | None = None
) -> dict[str, str]:
    """Return a comparison's name to the heading of its column.

    With one comparison the heading says what is compared with what by itself.

    Parameters
    ----------
    trial : Trial
    heading : str
    arms : collection of str, optional
        The arms that have a column; a comparison with another has none.
    """
    comparisons = trial.comparisons
    if len(comparisons) == 1:
        return {comparisons[0].name: heading}
    return {
        comparison.name: f"{heading}, {in_text(pair_of(comparison))}"
        for comparison in comparisons
        if arms is None or {comparison.treated.code, comparison.control.code} <= set(arms)
    }


def row_cells(
    lookup: "Lookup", columns: dict[str, str], template: str, analysis: str, paramcd: str, **row
) -> dict[str, str]:
    """Return a line's cells, one per arm or comparison, by the heading of their column.

    `columns` as `arm_columns` or `comparison_columns` return it; the rest as `Lookup.text`.
    """
    return {
        heading: lookup.text(template, analysis, paramcd, arm, **row)
        for arm, heading in columns.items()
    }


def told(lines: list[dict[str, str]]) -> pd.DataFrame:
    """Return lines as a frame without the columns of which results made elsewhere tell nothing."""
    frame = pd.DataFrame(lines).fillna("")
    return frame.loc[:, (frame != "").any()]


def tells_anything(lines: list[dict[str, str]]) -> bool:
    """Return whether a reader learns a number from lines, whose first cell names them.

    Cells that are empty, withheld, or below the smallest count shown tell none.
    """
    cells = (cell for line in lines for cell in list(line.values())[1:])
    return any(cell not in ("", WITHHELD) and not cell.startswith("<") for cell in cells)


def numbers_of_patients(lookup: "Lookup", paramcd: str) -> dict[str, int]:
    """Return each arm's number of patients in the analysis of an end point, if it may be shown."""
    return sizes_shown(lookup, "kaplan_meier", paramcd)


def sizes_shown(lookup: "Lookup", analysis: str, paramcd: str, level: str = "") -> dict[str, int]:
    """Return each arm's number of patients by a line of the results, but for those withheld."""
    counts = {}
    for arm in lookup.trial.arms:
        of = (analysis, paramcd, arm.code)
        n = lookup.value("n", *of, level=level)
        if n == n:
            counts[arm.code] = int(n)
        elif lookup.has(analysis, paramcd=paramcd, level=level) and not lookup.withholds(
            "n", *of, level=level
        ):
            counts[arm.code] = 0
    return counts
