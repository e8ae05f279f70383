"""The words for a result: a small vocabulary, so that a sentence follows from the numbers.

Effect with interval first, P value with its test after (SAMPL, Lang and Altman 2015); no clear
difference always with what the interval allows; an effect only where chance assigned the patients
(CONSORT 2025), else an association; a verdict on the end point alone, and none of synthetic
patients. Nothing is ever a trend towards significance.
"""

from collections.abc import Callable
from math import isfinite
from typing import TYPE_CHECKING

from trialbook.printed import printed_ratio, rounded, with_sign
from trialbook.report.constancy import Constancy
from trialbook.report.course import course_of
from trialbook.report.effect import FEWEST_EVENTS, WAYS, Effect, Verdict, effect_of  # noqa: F401
from trialbook.report.margin import noninferiority, per_protocol

# The vocabulary is imported from here, too.
from trialbook.report.words import (  # noqa: F401
    FORMED,
    at_start,
    change,
    compatible,
    in_text,
    listed,
    of,
    pair_of,
    than,
)
from trialbook.safe import WITHHELD, shown_sizes

if TYPE_CHECKING:
    from trialbook.config import Comparison, Endpoint
    from trialbook.safe.lookup import Lookup
    from trialbook.trial import Trial


def interval(effect: Effect) -> str:
    """Return ``"hazard ratio, 0.44; 95% CI, 0.25 to 0.77; log-rank P=0.003"``."""
    parts = [f"{effect.model}, {'withheld' if effect.withheld else 'NE'}"]
    if effect.estimable:
        level = rounded(100 * effect.conf_level, 0)
        hr, lower, upper = printed_ratio(effect.hr, effect.lower, effect.upper)
        by = f" ({WAYS[effect.method]})" if effect.method else ""
        parts = [f"{effect.model}{by}, {hr}{effect.mark}", f"{level}% CI, {lower} to {upper}"]
    return "; ".join(filter(None, [*parts, effect.tested]))


def setting(trial: "Trial") -> str:
    """Return what a sentence on results must begin with: synthetic patients are named so."""
    return "In these synthetic patients, " if trial.synthetic else ""


def how_many(trial: "Trial") -> str:
    """Return how many patients are analysed, at the start of a sentence on them: ``"227"``.

    Of two arms with fewer than 5 each, 8 would tell both.
    """
    n = trial.sizes("efficacy").get("all")
    if n is None:
        return "A number, not given, of"
    return f"{n:,.0f}" if shown_sizes(trial, "efficacy") else "A number, withheld, of"


def p_phrase(lookup: "Lookup", *key: str, **of_row: object) -> str:
    """Return ``"P=0.03"`` or ``"P<0.001"``; empty where not estimable."""
    text = lookup.text("{p_value}", *key, **of_row)
    return "" if text in ("", "NE", WITHHELD) else with_sign(text)


def has_interval(lookup: "Lookup", *key: str, **of_row: object) -> bool:
    """Return whether a difference has an interval; before the first event it has no width."""
    difference, lower, upper = (
        lookup.value(name, *key, **of_row) for name in ("difference", "lower", "upper")
    )
    return isfinite(difference) and lower != upper


def not_compared(trial: "Trial") -> str:
    """Return why a trial of one arm, or one that is blinded, has no comparison."""
    if len(trial.arms) > 1:
        return "No comparison is named in trial.yml: nothing is compared."
    return f"{'The groups are pooled' if trial.blinded else 'One group'}: nothing is compared."


def meaning(
    effect: Effect,
    treated: str,
    control: str,
    event: str,
    randomized: str = "yes",
    *,
    synthetic: bool = False,
    course: str = "",
) -> str:
    """Return what an effect means, in a few sentences.

    Parameters
    ----------
    effect : Effect
        The estimate.
    treated, control, event : str
        The arms' and the event's names within a sentence, escaped for Markdown.
    randomized : {"yes", "partly", "no", "unknown"}
        Whether the words may speak of an effect.
    synthetic : bool
        Whether the patients are made up: nothing is then said to favour anything.
    course : str
        What happened early and late, `course_of`; said where the ratio did not hold throughout.

    Returns
    -------
    str
        Markdown.
    """
    verdict = effect.verdict()
    if verdict is Verdict.WITHHELD:
        return f"The patients with {event} are too few for confidential data to say more."
    if verdict is Verdict.NOT_ESTIMABLE:
        return _not_estimable(effect, treated, control, event)
    allows = compatible(effect.lower, effect.upper)
    if verdict is Verdict.TOO_FEW_EVENTS:
        total = effect.events_treated + effect.events_control
        return (
            f"With {total} events in all the data cannot tell: they are compatible with {allows} "
            f"with {treated}."
        )
    if verdict is Verdict.NOT_THROUGHOUT:
        finding = (
            f"the hazard ratio did not hold throughout. {course} The ratio of {_ratio(effect)} is "
            "an average that did not hold throughout; the curves say more."
        )
    elif verdict is Verdict.NO_CLEAR_DIFFERENCE:
        finding = (
            f"there was no clear difference in the time to {event}: with {treated} rather than "
            f"{control} the data are compatible with {allows}."
        )
    else:
        finding = f"{_finding(effect, treated, control, event, randomized)}; the data are "
        finding += f"compatible with {allows}."
    may_judge = randomized == "yes" and not synthetic
    favoured = {Verdict.BETTER: treated, Verdict.WORSE: control}.get(verdict)
    judgement = f"On this end point that favours {favoured}." if may_judge and favoured else ""
    changed = (
        "The hazard ratio changed over time: it is an average over it."
        if effect.constancy is Constancy.CHANGED
        else ""
    )
    # The question asked is answered first.
    margin = noninferiority(effect, treated, control)
    parts = [margin, at_start(finding) if margin else finding, changed, judgement]
    parts += [_agreement(effect), _caveat(verdict, randomized)]
    return " ".join(" ".join(filter(None, parts)).split())


_ASSIGNED = {
    "partly": "Only some of the patients were assigned by chance",
    "no": "Chance did not assign the patients",
    "unknown": "Nothing in the files says that chance assigned the patients",
}


def _caveat(verdict: Verdict, randomized: str) -> str:
    """Return what other differences between the groups may do, where chance did not form them."""
    if randomized == "yes":
        return ""
    if verdict is Verdict.NO_CLEAR_DIFFERENCE:
        return f"{_ASSIGNED[randomized]}, so other differences between the groups may hide one."
    return (
        f"{_ASSIGNED[randomized]}, so this is an association: other differences between the groups "
        "may explain it."
    )


def _finding(effect: Effect, treated: str, control: str, event: str, randomized: str) -> str:
    """Return the effect, or the association, as a change of the hazard."""
    if effect.hr == 0:
        return f"no {event} was recorded with {treated}, {effect.events_control} with {control}"
    if effect.hr == float("inf"):
        return f"no {event} was recorded with {control}, {effect.events_treated} with {treated}"
    if randomized == "yes":
        return f"with {treated} the hazard of {event} was {than(change(effect.hr))} with {control}"
    return (
        f"{treated} was associated with a hazard of {event} {than(change(effect.hr))} with "
        f"{control}"
    )


def _ratio(effect: Effect) -> str:
    """Return a hazard ratio with its interval: ``"0.65 (0.52 to 0.82)"``."""
    hr, lower, upper = printed_ratio(effect.hr, effect.lower, effect.upper)
    return f"{hr}{effect.mark} ({lower} to {upper})"


def _agreement(effect: Effect) -> str:
    """Return a remark where the interval and the test point to different sides."""
    excludes_one = effect.lower > 1 or effect.upper < 1
    significant = effect.p_value < 1 - effect.conf_level
    if not isfinite(effect.p_value) or excludes_one == significant:
        return ""
    return f"The interval and the {effect.test} test do not agree here: the evidence is borderline."


def _not_estimable(effect: Effect, treated: str, control: str, event: str) -> str:
    if effect.events_treated + effect.events_control == 0:
        return f"No {event} was recorded, so the hazards cannot be compared."
    without = treated if effect.events_treated == 0 else control
    if min(effect.events_treated, effect.events_control) == 0:
        return f"No {event} was recorded with {without}, so a hazard ratio cannot be estimated."
    return f"A hazard ratio for {event} cannot be estimated from these data."


def adjusted(
    lookup: "Lookup",
    endpoint: "Endpoint",
    comparison: "Comparison",
    named: Callable[[str], str] = of,
) -> str:
    """Return the adjusted hazard ratios where chance did not assign all patients, or ''.

    `named` makes a label fit for where the sentence goes.
    """
    trial, said = lookup.trial, []
    if trial.randomized == "yes":
        return ""
    for name, model in trial.config.models.items():
        of_model = {"method": f"adjusted:{name}"}
        key = ("cox", endpoint.paramcd, comparison.name)
        hr = lookup.text("{hr}", *key, **of_model)
        if model.endpoint != endpoint.paramcd or not hr[:1].isdigit():
            continue
        limits = lookup.text("{hr_lower} to {hr_upper}", *key, **of_model)
        # A label holds the unit after a comma.
        terms = [named(trial.labels.get(one, one).partition(",")[0]) for one in model.covariates]
        said.append(
            f"Adjusted for {listed(terms)}, the hazard ratio is {hr} ({lookup.ci}, {limits})."
        )
    return " ".join(said)


def interpretation(
    lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison", ties: str | None = None
) -> str:
    """Return what the result of an end point means; follows `observed`, which names the setting."""
    trial, effect = lookup.trial, effect_of(lookup, endpoint, comparison, ties)
    said = meaning(
        effect,
        of(comparison.treated.label),
        of(comparison.control.label),
        of(endpoint.label),
        trial.randomized,
        synthetic=trial.synthetic,
        course=course_of(lookup, endpoint, comparison),
    )
    beside = [per_protocol(lookup, endpoint, comparison, effect, ties)]
    beside.append(adjusted(lookup, endpoint, comparison))
    return " ".join(filter(None, [at_start(said), *beside]))
