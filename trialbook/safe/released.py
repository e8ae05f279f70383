"""What would tell a few patients by its difference from what readers were shown before.

A number of events at another cut, survival at another point of a grid. Nothing else combines two
releases: the guide says what that leaves.
"""

import json
import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.released import COUNTED, JUDGED, RELEASED, Released
from trialbook.safe.anchors import populations
from trialbook.safe.arithmetic import is_small
from trialbook.safe.decisions import row_keys

if TYPE_CHECKING:
    from trialbook.trial import Trial

_TELLING = (*JUDGED, "rate", "time_at_risk", "events")
_AT_A_TIME = (*_TELLING, "std_error", "lower", "upper", "difference", "nnt")
_SAFETY = ("adverse_events", "exposure", "laboratory", "liver", "discontinuation")


def released() -> Released:
    """Return the record that a build named, empty outside a build."""
    named = os.environ.get(RELEASED)
    if not named:
        return Released()
    data, _, name = named.partition(":")
    file = Path(name)
    return _read(file, data, file.stat().st_mtime_ns) if file.is_file() else Released()


@lru_cache(maxsize=4)
def _read(file: Path, data: str, _written: int) -> Released:
    record = json.loads(file.read_text(encoding="utf-8"))
    values: dict[tuple, tuple[float, ...]] = {}
    for of, rows in record.get("seen", {}).items():
        for *key, value in rows if of != data else ():
            values[tuple(key)] = (*values.get(tuple(key), ()), value)
    return Released(tuple(record.get("landmarks", ())), values)


def told_before(gated: pd.DataFrame, trial: "Trial") -> pd.Series:
    """Return which results differ by few patients from what readers were shown before.

    Parameters
    ----------
    gated : pandas.DataFrame
        Results that have passed the rules, with values as readers may see them.
    trial : Trial

    Returns
    -------
    pandas.Series of bool
        All counts, and what tells them, of an analysis of the same end point, variable or event
        at the same time, where one has changed by few patients.
    """
    values = released().shown
    found = pd.Series(False, index=gated.index)
    if not values:
        return found
    sizes = populations(trial)
    few = []
    for key, value in zip(row_keys(gated), gated["value"], strict=True):
        before = values.get(key, ())
        weight = _patients(key, sizes) if before else 0.0
        few.append(any(is_small(abs(value - one) * weight, trial.min_cell) for one in before))
    place = _places(gated)
    at_times = gated["time"].notna()
    told = gated["statistic"].isin(_TELLING) | (at_times & gated["statistic"].isin(_AT_A_TIME))
    found = place.isin(place[few]) & told
    counted = gated["analysis"].isin(["kaplan_meier", "incidence_rate"]) & ~at_times
    codes = set(gated.loc[pd.Series(few, index=gated.index) & counted, "paramcd"])
    return found | (counted & told & gated["paramcd"].isin(codes))


def _patients(key: tuple, sizes: dict) -> float:
    """Return how many patients a difference of one stands for."""
    analysis, arm, level, statistic = key[0], key[2], key[4], key[7]
    if statistic in COUNTED:
        return 1.0
    of = level if analysis == "curve" else analysis
    n = sizes["safety" if of in _SAFETY else "efficacy"].get(arm, 0.0)
    return n / 100 if statistic == "percent" else n


def _places(gated: pd.DataFrame) -> pd.Series:
    """Return what is withheld together, as text."""
    drawn = gated["level"].where(gated["analysis"] == "curve", "")
    variable = gated["subgroup"].str.split("=").str[0]
    parts = [gated["analysis"], drawn, gated["paramcd"], variable, gated["time"].astype(str)]
    return pd.Series(["\x1f".join(row) for row in zip(*parts, strict=True)], index=gated.index)
