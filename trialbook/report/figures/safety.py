"""Figures of safety: adverse events by arm, laboratory parameters over the visits."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trialbook.report.output import Drawing
from trialbook.report.plots.curves import Curve, Means, plot_incidence, plot_means
from trialbook.report.plots.points import EventRow, plot_adverse_events
from trialbook.report.printed import printed

if TYPE_CHECKING:
    from trialbook.config import Comparison, Parameter
    from trialbook.report.lookup import Lookup

MOST_TERMS = 22


def plot_harms(
    lookup: "Lookup", comparison: "Comparison", classes: pd.DataFrame, *, least: float = 5.0
) -> Drawing | None:
    """Draw the commonest adverse events by arm, sorted by the risk difference.

    Parameters
    ----------
    lookup : Lookup
        With results of adverse_events.
    comparison : Comparison
        Whose difference is drawn.
    classes : pandas.DataFrame
        AEDECOD, one row per term.
    least : float
        Percent that a term must reach in some arm.

    Returns
    -------
    Drawing or None
    """
    trial, rows = lookup.trial, []
    if classes.empty:
        return None
    for term in classes["AEDECOD"].unique():
        # A term that bears the name of a class is told apart by its level.
        level = "AEDECOD" if lookup.has("adverse_events", paramcd=term, level="AEDECOD") else ""
        percent = {
            arm.code: lookup.value("percent", "adverse_events", term, arm.code, level=level)
            for arm in trial.arms
        }
        key = {"paramcd": term, "level": level}
        hidden = (
            lookup.withholds("percent", "adverse_events", arm=arm.code, **key) for arm in trial.arms
        )
        if any(hidden) or not max(percent.values()) >= least:
            continue
        of = ("adverse_events", term, comparison.name)
        values = [
            lookup.value(name, *of, level=level, method="newcombe")
            for name in ("risk_difference", "lower", "upper")
        ]
        rows.append(EventRow(term, percent, *values))
    rows.sort(key=lambda row: (-max(row.percent.values()), row.label))
    rows = sorted(rows[:MOST_TERMS], key=lambda row: (-row.difference, row.label))
    if not rows:
        return None
    first = max(rows, key=lambda row: abs(row.difference))
    difference = printed("risk_difference", first.difference)
    return plot_adverse_events(
        rows,
        trial,
        name=f"harms-{comparison.name}",
        message=f"The {len(rows)} commonest adverse events by group; the largest difference, "
        f"{comparison.name}, is {difference}, in {first.label.lower()}.",
        sides=(f"more with {comparison.control.code}", f"more with {comparison.treated.code}"),
    )


def plot_course_of_harms(lookup: "Lookup", labels: dict[str, str]) -> Drawing | None:
    """Draw when serious events, and those that ended treatment, came.

    Parameters
    ----------
    lookup : Lookup
        With results of time_to_adverse_event.
    labels : dict
        A group's key to its label.

    Returns
    -------
    Drawing or None
    """
    trial, panels, said = lookup.trial, {}, []
    for key in ("serious", "withdrawal"):
        of = {"paramcd": key, "method": "aalen_johansen"}
        times = sorted(t for t in lookup.distinct("time", "adverse_events", **of) if t == t)
        arms = {}
        for arm in trial.arms:
            rows = [
                [
                    lookup.value(
                        name, "adverse_events", key, arm.code, time=t, method="aalen_johansen"
                    )
                    for t in times
                ]
                for name in ("cumulative_incidence", "lower", "upper")
            ]
            known = np.isfinite(np.array(rows[0]))
            if not known.any() or not np.nansum(rows[0]):
                continue
            values = [np.array(row)[known] for row in rows]
            arms[arm.code] = Curve(trial.time.to_show(np.array(times)[known]), *values)
            last = printed("cumulative_incidence", float(values[0][-1]))
            said.append(f"{labels.get(key, key).lower()} with {arm.code}, {last}")
        if arms:
            panels[labels.get(key, key)] = arms
    return plot_incidence(
        panels,
        trial,
        name="course-of-harms",
        message=f"Cumulative incidence at the end: {'; '.join(said)}.",
        points=True,
    )


def plot_laboratory(lookup: "Lookup", parameter: "Parameter") -> Drawing | None:
    """Draw a laboratory parameter's means over the visits, by arm.

    Parameters
    ----------
    lookup : Lookup
        With results of laboratory.
    parameter : Parameter
        Which; its summary says arithmetic or geometric means.

    Returns
    -------
    Drawing or None
    """
    trial = lookup.trial
    geometric = parameter.summary == "geometric"
    method, statistic = ("geometric", "geometric_mean") if geometric else ("arithmetic", "mean")
    of = {"paramcd": parameter.paramcd, "method": method}
    visits = sorted(t for t in lookup.distinct("time", "laboratory", **of) if t == t)
    if not visits:
        return None

    def read(name: str, arm: str) -> np.ndarray:
        return np.array(
            [
                lookup.value(name, "laboratory", parameter.paramcd, arm, time=t, method=method)
                for t in visits
            ]
        )

    def observed_at(arm: str) -> np.ndarray:
        """Return how many were observed at each visit, NaN where that is withheld."""
        at = {"paramcd": parameter.paramcd, "arm": arm, "method": method}
        hidden = [lookup.withholds("n", "laboratory", time=t, **at) for t in visits]
        return np.where(hidden, np.nan, np.nan_to_num(read("n", arm)))

    arms = {
        arm.code: Curve(
            np.array(visits), *(read(name, arm.code) for name in (statistic, "lower", "upper"))
        )
        for arm in trial.arms
    }
    observed = {arm.code: observed_at(arm.code) for arm in trial.arms}
    if not any(np.isfinite(curve.value).any() for curve in arms.values()):
        return None
    words = "geometric mean" if geometric else "mean"
    digits = parameter.digits if parameter.digits is not None else 2
    ends = ", ".join(
        f"{_shown(curve.value[0], digits)} to {_shown(curve.value[-1], digits)} with {code}"
        for code, curve in arms.items()
    )
    return plot_means(
        Means(
            f"{parameter.label}, {words} ({lookup.ci})",
            tuple(visits),
            arms,
            observed,
            parameter.low,
            parameter.high,
        ),
        trial,
        name=f"laboratory-{parameter.paramcd}",
        message=f"{parameter.label}, {words} from visit {visits[0]:g} to {visits[-1]:g}: {ends}.",
    )


def _shown(value: float, digits: int) -> str:
    return printed("mean", float(value), digits=digits)
