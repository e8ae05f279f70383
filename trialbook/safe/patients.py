"""Which lines of the tables of patients are withheld: baseline, deviations, laboratory, responses.

A line is withheld in all its columns: the other groups, the total and the comparison would give
a small count away.
"""

from collections import defaultdict
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.safe.anchors import known_denominator, populations, shown_populations
from trialbook.safe.arithmetic import (
    Counts,
    any_small,
    ladder,
    secret_parts,
    secret_subsets,
    total,
)
from trialbook.safe.decisions import NO_TIME, Decisions, Line, counts_of, families, key

if TYPE_CHECKING:
    from trialbook.trial import Trial

OF_POPULATION = {
    "adverse_events": "safety",
    "exposure": "safety",
    "laboratory": "safety",
    "liver": "safety",
}


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
        of_all = {line for line, counts in parts.items() if _of_one_group(counts, whole)}
        decisions.lines |= {key(line) for line in secret_parts(parts, whole, least, secret=of_all)}
        population = OF_POPULATION.get(analysis, "efficacy")
        if key(of) in decisions.counts or not known_denominator(trial, whole, population):
            decisions.coarse |= {key(line) for line in parts}


def _of_one_group(counts: Counts, whole: Counts) -> bool:
    """Return whether all of one group are of a category, and not all of another.

    What all of all groups are is what they were taken into the trial for.
    """
    same = [whole.get(column) == count for column, count in counts.items() if whole.get(column)]
    return any(same) and not all(same)


def _sum_where_known(parts: dict[Line, Counts], trial: "Trial") -> Counts | None:
    """Return the population that categories make up, None where they make up none."""
    columns = dict.fromkeys(column for counts in parts.values() for column in counts)
    total = {column: sum(of.get(column, 0) for of in parts.values()) for column in columns}
    for size in populations(trial).values():
        if all(size.get(column) == n for column, n in total.items()):
            return total
    return None


def deviations(results: pd.DataFrame, trial: "Trial", decisions: Decisions) -> None:
    """Decide on protocol deviations: kinds overlap, and all lie within the patients with any."""
    least, size = trial.min_cell, populations(trial)["efficacy"]
    lines = counts_of(results, "n")
    hidden = secret_subsets(list(lines.items()), size, least, everyone=True)
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
        totals = {of: total(parts) for of, parts in shifts.items()}
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


def intercurrent(results: pd.DataFrame, trial: "Trial", decisions: Decisions) -> None:
    """Decide on intercurrent events of the efficacy population: ever, and by each landmark.

    Between two times as many patients had one as the counts differ by: that must not be small.
    """
    size, least = populations(trial)["efficacy"], trial.min_cell
    courses: dict[tuple, dict[float, tuple[Line, Counts]]] = defaultdict(dict)
    for line, counts in counts_of(results, "n").items():
        courses[line.paramcd, line.level][line.time] = line, counts
    for course in courses.values():
        ever, whole = course.pop(NO_TIME)
        hidden = secret_subsets([(ever, whole)], size, least)
        none = dict.fromkeys(whole, 0.0)
        shown = ladder(course.values(), least, [none, whole])
        hidden = hidden | {line for line, _ in course.values() if hidden or line not in shown}
        decisions.lines |= {key(line) for line in hidden}


def response(results: pd.DataFrame, trial: "Trial", decisions: Decisions) -> None:
    """Decide on yes/no outcomes of the efficacy population."""
    size = populations(trial)["efficacy"]
    lines = counts_of(results, "n")
    hidden = secret_subsets(list(lines.items()), size, trial.min_cell, everyone=True)
    decisions.lines |= {key(line) for line in hidden}
