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
        Hazard after censoring over the hazard of those still followed in the same arm: 1 is
        censoring at random, 2 twice the hazard, 0 no further events.
    impute : array_like of bool or 0/1, shape (n,), optional
        The censored patients whose course is imputed; all by default.
    horizon : float or array_like, shape (n,), optional
        Planned end of follow-up, where imputed patients without event are censored; by default
        the longest time in the data.
    strata : array_like, shape (n,), optional
        Strata of the Cox model.
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
    using multiple imputation. Stat Med 33:4681-4694. Rubin DB (1987). Multiple Imputation for
    Nonresponse in Surveys, equations 3.1.2 to 3.1.6.
    """
    trial = censored_trial(time, event, treated, impute, horizon, strata)
    deltas = as_deltas(delta, trial.time.size)
    draws = draw(trial, n_imputations, seed)
    return imputed_effect(trial, deltas, draws, ties, conf_level)


@dataclass(frozen=True)
class Draws:
    """Random parts of the imputations: per arm, a bootstrapped hazard; per patient, an E.

    `times` and `hazards` hold for each arm the distinct times, shape (m,), and the cumulative
    hazard there, shape (n_imputations, m).
    """

    times: tuple[np.ndarray, np.ndarray]
    hazards: tuple[np.ndarray, np.ndarray]
    exponential: np.ndarray


def draw(trial: CensoredTrial, n_imputations: int, seed: int) -> Draws:
    """Draw a bootstrap sample of each arm, with its cumulative hazard, for each imputation."""
    if n_imputations != int(n_imputations) or n_imputations < 2:
        raise ValueError(f"n_imputations: must be 2 or more, got {n_imputations}.")
    rng = np.random.default_rng(seed)
    times, hazards = [], []
    for arm in (~trial.treated, trial.treated):
        values, row = np.unique(trial.time[arm], return_inverse=True)
        copies = rng.multinomial(row.size, np.full(row.size, 1 / row.size), size=n_imputations)
        at_risk = np.zeros((n_imputations, values.size))
        events = np.zeros_like(at_risk)
        np.add.at(at_risk.T, row, copies.T)
        np.add.at(events.T, row[trial.event[arm]], copies.T[trial.event[arm]])
        at_risk = np.cumsum(at_risk[:, ::-1], axis=1)[:, ::-1]
        step = np.divide(events, at_risk, out=np.zeros_like(events), where=at_risk > 0)
        times.append(values)
        hazards.append(np.cumsum(step, axis=1))
    exponential = rng.standard_exponential((n_imputations, trial.time.size))
    return Draws(tuple(times), tuple(hazards), exponential)


def imputed_effect(
    trial: CensoredTrial, deltas: np.ndarray, draws: Draws, ties: str, conf_level: float
) -> ImputedEffect:
    """Impute the chosen patients' course in every draw and pool the effects."""
    m = len(draws.exponential)
    times, events = np.tile(trial.time, (m, 1)), np.tile(trial.event, (m, 1))
    for arm in (0, 1):
        who = np.flatnonzero(trial.chosen & (trial.treated == bool(arm)))
        values, hazards = draws.times[arm], draws.hazards[arm]
        censored_at = np.searchsorted(values, trial.time[who], side="right") - 1
        with np.errstate(divide="ignore"):
            more = draws.exponential[:, who] / deltas[who]
        target = hazards[:, censored_at] + more
        for i in range(m):
            first = np.searchsorted(hazards[i], target[i], side="left")
            reached = first < values.size
            at = np.where(reached, values[np.minimum(first, values.size - 1)], np.inf)
            events[i, who] = at <= trial.horizon[who]
            times[i, who] = np.minimum(at, trial.horizon[who])
    return pooled_effect(trial, times, events, ties, conf_level)


def pooled_effect(
    trial: CensoredTrial, times: np.ndarray, events: np.ndarray, ties: str, conf_level: float
) -> ImputedEffect:
    """Fit a Cox model to each row and pool them by Rubin's rules."""
    models = batched_cox(times, events, trial.treated, strata=trial.strata, ties=ties)
    coef, std_error, df, within, between = rubins_rules(models.coef, models.std_error**2)
    half = stats.t.isf((1 - conf_level) / 2, df) * std_error
    return ImputedEffect(
        coef,
        std_error,
        df,
        float(np.exp(coef)),
        float(np.exp(coef - half)),
        float(np.exp(coef + half)),
        float(2 * stats.t.sf(abs(coef) / std_error, df)),
        within,
        between,
        int(trial.chosen.sum()),
        float((events & trial.chosen).sum(axis=1).mean()),
        len(times),
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
