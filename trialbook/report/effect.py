"""An effect as sentences need it: the plan's hazard ratio, its test, its margin, its constancy."""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite, nan
from typing import TYPE_CHECKING

from trialbook.analyses.planned import planned
from trialbook.printed import printed, with_sign
from trialbook.report.constancy import Constancy, constancy
from trialbook.report.landmarks import shown_time

if TYPE_CHECKING:
    from trialbook.config import Arm, Comparison, Endpoint
    from trialbook.safe.lookup import Lookup

FEWEST_EVENTS = 10
# What stands in for Cox's model where an arm has no events, the first that there is.
WITHOUT_EVENTS = ("profile", "firth")
WAYS = {"profile": "profile likelihood", "firth": "Firth's penalized likelihood"}


class Verdict(StrEnum):
    """What an estimate allows to say of one end point, whatever its margin."""

    BETTER = "better"
    WORSE = "worse"
    NO_CLEAR_DIFFERENCE = "no clear difference"
    NOT_THROUGHOUT = "not throughout"
    TOO_FEW_EVENTS = "too few events"
    NOT_ESTIMABLE = "not estimable"
    WITHHELD = "withheld"


@dataclass(frozen=True)
class Limits:
    """An interval beside a margin of noninferiority, turned so that more is always worse.

    `best` and `worst` are the limits, `none` is no difference; `margin` lies above it.
    """

    best: float
    worst: float
    margin: float
    none: float

    @property
    def kept(self) -> bool:
        """Whether the whole interval lies on the better side of the margin."""
        return self.worst < self.margin

    @property
    def beyond(self) -> bool:
        """Whether the whole interval lies beyond the margin, where treatment is worse."""
        return self.best > self.margin

    @property
    def side(self) -> Verdict:
        """What the interval says without the margin."""
        if self.worst < self.none:
            return Verdict.BETTER
        return Verdict.WORSE if self.best > self.none else Verdict.NO_CLEAR_DIFFERENCE


@dataclass(frozen=True)
class Effect:
    """A hazard ratio, treated over control, and what is needed to put it into words.

    `favourable` says that the event is what one hopes for. The noninferiority margin is a hazard
    ratio, `margin` as `Trial.margin` has it, or a difference of the shares without the event,
    `margin_difference` as `Trial.margin_difference` has it beside the limits `difference` at that
    time; None for a superiority question. `p_margin` is the one-sided P value against it. `method`
    is what gave the ratio where an arm has no events, ``"profile"`` say; `test` and `model` are
    those of the analysis plan.
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
    constancy: Constancy = Constancy.NOT_CONTRADICTED
    test: str = "log-rank"
    model: str = "hazard ratio"
    method: str = ""
    margin_difference: float | None = None
    difference: tuple[float, float] = (nan, nan)
    margin_time: str = ""
    # As readers may see them: of guarded data the values have no more digits than are printed.
    p_text: str = ""
    p_margin_text: str = ""
    # Stands behind a ratio that a paper leaves free, as `Lookup.mark` gives it.
    mark: str = ""

    @property
    def estimable(self) -> bool:
        """Whether there is a hazard ratio with two limits, of which one may be 0 or infinite."""
        limits = (self.hr, self.lower, self.upper)
        if self.method:
            return not any(value != value for value in limits)
        return min(self.events_treated, self.events_control) > 0 and all(map(isfinite, limits))

    @property
    def tested(self) -> str:
        """The test and its P value: ``"log-rank P=0.003"``; '' where there is none."""
        if not isfinite(self.p_value):
            return ""
        return f"{self.test} {with_sign(self.p_text or printed('p_value', self.p_value))}"

    @property
    def tested_margin(self) -> str:
        """The one-sided P value against the margin, '' where there is none."""
        if not isfinite(self.p_margin):
            return ""
        return with_sign(self.p_margin_text or printed("p_value", self.p_margin))

    @property
    def toward(self) -> tuple[float, float]:
        """The limits, turned so that below 1 is always better for the patient."""
        if not self.favourable:
            return self.lower, self.upper
        return (1 / self.upper if self.upper else nan), (1 / self.lower if self.lower else nan)

    def verdict(self) -> Verdict:
        """Return what the interval allows to say of the two arms; the P value has no vote."""
        if self.withheld:
            return Verdict.WITHHELD
        if not self.estimable:
            return Verdict.NOT_ESTIMABLE
        if self.constancy is Constancy.NOT_THROUGHOUT:
            return Verdict.NOT_THROUGHOUT
        if self.events_treated + self.events_control < FEWEST_EVENTS:
            return Verdict.TOO_FEW_EVENTS
        best, worst = self.toward
        if worst < 1:
            return Verdict.BETTER
        return Verdict.WORSE if best > 1 else Verdict.NO_CLEAR_DIFFERENCE

    @property
    def asks_margin(self) -> bool:
        """Whether noninferiority is the question."""
        return self.margin is not None or self.margin_difference is not None

    @property
    def against_margin(self) -> Limits | None:
        """The interval beside the margin; None where it is not asked, or cannot be told."""
        if self.margin is not None:
            silent = {Verdict.WITHHELD, Verdict.NOT_ESTIMABLE, Verdict.TOO_FEW_EVENTS}
            margin = 1 / self.margin if self.favourable else self.margin
            return None if self.verdict() in silent else Limits(*self.toward, margin, 1)
        if self.margin_difference is None or not all(map(isfinite, self.difference)):
            return None
        lower, upper = self.difference
        best, worst = (lower, upper) if self.favourable else (-upper, -lower)
        return Limits(best, worst, abs(self.margin_difference), 0)


def effect_of(
    lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison", ties: str | None = None
) -> Effect:
    """Return the effect on an end point by the planned analysis: ratio, test, events by arm.

    Parameters
    ----------
    lookup : Lookup
        With results of cox, log_rank, kaplan_meier; those of period, landmark and
        proportional_hazards, where there are any, say whether the ratio held throughout.
    endpoint, comparison
        Of what, and whom with whom.
    ties : str, optional
        The Cox model's method in place of the plan's.
    """
    trial, code, arm = lookup.trial, endpoint.paramcd, comparison.name
    plan = planned(trial, ties)
    method = next(
        (
            one
            for one in (plan.model, *WITHOUT_EVENTS)
            if lookup.value("hr", "cox", code, arm, method=one) >= 0
        ),
        plan.model,
    )

    def cox(statistic: str) -> float:
        return lookup.value(statistic, "cox", code, arm, method=method)

    def events(of_arm: "Arm") -> int:
        count = lookup.value("n_events", "kaplan_meier", code, of_arm.code)
        if isfinite(count):
            return int(count)
        # Where events are withheld because they are few, the hazard ratio is, too.
        # Where results made elsewhere do not tell them, it stands as it was given.
        told = lookup.text("{n_events}", "kaplan_meier", code, of_arm.code)
        withheld = lookup.withholds("n_events", "kaplan_meier", code, of_arm.code)
        return FEWEST_EVENTS if withheld or not told else 0

    primary = endpoint.paramcd == trial.primary.paramcd
    return Effect(
        hr=cox("hr"),
        lower=cox("hr_lower"),
        upper=cox("hr_upper"),
        p_value=lookup.value("p_value", "log_rank", code, arm, method=plan.test),
        p_text=lookup.text("{p_value}", "log_rank", code, arm, method=plan.test),
        events_treated=events(comparison.treated),
        events_control=events(comparison.control),
        favourable=endpoint.favourable,
        conf_level=lookup.conf_level,
        withheld=lookup.withholds("hr", "cox", code, arm, method=plan.model),
        constancy=constancy(lookup, endpoint, comparison, cox("hr")),
        test="stratified log-rank" if plan.test else "log-rank",
        model=model_words(plan.model),
        method=method if method in WITHOUT_EVENTS else "",
        mark=lookup.mark("hr", "cox", code, arm, method=method),
        **(_margin(lookup, endpoint, comparison, plan.model) if primary else {}),
    )


def model_words(model: str) -> str:
    """Return what the planned model's ratio is called: ``"stratified hazard ratio"``."""
    kind = {"stratified": "stratified ", "adjusted": "adjusted "}.get(model.partition(":")[0], "")
    return f"{kind}hazard ratio"


def _margin(
    lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison", model: str
) -> dict[str, object]:
    """Return what an effect holds of a margin: a hazard ratio, or a difference at a time."""
    trial, of = lookup.trial, ("noninferiority", endpoint.paramcd, comparison.name)
    if trial.margin is not None:
        return {
            "margin": trial.margin,
            "p_margin": lookup.value("p_value", *of, method=model),
            "p_margin_text": lookup.text("{p_value}", *of, method=model),
        }
    if trial.margin_difference is None:
        return {}
    margin, t = trial.margin_difference
    row = {"time": t, "method": "difference"}
    lower, upper, p_margin = (
        lookup.value(one, *of, **row) for one in ("lower", "upper", "p_value")
    )
    return {
        "margin_difference": margin,
        "difference": (lower, upper),
        "margin_time": shown_time(trial, t),
        "p_margin": p_margin,
        "p_margin_text": lookup.text("{p_value}", *of, **row),
    }
