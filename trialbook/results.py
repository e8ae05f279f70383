"""Results: one tidy frame for every number that the book prints (the Analysis Results Data).

An analysis makes rows with `rows`, several of them are joined by `results_frame`, and tables,
figures and sentences are made from that frame. `ard.csv` is the same frame, sorted, complete
and unique by `KEY`.
"""

import math
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from trialbook.trial import Trial

KEY = ["chapter", "analysis", "paramcd", "arm", "subgroup", "level", "time", "method", "statistic"]
# The analysis of what is drawn as a curve: its `level` names the analysis whose curve it is.
CURVE = "curve"
DESCRIBED = ["population", "dataset", "label", "unit"]
COLUMNS = [*KEY, "value", "printed", "basis", "notice", *DESCRIBED, "state", "shown"]
# The value that readers may see, which takes that of `value` in what lies beside the pages.
SEEN = "seen"


def rows(
    analysis: str,
    statistics: dict[str, float | None],
    *,
    paramcd: str = "",
    arm: str = "",
    subgroup: str = "",
    level: str = "",
    time: float | None = None,
    method: str = "",
) -> list[dict]:
    """Return one row per statistic of one analysis.

    Parameters
    ----------
    analysis : str
        The analysis as the data contract names it, ``"cox"`` say.
    statistics : dict
        Statistic to value, at full precision; None or NaN means *not estimable*.
    paramcd, arm, subgroup, level, time, method
        What the analysis is of; see `KEY`. `time` is in AVAL's unit.

    Returns
    -------
    list of dict
        Rows for `results_frame`.
    """
    of = {
        "analysis": analysis,
        "paramcd": paramcd,
        "arm": arm,
        "subgroup": subgroup,
        "level": level,
        "time": time,
        "method": method,
    }
    return [
        {**of, "statistic": name, "value": None if value is None else float(value)}
        for name, value in statistics.items()
    ]


def results_frame(records: Iterable[dict]) -> pd.DataFrame:
    """Join rows into a tidy frame with the columns from ``analysis`` to ``value``.

    Returns
    -------
    pandas.DataFrame
        Text columns are str, never missing; ``time`` and ``value`` are float, NaN where empty.
    """
    columns = COLUMNS[1:10]
    frame = pd.DataFrame.from_records(list(records), columns=columns)
    return frame.astype(dict.fromkeys(columns, str) | {"time": float, "value": float})


def complete(frame: pd.DataFrame, trial: "Trial", chapter: str) -> pd.DataFrame:
    """Return a results frame with all columns of ``ard.csv``.

    `printed` comes from the book's one formatter. Nothing is withheld here, of confidential data
    either: ``ard.csv`` is for those who have the data. `state` and `shown` say what readers of
    the book see instead, see `trialbook.safe.safe`. `basis` is ``observed``; with synthetic
    patients ``calibrated`` for a number that the search for the patients aimed at (role
    ``target`` in published.csv) and ``free`` for one that could have come out otherwise. What other
    trials found (analysis ``evidence``) is ``observed`` in any case.

    Parameters
    ----------
    frame : pandas.DataFrame
        Results of any number of analyses.
    trial : Trial
        The trial they are of: its units, its digits, its privacy.
    chapter : str
        The chapter that shows them.

    Returns
    -------
    pandas.DataFrame
        The columns `COLUMNS` and `SEEN`, sorted by and unique in `KEY`.

    Raises
    ------
    ValueError
        Two rows have the same key and different values.
    """
    from trialbook.described import described
    from trialbook.printed import printed_results
    from trialbook.safe import safe

    full = frame.drop_duplicates().reset_index(drop=True)
    full = full.assign(
        chapter=chapter,
        printed=printed_results(full, trial),
        basis=_basis(full, trial),
        notice=trial.notice,
        **described(full, trial),
    )
    doubled = full[full.duplicated(KEY, keep=False)]
    if len(doubled):
        first = doubled.iloc[0][KEY].to_dict()
        raise ValueError(f"{len(doubled)} results share a key with another value, first {first}")
    gated = safe(full, trial)
    full = full.assign(state=gated["state"], shown=gated["shown"], seen=gated["value"])
    return full[[*COLUMNS, SEEN]].sort_values(KEY, ignore_index=True)


def _basis(frame: pd.DataFrame, trial: "Trial") -> pd.Series:
    """Return the basis of every row, see `complete`."""
    if not trial.synthetic:
        return pd.Series("observed", index=frame.index)
    targets = calibration_targets(trial.published) if trial.published else set()
    keys = frame[KEY[1:]].itertuples(index=False, name=None)
    basis = pd.Series(
        ["calibrated" if _comparable(key) in targets else "free" for key in keys],
        index=frame.index,
    )
    elsewhere = (frame["analysis"] == "evidence") & ~frame["level"].isin([trial.id, "pooled"])
    return basis.mask(elsewhere, "observed")


@cache
def calibration_targets(published: Path) -> frozenset[tuple]:
    """Return the keys of the results that a search for synthetic patients aimed at."""
    figures = pd.read_csv(published, dtype=str, keep_default_na=False)
    keys = [f"ard_{column}" for column in KEY[1:]]
    if not {*keys, "role"} <= set(figures):
        return frozenset()
    # A statement in words (ard_expect) selects results by a pattern and aims at no one value.
    one_value = figures.get("ard_expect", pd.Series("", index=figures.index)) == ""
    aimed_at = figures.loc[(figures["role"] == "target") & one_value, keys]
    return frozenset(_comparable(key) for key in aimed_at.itertuples(index=False, name=None))


def _comparable(key: tuple) -> tuple:
    """Return a key with its time as text, empty for none, so that NaN equals NaN."""
    *of, time, method, statistic = key
    number = float(time) if time not in ("", None) else math.nan
    return (*of, "" if math.isnan(number) else f"{number:g}", method, statistic)
