"""What trial.yml says, as frozen models: all that is particular to a trial.

The models mirror the file key by key. They hold what was written, checked for type and for
consistency in itself; whether the data agree is checked where the data are read.
`trialbook.adam.trial_yml` reads the file and words the errors.
"""

import codecs
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from trialbook.config_base import (
    InsideFolder,
    Model,
    Names,
    Positive,
    Slug,
    sequence,
)
from trialbook.config_described import EventGroup, Parameter, Variable, event_group
from trialbook.config_plan import (
    AdjustedModel,
    Design,
    Estimand,
    Margin,
    Multiplicity,
    PlannedAnalysis,
    margin_of,
)
from trialbook.config_results import ElsewhereResults
from trialbook.reading import Epoch, Reading
from trialbook.units import Unit


def _encoding(name: str) -> str:
    """Return the name of an encoding that Python knows."""
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise ValueError("must be an encoding such as cp1250, cp932 or gb18030") from None


def _meanings(values: dict[str, str | dict[str, str]]) -> dict[str, str | dict[str, str]]:
    """Return what values mean: Y or N in every flag, anything in one variable."""
    for value, meant in values.items():
        if isinstance(meant, str) and meant not in ("Y", "N"):
            raise ValueError(
                f"must be Y or N for {value}, or a map of the values of a variable {value}"
            )
    return values


class TimeUnits(Model):
    """The unit of AVAL and the unit in which times are shown."""

    unit: Unit = "days"
    """Unit of AVAL: days, weeks, months or years. A month is 30.4375 days, a year 365.25."""
    show: Unit = "months"
    """Unit in which times are shown."""


class Arm(Model):
    """An arm: its code in results, its name in words, its values in TRT01P and TRT01A."""

    code: Annotated[str, Field(min_length=1)]
    """Name in results."""
    label: str = ""
    """Name in words."""
    values: Names = ()
    """Values in TRT01P and TRT01A."""

    def model_post_init(self, _context) -> None:
        """Let the code stand in for a label and for values that are not given."""
        object.__setattr__(self, "label", self.label or self.code)
        object.__setattr__(self, "values", self.values or (self.code,))


def versus(treated: str, control: str) -> str:
    """Return the `arm` of a comparison: ``"MMF vs AZA"``."""
    return f"{treated} vs {control}"


class Comparison(Model):
    """Two arms, the first compared with the second."""

    treated: Arm
    control: Arm

    @property
    def name(self) -> str:
        """The `arm` of the comparison's results, ``"MMF vs AZA"``."""
        return versus(self.treated.code, self.control.code)

    @property
    def words(self) -> str:
        """Who is compared with whom, by their labels."""
        return versus(self.treated.label, self.control.label)


class Competing(Model):
    """A competing event: an end point of its own, or a censoring code of this end point."""

    paramcd: str | None = None
    """End point that competes."""
    cnsr: Annotated[int, Field(gt=0)] | None = None
    """Censoring code of this end point that competes."""
    label: str = ""
    """Name in words."""

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


class Endpoint(Model):
    """A time-to-event end point: a PARAMCD of ADTTE and what it means."""

    paramcd: Annotated[str, Field(min_length=1)]
    """PARAMCD in ADTTE."""
    label: str = ""
    """Name in words, as in *time to ...*."""
    noun: str = ""
    """The event with its article, as in *free of a flare*; the label where it is not said."""
    plural: str = ""
    """Many of the event, as in *fewer treatment failures*; headings then say so."""
    role: Literal[
        "primary", "key_secondary", "secondary", "component", "sensitivity", "exploratory", "safety"
    ] = "secondary"
    """Place in the report; the first is primary where none is called so."""
    event: Literal["favourable", "unfavourable"] = "unfavourable"
    """Whether the event is what one fears or what one hopes for."""
    components: Names = ()
    """PARAMCDs of which it is composed."""
    competing: tuple[Annotated[Competing, BeforeValidator(_competing)], ...] = ()
    """PARAMCDs, or censoring codes, of what competes with it."""
    estimand: Estimand | None = None
    """Estimand, as ICH E9(R1) asks."""

    def model_post_init(self, _context) -> None:
        """Let PARAMCD stand in for a label that is not given."""
        object.__setattr__(self, "label", self.label or self.paramcd)

    @property
    def favourable(self) -> bool:
        """Whether the event is what one hopes for, such as a remission."""
        return self.event == "favourable"


class Populations(Model):
    """The flags of ADSL that make the populations."""

    efficacy: str = "ITTFL"
    """Flag of the patients analysed for efficacy, by planned arm."""
    safety: str = "SAFFL"
    """Flag of the patients analysed for safety, by arm taken."""


class Flat(Model):
    """The short path: which column of one flat file is what."""

    file: InsideFolder
    """File in the folder."""
    id: str | None = None
    """Column of patients; rows are numbered where there is none."""
    time: str
    """Column of times."""
    start: str | None = None
    """Column in which the time under observation begins: delayed entry, or intervals that start
    and stop."""
    event: str
    """Column that says whether the event happened."""
    event_value: Names = ("1",)
    """Values of that column that mean the event."""
    arm: str
    """Column of arms."""
    endpoint: str | None = None
    """Column that says of which end point a row is, where there are several; its values are then
    their codes."""
    endpoint_label: str | None = None
    """Column of the end points' names."""
    paramcd: str = "TTE"
    """Code to give the end point, where no column says it."""
    param: str = ""
    """Name to give the end point, where no column says it."""


class TrialConfig(Model):
    """trial.yml."""

    id: Slug
    """Short name; the folder of the built book."""
    title: Annotated[str, Field(min_length=1)]
    """Title of the book."""
    short: Annotated[str, Field(min_length=1, max_length=30)] | None = None
    """What the trial is called at the top of every page and in titles, in at most 30 letters."""
    inferred: bool | dict[str, str] = False
    """What a program took for what, and on what ground, until somebody has confirmed it; pages
    then say so."""
    patients: str | None = None
    """Who the patients are, in words, as in *patients with ...*."""
    registration: str | None = None
    """Number in a register of trials."""
    reference: str | None = None
    """Key of the paper in `book/references.bib`."""
    privacy: Literal["synthetic", "public", "confidential"] = "confidential"
    """What may be shown; confidential where it is not said."""
    randomized: Literal["yes", "partly", "no", "unknown"] = "unknown"
    """Sets the words: effect, or association; unknown where nothing in the files says it."""
    objective: Literal["superiority", "noninferiority"] = "superiority"
    """What the primary comparison is to show."""
    margin: Annotated[Margin, BeforeValidator(margin_of)] | None = None
    """Margin of noninferiority; a bare number is a hazard ratio."""
    analysis: PlannedAnalysis = PlannedAnalysis()
    """The analysis that the plan laid down for the headline."""
    data_cut: date | Annotated[str, Field(min_length=1, max_length=40)] | None = None
    """Cut of the data, as a rule its date; stands below tables and figures taken along."""
    time: TimeUnits = TimeUnits()
    """Units of time."""
    horizon: Positive | None = None
    """Time, in AVAL's unit, of restricted means, power and number needed to treat."""
    landmarks: Annotated[tuple[Positive, ...], BeforeValidator(sequence)] = ()
    """Times, in AVAL's unit, at which survival is reported."""
    decimal: Literal[".", ","] | None = None
    """Mark before decimals in text files, where no number in them shows it."""
    dates: Epoch | None = None
    """Who counted the dates that are numbers: sas (from 1960), excel, or unix (from 1970)."""
    encoding: Annotated[str, AfterValidator(_encoding)] | None = None
    """Encoding of text files that are not UTF-8, where their letters do not show it."""
    sheet: str | None = None
    """Sheet of a workbook that has several."""
    values: Annotated[dict[str, str | dict[str, str]], AfterValidator(_meanings)] = Field(
        default_factory=dict
    )
    """What stands in the files: to Y or N in flags; by a variable's name, a map for it alone."""
    arms: Annotated[tuple[Arm, ...], Field(min_length=1)]
    """The control first."""
    comparisons: tuple[tuple[str, str], ...] | None = None
    """Pairs of arms, treated first; every other arm with the control where it is not said."""
    populations: Populations = Populations()
    """Which flags make the populations."""
    endpoints: Annotated[tuple[Endpoint, ...], Field(min_length=1)]
    """In the order of the report."""
    strata: Names = ()
    """Variables of stratified randomization and analyses."""
    subgroups: Names = ()
    """Variables of the subgroup analyses."""
    models: dict[str, AdjustedModel] = Field(default_factory=dict)
    """Adjusted models, by name."""
    multiplicity: Multiplicity | None = None
    """End points tested together."""
    baseline: tuple[Variable, ...] = ()
    """Variables of the table of patients."""
    exposure: tuple[Variable, ...] = ()
    """Variables that describe dose and duration."""
    responses: tuple[Variable, ...] = ()
    """Yes/no variables compared between arms."""
    laboratory: tuple[Parameter, ...] = ()
    """Laboratory parameters, in the order of the report."""
    adverse_events: dict[str, Annotated[EventGroup, BeforeValidator(event_group)]] = Field(
        default_factory=dict
    )
    """Groups of adverse events, by name, besides any, serious, leading to withdrawal and fatal."""
    risk_window: Annotated[float, Field(ge=0)] = 0
    """Days after the last dose in which events still count in rates."""
    design: Design | None = None
    """The planned size and what it rests on."""
    min_cell: Annotated[int, Field(ge=0)] | None = None
    """Smallest count shown; 5 in confidential data where it is not said."""
    notes: InsideFolder | None = None
    """Folder of `<chapter>.md` with prose of the trial's own."""
    published: InsideFolder | None = None
    """File of printed figures to compare with."""
    evidence: InsideFolder | None = None
    """File of other trials' results."""
    seeds: InsideFolder | None = None
    """File of results over seeds of the synthetic data."""
    learn: bool = False
    """Whether the book carries the course in survival analysis, and the package's reference."""
    results: ElsewhereResults = ElsewhereResults()
    """How results made elsewhere are read, where `cards.csv` stands in the place of data sets."""
    flat: Flat | None = None
    """The short path: which column of one flat file is what, in place of data sets."""

    @property
    def reading(self) -> Reading:
        """What is said of how the files are to be read."""
        return Reading(self.decimal, self.dates, self.encoding, self.sheet, self.values)

    def compared(self) -> tuple[Comparison, ...]:
        """Return the comparisons: those given, else every other arm with the first."""
        arms = {arm.code: arm for arm in self.arms}
        control, *others = arms
        pairs = (
            [(code, control) for code in others] if self.comparisons is None else self.comparisons
        )
        return tuple(Comparison(treated=arms[a], control=arms[b]) for a, b in pairs)
