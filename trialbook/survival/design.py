"""Design of a two-arm trial under proportional hazards: events, patients, power.

Hazard ratios are treated over control; `allocation` is patients in the treated arm per patient
in the control arm; `alpha` is two-sided (give twice the level of a one-sided test).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from trialbook.survival import validation

METHODS = ("schoenfeld", "freedman")


@dataclass(frozen=True)
class SampleSize:
    """What a trial needs; `n_events` is not rounded, patients are rounded up per arm.

    Examples
    --------
    >>> from trialbook.survival import sample_size
    >>> plan = sample_size(0.02, 0.7, follow_up=24, accrual=12, power=0.9)
    >>> plan.n
    836
    >>> round(plan.event_probability_control, 3)
    0.45
    """

    n_events: float
    n_treated: int
    n_control: int
    event_probability_treated: float
    event_probability_control: float

    @property
    def n(self) -> int:
        """Patients in both arms."""
        return self.n_treated + self.n_control


def _check_positive(**given: ArrayLike) -> None:
    for name, value in given.items():
        if not np.all(np.isfinite(value)) or np.any(np.asarray(value) <= 0):
            raise ValueError(f"{name} must be a positive number, not {value!r}.")


def _check_probability(**given: float) -> None:
    for name, value in given.items():
        if not 0 < value < 1:
            raise ValueError(f"{name} must lie between 0 and 1, not {value!r}.")


def _effect_per_root_event(
    hazard_ratio: ArrayLike, method: str, allocation: float, margin: float
) -> np.ndarray:
    """Mean of the log-rank z statistic, divided by the root of the number of events.

    Without a margin either direction counts, so it is not negative; with one it is negative for
    a treatment that is truly beyond the margin.
    """
    validation.one_of(method, METHODS, "method")
    _check_positive(hazard_ratio=hazard_ratio, allocation=allocation, margin=margin)
    ratio = np.asarray(hazard_ratio, dtype=float)
    if method == "schoenfeld":
        away = np.log(ratio / margin)
        away = np.abs(away) if margin == 1 else -np.sign(np.log(margin)) * away
        return away * np.sqrt(allocation) / (1 + allocation)
    if margin != 1:
        raise ValueError("margin: Freedman's formula has none; use method='schoenfeld'.")
    return np.abs(1 - ratio) * np.sqrt(allocation) / (1 + allocation * ratio)


def _events(
    hazard_ratio: float, power: float, alpha: float, allocation: float, method: str, margin: float
) -> float:
    _check_probability(power=power, alpha=alpha)
    effect = float(_effect_per_root_event(hazard_ratio, method, allocation, margin))
    if effect <= 0:
        raise ValueError(
            f"hazard_ratio: {hazard_ratio:g} is at or beyond {margin:g}, where there is no effect "
            "to detect: no number of events is enough."
        )
    return float(((stats.norm.isf(alpha / 2) + stats.norm.isf(1 - power)) / effect) ** 2)


def schoenfeld_events(
    hazard_ratio: float,
    *,
    power: float = 0.80,
    alpha: float = 0.05,
    allocation: float = 1.0,
    margin: float = 1.0,
) -> float:
    """Number of events that a log-rank test or Cox model needs, by Schoenfeld.

    Parameters
    ----------
    hazard_ratio : float
        Hazard ratio to detect, treated over control.
    power, alpha : float
        Power, and two-sided level of the test.
    allocation : float
        Patients in the treated arm per patient in the control arm.
    margin : float
        Hazard ratio of the null hypothesis: 1 for superiority, the margin for noninferiority
        (above 1 where events are unfavourable, below 1 where they are favourable).

    Returns
    -------
    float
        Events in both arms together, not rounded.

    Raises
    ------
    ValueError
        When a parameter is out of its range, or the hazard ratio is at or beyond the margin.

    References
    ----------
    Schoenfeld D (1981). The asymptotic properties of nonparametric tests for comparing survival
    distributions. Biometrika 68:316-319. Schoenfeld DA (1983). Sample-size formula for the
    proportional-hazards regression model. Biometrics 39:499-503, equation 1.

    Examples
    --------
    >>> from trialbook.survival import schoenfeld_events
    >>> round(schoenfeld_events(0.7, power=0.9), 1)
    330.4
    """
    return _events(hazard_ratio, power, alpha, allocation, "schoenfeld", margin)


def freedman_events(
    hazard_ratio: float, *, power: float = 0.80, alpha: float = 0.05, allocation: float = 1.0
) -> float:
    """Number of events that a log-rank test needs, by Freedman.

    Parameters
    ----------
    hazard_ratio, power, alpha, allocation : float
        As in `schoenfeld_events`.

    Returns
    -------
    float
        Events in both arms together, not rounded; never fewer than Schoenfeld's with equal arms.

    Raises
    ------
    ValueError
        When a parameter is out of its range, or the hazard ratio is 1.

    References
    ----------
    Freedman LS (1982). Tables of the number of patients required in clinical trials using the
    logrank test. Stat Med 1:121-129, equation 2.

    Examples
    --------
    >>> from trialbook.survival import freedman_events
    >>> round(freedman_events(0.7, power=0.9), 1)
    337.4
    """
    return _events(hazard_ratio, power, alpha, allocation, "freedman", 1.0)


def power(
    n_events: ArrayLike,
    hazard_ratio: ArrayLike,
    *,
    alpha: float = 0.05,
    allocation: float = 1.0,
    method: str = "schoenfeld",
    margin: float = 1.0,
) -> np.ndarray | float:
    """Power of a log-rank test with a number of events; arrays give a power curve.

    Parameters
    ----------
    n_events, hazard_ratio : float or array_like
        Events in both arms together, and the true hazard ratio; broadcast against each other.
    alpha, allocation, margin : float
        As in `schoenfeld_events`.
    method : {"schoenfeld", "freedman"}
        The approximation.

    Returns
    -------
    float or numpy.ndarray
        Probability that the test is significant in the true direction (with a margin: that
        noninferiority is shown); the inverse of `schoenfeld_events` and `freedman_events`.

    Raises
    ------
    ValueError
        When a parameter is out of its range.

    Examples
    --------
    >>> from trialbook.survival import power
    >>> round(float(power(331, 0.7)), 3)
    0.901
    """
    _check_probability(alpha=alpha)
    events = np.asarray(n_events, dtype=float)
    if not np.isfinite(events).all() or (events < 0).any():
        raise ValueError(f"n_events must be 0 or more, not {n_events!r}.")
    effect = _effect_per_root_event(hazard_ratio, method, allocation, margin)
    result = stats.norm.cdf(effect * np.sqrt(events) - stats.norm.isf(alpha / 2))
    return float(result) if np.ndim(result) == 0 else result


def detectable_hazard_ratio(
    n_events: float,
    *,
    power: float = 0.80,
    alpha: float = 0.05,
    allocation: float = 1.0,
    margin: float = 1.0,
    above: bool = False,
) -> float:
    """Hazard ratio that a number of events finds with a given power: `schoenfeld_events` solved.

    Parameters
    ----------
    n_events : float
        Events in both arms together.
    power, alpha, allocation, margin : float
        As in `schoenfeld_events`.
    above : bool
        Return the ratio on the far side of the margin, instead of the one below it.

    Returns
    -------
    float
        The true hazard ratio, treated over control.

    Raises
    ------
    ValueError
        When a parameter is out of its range.

    Examples
    --------
    >>> from trialbook.survival import detectable_hazard_ratio
    >>> round(detectable_hazard_ratio(331, power=0.9), 3)
    0.7
    """
    _check_probability(power=power, alpha=alpha)
    _check_positive(n_events=n_events, allocation=allocation, margin=margin)
    z = stats.norm.isf(alpha / 2) + stats.norm.isf(1 - power)
    away = z * (1 + allocation) / np.sqrt(allocation * n_events)
    return float(margin * np.exp(away if above else -away))


def constant_hazard(proportion: float, time: float) -> float:
    """Hazard, per unit of time, with which `proportion` have the event by `time`.

    Parameters
    ----------
    proportion : float
        Proportion with the event by `time` without censoring, from 0 to below 1.
    time : float
        The time by which it is reached.

    Returns
    -------
    float
        The rate of the exponential distribution.

    Raises
    ------
    ValueError
        When the proportion or the time is out of its range.

    Examples
    --------
    40% with the event after 24 months.

    >>> from trialbook.survival import constant_hazard
    >>> round(constant_hazard(0.4, 24), 5)
    0.02128
    """
    _check_positive(time=time)
    if not 0 <= proportion < 1:
        raise ValueError(f"proportion must be at least 0 and below 1, not {proportion!r}.")
    return float(-np.log1p(-proportion) / time)


def event_probability(
    hazard: float, *, follow_up: float, accrual: float = 0.0, dropout: float = 0.0
) -> float:
    """Probability that a patient's event is observed, with constant hazards.

    Parameters
    ----------
    hazard : float
        Hazard of the event, per unit of time.
    follow_up : float
        Follow-up of the last patient to enter.
    accrual : float
        Time over which patients enter uniformly; the first is followed for the sum of both.
        0 when each patient is followed for `follow_up`.
    dropout : float
        Hazard of leaving the trial, per unit of time, independent of the event.

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    ValueError
        When a parameter is negative, or `follow_up` and `accrual` are both 0.

    References
    ----------
    Lachin JM, Foulkes MA (1986). Evaluation of sample size and power for analyses of survival
    with allowance for nonuniform patient entry, losses to follow-up, noncompliance, and
    stratification. Biometrics 42:507-519, equation 4.1 with uniform entry.

    Examples
    --------
    >>> from trialbook.survival import event_probability
    >>> round(event_probability(0.02, follow_up=24, accrual=12), 4)
    0.4499
    """
    given = {"hazard": hazard, "follow_up": follow_up, "accrual": accrual, "dropout": dropout}
    for name, value in given.items():
        if not np.isfinite(value) or value < 0:
            raise ValueError(f"{name} must be 0 or more, not {value!r}.")
    if follow_up + accrual == 0:
        raise ValueError("follow_up and accrual are both 0: nobody is followed.")
    leaving = hazard + dropout
    if hazard == 0:
        return 0.0
    # mean over entry of exp(-leaving * time followed); expm1 keeps the digits of short accrual
    spread = leaving * accrual
    mean = -np.expm1(-spread) / spread if spread > 0 else 1.0
    return float(hazard / leaving * (1 - np.exp(-leaving * follow_up) * mean))


def sample_size(
    hazard_control: float,
    hazard_ratio: float,
    *,
    follow_up: float,
    accrual: float = 0.0,
    dropout: float = 0.0,
    power: float = 0.80,
    alpha: float = 0.05,
    allocation: float = 1.0,
    method: str = "schoenfeld",
    margin: float = 1.0,
) -> SampleSize:
    """Patients that a trial needs for a log-rank test, with accrual and dropout.

    Parameters
    ----------
    hazard_control : float
        Hazard of the event in the control arm, per unit of time; see `constant_hazard`.
    hazard_ratio : float
        Hazard ratio to detect, treated over control.
    follow_up, accrual, dropout : float
        As in `event_probability`.
    power, alpha, allocation, margin : float
        As in `schoenfeld_events`.
    method : {"schoenfeld", "freedman"}
        The formula for the events.

    Returns
    -------
    SampleSize
        The events, the patients of each arm, and each arm's probability of an observed event.

    Raises
    ------
    ValueError
        When a parameter is out of its range.

    Examples
    --------
    >>> from trialbook.survival import sample_size
    >>> plan = sample_size(0.02, 0.7, follow_up=24, accrual=12, power=0.9)
    >>> plan.n_treated, plan.n_control
    (418, 418)
    """
    _check_positive(hazard_control=hazard_control)
    n_events = _events(hazard_ratio, power, alpha, allocation, method, margin)
    followed = {"follow_up": follow_up, "accrual": accrual, "dropout": dropout}
    treated = event_probability(hazard_control * hazard_ratio, **followed)
    control = event_probability(hazard_control, **followed)
    n_control = n_events / (allocation * treated + control)
    return SampleSize(
        n_events,
        int(np.ceil(round(allocation * n_control, 9))),
        int(np.ceil(round(n_control, 9))),
        treated,
        control,
    )


def expected_events(
    n_treated: int,
    n_control: int,
    *,
    hazard_treated: float,
    hazard_control: float,
    follow_up: float,
    accrual: float = 0.0,
    dropout: float = 0.0,
) -> float:
    """Number of events that a trial of a given size is expected to observe.

    Parameters
    ----------
    n_treated, n_control : int
        Patients per arm.
    hazard_treated, hazard_control : float
        Hazards of the event, per unit of time.
    follow_up, accrual, dropout : float
        As in `event_probability`.

    Returns
    -------
    float
        Expected events in both arms together, for `power`.

    Examples
    --------
    >>> from trialbook.survival import expected_events
    >>> events = expected_events(
    ...     100, 100, hazard_treated=0.014, hazard_control=0.02, follow_up=24
    ... )
    >>> round(events, 1)
    66.7
    """
    followed = {"follow_up": follow_up, "accrual": accrual, "dropout": dropout}
    return n_treated * event_probability(hazard_treated, **followed) + n_control * (
        event_probability(hazard_control, **followed)
    )
