"""Cox: factors of the partial likelihood, its top and its curvature, ties, three tests."""

import numpy as np
import pandas as pd

from trialbook.learn.cases import Case
from trialbook.learn.exercise import Exercise
from trialbook.learn.exercises.log_rank import rows_of
from trialbook.survival import cox, firth, profile_interval

HALF = 0.5  # the hazard ratio at which a factor is asked for


def lone_event(patients: pd.DataFrame) -> pd.Series:
    """Return the row of the first time at which one treated patient, and nobody else, fails."""
    rows = rows_of(patients)
    return rows[(rows["events"] == 1) & (rows["O"] == 0) & (rows["control"] > 0)].iloc[0]


def _model(case: Case, ties: str = "efron"):
    patients = case.patients
    return cox(patients["time"], patients["event"], patients["treated"], ties=ties)


def _factor(case: Case, of_control: float, of_treated: float) -> float:
    """Return the treated patient's share of all weights at the first such event."""
    row = lone_event(case.patients)
    n_treated = row["at risk"] - row["control"]
    return float(of_treated / (row["control"] * of_control + n_treated * of_treated))


def _without_herself(case: Case) -> float:
    row = lone_event(case.patients)
    others = row["control"] + (row["at risk"] - row["control"] - 1) * HALF
    return float(HALF / others)


def _at_zero(case: Case, *, ties: bool = True) -> float:
    """Return the log partial likelihood of no difference."""
    rows = rows_of(case.patients)
    events = rows["events"] if ties else 1
    return float(-(events * np.log(rows["at risk"])).sum())


def _ratios(case: Case, *ties: str) -> tuple[float, ...]:
    return tuple(float(_model(case, one).hr[0]) for one in ties)


def _coefficients(case: Case) -> tuple[float, ...]:
    return tuple(float(_model(case, one).coef[0]) for one in ("efron", "breslow", "exact"))


def _events_by_arm(case: Case) -> np.ndarray:
    return case.patients.groupby("treated")["event"].sum().to_numpy(dtype=float)


def _bound(case: Case) -> float:
    return float(np.sqrt((1 / _events_by_arm(case)).sum()))


def _of_patients(case: Case) -> float:
    return float(np.sqrt((1 / case.patients.groupby("treated").size()).sum()))


def _error(case: Case) -> float:
    return float(_model(case).std_error[0])


def _three_tests(case: Case) -> tuple[float, float, float]:
    """Return the P values of Wald, score and likelihood ratio."""
    model = _model(case)
    tests = (model.wald_test, model.score_test, model.lr_test)
    wald, score, likelihood_ratio = (float(test.p_value) for test in tests)
    return wald, score, likelihood_ratio


def _none_treated(case: Case):
    """Return a Cox model of the same patients, no treated one of whom has the event."""
    patients = case.patients
    return cox(patients["time"], patients["event"] & ~patients["treated"], patients["treated"])


def _firth_upper(case: Case) -> float:
    patients = case.patients
    event = patients["event"] & ~patients["treated"]
    return float(firth(patients["time"], event, patients["treated"]).hr_upper[0])


EXERCISES = (
    Exercise(
        name="factor",
        objective="O1",
        level="recall",
        right=lambda case: _factor(case, 1, HALF),
        wrong={
            "You gave everybody the same weight. At a hazard ratio other than 1 the treated weigh "
            "differently.": lambda case: _factor(case, 1, 1),
            "You weighed the control arm. The hazard ratio multiplies the treated.": (
                lambda case: _factor(case, HALF, 1)
            ),
            "You left out the patient herself. She was at risk, too.": _without_herself,
            "That is how likely it was to be somebody in the control arm.": lambda case: (
                1 - _factor(case, 1, HALF) * _treated_at_risk(case)
            ),
        },
        hint="Her own weight over the weights of all at risk: 1 for each control patient, the "
        "hazard ratio for each treated one.",
        digits=3,
        next_question="What does the factor become as the hazard ratio goes to 0?",
    ),
    Exercise(
        name="at_zero",
        objective="O2",
        level="apply",
        right=_at_zero,
        wrong={
            "You counted each event time once. Two events at one time are two factors.": (
                lambda case: _at_zero(case, ties=False)
            ),
            "The sign is the other way: each factor is below 1.": lambda case: -_at_zero(case),
            "That is the likelihood itself. Its logarithm is asked for.": lambda case: float(
                np.exp(_at_zero(case))
            ),
        },
        hint="Without a difference each event's factor is one over the number at risk; add the "
        "logarithms.",
        digits=3,
        minutes=10,
        next_question="Which hazard ratio has the largest log-likelihood, and by how much?",
    ),
    Exercise(
        name="ties_three_ways",
        objective="O3",
        level="apply",
        right=lambda case: _ratios(case, "efron", "breslow", "exact"),
        wrong={
            "Those are the logarithms. Take exp of each.": _coefficients,
            "Efron and Breslow have changed places.": lambda case: _ratios(
                case, "breslow", "efron", "exact"
            ),
            "The last two have changed places.": lambda case: _ratios(
                case, "efron", "exact", "breslow"
            ),
        },
        hint="survival.cox(..., ties=...) with efron, breslow, exact; the attribute hr.",
        digits=3,
        next_question="Which of the three would R, SAS and Stata give by default?",
    ),
    Exercise(
        name="cubed",
        objective="O1",
        level="analyse",
        right=lambda case: 1.0,
        wrong={
            "The times are cubed, not the hazards. Who is at risk at each event, and who has it, "
            "is what it was.": lambda case: 3.0,
            "The time grows, the order stays. The partial likelihood knows the order alone.": (
                lambda case: 1 / 3
            ),
        },
        hint="New hazard ratio over old one. Does anybody's place in the order change?",
        digits=3,
        next_question="Then what is the hazard ratio silent about?",
    ),
    Exercise(
        name="smallest_error",
        objective="O2",
        level="analyse",
        right=lambda case: (_bound(case), _error(case)),
        wrong={
            "You counted patients. What carries information is events.": lambda case: (
                _of_patients(case),
                _error(case),
            ),
            "The bound is a variance still: take its root.": lambda case: (
                _bound(case) ** 2,
                _error(case),
            ),
            "The second is an error of the hazard ratio. That of its logarithm is asked for.": (
                lambda case: (_bound(case), _error(case) * float(_model(case).hr[0]))
            ),
            "The other way round: first the bound, then the model's own.": lambda case: (
                _error(case),
                _bound(case),
            ),
        },
        hint="First the root of one over the events of one arm plus one over those of the other; "
        "then std_error of the model.",
        digits=3,
        on_trial=True,
        minutes=10,
        next_question="A paper prints an interval narrower than the bound. What follows?",
    ),
    Exercise(
        name="three_tests",
        objective="O4",
        level="analyse",
        right=_three_tests,
        wrong={
            "Wald and score have changed places.": lambda case: tuple(
                _three_tests(case)[i] for i in (1, 0, 2)
            ),
            "You halved them. These tests look both ways.": lambda case: tuple(
                p / 2 for p in _three_tests(case)
            ),
            "The last two have changed places: score before likelihood ratio.": (
                lambda case: tuple(_three_tests(case)[i] for i in (0, 2, 1))
            ),
        },
        hint="wald_test, score_test and lr_test of one model, each with its p_value; in this "
        "order.",
        digits=4,
        on_trial=True,
        next_question="Which of them would you name in a protocol, and when must you name it?",
    ),
    Exercise(
        name="no_events",
        objective="O4",
        level="project",
        right=lambda case: float(profile_interval(_none_treated(case)).hr_upper),
        wrong={
            "That is the limit of the logarithm. Take exp.": lambda case: float(
                profile_interval(_none_treated(case)).upper
            ),
            "That is Firth's upper limit, of a likelihood with a penalty.": _firth_upper,
        },
        hint="profile_interval(model).hr_upper, where model is the Cox model without events among "
        "the treated.",
        digits=3,
        minutes=20,
        next_question="Why is there no lower limit above 0?",
    ),
)


def _treated_at_risk(case: Case) -> float:
    row = lone_event(case.patients)
    return float(row["at risk"] - row["control"])
