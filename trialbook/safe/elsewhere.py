"""The gate for results made elsewhere, of guarded data, without the patients they are of.

The other rules look at patients: who is in two sets, whose value a mean tells, when somebody had
the event. Here only what the given counts themselves prove to be safe is shown, sets of patients
are taken for nested where they could be, and everything else is withheld.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.analyses.adverse_events import GROUPS
from trialbook.safe.anchors import (
    ALL,
    is_component,
    populations,
    shown_end_points,
    shown_populations,
)
from trialbook.safe.arithmetic import Counts, any_small, apart, of_everyone
from trialbook.safe.decisions import Line, counts_of

if TYPE_CHECKING:
    from trialbook.trial import Trial

# Effects that tell of no time but the horizon, and of no patients but an arm's.
_EFFECTS = ("cox", "log_rank", "multiplicity", "incidence_rate", "rmst")
_COUNTS = ("n", "n_missing", "n_events")
# Variables whose categories each patient has one of, and the population of which they are.
_DESCRIBED = {"baseline": "efficacy", "disposition": "randomized"}
_FLAGS = {"RANDOMIZED": "randomized", "EFFICACY": "efficacy", "SAFETY": "safety"}
_STATUSES = ("EOSSTT", "EOTSTT")


def proved_safe(rows: pd.DataFrame, trial: "Trial") -> pd.Series:
    """Return which rows of guarded results readers may see.

    Parameters
    ----------
    rows : pandas.DataFrame
        Results, missing time as `NO_TIME`; curves as they are, of which none is safe.
    trial : Trial
        A trial of results.

    Returns
    -------
    pandas.Series of bool
        Index as of `rows`.
    """
    proofs = (
        _sizes(rows, trial),
        _end_points(rows, trial),
        _effects(rows, trial),
        _described(rows, trial),
        _groups_of_harms(rows, trial),
        rows["analysis"].eq("design") & ~rows["level"].isin(["observed"]),
    )
    return pd.concat(proofs, axis=1).any(axis=1)


def _sizes(rows: pd.DataFrame, trial: "Trial") -> pd.Series:
    """Return the rows that are the size of a population that may be shown."""
    shown = [level for level, name in _FLAGS.items() if name in shown_populations(trial)]
    of = rows["analysis"].eq("disposition") & rows["level"].isin(shown)
    return of & rows["statistic"].isin(["n", "percent"])


@lru_cache(maxsize=8)
def open_arms(trial: "Trial") -> frozenset[tuple[str, str]]:
    """Return end point and arm of which patients and events may be shown: many with it and without.

    Two end points are taken for nested: where their events differ by few patients in an arm, the
    later one of trial.yml is not shown, the primary one never for that; nor is a component of a
    composite.
    """
    least, shown = trial.min_cell, []
    found: set[tuple[str, str]] = set()
    codes = [trial.primary.paramcd, *(one.paramcd for one in trial.endpoints)]
    for code in dict.fromkeys(codes):
        patients, events = trial.patients_and_events(code)
        known = [arm.code for arm in trial.arms if {arm.code} <= patients.keys() & events.keys()]
        if code not in shown_end_points(trial) or is_component(trial, code):
            continue
        if not all(apart(events, other, least) for other in shown):
            continue
        free = {arm: patients[arm] - events[arm] for arm in known}
        many = [arm for arm in known
                if not any_small({arm: events[arm]}, least) and free[arm] >= least]  # fmt: skip
        # The whole, or what is left of it, would tell the one arm that is not shown.
        if len(many) == len(trial.arms):
            found |= {(code, arm) for arm in many}
            shown.append(events)
    return frozenset(found)


def _end_points(rows: pd.DataFrame, trial: "Trial") -> pd.Series:
    of = rows["analysis"].eq("kaplan_meier") & rows["level"].eq("") & rows["time"].lt(0)
    return of & _in(rows, ["paramcd", "arm"], open_arms(trial))


def _effects(rows: pd.DataFrame, trial: "Trial") -> pd.Series:
    """Return the effects between arms whose events may be known, of no more than these."""
    arms = open_arms(trial)
    pairs = {
        (endpoint.paramcd, one.name)
        for endpoint in trial.endpoints
        for one in trial.comparisons
        if {(endpoint.paramcd, one.treated.code), (endpoint.paramcd, one.control.code)} <= arms
    }
    whole = {(code, ALL) for code, _ in arms}
    of = rows["analysis"].isin(_EFFECTS) & rows["level"].eq("") & rows["subgroup"].eq("")
    of &= _in(rows, ["paramcd", "arm"], arms | pairs | whole)
    times = [-1.0, *([trial.horizon] if trial.horizon else []), *trial.landmarks]
    # How many patients a model is of may be few less than all.
    counted = rows["analysis"].eq("cox") & rows["statistic"].isin(_COUNTS)
    return of & rows["time"].isin(times) & ~counted


def _described(rows: pd.DataFrame, trial: "Trial") -> pd.Series:
    """Return counts of categories that are many in each arm, and add up to all its patients."""
    found = pd.Series(False, index=rows.index)
    wanted = rows["analysis"].isin(_DESCRIBED) & rows["subgroup"].eq("") & rows["time"].lt(0)
    wanted &= rows["analysis"].ne("disposition") | rows["paramcd"].isin(_STATUSES)
    for (analysis, _), of in rows[wanted].groupby(["analysis", "paramcd"], sort=False):
        whole = populations(trial)[_DESCRIBED[str(analysis)]]
        parts = {line: n for line, n in counts_of(of, "n").items() if line.level}
        if _DESCRIBED[str(analysis)] in shown_populations(trial) and _all_many(parts, whole, trial):
            shares = of["level"].ne("") & of["statistic"].isin(["n", "percent"])
            found |= shares.reindex(rows.index, fill_value=False)
    return found


def _all_many(parts: dict[Line, Counts], whole: Counts, trial: "Trial") -> bool:
    """Return whether parts make up a whole, none of them of few patients or, in an arm, of all."""
    sums = {arm: sum(of.get(arm, 0) for of in parts.values()) for arm in whole}
    return (
        len(whole) == len(trial.arms) + 1
        and bool(parts)
        and sums == dict(whole) | {ALL: sums.get(ALL, 0)}
        and not any(
            any_small(of, trial.min_cell) or of_everyone(of, whole) for of in parts.values()
        )
    )


def _groups_of_harms(rows: pd.DataFrame, trial: "Trial") -> pd.Series:
    """Return counts of named groups of adverse events that are far from each other and from all."""
    safety = shown_populations(trial).get("safety", {})
    of = rows["analysis"].eq("adverse_events") & rows["level"].eq("") & rows["time"].lt(0)
    of &= rows["paramcd"].isin([*GROUPS, *trial.config.adverse_events])
    counts = {line.paramcd: n for line, n in counts_of(rows[of], "n").items() if not line.method}
    named = [name for name in (*GROUPS, *trial.config.adverse_events) if name in counts]
    shown = set(_far_apart(((name, counts[name]) for name in named), safety, trial))
    compared = rows["method"].str.startswith(("newcombe", "fisher"))
    plain = rows["method"].eq("") & rows["statistic"].isin(["n", "percent"])
    return of & rows["paramcd"].isin(shown) & (plain | compared)


def _far_apart(
    candidates: Iterable[tuple[str, Counts]], whole: Counts, trial: "Trial"
) -> Iterator[str]:
    arms, least = {arm.code for arm in trial.arms}, trial.min_cell
    kept = [whole]
    for name, counts in candidates:
        small = any_small(counts, least) or of_everyone(counts, whole)
        known = arms <= counts.keys() & whole.keys()
        if known and not small and all(apart(counts, one, least) for one in kept):
            kept.append(counts)
            yield name


def _in(rows: pd.DataFrame, names: list[str], wanted: Iterable[tuple]) -> pd.Series:
    found = pd.MultiIndex.from_frame(rows[names]).isin(list(wanted)) if len(rows) else []
    return pd.Series(found, index=rows.index, dtype=bool)
