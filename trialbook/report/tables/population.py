"""Tables of who the patients were, how they were treated and followed."""

from typing import TYPE_CHECKING

import pandas as pd

from trialbook.report.labels import level_label, term_label
from trialbook.report.landmarks import shown_time
from trialbook.report.output import Table
from trialbook.report.sentences import FORMED
from trialbook.report.table import INDENT, html_table
from trialbook.report.tables.columns import (
    arm_columns,
    comparison_columns,
    row_cells,
    sizes_shown,
    told,
)
from trialbook.safe import WITHHELD, shown_sizes

if TYPE_CHECKING:
    from trialbook.safe.lookup import Lookup

SUMMARIES = {
    "mean": ("mean ± SD", "{mean} ± {sd}"),
    "geometric": ("geometric mean ± SD", "{geometric_mean} ± {sd}"),
    "median": ("median (quartiles)", "{median} ({q1} to {q3})"),
}
SPREAD = (
    "Beside a geometric mean stands the arithmetic SD, as papers print it; its SMD is that of the "
    "logarithms."
)
RARE = "Rows with too few patients to show are left out."
STATUSES = {
    "EOSSTT": "Left or completed the study",
    "DCSREAS": "Why patients left the study",
    "EOTSTT": "Stopped or completed the drug",
    "DCTREAS": "Why patients stopped the drug",
}


def tbl_baseline(lookup: "Lookup") -> Table | None:
    """Return Table 1: each variable by arm, standardized differences, missing counts.

    Parameters
    ----------
    lookup : Lookup
        With results of ``baseline``.

    Returns
    -------
    Table or None
    """
    trial = lookup.trial
    variables = lookup.distinct("paramcd", "baseline")
    if not variables:
        return None
    described = {item.variable: item for item in trial.config.baseline}
    arms = arm_columns(trial, shown_sizes(trial, "efficacy"))
    smd = comparison_columns(trial, "SMD")
    missing = any(
        lookup.value("n_missing", "baseline", name, arm.code) > 0
        or lookup.withholds("n_missing", "baseline", name, arm.code)
        for name in variables
        for arm in trial.arms
    )
    # Results made elsewhere may not tell it.
    counted = all(
        lookup.text("{n_missing}", "baseline", name, arm.code)
        for name in variables
        for arm in trial.arms
    )
    lines = []
    for name in variables:
        item = described.get(name)
        label = item.label if item else name.capitalize()
        lines += _variable_lines(lookup, name, label, item.summary if item else None, arms, smd)
    frame = told(lines)
    if not missing:
        frame = frame.drop(columns="Missing", errors="ignore")
    differences = "SMD: standardized mean difference, treated minus control over the pooled SD. "
    if trial.randomized == "yes":
        differences += (
            "P values are not given: after randomization a difference at baseline is due to "
            "chance, and a test of it answers no question (CONSORT 2025)."
        )
    else:
        differences += f"{FORMED[trial.randomized]}: differences are to be expected."
    return html_table(
        frame.fillna(""),
        name="baseline",
        caption="Patients at baseline, by group",
        notes=[
            "Categories are n (%) of the patients with a value."
            + ("" if missing or not counted else " No value is missing."),
            SPREAD if "geometric" in {item.summary for item in described.values()} else "",
            RARE if lookup.leaves_out("level", "baseline") else "",
            differences if set(smd.values()) & set(frame) else "",
        ],
    )


def _variable_lines(lookup, name, label, summary, arms, smd) -> list[dict]:
    """Return the lines of one variable: a number's one, a category's heading and levels."""
    levels = [level for level in lookup.distinct("level", "baseline", paramcd=name) if level]
    absent = sum(
        value
        for code in arms
        if (value := lookup.value("n_missing", "baseline", name, code)) == value
    )
    base = {"Missing": f"{absent:,.0f}" if absent else ""}
    if any(lookup.withholds("n_missing", "baseline", name, code) for code in arms):
        base = {"Missing": WITHHELD}
    key = "Characteristic"
    if not levels:
        words, template = SUMMARIES.get(summary or "mean", SUMMARIES["mean"])
        line = {key: f"{label}, {words}"}
        line |= row_cells(lookup, arms, template, "baseline", name)
        line |= row_cells(lookup, smd, "{smd}", "baseline", name)
        return [line | base]
    flag = set(levels) <= {"Y", "N"}
    lines = [] if flag else [{key: label} | base]
    for level in ["Y"] if flag else levels:
        text = label if flag else INDENT + level_label(name, level)
        line = {key: text}
        line |= row_cells(lookup, arms, "{n} ({percent})", "baseline", name, level=level)
        line |= row_cells(lookup, smd, "{smd}", "baseline", name, level=level)
        lines.append(line | (base if flag else {}))
    return lines


def tbl_disposition(lookup: "Lookup") -> Table | None:
    """Return what became of the randomized patients: statuses and reasons by arm.

    Parameters
    ----------
    lookup : Lookup
        With results of ``disposition``.

    Returns
    -------
    Table or None
        None where neither statuses nor reasons are recorded.
    """
    trial = lookup.trial
    arms = arm_columns(trial, sizes_shown(lookup, "disposition", "RANDFL", "RANDOMIZED"))
    lines = []
    for variable, heading in STATUSES.items():
        for level in lookup.distinct("level", "disposition", paramcd=variable):
            line = {"group": heading, "Patients, n (%)": term_label(level)}
            of = ("disposition", variable)
            lines.append(line | row_cells(lookup, arms, "{n} ({percent})", *of, level=level))
    if not lines:
        return None
    randomized = trial.randomized == "yes"
    who = "randomized to the group" if randomized else "of the group who entered the study"
    return html_table(
        pd.DataFrame(lines),
        name="disposition",
        caption="Leaving the study and stopping the drug",
        groups="group",
        notes=[
            f"Percentages are of the patients {who}.",
            RARE if lookup.leaves_out("level", "disposition") else "",
        ],
    )


def tbl_exposure(lookup: "Lookup") -> Table | None:
    """Return how long and how much the patients were treated, by actual treatment.

    Parameters
    ----------
    lookup : Lookup
        With results of ``exposure``.

    Returns
    -------
    Table or None
    """
    trial = lookup.trial
    variables = lookup.distinct("paramcd", "exposure")
    if not variables:
        return None
    described = {item.variable: item for item in trial.config.exposure}
    arms = arm_columns(trial, shown_sizes(trial, "safety"))
    lines = []
    for subgroup in lookup.distinct("subgroup", "exposure"):
        heading = "All treated patients"
        if subgroup:
            heading = f"Patients with {trial.endpoint(subgroup.split('=')[0]).label}"
        for name in variables:
            item = described.get(name)
            label = item.label if item else "Duration of treatment, days"
            levels = [one for one in lookup.distinct("level", "exposure", paramcd=name) if one]
            words, template = SUMMARIES.get((item and item.summary) or "mean", SUMMARIES["mean"])
            for level in levels or [""]:
                shown = f"{label}, n (%)" if level else f"{label}, {words}"
                if level and level != "Y":
                    shown = f"{label}: {level_label(name, level)}, n (%)"
                line = {"group": heading, "Treatment": shown}
                of = {"level": level, "subgroup": subgroup}
                printed = "{n} ({percent})" if level else template
                lines.append(line | row_cells(lookup, arms, printed, "exposure", name, **of))
    return html_table(
        pd.DataFrame(lines),
        name="exposure",
        caption="Treatment received, by actual treatment",
        groups="group",
    )


def tbl_deviations(lookup: "Lookup") -> Table | None:
    """Return how many patients had protocol deviations, of any kind and of each.

    Parameters
    ----------
    lookup : Lookup
        With results of ``deviation``.

    Returns
    -------
    Table or None
        None where deviations are not given.
    """
    trial = lookup.trial
    if not lookup.has("deviation"):
        return None
    arms = arm_columns(trial, shown_sizes(trial, "efficacy"))
    if len(arms) > 1:
        arms |= {"all": "All"}
    lines = []
    # Where even all together are too few to be counted, that is said.
    for paramcd in lookup.distinct("paramcd", "deviation") or ["any"]:
        for level in lookup.distinct("level", "deviation", paramcd=paramcd) or [""]:
            label = INDENT + term_label(level) if level else "Any deviation"
            of = ("deviation", paramcd)
            cells = row_cells(lookup, arms, "{n} ({percent})", *of, level=level)
            lines.append({"Patients with, n (%)": label} | cells)
    return html_table(
        pd.DataFrame(lines),
        name="deviations",
        caption="Protocol deviations",
        notes=["A patient counts once per line."],
    )


def tbl_reasons_over_time(lookup: "Lookup") -> Table | None:
    """Return the share of patients who left, and who stopped, by reason, by the last time shown.

    Parameters
    ----------
    lookup : Lookup
        With results of ``discontinuation``.

    Returns
    -------
    Table or None
        None where dates are not given.
    """
    trial, lines, withheld = lookup.trial, [], False
    headings = {"EOSSTT": "Left the study", "EOTSTT": "Stopped the drug"}
    for code, heading in headings.items():
        times = lookup.distinct("time", "discontinuation", paramcd=code)
        if not times:
            continue
        last = max(times)
        levels = lookup.distinct("level", "discontinuation", paramcd=code)
        withheld |= lookup.leaves_out("level", "discontinuation", paramcd=code)
        for level in ["all", *(one for one in levels if one != "all")]:
            reason = "For any reason" if level == "all" else INDENT + term_label(level)
            line = {"group": f"{heading} within {shown_time(trial, last)}", "Reason": reason}
            for arm in trial.arms:
                line[arm.label] = lookup.text(
                    "{cumulative_incidence} ({lower} to {upper})",
                    "discontinuation",
                    code,
                    arm.code,
                    level=level,
                    time=last,
                    method="aalen_johansen",
                ).replace(" (NE to NE)", "")
            if level != "all" and {line[arm.label] for arm in trial.arms} == {WITHHELD}:
                withheld = True
                continue
            lines.append(line)
    if not lines:
        return None
    return html_table(
        pd.DataFrame(lines),
        name="reasons-over-time",
        caption="Leaving and stopping, by reason",
        groups="group",
        notes=[
            f"Cumulative incidence ({lookup.ci}), the other reasons competing; patients who "
            "completed are censored then.",
            RARE if withheld else "",
        ],
    )
