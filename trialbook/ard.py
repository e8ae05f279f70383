"""``ard.csv``: results with what they are of, how they are printed, what readers see of them."""

from typing import TYPE_CHECKING

import pandas as pd

from trialbook.basis import basis_of
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
        basis=basis_of(full, trial),
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
