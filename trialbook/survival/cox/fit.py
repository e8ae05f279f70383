"""Fit a Cox model."""

import numpy as np
from numpy.typing import ArrayLike

from trialbook.survival import validation
from trialbook.survival.cox.data import CoxData
from trialbook.survival.cox.exact import exact_likelihood
from trialbook.survival.cox.model import ChiSquare, CoxModel
from trialbook.survival.cox.newton import Likelihood, Maximum, independent, maximize
from trialbook.survival.cox.partial_likelihood import Moments, PartialLikelihood
from trialbook.survival.cox.risk_sets import RiskSets
from trialbook.survival.risk_table import as_survival, rank_times

TIES = ("efron", "breslow", "exact")
NO_INFORMATION = 1e-14  # of the largest information in any direction, or of 1
UNBOUNDED = 1e3  # a standard error, over the covariate's range, of what has no finite estimate


def cox(
    time: ArrayLike,
    event: ArrayLike,
    X: ArrayLike,
    *,
    names: list[str] | tuple[str, ...] | None = None,
    strata: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    ties: str = "efron",
    conf_level: float = 0.95,
) -> CoxModel:
    """Fit a Cox proportional-hazards model.

    Parameters
    ----------
    time, event : array_like, shape (n,)
        As for `kaplan_meier`.
    X : array_like, shape (n,) or (n, p)
        Covariates as numbers: treatment as 0/1, categories as 0/1 columns.
    names : sequence of str, optional
        Terms; by default a DataFrame's columns, else ``x1, x2, ...``.
    strata : array_like, shape (n,), optional
        Labels; each stratum has its own baseline hazard.
    cluster : array_like, shape (n,), optional
        Labels of who belongs together: the standard errors become robust (Lin and Wei 1989,
        JASA 84:1074; Lee, Wei and Amato 1992).
    weights : array_like, shape (n,), optional
        Case weights, positive; other than whole numbers they make the standard errors robust.
    entry : array_like, shape (n,), optional
        Times of entry: left truncation, or start-stop rows of time-varying covariates.
    ties : {"efron", "breslow", "exact"}
        ``exact`` is the discrete partial likelihood (SAS's DISCRETE); for small data, unless
        two arms alone are compared.
    conf_level : float

    Returns
    -------
    CoxModel
        With NaN and a `message` for what is not estimable.

    Raises
    ------
    ValueError
        If an array cannot be analysed, or ``exact`` is asked for with weights, entry or cluster.

    Notes
    -----
    As ``coxph(Surv(time, event) ~ X, ties = ties)`` in R's survival, iterated to rounding error.

    Examples
    --------
    >>> from trialbook.survival import cox
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> model = cox(time, event, treated)
    >>> print(f"{model.hr[0]:.3f} ({model.hr_lower[0]:.3f} to {model.hr_upper[0]:.3f})")
    0.619 (0.137 to 2.798)
    """
    validation.one_of(ties, TIES, "ties")
    validation.normal_quantile(conf_level)
    times, events, w, entries = as_survival(time, event, weights=weights, entry=entry)
    matrix, terms = validation.as_covariates(X, times.size, names)
    stratum = None if strata is None else validation.as_labels(strata, times.size, "strata")[0]
    clusters = None if cluster is None else validation.as_labels(cluster, times.size, "cluster")[0]
    if ties == "exact" and not (w is None and entries is None and clusters is None):
        raise ValueError("ties: exact cannot take weights, entry or cluster; use efron.")
    if clusters is None and w is not None and (w != np.floor(w)).any():
        clusters = np.arange(times.size)
    data = CoxData(rank_times(times, entries), events, matrix, terms, strata=stratum, weights=w)
    return model_of(data, clusters=clusters, ties=ties, conf_level=conf_level)


def model_of(
    data: CoxData,
    *,
    clusters: np.ndarray | None = None,
    ties: str = "efron",
    conf_level: float = 0.95,
    sets: RiskSets | None = None,
) -> CoxModel:
    """Fit to validated, sorted data, whose risk sets may be known already; see `cox`."""
    names, scale = data.names, data.scale
    sets = sets or data.risk_sets(ties, by_patient=clusters is not None)
    maximum = maximize(likelihood_of(sets, ties), np.zeros(len(names)))
    free = independent(maximum.start.information())
    monotone = maximum.monotone
    naive, inverse = np.full((2, len(names), len(names)), np.nan)
    if maximum.converged and free.any():
        of_free = np.ix_(free, free)
        inverse[of_free] = _inverse(maximum.end.information()[of_free], bool(monotone.any()))
        if monotone.any():
            monotone = monotone | (np.diag(inverse) > UNBOUNDED**2)
    finite = free & ~monotone & maximum.converged
    inner = np.ix_(finite, finite)
    naive[inner] = inverse[inner]
    covariance = naive
    if clusters is not None and finite.any():
        covariance = _sandwich(maximum, inverse, free, finite, clusters)
    coef = np.where(finite, maximum.beta, np.nan)
    return CoxModel(
        names=names,
        coef=coef / scale,
        covariance=covariance / np.outer(scale, scale),
        naive_covariance=naive / np.outer(scale, scale),
        loglik=(float(maximum.start.loglik), float(maximum.end.loglik)),
        score_test=_score_test(maximum, free),
        lr_test=_lr_test(maximum, free),
        wald_test=_wald_test(coef, covariance, free),
        n=data.event.size,
        n_events=int(sets.deaths.sum()),
        ties=ties,
        conf_level=conf_level,
        robust=clusters is not None,
        converged=maximum.converged,
        iterations=maximum.iterations,
        monotone=_pick(names, monotone),
        aliased=_pick(names, ~free),
        message=_message(names, maximum.converged, monotone, free, int(sets.deaths.sum())),
        data=data,
        sets=sets,
    )


def likelihood_of(sets: RiskSets, ties: str) -> Likelihood:
    """Return the partial likelihood of risk sets."""
    return exact_likelihood(sets) if ties == "exact" else PartialLikelihood(sets, ties)


def _inverse(information: np.ndarray, flat: bool) -> np.ndarray:
    """Return the inverse of the information, also where the likelihood is flat.

    Terms that run off to infinity may do so together: of a category whose reference level has no
    events, the differences between the other levels stay finite. The information of such
    differences counts for the terms that are estimable, so that no term may be left out. What has
    no information gets an immense variance, which shows the terms that are not estimable.
    """
    if not np.isfinite(information).all():
        return np.full_like(information, np.nan)
    if not flat:
        return np.linalg.inv(information)
    values, vectors = np.linalg.eigh(information)
    return vectors / np.maximum(values, NO_INFORMATION * max(1.0, values[-1])) @ vectors.T


def _sandwich(
    maximum: Maximum,
    inverse: np.ndarray,
    free: np.ndarray,
    finite: np.ndarray,
    clusters: np.ndarray,
) -> np.ndarray:
    """Return the robust covariance: squares of each cluster's influence on the estimate."""
    assert isinstance(maximum.end, Moments)  # exact ties take no clusters
    influence = maximum.end.score_residuals()[:, free] @ inverse[np.ix_(free, finite)]
    summed = np.stack([np.bincount(clusters, weights=column) for column in influence.T])
    covariance = np.full_like(inverse, np.nan)
    covariance[np.ix_(finite, finite)] = summed @ summed.T
    return covariance


def _score_test(maximum: Maximum, free: np.ndarray) -> ChiSquare:
    if not free.any():
        return ChiSquare(np.nan, 0)
    score = maximum.start.score[free]
    information = maximum.start.information()[np.ix_(free, free)]
    return ChiSquare(float(score @ np.linalg.solve(information, score)), int(free.sum()))


def _lr_test(maximum: Maximum, free: np.ndarray) -> ChiSquare:
    if not free.any() or not maximum.converged:
        return ChiSquare(np.nan, int(free.sum()))
    gain = 2 * (maximum.end.loglik - maximum.start.loglik)
    return ChiSquare(max(float(gain), 0.0), int(free.sum()))


def _wald_test(coef: np.ndarray, covariance: np.ndarray, free: np.ndarray) -> ChiSquare:
    df, inner = int(free.sum()), covariance[np.ix_(free, free)]
    # too few clusters leave the robust covariance singular
    if not df or np.isnan(inner).any() or np.linalg.matrix_rank(inner, hermitian=True) < df:
        return ChiSquare(np.nan, df)
    return ChiSquare(float(coef[free] @ np.linalg.solve(inner, coef[free])), df)


def _pick(names: tuple[str, ...], which: np.ndarray) -> tuple[str, ...]:
    return tuple(name for name, chosen in zip(names, which, strict=True) if chosen)


def _message(
    names: tuple[str, ...], converged: bool, monotone: np.ndarray, free: np.ndarray, n_events: int
) -> str:
    """Say what is not estimable, why, and what to do."""
    said = []
    if n_events == 0:
        return "There are no events: no hazard ratio is estimable."
    if not free.all():
        said.append(
            f"{', '.join(_pick(names, ~free))}: constant in the risk sets, or a combination of "
            "earlier terms; leave it out."
        )
    if monotone.any():
        said.append(
            f"{', '.join(_pick(names, monotone))}: the partial likelihood has no maximum "
            "(an arm without events, say), so the hazard ratio is not estimable; use firth() or "
            "profile_interval()."
        )
    if not converged:
        said.append("The fit did not converge; look for terms that nearly determine each other.")
    return " ".join(said)
