"""What the patients took: average daily dose and whether it reached four fifths of the target."""

import numpy as np
from scipy.stats import norm

from trialbook.synthesis.anneal import anneal
from trialbook.synthesis.moments import Column, Moment
from trialbook.synthesis.targets import Published, Target

from .spec import DOSES, ENOUGH, PRIMARY


def enough(dose: np.ndarray, arm: str, weight: np.ndarray) -> np.ndarray:
    """Return whether an average daily dose is at least the share `ENOUGH` of its target.

    Parameters
    ----------
    dose : ndarray of float
        Per day, in the unit of `DOSES`.
    weight : ndarray of float
        Body weight at baseline, kg.
    """
    return dose >= _limit(arm, weight)


def _limit(arm: str, weight: np.ndarray) -> np.ndarray | float:
    # to four digits: products in binary must not decide who reaches it
    limit = round(ENOUGH * DOSES[arm].full, 4)
    return np.round(limit * weight, 4) if DOSES[arm].per_kg else limit


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

    of_arm = DOSES[arm]
    full = of_arm.full * weight if of_arm.per_kg else np.full(n, of_arm.full)
    full = full if of_arm.most is None else np.clip(full, *of_arm.most)
    spread = norm.ppf((rng.permutation(n) + 0.5) / n)
    start = full * np.where(reaches, 1 + 0.08 * spread, 0.55 + 0.12 * spread)
    limit = round(ENOUGH * of_arm.full, 4) * (weight if of_arm.per_kg else 1)
    lower = np.where(reaches, limit, of_arm.lowest)
    upper = np.where(reaches, full * 1.5, limit - of_arm.unit)

    targets, moments = [Target("reaching", reaching - 0.5, reaching + 0.5)], []
    moments.append(Moment("reaching", "count", lambda dose, who: enough(dose, arm, weight[who])))
    for of, among in (("", None), (f"{PRIMARY}=EVENT", failed)):
        for statistic in ("mean", "sd"):
            name = f"{statistic} {of}"
            targets.append(published.target(name, "exposure", "AVGDD", arm, statistic, subgroup=of))
            moments.append(Moment(name, statistic, among=among))
    column = Column(of_arm.unit, lower, upper, moments, largest_step=12)
    state = anneal(column, column.steps(start), targets, rng, what=f"AVGDD {arm}", report=report)
    return column.values(state)
