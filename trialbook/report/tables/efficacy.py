"""Tables of the primary end point, the others, and how sensitive the result is."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.report.output import Table
from trialbook.report.sentences import at_start, in_text
from trialbook.report.table import INDENT, html_table
from trialbook.report.tables.columns import (
    arm_columns,
    comparison_columns,
    numbers_of_patients,
    shown_time,
)

if TYPE_CHECKING:
    from trialbook.config import Endpoint
    from trialbook.report.lookup import Lookup

HR = "{hr} ({hr_lower} to {hr_upper})"
CI = "({lower} to {upper})"
ROLES = {
    "primary": "Primary end point",
    "component": "Components of the primary end point",
    "key_secondary": "Key secondary end points",
    "secondary": "Secondary end points",
    "sensitivity": "Sensitivity analyses",
    "exploratory": "Exploratory end points",
    "safety": "Safety end points",
}


def tbl_primary(lookup: "Lookup", endpoint: "Endpoint", *, ties: str = "efron") -> Table:
    """Return every estimate of one end point, by arm and compared.

    Parameters
    ----------
    lookup : Lookup
        With results of kaplan_meier, log_rank, cox, incidence_rate, landmark, rmst.
    endpoint : Endpoint
        The end point.
    ties : str
        The Cox model's method shown.

    Returns
    -------
    Table
    """
    trial, code = lookup.trial, endpoint.paramcd
    arms = arm_columns(trial, numbers_of_patients(lookup, code))
    compared = comparison_columns(trial, "Comparison")
    level = f"{100 * lookup.conf_level:g}% CI"
    label, lines = "Estimate", []

    def line(text, arm_cells, comparison_cells=None):
        cells = {label: text}
        cells |= {column: arm_cells(arm) for arm, column in arms.items()}
        to = comparison_cells or (lambda _: "")
        lines.append(cells | {column: to(name) for name, column in compared.items()})

    def hazard_ratio(name):
        text = lookup.text(HR, "cox", code, name, method=ties)
        return f"HR {text}" if text else ""

    line(
        "Patients with the event, n (%)",
        lambda arm: lookup.text("{n_events} ({percent})", "kaplan_meier", code, arm),
        hazard_ratio,
    )
    line(
        f"Events per 100 patient-years ({level})",
        lambda arm: lookup.text("{rate} " + CI, "incidence_rate", code, arm, method="exact"),
        lambda name: _named(
            "ratio ",
            lookup.text("{rate_ratio} " + CI, "incidence_rate", code, name, method="exact"),
        ),
    )
    line(
        f"Median time, {trial.time.show} ({level})",
        lambda arm: lookup.text(
            "{median} " + CI, "kaplan_meier", code, arm, level="median", method="log-log"
        ).replace("not reached (NE to NE)", "not reached"),
    )
    for t in lookup.landmarks(code):
        line(
            f"Free of the event at {shown_time(trial, t)} ({level})",
            lambda arm, t=t: lookup.text(
                "{survival} " + CI, "kaplan_meier", code, arm, time=t, method="log-log"
            ),
            lambda name, t=t: _named(
                "difference ", lookup.text("{difference} " + CI, "landmark", code, name, time=t)
            ),
        )
    for t in sorted(set(lookup.distinct("time", "rmst", paramcd=code))):
        line(
            f"Mean time free of the event within {shown_time(trial, t)}, {trial.time.show}",
            lambda arm, t=t: lookup.text("{rmst} " + CI, "rmst", code, arm, time=t),
            lambda name, t=t: _named(
                "difference ",
                lookup.text("{difference} " + CI, "rmst", code, name, time=t, method="difference"),
            ),
        )
    for method, text in (("", "Log-rank test"), ("stratified", "Stratified log-rank test")):
        if lookup.has("log_rank", paramcd=code, method=method):
            line(
                text,
                lambda _: "",
                lambda name, method=method: _p(
                    lookup.text("{p_value}", "log_rank", code, name, method=method)
                ),
            )
    return html_table(
        pd.DataFrame(lines),
        name=f"estimates-{code}",
        caption=f"{at_start(in_text(endpoint.label))}: every estimate",
        notes=[
            "Comparisons are " + "; ".join(c.name for c in trial.comparisons) + ".",
            "HR: hazard ratio of a Cox model without covariates. Intervals of survival are "
            "log-log; those of rates are exact; the restricted mean has Greenwood-type variance.",
        ],
    )


def tbl_endpoints(lookup: "Lookup", *, ties: str = "efron") -> Table:
    """Return all end points: events by arm, hazard ratio, P values, adjusted where asked for.

    Parameters
    ----------
    lookup : Lookup
        With results of kaplan_meier, cox, log_rank, and multiplicity where there is a family.
    ties : str
        The Cox model's method shown.

    Returns
    -------
    Table
    """
    trial = lookup.trial
    arms = arm_columns(trial, numbers_of_patients(lookup, trial.primary.paramcd))
    family = trial.config.multiplicity
    adjusted = [
        m for m in (family.methods if family else ()) if lookup.has("multiplicity", method=m)
    ]
    lines = []
    for role, heading in ROLES.items():
        for endpoint in (one for one in trial.endpoints if one.role == role):
            code = endpoint.paramcd
            line = {"group": heading, "End point, n (%)": at_start(in_text(endpoint.label))}
            for arm, column in arms.items():
                line[column] = lookup.text("{n_events} ({percent})", "kaplan_meier", code, arm)
            for name, column in comparison_columns(trial, "HR (95% CI)").items():
                line[column] = lookup.text(HR, "cox", code, name, method=ties)
            for name, column in comparison_columns(trial, "P").items():
                line[column] = lookup.text("{p_value}", "log_rank", code, name)
            for method in adjusted:
                for name, column in comparison_columns(trial, f"P, {method.capitalize()}").items():
                    line[column] = lookup.text(
                        "{p_value}", "multiplicity", code, name, method=method
                    )
            lines.append(line)
    notes = ["P: log-rank test, unadjusted for the number of end points."]
    if adjusted:
        names = ", ".join(trial.endpoint(code).label for code in family.family)
        notes.append(f"Adjusted together: {names}.")
    return html_table(
        pd.DataFrame(lines), name="endpoints", caption="All end points", groups="group", notes=notes
    )


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
    code, lines = endpoint.paramcd, []
    for method in lookup.distinct("method", "cox", paramcd=code):
        levels = lookup.distinct("level", "cox", paramcd=code, method=method)
        for comparison in lookup.trial.comparisons:
            text = _model_label(method)
            line = {"Cox model": text}
            if len(lookup.trial.comparisons) > 1:
                line["Comparison"] = comparison.name
            of = ("cox", code, comparison.name)
            line["Patients"] = lookup.text("{n}", *of, method=method)
            line["HR (95% CI)"] = lookup.text(HR, *of, method=method)
            line["P (Wald)"] = lookup.text("{p_value}", *of, method=method)
            lines.append(line)
            for level in filter(None, levels):
                term = {"Cox model": f"{INDENT}{level}"}
                term["HR (95% CI)"] = lookup.text(HR, *of, level=level, method=method)
                term["P (Wald)"] = lookup.text("{p_value}", *of, level=level, method=method)
                lines.append(term)
    if not lines:
        return None
    return html_table(
        pd.DataFrame(lines).fillna(""),
        name=f"sensitivity-{code}",
        caption="The hazard ratio of treatment under other models and conventions",
        notes=["Indented: the covariates' own hazard ratios, per unit or against the reference."],
    )


def _model_label(method: str) -> str:
    """Return a Cox model's method in words."""
    base = method.split("@")[0]
    words = {
        "efron": "No covariates, ties by Efron",
        "breslow": "No covariates, ties by Breslow",
        "exact": "No covariates, ties exact",
        "stratified": "Stratified as randomized",
    }
    return words.get(base) or f"Adjusted for {base.removeprefix('adjusted:').replace('_', ' ')}"


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
        "rank": "rank of time",
        "identity": "time",
        "log": "logarithm of time",
    }
    of = ("proportional_hazards", endpoint.paramcd)
    lines = [
        {
            "Scale of time": words,
            **({"Comparison": c.name} if len(lookup.trial.comparisons) > 1 else {}),
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
                line["Comparison"] = comparison.name
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
        notes=[
            "Cause-specific: among those still free of every event. Subdistribution (Fine and "
            "Gray): on the cumulative incidence itself. Withdrawal is censoring, not an event."
        ],
    )


def _named(name: str, text: str) -> str:
    return f"{name}{text}" if text and text != "NE" else text


def _p(text: str) -> str:
    if not text or text == "NE":
        return text
    return f"P{text}" if text.startswith("<") else f"P={text}"
