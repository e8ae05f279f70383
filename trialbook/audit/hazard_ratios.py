"""A hazard ratio against its interval, its P value and the numbers of events.

For an unadjusted Cox model of two arms with O1 and O0 events, the model's probabilities g that an
event falls in arm 1 sum to O1 at the maximum of the partial likelihood, so the information, the
sum of g (1 - g), is at most O1 O0 / (O1 + O0) by concavity: SE(log HR) >= sqrt(1/O1 + 1/O0). It
holds for model-based Wald intervals with Breslow, Efron or exact ties, and stratified ones. The
same argument at log HR = 0 bounds the log-rank chi-square, without ties, by
(1 - HR)^2 / HR * O1 O0 / (O1 + O0).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from scipy import stats

from trialbook.audit.findings import Finding, ids
from trialbook.audit.paper import Comparison, Figure, Paper
from trialbook.audit.rounding import Rounded, to_digits

SYMMETRY = "hazard ratio in the middle of its interval"
EVENTS = "interval against the number of events"
P_INTERVAL = "P value against hazard ratio and interval"
P_EVENTS = "P value against hazard ratio and number of events"
DIRECTION = "hazard ratio against the proportions with an event"


@dataclass(frozen=True)
class Wald:
    """Every log hazard ratio and standard error that print one hazard ratio and interval."""

    coef: tuple[float, float]
    std_error: tuple[float, float]

    @property
    def p_values(self) -> tuple[float, float]:
        """Smallest and largest Wald P value (of the box around these pairs)."""
        near = 0.0 if self.coef[0] <= 0 <= self.coef[1] else min(map(abs, self.coef))
        far = max(map(abs, self.coef))
        largest_z = math.inf if self.std_error[0] <= 0 else far / self.std_error[0]
        return (
            float(2 * stats.norm.sf(largest_z)),
            float(2 * stats.norm.sf(near / self.std_error[1])),
        )


def wald(
    hr: Rounded, lower: Rounded, upper: Rounded, conf_level: float = 0.95, least: float = 0.0
) -> Wald | None:
    """Return what a printed hazard ratio and interval say about the fit behind them.

    Parameters
    ----------
    hr, lower, upper : Rounded
        As printed.
    conf_level : float
        Of the interval.
    least : float
        A lower bound of the standard error, see `least_std_error`.

    Returns
    -------
    Wald or None
        Ranges of the coefficient and of the standard error, each as narrow as can be said. None
        when no pair prints all three: without `least`, because the interval is not symmetric
        about the hazard ratio on the logarithmic scale.
    """
    z = float(stats.norm.ppf((1 + conf_level) / 2))
    (h0, h1), (l0, l1), (u0, u1) = (_logs(number) for number in (hr, lower, upper))
    if (l0 + u0) / 2 > h1 or (l1 + u1) / 2 < h0:
        return None
    s0 = max(h0 - l1, u0 - h1, (u0 - l1) / 2, z * least)
    s1 = min(h1 - l0, u1 - h0, (u1 - l0) / 2)
    if s0 > s1 or s1 <= 0:
        return None
    # For a half-width s the coefficient lies between max(h0, l0 + s, u0 - s) and
    # min(h1, l1 + s, u1 - s); each is at its best where its two slopes meet, or as near as s gets.
    low_at = min(max((u0 - l0) / 2, s0), s1)
    high_at = min(max((u1 - l1) / 2, s0), s1)
    coef = (max(h0, l0 + low_at, u0 - low_at), min(h1, l1 + high_at, u1 - high_at))
    return Wald(coef, (s0 / z, s1 / z))


def _logs(number: Rounded) -> tuple[float, float]:
    low = -math.inf if number.low <= 0 else math.log(number.low)
    return low, math.inf if number.high == math.inf else math.log(number.high)


@dataclass(frozen=True)
class Estimate:
    """A hazard ratio and what is printed beside it; None where it is not."""

    hr: Figure
    lower: Figure | None
    upper: Figure | None
    p_value: Figure | None
    events: tuple[Figure, Figure] | None

    @property
    def interval(self) -> str:
        """The hazard ratio with its interval, as printed."""
        return f"{self.hr.printed} ({self.lower.printed} to {self.upper.printed})"

    @property
    def least(self) -> float:
        """The smallest standard error that the numbers of events allow."""
        return least_std_error(*(figure.count for figure in self.events))

    def fit(self, least: float = 0.0) -> Wald | None:
        """Return the fits that print the hazard ratio and its interval."""
        if self.lower is None or self.upper is None:
            return None
        numbers = (figure.number for figure in (self.hr, self.lower, self.upper))
        return wald(*numbers, conf_level=self.lower.conf_level, least=least)


def hazard_ratios(paper: Paper) -> Iterator[Finding]:
    """Check every hazard ratio of a comparison with what is printed beside it."""
    comparisons = {c.name: c for c in paper.comparisons}
    for hr in paper.of_kind("hr"):
        versus = comparisons.get(hr.arm)
        if versus is None or hr.number.low <= 0:
            continue
        beside = (paper.beside(hr, kind) for kind in ("hr_lower", "hr_upper", "p_value"))
        estimate = Estimate(hr, *beside, _events(paper, hr, versus))
        fit = estimate.fit()
        if estimate.lower is not None and estimate.upper is not None:
            yield _symmetry(estimate, fit)
        if fit is not None and estimate.events is not None:
            yield _against_events(estimate, fit)
        if fit is not None and estimate.p_value is not None:
            yield _p_against_interval(estimate, fit)
        if estimate.events is not None and estimate.p_value is not None:
            yield _p_against_events(estimate)
        if estimate.events is not None:
            yield from _direction(paper, estimate)


def _events(paper: Paper, hr: Figure, versus: Comparison) -> tuple[Figure, Figure] | None:
    found = tuple(paper.beside(hr, "n", arm) for arm in (versus.treated, versus.control))
    return None if any(figure is None or not figure.count for figure in found) else found


def least_std_error(o1: int, o0: int) -> float:
    """Return the smallest standard error of a log hazard ratio: sqrt(1/O1 + 1/O0)."""
    return math.sqrt(1 / o1 + 1 / o0)


def _symmetry(estimate: Estimate, fit: Wald | None) -> Finding:
    low, high = estimate.lower.number, estimate.upper.number
    middle = [math.sqrt(max(a, 0) * b) for a, b in ((low.low, high.low), (low.high, high.high))]
    digits = estimate.hr.number.digits + 2
    return Finding(
        SYMMETRY,
        estimate.hr.about,
        ids(estimate.hr, estimate.lower, estimate.upper),
        "impossible" if fit is None else "consistent",
        "a Wald interval (profile-likelihood and bootstrap ones are not symmetric)",
        f"{estimate.interval}: the interval's ends, as rounded, have their geometric middle "
        f"between {middle[0]:.{digits}f} and {middle[1]:.{digits}f}",
        "" if fit is not None else "one of the three numbers is not of this fit",
    )


def _against_events(estimate: Estimate, fit: Wald) -> Finding:
    o1, o0 = (figure.count for figure in estimate.events)
    least, (low, high) = estimate.least, fit.std_error
    proof = (
        f"{estimate.interval} allows a standard error of log HR from {low:.4f} to {high:.4f}; "
        f"{o1} and {o0} events allow no less than sqrt(1/{o1} + 1/{o0}) = {least:.4f}"
    )
    conditions = "model-based Wald interval of a Cox model, ties in any of the usual ways"
    verdict, change = "consistent", ""
    both = estimate.fit(least)
    if both is None:
        verdict, change = "impossible", _narrowest(estimate)
        conditions += "; not for robust, profile-likelihood or Firth intervals"
    elif low > 2 * least:
        verdict, conditions = "unlikely", "arms of similar size, followed for a similar time"
    else:
        ends = [math.exp(coef) for coef in both.coef]
        proof += (
            f"; together: HR from {ends[0]:.4f} to {ends[1]:.4f}, standard error from "
            f"{both.std_error[0]:.4f} to {both.std_error[1]:.4f}"
        )
    involved = ids(estimate.hr, estimate.lower, estimate.upper, *estimate.events)
    questioned = ids(estimate.lower, estimate.upper) if both is None else ""
    return Finding(
        EVENTS, estimate.hr.about, involved, verdict, conditions, proof, change, questioned
    )


def _narrowest(estimate: Estimate) -> str:
    """Say what the narrowest interval around the hazard ratio would print, and whether 1 moves."""
    hr, lower, upper, least = estimate.hr, estimate.lower, estimate.upper, estimate.least
    z = float(stats.norm.ppf((1 + lower.conf_level) / 2))
    # The smallest value that prints this HR has the lowest upper limit, the largest the highest
    # lower limit: no interval that is possible is narrower on either side.
    low, high = hr.number.high * math.exp(-z * least), hr.number.low * math.exp(z * least)
    was = lower.number.value > 1 or upper.number.value < 1
    still = low > 1 or high < 1
    if was and still:
        meaning = "it can still exclude 1"
    elif was:
        meaning = "it no longer excludes 1"
    else:
        meaning = "it includes 1, as printed"
    return (
        f"with these events the lower limit is at most {low:.{lower.number.digits + 2}f}, "
        f"the upper at least {high:.{upper.number.digits + 2}f}: {meaning}"
    )


def _p_against_interval(estimate: Estimate, fit: Wald) -> Finding:
    (low, high), printed = fit.p_values, estimate.p_value.number
    digits = printed.digits + 2
    verdict, conditions = "consistent", "Wald test"
    if not printed.overlaps(low, high):
        # A log-rank P differs from Wald's, as a rule by little.
        verdict = "consistent" if printed.overlaps(low / 2, 2 * high) else "unlikely"
        conditions = "a log-rank or likelihood-ratio test, not Wald's"
    return Finding(
        P_INTERVAL,
        estimate.hr.about,
        ids(estimate.hr, estimate.lower, estimate.upper, estimate.p_value),
        verdict,
        conditions,
        f"{estimate.interval} means a Wald P from {low:.{digits}f} to {high:.{digits}f}; "
        f"printed: {printed.text}",
    )


def _p_against_events(estimate: Estimate) -> Finding:
    o1, o0 = (figure.count for figure in estimate.events)
    hr, printed = estimate.hr.number, estimate.p_value.number
    both = estimate.fit(estimate.least)
    ends = [hr.low, hr.high] if both is None else [math.exp(coef) for coef in both.coef]
    # Of the hazard ratios that print so, the one farthest from 1 allows the smallest P values.
    far = float(max(ends, key=lambda h: abs(math.log(h))))
    chisq = (1 - far) ** 2 / far / (1 / o1 + 1 / o0)
    log_rank = float(stats.chi2.sf(chisq, 1))
    by_wald = float(2 * stats.norm.sf(abs(math.log(far)) / estimate.least))
    digits = printed.digits + 2
    verdict, conditions, change = "consistent", "", ""
    if printed.high < min(log_rank, by_wald):
        smallest = to_digits(min(log_rank, by_wald), printed.digits)
        below = min(log_rank, by_wald) < 0.05
        verdict = "impossible"
        conditions = (
            "Wald test; or log-rank test unless events are heavily tied (many on the same days)"
        )
        change = f"P would print {smallest} or more" + (
            "; below 0.05 remains possible" if below else "; not below 0.05"
        )
    elif printed.high < by_wald:
        conditions = "a log-rank test, not Wald's"
    return Finding(
        P_EVENTS,
        estimate.hr.about,
        ids(estimate.hr, estimate.p_value, *estimate.events),
        verdict,
        conditions,
        f"HR {hr.text} with {o1} and {o0} events: a log-rank chi-square of at most {chisq:.2f}, "
        f"P at least {log_rank:.{digits}f} (Wald: at least {by_wald:.{digits}f}); "
        f"printed: {printed.text}",
        change,
        estimate.p_value.id if verdict == "impossible" else "",
    )


def _direction(paper: Paper, estimate: Estimate) -> Iterator[Finding]:
    sizes = [paper.denominator(figure) for figure in estimate.events]
    if None in sizes:
        return
    (o1, n1), (o0, n0) = ((f.count, s.n) for f, s in zip(estimate.events, sizes, strict=True))
    if o1 >= n1 or o0 >= n0:
        return
    hr = estimate.hr.number
    crude = math.log1p(-o1 / n1) / math.log1p(-o0 / n0)
    apart = min(abs(math.log(float(end) / crude)) for end in (hr.low, hr.high))
    within = hr.contains(crude) or apart <= 2 * estimate.least
    yield Finding(
        DIRECTION,
        estimate.hr.about,
        ids(estimate.hr, *estimate.events, *(f for s in sizes for f in s.figures)),
        "consistent" if within else "unlikely",
        "" if within else "both arms are followed alike",
        f"{o1} of {n1} against {o0} of {n0} make a crude hazard ratio of "
        f"log(1 - {o1}/{n1}) / log(1 - {o0}/{n0}) = {crude:.{hr.digits + 1}f}; "
        f"printed: {hr.text}",
        "" if within else "the arms, or the direction of the ratio, may be exchanged",
    )
