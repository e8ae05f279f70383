"""From events to patients: accrual, follow-up and dropout of a two-arm trial.

Hazard ratios are treated over control; `allocation` is patients in the treated arm per patient
in the control arm; `alpha` is two-sided.
"""

from dataclasses import dataclass

import numpy as np

from trialbook.survival.design import check_positive, events_needed


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
    check_positive(time=time)
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
    check_positive(hazard_control=hazard_control)
    n_events = events_needed(hazard_ratio, power, alpha, allocation, method, margin)
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
