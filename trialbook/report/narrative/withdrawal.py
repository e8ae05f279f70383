"""Sentences on what would become of the result had those who left fared otherwise.

Every function returns Markdown to show, or None where the data say nothing to it.
"""

from typing import TYPE_CHECKING

from trialbook.report.narrative.common import pair_in_words
from trialbook.report.output import Text
from trialbook.report.sentences import of

if TYPE_CHECKING:
    from trialbook.config import Endpoint
    from trialbook.safe.lookup import Lookup


TREATED = "the withdrawn patients of the treated group"


def say_withdrawal(lookup: "Lookup", endpoint: "Endpoint", alpha: float = 0.05) -> Text | None:
    """Return from which delta on the result is no longer significant, and the extreme cases."""
    lines = []
    # Where it is not known who withdrew, whom the calendar censored would count as withdrawn.
    if not lookup.trial.has("EOSSTT"):
        return None
    for comparison in lookup.trial.comparisons:
        of_row = ("tipping_point", endpoint.paramcd, comparison.name)
        methods = lookup.distinct("method", *of_row[:1], paramcd=of_row[1], arm=of_row[2])
        deltas = sorted(
            float(one.split("@")[0].removeprefix("delta=")) for one in methods if "delta=" in one
        )
        if not deltas:
            continue
        first = {"level": "treated", "method": f"delta={deltas[0]:g}"}
        if lookup.withholds("p_value", *of_row, **first):
            lines.append(f"{pair_in_words(comparison)}: withheld, for an arm has few events.")
            continue
        lines.append(f"{pair_in_words(comparison)}: {_tips(lookup, of_row, deltas, alpha)}")
        reference = {"level": "reference", "method": "delta=1"}
        if jump := lookup.text("{hr} ({hr_lower} to {hr_upper})", *of_row, **reference):
            control = of(comparison.control.label)
            lines.append(
                f"Had the withdrawn patients of both groups fared from then on as those given "
                f"{control} (*jump to reference*), the hazard ratio would be {jump}. Its interval "
                "is wider than it need be: Rubin's variance is conservative for this imputation."
            )
        worst, best = (
            lookup.text("{hr} ({hr_lower} to {hr_upper})", *of_row, level=level, method="extreme")
            for level in ("worst", "best")
        )
        if worst and best:
            lines.append(
                f"In the extreme cases, where the withdrawn patients of one group all have the "
                f"event at once and those of the other never, the hazard ratio is {worst} at "
                f"worst and {best} at best for {of(comparison.treated.label)}."
            )
    return Text("\n\n".join(lines)) if lines else None


def _tips(lookup: "Lookup", of_row: tuple, deltas: list[float], alpha: float) -> str:
    """Return where significance is lost as the treated arm's patients who left fare otherwise.

    Worse than those who stayed where the result is a lower hazard, better where it is a higher one.
    """

    def p(delta: float) -> float:
        key = {"level": "treated", "method": f"delta={delta:g}"}
        return lookup.value("p_value", *of_row, **key)

    start = 1.0 if 1.0 in deltas else deltas[0]
    if not p(start) < alpha:
        return (
            f"the P value is not below {alpha:g} where the withdrawn patients of both groups "
            "are taken to have fared like those who stayed, so there is nothing to tip."
        )
    # Towards no difference: worse where fewer of the treated had the event, else better.
    key = {"level": "treated", "method": f"delta={start:g}"}
    fewer = lookup.value("hr", *of_row, **key) < 1
    tried = [d for d in deltas if d > start] if fewer else [d for d in deltas[::-1] if d < start]
    lost = [delta for delta in tried if p(delta) >= alpha]
    if tried and not lost:
        if tried[-1] == 0:
            case = f"none of {TREATED} had the event later"
        else:
            case = f"the hazard of {TREATED} was {tried[-1]:g} times that of those who stayed"
        return f"even if {case}, the P value would stay below {alpha:g}."
    if not lost:
        return f"the P value is below {alpha:g}; no other assumption was tried."
    before = max((d for d in [start, *tried] if d < lost[0]), default=start)
    if not fewer:
        before = min((d for d in [start, *tried] if d > lost[0]), default=start)
    low, high = sorted((before, lost[0]))
    times = f"between {low:g} and {high:g} times" if low else f"somewhere below {high:g} times"
    about = lookup.text("{ratio}", *of_row, level="treated", method="delta")
    if about[:1].isdigit() and low:
        times += f" (about {about}, interpolated)"
    return (
        f"the result would no longer be significant if the hazard of {TREATED} was {times} that "
        f"of those who stayed: there the P value passes {alpha:g}. Whether that is plausible is a "
        "clinical question."
    )
