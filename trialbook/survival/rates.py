"""Rates of events per time at risk, with exact Poisson intervals, and their ratio."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from trialbook.survival.validation import check_conf_level


@dataclass(frozen=True)
class IncidenceRate:
    """Events per `per` units of time at risk; NaN without time at risk (not estimable).

    Examples
    --------
    >>> from trialbook.survival import incidence_rate
    >>> incidence_rate(12, 240, per=1000).rate
    50.0
    """

    rate: float
    lower: float
    upper: float


@dataclass(frozen=True)
class RateRatio:
    """Rate in the treated arm over the rate in the control arm.

    Examples
    --------
    >>> from trialbook.survival import rate_ratio
    >>> round(float(rate_ratio(12, 240, 20, 220).p_value), 3)
    0.112
    """

    rate_ratio: float
    lower: float
    upper: float
    p_value: float


def _check(name: str, n_events: float, time_at_risk: float) -> None:
    if not np.isfinite(n_events) or n_events < 0 or n_events != int(n_events):
        raise ValueError(f"{name}: the number of events must be a count, not {n_events!r}.")
    if not np.isfinite(time_at_risk) or time_at_risk < 0:
        raise ValueError(f"{name}: the time at risk must be 0 or more, not {time_at_risk!r}.")
    if time_at_risk == 0 and n_events > 0:
        raise ValueError(f"{name}: {n_events} events in no time at risk; check the time's unit.")


def incidence_rate(
    n_events: int, time_at_risk: float, *, per: float = 100.0, conf_level: float = 0.95
) -> IncidenceRate:
    """Rate of events with the exact Poisson interval.

    Parameters
    ----------
    n_events : int
        Number of events (of patients with a first event, for an exposure-adjusted rate).
    time_at_risk : float
        Sum of the times at risk, in years for a rate per 100 patient-years.
    per : float
        Units of time that the rate is given for.
    conf_level : float
        Level of the interval.

    Returns
    -------
    IncidenceRate
        With no events the lower limit is 0; without time at risk all is NaN.

    Raises
    ------
    ValueError
        When `n_events` is no count, or `time_at_risk` is negative or not finite.

    References
    ----------
    Garwood F (1936). Fiducial limits for the Poisson distribution. Biometrika 28:437-442; as R's
    ``poisson.test(n_events, time_at_risk)``.

    Examples
    --------
    12 events in 240 patient-years: per 100 of them.

    >>> from trialbook.survival import incidence_rate
    >>> found = incidence_rate(12, 240)
    >>> print(f"{found.rate:.3f} ({found.lower:.3f} to {found.upper:.3f})")
    5.000 (2.584 to 8.734)
    """
    _check("incidence_rate", n_events, time_at_risk)
    check_conf_level(conf_level)
    if time_at_risk == 0:
        return IncidenceRate(np.nan, np.nan, np.nan)
    tail = (1 - conf_level) / 2
    lower = stats.gamma.ppf(tail, n_events) if n_events else 0.0
    upper = stats.gamma.isf(tail, n_events + 1)
    scale = per / time_at_risk
    return IncidenceRate(n_events * scale, float(lower * scale), float(upper * scale))


def rate_ratio(
    events_treated: int,
    time_treated: float,
    events_control: int,
    time_control: float,
    *,
    conf_level: float = 0.95,
) -> RateRatio:
    """Ratio of two Poisson rates with its exact interval and two-sided P value.

    Parameters
    ----------
    events_treated, events_control : int
        Numbers of events.
    time_treated, time_control : float
        Sums of the times at risk, in one unit.
    conf_level : float
        Level of the interval.

    Returns
    -------
    RateRatio
        0 or inf when one arm has no events; NaN when both have none, or without time at risk.

    Raises
    ------
    ValueError
        When a number of events is no count, or a time at risk is negative or not finite.

    Notes
    -----
    Given the total number of events, those of the treated arm are binomial; the interval is that
    of Clopper and Pearson (1934), as in R's ``poisson.test(c(x1, x0), c(t1, t0))``.

    References
    ----------
    Przyborowski J, Wilenski H (1940). Homogeneity of results in testing samples from Poisson
    series. Biometrika 31:313-323.

    Examples
    --------
    >>> from trialbook.survival import rate_ratio
    >>> found = rate_ratio(12, 240, 20, 220)
    >>> print(f"{found.rate_ratio:.3f} ({found.lower:.3f} to {found.upper:.3f})")
    0.550 (0.245 to 1.181)
    """
    _check("treated", events_treated, time_treated)
    _check("control", events_control, time_control)
    check_conf_level(conf_level)
    x1, x0 = int(events_treated), int(events_control)
    if time_treated == 0 or time_control == 0 or x1 + x0 == 0:
        return RateRatio(np.nan, np.nan, np.nan, np.nan)
    tail = (1 - conf_level) / 2
    time_ratio = time_control / time_treated
    # odds of the Clopper-Pearson limits through the F distribution: no loss of digits near 1
    lower = x1 / (x0 + 1) * stats.f.ppf(tail, 2 * x1, 2 * x0 + 2) if x1 else 0.0
    upper = (x1 + 1) / x0 * stats.f.isf(tail, 2 * x1 + 2, 2 * x0) if x0 else np.inf
    share = time_treated / (time_treated + time_control)
    return RateRatio(
        x1 / x0 * time_ratio if x0 else np.inf,
        float(lower * time_ratio),
        float(upper * time_ratio),
        float(stats.binomtest(x1, x1 + x0, share).pvalue),
    )
