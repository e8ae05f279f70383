"""The figure of survival: Kaplan-Meier curves with limits, numbers at risk, hazard ratios."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trialbook.analyses import time_ticks
from trialbook.escape import daggered
from trialbook.report import sentences
from trialbook.report.events import free_of
from trialbook.report.explorers.reader import Other, curve_reader, survival_read
from trialbook.report.figures.steps import (
    COARSE_NOTE,
    WHY_NOT_SHOWN,
    are_few,
    at_risk_texts,
    drawn_steps,
)
from trialbook.report.heading import course_heading
from trialbook.report.landmarks import headline_landmark, shown_time
from trialbook.report.output import Drawing
from trialbook.report.plots.steps import NOT_SHOWN, Panel, Steps, plot_nothing, plot_steps
from trialbook.report.sentences import at_start, in_text, pair_of
from trialbook.results import CURVE
from trialbook.safe import WITHHELD

if TYPE_CHECKING:
    from trialbook.config import Endpoint
    from trialbook.safe.lookup import Lookup

MOST_MARKS = 600
# Marks in so large a last part of the axis would pile up into a bar: their number is said instead.
END, PILE = 0.05, 5
SPARSE_NOTE = (
    "Survival was given at these times alone: what the curve does between two of them is not known."
)


def plot_survival(
    lookup: "Lookup",
    endpoint: "Endpoint",
    *,
    ties: str | None = None,
    name: str = "",
    others: Sequence["Endpoint"] = (),
) -> Drawing:
    """Draw Kaplan-Meier curves with limits, numbers at risk and the hazard ratios.

    Parameters
    ----------
    lookup : Lookup
        With curves and results of kaplan_meier, cox, log_rank.
    endpoint : Endpoint
        What the curves are of.
    ties : str, optional
        The Cox model's method in place of the plan's.
    name : str
        Of the figure; by default ``kaplan-meier-`` and PARAMCD.
    others : sequence of Endpoint
        Whose curves, as far as the lookup has them, a reader may see in their place.

    Returns
    -------
    Drawing
        One line of words where nothing of the curves may be drawn: other pages take it over.
    """
    trial, code = lookup.trial, endpoint.paramcd
    ticks = time_ticks(trial, endpoint)
    sparse, coarse, curves = trial.is_sparse(code), False, []
    if sparse:
        ticks = np.array(sorted(set(lookup.distinct("time", CURVE, paramcd=code))))
    for position, arm in enumerate(trial.arms):
        found = lookup.curve("kaplan_meier", code, arm.code)
        coarse |= found.attrs.get("coarse", False)
        steps = drawn_steps(lookup, found, position, "survival", ticks, events=True)
        if steps:
            last = trial.time.to_show(ticks[-1])
            bare = coarse or sparse
            steps = replace(steps, apart=sparse)
            curves.append(steps if bare else _marked(steps, found, last, lookup.curve_mark))
    if not curves:
        told = lookup.has(CURVE, level="kaplan_meier", paramcd=code)
        return plot_nothing(
            "No curve is shown: the few patients behind it would be told."
            if told
            else "No curve is shown: none is among the results given.",
            name=name or f"kaplan-meier-{code}",
        )
    effects = []
    for comparison in trial.comparisons:
        text = sentences.interval(sentences.effect_of(lookup, endpoint, comparison, ties))
        effects.append(
            f"{pair_of(comparison)}: {text}" if len(trial.comparisons) > 1 else at_start(text)
        )
    free, time = _free_at(lookup, endpoint, ticks)
    said = course_heading(lookup, endpoint, ties) or free
    piled = any(curve.note for curve in curves)
    counted = any("(" in text for curve in curves for text in curve.counts)
    caption = [f"Kaplan-Meier estimates with pointwise {lookup.ci}s ({lookup.trial.conf_type})."]
    if any(len(curve.marks) for curve in curves):
        caption.append("Ticks mark the end of a patient’s observation without the event.")
    if piled:
        caption.append("Of those followed to the end only the number is given.")
    if coarse:
        caption.append(COARSE_NOTE)
    if any(NOT_SHOWN in curve.counts for curve in curves):
        caption.append(WHY_NOT_SHOWN)
    # Marks make every time a point; without them censoring between two events is not known.
    reader = ""
    if sparse:
        caption.append(SPARSE_NOTE)
    else:
        reader = curve_reader(
            lookup,
            [survival_read(endpoint, every=True)],
            ticks,
            [
                _other(lookup, one, ticks)
                for one in others
                if one != endpoint and not trial.is_sparse(one.paramcd)
            ],
            start=time,
        )
    figure = plot_steps(
        [
            Panel(
                f"{at_start(free_of(endpoint))} (%)",
                trial.time.to_show(ticks),
                curves,
                trial.time,
                f"Number at risk{' (events so far)' if counted else ''}"
                f"{daggered(lookup.curve_mark)}",
            )
        ],
        trial,
        height=3.0,
        top=100.0,
        corner=effects,
        name=name or f"kaplan-meier-{code}",
        message=f"Kaplan-Meier curves. {said + '.' if said else ''} {' '.join(effects)}".strip(),
        headline=said,
        caption=" ".join(caption),
        data=lookup.drawn((CURVE, {"level": "kaplan_meier", "paramcd": code})),
    )
    return replace(figure, explorer=reader)


def _other(lookup: "Lookup", endpoint: "Endpoint", shown: Sequence[float]) -> Other:
    """Return an end point whose curves a reader may see in a figure with the ticks `shown`."""
    trial, counts, coarse = lookup.trial, {}, False
    keys = [f"{tick:g}" for tick in trial.time.to_show(np.asarray(shown))]
    for position, arm in enumerate(trial.arms):
        curve = lookup.curve("kaplan_meier", endpoint.paramcd, arm.code)
        told = at_risk_texts(curve, shown, events=True) if "n_at_risk" in curve else []
        counts[position] = dict(zip(keys, told or [NOT_SHOWN] * len(keys), strict=True))
        if not curve.attrs.get("coarse", True):
            # nothing is withheld: a tick that this end point's own axis does not have
            counts[position] = {t: x.replace(NOT_SHOWN, "") for t, x in counts[position].items()}
        coarse |= curve.attrs.get("coarse", False)
    caption = [f"Kaplan-Meier estimates with pointwise {lookup.ci}s ({lookup.trial.conf_type})."]
    caption += [COARSE_NOTE] * coarse
    caption += [WHY_NOT_SHOWN] * any(NOT_SHOWN in of.values() for of in counts.values())
    own = time_ticks(trial, endpoint)
    return Other(survival_read(endpoint), own, counts, " ".join(caption))


def _marked(steps: Steps, curve: pd.DataFrame, last_tick: float, mark: str) -> Steps:
    """Return a curve with marks of censoring; those that would pile up at its end are counted."""
    censored = curve["n_censored"].to_numpy(float)
    at = np.flatnonzero(np.diff(censored, prepend=0.0) > 0)
    if curve["n_at_risk"].max() > MOST_MARKS:
        return steps
    end = max(last_tick, steps.time[-1]) * (1 - END)
    late = at[steps.time[at] >= end]
    if len(late) <= PILE:
        return replace(steps, marks=steps.time[at])
    followed = censored[-1] - censored[late[0] - 1]
    early = steps.time[at[steps.time[at] < end]]
    return replace(steps, marks=early, note=f"{followed:,.0f}{mark} followed to the end")


def _free_at(
    lookup: "Lookup", endpoint: "Endpoint", ticks: Sequence[float]
) -> tuple[str, float | None]:
    """Return how many were free of the event at the headline's landmark, and its time.

    Without landmarks, or where it is withheld, at the last time at which enough are at risk.
    """
    trial, code = lookup.trial, endpoint.paramcd
    of = {"method": lookup.trial.conf_type}
    landmark = headline_landmark(lookup, endpoint)
    for t in [*([] if landmark is None else [landmark]), *reversed(ticks[1:])]:
        told = []
        for arm in trial.arms:
            start, now = (
                lookup.value("n_at_risk", "kaplan_meier", code, arm.code, time=time, **of)
                for time in (0.0, t)
            )
            text = lookup.text("{survival}", "kaplan_meier", code, arm.code, time=t, **of)
            if are_few(now, start) or text in ("", "NE", WITHHELD):
                break
            told.append(f"{text} with {in_text(arm.label)}" if len(trial.arms) > 1 else text)
        else:
            said = f"{at_start(free_of(endpoint))} at {shown_time(trial, t)}"
            return f"{said}: {', '.join(told)}", t
    return "", landmark
