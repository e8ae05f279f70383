"""Which parts of an end point's events are withheld: subgroups, components, one among trials."""

from collections import defaultdict
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.safe.anchors import ALL, is_component, patients_and_events, shown_end_points
from trialbook.safe.arithmetic import Counts, any_small, apart, is_small, secret_parts
from trialbook.safe.decisions import Decisions, Line, counts_of, families, key
from trialbook.safe.end_points import hidden_events

if TYPE_CHECKING:
    from trialbook.trial import Trial


def subgroup(results: pd.DataFrame, trial: "Trial", decisions: Decisions) -> None:
    """Decide on subgroups: patients, patients with and without the event, within each arm."""
    least = trial.min_cell
    patients, events = counts_of(results, "n"), counts_of(results, "n_events")
    groups: dict[tuple, list[Line]] = defaultdict(list)
    for line in patients:
        groups[line.paramcd, line.subgroup.partition("=")[0], line.method].append(line)
    for (paramcd, _, _), lines in groups.items():
        if is_component(trial, paramcd) or hidden_events(trial, paramcd):
            # Their sum would tell the end point's events.
            decisions.lines |= {key(line) for line in lines}
            continue
        n, with_event = patients_and_events(trial, paramcd)
        hidden = set()
        without = {arm: n[arm] - with_event[arm] for arm in n}
        event_free = {
            line: {arm: count - events[line].get(arm, 0) for arm, count in patients[line].items()}
            for line in lines
        }
        alike = {line for line in lines if _all_alike(patients[line], events[line])}
        for parts, whole in (
            ({line: patients[line] for line in lines}, n),
            ({line: events[line] for line in lines}, with_event),
            (event_free, without),
        ):
            columns = {arm: whole[arm] for arm in whole if arm != ALL}
            hidden |= secret_parts(parts, columns, least, secret=alike)
        decisions.lines |= {key(line) for line in hidden}
        if paramcd not in shown_end_points(trial):
            decisions.coarse |= {key(line) for line in lines}


def _all_alike(patients: Counts, events: Counts) -> bool:
    """Return whether everyone, or no one, of a subgroup in an arm had the event."""
    return any(n > 0 and events.get(arm, 0) in (0, n) for arm, n in patients.items())


def composite(results: pd.DataFrame, trial: "Trial", decisions: Decisions) -> None:
    """Decide on which component came first, and on which came at all."""
    least = trial.min_cell
    for (_, paramcd, _, _, method), parts in families(counts_of(results, "n")).items():
        _, events = patients_and_events(trial, paramcd)
        columns = {arm: n for arm, n in events.items() if arm != ALL}
        hidden = set(parts)
        first = {line.level: counts for line, counts in parts.items()}
        if (
            method == "first"
            and not hidden_events(trial, paramcd)
            and not any(_later_few(trial, code, counts) for code, counts in first.items())
        ):
            hidden = secret_parts(parts, columns, least)
        decisions.lines |= {key(line, method=True) for line in hidden}
        if paramcd not in shown_end_points(trial):
            decisions.coarse |= {key(line) for line in parts}


def _later_few(trial: "Trial", paramcd: str, first: dict[str, float]) -> bool:
    """Return whether few patients of an arm had a component later than another one.

    Of all who had it, a number shown, those in whom it came first would tell how many.
    """
    if paramcd not in {one.paramcd for one in trial.endpoints}:
        return False
    events, hidden = patients_and_events(trial, paramcd)[1], hidden_events(trial, paramcd)
    return any(
        is_small(events[arm] - n, trial.min_cell)
        for arm, n in first.items()
        if arm in events and arm != ALL and arm not in hidden
    )


def evidence(results: pd.DataFrame, trial: "Trial", decisions: Decisions) -> None:
    """Decide on this trial's line among others': events of patients, the ratio, the average."""
    patients, named = counts_of(results, "n"), {one.paramcd for one in trial.endpoints}
    for line, events in counts_of(results, "n_events").items():
        if line.level != trial.id:
            continue
        n = patients.get(line, {})
        hidden = line.paramcd in named and hidden_events(trial, line.paramcd)
        if hidden or any_small(events, trial.min_cell) or not apart(events, n, trial.min_cell):
            pooled = Line("evidence", line.paramcd, level="pooled")
            decisions.lines |= {key(line), key(pooled)}


def design(_results: pd.DataFrame, trial: "Trial", decisions: Decisions) -> None:
    """Withhold the events observed, and the power with them, where an arm's are withheld."""
    if hidden_events(trial, trial.primary.paramcd):
        decisions.lines.add(key(Line("design", "", level="observed")))
