"""The numbers that stand first: natural frequencies, the results card, what it cost.

All plain text, to be escaped where it is shown; nothing is laid out here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from trialbook.printed import is_zero, planned_ratio, printed_ratio, rounded, size_of, with_sign
from trialbook.report.course import landmarks_told
from trialbook.report.effect import Effect, Verdict, effect_of
from trialbook.report.events import free_of, with_event
from trialbook.report.landmarks import (
    at_landmark,
    at_risk_said,
    headline_landmark,
    horizon_of,
    points_at,
    shown_time,
)
from trialbook.report.words import FORMED, at_start, in_text
from trialbook.safe import WITHHELD

if TYPE_CHECKING:
    from trialbook.config import Comparison, Endpoint
    from trialbook.safe.lookup import Lookup
    from trialbook.trial import Trial

MOST_NUMBERS = 4
# Groups of adverse events that every trial has, within a sentence.
HARMS = {
    "any": "any adverse event",
    "serious": "a serious adverse event",
    "withdrawal": "an adverse event that led to withdrawal",
    "fatal": "an adverse event with fatal outcome",
}


@dataclass(frozen=True)
class Frequency:
    """How many of 100 patients of an arm have had the event by a time."""

    arm: str
    label: str
    of_100: str
    lower: str
    upper: str
    time: str
    mark: str = ""

    @property
    def number(self) -> str:
        """How many of 100, marked where a paper leaves it free."""
        return f"{self.of_100}{self.mark}"

    @property
    def dots(self) -> int:
        """How many of 100 dots are drawn: whole, fewer than one is one."""
        return int(self.of_100) if self.of_100.isdigit() else 1


@dataclass(frozen=True)
class KeyNumber:
    """A number of the results card: as printed, in words, with its interval and its test."""

    number: str
    words: str
    limits: str


def frequencies(lookup: "Lookup", endpoint: "Endpoint") -> tuple[Frequency, ...]:
    """Return how many of 100 had the event in each arm by the headline's landmark, control first.

    One minus Kaplan and Meier's estimate; empty where no landmark has enough patients at risk, or
    where it may not be shown.
    """
    t = headline_landmark(lookup, endpoint)
    if t is None:
        return ()
    found = []
    for arm in lookup.trial.arms:
        key = ("kaplan_meier", endpoint.paramcd, arm.code)
        row = {"time": t, "method": lookup.trial.conf_type}
        free, lower, upper = (
            lookup.value(name, *key, **row) for name in ("survival", "lower", "upper")
        )
        if not isfinite(free):
            return ()
        numbers = (_of_100(1 - value) for value in (free, upper, lower))
        mark = lookup.mark("survival", *key, **row)
        found.append(Frequency(arm.code, arm.label, *numbers, shown_time(lookup.trial, t), mark))
    return tuple(found)


def _of_100(share: float) -> str:
    if not isfinite(share):
        return "NE"
    text = rounded(100 * share, 0)
    if text == "0" and share > 0:
        return "fewer than 1"
    return "more than 99" if text == "100" and share < 1 else text


def results_card(
    lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison", ties: str | None = None
) -> tuple[KeyNumber, ...]:
    """Return two to four numbers of one comparison: ratio, difference, time, or what happened.

    Parameters
    ----------
    lookup : Lookup
        As `heading` needs it, and with results of rmst and, where there are any, average_hazard.
    endpoint, comparison
        Of what, and whom with whom.
    ties : str, optional
        The Cox model's method in place of the plan's.

    Returns
    -------
    tuple of KeyNumber
        Where the ratio did not hold throughout, the differences early and late stand first, and
        the ratio last, as the average that it is.
    """
    effect = effect_of(lookup, endpoint, comparison, ties)
    ratio = _hazard_ratio(effect, endpoint)
    time = _mean_time(lookup, endpoint, comparison)
    if effect.verdict() is Verdict.NOT_THROUGHOUT:
        told = landmarks_told(lookup, endpoint, comparison)
        found = [*(_points(lookup, endpoint, comparison, t) for t in told), time, ratio]
    else:
        last = headline_landmark(lookup, endpoint)
        points = last and _points(lookup, endpoint, comparison, last)
        found = [ratio, points, time]
    shown = [one for one in found if one]
    if len(shown) < 2:
        shown += _counts(lookup, endpoint, comparison)
    return tuple(shown[:MOST_NUMBERS])


def _hazard_ratio(effect: Effect, endpoint: "Endpoint") -> KeyNumber | None:
    if effect.withheld or not effect.estimable:
        return None
    hr, low, high = printed_ratio(effect.hr, effect.lower, effect.upper)
    words = f"{effect.model} of {in_text(endpoint.label)}"
    if effect.verdict() is Verdict.NOT_THROUGHOUT:
        words += ", an average that did not hold throughout"
    limits = [f"{rounded(100 * effect.conf_level, 0)}% CI, {low} to {high}"]
    return KeyNumber(f"{hr}{effect.mark}", words, "; ".join(filter(None, [*limits, effect.tested])))


def ratio_said(
    lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison", ties: str | None = None
) -> str:
    """Return the ratio with its interval and test as a sentence, '' where there is none.

    One of several comparisons is named.
    """
    one = _hazard_ratio(effect_of(lookup, endpoint, comparison, ties), endpoint)
    if not one:
        return ""
    treated, control = in_text(comparison.treated.label), in_text(comparison.control.label)
    pair = f", {treated} compared with {control}" if len(lookup.trial.comparisons) > 1 else ""
    return f"{at_start(one.words)}{pair}, {one.number} ({one.limits})."


def _points(
    lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison", t: float
) -> KeyNumber | None:
    difference, _, _ = at_landmark(lookup, endpoint, comparison, t)
    if not isfinite(difference):
        return None
    number, low, high = points_at(lookup, endpoint, comparison, t)
    more = "more" if difference >= 0 else "fewer"
    if endpoint.favourable:  # of what one hopes for one counts who had it
        more = "fewer" if difference >= 0 else "more"
    who = with_event(endpoint) if endpoint.favourable else free_of(endpoint)
    more = "no more and no fewer" if is_zero(number) else more
    words = f"{more} patients {who} at {shown_time(lookup.trial, t)}"
    limits = f"{lookup.ci}, {low} to {high}"
    if still := at_risk_said(lookup, endpoint, comparison, t):
        limits += f"; {still}"
    return KeyNumber(f"{number} points", words, limits)


def _mean_time(
    lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison"
) -> KeyNumber | None:
    t = horizon_of(lookup, endpoint, comparison)
    key, row = ("rmst", endpoint.paramcd, comparison.name), {"time": t, "method": "difference"}
    names = ("difference", "lower", "upper")
    difference, lower, upper = (lookup.value(name, *key, **row) for name in names)
    if t is None or not all(map(isfinite, (difference, lower, upper))) or lower == upper:
        return None
    number, low, high = size_of(*(lookup.text(f"{{{name}}}", *key, **row) for name in names))
    longer = "longer" if difference >= 0 else "shorter"
    longer = "neither longer nor shorter" if is_zero(number) else longer
    within = f"on average within {shown_time(lookup.trial, t)}"
    words = f"{longer} {free_of(endpoint)}, {within}"
    limits = [f"{lookup.ci}, {low} to {high}"]
    if p := lookup.text("{p_value}", *key, **row).removeprefix("NE"):
        limits.append(f"{with_sign(p)} for the difference of means")
    return KeyNumber(f"{number} {lookup.trial.time.show}", words, "; ".join(limits))


def _counts(lookup, endpoint, comparison) -> list[KeyNumber]:
    found = []
    for arm in (comparison.control, comparison.treated):
        text = lookup.text("{n_events} of {n}", "kaplan_meier", endpoint.paramcd, arm.code)
        words = f"patients {with_event(endpoint)}, {in_text(arm.label)}"
        if text:
            found.append(KeyNumber(text, words, ""))
    return found


def not_said(trial: "Trial", effects: Iterable[Effect] = ()) -> str:
    """Return the last line of the cards of some comparisons: what their numbers do not say."""
    if trial.synthetic:
        return (
            "The patients are made up so that they give back a paper’s figures: they test the "
            "arithmetic and say nothing about the treatments."
        )
    said = []
    if trial.randomized != "yes":
        said.append(f"{FORMED[trial.randomized]}, and how treatment was chosen is not told.")
    verdicts = {one.verdict() for one in effects}
    if Verdict.NO_CLEAR_DIFFERENCE in verdicts:
        said.append("No clear difference is not the same as no difference.")
    benefit = Verdict.BETTER in verdicts and trial.randomized == "yes" and not trial.config.inferred
    if not trial.has("ADAE"):
        harms = "no adverse events are given"
    elif benefit:
        harms = "whether it is worth its harms is the question of the chapter on safety"
    else:  # what did no good, or is not known to, is not weighed
        harms = "adverse events are in the chapter on safety"
    said.append(f"One end point, an average over patients who differ; {harms}.")
    return " ".join(said)


def harms_card(
    lookup: "Lookup",
    comparison: "Comparison",
    labels: dict[str, str],
    keys: Iterable[str] = ("serious", "withdrawal"),
) -> tuple[KeyNumber, ...]:
    """Return what it cost: patients with serious events, and with events that ended treatment.

    Parameters
    ----------
    lookup : Lookup
        With results of adverse_events.
    comparison : Comparison
    labels : dict
        Group's name to its label, `analyses.group_labels`.
    keys : iterable of str
        The groups.
    """
    found = []
    for key in keys:
        row = ("adverse_events", key, comparison.name)
        names = ("risk_difference", "lower", "upper")
        values = [lookup.value(name, *row, method="newcombe") for name in names]
        if not all(map(isfinite, values)):
            continue
        # where small counts are withheld, a whole number of points
        texts = (
            lookup.text(f"{{{name}}}", *row, method="newcombe").replace("%", "") for name in names
        )
        number, low, high = size_of(*texts)
        more = "more" if values[0] >= 0 else "fewer"
        shares = ", ".join(
            f"{lookup.text('{percent}', 'adverse_events', key, arm.code)}% with "
            f"{in_text(arm.label)}"
            for arm in (comparison.control, comparison.treated)
        )
        words = f"{more} patients with {_harm(key, labels)}: {shares}"
        found.append(KeyNumber(f"{number} points", words, f"{lookup.ci}, {low} to {high}"))
    return tuple(found)


def _harm(key: str, labels: dict[str, str]) -> str:
    """Return a group of adverse events as it stands within a sentence."""
    return HARMS.get(key) or in_text(labels.get(key, key))


def design_card(lookup: "Lookup") -> tuple[KeyNumber, ...]:
    """Return what was planned: events needed, events recorded, patients; as far as it is stated.

    Parameters
    ----------
    lookup : Lookup
        With results of design, empty ones too.
    """
    trial, found = lookup.trial, []
    of = ("design", "", "all")
    needed, power = (
        lookup.text(f"{{{name}}}", *of, method="schoenfeld") for name in ("n_events", "power")
    )
    if trial.config.design and needed and trial.comparisons:
        hr = planned_ratio(lookup.value("hr", "design", "", trial.comparisons[0].name))
        words = f"events needed for {power} power at a hazard ratio of {hr}"
        found.append(KeyNumber(needed, words, ""))
        seen, reached = (
            lookup.text(f"{{{name}}}", *of, level="observed", method="schoenfeld")
            for name in ("n_events", "power")
        )
        if seen not in ("", "0", WITHHELD):
            words = f"events recorded: {reached} power at that ratio"
            found.append(KeyNumber(seen, words, ""))
    return tuple(found)


def flow_card(lookup: "Lookup", endpoint: "Endpoint") -> tuple[KeyNumber, ...]:
    """Return how many patients each arm had, and for how long they were followed.

    Parameters
    ----------
    lookup : Lookup
        With results of follow_up.
    endpoint : Endpoint
        Whose follow-up is told.
    """
    found = []
    for arm in lookup.trial.arms:
        n = lookup.text("{n}", "kaplan_meier", endpoint.paramcd, arm.code) or lookup.text(
            "{n}", "disposition", "ITTFL", arm.code
        )
        of = {"level": "median", "method": "reverse"}
        median, *limits = (
            lookup.text(f"{{{name}}}", "follow_up", endpoint.paramcd, arm.code, **of)
            for name in ("median", "lower", "upper")
        )
        if median in ("", "NE", WITHHELD):
            continue
        words = f"median follow-up, {in_text(arm.label)}"
        told = f"{lookup.ci}, {' to '.join(limits)}" if all(limits) else ""
        told = "; ".join(filter(None, [told, f"{n} patients" if n not in ("", WITHHELD) else ""]))
        found.append(KeyNumber(f"{median} {lookup.trial.time.show}", words, told))
    return tuple(found)
