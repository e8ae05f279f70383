"""Figures of safety: adverse events by arm, laboratory parameters over the visits."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trialbook.analyses.laboratory_records import visit_unit
from trialbook.printed import printed
from trialbook.report.figures.robustness import incidence_curve
from trialbook.report.output import Drawing
from trialbook.report.plots.curves import Curve, Means, plot_incidence, plot_means
from trialbook.report.plots.points import EventRow, plot_adverse_events

if TYPE_CHECKING:
    from trialbook.config import Comparison, Parameter
    from trialbook.safe.lookup import Lookup
    from trialbook.survival import CumulativeIncidence

MOST_TERMS = 22
FEWEST_FOR_A_CURVE = 5


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
        f"{comparison.name}, is {difference} percentage points, in {first.label.lower()}.",
        sides=(f"more with {comparison.control.code}", f"more with {comparison.treated.code}"),
    )


def plot_course_of_harms(
    estimates: Mapping[str, Mapping[str, "CumulativeIncidence"]],
    lookup: "Lookup",
    labels: Mapping[str, str],
) -> Drawing | None:
    """Draw when first serious events, events that ended treatment, and deaths came.

    Parameters
    ----------
    estimates : mapping
        A group's key to the arms' estimates (by code); its event is cause 1.
    lookup : Lookup
        With results of time_to_adverse_event: of confidential data the curves are drawn as far
        as these may be shown.
    labels : mapping
        A group's key to its label.

    Returns
    -------
    Drawing or None
        Without groups of fewer than `FEWEST_FOR_A_CURVE` events in all.
    """
    trial, panels, said = lookup.trial, {}, []
    confidential = trial.privacy == "confidential"
    for key, by_arm in estimates.items():
        if sum(of.n_events[:1].sum() for of in by_arm.values()) < FEWEST_FOR_A_CURVE:
            continue
        if confidential:
            arms = _shown_points(lookup, key)
        else:
            arms = {arm: incidence_curve(of, trial) for arm, of in by_arm.items()}
        if arms:
            panels[labels.get(key, key)] = arms
        for arm, curve in arms.items():
            last = printed("cumulative_incidence", float(curve.value[-1]))
            said.append(f"{labels.get(key, key).lower()} with {arm}, {last}")
    return plot_incidence(
        panels,
        trial,
        name="course-of-harms",
        message=f"Cumulative incidence at the end: {'; '.join(said)}.",
        points=confidential,
        since=dict.fromkeys(panels, "the first dose"),
    )


def _shown_points(lookup: "Lookup", key: str) -> dict[str, Curve]:
    """Return the arms' cumulative incidence at the times at which it may be shown."""
    of = {"paramcd": key, "method": "aalen_johansen"}
    times = sorted(t for t in lookup.distinct("time", "adverse_events", **of) if t == t)
    arms = {}
    for arm in lookup.trial.arms:
        place = ("adverse_events", key, arm.code)
        rows = np.array(
            [
                [lookup.value(name, *place, time=t, method=of["method"]) for t in times]
                for name in ("cumulative_incidence", "lower", "upper")
            ]
        )
        known = np.isfinite(rows[0])
        if known.any() and np.nansum(rows[0]):
            arms[arm.code] = Curve(
                lookup.trial.time.to_show(np.array(times)[known]), *rows[:, known]
            )
    return arms


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
    known = {code: curve.value[np.isfinite(curve.value)] for code, curve in arms.items()}
    ends = ", ".join(
        f"{_shown(of[0], digits)} to {_shown(of[-1], digits)} with {code}"
        for code, of in known.items()
        if len(of)
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
        visit_label=f"Visit ({unit})" if (unit := visit_unit(trial)) else "Visit",
        message=f"{parameter.label}, {words} from visit {visits[0]:g} to {visits[-1]:g}: {ends}.",
    )


def _shown(value: float, digits: int) -> str:
    return printed("mean", float(value), digits=digits)
