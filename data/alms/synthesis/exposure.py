"""What the patients took: average daily dose and whether it reached four fifths of the target."""

import numpy as np
from scipy.stats import norm

from .anneal import anneal
from .moments import Column, Moment
from .targets import Published, Target

TARGET_SHARE = 0.8
ENOUGH = {"MMF": 1.6, "AZA": 1.6}
"""80% of the target dose: g per day for MMF, mg per kg of body weight and day for AZA."""

UNIT = {"MMF": 0.01, "AZA": 0.1}


def enough(dose: np.ndarray, arm: str, weight: np.ndarray) -> np.ndarray:
    """Return whether an average daily dose is at least 80% of its target.

    Parameters
    ----------
    dose : ndarray of float
        g per day for MMF, mg per day for AZA.
    weight : ndarray of float
        Body weight at baseline, kg.
    """
    return dose >= (ENOUGH[arm] if arm == "MMF" else np.round(ENOUGH[arm] * weight, 4))


def draw_doses(published: Published, arm, weight, failed, rng, report=None) -> np.ndarray:
    """Return the average daily dose of one arm's treated patients.

    Mean and SD are the printed ones, over all and among those whose treatment failed. The printed
    shares at 80% of the target are no whole number of patients; the nearest count stands in.

    Parameters
    ----------
    weight : ndarray of float
        kg.
    failed : ndarray of bool
        Whether treatment failed.
    """
    n = len(weight)
    share = float(published.printed("exposure", "DOSE80FL", arm, "percent", level="Y"))
    reaching = round(share / 100 * n)
    reaches = np.zeros(n, dtype=bool)
    reaches[rng.permutation(n)[:reaching]] = True

    full = np.full(n, 2.0) if arm == "MMF" else np.clip(2.0 * weight, 50, 220)
    spread = norm.ppf((rng.permutation(n) + 0.5) / n)
    start = full * np.where(reaches, 1 + 0.08 * spread, 0.55 + 0.12 * spread)
    limit = ENOUGH[arm] * (1 if arm == "MMF" else weight)
    lower = np.where(reaches, limit, 0.5 if arm == "MMF" else 25.0)
    upper = np.where(reaches, full * 1.5, limit - UNIT[arm])

    targets, moments = [Target("reaching", reaching - 0.5, reaching + 0.5)], []
    moments.append(Moment("reaching", "count", lambda dose, who: enough(dose, arm, weight[who])))
    for of, among in (("", None), ("TRTFAIL=EVENT", failed)):
        for statistic in ("mean", "sd"):
            name = f"{statistic} {of}"
            targets.append(published.target(name, "exposure", "AVGDD", arm, statistic, subgroup=of))
            moments.append(Moment(name, statistic, among=among))
    column = Column(UNIT[arm], lower, upper, moments, largest_step=12)
    state = anneal(column, column.steps(start), targets, rng, what=f"AVGDD {arm}", report=report)
    return column.values(state)
