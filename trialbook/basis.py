"""What a number of synthetic patients rests on: the paper's figures, or the search's chance.

Patients that give back a paper's figures leave free what these do not tie down. `basis_of` says
of each result whether the search aimed at it. `Paper` says what a reader asks: is the number in
the paper, or does it follow from what is, or could it have come out otherwise?
"""

import math
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from trialbook.analyses.intercurrent import event_paramcd
from trialbook.results import CURVE, KEY

if TYPE_CHECKING:
    from trialbook.trial import Trial

Key = tuple[Any, ...]
_NAMES = tuple(KEY[1:])
# Not of these patients: what was planned, what other trials found.
_ELSEWHERE = {"design", "evidence"}
# Where a count without a level is the size of a group, which every paper prints.
_SIZES = {"kaplan_meier", "baseline", "exposure", "cox", "strata", "sensitivity"}
# What is computed from two arms' counts, or means, and from nothing else.
_OF_COUNTS = {"newcombe", "fisher"}
# What is followed over time: at its start nothing has happened, and everybody is there.
_OVER_TIME = {"survival", "cumulative_incidence", "n_at_risk", "n_events"}


def basis_of(frame: pd.DataFrame, trial: "Trial") -> pd.Series:
    """Return the basis of every row of results.

    ``observed``; with synthetic patients ``calibrated`` for a number that the search for the
    patients aimed at (role ``target`` in published.csv) and ``free`` for one that could have come
    out otherwise. What other trials found (analysis ``evidence``) is ``observed`` in any case.
    """
    if not trial.synthetic:
        return pd.Series("observed", index=frame.index)
    targets = printed_keys(trial.published, "target") if trial.published else frozenset()
    keys = frame[KEY[1:]].itertuples(index=False, name=None)
    basis = pd.Series(
        ["calibrated" if comparable(key) in targets else "free" for key in keys],
        index=frame.index,
    )
    elsewhere = (frame["analysis"] == "evidence") & ~frame["level"].isin([trial.id, "pooled"])
    return basis.mask(elsewhere, "observed")


@cache
def printed_keys(published: Path, *roles: str) -> frozenset[Key]:
    """Return the keys of the results that a paper prints, of the roles given.

    Parameters
    ----------
    published : Path
        A trial's ``published.csv``.
    *roles : str
        ``target``: a search for synthetic patients aimed at it; ``unforced``: it came back.
    """
    figures = pd.read_csv(published, dtype=str, keep_default_na=False)
    keys = [f"ard_{column}" for column in KEY[1:]]
    if not {*keys, "role"} <= set(figures):
        return frozenset()
    # A statement in words (ard_expect) selects results by a pattern and aims at no one value.
    one_value = figures.get("ard_expect", pd.Series("", index=figures.index)) == ""
    chosen = figures.loc[figures["role"].isin(roles) & one_value, keys]
    return frozenset(comparable(key) for key in chosen.itertuples(index=False, name=None))


def comparable(key: Key) -> Key:
    """Return a key with its time as text, empty for none, so that NaN equals NaN."""
    *of, time, method, statistic = key
    number = float(time) if time not in ("", None) else math.nan
    return (*of, "" if math.isnan(number) else f"{number:g}", method, statistic)


class Paper:
    """What the paper behind synthetic patients ties down, and what it leaves free.

    Parameters
    ----------
    trial : Trial
        Of patients who are not synthetic, or of no paper, nothing is free.
    """

    def __init__(self, trial: "Trial"):
        self._published = trial.published if trial.synthetic else None
        self._trial = trial

    @cached_property
    def _printed(self) -> frozenset[Key]:
        if self._published is None:
            return frozenset()
        return printed_keys(self._published, "target", "unforced")

    @cached_property
    def _end_points(self) -> dict[str, str | None]:
        """The end points that intercurrent events are, by their names in trial.yml."""
        stated = (one.estimand.intercurrent for one in self._trial.endpoints if one.estimand)
        return {one.event: event_paramcd(self._trial, one) for events in stated for one in events}

    @cached_property
    def _groups(self) -> dict[str, str]:
        """The named groups of adverse events that are one system organ class, by the class."""
        groups = self._trial.config.adverse_events.items()
        whole = ((key, one.where) for key, one in groups if set(one.where) == {"AEBODSYS"})
        return {where["AEBODSYS"][0]: key for key, where in whole if len(where["AEBODSYS"]) == 1}

    def __bool__(self) -> bool:
        """Return whether there is a paper that ties some numbers down and leaves others free."""
        return bool(self._printed)

    def leaves_free(self, key: Key) -> bool:
        """Return whether a result is neither in the paper nor follows from what is.

        Parameters
        ----------
        key : tuple
            From analysis to statistic.
        """
        if not self._printed or key[0] in _ELSEWHERE or comparable(key) in self._printed:
            return False
        return not any(
            all(not self.leaves_free(one) for one in source) for source in self._sources(key)
        )

    def _sources(self, key: Key) -> list[list[Key]]:
        """Return what a result follows from: ways to compute it, each a list of other results."""
        of = dict(zip(_NAMES, key, strict=True))
        analysis, statistic = of["analysis"], of["statistic"]

        def other(**changed: object) -> Key:
            return tuple((of | changed).values())

        if statistic == "n" and analysis in _SIZES and not of["level"] + of["subgroup"]:
            return [[]]
        if of["time"] == 0 and statistic in _OVER_TIME:
            return [[]]
        if analysis == CURVE and of["level"] == "kaplan_meier":
            return [[other(analysis="kaplan_meier", level="")]]
        if analysis == CURVE and of["level"] == "laboratory":
            # a visit is a place on the curve's axis, and the level of a result
            return [[other(analysis="laboratory", level=f"{of['time']:g}", time=None)]]
        if statistic in ("percent", "n_censored"):
            return [[other(statistic="n_events" if analysis == "kaplan_meier" else "n")]]
        if analysis == "intercurrent" and statistic == "n" and key[5] is None:
            code = self._end_points.get(of["level"])
            event = {"analysis": "kaplan_meier", "paramcd": code, "level": ""}
            return [[other(**event, statistic="n_events")]] if code else []
        if analysis == "adverse_events" and of["paramcd"] in self._groups:
            return [[other(paramcd=self._groups[of["paramcd"]], level="")]]
        if of["arm"] == "all" and statistic == "n":
            arms = [arm.code for arm in self._trial.arms]
            return [[other(arm=arm) for arm in arms]]
        if of["method"] in _OF_COUNTS:
            arms = of["arm"].split(" vs ")
            return [[other(arm=arm, method="", statistic="n") for arm in arms]]
        if statistic == "smd" and " vs " in of["arm"]:
            arms = of["arm"].split(" vs ")
            ways = [["n"]] if of["level"] else [["mean", "sd"], ["geometric_mean", "sd"]]
            return [[other(arm=arm, statistic=s) for arm in arms for s in way] for way in ways]
        if analysis == "subgroup" and statistic == "n" and "=" in of["subgroup"]:
            variable, _, level = of["subgroup"].partition("=")
            at = {"paramcd": variable, "subgroup": "", "level": level, "method": ""}
            return [[other(analysis="baseline", **at)]]
        return []
