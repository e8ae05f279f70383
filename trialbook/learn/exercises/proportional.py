"""Proportional hazards: see it, test it, what a Cox model says without it, plan for it."""

from functools import lru_cache

import numpy as np
import pandas as pd

from trialbook.learn import cohorts
from trialbook.learn.cases import Case
from trialbook.learn.exercise import Exercise
from trialbook.learn.exercises.cox import lone_event
from trialbook.survival import cox, log_rank, max_combo, proportional_hazards, rmst

TRANSFORMS = ("km", "rank", "identity", "log")
HALF_WAY = 12.0  # months: where a second look at the delayed effect ends


def _cox(patients: pd.DataFrame):
    return cox(patients["time"], patients["event"], patients["treated"])


def _residual(case: Case, ratio: float | None = None) -> float:
    """Return 1 minus the treated share of the urn's weight, at the estimate or another ratio."""
    ratio = float(_cox(case.patients).hr[0]) if ratio is None else ratio
    row = lone_event(case.patients)
    weight = (row["at risk"] - row["control"]) * ratio
    return float(1 - weight / (row["control"] + weight))


@lru_cache(maxsize=1)
def _two_looks() -> tuple[float, float, float]:
    """Return the hazard ratio at the end, at half way, and of early events alone."""
    whole = cohorts.two_periods(cohorts.DELAYED)
    half = cohorts.two_periods(cohorts.DELAYED, HALF_WAY)
    dropped = whole[whole["time"] <= HALF_WAY]
    at_end, half_way, of_early = (float(_cox(one).hr[0]) for one in (whole, half, dropped))
    return at_end, half_way, of_early


@lru_cache(maxsize=1)
def _crossing() -> tuple[float, float]:
    """Return the P values of log-rank and max-combo where the curves cross."""
    patients = cohorts.two_periods(cohorts.CROSSING)
    columns = patients["time"], patients["event"], patients["treated"]
    return float(log_rank(*columns).p_value), float(max_combo(*columns).p_value)


def _tests(case: Case, what: str = "p_value") -> tuple[float, ...]:
    model = _cox(case.patients)
    found = [proportional_hazards(model, one)[model.names[0]] for one in TRANSFORMS]
    return tuple(float(getattr(one, what)) for one in found)


def _means(case: Case) -> tuple[float, float]:
    """Return the restricted means of treated and control."""
    arms = (case.arm("treated"), case.arm("control"))
    treated, control = (rmst(arm["time"], arm["event"], case.horizon) for arm in arms)
    return float(treated.rmst), float(control.rmst)


def _of_observed(case: Case) -> float:
    arms = (case.arm("treated"), case.arm("control"))
    treated, control = (np.minimum(arm["time"], case.horizon).mean() for arm in arms)
    return float(treated - control)


EXERCISES = (
    Exercise(
        name="half_chance",
        objective="O2",
        level="recall",
        right=lambda case: "undecided",
        wrong={
            "A test that finds nothing has not shown that there is nothing. With few events it "
            "hardly ever finds anything.": lambda case: "proportional",
            "A P of a half is no sign against proportional hazards.": lambda case: (
                "not proportional"
            ),
        },
        hint="One of: proportional, not proportional, undecided.",
        next_question="What would you look at besides P?",
    ),
    Exercise(
        name="residual",
        objective="O2",
        level="apply",
        right=_residual,
        wrong={
            "You took everybody's weight as 1. At the estimate the treated weigh the hazard "
            "ratio.": lambda case: _residual(case, 1.0),
            "That is what was expected. The residual is 1 minus that.": lambda case: (
                1 - _residual(case)
            ),
            "Observed minus expected, not the other way round.": lambda case: -_residual(case),
        },
        hint="One minus the treated arm's share of all weights at that time, at the estimated "
        "hazard ratio (Efron).",
        digits=3,
        minutes=10,
        next_question="What do all residuals add up to, and why?",
    ),
    Exercise(
        name="two_looks",
        objective="O3",
        level="analyse",
        right=lambda case: _two_looks()[:2],
        wrong={
            "The other way round: all of the time first.": lambda case: _two_looks()[1::-1],
            "You left out who was still watched at month 12. They were at risk until then: censor "
            "them there.": lambda case: (_two_looks()[0], _two_looks()[2]),
        },
        hint="The same patients twice: as they are, and with everybody censored at month 12.",
        digits=2,
        minutes=10,
        next_question="Which of the two is the trial's hazard ratio?",
    ),
    Exercise(
        name="crossing",
        objective="O1",
        level="analyse",
        right=lambda case: _crossing(),
        wrong={
            "The other way round: log-rank first.": lambda case: _crossing()[::-1],
            "You gave the log-rank test twice. Where curves cross, early and late cancel in it.": (
                lambda case: (_crossing()[0], _crossing()[0])
            ),
        },
        hint="log_rank(...).p_value, then max_combo(...).p_value, of the crossing cohort.",
        digits=3,
        minutes=10,
        next_question="Which of the two would you have to name in the protocol?",
    ),
    Exercise(
        name="four_scales",
        objective="O2",
        level="apply",
        right=_tests,
        wrong={
            "Those are the chi-squares. Take their P values.": lambda case: _tests(case, "chisq"),
            "The order is km, rank, identity, log.": lambda case: _tests(case)[::-1],
        },
        hint="proportional_hazards(model, transform)['treated'].p_value for km, rank, identity, "
        "log.",
        digits=3,
        on_trial=True,
        minutes=10,
        next_question="Four P values of one question: which may you report?",
    ),
    Exercise(
        name="instead",
        objective="O4",
        level="apply",
        right=lambda case: _means(case)[0] - _means(case)[1],
        wrong={
            "The sign is the other way: treated minus control.": lambda case: (
                _means(case)[1] - _means(case)[0]
            ),
            "That is a ratio. A difference in time is asked for.": lambda case: (
                _means(case)[0] / _means(case)[1]
            ),
            "Those are means of observed times. The censored would have gone on for longer.": (
                _of_observed
            ),
        },
        hint="The difference of the two arms' restricted means up to the horizon.",
        digits=2,
        on_trial=True,
        next_question="Does this number need proportional hazards? Does its test?",
    ),
    Exercise(
        name="test_then_choose",
        objective="O4",
        level="project",
        right=lambda case: "larger",
        wrong={
            "Two chances to be wrong are not fewer than one.": lambda case: "smaller",
            "Each test by itself keeps its 5%. Which one is used now depends on the same data.": (
                lambda case: "equal"
            ),
        },
        hint="Simulate trials without an effect; the smaller P of log-rank and max-combo wherever "
        "the first test is below 0.05. One word: smaller, equal or larger.",
        minutes=40,
        next_question="Write the sentence of the protocol that avoids it.",
    ),
)
