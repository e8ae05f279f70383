"""The words for a question of noninferiority: it is answered, whatever the answer is.

Piaggio G et al. Reporting of noninferiority and equivalence randomized trials: extension of the
CONSORT 2010 statement. JAMA 2012;308:2594-604, figure 1.
"""

from math import isfinite

from trialbook.printed import printed, rounded, with_sign
from trialbook.report.effect import Effect, Verdict


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
    if isfinite(effect.p_margin):
        p = with_sign(printed("p_value", effect.p_margin))
        tested = f" (one-sided {p} against it)"
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
