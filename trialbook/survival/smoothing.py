"""The log hazard ratio over time: a natural spline through the scaled Schoenfeld residuals.

Therneau and Grambsch (2000), Modeling Survival Data, section 6.2.
"""

from dataclasses import dataclass

import numpy as np

from trialbook.survival import validation
from trialbook.survival.cox.model import CoxModel
from trialbook.survival.proportional_hazards import schoenfeld_residuals


@dataclass(frozen=True)
class LogHazardRatioOverTime:
    """A smoothed log hazard ratio of one term.

    Attributes
    ----------
    time, log_hr, lower, upper : array, shape (n_points,)
        The smooth and its pointwise interval; NaN where it cannot be estimated.
    event_time, scaled_residuals : array, shape (d,)
        What was smoothed: one point per event.

    Examples
    --------
    >>> import numpy as np
    >>> from trialbook.survival import cox, log_hazard_ratio_over_time
    >>> random = np.random.default_rng(1)
    >>> model = cox(random.exponential(10, 200), np.ones(200), np.arange(200) % 2)
    >>> curve = log_hazard_ratio_over_time(model)
    >>> bool((curve.lower < curve.upper).all())
    True
    """

    time: np.ndarray
    log_hr: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    event_time: np.ndarray
    scaled_residuals: np.ndarray


def log_hazard_ratio_over_time(
    model: CoxModel,
    term: str | int = 0,
    *,
    transform: str = "km",
    df: int = 4,
    n_points: int = 40,
    conf_level: float = 0.95,
) -> LogHazardRatioOverTime:
    """Smooth the scaled Schoenfeld residuals of one term over time.

    Parameters
    ----------
    model : CoxModel
    term : str or int
        Name or position.
    transform : {"km", "rank", "identity", "log"}
        Scale of time on which the spline is fitted; `time` is given back in the data's unit.
    df : int
        Degrees of freedom of the natural spline, 2 (a line) or more; knots at quantiles.
    n_points : int
        Points of the curve, evenly spaced on the transformed scale.
    conf_level : float

    Returns
    -------
    LogHazardRatioOverTime

    Notes
    -----
    The curve of ``plot(cox.zph(fit, transform))`` in R's survival; its interval is at two
    standard errors, ours at `conf_level`.

    Examples
    --------
    >>> import numpy as np
    >>> from trialbook.survival import cox, log_hazard_ratio_over_time
    >>> random = np.random.default_rng(1)
    >>> treated = np.arange(200) % 2
    >>> time = random.exponential(10, 200)
    >>> model = cox(time, np.ones(200), treated)
    >>> curve = log_hazard_ratio_over_time(model, n_points=3)
    >>> curve.log_hr.shape
    (3,)
    """
    z = validation.normal_quantile(conf_level)
    if df < 2 or n_points < 2:
        raise ValueError(f"df and n_points: must be 2 or more, got {df} and {n_points}.")
    j = model.index(term)
    residuals = schoenfeld_residuals(model, transform)
    kept = np.isfinite(residuals.scaled[:, j]) & np.isfinite(residuals.transformed)
    x, y, time = (
        values[kept] for values in (residuals.transformed, residuals.scaled[:, j], residuals.time)
    )
    if np.unique(x).size < df:
        missing = np.full(n_points, np.nan)
        return LogHazardRatioOverTime(missing, missing, missing, missing, time, y)
    grid = np.linspace(x.min(), x.max(), n_points)
    knots = np.quantile(np.concatenate([grid, x]), np.linspace(0, 1, df))
    # on a scale from 0 to 1 the cubes stay of one size
    low, width = knots[0], knots[-1] - knots[0]
    at_grid, at_events = (
        natural_spline((v - low) / width, (knots - low) / width) for v in (grid, x)
    )
    q, r = np.linalg.qr(at_events)
    if np.linalg.matrix_rank(r) < df:
        missing = np.full(n_points, np.nan)
        return LogHazardRatioOverTime(missing, missing, missing, missing, time, y)
    log_hr = at_grid @ np.linalg.solve(r, q.T @ y)
    leverage = np.sum(np.linalg.solve(r.T, at_grid.T) ** 2, axis=0)
    half = z * np.sqrt(residuals.variance[j, j] * leverage)
    return LogHazardRatioOverTime(
        _back(grid, x, time, transform), log_hr, log_hr - half, log_hr + half, time, y
    )


def natural_spline(x: np.ndarray, knots: np.ndarray) -> np.ndarray:
    """Return a basis of natural cubic splines, one column per knot, shape (n, k).

    Hastie, Tibshirani and Friedman (2009), Elements of Statistical Learning, equation 5.4.
    """
    beyond = np.maximum(x[:, None] - knots, 0) ** 3
    slopes = (beyond[:, :-1] - beyond[:, -1:]) / (knots[-1] - knots[:-1])
    return np.column_stack([np.ones(x.size), x, slopes[:, :-1] - slopes[:, -1:]])


def _back(grid: np.ndarray, x: np.ndarray, time: np.ndarray, transform: str) -> np.ndarray:
    """Return the grid in the data's unit of time."""
    if transform == "identity":
        return grid
    if transform == "log":
        return np.exp(grid)
    levels, first = np.unique(x, return_index=True)
    return np.interp(grid, levels, time[first])
