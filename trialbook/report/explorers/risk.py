"""From a hazard ratio to one patient's risk: p without the treatment, 1 - (1 - p)^HR with it.

It holds where the hazard ratio is the same at all times and for every patient; where the trial
contradicts the first, or chance did not form its groups, nothing is offered.
"""

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from trialbook.escape import MARK, marked_html, plain
from trialbook.printed import printed_ratio, rounded
from trialbook.report import sentences
from trialbook.report.effect import Effect, Verdict
from trialbook.report.events import has, is_death, noun_of
from trialbook.report.explorers import explorer
from trialbook.report.landmarks import headline_landmark, shown_time
from trialbook.report.output import Html, Text
from trialbook.report.words import FORMED, in_text

if TYPE_CHECKING:
    from trialbook.config import Comparison, Endpoint
    from trialbook.safe.lookup import Lookup

# Percent; where nothing of the control arm may be said.
DEFAULT_RISK = 20
SILENT = {Verdict.WITHHELD, Verdict.NOT_ESTIMABLE, Verdict.TOO_FEW_EVENTS}


def risk_under(risk: float, hazard_ratio: float) -> float:
    """Return the risk with treatment of a patient whose risk without it is known.

    Parameters
    ----------
    risk : float
        Probability of the event by some time without the treatment, below 1.
    hazard_ratio : float
        Treated over control, the same at all times.

    >>> round(risk_under(0.39, 0.44), 3)
    0.195
    """
    return 1 - (1 - risk) ** hazard_ratio


@dataclass(frozen=True)
class Offer:
    """What an explorer of risks starts from; `why` says why there is none."""

    effect: Effect
    percent: int
    time: str
    why: str = ""


def offer(
    lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison", ties: str | None = None
) -> Offer:
    """Return from where a comparison's explorer starts, or why it has none."""
    trial = lookup.trial
    effect = sentences.effect_of(lookup, endpoint, comparison, ties)
    t = headline_landmark(lookup, endpoint)
    time = "" if t is None else shown_time(trial, t)
    key = ("kaplan_meier", endpoint.paramcd, comparison.control.code)
    of = {"time": t, "method": lookup.trial.conf_type}
    free = float("nan") if t is None else lookup.value("survival", *key, **of)
    percent = round(100 * (1 - free)) if isfinite(free) else DEFAULT_RISK
    why = ""
    if trial.randomized != "yes":
        why = f"{FORMED[trial.randomized]}: what it means for one patient is not computed."
    elif effect.verdict() is Verdict.NOT_THROUGHOUT:
        why = (
            "The hazard ratio did not hold throughout: no single one turns a patient’s risk "
            "without the treatment into the risk with it."
        )
    elif effect.verdict() in SILENT or not all(map(isfinite, (effect.lower, effect.upper))):
        why = "No hazard ratio is shown from which a patient’s risk could be computed."
    return Offer(effect, min(max(percent, 1), 99), time, why)


def patient_risk(
    lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison", ties: str | None = None
) -> Html | Text:
    """Return what a hazard ratio makes of one patient's risk, to be moved by a slider.

    Parameters
    ----------
    lookup : Lookup
        With results of cox, kaplan_meier and what says whether the ratio held.
    endpoint, comparison
        Of what, and whom with whom.
    ties : str, optional
        The Cox model's method in place of the plan's.

    Returns
    -------
    Html or Text
        A sentence for the control arm's own risk, with its assumptions; of synthetic or
        unconfirmed trials it names no treatment. One line where nothing is offered.
    """
    trial, start = lookup.trial, offer(lookup, endpoint, comparison, ties)
    if start.why:
        return Text(start.why)
    effect = start.effect
    named = not (trial.synthetic or trial.config.inferred)
    treated = in_text(plain(comparison.treated.label)) if named else "the treatment"
    control = in_text(plain(comparison.control.label))
    hr, low, high = printed_ratio(effect.hr, effect.lower, effect.upper)
    within = f" within {start.time}" if start.time else ""
    event = "death" if is_death(endpoint) else noun_of(endpoint)
    words = {
        "treated": f"given {treated}" if named else "with the treatment",
        "control": f"given {control}" if named else "without the treatment",
        "has": has(endpoint) if named else "has the event",
        "within": within,
        "favourable": endpoint.favourable,
    }
    values = {"hr": effect.hr, "low": effect.lower, "high": effect.upper, "risk": start.percent}
    # of a ratio that the paper leaves free, so is each number that is computed from it
    values |= {"free": True} if effect.mark else {}
    title = (
        f"What would it mean for my patient? {treated[:1].upper()}{treated[1:]}, {event}"
        if named
        else "How a hazard ratio becomes a risk"
    )
    assumed = (
        f"Computed as 1 − (1 − p)^HR with the hazard ratio of {hr}{effect.mark} "
        f"({lookup.ci}, {low} to {high}). It assumes that the ratio is the same at all times "
        "(proportional hazards) and for every patient, and that nothing else ends the risk; "
        "the risk that one starts from is a guess of the reader, and the interval does not hold "
        "its uncertainty."
    )
    if trial.synthetic:
        assumed += " The patients are synthetic: the ratio says nothing about a treatment."
    elif trial.config.inferred:
        assumed += " Nobody has confirmed question, control and end point: no drug is named."
    inside = (
        f'<details><summary class="tb-risk-title">{_html(title)}</summary>'
        f"<p>{_html(said(values, words, start.percent, lookup.ci))}</p>"
        f'<p class="tb-silent">{_html(assumed)}</p></details>'
    )
    return Html(explorer("risk", values | {"words": words, "interval": lookup.ci}, inside))


def said(values: dict[str, float], words: dict[str, object], percent: int, ci: str) -> str:
    """Return what becomes of a risk, as the component says it too."""
    risk = percent / 100
    of = {name: 100 * risk_under(risk, values[name]) for name in ("hr", "low", "high")}
    mark = MARK if values.get("free") else ""
    who = f"Of 100 patients of whom {percent} {_plural(words, percent)} {words['control']}"
    return (
        f"{who}{words['within']}, {rounded(of['hr'], 1)}{mark} would {words['treated']} "
        f"({ci}, {rounded(of['low'], 1)} to {rounded(of['high'], 1)})."
    )


def _plural(words: dict[str, object], count: int) -> str:
    """Return the verb for several: ``"has a relapse"`` becomes ``"have a relapse"``."""
    verb = str(words["has"])
    if count == 1:
        return verb
    return "die" if verb == "dies" else verb.replace("has ", "have ", 1)


def _html(text: str) -> str:
    return marked_html(text, 2000)
