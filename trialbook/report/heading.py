"""The answer as a heading: what was found, or what was asked where that is not clear."""

from collections.abc import Iterable
from math import isfinite
from typing import TYPE_CHECKING

from trialbook.report.constancy import periods_of
from trialbook.report.course import landmarks_told, when
from trialbook.report.effect import Effect, Verdict, effect_of
from trialbook.report.events import free_of
from trialbook.report.landmarks import at_landmark, headline_landmark, shown_time
from trialbook.report.words import at_start, in_text

if TYPE_CHECKING:
    from trialbook.config import Comparison, Endpoint
    from trialbook.safe.lookup import Lookup
    from trialbook.trial import Trial

SYNTHETIC = "in synthetic patients"


def heading(lookup: "Lookup", endpoint: "Endpoint", ties: str | None = None) -> str:
    """Return the answer to the trial's question as one plain sentence without a full stop.

    Parameters
    ----------
    lookup : Lookup
        With results of kaplan_meier, log_rank, cox, landmark, period, proportional_hazards, and
        of noninferiority where that is the question.
    endpoint : Endpoint
        The end point that answers it.
    ties : str, optional
        The Cox model's method in place of the plan's.

    Returns
    -------
    str
        Plain text, for a heading, a title, a description, a preview image: of synthetic patients
        it says so itself. The question where nobody has confirmed what was inferred, where
        nothing is compared, where a ratio did not hold throughout or cannot be told.
    """
    trial = lookup.trial
    if not trial.config.inferred and len(trial.comparisons) == 1:
        (only,) = trial.comparisons
        if turned := _not_throughout(lookup, endpoint, only, ties):
            return f"{_asked(trial, endpoint)} Not throughout: {turned}"
    found = [] if trial.config.inferred else _answers(lookup, endpoint, ties)
    if not found or None in found:
        return _asked(trial, endpoint)
    said = at_start("; ".join(_joined(found)))
    return f"{said}, {SYNTHETIC}" if trial.synthetic else said


def _asked(trial: "Trial", endpoint: "Endpoint") -> str:
    """Return the question; of synthetic patients it says so."""
    asked = question(trial, endpoint)
    if not trial.synthetic:
        return asked
    return f"{at_start(SYNTHETIC)}: {asked[:1].lower()}{asked[1:]}"


def _not_throughout(lookup, endpoint, comparison, ties) -> str:
    """Return what happened early and late where the ratio did not hold throughout, else ''."""
    effect = effect_of(lookup, endpoint, comparison, ties)
    if effect.verdict() is not Verdict.NOT_THROUGHOUT:
        return ""
    clear = [one for one in periods_of(lookup, endpoint, comparison) if one.side]
    if {one.side for one in clear} >= {-1, 1}:
        first = clear[0]
        last = next(one for one in reversed(clear) if one.side != first.side)
        events = in_text(endpoint.plural) or in_text(endpoint.label)
        how = ("fewer", "more") if endpoint.plural else ("less", "more")
        early, late = (in_text(when(lookup.trial, one.start, one.end)) for one in (first, last))
        with_whom = f"with {in_text(comparison.treated.label)}"
        return f"{how[first.side > 0]} {events} {with_whom} {early}, {how[last.side > 0]} {late}"
    told = [
        (t, at_landmark(lookup, endpoint, comparison, t)[0])
        for t in landmarks_told(lookup, endpoint, comparison)
    ]
    words = [
        f"{'more' if difference >= 0 else 'fewer'} {free_of(endpoint)} at "
        f"{shown_time(lookup.trial, t)}"
        for t, difference in told
        if isfinite(difference)
    ]
    return f"with {in_text(comparison.treated.label)} {', '.join(words)}"


def course_heading(lookup: "Lookup", endpoint: "Endpoint", ties: str | None = None) -> str:
    """Return what happened early and late, over the curves of a ratio that did not hold throughout.

    '' where every comparison's ratio held, as far as the rule knows.
    """
    trial = lookup.trial
    if trial.config.inferred:
        return ""
    told = [_not_throughout(lookup, endpoint, one, ties) for one in trial.comparisons]
    return at_start("; ".join(filter(None, told)))


def _answers(lookup, endpoint, ties) -> list[tuple[str, str, str] | None]:
    """Return for each comparison a template, the treated, how several of them are joined."""
    found = []
    for comparison in lookup.trial.comparisons:
        effect = effect_of(lookup, endpoint, comparison, ties)
        sooner = _crossed(lookup, endpoint, comparison, effect)
        found.append(_answer(effect, endpoint, comparison, lookup.trial.randomized, sooner))
    return found


def _crossed(lookup, endpoint, comparison, effect: Effect) -> bool:
    """Return whether at the headline's landmark the difference is not on the ratio's side."""
    t = headline_landmark(lookup, endpoint)
    if t is None:
        return False
    difference, _, _ = at_landmark(lookup, endpoint, comparison, t)
    return isfinite(difference) and (difference > 0) != (effect.hr < 1)


def _answer(
    effect: Effect, endpoint: "Endpoint", comparison: "Comparison", randomized: str, crossed: bool
) -> tuple[str, str, str] | None:
    verdict, by_chance = effect.verdict(), randomized == "yes"
    treated, control = in_text(comparison.treated.label), in_text(comparison.control.label)
    many = in_text(endpoint.plural)
    if effect.asks_margin:
        limits, between = effect.against_margin, " and "
        # What is noninferior is a matter of cause, not of association.
        told = by_chance and limits and verdict is not Verdict.NOT_THROUGHOUT
        template = _OF_MARGIN[limits.kept, limits.side] if told else None
    elif verdict is Verdict.NO_CLEAR_DIFFERENCE:
        template, between = "no clear difference in {event} between {treated} and {control}", " or "
    elif verdict in (Verdict.BETTER, Verdict.WORSE):
        what = "time" if crossed else "many" if many else "event"
        template = (_EFFECTS if by_chance else _ASSOCIATIONS)[what]
        between = " and with " if by_chance else " and "
    else:
        template = None
    if template is None:
        return None
    how = _SIZES[effect.hr < 1]
    names = {"control": control, "event": in_text(endpoint.label), "many": many}
    names = {key: name.replace("{", "{{").replace("}", "}}") for key, name in names.items()}
    return template.format(treated="{}", **names, **how), treated, between


_SIZES = {
    True: {"fewer": "fewer", "often": "less often", "frequent": "less frequent", "soon": "later"},
    False: {"fewer": "more", "often": "more often", "frequent": "more frequent", "soon": "sooner"},
}
_EFFECTS = {
    "time": "{event} came {soon} with {treated} than with {control}",
    "many": "{fewer} {many} with {treated} than with {control}",
    "event": "{event} came {often} with {treated} than with {control}",
}
_ASSOCIATIONS = {
    "time": "{treated} was associated with {soon} {event} than {control}",
    "many": "{treated} was associated with {fewer} {many} than {control}",
    "event": "{treated} was associated with {frequent} {event} than {control}",
}
_OF_MARGIN = {
    (True, Verdict.BETTER): "{treated} was noninferior to {control} on {event}, and better",
    (True, Verdict.NO_CLEAR_DIFFERENCE): "{treated} was noninferior to {control} on {event}",
    (True, Verdict.WORSE): "{treated} kept the margin on {event}, yet did worse than {control}",
    (False, Verdict.NO_CLEAR_DIFFERENCE): "{treated} was not shown to be noninferior to {control} "
    "on {event}",
    (False, Verdict.WORSE): "{treated} did worse than {control} on {event}",
}


def _joined(found: Iterable[tuple[str, str, str]]) -> list[str]:
    """Return what is said of each comparison, once for those with the same finding."""
    groups: dict[tuple[str, str], list[str]] = {}
    for template, treated, between in found:
        groups.setdefault((template, between), []).append(treated)
    return [
        template.format(between.join(treated)) for (template, between), treated in groups.items()
    ]


def question(trial: "Trial", endpoint: "Endpoint | None" = None) -> str:
    """Return what the trial asks of an end point, the primary one, in one plain sentence.

    Neutral where a program inferred the end point, which may be a harm, of harms, and where the
    groups are not known to be formed by chance.
    """
    asked = endpoint or trial.primary
    event, free = in_text(asked.label), free_of(asked)
    if trial.blinded and asked.favourable:
        return f"How soon does {event} come in patients, whatever they were given?"
    if trial.blinded:
        return f"How long do patients, whatever they were given, stay {free}?"
    given = " or ".join(in_text(arm.label) for arm in trial.arms)
    if not trial.comparisons and asked.favourable:
        return f"How soon does {event} come in patients given {given}?"
    if not trial.comparisons:
        return f"How long do patients given {given} stay {free}?"
    treated = [in_text(comparison.treated.label) for comparison in trial.comparisons]
    names = " or ".join(dict.fromkeys(treated))
    control = in_text(trial.comparisons[0].control.label)
    neutral = trial.config.inferred or trial.randomized != "yes" or asked.role == "safety"
    if neutral:
        return f"How does the time to {event} compare between {names} and {control}?"
    if trial.config.objective == "noninferiority" and asked == trial.primary:
        if asked.favourable:
            return f"Does {event} come with {names} nearly as soon as with {control}, or sooner?"
        return (
            f"Do patients given {names} stay {free} nearly as long as those given "
            f"{control}, or longer?"
        )
    if asked.favourable:
        return f"Does {names}, rather than {control}, bring {event} sooner?"
    return f"Does {names}, rather than {control}, keep patients {free} for longer?"
