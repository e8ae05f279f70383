"""The words for a result: a small vocabulary, so that a sentence follows from the numbers.

Effect with interval first, P value after (SAMPL, Lang and Altman 2015); no clear difference
always with what the interval allows; an effect only where chance assigned the patients
(CONSORT 2025), else an association. Nothing is ever a trend towards significance.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite, nan
from typing import TYPE_CHECKING

from trialbook.printed import printed, printed_ratio, rounded, with_sign
from trialbook.report.escape import escape_markdown
from trialbook.safe import WITHHELD, shown_sizes

if TYPE_CHECKING:
    from trialbook.config import Arm, Comparison, Endpoint
    from trialbook.safe.lookup import Lookup
    from trialbook.trial import Trial

FEWEST_EVENTS = 10


class Verdict(StrEnum):
    """What an estimate allows to say."""

    BENEFIT = "benefit"
    HARM = "harm"
    NO_CLEAR_DIFFERENCE = "no clear difference"
    NONINFERIOR = "noninferior"
    NONINFERIORITY_NOT_SHOWN = "noninferiority not shown"
    TOO_FEW_EVENTS = "too few events"
    NOT_ESTIMABLE = "not estimable"
    WITHHELD = "withheld"


@dataclass(frozen=True)
class Effect:
    """A hazard ratio, treated over control, and what is needed to put it into words.

    `favourable` says that the event is what one hopes for; `margin` is the noninferiority
    margin as `Trial.margin` has it, None for a superiority question, `p_margin` the
    one-sided P value against it.
    """

    hr: float
    lower: float
    upper: float
    p_value: float
    events_treated: int
    events_control: int
    favourable: bool = False
    margin: float | None = None
    conf_level: float = 0.95
    p_margin: float = nan
    # Of confidential data with few events in an arm.
    withheld: bool = False

    @property
    def estimable(self) -> bool:
        """Whether there is a hazard ratio with two finite limits."""
        limits = (self.hr, self.lower, self.upper)
        return min(self.events_treated, self.events_control) > 0 and all(map(isfinite, limits))

    def verdict(self) -> Verdict:
        """Return what the interval allows to say; the P value has no vote."""
        if self.withheld:
            return Verdict.WITHHELD
        if not self.estimable:
            return Verdict.NOT_ESTIMABLE
        if self.events_treated + self.events_control < FEWEST_EVENTS:
            return Verdict.TOO_FEW_EVENTS
        # Turned so that below 1 is always better for the patient.
        best, worst = self.lower, self.upper
        if self.favourable:
            best, worst = 1 / self.upper, 1 / self.lower
        if worst < 1:
            return Verdict.BENEFIT
        if self.margin is not None and worst < (
            1 / self.margin if self.favourable else self.margin
        ):
            return Verdict.NONINFERIOR
        if best > 1:
            return Verdict.HARM
        if self.margin is not None:
            return Verdict.NONINFERIORITY_NOT_SHOWN
        return Verdict.NO_CLEAR_DIFFERENCE


def in_text(label: str) -> str:
    """Return a label as it stands within a sentence: ``"Placebo"`` becomes ``"placebo"``.

    Only a label whose other letters are small loses its capital: names and abbreviations keep
    theirs.
    """
    rest = label[1:]
    return label[:1].lower() + rest if rest == rest.lower() and len(label) > 1 else label


def at_start(text: str) -> str:
    """Return text with a capital first letter."""
    return text[:1].upper() + text[1:]


def of(label: str) -> str:
    """Return a label within a sentence of Markdown, escaped."""
    return escape_markdown(in_text(label))


def change(hr: float) -> str:
    """Return a hazard ratio as a change: ``"56% lower"``, ``"2.3 times as high"``."""
    percent = rounded(abs(1 - hr) * 100, 0)
    if percent == "0":
        return "the same"
    if hr < 1:
        return f"{percent}% lower" if percent != "100" else "more than 99% lower"
    return f"{percent}% higher" if hr < 2 else f"{rounded(hr, 1)} times as high"


def span(lower: float, upper: float) -> str:
    """Return an interval as changes, the smaller change first: ``"23% to 75% lower"``."""
    if upper < 1:
        lower, upper = upper, lower
    if lower > 1 and upper >= 2:
        return f"{rounded(lower, 1)} to {rounded(upper, 1)} times as high"
    first, last = change(lower), change(upper)
    if first == last:
        return first
    for ending in (" lower", " higher"):
        if first.endswith(ending) and last.endswith(ending) and first[0].isdigit():
            return f"{first.removesuffix(ending)} to {last}"
    return f"{first} to {last}"


def interval(effect: Effect) -> str:
    """Return ``"hazard ratio, 0.44; 95% CI, 0.25 to 0.77; P=0.003"``."""
    parts = ["hazard ratio, withheld" if effect.withheld else "hazard ratio, NE"]
    if effect.estimable:
        level = rounded(100 * effect.conf_level, 0)
        hr, lower, upper = printed_ratio(effect.hr, effect.lower, effect.upper)
        parts = [f"hazard ratio, {hr}", f"{level}% CI, {lower} to {upper}"]
    if isfinite(effect.p_value):
        p = printed("p_value", effect.p_value)
        parts.append(with_sign(p))
    return "; ".join(parts)


def setting(trial: "Trial") -> str:
    """Return what a sentence on results must begin with: synthetic patients are named so."""
    return "In these synthetic patients, " if trial.synthetic else ""


def heading_of(trial: "Trial", comparison: "Comparison") -> str:
    """Return which comparison a figure is of, empty where the trial has one alone."""
    return comparison.name if len(trial.comparisons) > 1 else ""


def how_many(trial: "Trial") -> str:
    """Return how many patients are analysed, at the start of a sentence on them: ``"227"``.

    Of two arms with fewer than 5 each, 8 would tell both.
    """
    if trial.min_cell > 1 and not shown_sizes(trial, "efficacy"):
        return "A number, withheld, of"
    return f"{len(trial.efficacy_population()):,}"


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


def effect_of(
    lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison", ties: str = "efron"
) -> Effect:
    """Return the effect on an end point: Cox model, log-rank P value, events by arm."""
    trial, code, arm = lookup.trial, endpoint.paramcd, comparison.name

    def cox(statistic: str) -> float:
        return lookup.value(statistic, "cox", code, arm, method=ties)

    def events(of_arm: "Arm") -> int:
        count = lookup.value("n_events", "kaplan_meier", code, of_arm.code)
        if isfinite(count):
            return int(count)
        # Where events are withheld because they are few, the hazard ratio is, too.
        withheld = lookup.withholds("n_events", "kaplan_meier", code, of_arm.code)
        return FEWEST_EVENTS if withheld else 0

    primary = endpoint.paramcd == trial.primary.paramcd
    return Effect(
        hr=cox("hr"),
        lower=cox("hr_lower"),
        upper=cox("hr_upper"),
        p_value=lookup.value("p_value", "log_rank", code, arm),
        events_treated=events(comparison.treated),
        events_control=events(comparison.control),
        favourable=endpoint.favourable,
        margin=trial.margin if primary else None,
        conf_level=lookup.conf_level,
        p_margin=lookup.value("p_value", "noninferiority", code, arm, method=ties),
        withheld=lookup.withholds("hr", "cox", code, arm, method=ties),
    )


def observed(lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison", ties="efron") -> str:
    """Return the result in numbers: events of patients by arm, hazard ratio, interval, P value."""
    trial = lookup.trial

    def share(arm: "Arm", noun: str) -> str:
        of_arm = ("kaplan_meier", endpoint.paramcd, arm.code)
        numbers = lookup.text("{n_events} of {n}", *of_arm)
        percent = lookup.text("{percent}", *of_arm)
        given = "assigned to" if trial.randomized == "yes" else "given"
        if lookup.withholds("n_events", *of_arm) or lookup.withholds("n", *of_arm):
            known = f"{percent}% of the" if percent[:1].isdigit() else "a number, withheld, of the"
            return f"{known} patients {given} {of(arm.label)}"
        return f"{numbers}{noun} ({percent}%) {given} {of(arm.label)}"

    effect = effect_of(lookup, endpoint, comparison, ties)
    sentence = (
        f"{of(endpoint.label)} was recorded in {share(comparison.treated, ' patients')} and in "
        f"{share(comparison.control, '')} ({interval(effect)})."
    )
    prefix = setting(trial)
    return prefix + sentence if prefix else at_start(sentence)


def meaning(effect: Effect, treated: str, control: str, event: str, randomized: str = "yes") -> str:
    """Return what an effect means, in one or two sentences.

    Parameters
    ----------
    effect : Effect
        The estimate.
    treated, control, event : str
        The arms' and the event's names within a sentence, escaped for Markdown.
    randomized : {"yes", "partly", "no", "unknown"}
        Whether the words may speak of an effect.

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
    allows = f"a hazard with {treated} {_span_from(effect)} that with {control}"
    if verdict is Verdict.TOO_FEW_EVENTS:
        total = effect.events_treated + effect.events_control
        return f"With {total} events in all the data cannot tell: they allow {allows}."
    if verdict is Verdict.NO_CLEAR_DIFFERENCE:
        finding = f"there was no clear difference in the time to {event}: the data allow {allows}."
    else:
        finding = (
            f"with {treated} the hazard of {event} was {_than(change(effect.hr))} with {control}; "
            f"the data allow {span(effect.lower, effect.upper)}."
        )
    judgement = _JUDGEMENTS[verdict] if randomized == "yes" else ""
    parts = [finding, judgement, _against_margin(effect), _agreement(effect), CAVEATS[randomized]]
    return " ".join(filter(None, parts))


CAVEATS = {
    "yes": "",
    "partly": "Only some of the patients were assigned by chance, so this is an association: "
    "other differences between the groups may explain it.",
    "no": "Chance did not assign the patients, so this is an association: "
    "other differences between the groups may explain it.",
    "unknown": "Nothing in the files says that chance assigned the patients, so this is read as "
    "an association: other differences between the groups may explain it.",
}
# how the groups came about, where chance alone is not known to have formed them
FORMED = {
    "partly": "The groups were not formed by chance alone",
    "no": "The groups were not formed by chance",
    "unknown": "Nothing in the files says that chance formed the groups",
}
_JUDGEMENTS = {
    Verdict.BENEFIT: "For patients that is a benefit.",
    Verdict.HARM: "For patients that is a harm.",
    Verdict.NO_CLEAR_DIFFERENCE: "",
    Verdict.NONINFERIOR: "The interval stays on the safe side of the margin set beforehand: "
    "noninferiority was shown, superiority was not.",
    Verdict.NONINFERIORITY_NOT_SHOWN: "The interval crosses the margin set beforehand: "
    "noninferiority was not shown.",
}


def _against_margin(effect: Effect) -> str:
    """Return the test against the margin, empty where there is none."""
    if effect.margin is None or not isfinite(effect.p_margin):
        return ""
    margin = printed("hr", effect.margin)
    p = with_sign(printed("p_value", effect.p_margin))
    return f"Against the margin, a hazard ratio of {margin}: one-sided {p}."


def _than(size: str) -> str:
    """Return a size of change ready for a comparison: ``"lower than"``, ``"as high as"``."""
    return f"{size} as" if size.endswith(("as high", "the same")) else f"{size} than"


def _span_from(effect: Effect) -> str:
    """Return the interval between two comparisons: ``"35% lower to 21% higher than"``."""
    return _than(span(effect.lower, effect.upper))


def _agreement(effect: Effect) -> str:
    """Return a remark where the interval and the test point to different sides."""
    excludes_one = effect.lower > 1 or effect.upper < 1
    significant = effect.p_value < 1 - effect.conf_level
    if not isfinite(effect.p_value) or excludes_one == significant:
        return ""
    return "The interval and the log-rank test do not agree here: the evidence is borderline."


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


def who_left(known: bool) -> Callable[[str], str]:
    """Return how to name a group's patients who left, or of whom that is not known."""
    return ("withdrawn patients of {}" if known else "patients of {} censored early").format


def listed(parts: Sequence[str]) -> str:
    """Return parts as an enumeration: ``"a, b and c"``."""
    return ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + parts[-1] if parts else ""


def interpretation(
    lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison", ties: str = "efron"
) -> str:
    """Return what the result of an end point means; follows `observed`, which names the setting."""
    treated, control = of(comparison.treated.label), of(comparison.control.label)
    effect = effect_of(lookup, endpoint, comparison, ties)
    randomized = lookup.trial.randomized
    said = at_start(meaning(effect, treated, control, of(endpoint.label), randomized))
    return f"{said} {adjusted(lookup, endpoint, comparison)}".strip()
