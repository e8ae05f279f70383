"""Selection: the frail leave first, ratios that do not collapse, what a period compares."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from trialbook.learn import cohorts
from trialbook.learn.cases import Case
from trialbook.learn.exercise import Exercise
from trialbook.survival import cox

AT = 12.0  # months
RATES = np.array(list(cohorts.FRAIL_RATES.values()))


@lru_cache(maxsize=1)
def _ratios() -> tuple[float, float]:
    """Return the hazard ratio within groups, and of all together."""
    all_of = cohorts.frail()
    columns = all_of["time"], all_of["event"], all_of["treated"]
    within, together = (float(cox(*columns, strata=by).hr[0]) for by in (all_of["group"], None))
    return within, together


@lru_cache(maxsize=1)
def _periods(within: bool = False) -> tuple[float, float]:
    """Return the hazard ratio before and after month 12."""
    all_of = cohorts.frail()
    early = all_of["event"] & (all_of["time"] <= AT)
    late = all_of[all_of["time"] > AT]
    first = (all_of["time"].clip(upper=AT), early, all_of["treated"])
    second = (late["time"], late["event"], late["treated"])
    by = (all_of["group"], late["group"]) if within else (None, None)
    before, after = (cox(*one, strata=s) for one, s in zip((first, second), by, strict=True))
    return float(before.hr[0]), float(after.hr[0])


def free_at(t: float | np.ndarray, ratio: float) -> np.ndarray:
    """Return the share of each group that is free of the event, shape (2, ...)."""
    return np.exp(-ratio * np.multiply.outer(RATES, t))


def hazard_at(t: float | np.ndarray, ratio: float) -> np.ndarray:
    """Return the hazard among all who are left: of each group, weighted by who is left of it."""
    free = free_at(t, ratio)
    weighted = (RATES * free.T).T.sum(axis=0)
    return ratio * weighted / free.sum(axis=0)


def _ratio_at(t: float) -> float:
    return float(hazard_at(t, cohorts.WITHIN) / hazard_at(t, 1.0))


def _risks(t: float, ratio: float) -> np.ndarray:
    return 1 - free_at(t, ratio)


def _differences() -> tuple[float, float, float]:
    """Return the risk differences of the frail, the robust and of all, treated minus control."""
    by_group = _risks(AT, cohorts.WITHIN) - _risks(AT, 1.0)
    frail, robust = by_group
    return float(frail), float(robust), float(by_group.mean())


def _risk_ratios() -> tuple[float, float, float]:
    treated, control = _risks(AT, cohorts.WITHIN), _risks(AT, 1.0)
    frail, robust = treated / control
    return float(frail), float(robust), float(treated.mean() / control.mean())


def _same(value: str) -> Callable[[Case], str]:
    return lambda case: value


EXERCISES = (
    Exercise(
        name="collapses",
        objective="O3",
        level="recall",
        right=_same("risk difference"),
        wrong={
            "A hazard ratio of one half within each group was no half for all together.": (
                _same("hazard ratio")
            ),
            "Odds behave as hazards do here: their ratio for all is nearer to 1.": (
                _same("odds ratio")
            ),
        },
        hint="One of: hazard ratio, odds ratio, risk difference.",
        next_question="And the difference in restricted means?",
    ),
    Exercise(
        name="together",
        objective="O1",
        level="apply",
        right=lambda case: _ratios(),
        wrong={
            "The other way round: within the groups first.": lambda case: _ratios()[::-1],
            "Those are logarithms. Take exp.": lambda case: tuple(np.log(_ratios())),
            "You left out the groups both times. Each group is a stratum.": lambda case: (
                _ratios()[1],
                _ratios()[1],
            ),
        },
        hint="survival.cox(...).hr, once with strata=the groups, once without.",
        digits=2,
        minutes=10,
        next_question="Nobody was confounded. So which of the two is biased?",
    ),
    Exercise(
        name="ratio_at",
        objective="O1",
        level="apply",
        right=lambda case: _ratio_at(AT),
        wrong={
            "That is the ratio at the start, when the groups are alike in both arms. By then "
            "more of the frail have left the control arm.": lambda case: cohorts.WITHIN,
            "You divided the risks. Divide the hazards of those who are left.": lambda case: (
                _risk_ratios()[2]
            ),
            "Control over treated is the other way round.": lambda case: 1 / _ratio_at(AT),
        },
        hint="In each arm, the hazards of the two groups, weighted by how many of each are left; "
        "then treated over control.",
        digits=3,
        minutes=15,
        next_question="Where does the ratio go, if one waits for very long?",
    ),
    Exercise(
        name="by_period",
        objective="O2",
        level="analyse",
        right=lambda case: _periods(),
        wrong={
            "The other way round: before first.": lambda case: _periods()[::-1],
            "You compared within the groups. A trial does not know who is frail.": (
                lambda case: _periods(within=True)
            ),
        },
        hint="First everybody, censored at month 12; then those who are left at month 12, alone.",
        digits=2,
        minutes=15,
        next_question="Does the drug work less well after month 12?",
    ),
    Exercise(
        name="differences",
        objective="O3",
        level="analyse",
        right=lambda case: _differences(),
        wrong={
            "Those are ratios of risks. Take differences.": lambda case: _risk_ratios(),
            "The sign is the other way: treated minus control.": lambda case: tuple(
                -x for x in _differences()
            ),
            "The frail come first, then the robust.": lambda case: (
                _differences()[1],
                _differences()[0],
                _differences()[2],
            ),
        },
        hint="Risk is 1 minus exp(-rate times 12). Treated minus control: of the frail, of the "
        "robust, and of both halves together.",
        digits=3,
        minutes=10,
        next_question="Is the third the mean of the first two? Was the hazard ratio?",
    ),
    Exercise(
        name="frailer",
        objective="O1",
        level="analyse",
        right=_same("closer to 1"),
        wrong={
            "The drug does as much as before in either group, but that is not what all together "
            "show.": _same("the same"),
            "The more the groups differ, the sooner the control arm has lost its frail.": (
                _same("further from 1")
            ),
        },
        hint="One of: closer to 1, the same, further from 1.",
        next_question="And if the rare event is very rare?",
    ),
    Exercise(
        name="debate",
        objective="O2",
        level="project",
        right=_same("neither"),
        wrong={
            "Selection gives the same picture, so the picture cannot exclude it.": (
                _same("selection")
            ),
            "A drug that wears off gives the same picture, too.": _same("waning"),
        },
        hint="One of: selection, waning, neither. Which of them do the two hazard ratios exclude?",
        minutes=40,
        next_question="What other data would tell them apart?",
    ),
)
