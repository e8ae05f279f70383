"""Tables that check the result: other models, proportional hazards, competing events."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.report.labels import covariate_label
from trialbook.report.landmarks import shown_time
from trialbook.report.output import Table
from trialbook.report.sentences import at_start, in_text, pair_of
from trialbook.report.table import INDENT, html_table
from trialbook.report.tables.efficacy import HR

if TYPE_CHECKING:
    from trialbook.config import Endpoint
    from trialbook.safe.lookup import Lookup
    from trialbook.trial import Trial


WALD = "P (Wald)"
CONVENTIONS = {
    "per_protocol": "Per-protocol population",
    "horizon": "Follow-up ends at the horizon",
    "withdrawal_event": "Withdrawal counts as the event",
    "midpoint": "Every event moved to the middle between laboratory visits",
    "last_visit": "Every event moved to the laboratory visit before",
    "centre": "Stratified by centre",
    "firth": "Firth's penalized likelihood",
}


RATIO = "ratio"


def _ratio(lookup: "Lookup", *of: str, **row: str) -> tuple[float, float, float]:
    """Return a hazard ratio with its limits, NaN as far as it may not be shown."""
    names = ("hr", "hr_lower", "hr_upper")
    return tuple(lookup.value(name, *of, **row) for name in names)


def tbl_sensitivity(lookup: "Lookup", endpoint: "Endpoint") -> Table | None:
    """Return the hazard ratio of one end point under other models and conventions.

    Parameters
    ----------
    lookup : Lookup
        With results of cox.
    endpoint : Endpoint
        The end point.

    Returns
    -------
    Table or None
    """
    code, lines, left_out = endpoint.paramcd, [], False
    several = len(lookup.trial.comparisons) > 1
    several_ties = lookup.has("cox", paramcd=code, method="exact")
    for method in lookup.distinct("method", "cox", paramcd=code):
        levels = lookup.distinct("level", "cox", paramcd=code, method=method)
        for comparison in lookup.trial.comparisons:
            text = _model_label(method, lookup.trial)
            line = {"Comparison": pair_of(comparison)} if several else {}
            line |= {"Cox model": text}
            of = ("cox", code, comparison.name)
            line["Patients"] = lookup.text("{n}", *of, method=method)
            line[f"HR ({lookup.ci})"] = lookup.text(HR, *of, method=method)
            line[WALD] = lookup.text("{p_value}", *of, method=method)
            if not line[f"HR ({lookup.ci})"]:
                continue  # not of this comparison, in which both arms have events
            line[RATIO] = _ratio(lookup, *of, method=method)
            lines.append(line)
            for level in filter(None, levels):
                if lookup.withholds("hr", *of, level=level, method=method):
                    left_out = True
                    continue
                term = {"Comparison": pair_of(comparison)} if several else {}
                term |= {"Cox model": INDENT + covariate_label(lookup.trial.labels, level)}
                term[f"HR ({lookup.ci})"] = lookup.text(HR, *of, level=level, method=method)
                term[WALD] = lookup.text("{p_value}", *of, level=level, method=method)
                lines.append(term)
    for analysis, words in (("sensitivity", CONVENTIONS.get), ("period", None)):
        column = "method" if words else "level"
        for way in lookup.distinct(column, analysis, paramcd=code):
            for comparison in lookup.trial.comparisons:
                key = {"method": way} if words else {"level": way, "method": "efron"}
                label = words(way.split("@")[0], way) if words else _period(lookup.trial, way)
                line = {"Comparison": pair_of(comparison)} if several else {}
                line |= {"Cox model": label}
                of = (analysis, code, comparison.name)
                line["Patients"] = lookup.text("{n}", *of, **key)
                line[f"HR ({lookup.ci})"] = ratio = lookup.text(HR, *of, **key)
                if not words and ratio == "NE":
                    continue  # a period without events in an arm, after the last landmark mostly
                # Firth's P value is of another test.
                line[WALD] = "" if way.startswith("firth") else lookup.text("{p_value}", *of, **key)
                line[RATIO] = _ratio(lookup, *of, **key)
                lines.append(line)
    if not lines:
        return None
    order = {pair_of(comparison): i for i, comparison in enumerate(lookup.trial.comparisons)}
    lines.sort(key=lambda line: order.get(line.get("Comparison"), 0))
    ratios = [line.pop(RATIO, None) for line in lines]
    return html_table(
        pd.DataFrame(lines).fillna(""),
        forest=ratios,
        name=f"sensitivity-{code}",
        caption="The hazard ratio of treatment under other models and conventions",
        groups="Comparison" if several else None,
        notes=[
            "Where no number stands, all patients of the two groups. Indented: the covariates' "
            "own hazard ratios, per unit or against the reference.",
            "Covariates of which few patients or events tell are not named." if left_out else "",
            "P: Wald's test of the line's own model, which differs a little from the log-rank test "
            "of the same effect; none for parts of the follow-up.",
            _informing(lookup, endpoint),
            "The discrete likelihood's ratio is one of odds." if several_ties else "",
            "From the first landmark on the groups are those still at risk, no longer as "
            "assigned: such hazard ratios describe, they do not compare treatments.",
            "Events are moved whether a visit found them or not; it is no model of intervals."
            if lookup.has("sensitivity", paramcd=code, method="midpoint")
            else "",
        ],
    )


def _informing(lookup: "Lookup", endpoint: "Endpoint") -> str:
    """Return how many strata a stratified analysis learns from, by comparison."""
    said = []
    for comparison in lookup.trial.comparisons:
        of = ("strata", endpoint.paramcd, comparison.name)
        n, informing = (lookup.text("{n}", *of, level=one) for one in ("all", "informative"))
        if n[:1].isdigit() and informing[:1].isdigit():
            who = f"{pair_of(comparison)}: " if len(lookup.trial.comparisons) > 1 else ""
            said.append(f"{who}{informing} of {n}")
    if not said:
        return ""
    return (
        f"Strata that inform the stratified model: {'; '.join(said)}; those with patients of both "
        "groups at risk when an event happened."
    )


def _period(trial: "Trial", level: str) -> str:
    """Return a period between landmarks in the unit shown: ``"From 12 to 24 months"``."""
    times = [float(word) for word in level.split() if word.replace(".", "", 1).isdigit()]
    shown = [shown_time(trial, t) for t in times]
    if len(shown) == 1:
        return f"Only from {shown[0]} on"
    return f"Only from {shown[0].partition(' ')[0]} to {shown[1]}"


def _model_label(method: str, trial: "Trial") -> str:
    """Return a Cox model's method in words."""
    labels, models = trial.labels, trial.config.models
    base = method.split("@")[0]
    name, _, cases = base.removeprefix("adjusted:").partition(":")
    if model := models.get(name):
        # A label holds the unit after a comma.
        terms = [in_text(labels.get(name, name).partition(",")[0]) for name in model.covariates]
        which = " and ".join(terms) if len(terms) < 3 else "the covariates below"
        return f"Adjusted for {which}{', complete cases alone' if cases else ''}"
    words = {
        "efron": "No covariates, ties by Efron",
        "breslow": "No covariates, ties by Breslow",
        "exact": "No covariates, ties by the discrete (conditional logistic) likelihood",
        "profile": "No covariates, limits of the profile likelihood",
        "firth": "No covariates, Firth's penalized likelihood",
        "stratified": "Stratified as randomized",
    }
    return words[base]


def tbl_proportional_hazards(lookup: "Lookup", endpoint: "Endpoint") -> Table | None:
    """Return the tests of proportional hazards on several scales of time.

    Parameters
    ----------
    lookup : Lookup
        With results of proportional_hazards.
    endpoint : Endpoint
        The end point.

    Returns
    -------
    Table or None
    """
    scales = {
        "km": "Kaplan-Meier",
        "rank": "Rank of time",
        "identity": "Time",
        "log": "Logarithm of time",
    }
    of = ("proportional_hazards", endpoint.paramcd)
    lines = [
        {
            "Scale of time": words,
            **({"Comparison": pair_of(c)} if len(lookup.trial.comparisons) > 1 else {}),
            "Chi-square": lookup.text("{chisq}", *of, c.name, method=scale),
            "P": lookup.text("{p_value}", *of, c.name, method=scale),
        }
        for scale, words in scales.items()
        for c in lookup.trial.comparisons
        if lookup.has(of[0], paramcd=of[1], method=scale)
    ]
    if not lines:
        return None
    return html_table(
        pd.DataFrame(lines),
        name=f"proportional-hazards-{endpoint.paramcd}",
        caption="Is the hazard ratio constant? Score tests of proportional hazards",
        words=["Comparison"],
    )


def tbl_competing_risks(lookup: "Lookup", endpoints: Sequence["Endpoint"]) -> Table | None:
    """Return end points with competing events: Gray's test, cause-specific and Fine-Gray models.

    Parameters
    ----------
    lookup : Lookup
        With results of competing_risks.
    endpoints : sequence of Endpoint
        Those with competing events.

    Returns
    -------
    Table or None
    """
    lines = []
    for endpoint in endpoints:
        for comparison in lookup.trial.comparisons:
            of = ("competing_risks", endpoint.paramcd, comparison.name)
            key = {"level": endpoint.paramcd}
            line = {"End point": at_start(in_text(endpoint.label))}
            if len(lookup.trial.comparisons) > 1:
                line["Comparison"] = pair_of(comparison)
            line["Cause-specific HR"] = lookup.text(HR, *of, **key, method="cause_specific")
            line["Subdistribution HR"] = lookup.text(HR, *of, **key, method="fine_gray")
            line["P (Gray)"] = lookup.text("{p_value}", *of, **key, method="gray")
            lines.append(line)
    if not any(line["Cause-specific HR"] for line in lines):
        return None
    return html_table(
        pd.DataFrame(lines),
        name="competing-risks",
        caption="Allowing for competing events",
        words=["Comparison"],
        notes=[
            "Cause-specific: among those still free of every event. Subdistribution (Fine and "
            "Gray): on the cumulative incidence itself. Withdrawal is censoring, not an event."
        ],
    )
