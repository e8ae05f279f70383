"""A hazard ratio made elsewhere: on which scale, and who is compared with whom.

Neither stands in a row of cardx's ``ard_regression``; both could turn an effect round. What the
numbers prove is taken, what they do not is asked.
"""

import math
from statistics import NormalDist

LOG, EXPONENTIATED = "log", "exponentiated"
# A relation holds where it is off by less than this; the other scale must be off by so much more.
_HOLDS, _APART = 0.05, 4.0


def scale_of(
    estimate: float,
    lower: float = math.nan,
    upper: float = math.nan,
    std_error: float = math.nan,
    statistic: float = math.nan,
    p_value: float = math.nan,
    conf_level: float = 0.95,
) -> str | None:
    """Return on which scale the estimate of a Cox model is given, where its row proves it.

    Parameters
    ----------
    estimate, lower, upper : float
        A hazard ratio with its limits, or its logarithm with those of the logarithm.
    std_error, statistic, p_value : float
        Of the logarithm on either scale: estimate over standard error, and Wald's P value.
    conf_level : float
        Of the limits.

    Returns
    -------
    str or None
        `LOG` or `EXPONENTIATED`; None where both would do, or neither.

    Notes
    -----
    On its own scale the logarithm stands midway between its limits, which are as far from it as
    the standard error says; its ratio to that gives the statistic and the P value.

    Examples
    --------
    >>> scale_of(0.4449, 0.2551, 0.7743, 0.283), scale_of(-0.81, -1.366, -0.256, 0.283)
    ('exponentiated', 'log')
    >>> scale_of(0.8) is None
    True
    """
    if min(value for value in (estimate, lower, upper, math.inf) if not math.isnan(value)) < 0:
        return LOG
    rest = (std_error, statistic, p_value, conf_level)
    as_log = _misfit(estimate, lower, upper, *rest)
    positive = all(value > 0 for value in (estimate, lower, upper) if not math.isnan(value))
    logs = [math.log(x) if x > 0 else math.nan for x in (estimate, lower, upper)]
    as_ratio = _misfit(*logs, *rest) if positive else math.inf
    for scale, misfit, other in ((LOG, as_log, as_ratio), (EXPONENTIATED, as_ratio, as_log)):
        if misfit < _HOLDS and other > max(_APART * misfit, _HOLDS):
            return scale
    return None


def _misfit(
    coef: float, lower: float, upper: float, std_error: float, statistic: float,
    p_value: float, conf_level: float,
) -> float:  # fmt: skip
    """Return by how much the numbers of a row contradict that `coef` is a logarithm."""
    normal = NormalDist()
    z = normal.inv_cdf(0.5 + conf_level / 2)
    half = (upper - lower) / 2
    if math.isnan(std_error) and half > 0:
        std_error = half / z
    found = []
    if half > 0:
        found += [abs(coef - (lower + upper) / 2) / half, abs(half / z - std_error) / std_error]
    wald = coef / std_error if std_error > 0 else math.nan
    found.append(abs(wald - statistic) / max(1.0, abs(statistic)))
    told = 2 * (1 - normal.cdf(abs(wald))) if not math.isnan(wald) else math.nan
    found.append(abs(told - p_value))
    known = [one for one in found if not math.isnan(one)]
    # One relation alone that happens to hold, a P value near 0 say, proves nothing.
    return max(known) if half > 0 or len(known) > 1 else math.inf


def hazard_ratio(told: dict[str, float], scale: str, *, turned: bool) -> dict[str, float]:
    """Return a Cox model's estimates as results name them.

    Parameters
    ----------
    told : dict
        ``estimate``, and as far as they are told ``conf.low``, ``conf.high``, ``std.error`` and
        ``p.value``.
    scale : str
        Of the estimate and its limits.
    turned : bool
        Whether the control stands over the treated, so that the ratio must be turned over.

    Examples
    --------
    >>> hazard_ratio({"estimate": 2.0, "conf.high": 4.0}, EXPONENTIATED, turned=True)
    {'coef': -0.6931471805599453, 'hr': 0.5, 'hr_lower': 0.25}
    """
    names = {"estimate": "hr", "conf.low": "hr_lower", "conf.high": "hr_upper"}
    found = {names[name]: told[name] for name in names if name in told}
    if scale == LOG:
        found = {"coef": found["hr"]} | {name: _exp(value) for name, value in found.items()}
    else:
        found = {"coef": math.log(found["hr"]) if found["hr"] > 0 else math.nan} | found
    if turned:
        other = {"hr_lower": "hr_upper", "hr_upper": "hr_lower"}
        ratios = {
            other.get(k, k): 1 / v if v else math.inf for k, v in found.items() if k != "coef"
        }
        found = {"coef": -found["coef"]} | ratios
    more = {"std.error": "std_error", "p.value": "p_value"}
    return found | {name: told[theirs] for theirs, name in more.items() if theirs in told}


def _exp(value: float) -> float:
    return math.exp(value) if value < 700 else math.inf
