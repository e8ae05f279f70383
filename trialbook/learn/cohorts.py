"""Invented trials without chance: patients spread evenly over the law that they follow.

Where a point is about what an estimate converges to, and not about how it scatters, a simulated
trial would blur it. Here the i-th of n patients has the event at the (i - 1/2)/n quantile, so
that every reader has the same numbers, and nearly those of a very large trial.
"""

import numpy as np
import pandas as pd

from trialbook.learn.cases import CONTROL, TREATED, Case
from trialbook.survival import PiecewiseHazard

RATE = 0.05  # of the control arm, a month
TURN = 6.0  # months until an effect sets in, or turns round
SEEN = 24.0  # months of follow-up
PER_ARM = 150
DELAYED = (1.0, 0.4)  # hazard ratios before and after the turn
CROSSING = (2.0, 0.45)
FRAIL_RATES = {"frail": 0.2, "robust": 0.02}  # a month, without treatment
WITHIN = 0.5  # the hazard ratio in both groups of patients


def arm(hazard: PiecewiseHazard, n: int, until: float) -> tuple[np.ndarray, np.ndarray]:
    """Return times and events of n patients with a hazard, watched until a time."""
    time = hazard.times(-np.log1p(-(np.arange(n) + 0.5) / n))
    return np.minimum(time, until), time <= until


def two_periods(ratios: tuple[float, float], until: float = SEEN) -> pd.DataFrame:
    """Return a trial whose hazard ratio changes at `TURN`.

    Parameters
    ----------
    ratios : tuple of float
        Before and after: `DELAYED`, `CROSSING`.
    until : float
        Months of follow-up.

    Returns
    -------
    pandas.DataFrame
        ``time``, ``event``, ``treated``.
    """
    return _trial({
        (False, ""): PiecewiseHazard((RATE,)),
        (True, ""): PiecewiseHazard(tuple(RATE * ratio for ratio in ratios), (TURN,)),
    }, until).drop(columns="group")  # fmt: skip


def frail(rates: dict[str, float] | None = None, until: float = SEEN) -> pd.DataFrame:
    """Return a trial of two groups of patients, as many of each, with one hazard ratio, `WITHIN`.

    Parameters
    ----------
    rates : dict, optional
        Hazard a month by group, `FRAIL_RATES` by default.

    Returns
    -------
    pandas.DataFrame
        ``time``, ``event``, ``treated``, ``group``.
    """
    return _trial(
        {
            (treated, group): PiecewiseHazard((rate * (WITHIN if treated else 1.0),))
            for group, rate in (rates or FRAIL_RATES).items()
            for treated in (False, True)
        },
        until,
    )


def as_case(patients: pd.DataFrame) -> Case:
    """Return such a trial as a case, to be drawn."""
    arms = np.where(patients["treated"], TREATED, CONTROL)
    return Case(patients.assign(arm=arms), "months", "event", TURN, "an invented trial")


def _trial(hazards: dict[tuple[bool, str], PiecewiseHazard], until: float) -> pd.DataFrame:
    parts = []
    for (treated, group), hazard in hazards.items():
        time, event = arm(hazard, PER_ARM, until)
        parts.append(
            pd.DataFrame({"time": time, "event": event, "treated": treated, "group": group})
        )
    return pd.concat(parts, ignore_index=True)
