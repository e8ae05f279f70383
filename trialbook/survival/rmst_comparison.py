"""Restricted means of two arms compared: difference, ratio, and the difference over the horizon.

As R's survRM2 (Uno et al. 2014, JCO 32:2380) and survival.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trialbook.survival import validation
from trialbook.survival.few_events import mover
from trialbook.survival.kaplan_meier import KaplanMeier, kaplan_meier
from trialbook.survival.rmst import RMST, areas_until, largest_tau_of


@dataclass(frozen=True)
class RMSTDifference:
    """Treated minus control: Wald interval and two-sided P value; NaN: not estimable.

    Where an arm has no event before tau: MOVER limits from the arms' own, no P value.

    Examples
    --------
    >>> from trialbook.survival import rmst, rmst_difference
    >>> new = rmst([3, 5, 7, 9, 12], [1, 0, 1, 1, 0], 10)
    >>> old = rmst([2, 4, 6, 8, 11], [1, 1, 1, 0, 1], 10)
    >>> round(float(rmst_difference(new, old).p_value), 3)
    0.539
    """

    tau: float
    difference: float
    std_error: float
    lower: float
    upper: float
    p_value: float


@dataclass(frozen=True)
class RMSTRatio:
    """Treated over control: interval and two-sided P value on the log scale.

    `std_error` is that of the log ratio. Where an arm has no event before tau: limits of the log
    ratio by MOVER from the arms' own, no P value.

    Examples
    --------
    >>> from trialbook.survival import rmst, rmst_ratio
    >>> new = rmst([3, 5, 7, 9, 12], [1, 0, 1, 1, 0], 10)
    >>> old = rmst([2, 4, 6, 8, 11], [1, 1, 1, 0, 1], 10)
    >>> round(float(rmst_ratio(new, old).ratio), 3)
    1.177
    """

    tau: float
    ratio: float
    std_error: float
    lower: float
    upper: float
    p_value: float


@dataclass(frozen=True)
class RMSTCurve:
    """The difference in restricted mean survival time for each tau, pointwise intervals.

    Every field has one value per tau; NaN beyond an arm's follow-up.

    Examples
    --------
    >>> from trialbook.survival import rmst_curve
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> curve = rmst_curve(time, event, treated, [4, 8])
    >>> curve.treated.round(3)
    array([3.8  , 6.733])
    """

    tau: np.ndarray
    treated: np.ndarray
    control: np.ndarray
    difference: np.ndarray
    std_error: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


def rmst_difference(treated: RMST, control: RMST, *, conf_level: float = 0.95) -> RMSTDifference:
    """Compare two arms by the difference of their restricted means.

    Raises
    ------
    ValueError
        If the two were restricted to different tau.

    Examples
    --------
    >>> from trialbook.survival import rmst, rmst_difference
    >>> new = rmst([3, 5, 7, 9, 12], [1, 0, 1, 1, 0], 10)
    >>> old = rmst([2, 4, 6, 8, 11], [1, 1, 1, 0, 1], 10)
    >>> found = rmst_difference(new, old)
    >>> print(f"{found.difference:.3f} ({found.lower:.3f} to {found.upper:.3f})")
    1.133 (-2.485 to 4.751)
    """
    tau = validation.common_tau(treated.tau, control.tau)
    difference = treated.rmst - control.rmst
    std_error = float(np.hypot(treated.std_error, control.std_error))
    if not (treated.known and control.known):
        pairs = [(one.rmst, (one.lower, one.upper)) for one in (treated, control)]
        return RMSTDifference(tau, difference, std_error, *mover(*pairs[0], *pairs[1]), np.nan)
    z = validation.normal_quantile(conf_level)
    return RMSTDifference(
        tau,
        difference,
        std_error,
        difference - z * std_error,
        difference + z * std_error,
        validation.wald_p_value(difference, std_error),
    )


def rmst_ratio(treated: RMST, control: RMST, *, conf_level: float = 0.95) -> RMSTRatio:
    """Compare two arms by the ratio of their restricted means.

    Raises
    ------
    ValueError
        If the two were restricted to different tau.

    Examples
    --------
    >>> from trialbook.survival import rmst, rmst_ratio
    >>> new = rmst([3, 5, 7, 9, 12], [1, 0, 1, 1, 0], 10)
    >>> old = rmst([2, 4, 6, 8, 11], [1, 1, 1, 0, 1], 10)
    >>> found = rmst_ratio(new, old)
    >>> print(f"{found.ratio:.3f} ({found.lower:.3f} to {found.upper:.3f})")
    1.177 (0.691 to 2.006)
    """
    tau = validation.common_tau(treated.tau, control.tau)
    if treated.rmst == 0 or control.rmst == 0:
        return RMSTRatio(tau, np.nan, np.nan, np.nan, np.nan, np.nan)
    log_ratio = np.log(treated.rmst / control.rmst)
    std_error = float(np.hypot(treated.std_error / treated.rmst, control.std_error / control.rmst))
    if not (treated.known and control.known):
        low, high = np.exp(mover(*_logs(treated), *_logs(control)))
        return RMSTRatio(tau, float(np.exp(log_ratio)), std_error, float(low), float(high), np.nan)
    z = validation.normal_quantile(conf_level)
    return RMSTRatio(
        tau,
        float(np.exp(log_ratio)),
        std_error,
        float(np.exp(log_ratio - z * std_error)),
        float(np.exp(log_ratio + z * std_error)),
        validation.wald_p_value(log_ratio, std_error),
    )


def rmst_curve(
    time: ArrayLike,
    event: ArrayLike,
    treated: ArrayLike,
    taus: ArrayLike,
    *,
    conf_level: float = 0.95,
) -> RMSTCurve:
    """Estimate the difference in restricted mean survival time over tau.

    Parameters
    ----------
    time, event : array_like, shape (n,)
        As for `kaplan_meier`.
    treated : array_like of bool or 0/1, shape (n,)
    taus : array_like, shape (m,)
        Horizons; zero allowed.
    conf_level : float
        Of the pointwise intervals (Zhao et al. 2016, Biometrics 72:215).

    Returns
    -------
    RMSTCurve

    Examples
    --------
    >>> from trialbook.survival import rmst_curve
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> rmst_curve(time, event, treated, [4, 8]).difference.round(3)
    array([0.2  , 1.133])
    """
    at = validation.as_times(taus, "taus")
    curves = _arms(time, event, treated)
    areas, variances = zip(*(areas_until(curve, at) for curve in curves), strict=True)
    reach = min(largest_tau_of(curve) for curve in curves)
    areas = [np.where(at > reach, np.nan, area) for area in areas]
    difference = areas[0] - areas[1]
    std_error = np.where(at > reach, np.nan, np.sqrt(variances[0] + variances[1]))
    z = validation.normal_quantile(conf_level)
    return RMSTCurve(
        at,
        areas[0],
        areas[1],
        difference,
        std_error,
        difference - z * std_error,
        difference + z * std_error,
    )


def _arms(time: ArrayLike, event: ArrayLike, treated: ArrayLike) -> list[KaplanMeier]:
    times = validation.as_times(time)
    events = validation.as_flags(event, times.size)
    flags = validation.as_treated(treated, times.size)
    return [kaplan_meier(times[of], events[of]) for of in (flags, ~flags)]


def _logs(one: RMST) -> tuple[float, tuple[float, float]]:
    """Return the log of a restricted mean and the limits of it."""
    if not one.known:
        with np.errstate(divide="ignore"):
            return np.log(one.rmst), (np.log(one.lower), np.log(one.upper))
    half = (one.upper - one.rmst) / one.rmst
    return np.log(one.rmst), (np.log(one.rmst) - half, np.log(one.rmst) + half)
