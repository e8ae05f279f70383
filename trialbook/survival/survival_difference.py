"""Survival of two arms at a time: the difference and the number needed to treat.

Altman and Andersen (1999), BMJ 319:1492, for the number needed to treat from survival curves.
"""

from dataclasses import dataclass

import numpy as np

from trialbook.survival import validation
from trialbook.survival.kaplan_meier import KaplanMeier


@dataclass(frozen=True)
class SurvivalDifference:
    """Difference of two survival curves at a time, treated minus control.

    Attributes
    ----------
    time, difference, std_error, lower, upper, p_value : float
        Wald interval and two-sided P value from Greenwood's variances; NaN: not estimable, the
        limits also before any event (see `mover_difference`).
    nnt, nnt_lower, nnt_upper : float
        Number needed to treat, 1 / difference (negative: to harm), and its interval, from
        1 / upper to 1 / lower. Where `nnt_through_infinity` it runs from `nnt_lower` up to
        infinity and on from minus infinity to `nnt_upper` (Altman 1998, BMJ 317:1309).
    nnt_through_infinity : bool
        The interval of the difference covers 0.

    Examples
    --------
    >>> from trialbook.survival import kaplan_meier, survival_difference
    >>> new = kaplan_meier([3, 5, 7, 9, 12], [1, 0, 1, 1, 0])
    >>> old = kaplan_meier([2, 4, 6, 8, 11], [1, 1, 1, 0, 1])
    >>> round(float(survival_difference(new, old, 6).nnt), 2)
    2.5
    """

    time: float
    difference: float
    std_error: float
    lower: float
    upper: float
    p_value: float
    nnt: float
    nnt_lower: float
    nnt_upper: float
    nnt_through_infinity: bool


def survival_difference(
    treated: KaplanMeier, control: KaplanMeier, t: float, conf_level: float = 0.95
) -> SurvivalDifference:
    """Compare survival at time `t`: the difference and the number needed to treat.

    Parameters
    ----------
    treated, control : KaplanMeier
        The two arms' curves.
    t : float
        Time point, in the unit of the data.
    conf_level : float

    Returns
    -------
    SurvivalDifference
        NaN where `t` lies beyond an arm's follow-up, or an arm's curve is 0.

    Examples
    --------
    >>> from trialbook.survival import kaplan_meier, survival_difference
    >>> new = kaplan_meier([3, 5, 7, 9, 12], [1, 0, 1, 1, 0])
    >>> old = kaplan_meier([2, 4, 6, 8, 11], [1, 1, 1, 0, 1])
    >>> found = survival_difference(new, old, 6)
    >>> print(f"{found.difference:.3f} ({found.lower:.3f} to {found.upper:.3f})")
    0.400 (-0.154 to 0.954)
    """
    at = validation.as_time_point(t, "t")
    arms = [curve.at(at) for curve in (treated, control)]
    difference = float(arms[0].survival[0] - arms[1].survival[0])
    std_error = float(np.hypot(arms[0].std_error[0], arms[1].std_error[0]))
    z = validation.normal_quantile(conf_level)
    # Before any event there is no variance to speak of, which is no certainty.
    half = z * std_error if std_error > 0 else np.nan
    lower, upper = difference - half, difference + half
    return SurvivalDifference(
        time=at,
        difference=difference,
        std_error=std_error,
        lower=lower,
        upper=upper,
        p_value=validation.wald_p_value(difference, std_error),
        nnt=_inverse(difference),
        nnt_lower=_inverse(upper),
        nnt_upper=_inverse(lower),
        nnt_through_infinity=lower <= 0 <= upper,
    )


def _inverse(number: float) -> float:
    return 1 / number if number else np.nan
