"""The words for what happens early and late: hazard ratios by period, differences at landmarks."""

from collections.abc import Callable
from math import isfinite
from typing import TYPE_CHECKING

from trialbook.printed import is_zero, printed_ratio
from trialbook.report.constancy import periods_of
from trialbook.report.events import free_of, had
from trialbook.report.landmarks import (
    at_landmark,
    at_risk_said,
    headline_landmark,
    points_at,
    shown_time,
)
from trialbook.report.words import change, of, than

if TYPE_CHECKING:
    from trialbook.config import Comparison, Endpoint
    from trialbook.safe.lookup import Lookup
    from trialbook.trial import Trial


def course_of(
    lookup: "Lookup",
    endpoint: "Endpoint",
    comparison: "Comparison",
    named: Callable[[str], str] = of,
) -> str:
    """Return what happened early and late: hazard ratios by period, differences at landmarks.

    `named` makes a label fit for where the sentence goes. Of the periods whose intervals exclude
    1 the first and the last; of the landmarks the first that excludes 0, and the last with
    enough patients at risk.
    """
    trial, said = lookup.trial, []
    treated, control = named(comparison.treated.label), named(comparison.control.label)
    clear = [one for one in periods_of(lookup, endpoint, comparison) if one.side]
    for period in dict.fromkeys([*clear[:1], *clear[-1:]]):
        start = when(trial, period.start, period.end)
        size = f"{than(change(period.hr))} with {control}"
        ratio = " to ".join(printed_ratio(period.hr, period.lower, period.upper)[1:])
        said.append(
            f"{start} the hazard of {named(endpoint.label)} with {treated} was {size} "
            f"(hazard ratio, {printed_ratio(period.hr, period.lower, period.upper)[0]}; "
            f"{lookup.ci}, {ratio})."
        )
    said += [
        points_said(lookup, endpoint, comparison, t, named)
        for t in landmarks_told(lookup, endpoint, comparison)
    ]
    return " ".join(said)


def landmarks_told(
    lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison"
) -> tuple[float, ...]:
    """Return the landmarks that tell a course: the first clear difference, and the headline's."""
    last = headline_landmark(lookup, endpoint)
    early = []
    for t in lookup.landmarks(endpoint.paramcd):
        _, lower, upper = at_landmark(lookup, endpoint, comparison, t)
        if last is not None and t < last and (lower > 0 or upper < 0):
            early.append(t)
    return tuple(early[:1] + ([] if last is None else [last]))


def points_said(
    lookup: "Lookup",
    endpoint: "Endpoint",
    comparison: "Comparison",
    t: float,
    named: Callable[[str], str] = of,
) -> str:
    """Return a difference at a landmark: ``"At 6 months, 25.4 percentage points fewer ..."``."""
    difference, _, _ = at_landmark(lookup, endpoint, comparison, t)
    if not isfinite(difference):
        return ""
    size, low, high = points_at(lookup, endpoint, comparison, t)
    treated, control = named(comparison.treated.label), named(comparison.control.label)
    more = "more" if difference >= 0 else "fewer"
    free = named(f"had {had(endpoint)}" if endpoint.favourable else f"were {free_of(endpoint)}")
    if endpoint.favourable:  # of what one hopes for one counts who had it
        more = "fewer" if difference >= 0 else "more"
    left = at_risk_said(lookup, endpoint, comparison, t, named)
    limits = f"({'; '.join(filter(None, [f'{lookup.ci}, {low} to {high}', left]))})"
    at = f"At {shown_time(lookup.trial, t)}"
    if is_zero(size):
        return (
            f"{at} as many patients given {treated} as given {control} {free}: the "
            f"difference was {size} percentage points {limits}."
        )
    return (
        f"{at} {size} percentage points {more} patients given {treated} than given {control} "
        f"{free} {limits}."
    )


def when(trial: "Trial", start: float, end: float) -> str:
    """Return a period at the start of a sentence: ``"Within 6 months"``, ``"After 12 months"``."""
    if start == 0:
        return f"Within the first {shown_time(trial, end)}"
    if isfinite(end):
        first, last = shown_time(trial, start), shown_time(trial, end)
        return f"From {first.removesuffix(f' {trial.time.show}')} to {last}"
    return f"After {shown_time(trial, start)}"
