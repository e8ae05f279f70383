"""The counts of a trial that stand behind others: populations, patients and events by end point.

They come from the trial itself, so that every chapter decides alike which of them it shows.
"""

import itertools
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.safe.arithmetic import Counts, apart, is_small, ladder

if TYPE_CHECKING:
    from trialbook.trial import Trial

ALL = "all"


def by_arm(trial: "Trial", patients: pd.DataFrame) -> dict[str, float]:
    """Return how many patients each arm has, and all arms together."""
    sizes = patients["arm"].value_counts()
    return {arm.code: float(sizes.get(arm.code, 0)) for arm in trial.arms} | {
        ALL: float(len(patients))
    }


@lru_cache(maxsize=8)
def populations(trial: "Trial") -> dict[str, Counts]:
    """Return the sizes of efficacy, randomized and safety population, by arm."""
    return {name: trial.sizes(name) for name in ("efficacy", "randomized", "safety")}


@lru_cache(maxsize=8)
def with_any_event(trial: "Trial") -> Counts:
    """Return how many patients of the safety population had any adverse event, by arm."""
    events, safety = trial.treatment_emergent(), trial.safety_population()
    had = [] if events is None else events["USUBJID"]
    return by_arm(trial, safety[safety["USUBJID"].isin(had)])


@lru_cache(maxsize=8)
def shown_populations(trial: "Trial") -> dict[str, Counts]:
    """Return the populations whose sizes may be shown together, the efficacy population first.

    Where two randomized patients were not treated, the sizes of both populations would tell it.
    """
    sizes = populations(trial)
    if trial.min_cell <= 1:
        return sizes
    return ladder(sizes.items(), trial.min_cell)


def shown_sizes(trial: "Trial", population: str) -> dict[str, int]:
    """Return each arm's number of patients for the heading of a column; none if not shown.

    Parameters
    ----------
    trial : Trial
    population : {"efficacy", "randomized", "safety"}
    """
    sizes = shown_populations(trial).get(population, {})
    return {arm: int(n) for arm, n in sizes.items() if arm != ALL}


@lru_cache(maxsize=512)
def patients_and_events(trial: "Trial", paramcd: str) -> tuple[Counts, Counts]:
    """Return an end point's patients, and its patients with the event, by arm."""
    return trial.patients_and_events(paramcd)


@lru_cache(maxsize=8)
def shown_end_points(trial: "Trial") -> frozenset[str]:
    """Return the end points whose number of patients may be shown, the primary one first."""
    codes = [trial.primary.paramcd, *(one.paramcd for one in trial.endpoints)]
    sizes = ((code, patients_and_events(trial, code)[0]) for code in dict.fromkeys(codes))
    return frozenset(ladder(sizes, trial.min_cell, shown_populations(trial).values()))


def is_component(trial: "Trial", paramcd: str) -> bool:
    """Return whether an end point is a component of another one of the trial.

    Its curve, beside the composite's, would tell who had another component first, and when.
    """
    return any(paramcd in whole.components for whole in trial.endpoints)


@lru_cache(maxsize=512)
def tied_arms(trial: "Trial", paramcd: str) -> frozenset[str]:
    """Return the arms where an end point's events and a composite's tell of few patients.

    Few with the composite and without this component of it; or, of two components, few with
    both: then the rarer component is withheld. Likewise of any two end points of which one
    happened to nobody without the other (death, and progression or death): then the one that
    trial.yml names later is withheld, the primary one never.
    """
    tied = _nested_arms(trial, paramcd)
    named = {one.paramcd for one in trial.endpoints}
    for whole in trial.endpoints:
        if paramcd not in whole.components:
            continue
        codes = [code for code in whole.components if code in named]
        counts = {code: patients_and_events(trial, code)[1] for code in (*codes, whole.paramcd)}
        rarest = min(codes, key=lambda code: (counts[code][ALL], code))
        for arm, n in counts[whole.paramcd].items():
            without = abs(n - counts[paramcd][arm])
            both = sum(counts[code][arm] for code in codes) - n
            two = len(whole.components) == len(codes) == 2 and rarest == paramcd
            if is_small(without, trial.min_cell) or (two and is_small(both, trial.min_cell)):
                tied.add(arm)
    return frozenset(tied)


def _nested_arms(trial: "Trial", paramcd: str) -> set[str]:
    """Return the arms where few patients had an end point and not one nested with it."""
    codes = dict.fromkeys([trial.primary.paramcd, *(one.paramcd for one in trial.endpoints)])
    tied: set[str] = set()
    for other in itertools.takewhile(lambda code: code != paramcd, codes):
        ids = _with_event(trial, paramcd), _with_event(trial, other)
        if not (all(ids) and (ids[0] <= ids[1] or ids[1] <= ids[0])):
            continue
        one, whole = (patients_and_events(trial, code)[1] for code in (paramcd, other))
        tied |= {arm for arm in one if is_small(abs(one[arm] - whole[arm]), trial.min_cell)}
    return tied - {ALL}


@lru_cache(maxsize=512)
def _with_event(trial: "Trial", paramcd: str) -> frozenset:
    data = trial.time_to_event(paramcd)
    return frozenset(data.loc[data["event"].to_numpy(bool), "USUBJID"])


def nearly_with_event(trial: "Trial", ids: Iterable[str]) -> bool:
    """Return whether an end point happened to some patients and few others, or to all but few.

    Those who died, by one account, and by another: beside the end point's events their number
    would tell how many are in one alone.
    """
    ids = frozenset(ids)
    arm = trial.efficacy_population().set_index("USUBJID")["arm"]
    for code in dict.fromkeys(one.paramcd for one in trial.endpoints):
        had = _with_event(trial, code)
        if not (ids and had and (ids <= had or had <= ids)):
            continue
        few = arm.reindex(sorted(ids ^ had)).value_counts()
        if any(is_small(n, trial.min_cell) for n in few):
            return True
    return False


def known_denominator(trial: "Trial", counts: Counts, population: str) -> bool:
    """Return whether a denominator may be known: its population's size, or far from every one."""
    open_sizes = shown_populations(trial)
    return all(apart(counts, sizes, trial.min_cell) for sizes in open_sizes.values()) and (
        population in open_sizes or counts != populations(trial)[population]
    )
