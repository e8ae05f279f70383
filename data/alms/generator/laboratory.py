"""Laboratory courses: geometric means move as the paper says, patients move with their events."""

from dataclasses import dataclass

import numpy as np

from .courses import DAYS_PER_MONTH, END, VISIT_MONTHS
from .spec import EVENTS, NEVER
from .structure import Structure


@dataclass(frozen=True)
class Parameter:
    """A laboratory parameter.

    Attributes
    ----------
    code, label, unit, baseline : str
        PARAMCD, PARAM, AVALU and the variable of ADSL that holds the value at randomization.
    low, high : float or None
        Limits of normal, as Table 1's footnote gives them.
    decimals : int
        As a laboratory would report it.
    change : dict
        For each arm the geometric mean's ratio to baseline after 3 and after 36 months.
    noise : float
        SD of the logarithm around a patient's own course.
    """

    code: str
    label: str
    unit: str
    baseline: str
    low: float | None
    high: float | None
    decimals: int
    change: dict[str, tuple[float, float]]
    noise: float


PARAMETERS = (
    Parameter("C3", "Complement C3 (mg/dL)", "mg/dL", "C3BL", None, None, 0,
              {"MMF": (1.05, 1.08), "AZA": (0.98, 1.0)}, 0.10),
    Parameter("C4", "Complement C4 (mg/dL)", "mg/dL", "C4BL", None, None, 1,
              {"MMF": (1.12, 1.18), "AZA": (0.97, 0.99)}, 0.15),
    Parameter("DSDNA", "Anti-dsDNA antibodies (IU/mL)", "IU/mL", "DSDNABL", None, 30, 1,
              {"MMF": (0.80, 0.55), "AZA": (0.92, 0.75)}, 0.30),
    Parameter("CREAT", "Serum creatinine (mg/dL)", "mg/dL", "CREATBL", 0.49, 1.40, 2,
              {"MMF": (1.0, 1.0), "AZA": (1.0, 1.02)}, 0.07),
    Parameter("UPCR", "Urinary protein:creatinine ratio (mg/mg)", "mg/mg", "UPCRBL",
              0.015, 0.220, 2,
              {"MMF": (0.80, 0.45), "AZA": (0.82, 0.48)}, 0.22),
    Parameter("UPROT", "Urinary protein (mg/24 h)", "mg/24 h", "UPROTBL", None, None, 0,
              {"MMF": (0.80, 0.45), "AZA": (0.82, 0.48)}, 0.22),
)  # fmt: skip

IMMUNOLOGY = ("C3", "C4", "DSDNA")
REMISSION_PROTEIN = 500
REMISSION_CREATININE = 1.25
RECOVERY = 120
"""Days after a flare until proteinuria has returned to the patient's own course."""


def visit_days(end: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the day of each scheduled visit, `NEVER` once the patient has left the study.

    Shape (patients, visits). The first visit is the day of randomization; the others are within
    a week of their date, the last one is where completers end.
    """
    planned = np.rint(np.array(VISIT_MONTHS) * DAYS_PER_MONTH).astype(int)
    days = planned + rng.integers(-6, 7, size=(len(end), len(planned)))
    days[:, 0] = 1
    finished = end >= 1050
    days[finished, -1] = end[finished]
    return np.where(days <= end[:, None], days, NEVER)


def draw_laboratory(
    structure: Structure, days: np.ndarray, baseline, remission: np.ndarray,
    rng: np.random.Generator,
) -> tuple[np.ndarray, dict[str, np.ndarray]]:  # fmt: skip
    """Return the visits' days and each parameter's values at them.

    Parameters
    ----------
    days : ndarray of int, shape (patients, columns)
        Courses.
    baseline : pandas.DataFrame
        One row per patient with the variables that `PARAMETERS` name.
    remission : ndarray of bool
        Whether complete renal remission is reached at some visit.

    Returns
    -------
    visits : ndarray of int, shape (patients, visits)
    values : dict of ndarray of float, shape (patients, visits)
        NaN where the patient has left.
    """
    visits = visit_days(days[:, END], rng)
    seen = visits != NEVER
    protein = _protein(structure, days, visits, baseline, remission, rng)
    values = {}
    for parameter in PARAMETERS:
        at_start = baseline[parameter.baseline].to_numpy(float)
        if parameter.code in ("UPROT", "UPCR"):
            ratio = protein * np.exp(0.05 * rng.standard_normal(visits.shape) * (visits > 1))
        else:
            ratio = _own_course(parameter, structure.arm, seen, at_start, rng)
        if parameter.code == "CREAT":
            ratio = _creatinine(ratio, structure, days, visits)
        ratio[:, 0] = 1.0
        rounded = np.round(at_start[:, None] * ratio, parameter.decimals)
        values[parameter.code] = np.where(
            seen, np.maximum(rounded, 10.0**-parameter.decimals), np.nan
        )
    values["UPROT"] = _remitting(values["UPROT"], remission, seen)
    return visits, values


def _planned(change):
    """Return a planned ratio to baseline at each visit, through its values at 3 and 36 months."""
    return np.exp(np.interp(VISIT_MONTHS, (0, 3, 36), np.log([1.0, *change])))


def _own_course(parameter, arm, seen, at_start, rng):
    """Return ratios to baseline whose geometric mean in each arm and visit is the planned one.

    Patients far from the arm's centre return towards it, as measurements do; who is seen changes
    from visit to visit, so each visit is centred on the planned mean of all at baseline.
    """
    own = 0.5 * parameter.noise * rng.standard_normal((len(arm), 1))
    log_ratio = own + parameter.noise * rng.standard_normal(seen.shape)
    log_start = np.log(at_start)
    for code, change in parameter.change.items():
        of_arm = arm == code
        planned = np.log(_planned(change))
        for visit in range(1, seen.shape[1]):
            here = of_arm & seen[:, visit]
            level = log_ratio[here, visit] + log_start[here]
            aim = log_start[of_arm].mean() + planned[visit]
            shift = aim - level.mean() if parameter.code in IMMUNOLOGY else planned[visit]
            log_ratio[here, visit] += shift
    return np.exp(log_ratio)


def _creatinine(ratio, structure, days, visits):
    """Keep creatinine near its baseline, twice it after a sustained doubling, high in failure."""
    ratio = np.clip(ratio, 0.75, 1.6)
    doubled = visits >= days[:, [EVENTS.index("DBLCREAT")]]
    failed = visits >= days[:, [EVENTS.index("ESRD")]]
    return np.where(failed, 4.5 + ratio, np.where(doubled, 1.2 + ratio, ratio))


def _protein(structure, days, visits, baseline, remission, rng):
    """Return urinary protein as a ratio to baseline: falling, at least doubled by a flare."""
    parameter = PARAMETERS[-1]
    noise = parameter.noise * rng.standard_normal(visits.shape)
    planned = np.array([_planned(parameter.change[arm]) for arm in structure.arm])
    ratio = np.clip(planned * np.exp(noise), 0.02, 1.6)
    start = baseline["UPROTBL"].to_numpy(float)
    threshold = np.where(start <= REMISSION_PROTEIN, 1000, 2000)
    flare = days[:, EVENTS.index("RENFLARE")]
    during = (visits >= flare[:, None]) & (visits < flare[:, None] + RECOVERY)
    peak = np.maximum(2.1, 1.15 * threshold / start)[:, None] * np.exp(np.abs(noise))
    return np.where(during & (visits != NEVER), peak, ratio)


def _remitting(protein, remission, seen):
    """Let those in remission have their lowest protein below 500 mg per day."""
    lowest = np.nanmin(protein[:, 1:], axis=1, initial=np.inf, where=seen[:, 1:])
    scale = np.where(remission & (lowest >= REMISSION_PROTEIN), 0.9 * REMISSION_PROTEIN / lowest, 1)
    scaled = np.round(protein * scale[:, None])
    scaled[:, 0] = protein[:, 0]
    return scaled
