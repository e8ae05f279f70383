"""The patients as ADaM data sets, written so that the same patients give the same bytes."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from .courses import END, LAST_DOSE, VISIT_MONTHS, end_point_time
from .laboratory import PARAMETERS
from .spec import END_POINTS, EVENTS, NEVER
from .structure import COMPLETED, Structure

STUDYID = "ALMS-MAINT"
TRT01PN = {"MMF": 1, "AZA": 0}
LABELS = {
    "TRTFAIL": "Time to treatment failure (days)",
    "RENFLARE": "Time to renal flare (days)",
    "RESCUE": "Time to rescue therapy (days)",
    "ESRD": "Time to end-stage renal disease (days)",
    "DBLCREAT": "Time to sustained doubling of serum creatinine (days)",
    "DEATH": "Time to death (days)",
    "TRTFAILB": "Time to treatment failure, broader definition (days)",
    "RENFLSUS": "Time to documented or suspected renal flare (days)",
    "EXTRFL": "Time to major extrarenal flare (days)",
}
DESCRIPTIONS = {
    "RENFLSUS": "SUSPECTED RENAL FLARE",
    "RENFLARE": "RENAL FLARE",
    "RESCUE": "RESCUE THERAPY",
    "DBLCREAT": "SUSTAINED DOUBLING OF SERUM CREATININE",
    "ESRD": "END-STAGE RENAL DISEASE",
    "EXTRFL": "MAJOR EXTRARENAL FLARE",
    "DEATH": "DEATH",
}
CENSORED = {COMPLETED: (1, "COMPLETED STUDY")}
WITHDRAWN = (2, "WITHDRAWN FROM STUDY")
ADSL_COLUMNS = [
    "STUDYID", "USUBJID", "SITEID", "TRT01P", "TRT01PN", "TRT01A", "TRT01AN", "RANDFL", "ITTFL",
    "SAFFL", "AGE", "SEX", "RACE", "ETHNIC", "REGION1", "REGION2", "INDTRT", "BIOCLASS", "RANDDT",
    "TRTSDT", "TRTEDT", "TRTDURD", "EOSDT", "EOSSTT", "DCSREAS", "EOTSTT", "DCTREAS", "DTHFL",
    "DTHDT", "WGTBL", "LNDUR", "SLEDUR", "UPROTBL", "UPCRBL", "CREATBL", "EGFRBL", "EGFRGR1",
    "SEDIMFL", "C3BL", "C4BL", "DSDNABL", "AVGDD", "DOSE80FL", "PRED10FL", "CRRFL",
]  # fmt: skip
DECIMALS = {"WGTBL": 1, "LNDUR": 1, "SLEDUR": 1, "UPCRBL": 2, "CREATBL": 2, "EGFRBL": 1, "C4BL": 1,
            "DSDNABL": 1}  # fmt: skip


@dataclass(frozen=True)
class Patients:
    """Everything about all patients, arm by arm, before it takes the standard's shape.

    Attributes
    ----------
    structure : Structure
    days : ndarray of int, shape (patients, columns)
        Courses.
    randomized, first_dose : ndarray of int
        Day of randomization since 1970-01-01; day of the first dose counted from randomization.
    baseline : pandas.DataFrame
        Table 1, a row per patient.
    dose : ndarray of float
        Average daily dose, NaN for who was never treated.
    dose80, prednisone10, remission : ndarray of bool
    events : list of adverse_events.Event
    visits : ndarray of int
    laboratory : dict of ndarray of float
    """

    structure: Structure
    days: np.ndarray
    randomized: np.ndarray
    first_dose: np.ndarray
    baseline: pd.DataFrame
    dose: np.ndarray
    dose80: np.ndarray
    prednisone10: np.ndarray
    remission: np.ndarray
    events: list
    visits: np.ndarray
    laboratory: dict


def data_sets(patients: Patients) -> dict[str, pd.DataFrame]:
    """Return ADSL, ADTTE, ADAE and ADLB; every value is text, as it will stand in the file."""
    order = np.lexsort((np.arange(len(patients.randomized)), patients.randomized))
    number = np.empty(len(order), dtype=int)
    number[order] = np.arange(1, len(order) + 1)
    subject = np.array([f"ALMS-SYN-{i:04d}" for i in number])
    return {
        "adsl": _adsl(patients, subject),
        "adtte": _adtte(patients, subject),
        "adae": _adae(patients, subject),
        "adlb": _adlb(patients, subject),
    }


def write(sets: dict[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write each data set as CSV, with Unix line ends and no index; return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, frame in sets.items():
        paths.append(folder / f"{name}.csv")
        frame.to_csv(paths[-1], index=False, lineterminator="\n", encoding="utf-8")
    return paths


def date(randomized, day) -> np.ndarray:
    """Return ISO dates of days counted from randomization, which is day 1."""
    return np.datetime_as_string((np.asarray(randomized) + np.asarray(day) - 1).astype("M8[D]"))


def _flag(values):
    return np.where(values, "Y", "N")


def _adsl(patients, subject):
    structure, days, baseline = patients.structure, patients.days, patients.baseline
    treated, completed = structure.treated, structure.completed
    randomized, end = patients.randomized, days[:, END]
    arm_number = np.array([str(TRT01PN[arm]) for arm in structure.arm])
    status = np.where(completed, COMPLETED, "DISCONTINUED")
    reason = np.where(completed, "", structure.outcome)
    death = days[:, EVENTS.index("DEATH")]
    died = death != NEVER

    def if_treated(values):
        return np.where(treated, values, "")

    columns = {
        "STUDYID": STUDYID,
        "USUBJID": subject,
        "SITEID": baseline["SITEID"],
        "TRT01P": structure.arm,
        "TRT01PN": arm_number,
        "TRT01A": if_treated(structure.arm),
        "TRT01AN": if_treated(arm_number),
        "RANDFL": "Y",
        "ITTFL": "Y",
        "SAFFL": _flag(treated),
        "RANDDT": date(randomized, 1),
        "TRTSDT": if_treated(date(randomized, patients.first_dose)),
        "TRTEDT": if_treated(date(randomized, days[:, LAST_DOSE])),
        "TRTDURD": if_treated((days[:, LAST_DOSE] - patients.first_dose + 1).astype(str)),
        "EOSDT": date(randomized, end),
        "EOSSTT": status,
        "DCSREAS": reason,
        "EOTSTT": if_treated(status),
        "DCTREAS": if_treated(reason),
        "DTHFL": _flag(died),
        "DTHDT": np.where(died, date(randomized, np.where(died, death, 1)), ""),
        "AVGDD": if_treated(
            [_dose(d, a) for d, a in zip(patients.dose, structure.arm, strict=True)]
        ),
        "DOSE80FL": if_treated(_flag(patients.dose80)),
        "PRED10FL": if_treated(_flag(patients.prednisone10)),
        "CRRFL": _flag(patients.remission),
    }
    for name in baseline.columns.intersection(ADSL_COLUMNS).difference(list(columns)):
        values = baseline[name]
        columns[name] = (
            values.map(f"{{:.{DECIMALS[name]}f}}".format)
            if name in DECIMALS
            else values.astype(str)
        )
    return _sorted(pd.DataFrame(columns)[ADSL_COLUMNS], ["USUBJID"])


def _dose(dose, arm):
    return "" if np.isnan(dose) else f"{dose:.{2 if arm == 'MMF' else 1}f}"


def _adtte(patients, subject):
    structure, days = patients.structure, patients.days
    frames = []
    for end_point in END_POINTS:
        event = structure.event(end_point)
        time = end_point_time(days, end_point)
        codes = [CENSORED.get(outcome, WITHDRAWN) for outcome in structure.outcome]
        first = [_description(row, day) for row, day in zip(days, time, strict=True)]
        if end_point == "RENFLSUS":
            first = ["DOCUMENTED OR SUSPECTED RENAL FLARE"] * len(first)
        frames.append(
            pd.DataFrame(
                {
                    "STUDYID": STUDYID,
                    "USUBJID": subject,
                    "TRTP": structure.arm,
                    "PARAMCD": end_point,
                    "PARAM": LABELS[end_point],
                    "AVAL": time.astype(str),
                    "AVALU": "DAYS",
                    "CNSR": np.where(event, "0", [str(code) for code, _ in codes]),
                    "EVNTDESC": np.where(event, first, ""),
                    "CNSDTDSC": np.where(event, "", [text for _, text in codes]),
                    "STARTDT": date(patients.randomized, 1),
                    "ADT": date(patients.randomized, time),
                }
            )
        )
    return pd.concat(frames, ignore_index=True).sort_values(
        "USUBJID", kind="stable", ignore_index=True
    )


def _description(course, day):
    """Name the event of a day, the gravest first."""
    for event in ("DEATH", "ESRD", "DBLCREAT", "RENFLARE", "RESCUE", "EXTRFL"):
        if course[EVENTS.index(event)] == day:
            return DESCRIPTIONS[event]
    return WITHDRAWN[1]


def _adae(patients, subject):
    events, days = patients.events, patients.days
    arm, randomized = patients.structure.arm, patients.randomized
    rows = [
        {
            "STUDYID": STUDYID,
            "USUBJID": subject[e.patient],
            "TRTA": arm[e.patient],
            "AEBODSYS": e.body_system,
            "AEDECOD": e.term,
            "AESER": "Y" if e.serious else "N",
            "AESEV": e.severity,
            "AEREL": "RELATED" if e.related else "NOT RELATED",
            "AEACN": _action(e),
            "AEOUT": e.outcome,
            "TRTEMFL": "Y" if e.emergent else "N",
            "ASTDT": str(date(randomized[e.patient], e.start)),
            "AENDT": "" if e.end is None else str(date(randomized[e.patient], e.end)),
            "ASTDY": str(_study_day(e.start, patients.first_dose[e.patient])),
        }
        for e in events
        if e.end is None or e.end <= days[e.patient, END]
    ]
    return _sorted(pd.DataFrame(rows), ["USUBJID", "ASTDT", "AEDECOD"])


def _action(event):
    if not event.emergent:
        return "NOT APPLICABLE"
    return "DRUG WITHDRAWN" if event.withdrawn else "DOSE NOT CHANGED"


def _study_day(day, first_dose):
    """Return the analysis day relative to the first dose; there is no day 0."""
    relative = int(day - first_dose)
    return relative + 1 if relative >= 0 else relative


def _adlb(patients, subject):
    frames = []
    for parameter in PARAMETERS:
        values = patients.laboratory[parameter.code]
        who, visit = np.nonzero(~np.isnan(values))
        value, base = values[who, visit], values[who, 0]
        month = np.array(VISIT_MONTHS)[visit]
        text = f"{{:.{parameter.decimals}f}}".format
        low, high = parameter.low, parameter.high
        frames.append(
            pd.DataFrame(
                {
                    "USUBJID": subject[who],
                    "PARAMCD": parameter.code,
                    "PARAM": parameter.label,
                    "AVAL": [text(v) for v in value],
                    "AVALU": parameter.unit,
                    "AVISIT": ["Baseline" if m == 0 else f"Month {m}" for m in month],
                    "AVISITN": month,
                    "ADY": patients.visits[who, visit],
                    "BASE": [text(v) for v in base],
                    "CHG": ["" if m == 0 else text(v - b + 0.0) for v, b, m in
                            zip(value, base, month, strict=True)],
                    "ABLFL": np.where(month == 0, "Y", ""),
                    "ANRLO": "" if low is None else f"{low:g}",
                    "ANRHI": "" if high is None else f"{high:g}",
                    "ANRIND": _range(value, low, high),
                    "BNRIND": _range(base, low, high),
                    "ANL01FL": "Y",
                }
            )
        )  # fmt: skip
    return _sorted(pd.concat(frames, ignore_index=True), ["USUBJID", "PARAMCD", "AVISITN"])


def _range(value, low, high):
    if low is None and high is None:
        return np.full(len(value), "")
    return np.select(
        [value < (-np.inf if low is None else low), value > (np.inf if high is None else high)],
        ["LOW", "HIGH"],
        "NORMAL",
    )


def _sorted(frame, by):
    return frame.sort_values(by, kind="stable", ignore_index=True)
