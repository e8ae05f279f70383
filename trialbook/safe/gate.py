"""`safe`: results as readers may see them."""

import math
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.printed import printed_results
from trialbook.safe.withholding import WITHHELD, row_keys, withheld

if TYPE_CHECKING:
    from trialbook.trial import Trial

SHOWN, COARSER = "shown", "coarser"
STATES = (SHOWN, COARSER, WITHHELD)
# A row is named by these beside its analysis: that there is such a category, such an event.
_NAMES = (["paramcd", "level"], ["paramcd"], ["paramcd", "subgroup"], ["paramcd", "time"])


def safe(ard: pd.DataFrame, trial: "Trial") -> pd.DataFrame:
    """Return results as readers may see them.

    Parameters
    ----------
    ard : pandas.DataFrame
        Complete results: columns ``analysis`` to ``value`` at least; of one chapter, of a book,
        curves among them. What is decided of a row does not depend on which others are there.
    trial : Trial
        The trial that they are of.

    Returns
    -------
    pandas.DataFrame
        The same rows and columns, and two more. ``state``: ``shown`` as it is, ``coarser``, or
        ``withheld``. ``shown``: the text that stands there; empty where the row must not be
        named, since too few patients have what it is of. ``value`` is the coarser one of a row
        that is coarser, NaN in one that is withheld; ``printed``, if it is there, is ``shown``.
    """
    texts = ard["printed"] if "printed" in ard else printed_results(ard, trial)
    found = ard.assign(state=SHOWN, shown=texts)
    marks = withheld(ard, trial)
    if not marks:
        return found
    places = [marks.get(key) for key in row_keys(ard)]
    unnamed = _unnamed(ard, trial)
    columns = zip(places, unnamed, ard["value"], texts, strict=True)
    decided = [_decided(place, hidden, value, text) for place, hidden, value, text in columns]
    found["state"], found["value"], found["shown"] = (
        zip(*decided, strict=True) if decided else ((), (), ())
    )
    if "printed" in found:
        found["printed"] = found["shown"]
    return found


def _decided(place, unnamed: bool, value: float, text: str) -> tuple[str, float, str]:
    """Return state, value and text of one row."""
    if unnamed:
        return WITHHELD, math.nan, ""
    if place is None:
        return SHOWN, value, text
    return (WITHHELD if place.hides else COARSER), place.value, place.text


def _unnamed(ard: pd.DataFrame, trial: "Trial") -> pd.Series:
    """Return which rows are of what too few patients have, in all arms together.

    That somebody left for such a reason, say, is not told.
    """
    arms = [arm.code for arm in trial.arms]
    rows = ard[["analysis", "paramcd", "subgroup", "level", "time", "method"]].fillna(
        {"time": -1.0}
    )
    counts = rows[(ard["statistic"] == "n") & ard["arm"].isin(arms)]
    totals = counts.assign(n=ard["value"]).groupby(list(rows.columns))["n"].sum().reset_index()
    found = pd.Series(False, index=ard.index)
    for names in _NAMES:
        by = ["analysis", *names]
        most = totals.groupby(by)["n"].max()
        few = most.index[most.between(0, trial.min_cell, inclusive="neither")]
        found |= pd.MultiIndex.from_frame(rows[by]).isin(few)
    return found
