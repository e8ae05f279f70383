"""The figure of the laboratory: means of all parameters over the visits."""

from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from trialbook.adam.problems import counted_noun
from trialbook.analyses.laboratory_records import visit_unit
from trialbook.config import Parameter as Configured
from trialbook.printed import printed
from trialbook.report.explorers.along import Along, Line, along_reader
from trialbook.report.figures.steps import WHY_NOT_SHOWN
from trialbook.report.output import Drawing
from trialbook.report.plots.means import Mean, Parameter, plot_means
from trialbook.report.sentences import in_text
from trialbook.results import CURVE

if TYPE_CHECKING:
    from trialbook.safe.lookup import Lookup

MOST_PARAMETERS = 8


def plot_laboratory(lookup: "Lookup") -> Drawing | None:
    """Draw the means of laboratory parameters over the visits, by arm, a panel each.

    Parameters
    ----------
    lookup : Lookup
        With curves of ``laboratory``.

    Returns
    -------
    Drawing or None
        Of `MOST_PARAMETERS` at the most: those that trial.yml names, else the first.
    """
    trial = lookup.trial
    named = {item.paramcd: item for item in trial.config.laboratory}
    codes = lookup.distinct("paramcd", CURVE, level="laboratory")
    items = [named.get(code) or Configured(paramcd=code) for code in codes]
    drawn = [(item, one) for item in items if (one := _parameter(lookup, item)).arms]
    shown = drawn[:MOST_PARAMETERS]
    if not shown:
        return None
    kinds = {"geometric means" if item.summary == "geometric" else "means" for item, _ in shown}
    words = " and ".join(sorted(kinds))
    parameters = [one for _, one in shown]
    caption = [
        f"{words[:1].upper()}{words[1:]} with {lookup.ci}s, by treatment taken; below each panel "
        "the patients observed."
    ]
    if any(0 < np.isnan(arm.n).sum() < len(arm.n) for one in parameters for arm in one.arms):
        caption.append(WHY_NOT_SHOWN)
    if any(one.limits_in_view() for one in parameters):
        caption.append("Dotted, a limit of the normal range.")
    if any(one.span()[0] > 0 for one in parameters):
        caption.append("The vertical axes do not begin at 0.")
    if len(shown) < len(drawn):
        caption.append(f"The first {len(shown)} of {len(drawn)} parameters; the table has all.")
    unit = visit_unit(trial)
    what = counted_noun(len(shown), "laboratory parameter")
    if len(shown) == 1:
        what = in_text(shown[0][0].label.partition(",")[0])
    figure = plot_means(
        parameters,
        trial,
        visit_label=f"Visit ({unit})" if unit else "Visit",
        name="laboratory",
        message=f"{words[:1].upper()}{words[1:]} over the visits. "
        + " ".join(_ends(lookup, item, one) for item, one in shown),
        headline=_finding(lookup, [item for item, _ in shown])
        or f"{words[:1].upper()}{words[1:]} of {what} over the visits",
        caption=" ".join(caption),
        data=lookup.drawn(
            *((CURVE, {"level": "laboratory", "paramcd": item.paramcd}) for item, _ in shown)
        ),
    )
    visits = sorted({float(visit) for one in parameters for arm in one.arms for visit in arm.visit})
    called = [f"{unit or 'visit'} {visit:g}" for visit in visits]
    panels = [
        Along(
            [Line(mean.position, _at(mean, mean.mean, visits)) for mean in one.arms],
            [
                (f"{one.label}, at {name}:", _read(lookup, item, one, visit))
                for visit, name in zip(visits, called, strict=True)
            ],
        )
        for item, one in shown
    ]
    return replace(figure, explorer=along_reader(unit or "visit", visits, called, panels))


def _at(arm: Mean, values: np.ndarray, visits: list[float]) -> list[float]:
    """Return an arm's values at visits, NaN where it has none."""
    known = dict(zip(arm.visit.tolist(), values.tolist(), strict=True))
    return [known.get(visit, float("nan")) for visit in visits]


def _read(lookup: "Lookup", item: Configured, one: Parameter, visit: float) -> str:
    """Return a parameter's means at a visit, by arm, as they are drawn."""
    said = []
    statistic = "geometric_mean" if item.summary == "geometric" else "mean"
    for arm in one.arms:
        columns = (arm.mean, arm.lower, arm.upper, arm.n)
        mean, low, high, n = (_at(arm, column, [visit])[0] for column in columns)
        if not isfinite(mean):
            continue
        beside = []
        if isfinite(low) and isfinite(high):
            beside.append(f"{lookup.ci}, {_number(item, low)} to {_number(item, high)}")
        if isfinite(n):
            beside.append(counted_noun(int(n), "patient"))
        beside = f" ({'; '.join(beside)})" if beside else ""
        label = in_text(lookup.trial.arms[arm.position].label)
        of = ("laboratory", item.paramcd, lookup.trial.arms[arm.position].code)
        [mark] = lookup.marks_at(statistic, *of, [visit])
        said.append(f"{_number(item, mean)}{mark}{beside} with {label}")
    return f"{', '.join(said)}." if said else "no value is shown."


def _number(item: Configured, value: float) -> str:
    return printed("mean", value, digits=2 if item.digits is None else item.digits)


def _parameter(lookup: "Lookup", item: Configured) -> Parameter:
    """Return the means of one parameter as they are drawn."""
    geometric = item.summary == "geometric"
    statistic = "geometric_mean" if geometric else "mean"
    means = []
    for position, arm in enumerate(lookup.trial.arms):
        curve = lookup.curve("laboratory", item.paramcd, arm.code)
        if statistic not in curve:
            continue
        curve = curve[curve[statistic].notna()]
        if len(curve):
            columns = (
                curve[name].to_numpy(float) if name in curve else np.full(len(curve), np.nan)
                for name in (statistic, "lower", "upper", "n")
            )
            means.append(Mean(position, curve.index.to_numpy(float), *columns))
    limits = [limit for limit in (item.low, item.high) if limit is not None]
    return Parameter(f"{item.label}{', geometric mean' if geometric else ''}", means, limits)


def _finding(lookup: "Lookup", items: list[Configured]) -> str:
    """Return in which parameters the change differed at the last visit, of two groups; else ''.

    By the mixed model, where its interval leaves no difference out; no test was planned.
    """
    if len(lookup.trial.comparisons) != 1:
        return ""
    name, apart, known = lookup.trial.comparisons[0].name, [], []
    for item in items:
        of = {"paramcd": item.paramcd, "arm": name, "method": "mmrm"}
        visits = [t for t in lookup.distinct("time", "laboratory", **of) if t == t]
        if not visits:
            continue
        key = ("laboratory", item.paramcd, name)
        low, high = (
            lookup.value(limit, *key, time=max(visits), method="mmrm")
            for limit in ("lower", "upper")
        )
        none = 1.0 if item.summary == "geometric" else 0.0
        if np.isfinite([low, high]).all():
            known.append(in_text(item.label.partition(",")[0]))
            if not low <= none <= high:
                apart.append(known[-1])
    if not known:
        return ""
    if not apart and len(known) == 1:
        return f"The change of {known[0]} did not clearly differ by group"
    if not apart:
        return (
            f"In none of {len(known)} laboratory parameters did the change clearly differ by group"
        )
    listed = apart[0] if len(apart) == 1 else f"{', '.join(apart[:-1])} and {apart[-1]}"
    return f"The change at the last visit differed between the groups in {listed}"


def _ends(lookup: "Lookup", item: Configured, one: Parameter) -> str:
    """Return a sentence of a parameter's first and last means, by arm."""
    spans = (
        f"{_number(item, mean.mean[0])} to {_number(item, mean.mean[-1])} with "
        f"{in_text(lookup.trial.arms[mean.position].label)}"
        for mean in one.arms
    )
    return f"{item.label}: {', '.join(spans)}."
