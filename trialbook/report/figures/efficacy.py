"""Figures of the end points: survival, all end points, subgroups, checks of the result."""

from collections.abc import Mapping
from math import isfinite
from typing import TYPE_CHECKING

from trialbook.analyses import time_ticks
from trialbook.report import sentences
from trialbook.report.labels import level_label
from trialbook.report.output import Drawing
from trialbook.report.plots.forest import ForestRow, plot_forest
from trialbook.report.plots.kaplan_meier import Coarse, plot_kaplan_meier
from trialbook.report.sentences import at_start, in_text, p_phrase
from trialbook.safe import WITHHELD, end_point_times

if TYPE_CHECKING:
    from trialbook.config import Comparison, Endpoint
    from trialbook.safe.lookup import Lookup
    from trialbook.survival import KaplanMeier

FAVOURS = {
    False: ("{treated} better", "{control} better"),
    True: ("{control} better", "{treated} better"),
}


def plot_survival(
    curves: Mapping[str, "KaplanMeier"],
    lookup: "Lookup",
    endpoint: "Endpoint",
    *,
    ties: str | None = None,
    name: str = "",
) -> Drawing | None:
    """Draw Kaplan-Meier curves with the hazard ratios of the results above them.

    Parameters
    ----------
    curves : mapping of str to KaplanMeier
        Arm's code to its curve.
    lookup : Lookup
        With results of kaplan_meier, cox, log_rank.
    endpoint : Endpoint
        What the curves are of.
    ties : str, optional
        The Cox model's method in place of the plan's.
    name : str
        Of the figure.

    Returns
    -------
    Drawing or None
    """
    trial = lookup.trial
    lines = []
    for comparison in trial.comparisons:
        effect = sentences.effect_of(lookup, endpoint, comparison, ties)
        who = f"{comparison.name}: " if len(trial.comparisons) > 1 else ""
        text = sentences.interval(effect)
        lines.append(who + text if who else at_start(text))
    coarse = None
    if trial.privacy == "confidential":
        coarse = _known_times(curves, lookup, endpoint)
    return plot_kaplan_meier(
        curves,
        trial,
        endpoint,
        ticks=time_ticks(trial, endpoint),
        results=lines,
        name=name,
        coarse=coarse,
    )


def _known_times(curves, lookup: "Lookup", endpoint: "Endpoint") -> Coarse:
    """Return at which times each arm's curve, and its numbers at risk, may be known."""
    trial, code = lookup.trial, endpoint.paramcd
    landmarks = tuple(lookup.landmarks(code))
    return Coarse(
        counts={
            arm: lookup.text("{n_events} of {n} patients", "kaplan_meier", code, arm)
            for arm in curves
        },
        times={arm: end_point_times(trial, code, arm, landmarks) for arm in curves},
        at_risk={
            arm: ()
            if lookup.withholds("n", "kaplan_meier", code, arm)
            else end_point_times(trial, code, arm, landmarks, censored=True)
            for arm in curves
        },
    )


def _events(lookup: "Lookup", analysis: str, code: str, arm: str, **key: str) -> str:
    return lookup.text("{n_events}/{n}", analysis, code, arm, **key)


def _rates(lookup: "Lookup", comparison: "Comparison", analysis: str, code: str, **key: str):
    """Return the rates of the two arms as printed, empty where they may not be shown."""
    rates = (
        lookup.text("{rate}", analysis, code, arm.code, **key)
        for arm in (comparison.treated, comparison.control)
    )
    return tuple(rate if rate[:1].isdigit() else "" for rate in rates)


def _sides(comparison: "Comparison", favourable: bool, randomized: str) -> tuple[str, str]:
    """Return what lies left and right of 1."""
    if randomized != "yes":
        return f"lower with {comparison.treated.code}", f"higher with {comparison.treated.code}"
    better = [f"{arm.code} better" for arm in (comparison.treated, comparison.control)]
    return (better[1], better[0]) if favourable else (better[0], better[1])


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
    rows = []
    for endpoint in shown:
        effect = sentences.effect_of(lookup, endpoint, comparison, ties)
        rows.append(
            ForestRow(
                at_start(in_text(endpoint.label)),
                *_estimate(effect),
                treated=_events(lookup, "kaplan_meier", endpoint.paramcd, comparison.treated.code),
                control=_events(lookup, "kaplan_meier", endpoint.paramcd, comparison.control.code),
                overall=endpoint.paramcd == trial.primary.paramcd,
                otherwise=WITHHELD if effect.withheld else "NE",
            )
        )
    estimated = [row for row in rows if isfinite(row.hr)]
    below = sum(row.hr < 1 for row in estimated)
    return plot_forest(
        rows,
        name=f"end-points-{comparison.name}",
        message=f"Hazard ratios of {len(estimated)} end points, {comparison.name}: "
        f"{below} below 1.",
        treated=comparison.treated.code,
        control=comparison.control.code,
        interval=lookup.ci,
        favours=_sides(comparison, favourable, trial.randomized),
        margin=trial.margin,
    )


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
    variables = [one for one in subgroups if "=" not in one]
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
        )
    ]
    key = {"method": "efron"}
    for name in variables:
        of_test = {"subgroup": name, "method": "interaction"}
        p = p_phrase(lookup, "subgroup", code, comparison.name, **of_test)
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
                )
            )
    estimated = [row for row in rows[1:] if isfinite(row.hr)]
    below = sum(row.hr < 1 for row in estimated)
    return plot_forest(
        rows,
        name=f"subgroups-{code}-{comparison.name}",
        message=f"Hazard ratios of {in_text(endpoint.label)} in {len(estimated)} subgroups, "
        f"{comparison.name}: {below} below 1.",
        treated=comparison.treated.code,
        control=comparison.control.code,
        interval=lookup.ci,
        favours=_sides(comparison, endpoint.favourable, trial.randomized),
        margin=trial.margin if code == trial.primary.paramcd else None,
    )
