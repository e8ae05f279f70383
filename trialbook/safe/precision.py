"""Numbers with no more digits than the pages print.

To its last digit an estimate tells the counts that it was computed from.
"""

import math

from trialbook.kinds import MINUS, Kind

_RATIOS = {"hr", "hr_lower", "hr_upper", "ratio", "rate_ratio", "odds_ratio", "win_ratio"}


def as_printed(
    text: str, value: float, statistic: str, kind: Kind, per_shown: float = 1.0
) -> float:
    """Return a value as far as its printed form tells it.

    Parameters
    ----------
    text : str
        As the pages print it: ``"83.6%"``, ``"<0.001"``.
    value : float
        At full precision.
    statistic : str
        As in the results.
    kind : Kind
        How the statistic is printed.
    per_shown : float
        AVAL units in one shown unit, for what is printed as a time.

    Returns
    -------
    float
        Of ``<0.001`` the bound; a date as it is. What is printed as 0, or a ratio as 1, keeps
        its side by one significant digit, for words say on which side it lies.

    Examples
    --------
    >>> from trialbook.kinds import PROPORTION, RATIO
    >>> as_printed("83.6%", 0.83617, "survival", PROPORTION)
    0.836
    >>> as_printed("1.00", 1.00123, "hr_upper", RATIO)
    1.001
    """
    if not math.isfinite(value):
        return value
    bound = text.startswith("<")
    plain = text.replace(MINUS, "-").replace(",", "").removeprefix("<").removesuffix(kind.unit)
    try:
        number = float(plain) / kind.factor * (per_shown if kind.time else 1.0)
    except ValueError:
        return value
    null = 1.0 if statistic in _RATIOS else 0.0
    if number == null and value != null and not bound:
        return null + float(f"{value - null:.1g}")
    return number
