"""What a paper leaves open: results that differ between data sets which all print it.

``seeds.csv`` holds, for data sets made with different seeds that all give back the printed
figures, the results that the paper does not print. Their range says what the paper leaves open.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trialbook.results import KEY

if TYPE_CHECKING:
    from trialbook.trial import Trial

OF = KEY[1:]


def load_seeds(trial: "Trial | str | Path") -> pd.DataFrame:
    """Read the results of a trial's other seeds.

    Parameters
    ----------
    trial : Trial, str or Path
        A trial whose trial.yml names a ``seeds`` file, or that file.

    Returns
    -------
    pandas.DataFrame
        seed, the key of a result without chapter, value.

    Raises
    ------
    ValueError
        When the trial has no such file, a column is missing, or a seed gives a result twice.
    """
    path = trial if isinstance(trial, str | Path) else trial.seeds
    if path is None:
        raise ValueError(f"{trial.id}: trial.yml names no file of seeds")
    text = {column: str for column in OF if column != "time"}
    table = pd.read_csv(
        path, dtype=text, keep_default_na=False, na_values={"time": "", "value": ""}
    )
    missing = [column for column in ["seed", *OF, "value"] if column not in table]
    if missing:
        raise ValueError(f"{Path(path).name}: no column {', '.join(missing)}")
    table = table.astype({"time": float, "value": float})
    if table.duplicated(["seed", *OF]).any():
        raise ValueError(f"{Path(path).name}: a seed gives the same result twice")
    return table


def open_results(seeds: pd.DataFrame, results: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the range over seeds of every result that the paper leaves open.

    Parameters
    ----------
    seeds : pandas.DataFrame
        See `load_seeds`.
    results : pandas.DataFrame, optional
        Results of this book's own data.

    Returns
    -------
    pandas.DataFrame
        A row per result in their order: its key, n_seeds (with a value), lowest, median, highest,
        and value in this book's data (NaN where unknown).
    """
    grouped = seeds.groupby(OF, sort=False, dropna=False)["value"]
    ranges = grouped.agg(n_seeds="count", lowest="min", median="median", highest="max")
    ranges = ranges.reset_index()
    if results is None:
        return ranges.assign(value=np.nan)
    own = results.drop_duplicates(OF)[[*OF, "value"]]
    return ranges.merge(own, on=OF, how="left")
