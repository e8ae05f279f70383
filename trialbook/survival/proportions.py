"""Two proportions: intervals for their difference, odds ratio, standardized difference.

Every function of two arms takes the counts of the treated arm first and the control arm second,
and every effect is treated relative to control. Proportions are on the scale from 0 to 1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, stats

from trialbook.survival.validation import as_numbers, normal_quantile


@dataclass(frozen=True)
class OddsRatio:
    """The sample odds ratio; NaN interval where a cell is zero (not estimable).

    Examples
    --------
    >>> from trialbook.survival import odds_ratio
    >>> round(float(odds_ratio(3, 20, 9, 20).p_value), 3)
    0.047
    """

    odds_ratio: float
    lower: float
    upper: float
    p_value: float


@dataclass(frozen=True)
class RiskDifference:
    """Proportion in the treated arm minus proportion in the control arm, with its interval.

    Examples
    --------
    >>> from trialbook.survival import newcombe
    >>> round(float(newcombe(3, 20, 9, 20).difference), 3)
    -0.3
    """

    difference: float
    lower: float
    upper: float


def checked_table(
    events_treated: float, n_treated: float, events_control: float, n_control: float
) -> tuple[int, int, int, int]:
    """Return the four counts as int, after checking them; ValueError says which is wrong."""
    given = {
        "events_treated": events_treated,
        "n_treated": n_treated,
        "events_control": events_control,
        "n_control": n_control,
    }
    for name, value in given.items():
        if not np.isfinite(value) or value < 0 or value != int(value):
            raise ValueError(f"{name} must be a count (0, 1, 2, ...), not {value!r}.")
    for arm in ("treated", "control"):
        if given[f"n_{arm}"] == 0:
            raise ValueError(f"n_{arm} is 0: leave out an arm that has no patients.")
        if given[f"events_{arm}"] > given[f"n_{arm}"]:
            raise ValueError(
                f"events_{arm} ({events_treated if arm == 'treated' else events_control}) exceeds "
                f"n_{arm}: count patients with an event, not events."
            )
    return int(events_treated), int(n_treated), int(events_control), int(n_control)


def odds_ratio(
    events_treated: int,
    n_treated: int,
    events_control: int,
    n_control: int,
    *,
    conf_level: float = 0.95,
) -> OddsRatio:
    """Sample odds ratio of an event with Woolf's interval and Wald P value.

    Parameters
    ----------
    events_treated, n_treated, events_control, n_control : int
        Patients with the event, and patients, per arm.
    conf_level : float
        Level of the interval.

    Returns
    -------
    OddsRatio
        With a zero cell the estimate is 0, inf or NaN and its interval is NaN: use the exact
        interval of `fisher_exact`.

    Raises
    ------
    ValueError
        When a count is no count, or an arm is empty.

    References
    ----------
    Woolf B (1955). On estimating the relation between blood group and disease. Ann Hum Genet
    19:251-253.

    Examples
    --------
    >>> from trialbook.survival import odds_ratio
    >>> found = odds_ratio(3, 20, 9, 20)
    >>> print(f"{found.odds_ratio:.3f} ({found.lower:.3f} to {found.upper:.3f})")
    0.216 (0.048 to 0.977)
    """
    a, n1, c, n0 = checked_table(events_treated, n_treated, events_control, n_control)
    z = normal_quantile(conf_level)
    b, d = n1 - a, n0 - c
    if min(a, b, c, d) == 0:
        numerator, denominator = a * d, b * c
        infinite = np.inf if numerator else np.nan
        estimate = numerator / denominator if denominator else infinite
        return OddsRatio(float(estimate), np.nan, np.nan, np.nan)
    log_ratio = np.log(a) + np.log(d) - np.log(b) - np.log(c)
    std_error = np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    half = z * std_error
    return OddsRatio(
        a * d / (b * c),
        float(np.exp(log_ratio - half)),
        float(np.exp(log_ratio + half)),
        float(2 * stats.norm.sf(abs(log_ratio) / std_error)),
    )


def _wilson(events: int, n: int, z: float) -> tuple[float, float]:
    """Wilson's (1927) score interval of one proportion, without continuity correction."""
    centre = events + z**2 / 2
    half = z * np.sqrt(events * (n - events) / n + z**2 / 4)
    lower = 0.0 if events == 0 else (centre - half) / (n + z**2)
    upper = 1.0 if events == n else (centre + half) / (n + z**2)
    return lower, upper


def newcombe(
    events_treated: int,
    n_treated: int,
    events_control: int,
    n_control: int,
    *,
    conf_level: float = 0.95,
) -> RiskDifference:
    """Risk difference with Newcombe's hybrid score interval, without continuity correction.

    Parameters
    ----------
    events_treated, n_treated, events_control, n_control : int
        Patients with the event, and patients, per arm.
    conf_level : float
        Level of the interval.

    Returns
    -------
    RiskDifference
        On the scale from -1 to 1.

    Raises
    ------
    ValueError
        When a count is no count, or an arm is empty.

    References
    ----------
    Newcombe RG (1998). Interval estimation for the difference between independent proportions:
    comparison of eleven methods. Stat Med 17:873-890, method 10.

    Examples
    --------
    >>> from trialbook.survival import newcombe
    >>> found = newcombe(3, 20, 9, 20)
    >>> print(f"{found.difference:.3f} ({found.lower:.3f} to {found.upper:.3f})")
    -0.300 (-0.530 to -0.015)
    """
    a, n1, c, n0 = checked_table(events_treated, n_treated, events_control, n_control)
    z = normal_quantile(conf_level)
    p1, p0 = a / n1, c / n0
    (lower1, upper1), (lower0, upper0) = _wilson(a, n1, z), _wilson(c, n0, z)
    difference = p1 - p0
    return RiskDifference(
        difference,
        float(difference - np.hypot(p1 - lower1, upper0 - p0)),
        float(difference + np.hypot(upper1 - p1, p0 - lower0)),
    )


def miettinen_nurminen(
    events_treated: int,
    n_treated: int,
    events_control: int,
    n_control: int,
    *,
    conf_level: float = 0.95,
) -> RiskDifference:
    """Risk difference with Miettinen and Nurminen's score interval, with N/(N-1).

    Parameters
    ----------
    events_treated, n_treated, events_control, n_control : int
        Patients with the event, and patients, per arm.
    conf_level : float
        Level of the interval.

    Returns
    -------
    RiskDifference
        On the scale from -1 to 1; the limits are the differences whose score statistic reaches
        the critical value, or the ends of the scale where none does.

    Raises
    ------
    ValueError
        When a count is no count, or an arm is empty.

    References
    ----------
    Miettinen O, Nurminen M (1985). Comparative analysis of two rates. Stat Med 4:213-226,
    equations 8 and 9 and appendix I.

    Examples
    --------
    >>> from trialbook.survival import miettinen_nurminen
    >>> found = miettinen_nurminen(3, 20, 9, 20)
    >>> print(f"{found.difference:.3f} ({found.lower:.3f} to {found.upper:.3f})")
    -0.300 (-0.548 to -0.013)
    """
    a, n1, c, n0 = checked_table(events_treated, n_treated, events_control, n_control)
    critical = normal_quantile(conf_level)
    difference = a / n1 - c / n0

    def excess(delta: float) -> float:
        """Squared score statistic at `delta`, times its variance, above the critical one."""
        p0 = _constrained_risk(a, n1, c, n0, delta)
        p1 = min(1.0, max(0.0, p0 + delta))
        variance = p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0
        total = n1 + n0
        return (difference - delta) ** 2 - critical**2 * variance * total / (total - 1)

    # At the ends of the scale the constrained variance is zero, so `excess` is not negative; at
    # the estimate itself it is zero without events (or with nothing else), so start beside it.
    below, above = difference - 1e-10, difference + 1e-10
    lower = -1.0 if below <= -1 else optimize.brentq(excess, -1.0, below, xtol=1e-14)
    upper = 1.0 if above >= 1 else optimize.brentq(excess, above, 1.0, xtol=1e-14)
    return RiskDifference(difference, float(lower), float(upper))


def _constrained_risk(a: int, n1: int, c: int, n0: int, delta: float) -> float:
    """Control risk that maximizes the likelihood when the difference is `delta` (appendix I)."""
    total = n1 + n0
    l3 = total
    l2 = (n1 + 2 * n0) * delta - total - a - c
    l1 = (n0 * delta - total - 2 * c) * delta + a + c
    l0 = c * delta * (1 - delta)
    shift = l2 / (3 * l3)
    q = shift**3 - l1 * l2 / (6 * l3**2) + l0 / (2 * l3)
    p = np.copysign(np.sqrt(max(shift**2 - l1 / (3 * l3), 0.0)), q)
    if p == 0:
        return min(1.0, max(0.0, -shift))
    angle = (np.pi + np.arccos(min(1.0, max(-1.0, q / p**3)))) / 3
    return min(1.0, max(0.0, float(2 * p * np.cos(angle) - shift)))


def standardized_difference(treated: ArrayLike, control: ArrayLike) -> float:
    """Standardized mean difference: treated minus control over the pooled standard deviation.

    Parameters
    ----------
    treated, control : array_like, shape (n_treated,) and (n_control,)
        The baseline variable in each arm; of bool for a level of a category (its variance is
        then p(1 - p)), logarithms for a variable that is summarized by geometric means. Missing
        values must be left out.

    Returns
    -------
    float
        NaN when it is not estimable: an arm without values, or with one number, whose variance
        is unknown; no spread.

    Raises
    ------
    ValueError
        When a value is missing or infinite.

    References
    ----------
    Austin PC (2009). Balance diagnostics for comparing the distribution of baseline covariates.
    Stat Med 28:3083-3107, section 3.1: the pooled variance is the mean of the arms' variances.

    Examples
    --------
    >>> from trialbook.survival import standardized_difference
    >>> round(float(standardized_difference([61, 58, 70, 66], [59, 64, 55, 60])), 3)
    0.928
    """
    given = {"treated": np.asarray(treated), "control": np.asarray(control)}
    # Numbers that happen to be 0 and 1 keep the variance of numbers.
    lost = 0 if all(values.dtype == bool for values in given.values()) else 1
    if min(values.size for values in given.values()) <= lost:
        return np.nan
    arms = [as_numbers(values, name) for name, values in given.items()]
    mean_variance = np.mean([array.var(ddof=lost) for array in arms])
    if mean_variance <= 0:
        return np.nan
    return float((arms[0].mean() - arms[1].mean()) / np.sqrt(mean_variance))
