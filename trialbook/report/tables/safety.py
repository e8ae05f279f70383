"""Tables of adverse events."""

from collections.abc import Collection, Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

import pandas as pd

from trialbook.report.explorers import explorer
from trialbook.report.forest_column import Harm
from trialbook.report.labels import term_label
from trialbook.report.landmarks import shown_time
from trialbook.report.output import Table
from trialbook.report.sentences import in_text, pair_of
from trialbook.report.table import INDENT, html_table
from trialbook.report.tables.columns import arm_columns, comparison_columns, row_cells, told
from trialbook.safe import shown_sizes

if TYPE_CHECKING:
    from trialbook.config import Comparison
    from trialbook.safe.lookup import Lookup
    from trialbook.trial import Trial

MOST_TERMS = 60
# Percent of some group: terms that have it are shown first, the largest difference above.
COMMON = 5
# Of confidential data where all but a few patients were treated.
ROUNDED = (
    "Counts are withheld, for they would tell how few patients were not treated; percentages are "
    "rounded."
)
JUDGED = {"AESEV": "Worst severity", "AEREL": "Relation to treatment"}


def tbl_adverse_events(lookup: "Lookup", groups: Mapping[str, str]) -> Table | None:
    """Return the overview: groups of adverse events by arm, differences, Fisher's test.

    Parameters
    ----------
    lookup : Lookup
        With results of ``adverse_events``.
    groups : mapping
        A group's key to its label, in the order of the lines.

    Returns
    -------
    Table or None
    """
    shown = {
        key: label for key, label in groups.items() if lookup.has("adverse_events", paramcd=key)
    }
    if not shown:
        return None
    trial = lookup.trial
    arms = arm_columns(trial, shown_sizes(trial, "safety"))
    lines = []
    for key, label in shown.items():
        line = {"Patients with, n (%)": label}
        line |= row_cells(lookup, arms, "{n} ({percent})", "adverse_events", key)
        lines.append(line | _compared(lookup, key, "", with_p=True))
    compared = (
        f"Difference: percentage points, treated minus control, with Newcombe's {lookup.ci}. P: "
        "Fisher's exact test, two-sided, unadjusted; the trial was not designed to test these "
        "differences."
    )
    frame = told(lines)
    return html_table(
        frame,
        name="adverse-events",
        caption="Treatment-emergent adverse events, by actual treatment",
        notes=[
            "A patient counts once per line."
            + (f" {compared}" if len(frame.columns) > 1 + len(arms) else ""),
            _rounded(lookup),
        ],
    )


def tbl_event_rates(lookup: "Lookup", groups: Mapping[str, str]) -> Table | None:
    """Return the groups of adverse events as rates per time at risk, by arm and compared.

    Parameters
    ----------
    lookup : Lookup
        With results of ``adverse_events``.
    groups : mapping
        A group's key to its label, in the order of the lines.

    Returns
    -------
    Table or None
        None where the time at risk is not known.
    """
    trial, lines = lookup.trial, []
    arms = arm_columns(trial, shown_sizes(trial, "safety"))
    ratios = comparison_columns(trial, f"Rate ratio ({lookup.ci})")
    exact = {"method": "exact"}
    for key, label in groups.items():
        of = ("adverse_events", key)
        rates = row_cells(lookup, arms, "{rate} ({lower} to {upper})", *of, **exact)
        if not set(rates.values()) - {"", "NE"}:
            continue
        line = {f"First events per 100 patient-years ({lookup.ci})": label} | rates
        line |= row_cells(lookup, ratios, "{rate_ratio} ({lower} to {upper})", *of, **exact)
        all_events = {
            f"All events, {in_text(one.label)}": lookup.text("{events}", *of, one.code, **exact)
            for one in trial.arms
        }
        lines.append(line | all_events)
    if not lines:
        return None
    return html_table(
        pd.DataFrame(lines),
        name="adverse-event-rates",
        caption="Adverse events by time at risk, by actual treatment",
        notes=[
            "Patients with a first event per 100 patient-years until it, or until "
            f"{_window(trial)}: later events are in the counts above, not here. Exact intervals. "
            "All events: every one, also those that came again."
        ],
    )


def tbl_event_risks(lookup: "Lookup", groups: Mapping[str, str]) -> Table | None:
    """Return the share of treated patients who had had an event by the last landmark, compared.

    Parameters
    ----------
    lookup : Lookup
        With results of ``time_to_adverse_event``.
    groups : mapping
        A group's key to its label, in the order of the lines.

    Returns
    -------
    Table or None
        None where dates are not known, or no landmark is reached.
    """
    trial, lines = lookup.trial, []
    arms = arm_columns(trial, shown_sizes(trial, "safety"))
    compared = comparison_columns(trial, f"Difference, points ({lookup.ci})")
    t = max(trial.landmarks, default=None)
    row = {"time": t, "method": "aalen_johansen"}
    for key, label in groups.items():
        of = ("adverse_events", key)
        risks = row_cells(lookup, arms, "{cumulative_incidence} ({lower} to {upper})", *of, **row)
        if t is None or not set(risks.values()) - {"", "NE"}:
            continue
        differences = "{risk_difference} ({lower} to {upper})"
        line = {f"Had had, % ({lookup.ci})": label} | risks
        lines.append(line | row_cells(lookup, compared, differences, *of, **row))
    if not lines:
        return None
    return html_table(
        pd.DataFrame(lines),
        name="adverse-event-risks",
        caption=f"Risk of a first adverse event within {shown_time(trial, t)} of the first dose",
        notes=[
            "Aalen and Johansen's estimate: death and the end of treatment compete, for no event "
            "counts after them."
        ],
    )


def _window(trial: "Trial") -> str:
    """Return how long after the last dose an event still counts as one under treatment."""
    days = trial.config.risk_window
    return f"{days:g} days after the last dose" if days else "the last dose"


def _rounded(lookup: "Lookup") -> str:
    """Return why there are percentages without counts; empty where there are counts."""
    trial = lookup.trial
    return "" if shown_sizes(trial, "safety") else ROUNDED


def tbl_severity(lookup: "Lookup") -> Table | None:
    """Return how many patients had events of each severity and of each relation to treatment.

    Parameters
    ----------
    lookup : Lookup
        With results of ``severity``.

    Returns
    -------
    Table or None
    """
    trial, lines = lookup.trial, []
    arms = arm_columns(trial, shown_sizes(trial, "safety"))
    for level in filter(None, lookup.distinct("level", "adverse_events", paramcd="any")):
        variable, _, value = level.partition("=")
        if variable not in JUDGED:
            continue
        line = {"group": JUDGED[variable], "Patients with, n (%)": term_label(value)}
        counts = row_cells(lookup, arms, "{n} ({percent})", "adverse_events", "any", level=level)
        lines.append(line | counts)
    if not lines:
        return None
    return html_table(
        pd.DataFrame(lines),
        name="severity",
        caption="Severity of adverse events, and their relation to treatment as reported",
        groups="group",
        notes=[
            "A patient counts once under the worst severity, and once under each relation that "
            "any of the patient's events was given.",
            _rounded(lookup),
        ],
    )


def _compared(lookup, key: str, level: str, *, with_p: bool) -> dict[str, str]:
    """Return the cells of the comparisons of one line."""
    of = ("adverse_events", key)
    arms = arm_columns(lookup.trial, shown_sizes(lookup.trial, "safety"))
    columns = comparison_columns(lookup.trial, f"Difference, points ({lookup.ci})", arms)
    template = "{risk_difference} ({lower} to {upper})"
    cells = row_cells(lookup, columns, template, *of, level=level, method="newcombe")
    if with_p:
        columns = comparison_columns(lookup.trial, "P", arms)
        cells |= row_cells(lookup, columns, "{p_value}", *of, level=level, method="fisher")
    return cells


def tbl_terms(lookup: "Lookup", classes: pd.DataFrame) -> Table | None:
    """Return adverse events by system organ class and preferred term, the frequent first.

    Parameters
    ----------
    lookup : Lookup
        With results of ``adverse_events``.
    classes : pandas.DataFrame
        AEBODSYS and AEDECOD, one row per pair.

    Returns
    -------
    Table or None
        At most 60 terms; all are in the results. Percentages and differences are drawn in the
        rows; the reader sorts and narrows them.
    """
    if classes.empty:
        return None
    trial = lookup.trial
    arms = arm_columns(trial, shown_sizes(trial, "safety"))
    rates = {code: f"Rate, {in_text(trial.arm(code).label)}" for code in arms}
    compared = [c for c in trial.comparisons if {c.treated.code, c.control.code} <= set(arms)]

    def key(term: str, variable: str) -> str:
        return variable if lookup.has("adverse_events", paramcd=term, level=variable) else ""

    def total(term: str, variable: str) -> float:
        level = key(term, variable)
        counts = [lookup.value("n", "adverse_events", term, code, level=level) for code in arms]
        return sum(n for n in counts if n == n)

    named = {
        variable: set(lookup.distinct("paramcd", "adverse_events", level=variable))
        | set(lookup.distinct("paramcd", "adverse_events", level=""))
        for variable in ("AEBODSYS", "AEDECOD")
    }
    everything = classes
    for variable, names in named.items():
        classes = classes[classes[variable].isin(names)]
    totals = {term: total(term, "AEDECOD") for term in classes["AEDECOD"].unique()}
    kept = set(sorted(totals, key=lambda term: (-totals[term], term))[:MOST_TERMS])
    lines, ranked = [], []
    by_class = dict(list(classes.groupby("AEBODSYS")["AEDECOD"]))
    for name in sorted(by_class, key=lambda name: (-total(name, "AEBODSYS"), name)):
        terms = sorted((t for t in by_class[name] if t in kept), key=lambda t: (-totals[t], t))
        entries = [(name, "AEBODSYS", term_label(name))]
        entries += [(term, "AEDECOD", INDENT + term_label(term)) for term in terms]
        for term, variable, label in entries:
            level = key(term, variable)
            line = {"Class and term, n (%)": label}
            of = ("adverse_events", term)
            line |= row_cells(lookup, arms, "{n} ({percent})", *of, level=level)
            line |= row_cells(lookup, rates, "{rate}", *of, level=level)
            lines.append(line | _compared(lookup, term, level, with_p=False))
            ranked.append(_ranked(lookup, term, level, arms, compared))
            ranked[-1]["term"] = variable == "AEDECOD"
    positions = {arm.code: place for place, arm in enumerate(trial.arms)}
    notes = [f"Difference: percentage points, treated minus control, with Newcombe's {lookup.ci}."]
    if any(line[column] for line in lines for column in rates.values()):
        notes[0] += (
            " The files have rates as well: patients with a first event per 100 patient-years at "
            f"risk, without events later than {_window(trial)}."
        )
    if len(totals) > MOST_TERMS:
        notes.append(
            f"The {MOST_TERMS} most frequent of {len(totals)} terms; all are in the results file."
        )
    if len(classes) < len(everything):
        notes.append("Rows with too few patients to show are left out.")
    if not lines:
        return None
    frame = told(lines)
    rated = [column for column in rates.values() if column in frame]
    if len(frame.columns) == 1 + len(arms) + len(rated):
        del notes[0]  # no difference is told
    return html_table(
        frame,
        name="adverse-event-terms",
        caption="Adverse events by system organ class and preferred term",
        notes=notes,
        in_files=rated,
        drawn_as={positions[code]: in_text(trial.arm(code).label) for code in arms},
        harms=[
            Harm(
                {positions[code]: x for code, x in one["percent"].items()},
                [
                    (positions[pair.treated.code], tuple(100 * x for x in limits))
                    for pair, limits in zip(compared, one["differences"], strict=True)
                ],
            )
            for one in ranked
        ],
        explorer=explorer(
            "harms",
            {
                "comparisons": [pair_of(one) for one in compared]
                if any(isfinite(x) for of in ranked for x, _, _ in of["differences"])
                else [],
                "least": COMMON,
                "rows": [
                    {
                        "term": one["term"],
                        "most": max(filter(isfinite, one["percent"].values()), default=None),
                        "differences": [
                            x if isfinite(x) else None for x, _, _ in one["differences"]
                        ],
                    }
                    for one in ranked
                ],
            },
        ),
    )


def _ranked(
    lookup: "Lookup",
    term: str,
    level: str,
    arms: Collection[str],
    compared: Sequence["Comparison"],
) -> dict[str, Any]:
    """Return by what a line of adverse events can be drawn and sorted; NaN where withheld."""
    of = ("adverse_events", term)
    return {
        "percent": {code: lookup.value("percent", *of, code, level=level) for code in arms},
        "differences": [
            tuple(
                lookup.value(name, *of, one.name, level=level, method="newcombe")
                for name in ("risk_difference", "lower", "upper")
            )
            for one in compared
        ],
    }
