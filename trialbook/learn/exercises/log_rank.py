"""Log-rank: observed and expected, chi-square, what it tests, strata, weights, permutations."""

from functools import lru_cache
from itertools import combinations

import numpy as np
import pandas as pd

from trialbook.learn.cases import TABLES, Case
from trialbook.learn.exercise import Exercise
from trialbook.survival import log_rank

FREIREICH = pd.read_csv(TABLES / "freireich.csv")


def rows_of(patients: pd.DataFrame) -> pd.DataFrame:
    """Return a row per event time: at risk, at risk in the control arm, events, E and V."""
    time, event = patients["time"].to_numpy(), patients["event"].to_numpy()
    control = ~patients["treated"].to_numpy()
    times = np.unique(time[event])

    def counted(which: np.ndarray, *, later: bool) -> np.ndarray:
        """Count patients whose time is each of the times, or that and later ones."""
        ordered = np.sort(time[which])
        first = np.searchsorted(ordered, times)
        last = which.sum() if later else np.searchsorted(ordered, times, side="right")
        return last - first

    everyone = np.ones(time.size, dtype=bool)
    n, n_control = counted(everyone, later=True), counted(control, later=True)
    d, observed = counted(event, later=False), counted(event & control, later=False)
    share = n_control / n
    variance = d * share * (1 - share) * (n - d) / np.maximum(n - 1, 1)
    return pd.DataFrame({
        "month": times, "at risk": n, "control": n_control, "events": d,
        "O": observed, "E": d * share, "V": variance,
    })  # fmt: skip


def _chisq(patients: pd.DataFrame, *, ties: bool = True) -> float:
    rows = rows_of(patients)
    variance = rows["V"]
    if not ties:
        share = rows["control"] / rows["at risk"]
        variance = rows["events"] * share * (1 - share)
    return float((rows["O"] - rows["E"]).sum() ** 2 / variance.sum())


def _tied(case: Case) -> pd.Series:
    """Return the row of the first time with several events."""
    rows = rows_of(case.patients)
    return rows[rows["events"] > 1].iloc[0]


def _unrounded_for_ties(row: pd.Series) -> float:
    share = row["control"] / row["at risk"]
    return float(row["events"] * share * (1 - share))


@lru_cache(maxsize=32)
def _relabelled(time: tuple[float, ...], event: tuple[bool, ...]) -> np.ndarray:
    """Return chi-square of every way to call five of ten patients treated, shape (252,)."""
    fives = list(combinations(range(len(time)), 5))
    control = np.ones((len(fives), len(time)), dtype=bool)
    for row, five in enumerate(fives):
        control[row, list(five)] = False
    times, events = np.array(time), np.array(event)
    difference, variance = np.zeros(len(fives)), np.zeros(len(fives))
    for t in np.unique(times[events]):
        there, now = times >= t, events & (times == t)
        n, d = there.sum(), now.sum()
        share = control[:, there].sum(axis=1) / n
        difference += control[:, now].sum(axis=1) - d * share
        variance += d * share * (1 - share) * (n - d) / max(n - 1, 1)
    return difference**2 / variance


def _all_ways(case: Case) -> np.ndarray:
    return _relabelled(tuple(case.patients["time"]), tuple(case.patients["event"]))


def permuted(case: Case) -> float:
    """Return the share of all ways to deal whose chi-square is no smaller than the real one."""
    own = _chisq(case.patients)
    return float((_all_ways(case) >= own - 1e-9).mean())


def _freireich(strata: bool) -> float:
    data = FREIREICH
    by = data["pair"] if strata else None
    return float(log_rank(data["weeks"], data["relapse"], data["arm"], strata=by).chisq)


EXERCISES = (
    Exercise(
        name="expected_and_variance",
        objective="O1",
        level="apply",
        right=lambda case: (float(_tied(case)["E"]), float(_tied(case)["V"])),
        wrong={
            "The variance lacks the factor for ties, (n - d)/(n - 1): of tied events the second is "
            "drawn from an urn that lacks the first.": lambda case: (
                float(_tied(case)["E"]),
                _unrounded_for_ties(_tied(case)),
            ),
            "You expected one event; count how many happened at that time.": lambda case: (
                float(_tied(case)["E"] / _tied(case)["events"]),
                float(_tied(case)["V"]),
            ),
            "Those are expected and variance in the treated arm's place: the variance is the same, "
            "the expected number is the other part.": lambda case: (
                float(_tied(case)["events"] - _tied(case)["E"]),
                float(_tied(case)["V"]),
            ),
        },
        hint="Events times the control arm's share of those at risk; then the variance of an urn "
        "drawn from without putting back.",
        digits=3,
        minutes=10,
        next_question="What becomes of the variance if all at risk have the event?",
    ),
    Exercise(
        name="swapped",
        objective="O3",
        level="recall",
        right=lambda case: "chi-square",
        wrong={
            "Observed and expected of the arm called treated change: the other arm has that name "
            "now.": lambda case: "observed",
            "The sign of O minus E turns round; its square does not.": lambda case: "O - E",
        },
        hint="One word: which of observed, O - E and chi-square stays when the arms swap names?",
        next_question="And the hazard ratio?",
    ),
    Exercise(
        name="permutations",
        objective="O4",
        level="analyse",
        right=permuted,
        wrong={
            "You counted only what is larger. As large counts, too: the real one is among them.": (
                lambda case: float((_all_ways(case) > _chisq(case.patients) + 1e-9).mean())
            ),
            "You halved it. Chi-square looks both ways already.": lambda case: permuted(case) / 2,
        },
        hint="Of the ways to call five of ten treated, the share with a chi-square as large as the "
        "real one, or larger.",
        digits=3,
        minutes=20,
        next_question="Why is that not the P value of chi-square exactly?",
    ),
    Exercise(
        name="by_pairs",
        objective="O4",
        level="apply",
        right=lambda case: _freireich(strata=True),
        wrong={
            "You did not use the pairs. Each pair is a stratum.": lambda case: _freireich(
                strata=False
            ),
        },
        hint="log_rank(..., strata=the pairs) on Freireich's 42 patients.",
        digits=2,
        next_question="The smaller chi-square is the honest one here. Why?",
    ),
    Exercise(
        name="chi_square",
        objective="O2",
        level="apply",
        right=lambda case: _chisq(case.patients),
        wrong={
            "You left out the factor for ties in the variance.": lambda case: _chisq(
                case.patients, ties=False
            ),
            "That is O minus E, not its square over the variance.": lambda case: float(
                (rows_of(case.patients)["O"] - rows_of(case.patients)["E"]).sum()
            ),
            "You added (O - E) squared over E for both arms. That is close, and always a little "
            "smaller.": lambda case: _peto(case),
        },
        hint="Sum O - E over all event times, square it, divide by the sum of V.",
        digits=2,
        on_trial=True,
        minutes=10,
        next_question="Is it the number of patients or of events that makes it large?",
    ),
    Exercise(
        name="after_looking",
        objective="O4",
        level="project",
        right=lambda case: "larger",
        wrong={
            "Choosing the smallest of several P values cannot make false alarms rarer.": (
                lambda case: "smaller"
            ),
            "Each test by itself keeps its 5%; the smallest does not.": lambda case: "equal",
        },
        hint="Simulate trials without an effect, each with the smallest P of three weights. Is the "
        "share below 0.05 smaller, equal or larger than 5%?",
        minutes=40,
        next_question="How does max-combo allow it all the same?",
    ),
)


def _peto(case: Case) -> float:
    rows = rows_of(case.patients)
    observed, expected = rows["O"].sum(), rows["E"].sum()
    other = rows["events"].sum() - expected
    return float((observed - expected) ** 2 / expected + (observed - expected) ** 2 / other)
