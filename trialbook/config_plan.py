"""What trial.yml says of the analysis plan: the headline's analysis, margin, estimand, families."""

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from trialbook.config_base import Model, Names, Positive, Proportion, sequence

Strategy = Literal[
    "treatment_policy", "hypothetical", "composite", "while_on_treatment", "principal_stratum"
]
"""The strategies of ICH E9(R1), section A.3.2."""


def _model_name(value: str) -> str:
    if value in ("unstratified", "stratified") or (
        value.startswith("adjusted:") and value.removeprefix("adjusted:")
    ):
        return value
    raise ValueError("must be unstratified, stratified or adjusted:NAME, NAME one of models")


class PlannedAnalysis(Model):
    """The analysis that the plan laid down: it is the headline, whatever the data look like."""

    test: Literal["unstratified", "stratified"] = "unstratified"
    """The log-rank test, alone or stratified by `strata`."""
    model: Annotated[str, AfterValidator(_model_name)] = "unstratified"
    """The Cox model: unstratified, stratified (by `strata`), or adjusted:NAME, one of `models`,
    whose covariates are then used for every end point."""
    ties: Literal["efron", "breslow", "exact"] = "efron"
    """How the Cox models handle ties."""


class Margin(Model):
    """A margin of noninferiority: a hazard ratio, or a difference of proportions at a time."""

    hr: Positive | None = None
    """The largest hazard ratio that is tolerable."""
    difference: Proportion | None = None
    """The largest difference of the proportions free of the event that is tolerable."""
    time: Positive | None = None
    """When the proportions are compared, in AVAL's unit."""

    def model_post_init(self, _context) -> None:
        """Take one kind of margin alone."""
        if (self.hr is None) == (self.difference is None):
            raise ValueError("must hold either hr: 1.3, or difference: 0.10 with time: 365")
        if (self.difference is None) != (self.time is None):
            raise ValueError("a difference needs its time, as in {difference: 0.10, time: 365}")


def margin_of(value):
    """Return a bare number as a hazard ratio."""
    bare = isinstance(value, int | float) and not isinstance(value, bool)
    return {"hr": value} if bare else value


class Intercurrent(Model):
    """An intercurrent event and the strategy for it (ICH E9(R1), 2019, section A.3.2)."""

    event: Annotated[str, Field(min_length=1)]
    """The event in words: stopping the drug, rescue, death."""
    strategy: Strategy
    """What the event means for the answer."""
    paramcd: str | None = None
    """PARAMCD of ADTTE that says when it happened, where `event` does not name it."""


def _intercurrent(value):
    """Return the older map of event to strategy as a list, and strategies as the guideline's."""
    if isinstance(value, dict):
        value = [{"event": event, "strategy": strategy} for event, strategy in value.items()]
    if not isinstance(value, list):
        return value
    return [_strategy_named(one) for one in value]


def _strategy_named(value):
    """Return an intercurrent event with ``treatment policy`` as ``treatment_policy``."""
    if isinstance(value, dict) and isinstance(value.get("strategy"), str):
        named = "_".join(value["strategy"].strip().lower().replace("-", " ").split())
        if named in get_args(Strategy):
            return {**value, "strategy": named}
    return value


def _estimand(value):
    """Return `withdrawal`, the older name of `missing`, by its present name."""
    if isinstance(value, dict) and "withdrawal" in value and "missing" not in value:
        return {"missing" if key == "withdrawal" else key: of for key, of in value.items()}
    return value


class Estimand(Model):
    """What exactly is estimated (ICH E9(R1), 2019, section A.3)."""

    strategy: str = ""
    """The strategy for intercurrent events in words, where they are not told one by one."""
    intercurrent: Annotated[tuple[Intercurrent, ...], BeforeValidator(_intercurrent)] = ()
    """Events after randomization that bear on the end point, each with its strategy."""
    missing: str = ""
    """What becomes of patients whose end point is not known, lost to follow-up say: no
    intercurrent event but missing data, with the assumption that is made of it."""
    summary: str = ""
    """Summary measure; the hazard ratio where it is not said."""

    _older_names = model_validator(mode="before")(_estimand)


class Graph(Model):
    """A graph of tests (Bretz and others 2009): weights of end points, and where they go."""

    weights: dict[str, Annotated[float, Field(ge=0, le=1)]]
    """End point to its share of alpha at first."""
    edges: tuple[tuple[str, str, Annotated[float, Field(ge=0, le=1)]], ...] = ()
    """From, to, and which part of its weight goes there once the first is shown."""


class Multiplicity(Model):
    """A family of end points whose P values are adjusted together."""

    family: Names = ()
    """PARAMCDs of the end points; those of `order` or `graph` where it is not said."""
    methods: Annotated[
        tuple[Literal["holm", "hochberg", "bonferroni"], ...], BeforeValidator(sequence)
    ] = ("holm",)
    """How the P values are adjusted."""
    order: Names | None = None
    """The family in the order in which it is tested, each only after those before are shown."""
    graph: Graph | None = None
    """Gatekeeping as a graph."""
    across_arms: bool = False
    """Whether all comparisons belong to one family, or each makes its own."""

    def model_post_init(self, _context) -> None:
        """Take the family from the order or the graph; each end point once."""
        named = self.family or self.order or (tuple(self.graph.weights) if self.graph else ())
        if not named:
            raise ValueError("must name a family of end points")
        if len(set(named)) < len(named):
            raise ValueError("names an end point twice")
        object.__setattr__(self, "family", tuple(named))


class AdjustedModel(Model):
    """A named Cox model of one end point with covariates of ADSL."""

    endpoint: str
    """PARAMCD of its end point."""
    covariates: Names
    """Variables of ADSL beside treatment."""
    strata: Names = ()
    """Variables by which it is stratified."""


class Amendment(Model):
    """A change of the protocol after the trial began."""

    date: str
    """When."""
    text: str
    """What changed, in a sentence."""
    replaces: str | None = None
    """PARAMCD of the end point that was replaced."""


class Design(Model):
    """The planned size and what it rests on."""

    alpha: Proportion = 0.05
    """Two-sided level of significance."""
    boundary: Proportion | None = None
    """P value below which an interim analysis stops the trial."""
    power: Proportion | None = None
    """Planned power."""
    event_proportion: dict[str, Proportion] = Field(default_factory=dict)
    """Arm to the proportion with the event that was assumed at the horizon."""
    hazard_ratio: Positive | None = None
    """Hazard ratio that was assumed, in place of proportions."""
    n_per_arm: Annotated[int, Field(gt=0)] | None = None
    """Planned patients per arm."""
    horizon: Positive | None = None
    """Planned follow-up, in AVAL's unit."""
    accrual: Positive | None = None
    """Planned time of accrual, in AVAL's unit."""
    dropout: Annotated[float, Field(ge=0, lt=1)] | None = None
    """Proportion expected to leave before the horizon."""
    amendments: tuple[Amendment, ...] = ()
    """Changes after the trial began."""
