"""Curves as they may be known: a point of a curve is decided on as the row of a table would be.

A curve's row is turned into the row of the analysis whose curve it is (its `level`), and the
rules of that analysis decide. Points at which something happened to a patient are none of the
times that these rules open; the regular ones are.
"""

from typing import TYPE_CHECKING

import pandas as pd

from trialbook.analyses.curves import SINGLE_PATIENTS
from trialbook.analyses.time_to_event import coarse_step
from trialbook.results import CURVE
from trialbook.safe.anchors import is_component
from trialbook.safe.decisions import LINE, Decisions

if TYPE_CHECKING:
    from trialbook.trial import Trial

__all__ = ["CURVE", "SINGLE_PATIENTS", "UNCOUNTED", "as_table_rows", "decide"]

OF_INCIDENCE = ("adverse_events", "competing_risks", "discontinuation")
# Drawn is that there is a visit, not how many came.
UNCOUNTED = ("schedule",)
# What the points of these count beside their height; the table says it of few times only.
_COUNTED = ("n_events", "n_censored")


def as_table_rows(results: pd.DataFrame) -> pd.DataFrame:
    """Return results with the rows of curves as rows of the analyses whose curves they are."""
    drawn = results["analysis"] == CURVE
    if not drawn.any():
        return results
    analysis = results["level"].where(drawn, results["analysis"])
    level = results["level"].mask(drawn, "")
    level = level.mask(drawn & (analysis == "competing_risks"), results["paramcd"])
    level = level.mask(drawn & (analysis == "discontinuation"), "all")
    return results.assign(analysis=analysis, level=level)


def decide(rows: pd.DataFrame, trial: "Trial", decisions: Decisions) -> None:
    """Withhold what the rules of the tables do not know: counts, components, few at risk.

    Parameters
    ----------
    rows : pandas.DataFrame
        Curves as rows of tables, missing time as a number.
    trial : Trial
    decisions : Decisions
        Gets what is withheld.
    """
    of_incidence = rows["analysis"].isin(OF_INCIDENCE)
    hidden = rows["analysis"].isin(UNCOUNTED) | rows["statistic"].isin(_COUNTED)
    hidden |= of_incidence & (rows["statistic"] == "n_at_risk")
    components = [code for code in rows["paramcd"].unique() if is_component(trial, code)]
    hidden |= (rows["analysis"] == "competing_risks") & rows["paramcd"].isin(components)
    hidden |= of_incidence & _few_at_risk(rows, trial)
    hidden |= _off_the_steps(rows, trial)
    of = [*LINE, "arm", "statistic"]
    for *line, arm, statistic in rows.loc[hidden, of].itertuples(index=False, name=None):
        decisions.rows.add((tuple(line), arm, statistic))


def _few_at_risk(rows: pd.DataFrame, trial: "Trial") -> pd.Series:
    """Return which rows are of a time from which on few patients are observed."""
    place = [*LINE, "arm"]
    few = rows[(rows["statistic"] == "n_at_risk") & (rows["value"] < trial.min_cell)]
    return pd.Series(
        pd.MultiIndex.from_frame(rows[place]).isin(pd.MultiIndex.from_frame(few[place])),
        index=rows.index,
    )


def _off_the_steps(rows: pd.DataFrame, trial: "Trial") -> pd.Series:
    """Return which rows of the smoothed hazard ratio are at no regular time, but at an event's."""
    found = pd.Series(False, index=rows.index)
    smooth = rows["analysis"] == "proportional_hazards"
    for paramcd in rows.loc[smooth, "paramcd"].unique():
        steps = rows["time"] / coarse_step(trial, paramcd)
        of = smooth & (rows["paramcd"] == paramcd)
        found |= of & ((steps - steps.round()).abs() > 1e-6)
    return found
