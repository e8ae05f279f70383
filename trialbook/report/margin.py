"""The words for a question of noninferiority: it is answered, whatever the answer is.

Piaggio G et al. Reporting of noninferiority and equivalence randomized trials: extension of the
CONSORT 2010 statement. JAMA 2012;308:2594-604, figure 1.
"""

from math import isfinite

from trialbook.printed import printed, with_sign
from trialbook.report.effect import Effect, Verdict


def noninferiority(effect: Effect, treated: str, control: str) -> str:
    """Return the answer to a question of noninferiority, '' where that was not the question.

    All answers of the CONSORT extension's figure (Piaggio and others 2012): also that the margin
    was passed, and that a treatment within it was worse all the same.
    """
    if effect.margin is None:
        return ""
    margin = f"the margin given, a hazard ratio of {printed('hr', effect.margin)}"
    kept, verdict = effect.margin_kept, effect.verdict()
    if kept is None:
        return f"Whether {margin}, was kept cannot be told."
    tested = ""
    if isfinite(effect.p_margin):
        p = with_sign(printed("p_value", effect.p_margin))
        tested = f" (one-sided {p} against it)"
    if kept:
        shown = f"Noninferiority was shown: the interval stays on the better side of {margin}"
        return f"{shown}{tested}{_WITHIN_MARGIN[verdict].format(treated=treated, control=control)}"
    if effect.beyond_margin:
        return (
            f"Noninferiority was not shown: the whole interval lies beyond {margin}{tested}. "
            f"Patients given {treated} did worse by more than it allows."
        )
    worse = (
        f" Patients given {treated} did worse: the interval excludes 1."
        if verdict is Verdict.WORSE
        else ""
    )
    return f"Noninferiority was not shown: the interval reaches beyond {margin}{tested}.{worse}"


_WITHIN_MARGIN = {
    Verdict.BETTER: "; it excludes 1 as well, so superiority was shown, too.",
    Verdict.WORSE: ". And yet patients given {treated} did worse than those given {control}, for "
    "the interval excludes 1: noninferior by the margin, inferior all the same.",
    Verdict.NO_CLEAR_DIFFERENCE: "; it covers 1, so superiority was not shown.",
    Verdict.NOT_THROUGHOUT: ". The margin is one of a ratio, which did not hold throughout.",
}
