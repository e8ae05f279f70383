"""Log-rank tests and Cox models of two arms on many data sets at once (one row, one data set).

Simulating a trial's power, and searching for data that give back printed figures, need the same
test some ten thousand times on a few hundred patients. Here a whole block of data sets is sorted
by one call, and what is left per data set is sums over its events. The numbers are those of
`log_rank` and `cox`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from trialbook.survival.validation import check_conf_level

BLOCK = 2**17  # patients per block: its arrays stay in the processor's cache


@dataclass(frozen=True)
class BatchedLogRank:
    """Log-rank tests, one entry per data set; `z` is negative where the treated arm does better.

    `observed`, `expected` and `variance` are those of the treated arm's events. `chisq`, `z` and
    `p_value` are NaN where the variance is 0 (no events, or one arm at risk at each of them).

    Examples
    --------
    >>> import numpy as np
    >>> from trialbook.survival import batched_log_rank
    >>> time = np.array([[3, 5, 7, 9, 2, 4, 6, 8], [5, 7, 2, 9, 1, 3, 8, 4]])
    >>> event = np.ones_like(time)
    >>> treated = [1, 1, 1, 1, 0, 0, 0, 0]
    >>> batched_log_rank(time, event, treated).p_value.round(3)
    array([0.521, 0.396])
    """

    z: np.ndarray
    chisq: np.ndarray
    p_value: np.ndarray
    observed: np.ndarray
    expected: np.ndarray
    variance: np.ndarray
    n_events: np.ndarray


@dataclass(frozen=True)
class BatchedCox:
    """Cox models of treatment, one entry per data set; NaN where there is no finite estimate.

    Examples
    --------
    >>> import numpy as np
    >>> from trialbook.survival import batched_cox
    >>> time = np.array([[3, 5, 7, 9, 2, 4, 6, 8], [5, 7, 2, 9, 1, 3, 8, 4]])
    >>> event = np.ones_like(time)
    >>> treated = [1, 1, 1, 1, 0, 0, 0, 0]
    >>> batched_cox(time, event, treated).std_error.round(3)
    array([0.77 , 0.778])
    """

    coef: np.ndarray
    std_error: np.ndarray
    hr: np.ndarray
    hr_lower: np.ndarray
    hr_upper: np.ndarray
    z: np.ndarray
    p_value: np.ndarray


@dataclass(frozen=True)
class _Events:
    """What the tests need to know about each event; one entry per event of any data set."""

    row: np.ndarray  # its data set
    treated: np.ndarray  # 1.0 for an event of the treated arm
    at_risk: np.ndarray  # patients with time >= the event's time
    treated_at_risk: np.ndarray
    tied: np.ndarray  # events at the same time, itself included
    treated_tied: np.ndarray
    before: np.ndarray  # events at the same time that come before it in the sorted row


def _joined(parts: list, kind: type):
    if len(parts) == 1:
        return parts[0]
    return kind(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(kind)))


def _events(time: np.ndarray, event: np.ndarray, treated: np.ndarray) -> _Events:
    """Find each event's risk set, in every row of `time` (shape (rows, n), all checked)."""
    rows, n = time.shape
    # The bits of a float that is not negative sort as integers do. Event and arm take the place
    # of the last two, so that one sort of plain numbers brings all three in order; times that
    # differ by less than four units in the last place become ties (R merges from 1.5e-8 on).
    key = (time + 0.0).view(np.int64)
    key &= ~3
    key |= (event.astype(np.int64) << 1) | treated
    key.sort(axis=1)
    flat = key.ravel()
    where = np.flatnonzero(flat & 2)
    row = where // n
    is_treated = (key & 1).astype(np.int32)
    passed = np.cumsum(is_treated, axis=1, dtype=np.int32)  # treated up to and including
    total = passed[:, -1].copy()
    passed -= is_treated
    passed = passed.ravel()
    event_treated = (flat[where] & 1).astype(float)
    event_time = flat[where] >> 2
    neighbour_before = (where > row * n) & (flat[where - 1] >> 2 == event_time)
    after = np.minimum(where + 1, flat.size - 1)
    neighbour_after = (where < row * n + n - 1) & (flat[after] >> 2 == event_time)
    if not (neighbour_before.any() or neighbour_after.any()):
        one = np.ones(len(where))
        return _Events(
            row,
            event_treated,
            (n - (where - row * n)).astype(float),
            (total[row] - passed[where]).astype(float),
            one,
            event_treated,
            np.zeros(len(where)),
        )
    new = np.empty((rows, n), dtype=bool)
    new[:, 0] = True
    np.not_equal(key[:, 1:] >> 2, key[:, :-1] >> 2, out=new[:, 1:])
    start = np.maximum.accumulate(np.where(new.ravel(), np.arange(flat.size), 0))[where]
    first = np.flatnonzero(np.r_[True, start[1:] != start[:-1]][: len(start)])
    size = np.diff(np.r_[first, len(start)])
    treated_size = np.add.reduceat(event_treated, first) if len(first) else event_treated
    return _Events(
        row,
        event_treated,
        (n - (start - row * n)).astype(float),
        (total[row] - passed[start]).astype(float),
        np.repeat(size, size).astype(float),
        np.repeat(treated_size, size),
        (np.arange(len(start)) - np.repeat(first, size)).astype(float),
    )


def _checked(
    time: ArrayLike, event: ArrayLike, treated: ArrayLike, strata: ArrayLike | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[np.ndarray]]:
    """Return time, event, treated as (rows, n) arrays, and the columns of each stratum."""
    time = np.asarray(time, dtype=float)
    if time.ndim != 2 or time.size == 0:
        raise ValueError(
            f"time must have one row per data set and one column per patient, not shape "
            f"{time.shape}."
        )
    if not np.isfinite(time).all() or (time < 0).any():
        raise ValueError("time has missing, infinite or negative values: leave those patients out.")
    flags = []
    for name, values in (("event", event), ("treated", treated)):
        array = np.asarray(values)
        if array.shape not in (time.shape, time.shape[1:]):
            raise ValueError(
                f"{name} has shape {array.shape}; it must be {time.shape} or {time.shape[1:]}, as "
                "time is."
            )
        if array.dtype != bool and not np.isin(array, (0, 1)).all():
            raise ValueError(f"{name} must be true or false, or 1 and 0.")
        flags.append(np.broadcast_to(array.astype(bool), time.shape))
    if strata is None:
        return time, *flags, [np.arange(time.shape[1])]
    strata = np.asarray(strata)
    if strata.shape != time.shape[1:]:
        raise ValueError(f"strata must have one label per patient, shape {time.shape[1:]}.")
    codes = np.unique(strata, return_inverse=True)[1]
    return time, *flags, [np.flatnonzero(codes == code) for code in range(codes.max() + 1)]


def _blocks(time, event, treated, columns) -> Iterator[tuple[int, _Events]]:
    """Yield the number of rows and the events of one block of rows after the other."""
    step = max(1, BLOCK // time.shape[1])
    for start in range(0, len(time), step):
        rows = slice(start, start + step)
        if len(columns) == 1:
            parts = [_events(time[rows], event[rows], treated[rows])]
        else:
            parts = [
                _events(time[rows][:, c], event[rows][:, c], treated[rows][:, c]) for c in columns
            ]
        yield len(time[rows]), _joined(parts, _Events)


def _log_rank(rows: int, events: _Events) -> BatchedLogRank:
    def sums(values):
        return np.bincount(events.row, values, minlength=rows)

    share = events.treated_at_risk / events.at_risk
    # the hypergeometric variance of the ties' events, shared out evenly among them
    correction = (events.at_risk - events.tied) / np.maximum(events.at_risk - 1, 1)
    observed, expected = sums(events.treated), sums(share)
    variance = sums(share * (1 - share) * correction)
    estimable = variance > 0
    z = np.where(
        estimable, (observed - expected) / np.sqrt(np.where(estimable, variance, 1)), np.nan
    )
    chisq = z**2
    return BatchedLogRank(
        z, chisq, special.chdtrc(1, chisq), observed, expected, variance, sums(None)
    )


def _cox(rows: int, events: _Events, ties: str, conf_level: float) -> BatchedCox:
    used = events.before / events.tied if ties == "efron" else 0.0
    a = events.treated_at_risk - used * events.treated_tied
    b = events.at_risk - used * events.tied - a
    observed = np.bincount(events.row, events.treated, minlength=rows)
    # the score runs from `most` down to `least` as the coefficient goes from -inf to inf
    most = observed - np.bincount(events.row, b <= 0, minlength=rows)
    least = observed - np.bincount(events.row, a > 0, minlength=rows)
    estimable = (most > 0) & (least < 0)
    beta = np.zeros(rows)
    low, high = np.full(rows, -np.inf), np.full(rows, np.inf)
    converged = ~estimable
    information = np.ones(rows)
    for _ in range(100):
        weight = a * np.exp(beta)[events.row]
        share = weight / (b + weight)
        score = observed - np.bincount(events.row, share, minlength=rows)
        information = np.bincount(events.row, share * (1 - share), minlength=rows)
        if converged.all():
            break
        low, high = np.where(score > 0, beta, low), np.where(score < 0, beta, high)
        step = np.clip(score / np.where(information > 0, information, 1e-300), -2.0, 2.0)
        proposed = beta + step
        middle = (
            np.where(np.isfinite(low), low, beta) + np.where(np.isfinite(high), high, beta)
        ) / 2
        outside = (proposed <= low) | (proposed >= high)
        new = np.where(outside & (score != 0), middle, proposed)
        converged = ~estimable | (np.abs(new - beta) <= 1e-11 * (1 + np.abs(beta)))
        beta = np.where(estimable, new, 0.0)
    estimable &= converged
    coef = np.where(estimable, beta, np.nan)
    std_error = np.where(estimable, 1 / np.sqrt(np.where(estimable, information, 1)), np.nan)
    half = stats.norm.isf((1 - conf_level) / 2) * std_error
    z = coef / std_error
    return BatchedCox(
        coef,
        std_error,
        np.exp(coef),
        np.exp(coef - half),
        np.exp(coef + half),
        z,
        2 * special.ndtr(-np.abs(z)),
    )


def batched_log_rank(
    time: ArrayLike, event: ArrayLike, treated: ArrayLike, *, strata: ArrayLike | None = None
) -> BatchedLogRank:
    """Log-rank test of two arms in each of many data sets.

    Parameters
    ----------
    time : array_like, shape (n_datasets, n)
        Times from 0 on; all data sets have the same number of patients.
    event, treated : array_like of bool or 0/1, shape (n_datasets, n) or (n,)
        Whether the time is an event's, and whether the patient is in the treated arm.
    strata : array_like, shape (n,), optional
        Strata of the test, the same patients in each data set.

    Returns
    -------
    BatchedLogRank
        Arrays of shape (n_datasets,).

    Raises
    ------
    ValueError
        When shapes do not fit, or a value is missing, infinite or negative.

    References
    ----------
    Mantel N (1966). Evaluation of survival data and two new rank order statistics arising in its
    consideration. Cancer Chemother Rep 50:163-170; as R's ``survdiff``.

    Examples
    --------
    >>> import numpy as np
    >>> from trialbook.survival import batched_log_rank
    >>> time = np.array([[3, 5, 7, 9, 2, 4, 6, 8], [5, 7, 2, 9, 1, 3, 8, 4]])
    >>> event = np.ones_like(time)
    >>> treated = [1, 1, 1, 1, 0, 0, 0, 0]
    >>> batched_log_rank(time, event, treated).z.round(3)
    array([-0.641, -0.848])
    """
    blocks = _blocks(*_checked(time, event, treated, strata))
    return _joined([_log_rank(rows, events) for rows, events in blocks], BatchedLogRank)


def batched_cox(
    time: ArrayLike,
    event: ArrayLike,
    treated: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    ties: str = "efron",
    conf_level: float = 0.95,
) -> BatchedCox:
    """Cox model of treatment alone in each of many data sets.

    Parameters
    ----------
    time, event, treated, strata
        As in `batched_log_rank`.
    ties : {"efron", "breslow"}
        How tied events enter the partial likelihood.
    conf_level : float
        Level of the Wald intervals.

    Returns
    -------
    BatchedCox
        Arrays of shape (n_datasets,); NaN where the partial likelihood has no maximum (no events,
        or all of them in one arm while the other is at risk).

    Raises
    ------
    ValueError
        When shapes do not fit, a value is missing, infinite or negative, or `ties` is unknown.

    Notes
    -----
    With one 0/1 covariate each event adds one fraction to the score, which falls steadily in the
    coefficient: Newton's method inside a bracket finds the one root of every data set.

    References
    ----------
    Efron B (1977). The efficiency of Cox's likelihood function for censored data. J Am Stat
    Assoc 72:557-565. Breslow N (1974). Covariance analysis of censored survival data. Biometrics
    30:89-99.

    Examples
    --------
    >>> import numpy as np
    >>> from trialbook.survival import batched_cox
    >>> time = np.array([[3, 5, 7, 9, 2, 4, 6, 8], [5, 7, 2, 9, 1, 3, 8, 4]])
    >>> event = np.ones_like(time)
    >>> treated = [1, 1, 1, 1, 0, 0, 0, 0]
    >>> batched_cox(time, event, treated).hr.round(3)
    array([0.613, 0.522])
    """
    if ties not in ("efron", "breslow"):
        raise ValueError(f"ties must be 'efron' or 'breslow', not {ties!r}; 'exact' is in cox().")
    check_conf_level(conf_level)
    blocks = _blocks(*_checked(time, event, treated, strata))
    return _joined([_cox(rows, e, ties, conf_level) for rows, e in blocks], BatchedCox)
