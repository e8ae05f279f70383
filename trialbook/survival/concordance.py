"""Concordance: how often the patient with the higher risk has the event first.

Harrell, Lee and Mark (1996), Stat Med 15:361. Of the pairs whose order in time is known, those
ordered as their risks count 1, those of equal risk 1/2. The variance is the infinitesimal
jackknife (Therneau and Watson 2017, Mayo Clinic Technical Report 85).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trialbook.survival import validation
from trialbook.survival.cox.model import CoxModel
from trialbook.survival.risk_table import RankedTimes, as_survival, rank_times


@dataclass(frozen=True)
class Concordance:
    """Concordance of a risk with what happened.

    Attributes
    ----------
    concordance : float
        Between 0 and 1; 1/2 where the risk tells nothing, NaN where no pair is comparable.
    std_error : float
        By the infinitesimal jackknife.
    concordant, discordant, tied_risk : float
        Comparable pairs (sums of products of weights): higher risk first, lower first, equal.

    Examples
    --------
    >>> from trialbook.survival import concordance
    >>> found = concordance([1, 2, 3], [1, 1, 0], [0.9, 0.2, 0.4])
    >>> float(found.concordant), float(found.discordant)
    (2.0, 1.0)
    """

    concordance: float
    std_error: float
    concordant: float
    discordant: float
    tied_risk: float


def concordance(
    time: ArrayLike,
    event: ArrayLike,
    risk: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    entry: ArrayLike | None = None,
) -> Concordance:
    """Estimate how well a risk orders the patients' times to the event.

    Parameters
    ----------
    time, event : array_like, shape (n,)
        As for `kaplan_meier`. A pair is comparable if one had the event while the other was still
        at risk and did not have it at the same time.
    risk : array_like, shape (n,)
        Higher: the event is expected earlier.
    strata : array_like, shape (n,), optional
        Labels; pairs are compared within strata only.
    weights, entry : array_like, shape (n,), optional
        As for `cox`.

    Returns
    -------
    Concordance

    Raises
    ------
    ValueError
        If an array cannot be analysed.

    Notes
    -----
    As ``concordance(Surv(time, event) ~ risk, reverse = TRUE)`` in R's survival; the time grows
    as n log n.

    Examples
    --------
    >>> from trialbook.survival import concordance
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> risk = [0.2, 0.1, 0.4, 0.3, 0.1, 0.9, 0.6, 0.5, 0.4, 0.2]
    >>> round(float(concordance(time, event, risk).concordance), 3)
    0.833
    """
    times, events, w, entries = as_survival(time, event, weights=weights, entry=entry)
    risks = validation.as_numbers(risk, "risk")
    validation.same_length("risk", risks.size, times.size)
    stratum = None if strata is None else validation.as_labels(strata, times.size, "strata")[0]
    return _of_ranked(rank_times(times, entries), events, risks, stratum, w)


def concordance_of(model: CoxModel) -> Concordance:
    """Return the concordance of a Cox model's linear predictor, within the model's strata.

    As ``concordance(fit)`` of a ``coxph`` fit in R's survival; terms that have no estimate count
    as 0, as there.

    Examples
    --------
    >>> from trialbook.survival import concordance_of, cox
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> model = cox(time, event, treated)
    >>> round(float(concordance_of(model).concordance), 3)
    0.583
    """
    data = model.data
    # term by term: patients with equal covariates get equal sums to the last bit
    terms = zip(data.X.T, model.coef, strict=True)
    risks = sum((x * b for x, b in terms if np.isfinite(b)), start=np.zeros(data.event.size))
    return _of_ranked(data.ranked, data.event, risks, data.strata, data.weights)


def _of_ranked(
    ranked: RankedTimes,
    event: np.ndarray,
    risk: np.ndarray,
    strata: np.ndarray | None,
    weights: np.ndarray | None,
) -> Concordance:
    w = np.ones(event.size, dtype=int) if weights is None else weights
    own = np.zeros((3, event.size))  # each patient's concordant, discordant and tied partners
    for of in _members(strata, event.size):
        entry = None if ranked.entry is None else ranked.entry[of]
        value = np.unique(risk[of], return_inverse=True)[1]
        own[:, of] = _partners(ranked.exit[of], entry, event[of], value, w[of])
    concordant, discordant, tied = (float(total) / 2 for total in own @ w)
    pairs = concordant + discordant + tied
    if pairs == 0:
        return Concordance(np.nan, np.nan, concordant, discordant, tied)
    somers_d = (concordant - discordant) / pairs
    influence = w * (own[0] - own[1] - somers_d * own.sum(axis=0)) / pairs
    std_error = float(np.sqrt(influence @ influence)) / 2
    return Concordance((somers_d + 1) / 2, std_error, concordant, discordant, tied)


def _members(strata: np.ndarray | None, n: int) -> Iterator[np.ndarray]:
    if strata is None:
        yield np.arange(n)
        return
    order = np.argsort(strata, kind="stable")
    yield from np.split(order, np.flatnonzero(np.diff(strata[order])) + 1)


def _partners(
    exit_at: np.ndarray, entry: np.ndarray | None, event: np.ndarray, value: np.ndarray, w
) -> np.ndarray:
    """Return the weight of each patient's concordant, discordant and tied partners, (3, n)."""
    # who has the event meets all still at risk: time runs back, patients join at their exit,
    # leave at their entry, and are asked at events
    asked = np.flatnonzero(event)
    joins = [(exit_at, np.where(event, 2, 0), w)]
    if entry is not None:
        joins.append((entry, np.zeros(event.size, int), -w))
    times, kinds, signed = (np.concatenate(parts) for parts in zip(*joins, strict=True))
    below, equal, above = _met(
        (-times, kinds, np.tile(value, len(joins)), signed),
        (-exit_at[asked], np.ones(asked.size, int), value[asked]),
    )
    own = np.zeros((3, event.size))
    own[:, asked] = below, above, equal
    # each patient meets the events before the exit, but not those before the entry
    for sign, at in ((1, exit_at), (-1, entry)):
        if at is None:
            continue
        late = np.ones(event.size, int) if sign < 0 else np.where(event, 0, 2)
        below, equal, above = _met(
            (exit_at[asked], np.ones(asked.size, int), value[asked], w[asked]),
            (at, np.where(late == 1, 2, late), value),
        )
        own += sign * np.array([above, below, equal])
    return own


def _met(points: tuple, queries: tuple) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the weights of points before each query with lower, equal and higher values.

    Points are (time, kind, value, weight) and queries (time, kind, value); "before" is the order
    of time, then kind, where no point and query share both.
    """
    n = queries[0].size
    time, kind, value = (np.concatenate(pair) for pair in zip(queries, points[:3], strict=True))
    weight = np.concatenate([np.zeros(n, points[3].dtype), points[3]])
    order = np.lexsort((kind, time))
    lower, equal = np.empty((2, order.size), weight.dtype)
    lower[order], equal[order] = _earlier(value[order], weight[order])
    total = np.empty_like(weight)
    total[order] = np.cumsum(weight[order])
    return lower[:n], equal[:n], (total - lower - equal)[:n]


def _earlier(value: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each element the weight of earlier ones of lower, and of equal value.

    Values are whole numbers from 0. From the highest binary digit down, elements that agree in
    all digits so far stay together, in order; those with a 0 in the next digit are lower than
    those with a 1.
    """
    lower, order = np.zeros_like(weight), np.arange(value.size)
    for digit in range(int(value.max()).bit_length())[::-1]:
        prefix = value[order] >> digit
        zero = prefix & 1 == 0
        run, start = _runs(prefix >> 1)
        passed = np.where(zero, weight[order], 0)
        seen = np.cumsum(passed)
        seen -= (seen - passed)[start][run]
        lower[order] += np.where(zero, 0, seen)
        # within each run the zeros come first, otherwise in the order they had
        zeros = np.cumsum(zero)
        zeros -= (zeros - zero)[start][run]
        all_zeros = np.add.reduceat(zero, start, dtype=int)
        place = np.where(
            zero, start[run] + zeros - 1, np.arange(order.size) - zeros + all_zeros[run]
        )
        moved = np.empty_like(order)
        moved[place] = order
        order = moved
    run, start = _runs(value[order])
    passed = np.cumsum(weight[order]) - weight[order]
    equal = np.empty_like(weight)
    equal[order] = passed - passed[start][run]
    return lower, equal


def _runs(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each element the number of its run of equal neighbours; where each run starts."""
    first = np.append(True, labels[1:] != labels[:-1])
    return np.cumsum(first) - 1, np.flatnonzero(first)
