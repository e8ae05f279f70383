"""The words for a question of noninferiority: it is answered, whatever the answer is.

Piaggio G et al. Reporting of noninferiority and equivalence randomized trials: extension of the
CONSORT 2010 statement. JAMA 2012;308:2594-604, figure 1.
"""

from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING

from trialbook.analyses.planned import planned
from trialbook.printed import printed, printed_ratio, rounded
from trialbook.report.effect import Effect, Verdict

if TYPE_CHECKING:
    from trialbook.config import Comparison, Endpoint
    from trialbook.safe.lookup import Lookup


def noninferiority(effect: Effect, treated: str, control: str) -> str:
    """Return the answer to a question of noninferiority, '' where that was not the question.

    All answers of the CONSORT extension's figure: also that the margin was passed, and that a
    treatment within it was worse all the same.
    """
    if not effect.asks_margin:
        return ""
    margin, none = the_margin(effect), "1" if effect.margin is not None else "0"
    limits = effect.against_margin
    if limits is None:
        return f"Whether {margin}, was kept cannot be told."
    tested = ""
    if effect.tested_margin:
        tested = f" (one-sided {effect.tested_margin} against it)"
    throughout = (
        " The margin is one of a ratio that did not hold throughout."
        if effect.margin is not None and effect.verdict() is Verdict.NOT_THROUGHOUT
        else ""
    )
    if limits.kept:
        shown = "Noninferiority was shown: the interval stays on the better side of "
        rest = _WITHIN_MARGIN[limits.side].format(treated=treated, control=control, none=none)
        return f"{shown}{margin}{tested}{rest}{throughout}"
    if limits.beyond:
        return (
            f"Noninferiority was not shown: the whole interval lies beyond {margin}{tested}. "
            f"Patients given {treated} did worse by more than it allows.{throughout}"
        )
    worse = (
        f" Patients given {treated} did worse: the interval excludes {none}."
        if limits.side is Verdict.WORSE
        else ""
    )
    return (
        f"Noninferiority was not shown: the interval reaches beyond {margin}{tested}."
        f"{worse}{throughout}"
    )


def the_margin(effect: Effect) -> str:
    """Return the margin in words; that it was set beforehand is more than a program knows."""
    if effect.margin is not None:
        return f"the margin given, a hazard ratio of {printed('hr', effect.margin)}"
    points = rounded(100 * abs(effect.margin_difference), 1).removesuffix(".0")
    return f"the margin given, {points} percentage points at {effect.margin_time}"


_WITHIN_MARGIN = {
    Verdict.BETTER: "; it excludes {none} as well, so superiority was shown, too.",
    Verdict.WORSE: ". And yet patients given {treated} did worse than those given {control}, for "
    "the interval excludes {none}: noninferior by the margin, inferior all the same.",
    Verdict.NO_CLEAR_DIFFERENCE: "; it covers {none}, so superiority was not shown.",
}


def per_protocol(
    lookup: "Lookup",
    endpoint: "Endpoint",
    comparison: "Comparison",
    effect: Effect,
    ties: str | None = None,
) -> str:
    """Return the per-protocol result beside a question of noninferiority, '' where not asked.

    Patients who stray from treatment make the groups alike, so that the analysis of all
    randomized patients does not err on the safe side here (ICH E9, section 5.2.3).
    """
    if not effect.asks_margin:
        return ""
    of_ratio = effect.margin is not None
    row = {"level": "per_protocol", "method": planned(lookup.trial, ties).model}
    if not of_ratio:
        row |= {"method": "difference", "time": lookup.trial.margin_difference[1]}
    key = ("noninferiority", endpoint.paramcd, comparison.name)
    estimate, lower, upper = (
        lookup.value(one, *key, **row)
        for one in ("ratio" if of_ratio else "difference", "lower", "upper")
    )
    if not (isfinite(lower) and isfinite(upper)):
        return "No per-protocol analysis is at hand, which a question of noninferiority asks for."
    if of_ratio:
        texts = printed_ratio(estimate, lower, upper)
        limits = replace(effect, lower=lower, upper=upper).against_margin
        what = "the hazard ratio is"
    else:
        texts = [rounded(100 * value, 1) for value in (estimate, lower, upper)]
        limits = replace(effect, difference=(lower, upper)).against_margin
        what = f"the difference in percentage points at {effect.margin_time} is"
    told = f"In the per-protocol population {what} {texts[0]} ({texts[1]} to {texts[2]})"
    all_patients = effect.against_margin
    if limits is None or all_patients is None:
        return f"{told}."
    side = "keeps the margin" if limits.kept else "reaches beyond the margin"
    agrees = limits.kept == all_patients.kept
    return f"{told}: it {side}{', too' if agrees else '; the two populations do not agree'}."
