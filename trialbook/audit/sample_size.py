"""The planned sample size against the assumptions that are printed with it."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from trialbook.audit.findings import Finding, ids
from trialbook.audit.paper import Comparison, Figure, Paper
from trialbook.survival import freedman_events, power, schoenfeld_events

RATIO = "assumed hazard ratio against assumed proportions"
SIZE = "sample size against its assumptions"


@dataclass(frozen=True)
class Assumptions:
    """What a paper prints of its sample size calculation; proportions are those with an event."""

    size: Figure
    power: Figure
    alpha: Figure | None
    treated: Figure
    control: Figure
    hazard_ratio: Figure | None
    versus: Comparison

    @property
    def figures(self) -> tuple[Figure | None, ...]:
        """All figures that are used."""
        return (
            self.size, self.power, self.alpha, self.treated, self.control, self.hazard_ratio
        )  # fmt: skip


def assumptions(paper: Paper) -> Assumptions | None:
    """Find the sample size, power, level and assumed proportions in the chapter ``design``.

    Returns
    -------
    Assumptions or None
        None unless sample size, power and both arms' proportions are there.
    """
    design = [f for f in paper.figures if f.chapter == "design" and f.number is not None]

    def first(pattern: str, arm: str | None = None, kind: str | None = None) -> Figure | None:
        for figure in design:
            named = re.search(pattern, f"{figure.item} {figure.statistic}".lower())
            if named and arm in (None, figure.arm) and kind in (None, figure.kind):
                return figure
        return None

    size, wanted = first(r"sample size"), first(r"\bpower\b")
    for versus in paper.comparisons:
        rates = [first(r"\bassumed\b", arm, "percent") for arm in (versus.treated, versus.control)]
        if size and wanted and all(rates):
            return Assumptions(
                size,
                wanted,
                first(r"\balpha\b|significance level"),
                *rates,
                first(r"\bassumed\b", versus.name, "hr"),
                versus,
            )
    return None


def sample_size(paper: Paper) -> Iterator[Finding]:
    """Recompute the assumed hazard ratio and the number of patients.

    The hazard ratio is log(1 - p1) / log(1 - p0), as proportional hazards have it. The number
    of patients is the events by Schoenfeld's (1983) and by Freedman's (1982) formula over the
    mean proportion with an event, everyone being followed to the end.
    """
    plan = assumptions(paper)
    if plan is None:
        return
    p1, p0 = (float(f.number.value) / 100 for f in (plan.treated, plan.control))
    if not (0 < p1 < 1 and 0 < p0 < 1) or p1 == p0:
        return
    ratio = math.log1p(-p1) / math.log1p(-p0)
    if plan.hazard_ratio is not None:
        yield _ratio(plan, p1, p0, ratio)
    yield _size(plan, p1, p0, ratio)


def _ratio(plan: Assumptions, p1: float, p0: float, ratio: float) -> Finding:
    def logs(figure: Figure) -> tuple[float, float]:
        ends = (figure.number.low, figure.number.high)
        return tuple(-math.log1p(-min(float(end), 99.999) / 100) for end in ends)

    (low1, high1), (low0, high0) = logs(plan.treated), logs(plan.control)
    fits = plan.hazard_ratio.number.overlaps(low1 / high0, high1 / low0)
    return Finding(
        RATIO,
        plan.versus.name,
        ids(plan.treated, plan.control, plan.hazard_ratio),
        "consistent" if fits else "impossible",
        "proportional hazards",
        f"log(1 - {p1:g}) / log(1 - {p0:g}) = {ratio:.{plan.hazard_ratio.number.digits + 1}f}; "
        f"printed: {plan.hazard_ratio.printed}",
    )


def _size(plan: Assumptions, p1: float, p0: float, ratio: float) -> Finding:
    per_arm = "arm" in f"{plan.size.item} {plan.size.statistic}"
    printed = int(plan.size.number.value) * (2 if per_arm else 1)
    alpha = 0.05 if plan.alpha is None else float(plan.alpha.number.value)
    wanted = float(plan.power.number.value) / 100
    mean = (p1 + p0) / 2
    formulas = {"Schoenfeld": schoenfeld_events, "Freedman": freedman_events}
    needed, parts = {}, []
    for name, events in formulas.items():
        number = events(ratio, power=wanted, alpha=alpha)
        needed[name] = math.ceil(number / mean)
        parts.append(f"{name}: {number:.1f} events, {needed[name]} patients")
    reached = power(printed * mean, ratio, alpha=alpha)
    proof = (
        f"HR {ratio:.3f}, power {wanted:.0%}, two-sided {alpha:g}, {mean:.2%} with an event on "
        f"average: {'; '.join(parts)}; printed: {printed} (which give a power of {reached:.1%} by "
        "Schoenfeld's formula)"
    )
    fewest, most = min(needed.values()), max(needed.values())
    verdict, conditions = "consistent", ""
    if printed < fewest - 2:
        verdict, conditions = "unlikely", "a log-rank test with everyone followed to the end"
    elif printed > most + 4:
        verdict = "needs an unstated allowance"
        lost = [1 - n / printed for n in (most, fewest)]
        conditions = (
            f"for example {lost[0]:.0%} (Freedman) to {lost[1]:.0%} (Schoenfeld) of the patients "
            "lost before they can have an event"
        )
    return Finding(SIZE, plan.size.item, ids(*plan.figures), verdict, conditions, proof)
