"""Kaplan-Meier: survival, its intervals, quantiles, numbers at risk, and differences at a time.

Kaplan and Meier (1958), JASA 53:457. Variance by Greenwood (1926). Quantiles and their intervals
as R's ``quantile.survfit``; the interval of the median inverts the band (Brookmeyer and Crowley
1982, Biometrics 38:29).
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from trialbook.survival import validation
from trialbook.survival.risk_table import (
    RiskTable,
    as_survival,
    rank_times,
    risk_table,
    snapped,
)

CONF_TYPES = ("log-log", "log", "plain")


@dataclass(frozen=True)
class AtTimes:
    """A Kaplan-Meier curve read off at given times; every field has one value per time.

    Attributes
    ----------
    time : array
    n_at_risk : array
        Patients with AVAL >= time (and, with entry times, entered before it).
    n_events, n_censored : array
        Cumulative, up to and including the time.
    survival, std_error, lower, upper : array
        NaN beyond the last follow-up, unless the curve has reached 0 there. Before the first
        event, where every type of interval has no width or is not defined, the limits are
        Clopper and Pearson's of those at risk.

    Examples
    --------
    >>> from trialbook.survival import kaplan_meier
    >>> read = kaplan_meier([2, 4, 4, 6, 9], [1, 1, 0, 1, 0]).at([3, 8])
    >>> read.survival.round(3)
    array([0.8, 0.3])
    >>> read.n_at_risk
    array([4, 1])
    """

    time: np.ndarray
    n_at_risk: np.ndarray
    n_events: np.ndarray
    n_censored: np.ndarray
    survival: np.ndarray
    std_error: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


@dataclass(frozen=True)
class KaplanMeier:
    """A Kaplan-Meier curve: one value per distinct time at which anything happened.

    Attributes
    ----------
    time : array, shape (m,)
    n_at_risk, n_events, n_censored : array, shape (m,)
        At risk just before each time; events and censorings at it.
    survival : array, shape (m,)
        S(t), the probability of no event up to and including t.
    std_error : array, shape (m,)
        Greenwood's standard error of S(t); NaN once S(t) is 0.
    lower, upper : array, shape (m,)
        Pointwise interval; NaN where the transformation is not defined (log-log: S is 0 or 1).
    n, total_events : float
        Patients and events (sums of weights, where there are weights).
    conf_level, conf_type
        Of the interval.

    Examples
    --------
    >>> from trialbook.survival import kaplan_meier
    >>> curve = kaplan_meier([2, 4, 4, 6, 9], [1, 1, 0, 1, 0])
    >>> curve.time
    array([2., 4., 6., 9.])
    >>> curve.std_error.round(3)
    array([0.179, 0.219, 0.239, 0.239])
    >>> curve.quantile(0.25)
    (4.0, 2.0, 6.0)
    """

    time: np.ndarray
    n_at_risk: np.ndarray
    n_events: np.ndarray
    n_censored: np.ndarray
    conf_level: float
    conf_type: str
    entry: np.ndarray | None = field(default=None, repr=False)
    entry_weights: np.ndarray | None = field(default=None, repr=False)

    @cached_property
    def n(self) -> float:
        """Number of patients."""
        return (self.n_events.sum() + self.n_censored.sum()).item()

    @cached_property
    def total_events(self) -> float:
        """Number of events."""
        return self.n_events.sum().item()

    @cached_property
    def survival(self) -> np.ndarray:
        """S(t) at each time."""
        return np.cumprod((self.n_at_risk - self.n_events) / self.n_at_risk)

    @cached_property
    def _greenwood(self) -> np.ndarray:
        """Greenwood's sum, the variance of log S(t); infinite once S(t) is 0."""
        with np.errstate(divide="ignore"):
            return np.cumsum(greenwood_terms(self.n_at_risk, self.n_events))

    @cached_property
    def std_error(self) -> np.ndarray:
        """Greenwood's standard error of S(t)."""
        with np.errstate(invalid="ignore"):
            return self.survival * np.sqrt(self._greenwood)

    @cached_property
    def _interval(self) -> tuple[np.ndarray, np.ndarray]:
        z = validation.normal_quantile(self.conf_level)
        return _interval(self.survival, np.sqrt(self._greenwood), z, self.conf_type)

    @property
    def lower(self) -> np.ndarray:
        """Lower limits of S(t)."""
        return self._interval[0]

    @property
    def upper(self) -> np.ndarray:
        """Upper limits of S(t)."""
        return self._interval[1]

    @property
    def median(self) -> tuple[float, float, float]:
        """Median with its interval, as `quantile` of 0.5."""
        return self.quantile(0.5)

    def at(self, times: ArrayLike) -> AtTimes:
        """Read the curve off at `times` (any order), as R's ``summary(survfit)``.

        Parameters
        ----------
        times : array_like of float
            Time points, in the unit of the data, zero or later.

        Returns
        -------
        AtTimes
        """
        at = np.atleast_1d(validation.as_times(np.atleast_1d(times), "times"))
        asked, at = at, snapped(at, self.time)
        last = np.searchsorted(self.time, at, side="right")  # rows up to and including the time
        gone = np.searchsorted(self.time, at, side="left")  # rows before it
        leavers = _from_zero(np.cumsum(self.n_events + self.n_censored), 0)
        n_at_risk = leavers[-1] - leavers[gone]
        if self.entry is not None and self.entry_weights is not None:
            entered = _from_zero(np.cumsum(self.entry_weights), 0)
            n_at_risk = n_at_risk - (
                entered[-1] - entered[np.searchsorted(self.entry, at, side="left")]
            )
        over = (at > self.time[-1]) & (self.survival[-1] > 0)
        lower, upper = self._clopper_pearson(n_at_risk)
        unbroken = ~over & (at > 0) & (_from_zero(self.survival, 1.0)[last] == 1)

        def read(curve: np.ndarray, at_start: float) -> np.ndarray:
            return np.where(over, np.nan, _from_zero(curve, at_start)[last])

        return AtTimes(
            time=asked,
            n_at_risk=n_at_risk,
            n_events=_from_zero(np.cumsum(self.n_events), 0)[last],
            n_censored=_from_zero(np.cumsum(self.n_censored), 0)[last],
            survival=read(self.survival, 1.0),
            std_error=read(self.std_error, 0.0),
            lower=np.where(unbroken, lower, read(self.lower, 1.0)),
            upper=np.where(unbroken, upper, read(self.upper, 1.0)),
        )

    def _clopper_pearson(self, n_free: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return limits of S(t) before any event, `n_free` patients being free of it at t.

        Greenwood's variance is 0 there, which is no knowledge: the lower limit is Clopper and
        Pearson's of those at risk (see `bpcp`), the upper one 1. With late entry none is known.
        """
        if self.entry is not None or not np.array_equal(n_free, np.round(n_free)):
            return np.full(n_free.shape, np.nan), np.full(n_free.shape, np.nan)
        tail = (1 - self.conf_level) / 2
        with np.errstate(divide="ignore"):
            return tail ** (1 / n_free), np.ones(n_free.shape)

    def quantile(self, p: float) -> tuple[float, float, float]:
        """Return the time by which a share `p` has had the event, with its interval.

        The first time at which S(t) <= 1 - p; where S(t) equals 1 - p over an interval, the
        middle of that interval (up to the last time, where the curve ends on it). The limits
        are the same times of the upper and lower band. NaN: not reached.

        Parameters
        ----------
        p : float
            Between 0 and 1: 0.5 for the median, 0.25 for the first quartile.

        Returns
        -------
        estimate, lower, upper : float

        Notes
        -----
        R's ``quantile.survfit`` with its tolerance of 1.5e-8. (R's ``print.survfit`` differs in
        one case: it takes the first time where the curve ends at exactly 1 - p.)
        """
        if not 0 < p < 1:
            raise ValueError(f"p: must lie between 0 and 1, got {p}.")
        curves = (self.survival, self.lower, self.upper)
        estimate, lower, upper = (_crossing(self.time, curve, p) for curve in curves)
        return estimate, lower, upper


def kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    *,
    conf_level: float = 0.95,
    conf_type: str = "log-log",
    weights: ArrayLike | None = None,
    entry: ArrayLike | None = None,
) -> KaplanMeier:
    """Estimate survival by Kaplan and Meier.

    Parameters
    ----------
    time : array_like, shape (n,)
        Follow-up times, zero or later.
    event : array_like of bool or 0/1, shape (n,)
        True where the event happened at `time`, False where follow-up ended without it.
    conf_level : float
        Level of the intervals.
    conf_type : {"log-log", "log", "plain"}
        Scale on which the interval is symmetric.
    weights : array_like, shape (n,), optional
        Case weights, taken as frequencies (Greenwood's variance of the weighted counts).
    entry : array_like, shape (n,), optional
        Times of entry (left truncation): at risk from just after it.

    Returns
    -------
    KaplanMeier

    Raises
    ------
    ValueError
        If an array cannot be analysed; the message says which, where and what to do.

    Notes
    -----
    As ``survfit(Surv(time, event) ~ 1, conf.type = conf_type)`` in R's survival.

    Examples
    --------
    >>> from trialbook.survival import kaplan_meier
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> curve = kaplan_meier(time, event)
    >>> curve.survival.round(3)
    array([0.9  , 0.8  , 0.7  , 0.7  , 0.583, 0.467, 0.467, 0.311, 0.156,
           0.156])
    >>> curve.median
    (7.0, 2.0, 11.0)
    >>> curve.at([6, 10]).n_at_risk
    array([6, 2])
    """
    validation.one_of(conf_type, CONF_TYPES, "conf_type")
    validation.normal_quantile(conf_level)
    times, events, w, entries = as_survival(time, event, weights=weights, entry=entry)
    table = risk_table(rank_times(times, entries), events, weights=w)
    curve = curve_of(table, 0, conf_level, conf_type)
    if entries is None:
        return curve
    order = np.argsort(entries)
    entry_weights = np.ones(times.size, dtype=int) if w is None else w[order]
    return KaplanMeier(
        curve.time,
        curve.n_at_risk,
        curve.n_events,
        curve.n_censored,
        conf_level,
        conf_type,
        entries[order],
        entry_weights,
    )


def reverse_kaplan_meier(
    time: ArrayLike, event: ArrayLike, *, conf_level: float = 0.95, conf_type: str = "log-log"
) -> KaplanMeier:
    """Estimate follow-up: the time to censoring, where events censor it.

    The median of this curve is the median follow-up (Schemper and Smith 1996, Control Clin
    Trials 17:343). Parameters, result and errors are those of `kaplan_meier`.

    Examples
    --------
    >>> from trialbook.survival import reverse_kaplan_meier
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> reverse_kaplan_meier(time, event).median
    (12.0, 5.0, nan)
    """
    times = validation.as_times(time)
    events = validation.as_flags(event, times.size)
    return kaplan_meier(times, ~events, conf_level=conf_level, conf_type=conf_type)


def curve_of(table: RiskTable, group: int, conf_level: float, conf_type: str) -> KaplanMeier:
    """Return the curve of one group of a risk table without strata."""
    happened = table.n_events[group] + table.n_censored[group] > 0
    return KaplanMeier(
        table.time[happened],
        table.n_at_risk[group][happened],
        table.n_events[group][happened],
        table.n_censored[group][happened],
        conf_level,
        conf_type,
    )


def greenwood_terms(n_at_risk: np.ndarray, n_events: np.ndarray) -> np.ndarray:
    """Return d / (n (n - d)) at each time, infinite where all at risk have the event."""
    return n_events / (n_at_risk * (n_at_risk - n_events))


def _from_zero(values: np.ndarray, at_start: float) -> np.ndarray:
    """Return the step function's values from time 0 on."""
    return np.concatenate([[at_start], values])


def _interval(
    survival: np.ndarray, se_log: np.ndarray, z: float, conf_type: str
) -> tuple[np.ndarray, np.ndarray]:
    """Limits of S(t) from the standard error of log S(t); as R's ``survfit_confint``."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if conf_type == "plain":
            half = z * se_log * survival
            # np.maximum and np.minimum keep NaN, where S(t) is 0
            return np.maximum(survival - half, 0), np.minimum(survival + half, 1)
        log_s = np.log(np.where(survival == 0, np.nan, survival))
        if conf_type == "log":
            return np.exp(log_s - z * se_log), np.minimum(np.exp(log_s + z * se_log), 1)
        log_s = np.where(survival == 1, np.nan, log_s)
        half = z * se_log / log_s
        return np.exp(log_s * np.exp(-half)), np.exp(log_s * np.exp(half))


def _crossing(time: np.ndarray, curve: np.ndarray, p: float) -> float:
    """Return where 1 - curve reaches p, by the rules of R's ``quantile.survfit``."""
    tolerance = np.sqrt(np.finfo(float).eps)
    x = _from_zero(time, 0.0)
    y = _from_zero(1 - curve, 0.0)
    ends_on_p = abs(y[-1] - p) < tolerance
    defined = ~np.isnan(y)
    # a band need not be monotone: each level counts where it is reached first
    levels, first = np.unique(y[defined], return_index=True)
    x = x[defined][first]
    reached = np.searchsorted(levels + tolerance, p)
    passed = np.searchsorted(levels - tolerance, p)
    if reached == levels.size:
        return np.nan
    if ends_on_p:
        return float((x[reached] + time[-1]) / 2)
    if passed == levels.size:
        return np.nan
    return float((x[reached] + x[passed]) / 2)
