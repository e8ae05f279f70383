"""The figure of liver injury; its numbers are the results of ``liver``."""

from typing import TYPE_CHECKING

from trialbook.analyses.liver import (
    BILIRUBIN_LIMIT,
    TRANSAMINASE_LIMIT,
    liver_peaks,
    quadrants,
)
from trialbook.report.output import Drawing
from trialbook.report.plots.liver import plot_edish
from trialbook.report.sentences import in_text

if TYPE_CHECKING:
    from trialbook.safe.lookup import Lookup

MOST_MARKS = 2000


def plot_liver(lookup: "Lookup") -> Drawing | None:
    """Draw peak transaminase against peak bilirubin, a mark per patient.

    Parameters
    ----------
    lookup : Lookup
        With results of ``liver``.

    Returns
    -------
    Drawing or None
        None without the data, and of confidential data, since each mark is a patient. Of many
        patients all that lie beyond a limit are drawn, and every n-th of the others.
    """
    trial = lookup.trial
    if trial.privacy == "confidential" or not lookup.has("liver"):
        return None
    peaks = liver_peaks(trial)
    if peaks is None:
        return None
    usual = quadrants(peaks) == "neither"
    step = max(1, -(-int(usual.sum()) // MOST_MARKS))
    shown = peaks[~usual | (usual.cumsum() % step == 0)]
    counts = ", ".join(
        f"{lookup.text('{n}', 'liver', 'HYSLAW', arm.code, level='both')} of "
        f"{lookup.text('{n}', 'liver', 'HYSLAW', arm.code)} with {in_text(arm.label)}"
        for arm in trial.arms
    )
    return plot_edish(
        shown,
        trial,
        limits=(TRANSAMINASE_LIMIT, BILIRUBIN_LIMIT),
        name="liver",
        message=f"Peak transaminase against peak bilirubin; in the range of Hy's law: {counts}.",
    )
