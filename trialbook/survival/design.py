"""Design of a two-arm trial under proportional hazards: events and power.

Hazard ratios are treated over control; `allocation` is patients in the treated arm per patient
in the control arm; `alpha` is two-sided (give twice the level of a one-sided test).
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from trialbook.survival import validation

METHODS = ("schoenfeld", "freedman")


def check_positive(**given: ArrayLike) -> None:
    """Raise ValueError, with its name, where one is not a positive number."""
    for name, value in given.items():
        if not np.all(np.isfinite(value)) or np.any(np.asarray(value) <= 0):
            raise ValueError(f"{name} must be a positive number, not {value!r}.")


def check_probability(**given: float) -> None:
    """Raise ValueError, with its name, where one does not lie between 0 and 1."""
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
    check_positive(hazard_ratio=hazard_ratio, allocation=allocation, margin=margin)
    ratio = np.asarray(hazard_ratio, dtype=float)
    if method == "schoenfeld":
        away = np.log(ratio / margin)
        away = np.abs(away) if margin == 1 else -np.sign(np.log(margin)) * away
        return away * np.sqrt(allocation) / (1 + allocation)
    if margin != 1:
        raise ValueError("margin: Freedman's formula has none; use method='schoenfeld'.")
    return np.abs(1 - ratio) * np.sqrt(allocation) / (1 + allocation * ratio)


def events_needed(
    hazard_ratio: float, power: float, alpha: float, allocation: float, method: str, margin: float
) -> float:
    """Return the number of events by a formula, one of `METHODS`."""
    check_probability(power=power, alpha=alpha)
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
    return events_needed(hazard_ratio, power, alpha, allocation, "schoenfeld", margin)


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
    return events_needed(hazard_ratio, power, alpha, allocation, "freedman", 1.0)


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
    check_probability(alpha=alpha)
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
    check_probability(power=power, alpha=alpha)
    check_positive(n_events=n_events, allocation=allocation, margin=margin)
    z = stats.norm.isf(alpha / 2) + stats.norm.isf(1 - power)
    away = z * (1 + allocation) / np.sqrt(allocation * n_events)
    return float(margin * np.exp(away if above else -away))
