"""How much: from a ratio to risks, differences at a landmark, time gained, and its horizon."""

import numpy as np

from trialbook.learn.cases import Case
from trialbook.learn.exercise import Exercise
from trialbook.survival import (
    KaplanMeier,
    kaplan_meier,
    rmst,
    rmst_difference,
    survival_difference,
)

FREE, RATIO = 0.60, 0.50  # of an invented trial: free without treatment, and the hazard ratio
HIGH, LOW = 0.40, 0.04  # risks of two invented patients without treatment
LATER = 0.25  # a hazard ratio


def _curves(case: Case) -> tuple[KaplanMeier, KaplanMeier]:
    """Return the curves of treated and control."""
    arms = (case.arm("treated"), case.arm("control"))
    treated, control = (kaplan_meier(arm["time"], arm["event"]) for arm in arms)
    return treated, control


def _area(case: Case, arm: str | None = "treated") -> float:
    patients = case.patients if arm is None else case.arm(arm)
    return float(rmst(patients["time"], patients["event"], case.horizon).rmst)


def _mean_of_times(case: Case) -> float:
    return float(np.minimum(case.arm("treated")["time"], case.horizon).mean())


def _difference(case: Case) -> tuple[float, float, float]:
    found = survival_difference(*_curves(case), case.compared_at)
    return float(found.difference), float(found.lower), float(found.upper)


def _ratio_of_curves(case: Case) -> float:
    treated, control = (curve.at([case.compared_at]).survival[0] for curve in _curves(case))
    return float(treated / control) if control > 0 else np.nan


def _gained(case: Case, tau: float) -> float:
    arms = (case.arm("treated"), case.arm("control"))
    treated, control = (rmst(arm["time"], arm["event"], tau) for arm in arms)
    return float(rmst_difference(treated, control).difference)


def _two_horizons(case: Case) -> tuple[float, float]:
    return _gained(case, case.horizon / 2), _gained(case, case.horizon)


def _needed(ratio_of_hazards: bool) -> tuple[float, float]:
    """Return the NNT of a patient at high and of one at low risk."""
    treated = [1 - (1 - p) ** RATIO if ratio_of_hazards else p * RATIO for p in (HIGH, LOW)]
    high, low = (1 / (p - q) for p, q in zip((HIGH, LOW), treated, strict=True))
    return high, low


EXERCISES = (
    Exercise(
        name="from_ratio",
        objective="O1",
        level="recall",
        right=lambda case: FREE**RATIO,
        wrong={
            "You multiplied the risk by the hazard ratio. It multiplies the hazard; survival is "
            "raised to its power.": lambda case: 1 - (1 - FREE) * RATIO,
            "You multiplied those free of the event. A smaller hazard leaves more of them.": (
                lambda case: FREE * RATIO
            ),
            "That is the risk. Those free of the event are asked for.": (
                lambda case: 1 - FREE**RATIO
            ),
            "You raised the risk to the power. Raise survival.": lambda case: (1 - FREE) ** RATIO,
        },
        hint="Raise the control arm's survival to the power of the hazard ratio.",
        digits=3,
        next_question="And the risk ratio? Is it above or below the hazard ratio?",
    ),
    Exercise(
        name="area",
        objective="O3",
        level="apply",
        right=_area,
        wrong={
            "That is the mean of observed times. The censored would have gone on for longer.": (
                _mean_of_times
            ),
            "That is the control arm.": lambda case: _area(case, "control"),
            "Those are both arms together.": lambda case: _area(case, None),
        },
        hint="Rectangles under the treated arm's curve: height times how long it stays there.",
        digits=2,
        minutes=10,
        next_question="What would it be if nobody had the event?",
    ),
    Exercise(
        name="difference",
        objective="O2",
        level="apply",
        right=_difference,
        wrong={
            "The sign is the other way: treated minus control.": lambda case: (
                -_difference(case)[0],
                -_difference(case)[2],
                -_difference(case)[1],
            ),
            "The limits have changed places: lower first.": lambda case: (
                _difference(case)[0],
                _difference(case)[2],
                _difference(case)[1],
            ),
            "The first is a ratio of the two curves. Take their difference.": lambda case: (
                _ratio_of_curves(case),
                *_difference(case)[1:],
            ),
            "Those are percentage points. Proportions are asked for.": lambda case: tuple(
                100 * x for x in _difference(case)
            ),
        },
        hint="survival_difference(treated, control, t): difference, lower, upper.",
        digits=3,
        on_trial=True,
        minutes=10,
        next_question="Would you tell a patient the interval, too? How?",
    ),
    Exercise(
        name="needed",
        objective="O2",
        level="analyse",
        right=lambda case: "through infinity",
        wrong={
            "One over a difference of zero is no number needed of zero. Divide by something very "
            "small.": lambda case: "through zero",
            "One would mean that treating one patient always saves that one.": lambda case: (
                "through one"
            ),
        },
        hint="A word: what is one over a difference that comes closer and closer to nothing?",
        next_question="How do you print such an interval in an abstract?",
    ),
    Exercise(
        name="two_horizons",
        objective="O4",
        level="analyse",
        right=_two_horizons,
        wrong={
            "The other way round: the earlier horizon first.": lambda case: _two_horizons(case)[
                ::-1
            ],
            "The sign is the other way: treated minus control.": lambda case: tuple(
                -x for x in _two_horizons(case)
            ),
            "You halved the later one. Areas do not grow in proportion to the horizon.": (
                lambda case: (_two_horizons(case)[1] / 2, _two_horizons(case)[1])
            ),
        },
        hint="The difference in restricted means up to half of the time named, and up to all of "
        "it.",
        digits=2,
        on_trial=True,
        minutes=10,
        next_question="Which horizon would a sponsor like, and who chose this one, and when?",
    ),
    Exercise(
        name="later",
        objective="O1",
        level="analyse",
        right=lambda case: 1 / (1 + LATER),
        wrong={
            "That is one minus the hazard ratio. It is no probability of anything.": (
                lambda case: 1 - LATER
            ),
            "That is the hazard ratio itself.": lambda case: LATER,
            "That is how often the treated patient is the first of the two.": (
                lambda case: LATER / (1 + LATER)
            ),
        },
        hint="Of two people at risk, one with hazard 1 and one with the hazard ratio: whose event "
        "comes first?",
        digits=3,
        next_question="What hazard ratio would make it 95 of 100?",
    ),
    Exercise(
        name="two_patients",
        objective="O2",
        level="project",
        right=lambda case: _needed(ratio_of_hazards=True),
        wrong={
            "You halved the risks. The hazard is halved: raise survival to the power.": (
                lambda case: _needed(ratio_of_hazards=False)
            ),
            "The other way round: high risk first.": lambda case: _needed(ratio_of_hazards=True)[
                ::-1
            ],
        },
        hint="For each patient: survival to the power of the hazard ratio, the difference of the "
        "two risks, one over it.",
        digits=1,
        minutes=25,
        next_question="Read your sixty words to somebody who has never heard of a hazard.",
    ),
)
