"""Hazard: rate or probability, Nelson and Aalen's sum, slopes, exact limits of rates."""

import numpy as np
import pandas as pd
from scipy.stats import chi2

from trialbook.learn.cases import Case
from trialbook.learn.exercise import Exercise
from trialbook.survival import kaplan_meier


def _rate(patients: pd.DataFrame) -> float:
    return float(patients["event"].sum() / patients["time"].sum())


def _cumulative_hazard(patients: pd.DataFrame, time: float) -> float:
    times = np.unique(patients.loc[patients["event"], "time"])
    total = 0.0
    for t in times[times <= time]:
        here = patients["time"] == t
        total += (here & patients["event"]).sum() / (patients["time"] >= t).sum()
    return float(total)


def _upper(patients: pd.DataFrame, tail: float = 0.975) -> float:
    events = int(patients["event"].sum())
    return float(chi2.ppf(tail, 2 * (events + 1)) / 2 / patients["time"].sum())


def _halves(case: Case) -> tuple[float, float]:
    """Return the rates before and after the landmark, both arms together."""
    patients, cut = case.patients, case.landmark
    early = patients["event"] & (patients["time"] <= cut)
    late = patients["event"] & (patients["time"] > cut)
    before = np.minimum(patients["time"], cut).sum()
    after = np.maximum(patients["time"] - cut, 0).sum()
    return (float(early.sum() / before), float(late.sum() / after) if after else np.nan)


def _halves_by_patients(case: Case) -> tuple[float, float]:
    """Return events over patients instead of over time."""
    patients, cut = case.patients, case.landmark
    early = patients["event"] & (patients["time"] <= cut)
    late = patients["event"] & (patients["time"] > cut)
    remaining = (patients["time"] > cut).sum()
    return (float(early.mean()), float(late.sum() / remaining) if remaining else np.nan)


EXERCISES = (
    Exercise(
        name="per_year",
        objective="O1",
        level="recall",
        right=lambda case: 12 * _rate(case.patients),
        wrong={
            "That is per month: a year has twelve.": lambda case: _rate(case.patients),
            "You divided by twelve. In a year there is more time for events, not less.": (
                lambda case: _rate(case.patients) / 12
            ),
            "You made a probability of it. Only the unit was to be changed.": lambda case: (
                1 - np.exp(-12 * _rate(case.patients))
            ),
            "You divided by the number of patients, not by the time they were watched.": (
                lambda case: float(case.patients["event"].mean())
            ),
        },
        hint="Events over person-time, and the months of a year.",
        digits=3,
        next_question="Can 0.9 a year be a probability? Can 1.1?",
    ),
    Exercise(
        name="nelson_aalen",
        objective="O2",
        level="apply",
        right=lambda case: _cumulative_hazard(case.arm("treated"), 12),
        wrong={
            "You took both arms; the treated alone are asked for.": (
                lambda case: _cumulative_hazard(case.patients, 12)
            ),
            "You took minus the logarithm of Kaplan-Meier. That is close, and not the same.": (
                lambda case: float(
                    -np.log(
                        kaplan_meier(case.arm("treated")["time"], case.arm("treated")["event"])
                        .at([12])
                        .survival[0]
                    )
                )
            ),
            "You divided by all five each time. At risk are only those who are left.": (
                lambda case: float(
                    (case.arm("treated")["event"] & (case.arm("treated")["time"] <= 12)).sum() / 5
                )
            ),
        },
        hint="For each event time of the treated up to 12: events over at risk. Then add.",
        digits=3,
        minutes=10,
        next_question="What would each event add if a hundred were at risk?",
    ),
    Exercise(
        name="back_to_survival",
        objective="O2",
        level="apply",
        right=lambda case: float(np.exp(-_cumulative_hazard(case.patients, 12))),
        wrong={
            "That is Kaplan-Meier's product. With few at risk the two differ; e to the minus H is "
            "the larger.": lambda case: float(
                kaplan_meier(case.patients["time"], case.patients["event"]).at([12]).survival[0]
            ),
            "You took 1 minus H. H is no probability, and can exceed 1.": (
                lambda case: 1 - _cumulative_hazard(case.patients, 12)
            ),
            "The sign: survival falls as H grows.": lambda case: float(
                np.exp(_cumulative_hazard(case.patients, 12))
            ),
        },
        hint="All ten patients: add up H to month 12, then take e to the power of minus that.",
        digits=3,
        next_question="Why does the gap to Kaplan-Meier close when there are more patients?",
    ),
    Exercise(
        name="upper_limit",
        objective="O4",
        level="apply",
        right=lambda case: _upper(case.patients),
        wrong={
            "That is the upper end of a 90% interval: leave 2.5% on each side.": (
                lambda case: _upper(case.patients, 0.95)
            ),
            "That is the plain interval, rate plus 1.96 root events over time. The exact one is "
            "wider above.": lambda case: float(
                (case.patients["event"].sum() + 1.959964 * np.sqrt(case.patients["event"].sum()))
                / case.patients["time"].sum()
            ),
            "That is the rate itself.": lambda case: _rate(case.patients),
        },
        hint="Half the 97.5% point of chi-square with 2 (events + 1) degrees of freedom, over the "
        "person-time.",
        digits=3,
        minutes=10,
        next_question="What does the same formula give when there are no events at all?",
    ),
    Exercise(
        name="two_periods",
        objective="O3",
        level="analyse",
        right=_halves,
        wrong={
            "You divided by patients. A rate divides by the time that they were watched in the "
            "period.": _halves_by_patients,
            "The other way round: before first, then after.": lambda case: _halves(case)[::-1],
        },
        hint="Split each patient's time at the cut: what lies before counts for the first rate.",
        digits=4,
        on_trial=True,
        minutes=15,
        next_question="A rate that falls: do patients get better, or have the frail ones gone?",
    ),
    Exercise(
        name="bathtub",
        objective="O3",
        level="analyse",
        right=lambda case: "steep flat steep",
        wrong={
            "A high hazard makes the curve steep, not high.": lambda case: "flat steep flat",
            "The hazard is low in the middle, so the curve is flat there.": (
                lambda case: "steep steep steep"
            ),
        },
        hint="Three words for begin, middle and end of the survival curve, each steep or flat.",
        next_question="Where would you watch most closely in such a trial?",
    ),
    Exercise(
        name="smoothing",
        objective="O3",
        level="project",
        right=lambda case: "narrow",
        wrong={
            "A wide one smooths away: it draws too calm a hazard, not too wild a one.": (
                lambda case: "wide"
            ),
        },
        hint="Draw events per 90 days and per year for a trial. Which width makes bumps out of "
        "chance: narrow or wide?",
        minutes=30,
        next_question="What would you look at to choose the width?",
    ),
)
