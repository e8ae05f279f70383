"""Tables that check the result: other models, proportional hazards, competing events."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.report.labels import covariate_label
from trialbook.report.landmarks import shown_time
from trialbook.report.output import Table
from trialbook.report.sentences import at_start, in_text, pair_of
from trialbook.report.table import html_table
from trialbook.report.tables.efficacy import HR

if TYPE_CHECKING:
    from trialbook.config import Endpoint
    from trialbook.safe.lookup import Lookup
    from trialbook.trial import Trial


MODEL, WALD = "Cox model", "P (Wald)"
CONVENTIONS = {
    "per_protocol": "Per-protocol population",
    "horizon": "Follow-up ends at the horizon",
    "withdrawal_event": "Withdrawal counts as the event",
    "midpoint": "Events moved midway to the visit before",
    "last_visit": "Events moved to the visit before",
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
        With results of cox and sensitivity.
    endpoint : Endpoint
        The end point.

    Returns
    -------
    Table or None
    """
    code, lines = endpoint.paramcd, []
    for method in lookup.distinct("method", "cox", paramcd=code):
        label = _model_label(method, lookup.trial)
        lines += _lines(lookup, label, "cox", code, method=method)
    for way in lookup.distinct("method", "sensitivity", paramcd=code):
        label = CONVENTIONS.get(way.split("@")[0], way)
        lines += _lines(lookup, label, "sensitivity", code, method=way)
    return _forest_table(
        lookup,
        lines,
        name=f"sensitivity-{code}",
        caption="The hazard ratio of treatment under other models and conventions",
        notes=[
            "P: Wald's test of the line's own model, which differs a little from the log-rank test "
            "of the same effect.",
            _informing(lookup, endpoint),
            "The discrete (conditional logistic) likelihood's ratio is one of odds."
            if lookup.has("cox", paramcd=code, method="exact")
            else "",
            "Events are moved whether a visit found them or not; it is no model of intervals."
            if lookup.has("sensitivity", paramcd=code, method="midpoint")
            else "",
        ],
    )


def tbl_covariates(lookup: "Lookup", endpoint: "Endpoint") -> Table | None:
    """Return the covariates' own hazard ratios in the adjusted models of an end point.

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
    trial, code = lookup.trial, endpoint.paramcd
    lines, left_out = [], False
    methods = lookup.distinct("method", "cox", paramcd=code)
    adjusted = [
        one for one in methods if any(lookup.distinct("level", "cox", paramcd=code, method=one))
    ]
    for method in adjusted:
        for level in filter(None, lookup.distinct("level", "cox", paramcd=code, method=method)):
            names = [one.name for one in trial.comparisons]
            hidden = {
                name
                for name in names
                if lookup.withholds("hr", "cox", code, name, level=level, method=method)
            }
            left_out |= bool(hidden)
            label = covariate_label(trial.labels, level)
            if len(adjusted) > 1:
                model = _model_label(method, trial)  # opens with a word, whatever names follow
                label += f"; {model[:1].lower()}{model[1:]}"
            lines += _lines(lookup, label, "cox", code, hidden, level=level, method=method)
    for line in lines:
        line.pop("Patients")
    return _forest_table(
        lookup,
        lines,
        "Covariate",
        name=f"covariates-{code}",
        caption="The covariates’ own hazard ratios in the adjusted models",
        notes=[
            "Per unit, or against the reference.",
            "Covariates of which few patients or events tell are not named." if left_out else "",
        ],
    )


def tbl_periods(lookup: "Lookup", endpoint: "Endpoint") -> Table | None:
    """Return the hazard ratio of one end point in each period between landmarks.

    Parameters
    ----------
    lookup : Lookup
        With results of period.
    endpoint : Endpoint
        The end point.

    Returns
    -------
    Table or None
    """
    code, lines = endpoint.paramcd, []
    for period in lookup.distinct("level", "period", paramcd=code):
        label = _period(lookup.trial, period)
        lines += _lines(lookup, label, "period", code, level=period, method="efron")
    # a period without events in an arm, after the last landmark mostly
    lines = [line for line in lines if line[f"HR ({lookup.ci})"] != "NE"]
    for line in lines:
        line.pop(WALD)
    return _forest_table(
        lookup,
        lines,
        "Part of the follow-up",
        name=f"periods-{code}",
        caption="The hazard ratio in parts of the follow-up",
        notes=[
            "From the first landmark on the groups are those still at risk, no longer as "
            "assigned: such hazard ratios describe, they do not compare treatments."
        ],
    )


def _lines(
    lookup: "Lookup", label: str, analysis: str, code: str, hidden: Collection[str] = (), **key: str
) -> list[dict]:
    """Return a line of each comparison that has the ratio: patients, ratio, Wald's P value."""
    found = []
    for comparison in lookup.trial.comparisons:
        of = (analysis, code, comparison.name)
        ratio = lookup.text(HR, *of, **key)
        if not ratio or comparison.name in hidden:
            continue  # not of this comparison, in which both arms have events
        # Firth's P value is of another test.
        firth = key["method"].startswith("firth") and analysis == "sensitivity"
        found.append(
            {
                "Comparison": pair_of(comparison),
                MODEL: label,
                "Patients": lookup.text("{n}", *of, **key) or "all",
                f"HR ({lookup.ci})": ratio,
                WALD: "" if firth else lookup.text("{p_value}", *of, **key),
                RATIO: _ratio(lookup, *of, **key),
            }
        )
    return found


def _forest_table(lookup: "Lookup", lines: list[dict], first: str = MODEL, **words) -> Table | None:
    """Return lines as a table that draws their ratios, grouped by comparison where several.

    `first` heads the column of their names.
    """
    if not lines:
        return None
    order = {pair_of(comparison): i for i, comparison in enumerate(lookup.trial.comparisons)}
    lines = sorted(lines, key=lambda line: order[line["Comparison"]])
    ratios = [line.pop(RATIO) for line in lines]
    several = len(order) > 1
    frame = pd.DataFrame(lines).rename(columns={MODEL: first})
    return html_table(
        frame if several else frame.drop(columns="Comparison"),
        forest=ratios,
        groups="Comparison" if several else None,
        **words,
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
        "exact": "No covariates, discrete likelihood",
        "profile": "No covariates, profile likelihood",
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
