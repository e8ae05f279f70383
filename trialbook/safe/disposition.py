"""Which lines of the flow of patients are withheld, and which reasons over time.

A line is withheld in all its columns: the other groups, the total and the comparison would give
a small count away.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.analyses.common import categories
from trialbook.analyses.discontinuation import leaving_times
from trialbook.analyses.disposition import disposition as disposition_results
from trialbook.safe.anchors import nearly_with_event, populations
from trialbook.safe.arithmetic import Counts, ladder, of_everyone, secret_parts, total
from trialbook.safe.decisions import NO_TIME, Decisions, Line, counts_of, families, key

if TYPE_CHECKING:
    from trialbook.trial import Trial

# Of these DCSREAS and DCTREAS are the reasons.
REASONS = {"DCSREAS": "EOSSTT", "DCTREAS": "EOTSTT"}

DISCONTINUED = "DISCONTINUED"

# Populations of the disposition in the order in which they are shown.
SIZES = ["EFFICACY", "RANDOMIZED", "SAFETY", "TREATED", "PER-PROTOCOL", "SCREENED"]


def disposition(results: pd.DataFrame, trial: "Trial", decisions: Decisions) -> None:
    """Decide on the flow of patients: populations, statuses, reasons."""
    lines = counts_of(results, "n")
    by_level = {line.level: line for line in lines if line.level in SIZES}
    sizes = {by_level[level]: lines[by_level[level]] for level in SIZES if level in by_level}
    known = ladder(sizes.items(), trial.min_cell)
    codes = {line.paramcd for line in sizes}
    statuses = {of[1]: parts for of, parts in families(lines).items() if of[1] not in codes}
    hidden = (set(sizes) - set(known)) | _secret_statuses(statuses, trial)
    decisions.lines |= {key(line) for line in hidden}
    if any(line.level == "RANDOMIZED" for line in hidden):
        shown = {line for parts in statuses.values() for line in parts} | set(known)
        decisions.coarse |= {key(line) for line in shown if line.level not in SIZES}
        # The percentage of a population is of the randomized: with its size it would tell theirs.
        decisions.rows |= {(key(line, method=True), "", "percent") for line in known}


def _secret_statuses(statuses: dict[str, dict[Line, Counts]], trial: "Trial") -> set[Line]:
    """Return the statuses and reasons, by variable, that must be hidden."""
    least, everyone = trial.min_cell, populations(trial)["randomized"]
    hidden: set[Line] = set()
    for variable, parts in statuses.items():
        if variable not in REASONS:
            of_all = {line for line, counts in parts.items() if of_everyone(counts, everyone)}
            hidden |= secret_parts(parts, everyone, least, secret=of_all)
            continue
        status = statuses.get(REASONS[variable], {})
        left = [counts for line, counts in status.items() if line.level == DISCONTINUED]
        whole = left[0] if left and _covers(left[0], total(parts)) else total(parts)
        hidden |= secret_parts(parts, whole, least)
        hidden |= _of_end_points(parts, hidden, trial)
    for reasons, status in REASONS.items():
        if {reasons, status} <= set(statuses):
            # The reasons stand in for having left: their sum would tell how many have not.
            finer = {k: v for k, v in statuses[status].items() if k.level != DISCONTINUED}
            hidden |= secret_parts(finer | statuses[reasons], everyone, least)
    return hidden


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
            together = total({one: of for one, of in parts.items() if one in beside})
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


@lru_cache(maxsize=8)
def rare_reasons(trial: "Trial") -> frozenset[tuple[str, str]]:
    """Return status and reason of what so few patients left for that it must not be named."""
    found = set()
    for status, (patients, levels) in leaving_times(trial)[0].items():
        counts = patients["cause"].value_counts()
        found |= {
            (status, level)
            for cause, level in enumerate(levels, start=1)
            if 0 < counts.get(cause, 0) < trial.min_cell
        }
    return frozenset(found)


def _covers(whole: Counts, total: Counts) -> bool:
    return all(whole.get(column, 0) >= n for column, n in total.items())
