"""Which lines of adverse events are withheld: groups and classes, terms within classes, grades."""

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.safe.anchors import (
    nearly_with_event,
    populations,
    shown_populations,
    with_any_event,
)
from trialbook.safe.arithmetic import Counts, apart, of_everyone, secret_parts, secret_subsets
from trialbook.safe.decisions import Decisions, Line, counts_of, families, key

if TYPE_CHECKING:
    from trialbook.trial import Trial

# Each patient has one worst severity; of related and unrelated events a patient may have both.
WORST = "AESEV"


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
    counted = counts_of(results, "n")
    grades = {line: of for line, of in counted.items() if "=" in line.level and _of_any(line)}
    lines = {line: of for line, of in counted.items() if line not in grades}
    hidden = _secret_groups(lines, trial)
    hidden |= _secret_terms(lines, hidden, trial)
    hidden |= _secret_grades(grades, trial)
    decisions.lines |= {key(line) for line in hidden}
    if "safety" not in shown_populations(trial):
        decisions.coarse |= {key(line) for line in counted}


def _of_any(line: Line) -> bool:
    return line.paramcd == "any"


def _line_of(lines: dict[Line, Counts], name: str, variable: str = "") -> Line | None:
    """Return the line of a group, a class or a term; its level tells variables apart."""
    by_name = {(line.paramcd, line.level): line for line in lines if line.paramcd == name}
    return by_name.get((name, variable)) or by_name.get((name, ""))


def _secret_groups(lines: dict[Line, Counts], trial: "Trial") -> set[Line]:
    """Return what the population, any event, and serious events tell by subtraction."""
    least, safety = trial.min_cell, populations(trial)["safety"]
    hidden = secret_subsets(list(lines.items()), safety, least, everyone=True)
    anyone = _line_of(lines, "any")
    if anyone and anyone not in hidden:
        rest = [(line, counts) for line, counts in lines.items() if line != anyone]
        hidden |= secret_subsets(rest, lines[anyone], least)
    for inner, outer in (("fatal", "serious"), ("withdrawal", "any")):
        one, other = _line_of(lines, inner), _line_of(lines, outer)
        if one and other and not apart(lines[one], lines[other], least):
            hidden.add(one)
    events = trial.treatment_emergent()
    if (fatal := _line_of(lines, "fatal")) and "AEOUT" in events:
        died = events.loc[(events["AEOUT"] == "FATAL").to_numpy(), "USUBJID"]
        if nearly_with_event(trial, died):
            hidden.add(fatal)
    return hidden


def _secret_terms(lines: dict[Line, Counts], hidden: set[Line], trial: "Trial") -> set[Line]:
    """Return the terms that the number of their class, where it is shown, tells."""
    found: set[Line] = set()
    for name, terms in _classes(trial).items():
        whole = _line_of(lines, name, "AEBODSYS")
        inside = [line for term in terms if (line := _line_of(lines, term, "AEDECOD"))]
        if whole and whole not in hidden | found and inside:
            within = [(line, lines[line]) for line in inside]
            found |= secret_subsets(within, lines[whole], trial.min_cell, covering=True)
    return found


def _secret_grades(grades: dict[Line, Counts], trial: "Trial") -> set[Line]:
    """Return the severities, and relations to treatment, that must be hidden.

    They stand in a table of their own, whose results do not hold the number with any event.
    """
    least, hidden = trial.min_cell, set()
    anyone, safety = with_any_event(trial), populations(trial)["safety"]
    for parts in families(grades).values():
        by_variable = defaultdict(dict)
        for line, counts in parts.items():
            by_variable[line.level.partition("=")[0]][line] = counts
        for variable, of in by_variable.items():
            # Where everyone had an event, all grades together would say so.
            rarest = [min(of, key=lambda line: sum(of[line].values()))]
            secret = rarest if of_everyone(anyone, safety) else ()
            for whole in (anyone, safety):
                if variable == WORST:
                    hidden |= secret_parts(of, whole, least, secret=secret)
                else:
                    hidden |= secret_subsets(list(of.items()), whole, least, covering=True)
    return hidden
