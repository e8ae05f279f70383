"""The ratio of two proportions, and its average over several studies."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from trialbook.survival.proportions import checked_table
from trialbook.survival.validation import check_conf_level


@dataclass(frozen=True)
class RiskRatio:
    """Treated over control; NaN throughout where it is not estimable.

    Examples
    --------
    >>> from trialbook.survival import risk_ratio
    >>> round(float(risk_ratio(3, 20, 9, 20).std_error), 3)
    0.587
    """

    ratio: float
    std_error: float
    lower: float
    upper: float
    p_value: float


@dataclass(frozen=True)
class PooledRatio(RiskRatio):
    """A weighted mean of ratios, with Cochran's test that they are of one size.

    Examples
    --------
    >>> from trialbook.survival import pooled_ratio, risk_ratio
    >>> found = pooled_ratio([risk_ratio(3, 20, 9, 20), risk_ratio(12, 80, 20, 80)])
    >>> round(float(found.heterogeneity_p_value), 3)
    0.382
    """

    chisq: float
    df: int
    heterogeneity_p_value: float


def risk_ratio(
    events_treated: int,
    n_treated: int,
    events_control: int,
    n_control: int,
    *,
    conf_level: float = 0.95,
) -> RiskRatio:
    """Ratio of two proportions with the interval on the logarithmic scale.

    Parameters
    ----------
    events_treated, n_treated, events_control, n_control : int
        Patients with the event, and patients, per arm.
    conf_level : float
        Level of the interval.

    Returns
    -------
    RiskRatio
        `std_error` is that of the logarithm. Not estimable where an arm has no event.

    Raises
    ------
    ValueError
        When a count is no count, or an arm is empty.

    References
    ----------
    Katz D, Baptista J, Azen SP, Pike MC (1978). Obtaining confidence intervals for the risk
    ratio in cohort studies. Biometrics 34:469-474, method C.

    Examples
    --------
    >>> from trialbook.survival import risk_ratio
    >>> found = risk_ratio(3, 20, 9, 20)
    >>> print(f"{found.ratio:.3f} ({found.lower:.3f} to {found.upper:.3f})")
    0.333 (0.106 to 1.053)
    """
    a, n1, c, n0 = checked_table(events_treated, n_treated, events_control, n_control)
    check_conf_level(conf_level)
    if a == 0 or c == 0:
        return RiskRatio(*[np.nan] * 5)
    log_ratio = np.log(a / n1) - np.log(c / n0)
    return RiskRatio(
        *_on_ratio_scale(log_ratio, np.sqrt(1 / a - 1 / n1 + 1 / c - 1 / n0), conf_level)
    )


def _on_ratio_scale(
    log_ratio: float, std_error: float, conf_level: float
) -> tuple[float, float, float, float, float]:
    half = stats.norm.isf((1 - conf_level) / 2) * std_error
    # Every patient of both arms had the event: no uncertainty is left that this method can see.
    z = abs(log_ratio) / std_error if std_error > 0 else np.nan
    ends = (float(np.exp(log_ratio - half)), float(np.exp(log_ratio + half)))
    return (float(np.exp(log_ratio)), float(std_error), *ends, float(2 * stats.norm.sf(z)))


def pooled_ratio(ratios: Sequence[RiskRatio], *, conf_level: float = 0.95) -> PooledRatio:
    """Average risk ratios of several studies with inverse-variance weights (one common effect).

    Parameters
    ----------
    ratios : sequence of RiskRatio
        Of each study; those that are not estimable carry no weight.
    conf_level : float
        Level of the interval.

    Returns
    -------
    PooledRatio
        With Cochran's chi-square of heterogeneity on one degree of freedom less than studies.

    Raises
    ------
    ValueError
        When fewer than two studies have an estimate.

    References
    ----------
    Cochran WG (1954). The combination of estimates from different experiments. Biometrics
    10:101-129.

    Examples
    --------
    >>> from trialbook.survival import pooled_ratio, risk_ratio
    >>> found = pooled_ratio([risk_ratio(3, 20, 9, 20), risk_ratio(12, 80, 20, 80)])
    >>> print(f"{found.ratio:.3f} ({found.lower:.3f} to {found.upper:.3f})")
    0.521 (0.297 to 0.915)
    """
    known = [study for study in ratios if study.std_error > 0]
    if len(known) < 2:
        raise ValueError("pooling needs at least two studies with an estimate")
    logs = np.log([study.ratio for study in known])
    weights = 1 / np.square([study.std_error for study in known])
    mean = float(weights @ logs / weights.sum())
    chisq = float(weights @ (logs - mean) ** 2)
    df = len(known) - 1
    return PooledRatio(
        *_on_ratio_scale(mean, 1 / np.sqrt(weights.sum()), conf_level),
        chisq,
        df,
        float(stats.chi2.sf(chisq, df)),
    )
