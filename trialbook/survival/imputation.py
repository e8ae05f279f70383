"""Multiple imputation of what censored patients would have gone on to experience.

A censored patient is given an event time from the hazard of the patients of the same arm who are
still followed, multiplied by `delta`. Delta 1 is censoring at random, the assumption of the main
analysis.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from trialbook.survival import validation
from trialbook.survival.batched import batched_cox
from trialbook.survival.risk_table import distinct_times, reverse_cumsum

LIKE = ("own", "control")
BLOCK = 2**21  # patients times imputations worked off together: some 150 MB


@dataclass(frozen=True)
class ImputedEffect:
    """A hazard ratio pooled over imputations by Rubin's rules; NaN where not estimable.

    Attributes
    ----------
    coef, std_error, df : float
        Pooled log hazard ratio, treated over control, its standard error and the degrees of
        freedom of its t distribution (inf where nothing varies between imputations).
    hr, hr_lower, hr_upper, p_value : float
    within, between : float
        Variance within and between imputations.
    n_imputed : int
        Patients whose follow-up was imputed.
    n_events_imputed : float
        Mean number of events among them.
    n_imputations : int

    Examples
    --------
    >>> from trialbook.survival import delta_adjusted
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> found = delta_adjusted(time, event, treated, delta=2.0, n_imputations=20, seed=1)
    >>> bool(found.hr_lower < found.hr < found.hr_upper)
    True
    """

    coef: float
    std_error: float
    df: float
    hr: float
    hr_lower: float
    hr_upper: float
    p_value: float
    within: float
    between: float
    n_imputed: int
    n_events_imputed: float
    n_imputations: int


@dataclass(frozen=True)
class CensoredTrial:
    """Checked data; `chosen` are the patients to impute, `horizon` the end of their follow-up."""

    time: np.ndarray
    event: np.ndarray
    treated: np.ndarray
    chosen: np.ndarray
    horizon: np.ndarray
    strata: np.ndarray | None


def censored_trial(
    time: ArrayLike,
    event: ArrayLike,
    treated: ArrayLike,
    impute: ArrayLike | None,
    horizon: ArrayLike | None,
    strata: ArrayLike | None,
) -> CensoredTrial:
    """Return the data, checked; who was followed to the horizon has nothing to impute."""
    times = validation.as_times(time)
    n = times.size
    events = validation.as_flags(event, n)
    arm = validation.as_treated(treated, n)
    chosen = ~events
    if impute is not None:
        chosen = validation.as_flags(impute, n, "impute")
        if (chosen & events).any():
            raise ValueError(
                f"impute: {int((chosen & events).sum())} of the chosen patients have an event; "
                "choose among the censored ones."
            )
    if horizon is None:
        ends = np.full(n, times.max())
    else:
        ends = np.broadcast_to(np.asarray(horizon, dtype=float), (n,))
        if not np.isfinite(ends).all() or (ends < 0).any():
            raise ValueError("horizon: must be a time, or one for each patient, in time's unit.")
    stratum = None
    if strata is not None:
        stratum = validation.as_labels(strata, n, "strata")[0]
    # Times that differ by rounding alone are tied, as in every other fit.
    values, (time_at, end_at) = distinct_times(times, ends)
    times, ends = values[time_at], values[end_at]
    return CensoredTrial(times, events, arm, chosen & (times < ends), ends, stratum)


def as_deltas(delta: ArrayLike, n: int) -> np.ndarray:
    """Return one delta for each of the `n` patients."""
    deltas = np.asarray(delta, dtype=float)
    if deltas.shape not in ((), (n,)) or not np.isfinite(deltas).all() or (deltas < 0).any():
        raise ValueError("delta: must be 0 or more: one number, or one for each patient.")
    return np.broadcast_to(deltas, (n,))


def delta_adjusted(
    time: ArrayLike,
    event: ArrayLike,
    treated: ArrayLike,
    *,
    delta: ArrayLike,
    impute: ArrayLike | None = None,
    horizon: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    like: str = "own",
    n_imputations: int = 100,
    seed: int = 0,
    ties: str = "efron",
    conf_level: float = 0.95,
) -> ImputedEffect:
    """Estimate the hazard ratio with censored patients' further course imputed.

    Parameters
    ----------
    time, event : array_like, shape (n,)
        As for `kaplan_meier`.
    treated : array_like of bool or 0/1, shape (n,)
        The arm.
    delta : float or array_like, shape (n,)
        Hazard after censoring over the hazard of those still followed in the arm of `like`: 1 is
        censoring at random, 2 twice the hazard, 0 no further events.
    impute : array_like of bool or 0/1, shape (n,), optional
        The censored patients whose course is imputed; all by default.
    horizon : float or array_like, shape (n,), optional
        Planned end of follow-up, where imputed patients without event are censored; by default
        the longest time in the data.
    strata : array_like, shape (n,), optional
        Strata of the Cox model.
    like : {"own", "control"}
        The arm whose hazard, times delta, holds after censoring: the patient's own, or the
        control arm for all (with delta 1, "jump to reference").
    n_imputations : int
        Number of imputed data sets.
    seed : int
        Seed of the random numbers.
    ties : {"efron", "breslow"}
    conf_level : float

    Returns
    -------
    ImputedEffect

    Raises
    ------
    ValueError
        If an array cannot be analysed, an arm is empty, or a patient with an event is chosen.

    Notes
    -----
    Each imputation draws a bootstrap sample of each arm, estimates the cumulative hazard H by
    Nelson and Aalen, and gives a patient censored at c the first time at which H exceeds
    H(c) + E / delta, with E exponential: the draw from the conditional distribution whose hazard
    is delta times as high. The same random numbers serve every delta, so that curves over delta
    are smooth. Imputations are analysed by a Cox model of treatment and pooled by Rubin's rules.

    References
    ----------
    Lipkovich I, Ratitch B, O'Kelly M (2016). Sensitivity to censored-at-random assumption in the
    analysis of time-to-event endpoints. Pharm Stat 15:216-229, section 3.2. Jackson D et al.
    (2014). Relaxing the independent censoring assumption in the Cox proportional hazards model
    using multiple imputation. Stat Med 33:4681-4694. Atkinson A et al. (2019). Reference-based
    sensitivity analysis for time-to-event data. Pharm Stat 18:645-658 (jump to reference).

    Examples
    --------
    As if the hazard doubled when follow-up ended.

    >>> from trialbook.survival import delta_adjusted
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> found = delta_adjusted(time, event, treated, delta=2.0, n_imputations=20, seed=1)
    >>> found.n_imputed, found.n_imputations
    (2, 20)
    """
    trial = censored_trial(time, event, treated, impute, horizon, strata)
    deltas = as_deltas(delta, trial.time.size)
    return imputed_effects(
        trial,
        [deltas],
        like=like,
        n_imputations=n_imputations,
        seed=seed,
        ties=ties,
        conf_level=conf_level,
    )[0]


@dataclass(frozen=True)
class _Draws:
    """Random parts of a block of imputations.

    `times` and `hazards` hold for the control and the treated arm the distinct times, shape
    (m,), and the cumulative hazard of a bootstrap sample there, shape (n_imputations, m);
    `exponential`, shape (n_imputations, n), what each patient's hazard has to add up to.
    """

    times: tuple[np.ndarray, np.ndarray]
    hazards: tuple[np.ndarray, np.ndarray]
    exponential: np.ndarray


def _draw(trial: CensoredTrial, n_imputations: int, stream: np.random.SeedSequence) -> _Draws:
    rng = np.random.default_rng(stream)
    times, hazards = [], []
    for arm in (~trial.treated, trial.treated):
        values, row = np.unique(trial.time[arm], return_inverse=True)
        copies = rng.multinomial(row.size, np.full(row.size, 1 / row.size), size=n_imputations)
        cell = np.arange(n_imputations)[:, None] * values.size + row
        size = n_imputations * values.size
        shape = (n_imputations, values.size)
        leaving = np.bincount(cell.ravel(), copies.ravel(), size).reshape(shape)
        failing = (copies * trial.event[arm]).ravel()
        events = np.bincount(cell.ravel(), failing, size).reshape(shape)
        at_risk = reverse_cumsum(leaving)
        step = np.divide(events, at_risk, out=np.zeros_like(events), where=at_risk > 0)
        times.append(values)
        hazards.append(np.cumsum(step, axis=1))
    exponential = rng.standard_exponential((n_imputations, trial.time.size))
    return _Draws(tuple(times), tuple(hazards), exponential)


def _imputed(
    trial: CensoredTrial, deltas: np.ndarray, draws: _Draws, like: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return time and event with the chosen patients' course imputed, one row per imputation."""
    m = len(draws.exponential)
    times, events = np.tile(trial.time, (m, 1)), np.tile(trial.event, (m, 1))
    for arm in (0, 1):
        who = np.flatnonzero(trial.chosen & (trial.treated == bool(arm)))
        source = arm if like == "own" else 0
        values, hazards = draws.times[source], draws.hazards[source]
        upto = np.searchsorted(values, trial.time[who], side="right")
        so_far = np.column_stack([np.zeros(m), hazards])[:, upto]
        with np.errstate(divide="ignore"):
            target = so_far + draws.exponential[:, who] / deltas[who]
        for i in range(m):
            first = np.searchsorted(hazards[i], target[i], side="left")
            at = np.append(values, np.inf)[first]
            events[i, who] = at <= trial.horizon[who]
            times[i, who] = np.minimum(at, trial.horizon[who])
    return times, events


def imputed_effects(
    trial: CensoredTrial,
    deltas: list[np.ndarray],
    *,
    like: str,
    n_imputations: int,
    seed: int,
    ties: str,
    conf_level: float,
) -> tuple[ImputedEffect, ...]:
    """Impute with each of several deltas, by the same random numbers, and pool the effects.

    Imputations are worked off in blocks, so that memory is bounded for any number of patients.
    """
    validation.one_of(like, LIKE, "like")
    if n_imputations != int(n_imputations) or n_imputations < 2:
        raise ValueError(f"n_imputations: must be 2 or more, got {n_imputations}.")
    block = max(1, BLOCK // trial.time.size)
    sizes = [min(block, n_imputations - i) for i in range(0, int(n_imputations), block)]
    fits = [[] for _ in deltas]
    for size, stream in zip(sizes, np.random.SeedSequence(seed).spawn(len(sizes)), strict=True):
        draws = _draw(trial, size, stream)
        for delta, mine in zip(deltas, fits, strict=True):
            mine.append(_fit(trial, *_imputed(trial, delta, draws, like), ties))
    return tuple(_pooled(trial, np.hstack(blocks), conf_level) for blocks in fits)


def effect_of(
    trial: CensoredTrial, time: np.ndarray, event: np.ndarray, ties: str, conf_level: float
) -> ImputedEffect:
    """Return the effect in one completed data set."""
    return _pooled(trial, _fit(trial, time[None], event[None], ties), conf_level)


def _fit(trial: CensoredTrial, times: np.ndarray, events: np.ndarray, ties: str) -> np.ndarray:
    """Return estimate, variance, and events imputed of each row's Cox model, shape (3, m)."""
    models = batched_cox(times, events, trial.treated, strata=trial.strata, ties=ties)
    return np.array([models.coef, models.std_error**2, (events & trial.chosen).sum(axis=1)])


def _pooled(trial: CensoredTrial, fits: np.ndarray, conf_level: float) -> ImputedEffect:
    coef, std_error, df, within, between = rubins_rules(fits[0], fits[1])
    half = stats.t.isf((1 - conf_level) / 2, df) * std_error
    return ImputedEffect(
        coef=coef,
        std_error=std_error,
        df=df,
        hr=float(np.exp(coef)),
        hr_lower=float(np.exp(coef - half)),
        hr_upper=float(np.exp(coef + half)),
        p_value=float(2 * stats.t.sf(abs(coef) / std_error, df)),
        within=within,
        between=between,
        n_imputed=int(trial.chosen.sum()),
        n_events_imputed=float(fits[2].mean()),
        n_imputations=fits.shape[1],
    )


def rubins_rules(
    estimates: ArrayLike, variances: ArrayLike
) -> tuple[float, float, float, float, float]:
    """Pool the estimates of imputed data sets.

    Parameters
    ----------
    estimates, variances : array_like, shape (m,)
        Estimate of each imputed data set, and its squared standard error.

    Returns
    -------
    estimate, std_error, df, within, between : float
        Pooled estimate; its standard error and degrees of freedom; variances within and between
        imputations. One data set alone is taken as complete: no variance between, df infinite.

    References
    ----------
    Rubin DB (1987). Multiple Imputation for Nonresponse in Surveys, equations 3.1.2 to 3.1.6.
    """
    q, u = np.asarray(estimates, dtype=float), np.asarray(variances, dtype=float)
    within = float(u.mean())
    between = float(q.var(ddof=1)) if q.size > 1 else 0.0
    extra = (1 + 1 / q.size) * between
    varies = extra > 1e-14 * within
    df = float((q.size - 1) * (1 + within / extra) ** 2) if varies else np.inf
    return float(q.mean()), float(np.sqrt(within + extra)), df, within, between
