"""Figures of the patients: their flow through the trial, balance, distributions."""

from typing import TYPE_CHECKING

import numpy as np

from trialbook.printed import printed
from trialbook.report.labels import level_label, term_label
from trialbook.report.narrative.population import balance_in_words, shown_differences
from trialbook.report.output import Drawing
from trialbook.report.plots.balance import plot_balance
from trialbook.report.plots.flow import Box, plot_flow
from trialbook.report.plots.spreads import Spread, plot_distributions
from trialbook.report.sentences import in_text, pair_of
from trialbook.results import CURVE
from trialbook.safe import WITHHELD

if TYPE_CHECKING:
    from trialbook.config import Arm, Comparison
    from trialbook.safe.lookup import Lookup

MOST_SMD = 18


def plot_flow_of_patients(lookup: "Lookup") -> Drawing | None:
    """Draw the CONSORT flow of patients from the data.

    Parameters
    ----------
    lookup : Lookup
        With results of ``disposition``.

    Returns
    -------
    Drawing or None
        None where nothing tells how many there were.
    """
    trial = lookup.trial
    if not lookup.has("disposition", level="RANDOMIZED"):
        return None
    randomized = trial.randomized == "yes"

    def n(paramcd: str, level: str, arm: str = "all") -> int | None:
        count = lookup.value("n", "disposition", paramcd, arm, level=level)
        return None if count != count else int(count)

    def said(words: str, paramcd: str, level: str, arm: str = "all") -> str:
        """Return words after their count; empty where the data do not give it."""
        text = lookup.text("{n}", "disposition", paramcd, arm, level=level).replace("NE", "")
        if text == WITHHELD:
            return f"{words} (number withheld)"
        return f"{text} {words}" if text else ""

    everyone = n("RANDFL", "RANDOMIZED")
    start = []
    screened = said("were screened", "ADSL", "SCREENED")
    if screened:
        out = n("ADSL", "SCREENED")
        known = out is not None and everyone is not None
        start.append(Box(screened, (f"{out - everyone:,} were not randomized",) if known else ()))
    elif randomized:
        start.append(Box("Assessed for eligibility: not in the data"))
    dates = [lookup.text(f"{{{m}}}", "disposition", "RANDDT", "all") for m in ("min", "max")]
    known = all(dates) and not {"NE", WITHHELD} & set(dates)
    when = (f"{dates[0]} to {dates[1]}",) if known else ()
    verb = "were randomized" if randomized else "entered the study"
    all_of_them = said(f"patients {verb}", "RANDFL", "RANDOMIZED") or f"0 patients {verb}"
    start.append(Box(all_of_them, when))
    arms = _aligned([_arm_boxes(lookup, arm, n, said) for arm in trial.arms])
    into = "to" if randomized else "given"
    counts = ", ".join(
        said(f"{into} {in_text(arm.label)}", "RANDFL", "RANDOMIZED", arm.code) for arm in trial.arms
    )
    said = f"{all_of_them}: {counts}" if len(trial.arms) > 1 else all_of_them
    return plot_flow(
        start,
        arms,
        name="flow",
        message=f"Flow of patients: {said}.",
        headline=said,
        caption="Flow of patients through the trial, drawn from the data.",
        data=lookup.drawn(("disposition", {})),
    )


def _arm_boxes(lookup: "Lookup", arm: "Arm", n, said) -> dict[str, Box]:
    """Return the boxes of one arm by step: assigned, left, completed, analysed."""
    trial, code = lookup.trial, arm.code
    assigned, treated = n("RANDFL", "RANDOMIZED", code), n("TRTSDT", "TREATED", code)
    verb = "assigned to" if trial.randomized == "yes" else "given"
    lines = [said("were treated", "TRTSDT", "TREATED", code)]
    if assigned is not None and treated is not None and assigned > treated:
        lines.append(f"{assigned - treated:,} not treated")
    head = said(f"{verb} {in_text(arm.label)}", "RANDFL", "RANDOMIZED", code)
    head = head or f"0 {verb} {in_text(arm.label)}"
    boxes = {"assigned": Box(head, tuple(filter(None, lines)))}
    if left := said("left the study", "EOSSTT", "DISCONTINUED", code):
        boxes["left"] = Box(left, _reasons(lookup, "DCSREAS", code))
    if completed := said("completed the study", "EOSSTT", "COMPLETED", code):
        boxes["completed"] = Box(completed)
    populations = trial.config.populations
    analysed = [
        said(words, paramcd, level, code)
        for paramcd, level, words in (
            (populations.efficacy, "EFFICACY", "for efficacy"),
            *([(populations.safety, "SAFETY", "for safety")] if _tells_safety(lookup) else []),
            ("PPROTFL", "PER-PROTOCOL", "for the per-protocol analysis"),
        )
    ]
    boxes["analysed"] = Box("Analysed", tuple(filter(None, analysed)))
    return boxes


def _tells_safety(lookup: "Lookup") -> bool:
    """Return whether anything of the trial is analysed for safety."""
    trial = lookup.trial
    return trial.given is not None or any(
        trial.has(one) for one in ("ADAE", "ADLB", "ADVS", "ADEG")
    )


def _reasons(lookup: "Lookup", variable: str, code: str) -> tuple[str, ...]:
    """Return the reasons of one arm, the commonest first; at the end whether some are withheld."""
    levels = lookup.distinct("level", "disposition", paramcd=variable)
    counted = [
        (int(count), level)
        for level in levels
        if (count := lookup.value("n", "disposition", variable, code, level=level)) > 0
    ]
    counted.sort(key=lambda pair: (-pair[0], pair[1]))
    lines = [f"{count:,} {in_text(term_label(level))}" for count, level in counted]
    hidden = (lookup.withholds("n", "disposition", variable, code, level=one) for one in levels)
    if any(hidden) or lookup.leaves_out("level", "disposition", paramcd=variable):
        lines.append("other reasons withheld")
    return tuple(lines)


def _aligned(arms: list[dict[str, Box]]) -> list[list[Box]]:
    """Return the same steps for every arm: one that an arm lacks is a box saying none."""
    steps = ("assigned", "left", "completed", "analysed")
    kept = [step for step in steps if any(step in arm for arm in arms)]
    none = {"left": Box("0 left the study"), "completed": Box("0 completed the study")}
    return [[arm.get(step) or none[step] for step in kept] for arm in arms]


def plot_baseline_balance(lookup: "Lookup", comparison: "Comparison") -> Drawing | None:
    """Draw the standardized differences at baseline of a comparison, largest first.

    Parameters
    ----------
    lookup : Lookup
        With results of ``baseline``.
    comparison : Comparison
        Whom with whom.

    Returns
    -------
    Drawing or None
        One line per variable: of its categories the one with the largest difference.
    """
    trial = lookup.trial
    found = shown_differences(lookup)
    found = found[found["arm"] == comparison.name]
    if found.empty:
        return None
    order = found["value"].abs().sort_values(ascending=False, kind="stable").index
    largest = found.loc[order].drop_duplicates("paramcd")
    top = largest[:MOST_SMD]
    names = []
    for name, level in zip(top["paramcd"], top["level"], strict=True):
        label = trial.labels.get(name, name.capitalize())
        if level and level not in {"Y", "N"}:
            label += f": {level_label(name, level)}"
        names.append(label)
    first = balance_in_words(trial, top.iloc[0])
    value = top["value"].iloc[0]
    of = {"level": top["level"].iloc[0]}
    mark = lookup.mark("smd", "baseline", top["paramcd"].iloc[0], comparison.name, **of)
    size = printed("smd", abs(value)) + mark
    of_categories = (top["level"] != "").any()
    caption = ["Standardized mean differences, the largest first."]
    if of_categories:
        caption.append("Of a variable with categories, the category that differs most.")
    if len(top) < len(largest):
        caption.append(f"The first {len(top)} of {len(largest)} variables.")
    caption.append("No threshold is drawn, because none separates balance from imbalance.")
    higher = comparison.treated if value > 0 else comparison.control
    return plot_balance(
        names,
        list(top["value"]),
        name=f"balance-{comparison.name}",
        message=f"Standardized differences at baseline, {pair_of(comparison)}: the largest is "
        f"{printed('smd', value)} SD, in {first}.",
        headline=f"The largest difference at baseline is {size} standard deviations "
        f"({first}), higher with {in_text(higher.label)}",
        caption=" ".join(caption),
        data=lookup.drawn(("baseline", {"arm": comparison.name})),
        sides=tuple(
            f"higher with {in_text(arm.label)}" for arm in (comparison.control, comparison.treated)
        ),
    )


def plot_baseline_distributions(lookup: "Lookup") -> Drawing | None:
    """Draw how the values of each baseline number are spread, by arm.

    Parameters
    ----------
    lookup : Lookup
        With curves of ``baseline``.

    Returns
    -------
    Drawing or None
        None where no number is described, and where single patients are withheld.
    """
    trial = lookup.trial
    variables = {}
    for item in trial.config.baseline:
        arms = {}
        for arm in trial.arms:
            curve = lookup.curve("baseline", item.variable, arm.code)
            quartiles = [
                lookup.value(name, CURVE, item.variable, arm.code, level="baseline")
                for name in ("q1", "median", "q3")
            ]
            if len(curve) and np.isfinite(quartiles).all():
                values = np.repeat(curve.index.to_numpy(float), curve["n"].astype(int))
                arms[arm.code] = Spread(values, *quartiles)
        if arms:
            variables[item.label] = arms
    return plot_distributions(
        variables,
        trial,
        name="distributions",
        message=f"Distributions at baseline by group of {len(variables)} variables: "
        "the shape as wide as values are common, the line from quartile to quartile, the dot the "
        "median.",
        headline=f"How {len(variables)} numbers at baseline are spread in each group",
        caption="The wider a shape, the more patients have the value; the dot is the median, "
        "the line goes from quartile to quartile.",
        data=lookup.drawn((CURVE, {"level": "baseline"})),
    )
