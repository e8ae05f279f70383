"""Tables of where patients were, and of the quadrants of the liver plot."""

from typing import TYPE_CHECKING

import pandas as pd

from trialbook.analyses.centres import OTHERS
from trialbook.report.labels import level_label
from trialbook.report.output import Table
from trialbook.report.table import html_table
from trialbook.report.tables.columns import (
    arm_columns,
    row_cells,
    sizes_shown,
    tells_anything,
)
from trialbook.safe import shown_sizes

if TYPE_CHECKING:
    from trialbook.safe.lookup import Lookup

QUADRANTS = {
    "both": "Both: the range of Hy’s law",
    "transaminase": "ALT or AST at least 3 times, bilirubin not above 2 times",
    "bilirubin": "Bilirubin above 2 times, ALT and AST below 3 times",
    "neither": "Neither",
}


def tbl_centres(lookup: "Lookup") -> Table | None:
    """Return the patients by centre and arm, the largest centres first, small ones pooled.

    Parameters
    ----------
    lookup : Lookup
        With results of ``centre``.

    Returns
    -------
    Table or None
    """
    trial = lookup.trial
    name = next(iter(lookup.distinct("paramcd", "centre")), None)
    if name is None:
        return None
    arms = arm_columns(trial, shown_sizes(trial, "efficacy"))
    if len(arms) > 1:
        arms |= {"all": "All"}
    lines = []
    for level in filter(None, lookup.distinct("level", "centre")):
        label = "All other centres" if level == OTHERS else level_label(name, level)
        line = {"Centre" if name == "SITEID" else "Country": label}
        counts = row_cells(lookup, arms, "{n} ({percent})", "centre", name, level=level)
        lines.append(line | counts)
    of = ("centre", name, "all")
    hidden = lookup.withholds("n", *of, method="centres")
    places = "centres" if name == "SITEID" else "countries"
    many = "" if hidden else lookup.text(f"; {{n}} {places} in all", *of, method="centres")
    return html_table(
        pd.DataFrame(lines),
        name="centres",
        caption="Patients by centre" if name == "SITEID" else "Patients by country",
        notes=[f"n (%) of the patients of the group{many}, the largest first."],
    )


def tbl_liver(lookup: "Lookup") -> Table | None:
    """Return how many patients lie in each quadrant of the liver plot, by treatment taken.

    Parameters
    ----------
    lookup : Lookup
        With results of ``liver``.

    Returns
    -------
    Table or None
        None also where every count is withheld.
    """
    trial = lookup.trial
    if not lookup.has("liver"):
        return None
    arms = arm_columns(trial, sizes_shown(lookup, "liver", "HYSLAW"))
    lines = [
        {"Peak above the limits, n (%)": words}
        | row_cells(lookup, arms, "{n} ({percent})", "liver", "HYSLAW", level=level)
        for level, words in QUADRANTS.items()
    ]
    if not tells_anything(lines):
        return None
    return html_table(
        pd.DataFrame(lines),
        name="liver",
        caption="Peak liver values after baseline, in multiples of the upper limit of normal",
        notes=[
            "Patients with a transaminase and bilirubin after baseline. The peaks need not be of "
            "one day. The range of Hy’s law is a reason to read the patient’s history, for other "
            "causes and for cholestasis (alkaline phosphatase): it is not yet a case."
        ],
    )
