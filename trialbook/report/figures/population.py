"""Figures of the patients: their flow through the trial, balance, distributions."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trialbook import survival
from trialbook.analyses import time_ticks
from trialbook.printed import printed, rounded
from trialbook.report.labels import level_label, term_label
from trialbook.report.narrative import shown_differences
from trialbook.report.output import Drawing
from trialbook.report.plots.balance import plot_balance
from trialbook.report.plots.curves import COARSE_NOTE, Curve, plot_incidence
from trialbook.report.plots.flow import Box, plot_flow
from trialbook.report.plots.points import plot_distributions
from trialbook.report.sentences import in_text
from trialbook.safe import WITHHELD, curve_times, shown_sizes
from trialbook.safe.values import points_between
from trialbook.units import DAYS_PER_UNIT

if TYPE_CHECKING:
    from trialbook.config import Arm, Comparison
    from trialbook.safe.lookup import Lookup

MOST_SMD = 18


def plot_flow_of_patients(lookup: "Lookup") -> Drawing:
    """Draw the CONSORT flow of patients from the data.

    Parameters
    ----------
    lookup : Lookup
        With results of ``disposition``.

    Returns
    -------
    Drawing
    """
    trial = lookup.trial
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
    counts = ", ".join(
        said(f"to {in_text(arm.label)}", "RANDFL", "RANDOMIZED", arm.code) for arm in trial.arms
    )
    message = f"Flow of patients: {all_of_them}: {counts}."
    return plot_flow(start, arms, name="flow", message=message)


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
            (populations.safety, "SAFETY", "for safety"),
            ("PPROTFL", "PER-PROTOCOL", "for the per-protocol analysis"),
        )
    ]
    boxes["analysed"] = Box("Analysed", tuple(filter(None, analysed)))
    return boxes


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
    """
    trial = lookup.trial
    found = shown_differences(lookup)
    found = found[found["arm"] == comparison.name]
    if found.empty:
        return None
    # The two levels of a variable with two mirror one another: one is enough.
    order = found.index[
        ~found.assign(size=found["value"].abs().round(9)).duplicated(["paramcd", "size"])
    ]
    found = found.loc[order]
    order = found["value"].abs().sort_values(ascending=False, kind="stable").index[:MOST_SMD]
    top = found.loc[order]
    names = []
    for name, level in zip(top["paramcd"], top["level"], strict=True):
        label = trial.labels.get(name, name.capitalize())
        if level and level not in {"Y", "N"}:
            label += f": {level_label(name, level)}"
        names.append(label)
    return plot_balance(
        names,
        list(top["value"]),
        name=f"balance-{comparison.name}",
        message=f"Standardized differences at baseline, {comparison.name}: the largest is "
        f"{printed('smd', top['value'].iloc[0])} SD, in {names[0]}.",
        sides=(f"higher with {comparison.control.code}", f"higher with {comparison.treated.code}"),
    )


def plot_baseline_distributions(trial) -> Drawing | None:
    """Draw every patient's value of each baseline number, by arm.

    Parameters
    ----------
    trial : Trial

    Returns
    -------
    Drawing or None
        None where no number is described, or in confidential data.
    """
    if trial.privacy == "confidential":
        return None
    patients = trial.efficacy_population()
    numbers = [
        item
        for item in trial.config.baseline
        if item.variable in patients
        and item.summary != "count"
        and pd.api.types.is_numeric_dtype(patients[item.variable])
    ]
    variables = {
        item.label: {
            code: of[item.variable].dropna().to_numpy(float)
            for code, of in patients.groupby("arm", observed=True)
        }
        for item in numbers
    }
    return plot_distributions(
        variables,
        trial,
        name="distributions",
        message=f"Distributions at baseline by group of {len(variables)} variables: "
        "each dot a patient, the line from quartile to quartile, the large dot the median.",
    )


def plot_leaving(trial) -> Drawing | None:
    """Draw the share of patients who left the study, and who stopped the drug, over time.

    Parameters
    ----------
    trial : Trial
        ADSL with EOSSTT, EOSDT and RANDDT; EOTSTT, TRTSDT and TRTEDT for the drug.

    Returns
    -------
    Drawing or None
        None where dates or statuses are not given. Completing is the end of observation.
    """
    panels, said, confidential = {}, [], trial.privacy == "confidential"
    for label, status, begin, end, patients in (
        ("Left the study", "EOSSTT", "RANDDT", "EOSDT", trial.efficacy_population()),
        ("Stopped the drug", "EOTSTT", "TRTSDT", "TRTEDT", trial.safety_population()),
    ):
        if not {status, begin, end} <= set(patients) or patients[status].isna().all():
            continue
        days = (patients[end] - patients[begin]).dt.days + 1
        known = patients[days.notna() & (days > 0)].assign(days=days)
        if known.empty:
            continue
        arms = {}
        whole = confidential and status == "EOTSTT" and not shown_sizes(trial, "safety")
        for code, of in known.groupby("arm", observed=True):
            left = (of[status] == "DISCONTINUED").to_numpy()
            km = survival.kaplan_meier(of["days"].to_numpy(float), left)
            shown = np.insert(km.time, 0, 0.0) / DAYS_PER_UNIT[trial.time.show]
            curve = Curve(
                shown,
                *(np.insert(1 - row, 0, 0.0) for row in (km.survival, km.upper, km.lower)),
            )
            if confidential:
                ticks = trial.time.to_show(time_ticks(trial)) * DAYS_PER_UNIT[trial.time.show]
                days = curve_times(of["days"].to_numpy(float), left, ticks, trial.min_cell)
                if not len(days):
                    continue
                curve = curve.known_at(days / DAYS_PER_UNIT[trial.time.show])
                if whole:
                    curve = curve.in_steps(points_between(len(of)))
            arms[code] = curve
            digits = 0 if whole else 1
            last = rounded(100 * arms[code].value[-1], digits)
            said.append(f"{label.lower()} with {code}, {last}%")
        if arms:
            panels[label] = arms
    message = f"Cumulative share over time: {', '.join(said)} at the end."
    return plot_incidence(
        panels,
        trial,
        name="leaving",
        message=message,
        note=COARSE_NOTE if confidential else "",
        since={"Stopped the drug": "the first dose"},
    )
