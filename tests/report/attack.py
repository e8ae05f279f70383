"""An attacker who adds and subtracts all counts shown of confidential data.

A count is of a set of patients. The attacker knows how sets overlap by their definitions, and that
no number of patients is negative: the count of a set is recovered where all patients who give the
counts shown give it alike. The sets here are made from the data by definitions of their own, not
by the program's.
"""

import itertools
from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from trialbook.analyses import all_results, time_ticks
from trialbook.safe import SHOWN, end_point_times, safe
from trialbook.trial import Trial

COUNTED = [
    "adverse_events",
    "baseline",
    "centre",
    "composite",
    "cox",
    "deviation",
    "disposition",
    "kaplan_meier",
    "landmark",
    "laboratory",
    "response",
    "subgroup",
]


class Sets:
    """The patients whom a count counts, by key of its row in the results."""

    def __init__(self, trial):
        self.trial = trial
        self.ids = list(trial.adsl["USUBJID"])
        self.populations = {
            "randomized": trial.randomized_population(),
            "efficacy": trial.efficacy_population(),
            "safety": trial.safety_population(),
        }
        self.found: dict[tuple, np.ndarray] = {}
        # Pairs of sets of which one lies in the other by definition.
        self.nested: list[tuple[tuple, tuple]] = []
        for make in (
            self._disposition,
            self._baseline,
            self._centres,
            self._deviations,
            self._adverse_events,
            self._times,
            self._responses,
            self._laboratory,
        ):
            make()

    def of(self, ids) -> np.ndarray:
        """Return the indicator of some patients."""
        return np.isin(self.ids, list(ids))

    def arms(self, population: str):
        """Yield each arm, and all, with its patients of a population."""
        patients = self.populations[population]
        for arm in self.trial.arms:
            yield arm.code, patients[(patients["arm"] == arm.code).to_numpy()]
        yield "all", patients

    def put(self, key: tuple, patients, inside: tuple | None = None) -> tuple:
        """Keep a set, and the one that it lies in."""
        self.found[key] = patients if isinstance(patients, np.ndarray) else self.of(patients)
        if inside is not None:
            self.nested.append((key, inside))
        return key

    def _disposition(self):
        names = {"randomized": "RANDOMIZED", "efficacy": "EFFICACY", "safety": "SAFETY"}
        codes = {"randomized": "RANDFL", "efficacy": "ITTFL", "safety": "SAFFL"}
        for population, level in names.items():
            for arm, of in self.arms(population):
                whole = ("disposition", "RANDFL", "", "RANDOMIZED", arm, "n")
                self.put(
                    ("disposition", codes[population], "", level, arm, "n"), of["USUBJID"], whole
                )
        for arm, of in self.arms("randomized"):
            whole = ("disposition", "RANDFL", "", "RANDOMIZED", arm, "n")
            treated = of[of["TRTSDT"].notna()]
            self.put(("disposition", "TRTSDT", "", "TREATED", arm, "n"), treated["USUBJID"], whole)
            for variable in ("EOSSTT", "DCSREAS"):
                for level, some in of.groupby(variable, observed=True):
                    key = ("disposition", variable, "", str(level), arm, "n")
                    self.put(key, some["USUBJID"], whole)

    def _baseline(self):
        for item in self.trial.config.baseline:
            for arm, of in self.arms("efficacy"):
                whole = ("disposition", "ITTFL", "", "EFFICACY", arm, "n")
                known = of[of[item.variable].notna()]
                key = ("baseline", item.variable, "", "", arm, "n")
                self.put(key, known["USUBJID"], whole)
                if item.summary:
                    continue
                for level, some in known.groupby(item.variable, observed=True):
                    self.put(
                        ("baseline", item.variable, "", str(level), arm, "n"), some["USUBJID"], key
                    )

    def _centres(self):
        for arm, of in self.arms("efficacy"):
            whole = ("disposition", "ITTFL", "", "EFFICACY", arm, "n")
            for level, some in of.groupby("SITEID", observed=True):
                self.put(("centre", "SITEID", "", str(level), arm, "n"), some["USUBJID"], whole)

    def _deviations(self):
        made = self.trial.addv
        for arm, of in self.arms("efficacy"):
            whole = ("disposition", "ITTFL", "", "EFFICACY", arm, "n")
            mine = made[made["USUBJID"].isin(of["USUBJID"])]
            anyone = self.put(("deviation", "any", "", "", arm, "n"), mine["USUBJID"], whole)
            for kind, some in mine.groupby("DVCAT", observed=True):
                key = ("deviation", "DVCAT", "", str(kind), arm, "n")
                self.put(key, some["USUBJID"], anyone)

    def _adverse_events(self):
        events = self.trial.treatment_emergent()
        groups = {
            "any": events.index == events.index,
            "serious": events["AESER"] == "Y",
            "withdrawal": events["AEACN"] == "DRUG WITHDRAWN",
            "fatal": events["AEOUT"] == "FATAL",
        }
        pairs = events[["AEBODSYS", "AEDECOD"]].drop_duplicates()
        for variable in ("AEBODSYS", "AEDECOD"):
            groups |= {name: events[variable] == name for name in pairs[variable].unique()}
        above = dict(zip(pairs["AEDECOD"], pairs["AEBODSYS"], strict=True))
        for arm, of in self.arms("safety"):
            whole = ("disposition", "SAFFL", "", "SAFETY", arm, "n")
            for name, chosen in groups.items():
                ids = set(events.loc[np.asarray(chosen), "USUBJID"]) & set(of["USUBJID"])
                inside = ("adverse_events", above.get(name, "any"), "", "", arm, "n")
                key = ("adverse_events", name, "", "", arm, "n")
                self.put(key, ids, None if name == "any" else inside)
                self.nested.append((key, whole))
            rank = {"MILD": 0, "MODERATE": 1, "SEVERE": 2}
            worst = events.assign(rank=events["AESEV"].map(rank)).groupby("USUBJID")["rank"].max()
            for level, number in rank.items():
                ids = set(worst.index[worst == number]) & set(of["USUBJID"])
                self.put(("adverse_events", "any", "", f"AESEV={level}", arm, "n"), ids, whole)

    def _times(self):
        for endpoint in self.trial.endpoints:
            code, data = endpoint.paramcd, self.trial.time_to_event(endpoint.paramcd)
            for arm in self.trial.arms:
                of = data[(data["arm"] == arm.code).to_numpy()]
                event, ids = of["event"].to_numpy(bool), of["USUBJID"]
                population = ("disposition", "ITTFL", "", "EFFICACY", arm.code, "n")
                whole = self.put(("kaplan_meier", code, "", "", arm.code, "n"), ids, population)
                happened = ("kaplan_meier", code, "", "", arm.code, "n_events")
                self.put(happened, ids[event], whole)
                self.put(("kaplan_meier", code, "", "", arm.code, "n_censored"), ids[~event], whole)
                for one in self.trial.endpoints:
                    if code in one.components:
                        parent = ("kaplan_meier", one.paramcd, "", "", arm.code, "n_events")
                        self.nested.append((happened, parent))
                for variable in self.trial.config.subgroups:
                    for level, some in of.groupby(variable, observed=True):
                        had = some["event"].to_numpy(bool)
                        subgroup = f"{variable}={level}"
                        inside = ("subgroup", code, subgroup, "", arm.code, "n")
                        self.put(inside, some["USUBJID"], whole)
                        key = ("subgroup", code, subgroup, "", arm.code, "n_events")
                        self.put(key, some.loc[had, "USUBJID"], inside)

    def _responses(self):
        for item in self.trial.config.responses:
            for arm, of in self.arms("efficacy"):
                whole = ("disposition", "ITTFL", "", "EFFICACY", arm, "n")
                ids = of.loc[of[item.variable] == "Y", "USUBJID"]
                self.put(("response", item.variable, "", "", arm, "n"), ids, whole)

    def _laboratory(self):
        adlb = self.trial.adlb
        for arm, of in self.arms("safety"):
            for (code, visit), at in adlb.groupby(["PARAMCD", "AVISITN"], observed=True):
                ids = set(at["USUBJID"]) & set(of["USUBJID"])
                self.put(("laboratory", code, "", "", arm, "n", float(visit)), ids)


def shown_counts(trial, frames=None) -> set[tuple]:
    """Return the keys of the counts that readers are shown, or may work out in one step.

    Those are a denominator, from a count and its percentage, and the events up to a time, from
    survival at it.
    """
    results = all_results(trial, only=COUNTED) if frames is None else frames
    gated = safe(results, trial)
    as_it_is = gated[gated["state"] == SHOWN]
    names = ["analysis", "paramcd", "arm", "subgroup", "level", "time", "method", "statistic"]
    known = set()
    for *of, value in as_it_is[[*names, "value"]].itertuples(index=False, name=None):
        analysis, code, arm, subgroup, level, time, method, statistic = of
        time = None if time != time else time
        if value != value:
            continue
        if analysis == "adverse_events" and level in ("AEDECOD", "AEBODSYS"):
            level = ""
        row = (analysis, code, subgroup, level, arm, statistic)
        if statistic in ("n", "n_events", "n_censored") and method in ("", "efron"):
            known.add(row)
        elif analysis == "laboratory" and statistic == "n" and method == "arithmetic":
            known.add((*row, float(time)))
        elif statistic == "percent":
            known.add(_denominator(row))
    return known


def _denominator(row: tuple) -> tuple:
    analysis, code, subgroup, _, arm, _ = row
    return {
        "adverse_events": ("disposition", "SAFFL", "", "SAFETY", arm, "n"),
        "deviation": ("disposition", "ITTFL", "", "EFFICACY", arm, "n"),
        "disposition": ("disposition", "RANDFL", "", "RANDOMIZED", arm, "n"),
        "kaplan_meier": ("kaplan_meier", code, "", "", arm, "n"),
        "response": ("disposition", "ITTFL", "", "EFFICACY", arm, "n"),
        "composite": ("kaplan_meier", code, "", "", arm, "n"),
    }.get(analysis, (analysis, code, subgroup, "", arm, "n"))


def recovered(trial, least: int, possible: Callable[[], Trial]) -> list[tuple]:
    """Return the small counts which the counts shown give away, each named.

    Parameters
    ----------
    trial : Trial
    least : int
        Counts from 1 to one less are small.
    possible : callable
        Gives a trial of many patients by the same definitions: whom else the counts might be of.

    Notes
    -----
    Among these patients a small set may be a combination of those shown by chance: all who were
    censored early are men, say, and no other man was. Nobody who has only the counts can know so.
    A count is therefore told only if no other patients, as many of each possible kind as one
    likes, give all the counts shown and another number.
    """
    known = shown_counts(trial)
    shown, secret = _shown_and_secret(Sets(trial), trial, known)
    secret = {name: of for name, of in secret.items() if 0 < of.sum() < least}
    basis = _basis(np.array(list(shown.values()), float))
    suspects = [
        name
        for name, of in secret.items()
        # What is certain for all patients is a combination for those there are.
        if np.abs(of - basis.T @ (basis @ of.astype(float))).max() < 1e-7
    ]
    if not suspects:
        return []
    others = _shown_and_secret(Sets(possible()), trial, known)
    kinds = np.array([_joined(shown, others[0], name) for name in shown], float)
    counts = np.array([of.sum() for of in shown.values()], float)
    found = []
    for name in suspects:
        target = _joined(secret, others[1], name).astype(float)
        lowest, highest = _range(target, kinds, counts)
        if highest - lowest < 1:
            found.append((name, int(secret[name].sum())))
    return found


def _basis(matrix: np.ndarray) -> np.ndarray:
    """Return an orthonormal basis of all that can be reached by adding and subtracting rows."""
    _, sizes, basis = np.linalg.svd(matrix, full_matrices=False)
    return basis[sizes > 1e-9 * sizes[0]]


def _joined(sets: dict, others: dict, name: tuple) -> np.ndarray:
    """Return a set among the patients there are, then among the others: none, if not there."""
    size = len(next(iter(others.values())))
    return np.concatenate([sets[name], others.get(name, np.zeros(size, bool))])


def _range(target: np.ndarray, kinds: np.ndarray, counts: np.ndarray) -> tuple[float, float]:
    """Return the least and the greatest count of a set that the counts shown allow.

    Parameters
    ----------
    target : numpy.ndarray, shape (patients,)
        Who is in the set.
    kinds : numpy.ndarray, shape (sets shown, patients)
        Who is in each set shown.
    counts : numpy.ndarray, shape (sets shown,)
    """
    columns = np.unique(np.vstack([target, kinds]), axis=1)
    ends = [
        linprog(sign * columns[0], A_eq=columns[1:], b_eq=counts, bounds=(0, None))
        for sign in (1, -1)
    ]
    assert all(end.status == 0 for end in ends)
    return ends[0].fun, -ends[1].fun


def _shown_and_secret(sets: Sets, book: Trial, known: set[tuple]) -> tuple[dict, dict]:
    """Return the sets of patients whose size a book shows, and those whose it must not tell.

    Parameters
    ----------
    sets : Sets
        Of the book's patients, or of others.
    book : Trial
        Its curves say at which times sets are formed.
    known : set of tuple
        Keys of the counts that it shows.
    """
    shown = {key: of for key, of in sets.found.items() if key in known}
    secret = dict(sets.found)
    for inner, outer in sets.nested:
        if {inner, outer} <= set(sets.found):
            secret["in", outer, "not in", inner] = sets.found[outer] & ~sets.found[inner]
    for endpoint, arm in itertools.product(book.endpoints, book.arms):
        _at_times(sets, book, endpoint.paramcd, arm.code, shown, secret)
    return shown, secret


def _at_times(sets: Sets, book: Trial, code: str, arm: str, shown: dict, secret: dict) -> None:
    """Add what the curve shows at its times, and what happens between any two times."""
    data = sets.trial.time_to_event(code)
    of = data[(data["arm"] == arm).to_numpy()]
    time, event, ids = of["AVAL"].to_numpy(float), of["event"].to_numpy(bool), of["USUBJID"]
    for t in end_point_times(book, code, arm):
        shown["events to", code, arm, t] = sets.of(ids[event & (time <= t)])
    if ("kaplan_meier", code, "", "", arm, "n") in shown:
        for t in end_point_times(book, code, arm, censored=True):
            shown["at risk", code, arm, t] = sets.of(ids[time >= t])
    times = sorted({*time_ticks(book, code), *book.landmarks, np.inf})
    for first, last in itertools.combinations(times, 2):
        between = (time > first) & (time <= last)
        secret["events", code, arm, first, last] = sets.of(ids[event & between])
        secret["censored", code, arm, first, last] = sets.of(ids[~event & between])
        secret["event-free", code, arm, last] = sets.of(ids[~(event & (time <= last))])


def as_frame(found: list[tuple]) -> pd.DataFrame:
    """Return what was recovered, for a message."""
    return pd.DataFrame([(str(name), n) for name, n in found], columns=["what", "patients"])
