"""Limits that hold with few events or none: of a Kaplan-Meier curve, of a difference of two.

Greenwood's variance is 0 before the first event, and far too small after the first few. Fay,
Brittain and Proschan (2013), Biostatistics 14:723, multiply Beta distributions instead (the beta
product confidence procedure, BPCP; method of moments); with nobody censored it gives Clopper
and Pearson's limits. Zou and Donner (2008), Stat Med 27:1693, join the limits of two estimates
into limits of their difference (MOVER).
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import beta

from trialbook.survival import validation
from trialbook.survival.kaplan_meier import KaplanMeier
from trialbook.survival.risk_table import snapped

FEW_EVENTS = 5


@dataclass(frozen=True)
class Limits:
    """Limits of S(t), and how they were found: ``bpcp`` or ``log-log``.

    Examples
    --------
    >>> from trialbook.survival import curve_limits, kaplan_meier
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> found = curve_limits(kaplan_meier(time, event), 6)
    >>> print(f"{found.lower:.3f} to {found.upper:.3f}")
    0.230 to 0.874
    """

    lower: float
    upper: float
    method: str


@dataclass(frozen=True)
class MoverDifference:
    """Difference of two survival curves at a time, treated minus control, with MOVER limits.

    Attributes
    ----------
    time, difference, lower, upper : float
        NaN: not estimable. Within -1 and 1.
    nnt, nnt_lower, nnt_upper : float
        Number needed to treat and its interval, as in `SurvivalDifference`.
    nnt_through_infinity : bool
        The interval of the difference covers 0.

    Examples
    --------
    >>> from trialbook.survival import kaplan_meier, mover_difference
    >>> new = kaplan_meier([3, 5, 7, 9, 12], [1, 0, 1, 1, 0])
    >>> old = kaplan_meier([2, 4, 6, 8, 11], [1, 1, 1, 0, 1])
    >>> round(float(mover_difference(new, old, 6).nnt), 2)
    2.5
    """

    time: float
    difference: float
    lower: float
    upper: float
    nnt: float
    nnt_lower: float
    nnt_upper: float
    nnt_through_infinity: bool


def bpcp(curve: KaplanMeier, t: float, *, conf_level: float = 0.95) -> Limits:
    """Return the limits of S(t) by the beta product confidence procedure, method of moments.

    Parameters
    ----------
    curve : KaplanMeier
        Of patients, each counted once, at risk from the start.
    t : float
        Time point, in the unit of the data.
    conf_level : float

    Returns
    -------
    Limits
        NaN beyond the last follow-up, unless the curve has reached 0 there.

    Raises
    ------
    ValueError
        If the curve has case weights that are no counts, or times of entry: the procedure is for
        censoring on the right alone.

    Notes
    -----
    As ``bpcp(time, event)`` in R's bpcp. The upper limit is a quantile of the product of
    Beta(y - d + 1, d) over the event times up to t, y at risk and d events; the lower one of
    that product times Beta(y', 1), y' patients being known to be free of the event at t (those
    censored at t itself among them). Each product is taken as the Beta distribution with its
    first two moments.

    Examples
    --------
    >>> from trialbook.survival import bpcp, kaplan_meier
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> found = bpcp(kaplan_meier(time, event), 6)
    >>> print(f"{found.lower:.3f} to {found.upper:.3f}")
    0.230 to 0.874
    """
    validation.check_conf_level(conf_level)
    if curve.entry is not None:
        raise ValueError("bpcp: patients enter late here; use the log-log interval of the curve.")
    if not np.array_equal(curve.n_at_risk, np.round(curve.n_at_risk)):
        raise ValueError("bpcp: the case weights are no counts of patients.")
    point = snapped(np.array([validation.as_time_point(t, "t")]), curve.time)
    at = curve.at(point)
    if np.isnan(at.survival[0]):
        return Limits(np.nan, np.nan, "bpcp")
    rows = (curve.time <= at.time[0]) & (curve.n_events > 0)
    y, d = curve.n_at_risk[rows], curve.n_events[rows]
    # Of the patients at risk at t, those without an event at t itself.
    now = curve.time == at.time[0]
    free = float(at.n_at_risk[0] - curve.n_events[now].sum())
    a, b = (y - d + 1).astype(float), d.astype(float)
    tail = (1 - conf_level) / 2
    upper = _quantile(1 - tail, a, b) if a.size else 1.0
    lower = _quantile(tail, np.append(a, free), np.append(b, 1.0)) if free > 0 else 0.0
    return Limits(lower, upper, "bpcp")


def has_few_events(curve: KaplanMeier, t: float) -> bool:
    """Return whether BPCP's limits of S(t) are to be taken: fewer than 5 events by t.

    Also where the curve has reached 0, for which log-log is not defined; not where patients enter
    late, for which BPCP is not made, nor beyond the follow-up.

    Examples
    --------
    >>> from trialbook.survival import has_few_events, kaplan_meier
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> has_few_events(kaplan_meier(time, event), 6)
    True
    """
    at = curve.at(validation.as_time_point(t, "t"))
    if curve.entry is not None or np.isnan(at.survival[0]):
        return False
    return bool(at.n_events[0] < FEW_EVENTS or at.survival[0] == 0)


def curve_limits(curve: KaplanMeier, t: float, *, conf_level: float = 0.95) -> Limits:
    """Return the limits of S(t) that hold: BPCP where there are few events, else log-log.

    Parameters
    ----------
    curve : KaplanMeier
        Any type of interval; only its counts are used.
    t : float
    conf_level : float

    See Also
    --------
    has_few_events : What few events are.

    Examples
    --------
    >>> from trialbook.survival import curve_limits, kaplan_meier
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> found = curve_limits(kaplan_meier(time, event), 6)
    >>> found.method
    'bpcp'
    """
    if has_few_events(curve, t):
        return bpcp(curve, t, conf_level=conf_level)
    at = _log_log(curve, conf_level).at(t)
    return Limits(float(at.lower[0]), float(at.upper[0]), "log-log")


def mover(
    first: float, first_limits: tuple[float, float],
    second: float, second_limits: tuple[float, float],
) -> tuple[float, float]:  # fmt: skip
    """Return the limits of first - second from the limits of each (Zou and Donner 2008, eq. 2).

    Examples
    --------
    Two proportions with their own limits, and the limits of their difference.

    >>> from trialbook.survival import mover
    >>> lower, upper = mover(0.6, (0.4, 0.8), 0.5, (0.3, 0.7))
    >>> print(f"{lower:.3f} to {upper:.3f}")
    -0.183 to 0.383
    """
    (l1, u1), (l2, u2) = first_limits, second_limits
    difference = first - second
    return (
        float(difference - np.hypot(first - l1, u2 - second)),
        float(difference + np.hypot(u1 - first, second - l2)),
    )


def mover_difference(
    treated: KaplanMeier, control: KaplanMeier, t: float, *, conf_level: float = 0.95
) -> MoverDifference:
    """Compare survival at time `t` with limits that hold with few events.

    Parameters
    ----------
    treated, control : KaplanMeier
    t : float
        Time point, in the unit of the data.
    conf_level : float

    Returns
    -------
    MoverDifference
        NaN where `t` lies beyond an arm's follow-up.

    Notes
    -----
    The arms' own limits are those of `curve_limits`.

    Examples
    --------
    >>> from trialbook.survival import kaplan_meier, mover_difference
    >>> new = kaplan_meier([3, 5, 7, 9, 12], [1, 0, 1, 1, 0])
    >>> old = kaplan_meier([2, 4, 6, 8, 11], [1, 1, 1, 0, 1])
    >>> found = mover_difference(new, old, 6)
    >>> print(f"{found.difference:.3f} ({found.lower:.3f} to {found.upper:.3f})")
    0.400 (-0.336 to 0.798)
    """
    at = validation.as_time_point(t, "t")
    estimates = [float(curve.at(at).survival[0]) for curve in (treated, control)]
    limits = [curve_limits(curve, at, conf_level=conf_level) for curve in (treated, control)]
    pairs = [(one.lower, one.upper) for one in limits]
    lower, upper = mover(estimates[0], pairs[0], estimates[1], pairs[1])
    difference = estimates[0] - estimates[1]
    return MoverDifference(
        time=at,
        difference=difference,
        lower=lower,
        upper=upper,
        nnt=_inverse(difference),
        nnt_lower=_inverse(upper),
        nnt_upper=_inverse(lower),
        nnt_through_infinity=lower <= 0 <= upper,
    )


def _log_log(curve: KaplanMeier, conf_level: float) -> KaplanMeier:
    counts = (curve.time, curve.n_at_risk, curve.n_events, curve.n_censored)
    return KaplanMeier(*counts, conf_level, "log-log", curve.entry, curve.entry_weights)


def _quantile(p: float, a: np.ndarray, b: np.ndarray) -> float:
    """Return a quantile of a product of Beta(a, b), by the Beta with its first two moments."""
    if a.size == 1:
        return float(beta.ppf(p, a[0], b[0]))
    mean = np.prod(a / (a + b))
    # 1 - E(W^2) / E(W)^2 as a sum of logs: both are near 1 in a large trial with few events
    growth = np.expm1(np.sum(np.log1p(b / (a * (a + b + 1)))))
    precision = (1 - mean) / (mean * growth) - 1
    return float(beta.ppf(p, mean * precision, (1 - mean) * precision))


def _inverse(number: float) -> float:
    return 1 / number if number else np.nan
