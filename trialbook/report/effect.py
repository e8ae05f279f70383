"""An effect as sentences need it: the plan's hazard ratio, its test, its margin, its constancy."""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite, nan
from typing import TYPE_CHECKING

from trialbook.report.constancy import Constancy, constancy

if TYPE_CHECKING:
    from trialbook.config import Arm, Comparison, Endpoint
    from trialbook.safe.lookup import Lookup

FEWEST_EVENTS = 10


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
class Effect:
    """A hazard ratio, treated over control, and what is needed to put it into words.

    `favourable` says that the event is what one hopes for; `margin` is the noninferiority
    margin as `Trial.margin` has it, None for a superiority question, `p_margin` the
    one-sided P value against it. `method` is what gave the ratio where an arm has no events,
    ``"profile"`` say; `test` and `model` are those of the analysis plan.
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

    @property
    def estimable(self) -> bool:
        """Whether there is a hazard ratio with two limits, of which one may be 0 or infinite."""
        limits = (self.hr, self.lower, self.upper)
        if self.method:
            return not any(value != value for value in limits)
        return min(self.events_treated, self.events_control) > 0 and all(map(isfinite, limits))

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
    def margin_kept(self) -> bool | None:
        """Whether the whole interval lies on the better side of the margin; None if not asked."""
        silent = {Verdict.WITHHELD, Verdict.NOT_ESTIMABLE, Verdict.TOO_FEW_EVENTS}
        if self.margin is None or self.verdict() in silent:
            return None
        return self.toward[1] < self._margin

    @property
    def beyond_margin(self) -> bool:
        """Whether the whole interval lies beyond the margin, where treatment is worse."""
        return self.margin is not None and self.toward[0] > self._margin

    @property
    def _margin(self) -> float:
        return 1 / self.margin if self.favourable else self.margin


def effect_of(
    lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison", ties: str = "efron"
) -> Effect:
    """Return the effect on an end point: Cox model, log-rank P value, events by arm.

    Parameters
    ----------
    lookup : Lookup
        With results of cox, log_rank, kaplan_meier; those of period, landmark and
        proportional_hazards, where there are any, say whether the ratio held throughout.
    endpoint, comparison
        Of what, and whom with whom.
    ties : str
        The Cox model's method.
    """
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
        constancy=constancy(lookup, endpoint, comparison, cox("hr")),
    )
