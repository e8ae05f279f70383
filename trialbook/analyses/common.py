"""What all analyses share: keys of rows, comparisons, remarks."""

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from trialbook.config import Comparison, Endpoint
from trialbook.results import results_frame
from trialbook.trial import Trial

DAYS_PER_YEAR = 365.25


def results(records: Iterable[dict], remarks: Iterable[str] = ()) -> pd.DataFrame:
    """Return a results frame that carries remarks, one line each, in ``attrs["remarks"]``."""
    frame = results_frame(records)
    frame.attrs["remarks"] = tuple(dict.fromkeys(remarks))
    return frame


def remarks(*frames: pd.DataFrame) -> tuple[str, ...]:
    """Return what the reader of these results must be told, each line once.

    Parameters
    ----------
    *frames : pandas.DataFrame
        Results frames, empty ones too: their remark says why they are empty.

    Returns
    -------
    tuple of str
    """
    return tuple(dict.fromkeys(line for frame in frames for line in frame.attrs.get("remarks", ())))


def joined(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Join results frames into one that carries the remarks of all."""
    frames = list(frames)
    filled = [frame for frame in frames if len(frame)]
    frame = pd.concat(filled, ignore_index=True) if filled else results_frame([])
    frame.attrs = {"remarks": remarks(*frames)}
    return frame


def endpoint_of(trial: Trial, endpoint: Endpoint | str | None) -> Endpoint:
    """Return the end point itself, given it, its PARAMCD, or None for the primary one."""
    if endpoint is None:
        return trial.primary
    return trial.endpoint(endpoint) if isinstance(endpoint, str) else endpoint


def by_arm(trial: Trial, data: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Return the code and the patients of each arm, the control first, empty arms too."""
    return [(arm.code, data[(data["arm"] == arm.code).to_numpy()]) for arm in trial.arms]


def pair(data: pd.DataFrame, comparison: Comparison) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the patients of a comparison's two arms alone, and which of them are treated."""
    treated = (data["arm"] == comparison.treated.code).to_numpy()
    both = treated | (data["arm"] == comparison.control.code).to_numpy()
    return data[both], treated[both]


def times_of(data: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the arrays that an estimator takes: AVAL and whether it ended in the event."""
    return data["AVAL"].to_numpy(float), data["event"].to_numpy(bool)


def entry_of(data: pd.DataFrame) -> np.ndarray | None:
    """Return when each patient came under observation (ENTRY), None where all did at the start.

    Who has no ENTRY, or one of zero, was there from the start: before time zero, so that an
    event at zero is seen.
    """
    if "ENTRY" not in data or not (data["ENTRY"] > 0).any():
        return None
    entry = data["ENTRY"].to_numpy(float)
    return np.where(entry > 0, entry, -1.0)


def time_at_risk(data: pd.DataFrame) -> float:
    """Return the sum of the times under observation, in AVAL's unit."""
    entered = data["ENTRY"].clip(lower=0).fillna(0).sum() if "ENTRY" in data else 0.0
    return float(data["AVAL"].sum() - entered)


ENTERED_LATE = "Patients came under observation late (ENTRY): {} cannot take that, and is left out."
"""What is said where a method cannot use times of entry."""


def category(value) -> str:
    """Return a category as the key of a row: as it stands, whole numbers without decimals."""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def categories(values: pd.Series, levels: Iterable[str] = ()) -> tuple[pd.Series, list[str]]:
    """Return a variable as text (missing stays missing) and its categories in order.

    Parameters
    ----------
    values : pandas.Series
        A variable of ADSL or ADLB.
    levels : iterable of str
        The order that trial.yml gives; categories that it does not name follow, sorted, numbers
        by size.

    Returns
    -------
    text : pandas.Series of object
    levels : list of str
    """
    present = sorted(values.dropna().unique())
    named = [str(level) for level in levels]
    order = named + [text for text in map(category, present) if text not in named]
    codes, unique = pd.factorize(values)  # each distinct value is put into words once
    texts = np.array([*map(category, unique), None], dtype=object)
    texts[-1] = np.nan
    return pd.Series(texts[codes], index=values.index, name=values.name, dtype=object), order


_RANGE = re.compile(r"\s*(<=?|>=?|[≤≥])?\s*(\d+(?:\.\d+)?)\b")


def ranges(values: pd.Series) -> tuple[str, ...]:
    """Return categories that are ranges of a number from the lowest on; () where they are not.

    Parameters
    ----------
    values : pandas.Series

    Examples
    --------
    >>> ranges(pd.Series(["65-80", ">80", "<65"])), ranges(pd.Series(["≥30", "25-<30", "<25"]))
    (('<65', '65-80', '>80'), ('<25', '25-<30', '≥30'))
    >>> ranges(pd.Series(["65-80", "unknown"]))
    ()
    """
    present = [category(value) for value in values.dropna().unique()]
    found = [_RANGE.match(text) for text in present]
    if not all(found) or not any(one[1] for one in found):
        return ()

    def size(text: str) -> tuple[float, int]:
        sign, number = _RANGE.match(text).groups()
        side = -1 if sign and sign[0] in "<≤" else 1 if sign else 0
        return float(number), side

    return tuple(sorted(present, key=size))


def formula_remarks(names: Iterable[str]) -> list[str]:
    """Return what must be said of an estimate's formula, where a name says that it was used.

    Parameters
    ----------
    names : iterable of str
        Labels of variables or parameters, ``"eGFR (MDRD)"`` say.

    Notes
    -----
    Inker LA et al. New creatinine- and cystatin C-based equations to estimate GFR without race.
    N Engl J Med 2021;385:1737-49. Levey AS et al. Ann Intern Med 1999;130:461-70.
    """
    if not any("MDRD" in name.upper() for name in names):
        return []
    return [
        "The glomerular filtration rate is estimated by the MDRD formula: its coefficient for race "
        "is abandoned today (CKD-EPI 2021 has none), and it is not validated below 18 years."
    ]


def percent(n: int, of: int) -> float:
    """Return `n` as a percentage of `of`; not estimable of none."""
    return 100 * n / of if of else float("nan")
