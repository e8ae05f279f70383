"""Restricted mean survival time: the area under the curve up to tau.

Irwin (1949), J Hyg 47:188; Royston and Parmar (2013), BMC Med Res Methodol 13:152. Variance as
R's survRM2 (Uno et al. 2014, JCO 32:2380) and survival.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trialbook.survival import validation
from trialbook.survival.kaplan_meier import KaplanMeier, greenwood_terms, kaplan_meier
from trialbook.survival.risk_table import snapped


@dataclass(frozen=True)
class RMST:
    """Restricted mean survival time of one arm up to `tau`, with its Wald interval.

    Without an event before tau, `known` is False: the Greenwood-type variance is 0, which is no
    knowledge. The restricted mean is then tau, and at least tau times the lower limit of survival
    up to tau (Clopper and Pearson's of those at risk there), since survival before is no smaller:
    these are its limits, which are conservative.

    Examples
    --------
    >>> from trialbook.survival import rmst
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> round(float(rmst(time, event, 10).std_error), 3)
    0.941
    """

    tau: float
    rmst: float
    std_error: float
    lower: float
    upper: float
    known: bool = True


def rmst(
    time: ArrayLike,
    event: ArrayLike,
    tau: float,
    *,
    entry: ArrayLike | None = None,
    conf_level: float = 0.95,
) -> RMST:
    """Estimate the restricted mean survival time of one arm.

    Parameters
    ----------
    time, event : array_like, shape (n,)
        As for `kaplan_meier`.
    tau : float
        Horizon, in the unit of `time`; at most `largest_tau`.
    entry : array_like, shape (n,), optional
        Times of entry (left truncation).
    conf_level : float

    Returns
    -------
    RMST

    Raises
    ------
    ValueError
        If `tau` lies beyond the follow-up, or an array cannot be analysed.

    Examples
    --------
    >>> from trialbook.survival import rmst
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> found = rmst(time, event, 10)
    >>> print(f"{found.rmst:.3f} ({found.lower:.3f} to {found.upper:.3f})")
    6.928 (5.083 to 8.773)
    """
    return rmst_of(kaplan_meier(time, event, entry=entry), tau, conf_level)


def rmst_of(curve: KaplanMeier, tau: float, conf_level: float = 0.95) -> RMST:
    """Return the restricted mean survival time under a curve; see `rmst`.

    Examples
    --------
    >>> from trialbook.survival import kaplan_meier, rmst_of
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> found = rmst_of(kaplan_meier(time, event), 10)
    >>> print(f"{found.rmst:.3f} ({found.lower:.3f} to {found.upper:.3f})")
    6.928 (5.083 to 8.773)
    """
    horizon = float(snapped(np.array([validation.as_time_point(tau)]), curve.time)[0])
    if horizon > largest_tau_of(curve):
        raise ValueError(
            f"tau: {horizon:g} lies beyond the last follow-up ({curve.time[-1]:g}), where survival "
            f"is still {curve.survival[-1]:.3g}; choose tau of {curve.time[-1]:g} at most."
        )
    area, variance = areas_until(curve, np.array([horizon]))
    estimate, std_error = float(area[0]), float(np.sqrt(variance[0]))
    z = validation.normal_quantile(conf_level)
    if horizon > 0 and not curve.n_events[curve.time < horizon].any():
        tail, free = (1 - conf_level) / 2, float(curve.at(horizon).n_at_risk[0])
        lower = np.nan if curve.entry is not None else horizon * tail ** (1 / free)
        return RMST(horizon, estimate, std_error, lower, horizon, known=False)
    return RMST(horizon, estimate, std_error, estimate - z * std_error, estimate + z * std_error)


def default_tau(time: ArrayLike, event: ArrayLike, group: ArrayLike) -> float:
    """Return the horizon where none was laid down in advance.

    The smallest, over the groups, of the last event times; where a group has no events, the
    smallest of the largest times.

    Parameters
    ----------
    time, event : array_like, shape (n,)
        As for `kaplan_meier`.
    group : array_like, shape (n,)
        Labels; treated 0/1 will do.

    Examples
    --------
    >>> from trialbook.survival import default_tau
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> float(default_tau(time, event, treated))
    9.0
    """
    times = validation.as_times(time)
    events = validation.as_flags(event, times.size)
    codes, labels = validation.as_labels(group, times.size)
    members = [codes == code for code in range(labels.size)]
    if all(events[of].any() for of in members):
        return float(min(times[of & events].max() for of in members))
    return float(min(times[of].max() for of in members))


def largest_tau(time: ArrayLike, event: ArrayLike) -> float:
    """Return the largest horizon that an arm's follow-up supports.

    The largest time; infinite where the curve reaches zero, since the area grows no more.

    Examples
    --------
    The last patient is censored at 12: the curve ends there.

    >>> from trialbook.survival import largest_tau
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> float(largest_tau(time, event))
    12.0
    """
    return largest_tau_of(kaplan_meier(time, event))


def largest_tau_of(curve: KaplanMeier) -> float:
    """Return the largest horizon of a curve; see `largest_tau`."""
    return float(curve.time[-1]) if curve.survival[-1] > 0 else np.inf


def area_until(curve: KaplanMeier, times: np.ndarray) -> np.ndarray:
    """Return the area under a curve up to each time, shape (k,); up to 0 it is 0."""
    start = np.concatenate([[0.0], curve.time])
    height = np.concatenate([[1.0], curve.survival])
    area = np.concatenate([[0.0], np.cumsum(np.diff(start) * height[:-1])])
    last = np.searchsorted(curve.time, times, side="right")
    return area[last] + height[last] * (times - start[last])


def areas_until(curve: KaplanMeier, taus: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the area under the curve up to each tau and its variance.

    The variance is the sum over event times t of (area from t to tau)^2 d / (n (n - d)); the last
    time adds nothing where all have the event.
    """
    survivors = curve.n_at_risk > curve.n_events
    terms = np.zeros(curve.time.size)
    terms[survivors] = greenwood_terms(curve.n_at_risk[survivors], curve.n_events[survivors])
    total, before = area_until(curve, taus), area_until(curve, curve.time)
    last = np.searchsorted(curve.time, taus, side="right")
    variance = [
        np.sum((to_tau - before[:rows]) ** 2 * terms[:rows])
        for to_tau, rows in zip(total, last, strict=True)
    ]
    return total, np.array(variance)
