"""Figures of effects beside one another: all end points, subgroups."""

from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING

from trialbook.adam.problems import counted_noun
from trialbook.report import sentences
from trialbook.report.interaction import interaction_said
from trialbook.report.labels import level_label
from trialbook.report.output import Drawing
from trialbook.report.plots.forest import MOST_DRAWN, ForestRow, plot_forest
from trialbook.report.sentences import at_start, in_text, pair_of
from trialbook.safe import WITHHELD

if TYPE_CHECKING:
    from trialbook.config import Comparison, Endpoint
    from trialbook.safe.lookup import Lookup

# How the roles of end points head their lines, in the order of a report.
ROLES = {
    "primary": "Primary",
    "component": "Components",
    "key_secondary": "Key secondary",
    "secondary": "Secondary",
    "sensitivity": "Sensitivity",
    "exploratory": "Exploratory",
    "safety": "Safety",
}


def _events(lookup: "Lookup", analysis: str, code: str, arm: str, **key: str) -> str:
    return lookup.text("{n_events}/{n}", analysis, code, arm, **key)


def _rates(lookup: "Lookup", comparison: "Comparison", analysis: str, code: str, **key: str):
    """Return the rates of control and treated as printed, empty where they may not be shown."""
    rates = (
        lookup.text("{rate}", analysis, code, arm.code, **key)
        for arm in (comparison.control, comparison.treated)
    )
    return tuple(rate if rate[:1].isdigit() else "" for rate in rates)


def _sides(comparison: "Comparison", favourable: bool, randomized: str) -> tuple[str, str]:
    """Return what lies left and right of 1."""
    treated, control = in_text(comparison.treated.label), in_text(comparison.control.label)
    if randomized != "yes":
        return f"lower with {treated}", f"higher with {treated}"
    better = f"{treated} better", f"{control} better"
    return (better[1], better[0]) if favourable else better


def plot_end_points(
    lookup: "Lookup", comparison: "Comparison", *, ties: str | None = None
) -> Drawing | None:
    """Draw the hazard ratios of all end points of one comparison.

    Parameters
    ----------
    lookup : Lookup
        With results of kaplan_meier and cox.
    comparison : Comparison
        Whom with whom.
    ties : str, optional
        The Cox model's method in place of the plan's.

    Returns
    -------
    Drawing or None
        None with a single end point: its table says all.
    """
    trial = lookup.trial
    favourable = trial.primary.favourable
    # An end point of the other direction would turn the meaning of left and right.
    shown = [one for one in trial.endpoints if one.favourable == favourable]
    if len(shown) < 2:
        return None
    rows, heads = [], len({one.role for one in shown}) > 1
    for endpoint in sorted(shown, key=lambda one: list(ROLES).index(one.role)):
        head = ROLES[endpoint.role]
        if heads and head not in {row.label for row in rows if row.heading}:
            rows.append(ForestRow(head, heading=True))
        effect = sentences.effect_of(lookup, endpoint, comparison, ties)
        rows.append(
            ForestRow(
                at_start(in_text(endpoint.label)),
                *_estimate(effect),
                treated=_events(lookup, "kaplan_meier", endpoint.paramcd, comparison.treated.code),
                control=_events(lookup, "kaplan_meier", endpoint.paramcd, comparison.control.code),
                overall=endpoint.paramcd == trial.primary.paramcd,
                otherwise=WITHHELD if effect.withheld else "NE",
                mark=effect.mark,
            )
        )
    estimated = [row for row in rows if isfinite(row.hr)]
    side, count = _side(estimated)
    return plot_forest(
        rows,
        name=f"end-points-{comparison.name}",
        message=f"Hazard ratios of {counted_noun(len(estimated), 'end point')}, "
        f"{pair_of(comparison)}: {count} {side} 1.",
        headline=_headline(estimated, "end points"),
        caption=_caption(lookup, rows),
        data=lookup.drawn(("cox", {"arm": comparison.name, "level": ""})),
        treated=comparison.treated.label,
        control=comparison.control.label,
        interval=lookup.ci,
        favours=_sides(comparison, favourable, trial.randomized),
        margin=trial.margin,
    )


def _headline(rows: Sequence[ForestRow], what: str) -> str:
    """Return how many ratios lie below 1, and how many intervals leave 1 out."""
    if not rows:
        return ""
    side, count = _side(rows)
    clear = sum(row.upper < 1 or row.lower > 1 for row in rows)
    if len(rows) == 1:
        covers = "its interval does not cover 1" if clear else "its interval covers 1"
        return f"One of the {what} alone has a hazard ratio, {side} 1; {covers}"
    covered = "every interval covers 1"
    if clear:
        covered = f"{clear} {'interval does' if clear == 1 else 'intervals do'} not cover 1"
    if clear == len(rows):
        covered = "no interval covers 1"
    where = f"{count} of {len(rows)}"
    if count == len(rows):
        where = "both" if count == 2 else f"all {count}"
    return f"The hazard ratio is {side} 1 in {where} {what}; {covered}"


def _side(rows: Sequence[ForestRow]) -> tuple[str, int]:
    """Return on which side of 1 most ratios lie, and how many."""
    below, above = sum(row.hr < 1 for row in rows), sum(row.hr > 1 for row in rows)
    return ("above", above) if above > below else ("below", below)


def _caption(lookup: "Lookup", rows: Sequence[ForestRow]) -> str:
    """Return what is drawn of these rows."""
    drawn = [row for row in rows if isfinite(row.hr)]
    said = [
        f"Hazard ratios with {lookup.ci}s on a logarithmic scale; the larger a square, the more "
        "information."
    ]
    if any(row.lower < 1 / MOST_DRAWN or row.upper > MOST_DRAWN for row in drawn):
        said.append("An arrow says that an interval goes on.")
    if any(not row.heading and not isfinite(row.hr) and row.otherwise == "NE" for row in rows):
        said.append("NE: not estimable, as where an arm has no event.")
    cells = {cell for row in rows for cell in (row.control, row.treated, row.otherwise)}
    if any(isfinite(row.hr) for row in rows) and WITHHELD in cells - {""}:
        said.append(f"{at_start(WITHHELD)}: few patients stand behind it.")
    if any("interaction" in row.note for row in rows):
        said.append("The interaction P value asks whether the ratio differs between categories.")
    return " ".join(said)


def _estimate(effect) -> tuple[float, float, float]:
    if not effect.estimable:
        return (float("nan"),) * 3
    return effect.hr, effect.lower, effect.upper


def plot_subgroups(
    lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison", *, ties: str | None = None
) -> Drawing | None:
    """Draw a forest plot of the hazard ratios within subgroups.

    Parameters
    ----------
    lookup : Lookup
        With results of subgroup, kaplan_meier, cox.
    endpoint, comparison
        Of what, and whom with whom.
    ties : str
        The Cox model's method for all patients.

    Returns
    -------
    Drawing or None
    """
    trial, code = lookup.trial, endpoint.paramcd
    subgroups = lookup.distinct("subgroup", "subgroup", paramcd=code)
    variables = list(dict.fromkeys(one.partition("=")[0] for one in subgroups))
    if not variables:
        return None
    overall = sentences.effect_of(lookup, endpoint, comparison, ties)
    rows = [
        ForestRow(
            "All patients",
            *_estimate(overall),
            treated=_events(lookup, "kaplan_meier", code, comparison.treated.code),
            control=_events(lookup, "kaplan_meier", code, comparison.control.code),
            rates=_rates(lookup, comparison, "incidence_rate", code, method="exact"),
            overall=True,
            otherwise=WITHHELD if overall.withheld else "NE",
            mark=overall.mark,
        )
    ]
    key = {"method": "efron"}
    for name in variables:
        p = interaction_said(lookup, endpoint, comparison, name)
        note = f"interaction {p}" if p else ""
        rows.append(ForestRow(trial.labels.get(name, name), heading=True, note=note))
        for subgroup in subgroups:
            if not subgroup.startswith(f"{name}="):
                continue
            of = {"subgroup": subgroup} | key
            hr, lower, upper = (
                lookup.value(statistic, "subgroup", code, comparison.name, **of)
                for statistic in ("hr", "hr_lower", "hr_upper")
            )
            rows.append(
                ForestRow(
                    level_label(name, subgroup.partition("=")[2]),
                    hr,
                    lower,
                    upper,
                    treated=_events(lookup, "subgroup", code, comparison.treated.code, **of),
                    control=_events(lookup, "subgroup", code, comparison.control.code, **of),
                    rates=_rates(lookup, comparison, "subgroup", code, **of),
                    otherwise=WITHHELD
                    if lookup.withholds("hr", "subgroup", code, comparison.name, **of)
                    else "NE",
                    mark=lookup.mark("hr", "subgroup", code, comparison.name, **of),
                )
            )
    estimated = [row for row in rows[1:] if isfinite(row.hr)]
    side, count = _side(estimated)
    return plot_forest(
        rows,
        name=f"subgroups-{code}-{comparison.name}",
        message=f"Hazard ratios of {in_text(endpoint.label)} in "
        f"{counted_noun(len(estimated), 'subgroup')}, {pair_of(comparison)}: {count} {side} 1.",
        headline=_headline(estimated, "subgroups"),
        caption=_caption(lookup, rows),
        data=lookup.drawn(("subgroup", {"paramcd": code})),
        treated=comparison.treated.label,
        control=comparison.control.label,
        interval=lookup.ci,
        favours=_sides(comparison, endpoint.favourable, trial.randomized),
        margin=trial.margin if code == trial.primary.paramcd else None,
    )
