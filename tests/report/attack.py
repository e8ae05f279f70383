"""An attacker who adds and subtracts all counts shown of confidential data.

A count is of a set of patients. From counts shown the attacker knows every linear combination of
them: the count of a set is recovered where its indicator is such a combination. The sets here are
made from the data by definitions of their own, not by the program's.
"""

import itertools

import numpy as np
import pandas as pd

from trialbook.analyses import all_results, time_ticks
from trialbook.report.withholding import end_point_times, withheld

COUNTED = [
    "adverse_events",
    "baseline",
    "centre",
    "composite",
    "cox",
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
    not_as_it_is = set(withheld(results, trial))
    names = ["analysis", "paramcd", "arm", "subgroup", "level", "time", "method", "statistic"]
    known = set()
    for *of, value in results[[*names, "value"]].itertuples(index=False, name=None):
        analysis, code, arm, subgroup, level, time, method, statistic = of
        time = None if time != time else time
        key = (analysis, code, arm, subgroup, level, time, method, statistic)
        if key in not_as_it_is or value != value:
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
        "disposition": ("disposition", "RANDFL", "", "RANDOMIZED", arm, "n"),
        "kaplan_meier": ("kaplan_meier", code, "", "", arm, "n"),
        "response": ("disposition", "ITTFL", "", "EFFICACY", arm, "n"),
        "composite": ("kaplan_meier", code, "", "", arm, "n"),
    }.get(analysis, (analysis, code, subgroup, "", arm, "n"))


def recovered(trial, least: int) -> list[tuple]:
    """Return the small counts which the counts shown give away, each named.

    Parameters
    ----------
    trial : Trial
    least : int
        Counts from 1 to one less are small.
    """
    sets = Sets(trial)
    known = shown_counts(trial)
    rows = {key: of for key, of in sets.found.items() if key in known}
    targets = dict(sets.found)
    for inner, outer in sets.nested:
        targets["in", outer, "not in", inner] = sets.found[outer] & ~sets.found[inner]
    for endpoint, arm in itertools.product(trial.endpoints, trial.arms):
        _at_times(trial, sets, endpoint.paramcd, arm.code, rows, targets)
    matrix = np.array(list(rows.values()), float)
    # An orthonormal basis of all that can be reached by adding and subtracting.
    _, sizes, basis = np.linalg.svd(matrix, full_matrices=False)
    basis = basis[sizes > 1e-9 * sizes[0]]
    found = []
    for name, of in targets.items():
        if not 0 < of.sum() < least:
            continue
        target = of.astype(float)
        if np.abs(target - basis.T @ (basis @ target)).max() < 1e-7:
            found.append((name, int(of.sum())))
    return found


def _at_times(trial, sets: Sets, code: str, arm: str, rows: dict, targets: dict) -> None:
    """Add what the curve shows at its times, and what happens between any two times."""
    data = trial.time_to_event(code)
    of = data[(data["arm"] == arm).to_numpy()]
    time, event, ids = of["AVAL"].to_numpy(float), of["event"].to_numpy(bool), of["USUBJID"]
    for t in end_point_times(trial, code, arm):
        rows["events to", code, arm, t] = sets.of(ids[event & (time <= t)])
    if ("kaplan_meier", code, "", "", arm, "n") in rows:
        for t in end_point_times(trial, code, arm, censored=True):
            rows["at risk", code, arm, t] = sets.of(ids[time >= t])
    times = sorted({*time_ticks(trial, code), *trial.landmarks, np.inf})
    for first, last in itertools.combinations(times, 2):
        between = (time > first) & (time <= last)
        targets["events", code, arm, first, last] = sets.of(ids[event & between])
        targets["censored", code, arm, first, last] = sets.of(ids[~event & between])
        targets["event-free", code, arm, last] = sets.of(ids[~(event & (time <= last))])


def as_frame(found: list[tuple]) -> pd.DataFrame:
    """Return what was recovered, for a message."""
    return pd.DataFrame([(str(name), n) for name, n in found], columns=["what", "patients"])
