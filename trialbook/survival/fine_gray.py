"""Fine and Gray's model: proportional hazards of the subdistribution of one cause."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from trialbook.survival import validation
from trialbook.survival.competing_risks import as_cause
from trialbook.survival.risk_table import distinct_times, reverse_cumsum

MAX_ITERATIONS = 50


@dataclass(frozen=True)
class FineGray:
    """A fitted subdistribution hazards model; one value per covariate.

    Attributes
    ----------
    names : tuple of str
    coef, std_error, z, p_value : array, shape (p,)
        Log subdistribution hazard ratios with robust standard errors, Wald statistics.
    hr, hr_lower, hr_upper : array, shape (p,)
        Subdistribution hazard ratios with their intervals.
    covariance : array, shape (p, p)
    loglik : tuple of float
        Log pseudo-likelihood at zero and at the estimate.
    n, n_events : int
        Patients, and events of the cause.
    converged : bool
        False where the pseudo-likelihood has no maximum (an arm without events, say) or a
        covariate does not vary: then every estimate is NaN.

    Examples
    --------
    >>> from trialbook.survival import fine_gray
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> cause = [1, 0, 2, 1, 0, 1, 2, 1, 0, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> model = fine_gray(time, cause, treated)
    >>> model.std_error.round(3)
    array([0.78])
    >>> model.n_events
    5
    """

    names: tuple[str, ...]
    coef: np.ndarray
    std_error: np.ndarray
    z: np.ndarray
    p_value: np.ndarray
    hr: np.ndarray
    hr_lower: np.ndarray
    hr_upper: np.ndarray
    covariance: np.ndarray
    loglik: tuple[float, float]
    n: int
    n_events: int
    converged: bool


@dataclass(frozen=True)
class _Data:
    """Patients sorted into distinct times; `censoring` is G just before each time."""

    row: np.ndarray
    event: np.ndarray
    competing: np.ndarray
    X: np.ndarray
    events: np.ndarray
    censored: np.ndarray
    at_risk: np.ndarray
    censoring: np.ndarray

    @property
    def weight(self) -> np.ndarray:
        """1 / G at the time of each patient with a competing event, else 0."""
        return np.where(self.competing, 1 / self.censoring[self.row], 0.0)

    def per_time(self, values: np.ndarray) -> np.ndarray:
        """Sum a value of each patient at each distinct time."""
        return np.bincount(self.row, values, minlength=self.events.size)

    def at_risk_sum(self, values: np.ndarray) -> np.ndarray:
        """Sum over the subdistribution's risk set at each time.

        Who had a competing event stays in it, with the probability not to have been censored
        since.
        """
        gone = np.cumsum(self.per_time(values * self.weight))
        gone_before = np.concatenate([[0.0], gone[:-1]])
        return reverse_cumsum(self.per_time(values)) + self.censoring * gone_before


def fine_gray(
    time: ArrayLike,
    cause: ArrayLike,
    X: ArrayLike,
    *,
    of: int = 1,
    names: tuple[str, ...] | None = None,
    conf_level: float = 0.95,
) -> FineGray:
    """Fit Fine and Gray's proportional subdistribution hazards model of one cause.

    Parameters
    ----------
    time : array_like, shape (n,)
        Time of the first event of any cause, or of censoring; zero or later.
    cause : array_like of int, shape (n,)
        0 censored, 1 the event, 2, 3, ... the competing ones.
    X : array_like, shape (n,) or (n, p)
        Covariates; 1 for treated and 0 for control.
    of : int
        The cause that is modelled.
    names : sequence of str, optional
        Names of the covariates.
    conf_level : float
        Level of the Wald intervals.

    Returns
    -------
    FineGray

    Raises
    ------
    ValueError
        If an array cannot be analysed.

    Notes
    -----
    As ``crr(time, cause, X)`` in R's cmprsk, iterated to convergence: Breslow ties, censoring
    weights from the pooled Kaplan-Meier curve of censoring, and the robust variance that allows
    for their estimation. At time zero the curve is read at zero itself, as cmprsk does.

    References
    ----------
    Fine JP, Gray RJ (1999). A proportional hazards model for the subdistribution of a competing
    risk. J Am Stat Assoc 94:496-509, equations 5, 7 and 8.

    Examples
    --------
    >>> from trialbook.survival import fine_gray
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> cause = [1, 0, 2, 1, 0, 1, 2, 1, 0, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> fine_gray(time, cause, treated).hr.round(3)
    array([0.594])
    """
    times = validation.as_times(time)
    causes = validation.as_causes(cause, times.size)
    X, names = validation.as_covariates(X, times.size, names)
    z = validation.normal_quantile(conf_level)
    data = _data(times, causes, as_cause(of, "of"), X)
    n_events = int(data.events.sum())
    beta, null, loglik, converged = _maximum(data)
    covariance = np.full((X.shape[1],) * 2, np.nan)
    if converged:
        covariance = _robust(data, beta)
    variance = np.diag(covariance)
    std_error = np.sqrt(np.where(variance > 0, variance, np.nan))
    statistic = beta / std_error
    return FineGray(
        names,
        beta,
        std_error,
        statistic,
        2 * stats.norm.sf(np.abs(statistic)),
        np.exp(beta),
        np.exp(beta - z * std_error),
        np.exp(beta + z * std_error),
        covariance,
        (null, loglik),
        times.size,
        n_events,
        converged,
    )


def _data(times: np.ndarray, causes: np.ndarray, of: int, X: np.ndarray) -> _Data:
    values, (row,) = distinct_times(times)
    event, censored = causes == of, causes == 0
    at_risk = reverse_cumsum(np.bincount(row, minlength=values.size))
    n_censored = np.bincount(row[censored], minlength=values.size)
    after = np.cumprod(1 - n_censored / at_risk)
    before = np.concatenate([[1.0], after[:-1]])
    if values[0] == 0:
        before[0] = after[0] if after[0] > 0 else 1.0
    return _Data(
        row,
        event,
        ~event & ~censored,
        X - X.mean(axis=0),
        np.bincount(row[event], minlength=values.size),
        n_censored,
        at_risk,
        before,
    )


def _fit(data: _Data, beta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
    """Return log pseudo-likelihood, score, information, and the risk sets' means of X.

    The means have shape (p, m): one column for each distinct time.
    """
    X, p = data.X, data.X.shape[1]
    risk = np.exp(X @ beta)
    total = data.at_risk_sum(risk)
    means = np.array([data.at_risk_sum(risk * x) for x in X.T]) / total
    information = np.empty((p, p))
    for i in range(p):
        for j in range(i + 1):
            square = data.at_risk_sum(risk * X[:, i] * X[:, j]) / total
            information[i, j] = data.events @ (square - means[i] * means[j])
            information[j, i] = information[i, j]
    score = X[data.event].sum(axis=0) - means @ data.events
    loglik = float((X[data.event] @ beta).sum() - data.events @ np.log(total))
    return loglik, score, information, means


def _maximum(data: _Data) -> tuple[np.ndarray, float, float, bool]:
    """Return the estimate, the log pseudo-likelihoods at 0 and there, and whether it is one."""
    p = data.X.shape[1]
    beta, nowhere = np.zeros(p), np.full(p, np.nan)
    null, score, information, _ = _fit(data, beta)
    loglik, at_zero = null, np.diag(information)
    most = data.events.sum() * np.ptp(data.X, axis=0) ** 2
    if (at_zero <= 1e-12 * most).any():  # no events, or no risk set in which a covariate varies
        return nowhere, null, np.nan, False
    for _ in range(MAX_ITERATIONS):
        if np.linalg.matrix_rank(information) < p:
            return nowhere, null, np.nan, False
        step = np.linalg.solve(information, score)
        # half the step until the likelihood does not fall; it is concave, so this ends
        for _ in range(30):
            proposed = _fit(data, beta + step)
            if proposed[0] >= loglik - 1e-10 * abs(loglik):
                break
            step = step / 2
        beta = beta + step
        loglik, score, information, _ = proposed
        flat = np.diag(information) < 1e-6 * at_zero
        if np.ptp(data.X @ beta) > 20 and flat.any():
            return nowhere, null, np.nan, False
        if np.abs(step).max() <= 1e-10 * (1 + np.abs(beta).max()):
            return beta, null, loglik, True
    return nowhere, null, np.nan, False


def _robust(data: _Data, beta: np.ndarray) -> np.ndarray:
    """Return the sandwich variance with the term for the estimated censoring weights."""
    _, _, information, means = _fit(data, beta)
    X, row, weight = data.X, data.row, data.weight
    risk = np.exp(X @ beta)
    hazard = data.events / data.at_risk_sum(risk)
    late = hazard * data.censoring  # what a patient with a competing event goes on to add
    risk_late = risk * weight

    def up_to(steps: np.ndarray) -> np.ndarray:
        return np.cumsum(steps)[row]

    def after(steps: np.ndarray) -> np.ndarray:
        return (reverse_cumsum(steps) - steps)[row]

    influence = np.empty_like(X)
    for j, (x, mean) in enumerate(zip(X.T, means, strict=True)):
        eta = data.event * (x - mean[row])
        eta -= risk * (x * up_to(hazard) - up_to(mean * hazard))
        eta -= risk_late * (x * after(late) - after(mean * late))
        # q: what the patients with a competing event before u add from u on
        gone = np.cumsum(data.per_time(risk_late))
        gone_x = np.cumsum(data.per_time(risk_late * x))
        q = (gone_x - data.per_time(risk_late * x)) * reverse_cumsum(late)
        q -= (gone - data.per_time(risk_late)) * reverse_cumsum(mean * late)
        censored = (data.row >= 0) & ~data.event & ~data.competing
        psi = censored * (q / data.at_risk)[row]
        psi -= up_to(q * data.censored / data.at_risk**2)
        influence[:, j] = eta + psi
    inverse = np.linalg.inv(information)
    return inverse @ (influence.T @ influence) @ inverse
