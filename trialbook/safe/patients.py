"""Which lines of the tables of patients are withheld: disposition, baseline, harms, laboratory.

A line is withheld in all its columns: the other groups, the total and the comparison would give
a small count away.
"""

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.analyses.common import categories
from trialbook.analyses.disposition import disposition as disposition_results
from trialbook.safe.anchors import (
    known_denominator,
    nearly_with_event,
    populations,
    shown_populations,
    with_any_event,
)
from trialbook.safe.arithmetic import (
    Counts,
    any_small,
    apart,
    ladder,
    secret_parts,
    secret_subsets,
)
from trialbook.safe.decisions import (
    NO_TIME,
    Decisions,
    Line,
    counts_of,
    families,
    key,
)

if TYPE_CHECKING:
    from trialbook.trial import Trial

OF_POPULATION = {
    "adverse_events": "safety",
    "exposure": "safety",
    "laboratory": "safety",
    "liver": "safety",
}
# Of these DCSREAS and DCTREAS are the reasons.
REASONS = {"DCSREAS": "EOSSTT", "DCTREAS": "EOTSTT"}
DISCONTINUED = "DISCONTINUED"
# Each patient has one worst severity; of related and unrelated events a patient may have both.
WORST = "AESEV"
# Populations of the disposition in the order in which they are shown.
SIZES = ["EFFICACY", "RANDOMIZED", "SAFETY", "TREATED", "PER-PROTOCOL", "SCREENED"]


def described(results: pd.DataFrame, trial: "Trial", decisions: Decisions) -> None:
    """Decide on any lines of counts: numbers described, categories counted, by arm.

    Categories of one variable are parts of the patients with a value. Where the number of these
    cannot be shown, since it would tell how few have none, categories keep a whole percentage.
    """
    least = trial.min_cell
    lines = counts_of(results, "n")
    wholes = {line: counts for line, counts in lines.items() if not line.level}
    for line, counts in wholes.items():
        population = OF_POPULATION.get(line.analysis, "efficacy")
        if any_small(counts, least):
            decisions.lines.add(key(line))
        elif line.subgroup or not known_denominator(trial, counts, population):
            decisions.counts.add(key(line))
    for (analysis, paramcd, subgroup, time, method), parts in families(lines).items():
        of = Line(analysis, paramcd, subgroup, "", time, method)
        whole = wholes.get(of)
        if whole is None:
            whole = _sum_where_known(parts, trial)
        if whole is None:
            sizes = list(shown_populations(trial).values()) or [{}]
            for size in sizes:
                hidden = secret_subsets(list(parts.items()), size, least)
                decisions.lines |= {key(line) for line in hidden}
            continue
        decisions.lines |= {key(line) for line in secret_parts(parts, whole, least)}
        population = OF_POPULATION.get(analysis, "efficacy")
        if key(of) in decisions.counts or not known_denominator(trial, whole, population):
            decisions.coarse |= {key(line) for line in parts}


def _sum_where_known(parts: dict[Line, Counts], trial: "Trial") -> Counts | None:
    """Return the population that categories make up, None where they make up none."""
    columns = dict.fromkeys(column for counts in parts.values() for column in counts)
    total = {column: sum(of.get(column, 0) for of in parts.values()) for column in columns}
    for size in populations(trial).values():
        if all(size.get(column) == n for column, n in total.items()):
            return total
    return None


def disposition(results: pd.DataFrame, trial: "Trial", decisions: Decisions) -> None:
    """Decide on the flow of patients: populations, statuses, reasons."""
    least = trial.min_cell
    lines = counts_of(results, "n")
    by_level = {line.level: line for line in lines if line.level in SIZES}
    sizes = [(by_level[level], lines[by_level[level]]) for level in SIZES if level in by_level]
    known = ladder(sizes, least)
    hidden = {line for line, _ in sizes} - set(known)
    groups = {of: parts for of, parts in families(lines).items() if of[1] not in _size_codes(sizes)}
    statuses = {of[1]: parts for of, parts in groups.items()}
    everyone = populations(trial)["randomized"]
    for variable, parts in statuses.items():
        whole = everyone
        if variable in REASONS:
            status = statuses.get(REASONS[variable], {})
            left = [counts for line, counts in status.items() if line.level == DISCONTINUED]
            total = _total(parts)
            whole = left[0] if left and _covers(left[0], total) else total
        hidden |= secret_parts(parts, whole, least)
        if variable in REASONS:
            hidden |= _of_end_points(parts, hidden, trial)
    for reasons, status in REASONS.items():
        if {reasons, status} <= set(statuses):
            # The reasons stand in for having left: their sum would tell how many have not.
            finer = {k: v for k, v in statuses[status].items() if k.level != DISCONTINUED}
            hidden |= secret_parts(finer | statuses[reasons], everyone, least)
    decisions.lines |= {key(line) for line in hidden}
    if any(line.level == "RANDOMIZED" for line in hidden):
        shown = {line for parts in statuses.values() for line in parts} | set(known)
        decisions.coarse |= {key(line) for line in shown if line.level not in SIZES}
        # The percentage of a population is of the randomized: with its size it would tell theirs.
        decisions.rows |= {(key(line, method=True), "", "percent") for line in known}


def _of_end_points(parts: dict[Line, Counts], hidden: set[Line], trial: "Trial") -> set[Line]:
    """Return the reasons that an end point's events would tell of, and enough to hide them in."""
    patients, least = trial.randomized_population(), trial.min_cell
    text, _ = categories(patients[next(iter(parts)).paramcd])
    found: set[Line] = set()
    for line, counts in parts.items():
        if line in hidden or not nearly_with_event(
            trial, patients.loc[(text == line.level).to_numpy(), "USUBJID"]
        ):
            continue
        found.add(line)
        others = sorted(set(parts) - {line}, key=lambda one: sum(parts[one].values()))
        for other in others:
            beside = (hidden | found) - {line}
            together = _total({one: of for one, of in parts.items() if one in beside})
            if all(together.get(column, 0) >= least for column, n in counts.items() if n):
                break
            found.add(other)
    return found


@lru_cache(maxsize=8)
def secret_reasons(trial: "Trial") -> frozenset[tuple[str, str]]:
    """Return the reasons which the table of who left and stopped withholds: (status, reason)."""
    decisions = Decisions()
    disposition(disposition_results(trial).fillna({"time": NO_TIME}), trial, decisions)
    return frozenset(
        (REASONS[variable], level)
        for _, variable, _, level, *_ in decisions.lines
        if variable in REASONS
    )


def discontinuation(results: pd.DataFrame, trial: "Trial", decisions: Decisions) -> None:
    """Withhold over time the reasons that are withheld in number.

    Where all were observed, a reason's share at the end is its number.
    """
    secret = secret_reasons(trial)
    lines = results[["paramcd", "level", "time"]].drop_duplicates()
    for paramcd, level, time in lines.itertuples(index=False):
        if (paramcd, level) in secret:
            decisions.lines.add(key(Line("discontinuation", paramcd, level=level, time=time)))


def _size_codes(sizes: list) -> set[str]:
    return {line.paramcd for line, _ in sizes}


def _total(parts: dict[Line, Counts]) -> Counts:
    columns = dict.fromkeys(column for counts in parts.values() for column in counts)
    return {column: sum(of.get(column, 0) for of in parts.values()) for column in columns}


def _covers(whole: Counts, total: Counts) -> bool:
    return all(whole.get(column, 0) >= n for column, n in total.items())


@lru_cache(maxsize=8)
def _classes(trial: "Trial") -> dict[str, list[str]]:
    """Return the preferred terms of each system organ class."""
    events = trial.treatment_emergent()
    if events is None or not {"AEBODSYS", "AEDECOD"} <= set(events):
        return {}
    pairs = events[["AEBODSYS", "AEDECOD"]].dropna().drop_duplicates().astype(str)
    return {name: list(of["AEDECOD"]) for name, of in pairs.groupby("AEBODSYS", observed=True)}


def adverse_events(results: pd.DataFrame, trial: "Trial", decisions: Decisions) -> None:
    """Decide on adverse events: groups and classes within the population, terms within classes."""
    least, safety = trial.min_cell, populations(trial)["safety"]
    counted = counts_of(results, "n")
    severity = [name for name in counted if "=" in name.level and name.paramcd == "any"]
    lines = {line: counts for line, counts in counted.items() if line not in severity}
    hidden = secret_subsets(list(lines.items()), safety, least)
    by_name = {(line.paramcd, line.level): line for line in lines}

    def line_of(name: str, variable: str = "") -> Line | None:
        return by_name.get((name, variable)) or by_name.get((name, ""))

    anyone = line_of("any")
    if anyone and anyone not in hidden:
        rest = [(line, counts) for line, counts in lines.items() if line != anyone]
        hidden |= secret_subsets(rest, lines[anyone], least)
    for inner, outer in (("fatal", "serious"), ("withdrawal", "any")):
        one, other = line_of(inner), line_of(outer)
        if one and other and not apart(lines[one], lines[other], least):
            hidden.add(one)
    events = trial.treatment_emergent()
    if (fatal := line_of("fatal")) and "AEOUT" in events:
        died = events.loc[(events["AEOUT"] == "FATAL").to_numpy(), "USUBJID"]
        if nearly_with_event(trial, died):
            hidden.add(fatal)
    for name, terms in _classes(trial).items():
        whole = line_of(name, "AEBODSYS")
        inside = [line for term in terms if (line := line_of(term, "AEDECOD"))]
        if whole and whole not in hidden and inside:
            within = [(line, lines[line]) for line in inside]
            hidden |= secret_subsets(within, lines[whole], least, covering=True)
    if severity:
        # They stand in a table of their own, whose results do not hold the number with any event.
        for parts in families({line: counted[line] for line in severity}).values():
            by_variable = defaultdict(dict)
            for line, counts in parts.items():
                by_variable[line.level.partition("=")[0]][line] = counts
            for variable, of_variable in by_variable.items():
                for whole in (with_any_event(trial), safety):
                    if variable == WORST:
                        hidden |= secret_parts(of_variable, whole, least)
                    else:
                        within = list(of_variable.items())
                        hidden |= secret_subsets(within, whole, least, covering=True)
    decisions.lines |= {key(line) for line in hidden}
    if "safety" not in shown_populations(trial):
        decisions.coarse |= {key(line) for line in counted}


def deviations(results: pd.DataFrame, trial: "Trial", decisions: Decisions) -> None:
    """Decide on protocol deviations: kinds overlap, and all lie within the patients with any."""
    least, size = trial.min_cell, populations(trial)["efficacy"]
    lines = counts_of(results, "n")
    hidden = secret_subsets(list(lines.items()), size, least)
    for anyone in (line for line in lines if line.paramcd == "any" and line not in hidden):
        kinds = [(line, counts) for line, counts in lines.items() if line != anyone]
        hidden |= secret_subsets(kinds, lines[anyone], least, covering=True)
    decisions.lines |= {key(line) for line in hidden}
    if "efficacy" not in shown_populations(trial):
        decisions.coarse |= {key(line) for line in lines}


def laboratory(results: pd.DataFrame, trial: "Trial", decisions: Decisions) -> None:
    """Decide on laboratory values: how many were measured at each visit, shifts of range.

    Between visits as many patients more or fewer may have come; their number is not shown where
    it would be small.
    """
    least = trial.min_cell
    by_parameter: dict[str, dict[Line, Counts]] = defaultdict(dict)
    for line, counts in counts_of(results, "n").items():
        by_parameter[line.paramcd][line] = counts
    for lines in by_parameter.values():
        measured = {line: counts for line, counts in lines.items() if not line.level}
        shifts = families(lines)
        totals = {of: _total(parts) for of, parts in shifts.items()}
        order = sorted(measured.items(), key=lambda item: (item[0].time, item[0].method))
        known = ladder([*order, *totals.items()], least, shown_populations(trial).values())
        for line, counts in measured.items():
            if any_small(counts, least):
                decisions.lines.add(key(line, method=True))
            elif line not in known:
                decisions.counts.add(key(line, method=True))
        for of, parts in shifts.items():
            hidden = secret_parts(parts, totals[of], least)
            decisions.lines |= {key(line, method=True) for line in hidden}
            if of not in known:
                decisions.coarse |= {key(line, method=True) for line in parts}


def response(results: pd.DataFrame, trial: "Trial", decisions: Decisions) -> None:
    """Decide on yes/no outcomes of the efficacy population."""
    size = populations(trial)["efficacy"]
    lines = counts_of(results, "n")
    hidden = secret_subsets(list(lines.items()), size, trial.min_cell)
    decisions.lines |= {key(line) for line in hidden}
