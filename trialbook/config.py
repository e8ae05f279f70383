"""What trial.yml says, as frozen models: all that is particular to a trial.

The models mirror the file key by key. They hold what was written, checked for type and for
consistency in itself; whether the data agree is checked where the data are read.
`trialbook.adam.trial_yml` reads the file and words the errors.
"""

from typing import Annotated, Literal

import pandas as pd
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from trialbook.results import versus
from trialbook.units import Unit


def _inside_folder(name: str) -> str:
    """Return a relative path that stays inside the trial's folder."""
    parts = name.replace("\\", "/").split("/")
    if not name.strip() or parts[0] in ("", "~") or ".." in parts or ":" in parts[0]:
        raise ValueError("must name a file inside the trial's folder, without '..'")
    return name


def _sequence(value):
    """Return a single value as a list of one: ``values: AZA`` is ``values: [AZA]``."""
    return [value] if isinstance(value, str | int | float) else value


def _positive(value: float) -> float:
    if not 0 < value < float("inf"):
        raise ValueError("must be a number above 0")
    return value


Slug = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
InsideFolder = Annotated[str, AfterValidator(_inside_folder)]
Positive = Annotated[float, AfterValidator(_positive)]
Names = Annotated[tuple[str, ...], BeforeValidator(_sequence)]
Proportion = Annotated[float, Field(gt=0, lt=1)]
Digits = Annotated[int, Field(ge=0, le=10)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class TimeUnits(_Model):
    """The unit of AVAL and the unit in which times are shown."""

    unit: Unit = "days"
    show: Unit = "months"


class Arm(_Model):
    """An arm: its code in results, its name in words, its values in TRT01P and TRT01A."""

    code: Annotated[str, Field(min_length=1)]
    label: str = ""
    values: Names = ()

    def model_post_init(self, _context) -> None:
        """Let the code stand in for a label and for values that are not given."""
        object.__setattr__(self, "label", self.label or self.code)
        object.__setattr__(self, "values", self.values or (self.code,))


class Comparison(_Model):
    """Two arms, the first compared with the second."""

    treated: Arm
    control: Arm

    @property
    def name(self) -> str:
        """The `arm` of the comparison's results, ``"MMF vs AZA"``."""
        return versus(self.treated.code, self.control.code)


class Competing(_Model):
    """A competing event: an end point of its own, or a censoring code of this end point."""

    paramcd: str | None = None
    cnsr: Annotated[int, Field(gt=0)] | None = None
    label: str = ""

    def model_post_init(self, _context) -> None:
        """Let the end point's name, or the code, stand in for the label."""
        if (self.paramcd is None) == (self.cnsr is None):
            raise ValueError("must name either a paramcd or a cnsr code")
        if not self.label:
            object.__setattr__(self, "label", self.paramcd or f"censoring code {self.cnsr}")


def _competing(value):
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return {"cnsr": value}
    return {"paramcd": value} if isinstance(value, str) else value


class Estimand(_Model):
    """How intercurrent events are handled (ICH E9(R1), 2019, section A.3.2)."""

    strategy: str = ""
    withdrawal: str = ""
    intercurrent: dict[str, str] = {}
    summary: str = ""


class Endpoint(_Model):
    """A time-to-event end point: a PARAMCD of ADTTE and what it means."""

    paramcd: Annotated[str, Field(min_length=1)]
    label: str = ""
    role: Literal[
        "primary", "key_secondary", "secondary", "component", "sensitivity", "exploratory", "safety"
    ] = "secondary"
    event: Literal["favourable", "unfavourable"] = "unfavourable"
    components: Names = ()
    competing: tuple[Annotated[Competing, BeforeValidator(_competing)], ...] = ()
    estimand: Estimand | None = None

    def model_post_init(self, _context) -> None:
        """Let PARAMCD stand in for a label that is not given."""
        object.__setattr__(self, "label", self.label or self.paramcd)

    @property
    def favourable(self) -> bool:
        """Whether the event is what one hopes for, such as a remission."""
        return self.event == "favourable"


class Populations(_Model):
    """The flags of ADSL that make the populations."""

    efficacy: str = "ITTFL"
    safety: str = "SAFFL"


class Variable(_Model):
    """A variable of ADSL to describe: at baseline, as exposure, or as a yes/no response."""

    variable: str
    label: str = ""
    summary: Literal["mean", "median", "geometric", "count"] | None = None
    digits: Digits | None = None
    levels: Names = ()

    def model_post_init(self, _context) -> None:
        """Let the variable's name stand in for a label that is not given."""
        object.__setattr__(self, "label", self.label or self.variable)


class Parameter(_Model):
    """A laboratory parameter: a PARAMCD of ADLB, its summary, its normal range."""

    paramcd: str
    label: str = ""
    summary: Literal["mean", "geometric"] = "mean"
    digits: Digits | None = None
    low: float | None = None
    high: float | None = None

    def model_post_init(self, _context) -> None:
        """Let PARAMCD stand in for a label that is not given."""
        object.__setattr__(self, "label", self.label or self.paramcd)


class EventGroup(_Model):
    """A named group of adverse events: values that variables of ADAE must have, all of them.

    A value that ends in ``*`` stands for everything that begins so.
    """

    label: str = ""
    where: dict[str, Names]

    def select(self, adae: pd.DataFrame) -> pd.Series:
        """Return which rows of ADAE belong to the group, as bool; False where a variable lacks."""
        selected = pd.Series(True, index=adae.index)
        for variable, values in self.where.items():
            if variable not in adae:
                return pd.Series(False, index=adae.index)
            column = adae[variable]
            found = column.isin([value for value in values if not value.endswith("*")])
            for value in values:
                if value.endswith("*"):
                    found |= column.str.startswith(value[:-1], na=False)
            selected &= found
        return selected


def _event_group(value):
    """Return ``{label: ..., AEBODSYS: ...}`` with the variables apart."""
    if not isinstance(value, dict):
        return value
    variables = {key: of for key, of in value.items() if key != "label"}
    return {"where": variables} | ({"label": value["label"]} if "label" in value else {})


class AdjustedModel(_Model):
    """A named Cox model of one end point with covariates of ADSL."""

    endpoint: str
    covariates: Names
    strata: Names = ()


class Multiplicity(_Model):
    """A family of end points whose P values are adjusted together."""

    family: Names
    methods: Annotated[
        tuple[Literal["holm", "hochberg", "bonferroni"], ...], BeforeValidator(_sequence)
    ] = ("holm",)


class Amendment(_Model):
    """A change of the protocol after the trial began."""

    date: str
    text: str
    replaces: str | None = None


class Design(_Model):
    """The planned size and what it rests on."""

    alpha: Proportion = 0.05
    boundary: Proportion | None = None
    power: Proportion | None = None
    event_proportion: dict[str, Proportion] = {}
    hazard_ratio: Positive | None = None
    n_per_arm: Annotated[int, Field(gt=0)] | None = None
    horizon: Positive | None = None
    accrual: Positive | None = None
    dropout: Annotated[float, Field(ge=0, lt=1)] | None = None
    amendments: tuple[Amendment, ...] = ()


class Flat(_Model):
    """The short path: which column of one flat file is what."""

    file: InsideFolder
    id: str | None = None
    time: str
    event: str
    event_value: Names = ("1",)
    arm: str
    paramcd: str = "TTE"
    param: str = ""


class TrialConfig(_Model):
    """trial.yml."""

    id: Slug
    title: Annotated[str, Field(min_length=1)]
    registration: str | None = None
    reference: str | None = None
    privacy: Literal["synthetic", "public", "confidential"] = "confidential"
    randomized: Literal["yes", "partly", "no"] = "no"
    objective: Literal["superiority", "noninferiority"] = "superiority"
    margin: Positive | None = None
    time: TimeUnits = TimeUnits()
    horizon: Positive | None = None
    landmarks: Annotated[tuple[Positive, ...], BeforeValidator(_sequence)] = ()
    arms: Annotated[tuple[Arm, ...], Field(min_length=1)]
    comparisons: tuple[tuple[str, str], ...] | None = None
    populations: Populations = Populations()
    endpoints: Annotated[tuple[Endpoint, ...], Field(min_length=1)]
    strata: Names = ()
    subgroups: Names = ()
    models: dict[str, AdjustedModel] = {}
    multiplicity: Multiplicity | None = None
    baseline: tuple[Variable, ...] = ()
    exposure: tuple[Variable, ...] = ()
    responses: tuple[Variable, ...] = ()
    laboratory: tuple[Parameter, ...] = ()
    adverse_events: dict[str, Annotated[EventGroup, BeforeValidator(_event_group)]] = {}
    risk_window: Annotated[float, Field(ge=0)] = 0
    design: Design | None = None
    min_cell: Annotated[int, Field(ge=0)] | None = None
    notes: InsideFolder | None = None
    published: InsideFolder | None = None
    evidence: InsideFolder | None = None
    seeds: InsideFolder | None = None
    flat: Flat | None = None

    def compared(self) -> tuple[Comparison, ...]:
        """Return the comparisons: those given, else every other arm with the first."""
        arms = {arm.code: arm for arm in self.arms}
        control, *others = arms
        pairs = (
            [(code, control) for code in others] if self.comparisons is None else self.comparisons
        )
        return tuple(Comparison(treated=arms[a], control=arms[b]) for a, b in pairs)
