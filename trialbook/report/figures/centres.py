"""The figure of the centres; its numbers are the results of ``centre``."""

from typing import TYPE_CHECKING

import pandas as pd

from trialbook.analyses.centres import OTHERS
from trialbook.report.labels import level_label
from trialbook.report.output import Drawing
from trialbook.report.plots.centres import plot_bars_by_arm

if TYPE_CHECKING:
    from trialbook.safe.lookup import Lookup


def plot_centres(lookup: "Lookup") -> Drawing | None:
    """Draw the patients of each centre by arm.

    Parameters
    ----------
    lookup : Lookup
        With results of ``centre``.

    Returns
    -------
    Drawing or None
        None without centres; the small ones together, and centres whose counts are withheld,
        are not drawn.
    """
    trial = lookup.trial
    name = next(iter(lookup.distinct("paramcd", "centre")), "")
    lines = [
        {
            "place": level_label(name, level),
            "arm": arm.code,
            "n": lookup.value("n", "centre", name, arm.code, level=level),
        }
        for level in filter(None, lookup.distinct("level", "centre"))
        if level != OTHERS  # many small ones together would dwarf each large one
        for arm in trial.arms
    ]
    counts = pd.DataFrame(lines, columns=["place", "arm", "n"]).dropna()
    if counts.empty:
        return None
    sizes = counts.groupby("place", sort=False)["n"].sum()
    kind = "centres" if name == "SITEID" else "countries"
    of = ("centre", name, "all")
    hidden = lookup.withholds("n", *of, method="centres")
    many = "the largest" if hidden else lookup.text("{n}", *of, method="centres")
    return plot_bars_by_arm(
        counts,
        trial,
        axis="Patients",
        name="centres",
        message=f"Patients by group in {many} {kind}; the largest has {sizes.max():,.0f}.",
    )
