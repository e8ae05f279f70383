"""The one horizon of an end point: the plan's, or the one that the data allow."""

import numpy as np
import pandas as pd

from trialbook import survival
from trialbook.analyses.common import pair, times_of
from trialbook.analyses.time_to_event import coarse_step
from trialbook.config import Endpoint
from trialbook.survival import KaplanMeier
from trialbook.trial import Trial


def common_tau(
    trial: Trial,
    endpoint: Endpoint,
    data: pd.DataFrame,
    horizon: float | None = None,
    *,
    exact: bool = False,
) -> tuple[float | None, list[str]]:
    """Return the horizon of restricted means and average hazards of all comparisons.

    Parameters
    ----------
    trial : Trial
    endpoint : Endpoint
    data : pandas.DataFrame
        Its times, see `Trial.time_to_event`.
    horizon : float, optional
        In AVAL's unit; trial.yml's by default.
    exact : bool
        Take a patient's time as it is in confidential data, too: for ``ard.csv`` alone.

    Returns
    -------
    tau : float or None
        The horizon given, else the smallest over the comparisons of the smaller of the two arms'
        last event times, or (an arm without events) of the smaller largest AVAL. As that is a
        single patient's time, confidential data go to one at or after which `Trial.min_cell`
        patients of every arm had the event, or were observed where fewer had it, rounded down.
        None: nothing is compared.
    remarks : list of str
        That the data chose it, and how.
    """
    horizon = trial.horizon if horizon is None else horizon
    if horizon is not None:
        return horizon, []
    chosen, remarks = [], []
    guarded = trial.privacy == "confidential" and not exact
    for comparison in trial.comparisons:
        patients, treated = pair(data, comparison)
        if treated.all() or not treated.any():
            continue
        time, event = times_of(patients)
        if guarded:
            arms = [_untelling(time[of], event[of], trial.min_cell) for of in (treated, ~treated)]
            chosen.append(min(arms))
        else:
            chosen.append(survival.default_tau(time, event, treated))
        if not (event[treated].any() and event[~treated].any()):
            remarks.append(
                f"{comparison.words}: no patient of an arm had {endpoint.label}; the restricted "
                "mean goes up to the shorter of the arms’ longest times."
            )
    if not chosen:
        return None, remarks
    tau = min(chosen) if np.isfinite(min(chosen)) else 0.0
    if guarded:
        step = coarse_step(trial, endpoint)
        tau = step * np.floor(tau / step)
    remarks.append(
        f"{endpoint.label}: no horizon was laid down, so the data chose it, the last time up "
        "to which every arm compared can be estimated; a plan would have named it before."
    )
    return float(tau), remarks


def _untelling(time: np.ndarray, event: np.ndarray, least: int) -> float:
    """Return an arm's largest horizon that tells of no fewer than `least` patients.

    The last event of an arm is one patient's; the `least`-th before the end has that many behind
    it. Where fewer had the event, how many and when decides nothing; of an arm with fewer
    patients nothing does.
    """
    least = max(least, 1)
    times = np.sort(time[event] if event.sum() >= least else time)
    return float(times[-least]) if len(times) >= least else np.inf


def reaches(curve: KaplanMeier, tau: float) -> bool:
    """Return whether an arm is followed up to a horizon above 0, or its curve is 0 before."""
    end = curve.time[-1] if curve.survival[-1] > 0 else np.inf
    # As the curve compares times: what differs by rounding alone is one time.
    return tau > 0 and (tau <= end or bool(np.isfinite(curve.at(tau).survival[0])))
