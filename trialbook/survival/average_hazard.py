"""Average hazard with survival weight: a rate that needs no proportional hazards.

Uno and Horiguchi (2023), Stat Med 42:936: events up to tau over the time at risk up to tau, both
as nobody would be censored, (1 - S(tau)) / RMST(tau). As R's survAH.
"""

from dataclasses import dataclass

import numpy as np

from trialbook.survival import validation
from trialbook.survival.few_events import bpcp, mover
from trialbook.survival.kaplan_meier import KaplanMeier
from trialbook.survival.rmst import area_until, rmst_of


@dataclass(frozen=True)
class AverageHazard:
    """Average hazard of one arm up to `tau`, per unit of the data's time.

    Attributes
    ----------
    tau, average_hazard, std_error, lower, upper : float
        The interval is symmetric on the log scale. Without an event by tau the average hazard
        and its lower limit are 0, the upper one is `conservative_limit`.
    events : int
        By tau.

    Examples
    --------
    >>> from trialbook.survival import average_hazard, kaplan_meier
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> average_hazard(kaplan_meier(time, event), 10).tau
    10.0
    """

    tau: float
    average_hazard: float
    std_error: float
    lower: float
    upper: float
    events: int


@dataclass(frozen=True)
class AverageHazardRatio:
    """Treated over control: interval and two-sided P value on the log scale.

    `std_error` is that of the log ratio. NaN where an arm has no event by tau.

    Examples
    --------
    >>> from trialbook.survival import average_hazard, average_hazard_ratio, kaplan_meier
    >>> new = kaplan_meier([3, 5, 7, 9, 12], [1, 0, 1, 1, 0])
    >>> old = kaplan_meier([2, 4, 6, 8, 11], [1, 1, 1, 0, 1])
    >>> found = average_hazard_ratio(average_hazard(new, 9), average_hazard(old, 9))
    >>> round(float(found.p_value), 3)
    0.987
    """

    tau: float
    ratio: float
    std_error: float
    lower: float
    upper: float
    p_value: float


@dataclass(frozen=True)
class AverageHazardDifference:
    """Treated minus control: Wald interval and two-sided P value.

    Where an arm has no event by tau its variance is not known: MOVER limits, no P value.

    Examples
    --------
    >>> from trialbook.survival import average_hazard, average_hazard_difference, kaplan_meier
    >>> new = kaplan_meier([3, 5, 7, 9, 12], [1, 0, 1, 1, 0])
    >>> old = kaplan_meier([2, 4, 6, 8, 11], [1, 1, 1, 0, 1])
    >>> found = average_hazard_difference(average_hazard(new, 9), average_hazard(old, 9))
    >>> round(float(found.p_value), 3)
    0.987
    """

    tau: float
    difference: float
    std_error: float
    lower: float
    upper: float
    p_value: float


def average_hazard(curve: KaplanMeier, tau: float, *, conf_level: float = 0.95) -> AverageHazard:
    """Estimate the average hazard of one arm up to `tau`.

    Parameters
    ----------
    curve : KaplanMeier
        The arm's curve.
    tau : float
        Horizon, above 0, in the unit of the data; at most the arm's follow-up.
    conf_level : float

    Returns
    -------
    AverageHazard

    Raises
    ------
    ValueError
        If `tau` is 0 or lies beyond the follow-up.

    Notes
    -----
    The variance of the log is the sum over event times t up to tau of (1 / F(tau) - R(t) /
    R(tau))^2 d / y^2, F = 1 - S, R the area under S, d events of y at risk.

    Examples
    --------
    >>> from trialbook.survival import average_hazard, kaplan_meier
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> found = average_hazard(kaplan_meier(time, event), 10)
    >>> print(f"{found.average_hazard:.3f} ({found.lower:.3f} to {found.upper:.3f})")
    0.099 (0.054 to 0.183)
    """
    restricted = rmst_of(curve, tau, conf_level)
    tau, area = restricted.tau, restricted.rmst
    if area == 0:
        raise ValueError(f"tau: there is no time at risk up to {tau:g}; choose a later one.")
    rows = (curve.time <= tau) & (curve.n_events > 0)
    events = int(curve.n_events[rows].sum())
    if not events:
        limit = conservative_limit(curve, tau, conf_level)
        return AverageHazard(tau, 0.0, np.nan, 0.0, limit, 0)
    happened = 1 - float(curve.at(tau).survival[0])
    before = area_until(curve, curve.time[rows])
    weight = 1 / happened - before / area
    variance = np.sum(weight**2 * curve.n_events[rows] / curve.n_at_risk[rows] ** 2)
    estimate, se_log = happened / area, float(np.sqrt(variance))
    half = validation.normal_quantile(conf_level) * se_log
    lower, upper = estimate * np.exp(-half), estimate * np.exp(half)
    return AverageHazard(tau, estimate, estimate * se_log, float(lower), float(upper), events)


def conservative_limit(curve: KaplanMeier, tau: float, conf_level: float = 0.95) -> float:
    """Return an upper limit of the average hazard of an arm without events by tau.

    Survival at tau is at least BPCP's lower limit l, and survival before no smaller, so that the
    average hazard is at most (1 - l) / (tau l). NaN where patients enter late.
    """
    if curve.entry is not None:
        return np.nan
    least = bpcp(curve, tau, conf_level=conf_level).lower
    return (1 - least) / (tau * least) if least > 0 else np.inf


def average_hazard_ratio(
    treated: AverageHazard, control: AverageHazard, *, conf_level: float = 0.95
) -> AverageHazardRatio:
    """Compare two arms by the ratio of their average hazards.

    Raises
    ------
    ValueError
        If the two go to different tau.

    Examples
    --------
    >>> from trialbook.survival import average_hazard, average_hazard_ratio, kaplan_meier
    >>> new = kaplan_meier([3, 5, 7, 9, 12], [1, 0, 1, 1, 0])
    >>> old = kaplan_meier([2, 4, 6, 8, 11], [1, 1, 1, 0, 1])
    >>> found = average_hazard_ratio(average_hazard(new, 9), average_hazard(old, 9))
    >>> print(f"{found.ratio:.3f} ({found.lower:.3f} to {found.upper:.3f})")
    1.009 (0.331 to 3.079)
    """
    tau = validation.common_tau(treated.tau, control.tau)
    ratio = np.nan
    if control.events:
        ratio = treated.average_hazard / control.average_hazard
    if not (treated.events and control.events):
        return AverageHazardRatio(tau, ratio, np.nan, np.nan, np.nan, np.nan)
    of_treated, of_control = (one.std_error / one.average_hazard for one in (treated, control))
    se = float(np.hypot(of_treated, of_control))
    half = validation.normal_quantile(conf_level) * se
    lower, upper = float(ratio * np.exp(-half)), float(ratio * np.exp(half))
    return AverageHazardRatio(
        tau, ratio, se, lower, upper, validation.wald_p_value(np.log(ratio), se)
    )


def average_hazard_difference(
    treated: AverageHazard, control: AverageHazard, *, conf_level: float = 0.95
) -> AverageHazardDifference:
    """Compare two arms by the difference of their average hazards.

    Raises
    ------
    ValueError
        If the two go to different tau.

    Examples
    --------
    >>> from trialbook.survival import average_hazard, average_hazard_difference, kaplan_meier
    >>> new = kaplan_meier([3, 5, 7, 9, 12], [1, 0, 1, 1, 0])
    >>> old = kaplan_meier([2, 4, 6, 8, 11], [1, 1, 1, 0, 1])
    >>> found = average_hazard_difference(average_hazard(new, 9), average_hazard(old, 9))
    >>> print(f"{found.difference:.3f} ({found.lower:.3f} to {found.upper:.3f})")
    0.001 (-0.111 to 0.113)
    """
    tau = validation.common_tau(treated.tau, control.tau)
    difference = treated.average_hazard - control.average_hazard
    if not (treated.events and control.events):
        pairs = [(one.average_hazard, (one.lower, one.upper)) for one in (treated, control)]
        lower, upper = mover(*pairs[0], *pairs[1])
        return AverageHazardDifference(tau, difference, np.nan, lower, upper, np.nan)
    se = float(np.hypot(treated.std_error, control.std_error))
    half = validation.normal_quantile(conf_level) * se
    return AverageHazardDifference(
        tau,
        difference,
        se,
        difference - half,
        difference + half,
        validation.wald_p_value(difference, se),
    )
