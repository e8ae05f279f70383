"""Tables of laboratory parameters: their change, and shifts against the normal range."""

from typing import TYPE_CHECKING

import pandas as pd

from trialbook.analyses.laboratory_records import visit_unit
from trialbook.config import Arm, Parameter
from trialbook.report.output import Table
from trialbook.report.table import html_table
from trialbook.report.tables.columns import arm_columns, comparison_columns, row_cells
from trialbook.safe import shown_sizes

if TYPE_CHECKING:
    from trialbook.safe.lookup import Lookup
    from trialbook.trial import Trial

# ANRIND as CDISC writes it in one letter
AGAINST_RANGE = {"L": "Low", "N": "Normal", "H": "High"}
CHANGES = {
    "locf": "Last value carried forward",
    "mmrm": "Mixed model",
    "ancova": "Analysis of covariance at that visit",
}


def laboratory_parameters(lookup: "Lookup") -> list[Parameter]:
    """Return the laboratory parameters of the results: trial.yml's, or all that were found."""
    found = lookup.distinct("paramcd", "laboratory")
    named = {item.paramcd: item for item in lookup.trial.config.laboratory}
    return [named.get(code) or Parameter(paramcd=code) for code in found]


def tbl_laboratory(lookup: "Lookup") -> Table | None:
    """Return laboratory parameters: baseline and change by two methods.

    Parameters
    ----------
    lookup : Lookup
        With results of ``laboratory``.

    Returns
    -------
    Table or None
    """
    trial, lines, ends = lookup.trial, [], set()
    for item in laboratory_parameters(lookup):
        for method, words in CHANGES.items():
            times = lookup.distinct("time", "laboratory", paramcd=item.paramcd, method=method)
            times = sorted(t for t in times if t == t) or [None] * bool(times)
            if not times:
                continue
            line = {"group": item.label, "Change from baseline": words}
            for arm in _treated(trial).values():
                of = ("laboratory", item.paramcd, arm.code)
                key = {"time": times[-1], "method": method}
                text = lookup.text("{mean} ({lower} to {upper})", *of, **key)
                ratio = lookup.text("{geometric_mean} ({lower} to {upper})", *of, **key)
                line[arm.label] = ratio if item.summary == "geometric" and ratio else text
            line |= _change_compared(lookup, item, times[-1])[method]
            ends.add(times[-1])
            lines.append(line)
    if not lines:
        return None
    return html_table(
        pd.DataFrame(lines).fillna(""),
        name="laboratory-change",
        caption="Change of laboratory parameters from baseline to the last visit"
        + _last(trial, ends),
        groups="group",
        notes=[
            f"Mean change, or ratio to baseline where geometric means are used ({lookup.ci}). "
            "Compared, treated with control: the difference of changes, or the ratio of ratios, by "
            "the mixed model, or the model of that visit alone where the former has no estimate."
        ],
    )


def _treated(trial: "Trial") -> dict[str, Arm]:
    """Return the arms that have patients in the safety population, by their codes."""
    return {code: trial.arm(code) for code in arm_columns(trial, shown_sizes(trial, "safety"))}


def _last(trial: "Trial", visits: set) -> str:
    """Return which visit is the last one, where it is the same for all: ``" (month 36)"``."""
    (visit,) = visits if len(visits) == 1 else (None,)
    return "" if visit is None else f" ({visit_unit(trial) or 'visit'} {visit:g})"


def _change_compared(lookup: "Lookup", item: Parameter, visit: float) -> dict[str, dict[str, str]]:
    """Return the cells of the comparisons of a parameter's change, by method."""
    trial = lookup.trial
    name = "ratio" if item.summary == "geometric" else "difference"
    cells = {method: {} for method in CHANGES}
    for heading, template in (
        (f"Compared ({lookup.ci})", f"{{{name}}} ({{lower}} to {{upper}})"),
        ("P", "{p_value}"),
    ):
        columns = comparison_columns(trial, heading, _treated(trial))
        cells["locf"] |= dict.fromkeys(columns.values(), "")
        for method in ("mmrm", "ancova"):
            of = {"time": visit, "method": method}
            cells[method] |= row_cells(lookup, columns, template, "laboratory", item.paramcd, **of)
    return cells


def tbl_shifts(lookup: "Lookup") -> Table | None:
    """Return how many patients moved between low, normal and high.

    Parameters
    ----------
    lookup : Lookup
        With results of ``laboratory``, method ``shift``.

    Returns
    -------
    Table or None
        None where no normal ranges are given.
    """
    trial, lines = lookup.trial, []
    arms = {code: f"{arm.label}, n (%)" for code, arm in _treated(trial).items()}
    for item in laboratory_parameters(lookup):
        shifts = lookup.distinct("level", "laboratory", paramcd=item.paramcd, method="shift")
        key = {"paramcd": item.paramcd, "method": "shift"}
        visit = next(iter(lookup.distinct("time", "laboratory", **key)), None)
        for level in filter(None, shifts):
            before, _, after = level.partition(" > ")
            line = {
                "group": item.label,
                "At baseline": AGAINST_RANGE.get(before, before.capitalize()),
                "Last value": AGAINST_RANGE.get(after, after.capitalize()),
            }
            of = {"level": level, "time": visit, "method": "shift"}
            line |= row_cells(lookup, arms, "{n} ({percent})", "laboratory", item.paramcd, **of)
            lines.append(line)
    if not lines:
        return None
    return html_table(
        pd.DataFrame(lines),
        name="laboratory-shifts",
        caption="Shifts in and out of the normal range",
        groups="group",
        words=["Last value"],
        notes=[
            "The last value after baseline, whenever it was measured: a peak that came back does "
            "not show. Percentages are of the patients with both values."
        ],
    )
