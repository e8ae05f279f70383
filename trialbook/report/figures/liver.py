"""The figure of liver injury; its numbers are the results of ``liver``."""

from typing import TYPE_CHECKING

import pandas as pd

from trialbook.analyses.liver import BILIRUBIN_LIMIT, TRANSAMINASE_LIMIT
from trialbook.report.output import Drawing
from trialbook.report.plots.liver import plot_edish
from trialbook.report.sentences import in_text
from trialbook.results import CURVE

if TYPE_CHECKING:
    from trialbook.safe.lookup import Lookup


def plot_liver(lookup: "Lookup") -> Drawing | None:
    """Draw peak transaminase against peak bilirubin, a mark per patient.

    Parameters
    ----------
    lookup : Lookup
        With results and curves of ``liver``.

    Returns
    -------
    Drawing or None
        None without the data, and where single patients are withheld, since each mark is one.
    """
    trial = lookup.trial
    marks = [
        curve.assign(arm=arm.code)
        for arm in trial.arms
        if len(curve := lookup.curve("liver", "HYSLAW", arm.code))
    ]
    if not marks:
        return None
    counts = ", ".join(
        f"{lookup.text('{n}', 'liver', 'HYSLAW', arm.code, level='both')} of "
        f"{lookup.text('{n}', 'liver', 'HYSLAW', arm.code)} with {in_text(arm.label)}"
        for arm in trial.arms
    )
    return plot_edish(
        pd.concat(marks, ignore_index=True),
        trial,
        limits=(TRANSAMINASE_LIMIT, BILIRUBIN_LIMIT),
        name="liver",
        message=f"Peak transaminase against peak bilirubin; in the range of Hy's law: {counts}.",
        headline=f"In the range of Hy’s law: {counts}",
        caption="Highest transaminase against highest bilirubin after baseline, a mark per "
        f"patient, logarithmic scales; dashed, {TRANSAMINASE_LIMIT:g} and {BILIRUBIN_LIMIT:g} "
        "times the upper limit of normal.",
        data=lookup.drawn((CURVE, {"level": "liver"})),
    )
