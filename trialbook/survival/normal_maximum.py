"""The distribution of the largest of several correlated normal variables, to rounding error.

The variables are the coordinates of a standard normal point along some directions, and all stay
below a bound if the point lies in the polytope between the planes across them. A polytope is made
of cones from the origin over its faces, and the probability of a cone is an integral over the
face's distance of that of the face, which is a polytope of one dimension less; over an edge in
the plane it is Owen's function T (Owen 1956, Ann Math Stat 27:1075). Integrals are of smooth
functions, by Gauss and Legendre: unlike Monte Carlo (Genz and Bretz 2009), every run and small
probabilities are right to the last digits.
"""

import functools

import numpy as np
from scipy.special import owens_t
from scipy.stats import norm

NEGLIGIBLE = 78.0  # twice the logarithm by which a density falls before the rest is left out
SAME = 1e-12

Rule = tuple[np.ndarray, np.ndarray]  # nodes and weights of an integral


def largest_exceeds(bound: float, correlation: np.ndarray) -> float:
    """Return the probability that the largest of |Z| reaches a bound, Z normal.

    Parameters
    ----------
    bound : float
        Zero or positive.
    correlation : array, shape (k, k)
        Of Z; it may be singular. Up to a rank of 4 the effort is slight; a rank of 5 takes
        seconds, and each more 24 times as long.
    """
    values, vectors = np.linalg.eigh(correlation)
    kept = values > 1e-10 * values[-1]
    rows = _different(vectors[:, kept] * np.sqrt(values[kept]))
    rank = rows.shape[1]
    if rank == 1:
        return float(2 * norm.sf(bound))
    # beyond the bound, along each direction: all others stay below it
    total, rule = 0.0, _gauss_legendre(rank)
    x, weight = _between(bound, np.sqrt(bound**2 + NEGLIGIBLE), rule)
    for i, direction in enumerate(rows):
        plane = _complement(direction)
        others = np.delete(rows, i, axis=0)
        along, across = others @ direction, others @ plane
        normals = np.concatenate([across, -across])
        limits = np.concatenate([1 - along, 1 + along])
        if rank == 2:
            low, high = _interval(normals[:, 0], limits)
            total += 2 * float(owens_t(bound, high) - owens_t(bound, low))
        else:
            inside = _polytope(normals, limits, x, rule)
            total += 2 * float(weight @ (norm.pdf(x) * inside))
    return total


def _different(rows: np.ndarray) -> np.ndarray:
    """Return the rows at length 1, without those equal or opposite to one before."""
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    kept: list[np.ndarray] = []
    for row in rows:
        if all(min(np.abs(row - other).max(), np.abs(row + other).max()) > SAME for other in kept):
            kept.append(row)
    return np.array(kept)


@functools.cache  # the nodes are the roots of a polynomial: they take longer than the integrals
def _gauss_legendre(rank: int) -> Rule:
    """Return nodes and weights for rank - 2 integrals, one inside the other."""
    n = 24 if rank > 4 else 64 if rank == 4 else 200
    return np.polynomial.legendre.leggauss(n)


def _between(low: float, high: np.ndarray | float, rule: Rule) -> Rule:
    """Return nodes and weights between limits, along a new last axis."""
    half = (np.asarray(high) - low)[..., None] / 2
    return low + half * (1 + rule[0]), half * rule[1]


def _complement(unit: np.ndarray) -> np.ndarray:
    """Return an orthonormal basis of what is orthogonal to a vector of length 1, as columns."""
    return np.linalg.svd(unit[None, :])[2][1:].T


def _polytope(normals: np.ndarray, limits: np.ndarray, scale: np.ndarray, rule: Rule) -> np.ndarray:
    """Return the normal probability of {w: normals w <= limits}, blown up by each scale.

    The polytope is bounded. Cones over faces that turn their back to the origin count negative.
    """
    length = np.linalg.norm(normals, axis=1)
    flat = length < SAME
    if (limits[flat] < 0).any():
        return np.zeros_like(scale)
    unit, distance = normals[~flat] / length[~flat, None], limits[~flat] / length[~flat]
    total = np.zeros_like(scale)
    for i, (direction, away) in enumerate(zip(unit, distance, strict=True)):
        same = (np.abs(unit - direction).max(axis=1) < SAME) & (np.abs(distance - away) < SAME)
        if np.abs(away) < SAME or same[:i].any():
            continue
        others = np.arange(len(unit)) != i
        plane = _complement(direction)
        normals, limits = unit[others] @ plane, distance[others] - away * unit[others] @ direction
        total += np.sign(away) * _cone(np.abs(away), normals, limits, scale, rule)
    return total


def _cone(
    distance: float, normals: np.ndarray, limits: np.ndarray, scale: np.ndarray, rule: Rule
) -> np.ndarray:
    """Return the probability of the cone from the origin over a face at a distance."""
    if normals.shape[1] == 1:
        flat = np.abs(normals[:, 0]) < SAME
        if (limits[flat] < 0).any():
            return np.zeros_like(scale)
        low, high = _interval(normals[~flat, 0], limits[~flat])
        if low >= high:
            return np.zeros_like(scale)
        ends = [_sector(scale * distance, end / distance) for end in (low, high)]
        return ends[1] - ends[0]
    along, weight = _between(0.0, np.minimum(scale * distance, np.sqrt(NEGLIGIBLE)), rule)
    face = _polytope(normals, limits, along / distance, rule)
    return (weight * norm.pdf(along) * face).sum(axis=-1)


def _interval(slopes: np.ndarray, limits: np.ndarray) -> tuple[float, float]:
    ends = limits / slopes
    return ends[slopes < 0].max(initial=-np.inf), ends[slopes > 0].min(initial=np.inf)


def _sector(distance: np.ndarray, slope: float) -> np.ndarray:
    """Return the probability of the triangle from the origin to an edge, from its foot on."""
    return np.arctan(slope) / (2 * np.pi) - owens_t(distance, slope)
