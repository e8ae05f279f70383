"""``ard.csv``: results with what they are of, how they are printed, what readers see of them."""

import math
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.described import described
from trialbook.printed import printed_results
from trialbook.results import COLUMNS, KEY, SEEN
from trialbook.safe import safe

if TYPE_CHECKING:
    from trialbook.trial import Trial


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
