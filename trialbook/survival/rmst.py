"""Restricted mean survival time: the area under the curve up to tau.

Irwin (1949), J Hyg 47:188; Royston and Parmar (2013), BMC Med Res Methodol 13:152. Variance,
difference and ratio as R's survRM2 (Uno et al. 2014, JCO 32:2380) and survival.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from trialbook.survival import validation
from trialbook.survival.few_events import mover
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
    if horizon > _largest_tau(curve):
        raise ValueError(
            f"tau: {horizon:g} lies beyond the last follow-up ({curve.time[-1]:g}), where survival "
            f"is still {curve.survival[-1]:.3g}; choose tau of {curve.time[-1]:g} at most."
        )
    area, variance = _areas(curve, np.array([horizon]))
    estimate, std_error = float(area[0]), float(np.sqrt(variance[0]))
    z = validation.normal_quantile(conf_level)
    if horizon > 0 and not curve.n_events[curve.time < horizon].any():
        tail, free = (1 - conf_level) / 2, float(curve.at(horizon).n_at_risk[0])
        lower = np.nan if curve.entry is not None else horizon * tail ** (1 / free)
        return RMST(horizon, estimate, std_error, lower, horizon, known=False)
    return RMST(horizon, estimate, std_error, estimate - z * std_error, estimate + z * std_error)


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
    tau = _common_tau(treated, control)
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
        _p_value(difference, std_error),
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
    tau = _common_tau(treated, control)
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
        _p_value(log_ratio, std_error),
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
    areas, variances = zip(*(_areas(curve, at) for curve in curves), strict=True)
    reach = min(_largest_tau(curve) for curve in curves)
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
    return _largest_tau(kaplan_meier(time, event))


def _largest_tau(curve: KaplanMeier) -> float:
    return float(curve.time[-1]) if curve.survival[-1] > 0 else np.inf


def _arms(time: ArrayLike, event: ArrayLike, treated: ArrayLike) -> list[KaplanMeier]:
    times = validation.as_times(time)
    events = validation.as_flags(event, times.size)
    flags = validation.as_treated(treated, times.size)
    return [kaplan_meier(times[of], events[of]) for of in (flags, ~flags)]


def area_until(curve: KaplanMeier, times: np.ndarray) -> np.ndarray:
    """Return the area under a curve up to each time, shape (k,); up to 0 it is 0."""
    start = np.concatenate([[0.0], curve.time])
    height = np.concatenate([[1.0], curve.survival])
    area = np.concatenate([[0.0], np.cumsum(np.diff(start) * height[:-1])])
    last = np.searchsorted(curve.time, times, side="right")
    return area[last] + height[last] * (times - start[last])


def _areas(curve: KaplanMeier, taus: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
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


def _logs(one: RMST) -> tuple[float, tuple[float, float]]:
    """Return the log of a restricted mean and the limits of it."""
    if not one.known:
        with np.errstate(divide="ignore"):
            return np.log(one.rmst), (np.log(one.lower), np.log(one.upper))
    half = (one.upper - one.rmst) / one.rmst
    return np.log(one.rmst), (np.log(one.rmst) - half, np.log(one.rmst) + half)


def _common_tau(treated: RMST, control: RMST) -> float:
    if treated.tau != control.tau:
        raise ValueError(
            f"tau: {treated.tau:g} in the treated arm but {control.tau:g} in control; use one."
        )
    return treated.tau


def _p_value(estimate: float, std_error: float) -> float:
    return float(2 * norm.sf(abs(estimate) / std_error)) if std_error > 0 else np.nan
