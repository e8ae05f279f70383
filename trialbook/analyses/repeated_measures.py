"""A mixed model for repeated measures: change by visit, with unstructured covariance.

The model has a mean for each visit and arm and a slope on the baseline value for each visit;
the values of a patient have any covariance between visits. It is fitted by restricted maximum
likelihood. All that the likelihood needs of the patients are sums over those with the same
visits, so that its cost does not grow with the number of patients.
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from trialbook.analyses.kenward_roger import KenwardRoger, kenward_roger

PRECISION = 1e-8
# How far a log standard deviation may go from its start: further, the likelihood has no maximum.
FARTHEST = 15.0


@dataclass(frozen=True)
class RepeatedMeasures:
    """A fitted model of q visits and r covariates.

    Attributes
    ----------
    coef : numpy.ndarray, shape (q, r)
        Each visit's coefficients.
    covariance : numpy.ndarray, shape (q, r, q, r)
        Of the coefficients (model-based).
    correction : KenwardRoger or None
        For few patients; None where the variances are not well determined.
    n_seen : numpy.ndarray of int, shape (q,)
        Patients with a value at each visit.
    sigma : numpy.ndarray, shape (q, q)
        Of the values of one patient.
    loglik : float
        Restricted log-likelihood, without its constant.
    n_patients : int
    """

    coef: np.ndarray
    covariance: np.ndarray
    sigma: np.ndarray
    loglik: float
    n_patients: int
    correction: KenwardRoger | None
    n_seen: np.ndarray

    def contrast(self, visit: int, weights: np.ndarray) -> tuple[float, float, float]:
        """Return a combination of a visit's coefficients, its standard error, its df.

        By Kenward and Roger. Where their correction is not to be had, model-based, with the
        patients seen at the visit less the covariates as degrees of freedom.
        """
        q, r = self.coef.shape
        estimate = float(self.coef[visit] @ weights)
        if self.correction is None:
            variance = weights @ self.covariance[visit, :, visit, :] @ weights
            return estimate, float(np.sqrt(variance)), float(self.n_seen[visit] - r)
        whole = np.zeros((q, r))
        whole[visit] = weights
        whole = whole.ravel()
        variance = whole @ self.correction.covariance @ whole
        return estimate, float(np.sqrt(variance)), self.correction.df(whole)


@dataclass(frozen=True)
class VisitByVisit:
    """Analyses of covariance, one a visit, of those seen there: what stands in for the model.

    Attributes
    ----------
    Y, Z
        As for `repeated_measures`.
    """

    Y: np.ndarray
    Z: np.ndarray

    def contrast(self, visit: int, weights: np.ndarray) -> tuple[float, float, float]:
        """Return a combination of a visit's coefficients, its standard error, its df."""
        seen = ~np.isnan(self.Y[:, visit])
        Z, y = self.Z[seen], self.Y[seen, visit]
        df = len(y) - np.linalg.matrix_rank(Z)
        if df < 1 or np.linalg.matrix_rank(Z) < Z.shape[1]:
            return np.nan, np.nan, np.nan
        inverse = np.linalg.inv(Z.T @ Z)
        coef = inverse @ Z.T @ y
        variance = ((y - Z @ coef) ** 2).sum() / df * (weights @ inverse @ weights)
        return float(coef @ weights), float(np.sqrt(variance)), float(df)


@dataclass(frozen=True)
class _Sums:
    """Sums over the patients of each pattern of observed visits, P patterns."""

    observed: np.ndarray  # (P, q) bool
    n: np.ndarray  # (P,)
    yy: np.ndarray  # (P, q, q), 0 where a visit is missing
    yz: np.ndarray  # (P, q, r)
    zz: np.ndarray  # (P, r, r)


def repeated_measures(Y: np.ndarray, Z: np.ndarray) -> RepeatedMeasures:
    """Fit a mean by visit and covariates, with unstructured covariance, by REML.

    Parameters
    ----------
    Y : numpy.ndarray, shape (n, q)
        One row per patient, one column per visit; NaN where missing (at random).
    Z : numpy.ndarray, shape (n, r)
        Covariates, the constant included; each visit has its own coefficients.

    Returns
    -------
    RepeatedMeasures

    Raises
    ------
    ValueError
        If the data cannot estimate the covariance of the visits, or the fit does not converge.

    Notes
    -----
    As ``gls(y ~ 0 + visit + visit:z, correlation = corSymm(form = ~ visit | id), weights =
    varIdent(form = ~ 1 | visit))`` in R's nlme, by quasi-Newton steps (L-BFGS)
    on the Cholesky factor.

    References
    ----------
    Mallinckrodt CH et al. Recommendations for the primary analysis of continuous endpoints in
    longitudinal clinical trials. Drug Inf J 2008;42:303-319. Harville DA. J Am Stat Assoc
    1977;72:320-338, section 5 (REML).
    """
    seen = ~np.isnan(Y).all(axis=1)
    Y, Z = Y[seen], Z[seen]
    n, q, r = *Y.shape, Z.shape[1]
    present = (~np.isnan(Y)).astype(int)
    if n < q + r + 2 or (present.T @ present).min() < r + 2:
        raise ValueError(
            f"{n} patients with {q} visits are too few for an unstructured covariance: leave out "
            "visits that few patients have."
        )
    scale = np.nanstd(Y)
    if not scale > 0:
        raise ValueError("Y does not vary: there is nothing to model.")
    sums = _sums(Y / scale, Z)
    start = np.linalg.cholesky(_start(Y / scale, Z))
    below = np.tril_indices(q)
    on_diagonal = below[0] == below[1]

    def factor(theta):
        L = np.zeros((q, q))
        L[below] = np.where(on_diagonal, np.exp(np.where(on_diagonal, theta, 0)), theta)
        return L

    def minus_loglik(theta):
        L = factor(theta)
        whole = start @ L
        value, gradient, *_ = _reml(whole @ whole.T, sums)
        # sigma = start L L' start': the chain rule for L, then for its diagonal's logarithm
        by_factor = 2 * start.T @ gradient @ whole
        by_factor[np.diag_indices(q)] *= np.diag(L)
        return value, by_factor[below]

    limits = [(-FARTHEST, FARTHEST) if own else (None, None) for own in on_diagonal]
    options = {"gtol": PRECISION * n, "ftol": 0, "maxcor": 50, "maxiter": 1000, "maxfun": 5000}
    # Without a maximum, steps lead to where nothing is finite; that is an answer, not a warning.
    with np.errstate(all="ignore"):
        try:
            fit = optimize.minimize(
                minus_loglik,
                np.zeros(below[0].size),
                jac=True,
                method="L-BFGS-B",
                bounds=limits,
                options=options,
            )
        except np.linalg.LinAlgError:
            fit = optimize.OptimizeResult(fun=np.nan)
    if not np.isfinite(fit.fun) or np.abs(fit.jac).max() > 1e-3 * n:
        raise ValueError(
            f"The values of {n} patients do not determine the covariance of {q} visits: leave out "
            "visits that few patients have."
        )
    whole = start @ factor(fit.x)
    sigma = whole @ whole.T
    value, _, coef, covariance = _reml(sigma, sums)
    correction = kenward_roger(sigma, sums, coef, covariance)
    return RepeatedMeasures(
        coef * scale,
        covariance.reshape(q, r, q, r) * scale**2,
        sigma * scale**2,
        -value - (np.isfinite(Y).sum() - q * r) * np.log(scale),
        n,
        correction and correction.scaled(scale**2),
        present.sum(axis=0),
    )


def _sums(Y, Z):
    observed, pattern = np.unique(~np.isnan(Y), axis=0, return_inverse=True)
    pattern = pattern.ravel()
    filled = np.nan_to_num(Y)
    groups = [pattern == p for p in range(len(observed))]
    return _Sums(
        observed,
        np.bincount(pattern),
        np.stack([filled[g].T @ filled[g] for g in groups]),
        np.stack([filled[g].T @ Z[g] for g in groups]),
        np.stack([Z[g].T @ Z[g] for g in groups]),
    )


def _start(Y, Z):
    """Return a positive definite covariance near that of the residuals of each visit."""
    residuals = np.full(Y.shape, np.nan)
    for visit in range(Y.shape[1]):
        here = ~np.isnan(Y[:, visit])
        coef = np.linalg.lstsq(Z[here], Y[here, visit], rcond=None)[0]
        residuals[here, visit] = Y[here, visit] - Z[here] @ coef
    present = (~np.isnan(Y)).astype(float)
    filled = np.nan_to_num(residuals)
    sigma = filled.T @ filled / (present.T @ present)
    # Pairwise sums need not be positive definite: shrink towards the diagonal until they are.
    diagonal = np.diag(np.diag(sigma))
    for share in (0.0, 0.1, 0.3, 0.6, 1.0):
        mixed = (1 - share) * sigma + share * diagonal
        values = np.linalg.eigvalsh(mixed)
        if values[0] > 1e-3 * values[-1]:
            break
    return mixed


def _reml(sigma, sums):
    """Return minus the log-likelihood, its gradient by sigma, coefficients, their covariance."""
    q, r = sums.yz.shape[1:]
    both = sums.observed[:, :, None] & sums.observed[:, None, :]
    # A missing visit gets variance 1 and no covariance: it leaves determinant and inverse alone.
    padded = np.where(both, sigma, np.eye(q))
    W = np.where(both, np.linalg.inv(padded), 0.0)
    P = len(W)
    zz = sums.zz.reshape(P, r * r)
    # Sums over patterns of W (x) Z'Z, as one product of matrices.
    information = (W.reshape(P, q * q).T @ zz).reshape(q, q, r, r).swapaxes(1, 2)
    information = information.reshape(q * r, q * r)
    covariance = np.linalg.inv(information)
    score = (W @ sums.yz).sum(axis=0).ravel()
    coef = (covariance @ score).reshape(q, r)
    fitted = sums.yz @ coef.T
    residual = sums.yy - fitted - fitted.swapaxes(1, 2) + coef @ sums.zz @ coef.T
    residual = np.where(both, residual, 0.0)
    by_visits = covariance.reshape(q, r, q, r).swapaxes(1, 2).reshape(q * q, r * r)
    of_mean = (zz @ by_visits.T).reshape(P, q, q)
    gradient = (sums.n[:, None, None] * W - W @ (residual + of_mean) @ W).sum(axis=0) / 2
    value = (
        sums.n @ np.linalg.slogdet(padded)[1]
        + (W * residual).sum()
        + np.linalg.slogdet(information)[1]
    ) / 2
    return value, gradient, coef, covariance
