"""Kenward and Roger's correction of a model for repeated measures fitted to few patients.

Kenward MG, Roger JH. Small sample inference for fixed effects from restricted maximum likelihood.
Biometrics 1997;53:983-97. The parameters are the entries of the unstructured covariance, in which
it is linear, so that the correction has no second derivatives: that is SAS's ``ddfm=kr(linear)``
(and ``kr``, for this structure) and ``Kenward-Roger-Linear`` of R's mmrm, whose other one,
``Kenward-Roger``, takes its own parameters. The information on them is the observed one, as there.

All sums are over patterns of observed visits. Of matrices V_i that have 1 at two entries (a, b)
and (b, a), trace(V_i A V_j B) are the entries of a Kronecker product of A and B.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class KenwardRoger:
    """The corrected covariance of p coefficients, and what degrees of freedom rest on.

    Attributes
    ----------
    covariance : numpy.ndarray, shape (p, p)
        Corrected.
    model_based : numpy.ndarray, shape (p, p)
    slopes : numpy.ndarray, shape (k, p, p)
        Derivatives of the model-based covariance's inverse by the k variance parameters.
    of_parameters : numpy.ndarray, shape (k, k)
        Covariance of the variance parameters.
    """

    covariance: np.ndarray
    model_based: np.ndarray
    slopes: np.ndarray
    of_parameters: np.ndarray

    def scaled(self, factor: float) -> "KenwardRoger":
        """Return the correction of values whose square is `factor` times as large."""
        return KenwardRoger(
            self.covariance * factor,
            self.model_based * factor,
            self.slopes / factor**2,
            self.of_parameters * factor**2,
        )

    def df(self, contrast: np.ndarray) -> float:
        """Return the degrees of freedom of a contrast of the coefficients, shape (p,).

        For one contrast they are those of Satterthwaite, and the scaling factor of F is 1.
        """
        spread = self.model_based @ contrast
        by_parameter = np.einsum("a,kab,b->k", spread, self.slopes, spread)
        share = by_parameter @ self.of_parameters @ by_parameter / (contrast @ spread) ** 2
        return float(2 / share)


def kenward_roger(
    sigma: np.ndarray, sums, coef: np.ndarray, covariance: np.ndarray
) -> KenwardRoger | None:
    """Return the correction at the estimates; None where the covariance is not well determined.

    Parameters
    ----------
    sigma : numpy.ndarray, shape (q, q)
        The estimated covariance of a patient's values.
    sums
        Of `repeated_measures`: over the patients of each pattern of observed visits.
    coef : numpy.ndarray, shape (q, r)
    covariance : numpy.ndarray, shape (q * r, q * r)
        Model-based.
    """
    q, r = coef.shape
    of_entry = _parameters(q)
    basis = (of_entry == np.arange(q * (q + 1) // 2)[:, None, None]).astype(float)
    slopes = np.zeros((len(basis), q, r, q, r))
    traces = np.zeros((q * q, q * q))
    first = np.zeros((len(basis), q * r))
    by_visits = covariance.reshape(q, r, q, r).swapaxes(1, 2).reshape(q * q, r * r)
    patterns = []
    for observed, n, yy, yz, zz in zip(
        sums.observed, sums.n, sums.yy, sums.yz, sums.zz, strict=True
    ):
        both = np.outer(observed, observed)
        W = np.where(both, np.linalg.inv(np.where(both, sigma, np.eye(q))), 0.0)
        fitted = yz @ coef.T
        residual = np.where(both, yy - fitted - fitted.T + coef @ zz @ coef.T, 0.0)
        of_mean = np.where(both, (by_visits @ zz.ravel()).reshape(q, q), 0.0)
        # y'P V_i W V_j P y, less half of trace(W V_i W V_j) with what the means take of it
        traces += np.kron(W @ (residual + of_mean) @ W - n / 2 * W, W)
        inside = W @ basis @ W
        slopes -= inside[:, :, None, :, None] * zz[None, None, :, None, :]
        left = np.where(observed[:, None], yz - coef @ zz, 0.0)
        first += (inside @ left).reshape(first.shape)
        patterns.append((W, zz))
    slopes = slopes.reshape(len(basis), q * r, q * r)
    moved = (covariance @ slopes).reshape(len(basis), -1)
    turned = moved.reshape(slopes.shape).swapaxes(1, 2).reshape(len(basis), -1)
    information = _folded(traces, q) - first @ covariance @ first.T - moved @ turned.T / 2
    if not np.isfinite(information).all() or np.linalg.eigvalsh(information)[0] <= 0:
        return None
    of_parameters = np.linalg.inv(information)
    entry = of_entry.ravel()
    weights = of_parameters[np.ix_(entry, entry)].reshape(q, q, q, q)
    weights = weights.transpose(0, 3, 1, 2).reshape(q * q, q * q)
    inner = np.zeros((q * r, q * r))
    for W, zz in patterns:
        middle = (weights @ W.ravel()).reshape(q, q)
        inner += np.kron(W @ middle @ W, zz)
    weighted = (of_parameters @ slopes.reshape(len(basis), -1)).reshape(slopes.shape)
    inner -= (slopes @ covariance @ weighted).sum(axis=0)
    corrected = covariance + 2 * covariance @ inner @ covariance
    corrected = (corrected + corrected.T) / 2
    if np.linalg.eigvalsh(corrected)[0] <= 0:
        return None
    return KenwardRoger(corrected, covariance, slopes, of_parameters)


def _parameters(q: int) -> np.ndarray:
    """Return which of the q (q + 1) / 2 parameters each entry of a symmetric matrix is."""
    of_entry = np.zeros((q, q), dtype=int)
    rows, columns = np.tril_indices(q)
    of_entry[rows, columns] = of_entry[columns, rows] = np.arange(rows.size)
    return of_entry


def _folded(kronecker: np.ndarray, q: int) -> np.ndarray:
    """Return sums over the entries that each two parameters stand at, made symmetric."""
    rows, columns = np.tril_indices(q)
    apart = rows != columns

    def fold(values):
        return values[rows * q + columns] + apart[:, None] * values[columns * q + rows]

    found = fold(fold(kronecker).T)
    return (found + found.T) / 2
