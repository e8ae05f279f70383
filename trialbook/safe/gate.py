"""`safe`: results as readers may see them."""

import math
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.analyses.adverse_events import GROUPS
from trialbook.kinds import kind_of
from trialbook.printed import printed_results
from trialbook.results import CURVE
from trialbook.safe.curves import as_table_rows
from trialbook.safe.decisions import NO_TIME
from trialbook.safe.disposition import rare_reasons
from trialbook.safe.elsewhere import proved_safe
from trialbook.safe.precision import as_printed
from trialbook.safe.released import told_before
from trialbook.safe.times import to_a_patients_time
from trialbook.safe.withholding import WITHHELD, Shown, guarded, withheld

if TYPE_CHECKING:
    from trialbook.trial import Trial

SHOWN, COARSER = "shown", "coarser"
# A row is named by these beside its analysis: that there is such a category, such an event.
_NAMES = (["paramcd", "subgroup", "level"], ["paramcd", "time"])


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
        that is coarser, NaN in one that is withheld; of data that are guarded it has no more
        digits than are printed. ``printed``, if it is there, is ``shown``.
    """
    given, ard = ard.index, ard.reset_index(drop=True)
    texts = ard["printed"] if "printed" in ard else printed_results(ard, trial)
    found = ard.assign(state=SHOWN, shown=texts)
    if not guarded(trial) or ard.empty:
        return found.set_index(given)
    rows = as_table_rows(ard)
    per_shown = 1 / float(trial.time.to_show(1.0))
    if trial.given is None:
        unnamed = _unnamed(rows, trial) | to_a_patients_time(rows, trial)
        marks = withheld(ard, trial)
    else:
        unnamed, marks = _of_given(ard, trial)
    columns = [rows[name] for name in ("statistic", "value", "analysis", "level", "method", "arm")]
    decided = []
    for mark, hidden, text, (statistic, value, *of) in zip(
        marks, unnamed, texts, zip(*columns, strict=True), strict=True
    ):
        if hidden:
            decided.append((WITHHELD, math.nan, ""))
        elif mark is not None:
            decided.append((WITHHELD if mark.hides else COARSER, mark.value, mark.text))
        else:
            kind = kind_of(statistic, *of)
            decided.append((SHOWN, as_printed(text, value, statistic, kind, per_shown), text))
    found["state"], found["value"], found["shown"] = zip(*decided, strict=True)
    again = told_before(found, trial) & (found["state"] != WITHHELD)
    found.loc[again, ["state", "shown"]] = WITHHELD
    found.loc[again, "value"] = math.nan
    if "printed" in found:
        found["printed"] = found["shown"]
    return found.set_index(given)


def _of_given(ard: pd.DataFrame, trial: "Trial") -> tuple[pd.Series, list[Shown | None]]:
    """Return what of results made elsewhere is withheld: all that is not proved to be safe.

    What trial.yml names is said to be withheld; of anything else not even the name is told.
    """
    rows = ard.fillna({"time": NO_TIME})
    safe_ = proved_safe(rows, trial) & (rows["analysis"] != CURVE)
    named = rows["paramcd"].isin([one.paramcd for one in trial.endpoints]) & rows["level"].eq("")
    return ~safe_ & ~named, [None if shown else Shown(WITHHELD) for shown in safe_]


def _unnamed(ard: pd.DataFrame, trial: "Trial") -> pd.Series:
    """Return which rows are of what too few patients have, in all arms together.

    That somebody left for such a reason, say, is not told.
    """
    arms = [arm.code for arm in trial.arms]
    groups = {*GROUPS, *trial.config.adverse_events}
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
    # A reason over time has no number beside it.
    if rare := rare_reasons(trial):
        of_leaving = rows["analysis"] == "discontinuation"
        found |= of_leaving & pd.MultiIndex.from_frame(rows[["paramcd", "level"]]).isin(rare)
    # That a table has a line of deaths tells of nobody: the line is there in any trial.
    given = (rows["analysis"] == "adverse_events") & rows["paramcd"].isin(groups)
    return found & ~(given & (rows["level"] == ""))
