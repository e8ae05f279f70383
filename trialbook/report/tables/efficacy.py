"""Tables of the primary end point, the others, and how sensitive the result is."""

from typing import TYPE_CHECKING

import pandas as pd

from trialbook.analyses.planned import planned
from trialbook.report.effect import WAYS, WITHOUT_EVENTS
from trialbook.report.landmarks import few_at_risk, method_of, shown_time
from trialbook.report.output import Table
from trialbook.report.sentences import at_start, in_text, p_phrase, pair_of
from trialbook.report.table import html_table
from trialbook.report.tables.columns import (
    arm_columns,
    comparison_columns,
    numbers_of_patients,
    row_cells,
)
from trialbook.safe import WITHHELD, shown_sizes

if TYPE_CHECKING:
    from trialbook.config import Endpoint
    from trialbook.safe.lookup import Lookup

HR = "{hr} ({hr_lower} to {hr_upper})"
CI = "({lower} to {upper})"
NOT_COMPARED = "–"
FEW = " ‡"  # a dagger marks numbers that a paper leaves free
MAX_COMBO = "Max-combo test, which also finds curves that cross"
HEADLINES = {
    "efron": "hazard ratio of a Cox model without covariates",
    "breslow": "hazard ratio of a Cox model without covariates, ties by Breslow",
    "exact": "ratio of a Cox model without covariates, ties by the discrete (conditional logistic) "
    "likelihood",
    "stratified": "hazard ratio of a Cox model stratified as randomized",
    "adjusted": "hazard ratio of the planned Cox model with covariates",
}
HORIZON_CHOSEN = (
    "The horizon was chosen by the data; a plan would have set it before they were seen."
)
SEVERAL_P = (
    "One effect has several P values, for each test weighs the same events its own way; the "
    "planned one counts."
)
ROLES = {
    "primary": "Primary end point",
    "component": "Components of the primary end point",
    "key_secondary": "Key secondary end points",
    "secondary": "Secondary end points",
    "sensitivity": "Sensitivity analyses",
    "exploratory": "Exploratory end points",
    "safety": "Safety end points",
}

ADJUSTMENTS = {"fixed_sequence": "in the order of the plan", "graph": "by the plan's graph"}


def tbl_primary(lookup: "Lookup", endpoint: "Endpoint", *, ties: str | None = None) -> Table:
    """Return every estimate of one end point, by arm and compared.

    Parameters
    ----------
    lookup : Lookup
        With results of kaplan_meier, log_rank, cox, incidence_rate, landmark, rmst.
    endpoint : Endpoint
        The end point.
    ties : str, optional
        The Cox model's method in place of the plan's.

    Returns
    -------
    Table
    """
    trial, code = lookup.trial, endpoint.paramcd
    plan = planned(trial, ties)
    last = "Last columns" if len(trial.comparisons) > 1 else "Last column"
    arms = arm_columns(trial, numbers_of_patients(lookup, code))
    compared = comparison_columns(trial, "HR, ratio or difference")
    level = lookup.ci
    label, lines = "Estimate", []

    def line(text, arm_cells, comparison_cells=None):
        cells = {label: text}
        cells |= {column: arm_cells(arm) for arm, column in arms.items()}
        to = comparison_cells or (lambda _: "")
        cells |= {column: to(name) for name, column in compared.items()}
        if any(cells[column] for column in cells if column != label):
            lines.append(cells)

    def hazard_ratio(name):
        return lookup.text(HR, "cox", code, name, method=plan.model)

    def difference(name, t):
        comparison = next(one for one in trial.comparisons if one.name == name)
        of = {"time": t, "method": method_of(lookup, endpoint, comparison, t)}
        return lookup.text("{difference} points " + CI, "landmark", code, name, **of)

    def free(arm, t):
        key = ("kaplan_meier", code, arm)
        limits = lookup.text(CI, *key, time=t, method="bpcp")
        if limits[:2] not in ("", "NE"):
            return f"{lookup.text('{survival}', *key, time=t, method=trial.conf_type)} {limits}"
        return lookup.text("{survival} " + CI, *key, time=t, method=trial.conf_type)

    line(
        "Patients with the event, n (%)",
        lambda arm: lookup.text("{n_events} ({percent})", "kaplan_meier", code, arm),
        hazard_ratio,
    )
    line(
        f"Events per 100 patient-years ({level})",
        lambda arm: lookup.text("{rate} " + CI, "incidence_rate", code, arm, method="exact"),
        lambda name: lookup.text(
            "{rate_ratio} " + CI, "incidence_rate", code, name, method="exact"
        ),
    )
    line(
        f"Median time, {trial.time.show} ({level})",
        lambda arm: lookup.text(
            "{median} " + CI, "kaplan_meier", code, arm, level="median", method=trial.conf_type
        ).replace("not reached (NE to NE)", "not reached"),
    )
    few = [t for t in lookup.landmarks(code) if few_at_risk(lookup, endpoint, t)]
    for t in lookup.landmarks(code):
        line(
            f"Free of the event at {shown_time(trial, t)}{FEW if t in few else ''} ({level})",
            lambda arm, t=t: free(arm, t),
            lambda name, t=t: difference(name, t),
        )
    horizons = sorted(set(lookup.distinct("time", "rmst", paramcd=code)))
    # Each comparison has a horizon of its own where trial.yml names none.
    elsewhere = NOT_COMPARED if len(horizons) > 1 else ""
    for t in horizons:
        of = [("rmst", code, comparison.name) for comparison in trial.comparisons]
        shown = {lookup.text("{difference}", *key, time=t, method="difference") for key in of}
        if trial.horizon is None and WITHHELD in shown and shown <= {"", WITHHELD}:
            continue  # The horizon is the last time of an arm with few events.
        line(
            f"Mean {trial.time.show} free of the event within {shown_time(trial, t)} ({level})",
            lambda arm, t=t: lookup.text("{rmst} " + CI, "rmst", code, arm, time=t) or elsewhere,
            lambda name, t=t: (
                lookup.text("{difference} " + CI, "rmst", code, name, time=t, method="difference")
                or elsewhere
            ),
        )
    for t in sorted(set(lookup.distinct("time", "average_hazard", paramcd=code))):
        line(
            f"Average hazard per 100 patient-years within {shown_time(trial, t)} ({level})",
            lambda arm, t=t: lookup.text(
                "{average_hazard} " + CI, "average_hazard", code, arm, time=t
            ),
            lambda name, t=t: lookup.text(
                "{ratio} " + CI, "average_hazard", code, name, time=t, method="ratio"
            ),
        )
    tests = {"": "Log-rank test", "stratified": "Stratified log-rank test", "maxcombo": MAX_COMBO}
    for method, text in sorted(tests.items(), key=lambda test: test[0] != plan.test):
        if lookup.has("log_rank", paramcd=code, method=method):
            line(
                f"{text}, as planned" if method == plan.test and len(tests) > 1 else text,
                lambda _: "",
                lambda name, method=method: _p(lookup, "log_rank", code, name, method=method),
            )
    return html_table(
        pd.DataFrame(lines),
        name=f"estimates-{code}",
        caption=f"{at_start(in_text(endpoint.label))}: every estimate",
        notes=[
            f"{last}: the hazard ratio beside the events, the rate ratio beside the rates, "
            "differences otherwise. Compared: "
            + "; ".join(map(pair_of, trial.comparisons))
            + f". HR: {HEADLINES[plan.model.partition(':')[0]]}."
            if trial.comparisons
            else "",
            HORIZON_CHOSEN if horizons and trial.horizon is None else "",
            f"{FEW.strip()} Fewer than 10%, or than 10, of a group's patients are at risk."
            if few
            else "",
            SEVERAL_P if trial.comparisons else "",
            f"Intervals of survival are {trial.conf_type}; those of rates are exact; the "
            "variance of the restricted mean is a sum like Greenwood’s.",
            f"{NOT_COMPARED}: means are compared up to the shorter follow-up of the two groups, "
            "so each comparison has a horizon of its own."
            if elsewhere
            else "",
        ],
    )


def tbl_endpoints(lookup: "Lookup", *, ties: str | None = None) -> Table:
    """Return all end points: events by arm, hazard ratio, P values, adjusted where asked for.

    Parameters
    ----------
    lookup : Lookup
        With results of kaplan_meier, cox, log_rank, and multiplicity where there is a family.
    ties : str, optional
        The Cox model's method in place of the plan's.

    Returns
    -------
    Table
    """
    trial = lookup.trial
    if len(trial.endpoints) < 2:
        return None
    plan = planned(trial, ties)
    arms = arm_columns(trial, numbers_of_patients(lookup, trial.primary.paramcd))
    family = trial.config.multiplicity
    adjusted = lookup.distinct("method", "multiplicity") if family else []
    ratios = comparison_columns(trial, f"HR ({lookup.ci})")
    p_values = comparison_columns(trial, "P")
    lines, ways = [], set()
    for role, heading in ROLES.items():
        for endpoint in (one for one in trial.endpoints if one.role == role):
            code = endpoint.paramcd
            line = {"group": heading, "End point, n (%)": at_start(in_text(endpoint.label))}
            line |= row_cells(lookup, arms, "{n_events} ({percent})", "kaplan_meier", code)
            line |= row_cells(lookup, ratios, HR, "cox", code, method=plan.model)
            for name, column in ratios.items():
                if line[column] == "NE":
                    line[column], way = _without_events(lookup, code, name)
                    ways |= {way}
            line |= row_cells(lookup, p_values, "{p_value}", "log_rank", code, method=plan.test)
            for method in adjusted:
                columns = comparison_columns(
                    trial, f"P, {ADJUSTMENTS.get(method, method.capitalize())}"
                )
                line |= row_cells(lookup, columns, "{p_value}", "multiplicity", code, method=method)
            lines.append(line)
    number = "end points" + (" and comparisons" if len(trial.comparisons) > 1 else "")
    test = "stratified log-rank test" if plan.test else "log-rank test"
    notes = [f"P: {test}, unadjusted for the number of {number}."] if p_values else []
    notes += [
        f"Where an arm has no event, the ratio is by {WAYS[way]}." for way in sorted(ways - {""})
    ]
    if adjusted:
        names = "; ".join(trial.endpoint(code).label for code in family.family)
        others = [one.label for one in trial.endpoints if one.paramcd not in family.family]
        rest = f" Not adjusted: {'; '.join(others)}." if others else ""
        notes.append(f"Adjusted together: {names}.{rest}")
    return html_table(
        pd.DataFrame(lines), name="endpoints", caption="All end points", groups="group", notes=notes
    )


def _without_events(lookup: "Lookup", code: str, name: str) -> tuple[str, str]:
    """Return the ratio where an arm has no event, and by which method; NE where none gives one."""
    for way in WITHOUT_EVENTS:
        if lookup.value("hr", "cox", code, name, method=way) >= 0:
            return lookup.text(HR, "cox", code, name, method=way), way
    return "NE", ""


def tbl_response(lookup: "Lookup") -> Table | None:
    """Return the yes/no outcomes by arm, their differences, Fisher's test.

    Parameters
    ----------
    lookup : Lookup
        With results of response.

    Returns
    -------
    Table or None
    """
    trial, lines = lookup.trial, []
    arms = arm_columns(trial, shown_sizes(trial, "efficacy"))
    differences = comparison_columns(trial, f"Difference, points ({lookup.ci})")
    p_values = comparison_columns(trial, "P")
    labels = {item.variable: item.label for item in trial.config.responses}
    for code in lookup.distinct("paramcd", "response"):
        level = "Y" if lookup.has("response", paramcd=code, level="Y") else ""
        line = {"Outcome, n (%)": labels.get(code, code)}
        of = ("response", code)
        line |= row_cells(lookup, arms, "{n} ({percent})", *of, level=level)
        key = {"level": level, "method": "newcombe"}
        line |= row_cells(lookup, differences, "{risk_difference} " + CI, *of, **key)
        key = {"level": level, "method": "fisher"}
        line |= row_cells(lookup, p_values, "{p_value}", *of, **key)
        lines.append(line)
    if not lines:
        return None
    return html_table(
        pd.DataFrame(lines),
        name="responses",
        caption="Outcomes that are reached or not",
        notes=["Difference: percentage points, Newcombe's interval. P: Fisher's exact test."],
    )


def _p(lookup: "Lookup", *key: str, **row: str) -> str:
    """Return a P value with its sign; where there is none, what stands for it."""
    return p_phrase(lookup, *key, **row) or lookup.text("{p_value}", *key, **row)
