"""Whether one hazard ratio may stand in a heading, or held only on average.

The planned estimate always stands, with its P value, and no test chooses another analysis. The rule
says which words may stand beside it:

- The ratio *did not hold throughout* where the ratios of two periods lie on both sides of 1, each
  interval excluding 1, or where the difference at a landmark excludes 0 against the ratio: it says
  fewer events, and by then there were more. The heading then speaks of curves and times.
- It *changed over time* where the test of proportional hazards alone is below alpha: the ratio
  stays, and that it changed stands beside it.

How often the rule speaks where hazards are proportional: ``benchmarks/constancy.py``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import TYPE_CHECKING

from trialbook.report.landmarks import at_landmark, enough_at_risk

if TYPE_CHECKING:
    from trialbook.config import Comparison, Endpoint
    from trialbook.safe.lookup import Lookup


class Constancy(StrEnum):
    """What may be said of a hazard ratio over time."""

    NOT_CONTRADICTED = "not contradicted"
    CHANGED = "changed over time"
    NOT_THROUGHOUT = "did not hold throughout"


@dataclass(frozen=True)
class Period:
    """The hazard ratio between two times, in AVAL's unit, among those still at risk."""

    start: float
    end: float
    hr: float
    lower: float
    upper: float

    @property
    def side(self) -> int:
        """Which side of 1 the interval lies on: -1, 1, or 0 where it covers it."""
        return side_of(self.lower, self.upper, 1)


def side_of(lower: float, upper: float, none: float) -> int:
    """Return on which side of no effect an interval lies: -1, 1, or 0 where it covers it."""
    if not (isfinite(lower) and isfinite(upper)):
        return 0
    return -1 if upper < none else 1 if lower > none else 0


def judge(
    hr: float,
    periods: Iterable[tuple[float, float]],
    differences: Iterable[tuple[float, float]],
    p_value: float,
    alpha: float,
) -> Constancy:
    """Return what may be said of a hazard ratio over time.

    Parameters
    ----------
    hr : float
        The planned estimate.
    periods : iterable of tuple
        Limits of the hazard ratio of each period.
    differences : iterable of tuple
        Limits of the difference free of the event, treated minus control, at each landmark at
        which enough patients are at risk.
    p_value : float
        Of the test of proportional hazards; NaN where there is none.
    alpha : float
    """
    sides = {side_of(*limits, 1) for limits in periods}
    against = 1 if hr > 1 else -1
    turned = any(side_of(*limits, 0) == against for limits in differences)
    if {-1, 1} <= sides or (isfinite(hr) and turned):
        return Constancy.NOT_THROUGHOUT
    return Constancy.CHANGED if p_value < alpha else Constancy.NOT_CONTRADICTED


def periods_of(
    lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison"
) -> tuple[Period, ...]:
    """Return the hazard ratios between the landmarks that may be shown, in their order."""
    from trialbook.analyses.sensitivity import period_of

    key = ("period", endpoint.paramcd, comparison.name)
    found = []
    for level in lookup.distinct("level", "period", paramcd=key[1], arm=key[2]):
        ratio = [
            lookup.value(name, *key, level=level, method="efron")
            for name in ("hr", "hr_lower", "hr_upper")
        ]
        if all(map(isfinite, ratio)):
            found.append(Period(*period_of(level), *ratio))
    return tuple(sorted(found, key=lambda period: period.start))


def constancy(
    lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison", hr: float
) -> Constancy:
    """Return what may be said of an end point's hazard ratio over time.

    Parameters
    ----------
    lookup : Lookup
        With results of period, landmark, kaplan_meier and proportional_hazards, as far as there
        are.
    endpoint, comparison
        Of what, and whom with whom.
    hr : float
        The planned estimate.
    """
    code, name = endpoint.paramcd, comparison.name
    differences = []
    for t in lookup.landmarks(code):
        if enough_at_risk(lookup, endpoint, t):
            _, lower, upper = at_landmark(lookup, endpoint, comparison, t)
            differences.append((lower, upper))
    p_value = lookup.value("p_value", "proportional_hazards", code, name, method="km")
    periods = [(one.lower, one.upper) for one in periods_of(lookup, endpoint, comparison)]
    return judge(hr, periods, differences, p_value, alpha=1 - lookup.conf_level)
