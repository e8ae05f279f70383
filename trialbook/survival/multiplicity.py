"""Several tests together: P values adjusted so that an error in any is as rare as alpha.

Holm (1979), Scand J Stat 6:65; Hochberg (1988), Biometrika 75:800; a fixed sequence (Maurer,
Hothorn and Lehmacher 1995); graphs of weighted Bonferroni tests (Bretz, Maurer, Brannath and
Posch 2009, Stat Med 28:586).
"""

import numpy as np
from numpy.typing import ArrayLike


def adjusted(p_values: ArrayLike, method: str) -> np.ndarray:
    """Return adjusted P values; those that are not estimable stay so and do not count.

    Parameters
    ----------
    p_values : array_like, shape (k,)
        NaN: not estimable.
    method : {"holm", "hochberg", "bonferroni"}

    Returns
    -------
    numpy.ndarray, shape (k,)

    Notes
    -----
    As ``p.adjust(p, method)`` in R.

    Examples
    --------
    >>> from trialbook.survival import adjusted
    >>> adjusted([0.01, 0.04, 0.03], "holm")
    array([0.03, 0.06, 0.06])
    """
    p = _checked(p_values)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    k = order.size
    result = np.full(p.size, np.nan)
    if method == "bonferroni":
        result[order] = np.minimum(k * p[order], 1)
    elif method == "holm":
        steps = (k - np.arange(k)) * p[order]
        result[order] = np.minimum(np.maximum.accumulate(steps), 1)
    elif method == "hochberg":
        steps = (k - np.arange(k)) * p[order]
        result[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1)
    else:
        raise ValueError(f"method: {method!r} is none of holm, hochberg, bonferroni.")
    return result


def fixed_sequence(p_values: ArrayLike) -> np.ndarray:
    """Return P values of hypotheses that are tested in their order, each if those before held.

    Parameters
    ----------
    p_values : array_like, shape (k,)
        In the order of the tests. One that is not estimable ends the sequence.

    Returns
    -------
    numpy.ndarray, shape (k,)
        The largest P value so far.

    Examples
    --------
    >>> from trialbook.survival import fixed_sequence
    >>> fixed_sequence([0.01, 0.04, 0.03])
    array([0.01, 0.04, 0.04])
    """
    p = _checked(p_values)
    ended = np.maximum.accumulate(np.isnan(p))
    return np.where(ended, np.nan, np.maximum.accumulate(np.where(ended, 1.0, p)))


def graphical(p_values: ArrayLike, weights: ArrayLike, transitions: ArrayLike) -> np.ndarray:
    """Return the adjusted P values of a graph of weighted Bonferroni tests.

    Parameters
    ----------
    p_values : array_like, shape (k,)
        One that is not estimable counts as 1: it is never rejected, and keeps its weight.
    weights : array_like, shape (k,)
        Shares of alpha, zero or positive, together at most 1.
    transitions : array_like, shape (k, k)
        Which part of a rejected hypothesis' weight (row) goes where (column): zero or positive,
        0 on the diagonal, each row together at most 1.

    Returns
    -------
    numpy.ndarray, shape (k,)
        The smallest alpha at which each is rejected; NaN where not estimable.

    Raises
    ------
    ValueError
        If the graph is none.

    Notes
    -----
    Algorithm 2 of Bretz and others (2009); as ``graph_test_shortcut(graph, p)$outputs`` of R's
    graphicalMCP.

    Examples
    --------
    Half of alpha each; what is rejected gives its share to the other.

    >>> from trialbook.survival import graphical
    >>> graphical([0.01, 0.04], [0.5, 0.5], [[0, 1], [1, 0]])
    array([0.02, 0.04])
    """
    p = _checked(p_values)
    weight, passing = np.array(weights, float), np.array(transitions, float)
    _check_graph(p.size, weight, passing)
    left, result, reached = list(range(p.size)), np.full(p.size, np.nan), 0.0
    tested = np.where(np.isnan(p), 1.0, p)
    while left:
        ratio = [tested[i] / weight[i] if weight[i] > 0 else np.inf for i in left]
        first = left[int(np.argmin(ratio))]
        reached = max(reached, min(min(ratio), 1.0))
        result[first] = reached
        left.remove(first)
        weight, passing = _without(first, left, weight, passing)
    return np.where(np.isnan(p), np.nan, result)


def _without(gone, left, weight, passing):
    """Return weights and transitions once a hypothesis is rejected."""
    new_weight, new_passing = weight.copy(), np.zeros_like(passing)
    for i in left:
        new_weight[i] = weight[i] + weight[gone] * passing[gone, i]
        back = passing[i, gone] * passing[gone, i]
        for j in left:
            if i != j and back < 1:
                through = passing[i, gone] * passing[gone, j]
                new_passing[i, j] = (passing[i, j] + through) / (1 - back)
    new_weight[gone] = 0
    return new_weight, new_passing


def _checked(p_values: ArrayLike) -> np.ndarray:
    p = np.asarray(p_values, float)
    if p.ndim != 1 or ((p < 0) | (p > 1)).any():
        raise ValueError("p_values: must be a list of numbers between 0 and 1.")
    return p


def _check_graph(k: int, weight: np.ndarray, passing: np.ndarray) -> None:
    if weight.shape != (k,) or passing.shape != (k, k):
        raise ValueError(f"a graph of {k} tests needs {k} weights and {k} x {k} transitions.")
    if (weight < 0).any() or weight.sum() > 1 + 1e-9:
        raise ValueError("weights: must be zero or positive, and at most 1 together.")
    if (passing < 0).any() or passing.diagonal().any() or (passing.sum(axis=1) > 1 + 1e-9).any():
        raise ValueError(
            "transitions: must be zero or positive, 0 on the diagonal, and at most 1 in a row."
        )
