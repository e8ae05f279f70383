"""The list of one paper: its arms, end points and doses, and what its figures are targets of.

The figures themselves are in ``published.csv``, the counts in ``structure.csv``. ``structure``,
``courses``, ``timing``, ``assignment`` and ``exposure`` take from here what they search for, and
name no arm and no end point. For another paper, write this file anew; `targets`, `anneal`,
`two_arm` and `moments` stay as they are. The terms of adverse events, the courses of laboratory
values and the variables of Table 1 are lists of the same kind at the heads of their modules.
"""

from dataclasses import dataclass

from trialbook.synthesis.targets import Target

ARMS = ("MMF", "AZA")
"""Treated first, as in the keys of the printed comparisons."""

EVENTS = ("RENFLSUS", "RENFLARE", "RESCUE", "DBLCREAT", "ESRD", "EXTRFL", "DEATH")
"""What can happen to a patient; every one of these is an end point too."""

WITHDRAWAL = "WITHDRAWAL"
"""As a component: leaving the study before its end counts as the event."""

COMPOSITES = {
    "TRTFAIL": ("DEATH", "ESRD", "DBLCREAT", "RENFLARE", "RESCUE"),
    "TRTFAILB": ("DEATH", "ESRD", "DBLCREAT", "RENFLARE", "RESCUE", "EXTRFL", WITHDRAWAL),
}
END_POINTS = (
    "TRTFAIL", "RENFLARE", "RESCUE", "ESRD", "DBLCREAT", "DEATH", "TRTFAILB", "RENFLSUS", "EXTRFL",
)  # fmt: skip
PRIMARY = "TRTFAIL"

# The days: see `courses` and `timing`.

LAST_DAY = 1096.0
COMPLETION = (1050, 1130)
"""The first and the last day on which a patient can complete the study."""
FIRST_EVENT = 15
NEVER = 9999

ORDER = (
    ("RENFLSUS", "RENFLARE", 0, 45),
    ("RENFLARE", "RESCUE", 0, 60),
    ("RENFLSUS", "RESCUE", 0, 90),
    ("RENFLARE", "DBLCREAT", 0, 150),
    ("RENFLSUS", "DBLCREAT", 0, 180),
    ("DBLCREAT", "ESRD", 28, 240),
    ("RENFLSUS", "LAST_DOSE", 0, NEVER),
    ("LAST_DOSE", "END", 0, 28),
)
"""From one day to another: the fewest and the most days between, where both exist.

A suspected flare is documented within weeks, a rescue follows a flare, end-stage disease follows
the doubling of creatinine, the drug is not stopped before the flare it is stopped for, and the
last dose is taken at most four weeks before the last visit.
"""
DRAWN_AFTER = {"ESRD": ("DBLCREAT", 28, 60)}
"""Events that are drawn so many days after another rather than near the patient's other events."""
FATAL = "DEATH"
FAILURE_TO_END = (0, 75)
"""Days from the last event of a failure to leaving the study, for those who left after one."""

LOG_HAZARD_RATIO = -0.7
"""In the middle of what is printed: where the fits of candidates start."""
DURATION = {"mean": 0.02, "sd": 0.2}
"""Weights of the duration of treatment: one course moves a mean by far more than rounding allows,
and days of the last dose, which no end point uses, settle it in the end."""
PLAUSIBLE = (
    Target(f"{PRIMARY} events on a day with another", -0.5, 2.5, weight=0.5),
    *(Target(f"{PRIMARY} unevenness {arm}", 0.0, 0.25) for arm in ARMS),
    *(Target(f"leaving unevenness {arm}", 0.0, 0.25) for arm in ARMS),
)
"""Not published: events do not fall on the same days, and come over the whole three years."""

# Which baseline goes with which course: see `assignment`.

ADJUSTED = {"adjusted:creatinine": "CREATBL", "adjusted:egfr": "EGFRBL"}
"""Methods of the printed adjusted P values, and the covariate of each."""
SUBGROUPS = ("INDTRT", "RACE", "REGION1")
LARGEST_SUBGROUP_HR = Target("largest subgroup HR", 0.0, 0.97)
"""Printed in words: the treatment was better in every subgroup."""

# What was taken: see `exposure`.


@dataclass(frozen=True)
class Dose:
    """How an arm's average daily dose is measured.

    Attributes
    ----------
    unit : float
        The step in which doses are recorded, in g or mg per day.
    full : float
        The target dose per day, per kg of body weight where `per_kg`.
    per_kg : bool
    lowest : float
        The smallest dose that a patient may have taken on average.
    most : tuple of two floats or None
        Limits of the target dose per day, whatever the weight.
    """

    unit: float
    full: float
    per_kg: bool
    lowest: float
    most: tuple[float, float] | None = None


DOSES = {
    "MMF": Dose(unit=0.01, full=2.0, per_kg=False, lowest=0.5),
    "AZA": Dose(unit=0.1, full=2.0, per_kg=True, lowest=25.0, most=(50, 220)),
}
ENOUGH = 0.8
"""The share of the target dose at which a patient counts as compliant."""

# Where patients come from: so many sites, not published.

SITES = {"Asia": 12, "Latin America": 10, "North America": 14, "Rest of world": 11}
