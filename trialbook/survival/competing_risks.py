"""Competing risks: cumulative incidence by Aalen and Johansen, and what goes wrong without it.

Causes are whole numbers: 0 is censored, 1 the event, 2 and up the events that compete with it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from trialbook.survival import validation
from trialbook.survival.cox import CoxModel, cox
from trialbook.survival.kaplan_meier import CONF_TYPES, KaplanMeier, kaplan_meier
from trialbook.survival.risk_table import distinct_times, reverse_cumsum

ROUNDING = 1e-12  # sums of a few thousand terms come this close to the 1 that they stand for


@dataclass(frozen=True)
class IncidenceAtTimes:
    """Cumulative incidence of one cause read off at given times; one value per time.

    Attributes
    ----------
    time : array
    n_at_risk : array of int
        Patients with AVAL >= time.
    n_events : array of int
        Events of the cause up to and including the time.
    cumulative_incidence, std_error, lower, upper : array
        NaN beyond the last follow-up, unless every patient has had an event by then. The
        limits are 0 before the first time in the data, as R has them, and NaN from then on
        until the first event.

    Examples
    --------
    >>> from trialbook.survival import cumulative_incidence
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> cause = [1, 0, 2, 1, 0, 1, 2, 1, 0, 1]
    >>> cumulative_incidence(time, cause).at([6]).n_at_risk
    array([6])
    """

    time: np.ndarray
    n_at_risk: np.ndarray
    n_events: np.ndarray
    cumulative_incidence: np.ndarray
    std_error: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


@dataclass(frozen=True)
class CumulativeIncidence:
    """Cumulative incidence of every cause; row k - 1 of the two-dimensional fields is cause k.

    Attributes
    ----------
    time : array, shape (m,)
        Distinct times at which anything happened.
    n_at_risk, n_censored : array of int, shape (m,)
        At risk just before each time, censored at it.
    n_events : array of int, shape (k, m)
        Events of each cause at each time.
    event_free : array, shape (m,)
        Probability of none of the events up to and including each time.
    cumulative_incidence, std_error, lower, upper : array, shape (k, m)
        The limits are NaN where the transformation is not defined (before the first event).
    conf_level, conf_type
        Of the interval.

    Examples
    --------
    >>> from trialbook.survival import cumulative_incidence
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> cause = [1, 0, 2, 1, 0, 1, 2, 1, 0, 1]
    >>> found = cumulative_incidence(time, cause)

    event-free, the event, the competing one: together everybody

    >>> round(float(found.event_free[-1] + found.cumulative_incidence[:, -1].sum()), 6)
    1.0
    """

    time: np.ndarray
    n_at_risk: np.ndarray
    n_censored: np.ndarray
    n_events: np.ndarray
    event_free: np.ndarray
    cumulative_incidence: np.ndarray
    std_error: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    conf_level: float
    conf_type: str

    def at(self, times: ArrayLike, cause: int = 1) -> IncidenceAtTimes:
        """Read the cumulative incidence of one cause off at `times`, in any order.

        Parameters
        ----------
        times : array_like of float
            Time points, zero or later, in the unit of the data.
        cause : int
            A cause from 1 on; one that nobody here had has incidence 0.

        Returns
        -------
        IncidenceAtTimes

        Raises
        ------
        ValueError
            If a time is missing or negative, or the cause no cause.
        """
        at = validation.as_times(np.atleast_1d(times), "times")
        row = as_cause(cause) - 1
        last = np.searchsorted(self.time, at, side="right")
        gone = np.searchsorted(self.time, at, side="left")
        over = (at > self.time[-1]) & (self.event_free[-1] > 0)
        absent = row >= len(self.n_events)

        # An event that nobody had has no limits on a log scale, whatever else happened.
        limit = 0.0 if self.conf_type == "plain" else np.nan

        def read(curves: np.ndarray, of_absent: float = 0.0) -> np.ndarray:
            curve = np.full(self.time.size, of_absent) if absent else curves[row]
            return np.where(over, np.nan, np.concatenate([[0.0], curve])[last])

        n_events = np.zeros(self.time.size, int) if absent else self.n_events[row]
        return IncidenceAtTimes(
            time=at,
            n_at_risk=np.append(self.n_at_risk, 0)[gone],
            n_events=np.concatenate([[0], np.cumsum(n_events)])[last],
            cumulative_incidence=read(self.cumulative_incidence),
            std_error=read(self.std_error),
            lower=read(self.lower, limit),
            upper=read(self.upper, limit),
        )


def as_cause(cause: int, name: str = "cause") -> int:
    """Return the code of an event, a whole number from 1 on."""
    if cause != int(cause) or cause < 1:
        raise ValueError(f"{name}: must be a whole number from 1 on, got {cause}; 0 is censored.")
    return int(cause)


def cumulative_incidence(
    time: ArrayLike, cause: ArrayLike, *, conf_level: float = 0.95, conf_type: str = "log-log"
) -> CumulativeIncidence:
    """Estimate the cumulative incidence of competing events by Aalen and Johansen.

    Parameters
    ----------
    time : array_like, shape (n,)
        Time of the first event of any cause, or of censoring; zero or later.
    cause : array_like of int, shape (n,)
        0 censored, 1 the event, 2, 3, ... the competing ones.
    conf_level : float
        Level of the intervals.
    conf_type : {"log-log", "log", "plain"}
        Scale on which the intervals are symmetric; R's survfit takes "log" unless told.

    Returns
    -------
    CumulativeIncidence

    Raises
    ------
    ValueError
        If an array cannot be analysed; the message says which, where and what to do.

    Notes
    -----
    As ``survfit(Surv(time, factor(cause)) ~ 1, conf.type = conf_type)`` in R's survival, whose
    standard error is the infinitesimal jackknife: the root of the sum over patients of the
    squared derivative of the estimate with respect to the patient's weight. A patient's
    derivative is a straight line in the cumulative incidence once the patient has left, and the
    same for all who are still at risk, so that its squares need cumulative sums only.

    References
    ----------
    Aalen OO, Johansen S (1978). An empirical transition matrix for non-homogeneous Markov chains
    based on censored observations. Scand J Stat 5:141-150. Therneau TM, Crowson CS, Atkinson EJ.
    Multi-state models and competing risks, vignette of R's survival (the variance).

    Examples
    --------
    >>> from trialbook.survival import cumulative_incidence
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> cause = [1, 0, 2, 1, 0, 1, 2, 1, 0, 1]
    >>> found = cumulative_incidence(time, cause)
    >>> found.cumulative_incidence[0].round(3)
    array([0.1  , 0.2  , 0.2  , 0.2  , 0.317, 0.317, 0.317, 0.472, 0.628,
           0.628])
    """
    validation.one_of(conf_type, CONF_TYPES, "conf_type")
    z = validation.normal_quantile(conf_level)
    times = validation.as_times(time)
    causes = validation.as_causes(cause, times.size)
    values, (row,) = distinct_times(times)
    m, k = values.size, max(1, int(causes.max()))
    counts = np.bincount(causes * m + row, minlength=(k + 1) * m).reshape(k + 1, m)
    n_events = counts[1:]
    any_event = n_events.sum(axis=0)
    at_risk = reverse_cumsum(counts.sum(axis=0))
    event_free = np.cumprod((at_risk - any_event) / at_risk)
    before = np.concatenate([[1.0], event_free[:-1]])
    incidence = np.cumsum(before * n_events / at_risk, axis=1)
    std_error = np.sqrt(
        np.array(
            [
                _jackknife_variance(counts[0], n_events[j], any_event, at_risk, before, curve)
                for j, curve in enumerate(incidence)
            ]
        )
    )
    lower, upper = _limits(incidence, std_error, z, conf_type)
    return CumulativeIncidence(
        values,
        at_risk,
        counts[0],
        n_events,
        event_free,
        incidence,
        std_error,
        lower,
        upper,
        conf_level,
        conf_type,
    )


def _jackknife_variance(
    censored: np.ndarray,
    events: np.ndarray,
    any_event: np.ndarray,
    at_risk: np.ndarray,
    before: np.ndarray,
    incidence: np.ndarray,
) -> np.ndarray:
    """Sum of the patients' squared derivatives of one cause's incidence, at each time.

    With F the incidence, S the event-free survival, Y at risk, d events of any cause and dF the
    steps of F, a patient who leaves at T with the event (e = 1) or without (e = 0) has derivative
    ``own + slope (F(t) - F(T))`` at t >= T: `slope` is that of log S, and stays; `own` is what
    the patient has added up to T, of which 1/Y S(T-) for an event of this very cause.
    """
    staying = at_risk - any_event  # 0 only at the last time, after which nothing changes
    step = before * events / at_risk
    log_survival = np.divide(
        any_event, at_risk * staying, out=np.zeros(at_risk.size), where=staying > 0
    )
    hazard_sum = np.cumsum(log_survival)
    common = np.cumsum(step * (hazard_sum - log_survival) - step / at_risk)
    left = np.divide(1.0, staying, out=np.zeros(at_risk.size), where=staying > 0)
    variance = (at_risk - any_event - censored) * common**2
    square = cross = slope_square = 0.0
    for n, slope, own in (
        (censored, hazard_sum, common),
        (events, hazard_sum - left, common + before / at_risk),
        (any_event - events, hazard_sum - left, common),
    ):
        level = own - slope * incidence
        square = square + np.cumsum(n * level**2)
        cross = cross + np.cumsum(n * level * slope)
        slope_square = slope_square + np.cumsum(n * slope**2)
    total = variance + square + 2 * incidence * cross + incidence**2 * slope_square
    return np.where(incidence < 1 - ROUNDING, np.maximum(total, 0.0), 0.0)


def _limits(
    p: np.ndarray, std_error: np.ndarray, z: float, conf_type: str
) -> tuple[np.ndarray, np.ndarray]:
    """Limits of a probability, as R's ``survfit_confint``; NaN where not defined."""
    if conf_type == "plain":
        return np.maximum(p - z * std_error, 0), np.minimum(p + z * std_error, 1)
    q = np.where(p > 0, p, np.nan)
    if conf_type == "log":
        return q * np.exp(-z * std_error / q), np.minimum(q * np.exp(z * std_error / q), 1)
    log_q = np.log(np.where(p < 1 - ROUNDING, q, np.nan))
    half = z * std_error / (q * log_q)
    with np.errstate(over="ignore"):  # a limit that rounds to 0 or 1
        return np.exp(log_q * np.exp(-half)), np.exp(log_q * np.exp(half))


def naive_cumulative_incidence(
    time: ArrayLike,
    cause: ArrayLike,
    *,
    of: int = 1,
    conf_level: float = 0.95,
    conf_type: str = "log-log",
) -> KaplanMeier:
    """Return the Kaplan-Meier curve that censors the competing events, for teaching.

    One minus this curve is what is often printed as cumulative incidence. It is the incidence in
    a world where the competing events do not exist and would have changed nothing else, and is
    never below the estimate of Aalen and Johansen; the curves of all causes can add up to more
    than 1.

    Parameters
    ----------
    time, cause
        As for `cumulative_incidence`.
    of : int
        The cause that counts as the event.
    conf_level, conf_type
        As for `kaplan_meier`.

    Returns
    -------
    KaplanMeier
        Its survival, lower and upper are those of 1 - incidence.

    Raises
    ------
    ValueError
        If an array cannot be analysed.

    References
    ----------
    Putter H, Fiocco M, Geskus RB (2007). Tutorial in biostatistics: competing risks and
    multi-state models. Stat Med 26:2389-2430, section 2.2.

    Examples
    --------
    >>> from trialbook.survival import cumulative_incidence, naive_cumulative_incidence
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> cause = [1, 0, 2, 1, 0, 1, 2, 1, 0, 1]
    >>> naive = 1 - naive_cumulative_incidence(time, cause).survival[-1]
    >>> bool(naive > cumulative_incidence(time, cause).cumulative_incidence[0, -1])
    True
    """
    times = validation.as_times(time)
    causes = validation.as_causes(cause, times.size)
    event = causes == as_cause(of, "of")
    return kaplan_meier(times, event, conf_level=conf_level, conf_type=conf_type)


def cause_specific(
    time: ArrayLike, cause: ArrayLike, X: ArrayLike, *, of: int = 1, **options: Any
) -> CoxModel:
    """Fit a Cox model to the hazard of one cause, where the others end follow-up.

    Parameters
    ----------
    time, cause
        As for `cumulative_incidence`.
    X : array_like, shape (n,) or (n, p)
        Covariates; 1 for treated and 0 for control.
    of : int
        The cause that counts as the event.
    **options
        Keyword arguments of `cox`.

    Returns
    -------
    CoxModel
        Hazard ratios among those who are still event-free; no statement about incidence.

    Raises
    ------
    ValueError
        If an array cannot be analysed.

    References
    ----------
    Prentice RL et al. (1978). The analysis of failure times in the presence of competing risks.
    Biometrics 34:541-554.

    Examples
    --------
    >>> from trialbook.survival import cause_specific
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> cause = [1, 0, 2, 1, 0, 1, 2, 1, 0, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> cause_specific(time, cause, treated).hr.round(3)
    array([0.552])
    """
    times = validation.as_times(time)
    causes = validation.as_causes(cause, times.size)
    return cox(times, causes == as_cause(of, "of"), X, **options)
