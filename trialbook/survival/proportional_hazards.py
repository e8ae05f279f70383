"""Are the hazards proportional? The score test, Schoenfeld residuals, log HR over time.

Grambsch and Therneau (1994), Biometrika 81:515; the test is the exact score test of a coefficient
that changes with g(t), as ``cox.zph`` of R's survival from version 3 (Therneau and Grambsch 2000,
chapter 6, give the older approximation). Residuals: Schoenfeld (1982), Biometrika 69:239.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trialbook.survival import validation
from trialbook.survival.cox.model import ChiSquare, CoxModel
from trialbook.survival.cox.partial_likelihood import Moments, PartialLikelihood
from trialbook.survival.cox.risk_sets import PatternSets
from trialbook.survival.risk_table import risk_table

TRANSFORMS = ("km", "rank", "identity", "log")
GLOBAL = "GLOBAL"
NOTHING_LEFT = 1e-10


@dataclass(frozen=True)
class ProportionalHazards:
    """Tests of proportional hazards.

    Attributes
    ----------
    transform : str
        The scale g(t) of time.
    tests : dict
        Term, and ``GLOBAL`` for all together, to a `ChiSquare`; ``result["GLOBAL"]`` for short.

    Examples
    --------
    >>> from trialbook.survival import cox, proportional_hazards
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> model = cox(time, event, treated)
    >>> proportional_hazards(model).transform
    'km'
    """

    transform: str
    tests: dict[str, ChiSquare]

    def __getitem__(self, term: str) -> ChiSquare:
        return self.tests[term]


@dataclass(frozen=True)
class SchoenfeldResiduals:
    """Schoenfeld residuals, one row per patient with the event, by stratum and time.

    Attributes
    ----------
    patient : array of int, shape (d,)
        Position of the patient in the data.
    time, transformed : array, shape (d,)
        Event times and g(t).
    residuals : array, shape (d, p)
        Covariates minus their mean over the risk set.
    scaled : array, shape (d, p)
        Scaled and shifted so that their smooth over time estimates the log hazard ratio; NaN in
        strata where the covariate does not vary.
    variance : array, shape (p, p)
        Of one scaled residual.

    Examples
    --------
    >>> from trialbook.survival import cox, schoenfeld_residuals
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> model = cox(time, event, treated)
    >>> found = schoenfeld_residuals(model)
    >>> found.time
    array([ 2.,  3.,  4.,  6.,  7.,  9., 11.])
    >>> round(float(abs(found.residuals.sum())), 6)
    0.0
    """

    patient: np.ndarray
    time: np.ndarray
    transformed: np.ndarray
    residuals: np.ndarray
    scaled: np.ndarray
    variance: np.ndarray


def proportional_hazards(
    model: CoxModel,
    transform: str = "km",
    *,
    terms: Mapping[str, Sequence[str]] | None = None,
) -> ProportionalHazards:
    """Test each term of a Cox model, and all together, for a hazard ratio that changes with time.

    Parameters
    ----------
    model : CoxModel
    transform : {"km", "rank", "identity", "log"}
        Scale of time: 1 - S(t-) of all patients, rank, time itself, its logarithm (not defined
        at an event time of zero: the result is NaN).
    terms : mapping of str to sequence of str, optional
        Columns to be tested together, such as the levels of a category; by default each column.

    Returns
    -------
    ProportionalHazards
        NaN where the model itself has no estimate.

    Notes
    -----
    As ``cox.zph(fit, transform)`` of R's survival 3; for ``ties = "exact"`` with Breslow's risk
    sets, as there.

    Examples
    --------
    >>> from trialbook.survival import cox, proportional_hazards
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> model = cox(time, event, treated)
    >>> test = proportional_hazards(model)
    >>> {term: round(float(one.p_value), 3) for term, one in test.tests.items()}
    {'x1': 0.847, 'GLOBAL': 0.847}
    """
    validation.one_of(transform, TRANSFORMS, "transform")
    columns = {name: [name] for name in model.names} if terms is None else dict(terms)
    columns[GLOBAL] = list(model.names)
    finite = np.isfinite(model.coef)
    numbers = {
        term: [j for j in map(model.index, names) if finite[j]] for term, names in columns.items()
    }
    g = _centered(model, transform)
    estimable = finite.any() and not model.monotone and np.isfinite(g).all()
    if not estimable:
        return ProportionalHazards(
            transform, {term: ChiSquare(np.nan, len(used)) for term, used in numbers.items()}
        )
    moments = _moments(model)
    score = g @ moments.score_rows
    plain, crossed, squared = (moments.information(g**k) for k in range(3))
    inner = np.ix_(finite, finite)
    tests = {}
    for term, used in numbers.items():
        # the score of b in exp(x beta + x g(t) b) at b = 0, given that beta was estimated
        cross = crossed[used][:, finite]
        spread = squared[np.ix_(used, used)] - cross @ np.linalg.solve(plain[inner], cross.T)
        size = np.sqrt(np.diag(squared)[used])
        tests[term] = ChiSquare(_quadratic(score[used], spread, size), len(used))
    return ProportionalHazards(transform, tests)


def _quadratic(score: np.ndarray, spread: np.ndarray, size: np.ndarray) -> float:
    """Return score' spread^-1 score; NaN where there is nothing to test (one event time, say).

    `size` is what the spread would be had the model not been fitted: where next to nothing of it
    is left, what is left is rounding.
    """
    if score.size == 0 or not (size > 0).all():
        return np.nan
    left = spread / np.outer(size, size)
    if np.linalg.matrix_rank(left, tol=NOTHING_LEFT, hermitian=True) < score.size:
        return np.nan
    return float(score @ np.linalg.solve(spread, score))


def schoenfeld_residuals(model: CoxModel, transform: str = "km") -> SchoenfeldResiduals:
    """Return the Schoenfeld residuals of a Cox model, plain and scaled.

    Parameters
    ----------
    model : CoxModel
    transform : {"km", "rank", "identity", "log"}
        Scale of time given beside the residuals.

    Returns
    -------
    SchoenfeldResiduals

    Notes
    -----
    ``cox.zph(fit, transform)$y`` and ``$var`` in R are `scaled` and `variance`.

    Examples
    --------
    >>> from trialbook.survival import cox, schoenfeld_residuals
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> model = cox(time, event, treated)
    >>> schoenfeld_residuals(model).residuals[:3].round(3)
    array([[-0.382],
           [ 0.564],
           [-0.382]])
    """
    validation.one_of(transform, TRANSFORMS, "transform")
    data, sets, p = model.data, model.sets, len(model.names)
    moments = _moments(model)
    stratum = np.zeros(data.event.size, int) if data.strata is None else data.strata
    patient = np.flatnonzero(data.event)
    patient = patient[np.lexsort((data.ranked.exit[patient], stratum[patient]))]
    row = np.repeat(np.arange(sets.time.size), sets.deaths)
    expected = moments.expected / sets.death_weight[:, None]
    residuals = data.scaled[patient] - expected[row]

    used = _events_where_it_varies(model)
    pairs = np.minimum(used[:, :, None], used[:, None, :]).sum(axis=0)
    per_event = moments.information() / np.where(pairs == 0, 1, pairs)
    scaled = np.full(residuals.shape, np.nan)
    for s, varies in enumerate(used > 0):
        of = np.flatnonzero(stratum[patient] == s)
        if varies.any():
            block = np.ix_(of, varies)
            scaled[block] = np.linalg.solve(per_event[np.ix_(varies, varies)], residuals[block].T).T
    variance = np.full((p, p), np.nan)
    finite = np.isfinite(model.coef)
    variance[np.ix_(finite, finite)] = np.linalg.inv(per_event[np.ix_(finite, finite)])
    return SchoenfeldResiduals(
        patient=patient,
        time=sets.time[row],
        transformed=transformed_times(model, transform)[row],
        residuals=residuals * data.scale,
        scaled=scaled / data.scale + model.coef,
        variance=variance / np.outer(data.scale, data.scale),
    )


def transformed_times(model: CoxModel, transform: str) -> np.ndarray:
    """Return g(t) at the event times of a model's risk sets."""
    time = model.sets.time
    if transform == "identity":
        return time
    if transform == "log":
        return np.log(time, where=time > 0, out=np.full(time.size, np.nan))
    data, sets = model.data, model.sets
    everybody = data.strata is None and data.weights is None  # in one stratum, counted once
    if transform == "km" and everybody and isinstance(sets, PatternSets):
        hazard = sets.deaths / sets.n_at_risk.sum(axis=0)
        return 1 - np.concatenate([[1.0], np.cumprod(1 - hazard)])[:-1]
    # of all patients together, whatever their strata and weights
    table = risk_table(data.ranked, data.event)
    at = np.searchsorted(table.time, time)
    if transform == "km":
        hazard = table.deaths / np.maximum(table.n_at_risk[0], 1)
        return 1 - np.concatenate([[1.0], np.cumprod(1 - hazard)])[at]
    exits = table.n_events[0] + table.n_censored[0]
    return (np.cumsum(exits) - (exits - 1) / 2)[at]


def _centered(model: CoxModel, transform: str) -> np.ndarray:
    """Return g(t) minus its mean over the events, which the test does not depend on."""
    g = transformed_times(model, transform)
    if g.size == 0 or not np.isfinite(g).all():
        return np.full(g.size, np.nan)
    centered = g - np.average(g, weights=model.sets.deaths)
    spread = np.abs(centered).max()
    return centered / spread if spread > 0 else centered


def _moments(model: CoxModel) -> Moments:
    ties = "breslow" if model.ties == "exact" else model.ties
    beta = np.where(np.isfinite(model.coef), model.coef, 0.0) * model.data.scale
    return PartialLikelihood(model.sets, ties).at(beta)


def _events_where_it_varies(model: CoxModel) -> np.ndarray:
    """Return events per stratum and covariate, 0 where the covariate is constant."""
    data = model.data
    stratum = np.zeros(data.event.size, int) if data.strata is None else data.strata
    events = np.bincount(stratum, weights=data.event)
    order = np.argsort(stratum, kind="stable")
    starts = np.searchsorted(stratum[order], np.arange(events.size))
    ordered = data.X[order]
    low, high = (reduce.reduceat(ordered, starts) for reduce in (np.minimum, np.maximum))
    return events[:, None] * ((high > low) & np.isfinite(model.coef))
