"""Patients to compute with: the ten of the course, or those of the trial at hand.

The ten are invented. One set carries all that the course needs: tied events, an event tied with
a censoring, two kinds of event, a follow-up that ends open. A `seed` draws ten others of the same
kind, so that every student can have patients of his own; no number of the ten is typed anywhere.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from trialbook.trial import Trial

TABLES = Path(__file__).parent / "tables"
CONTROL, TREATED = "control", "treated"
MOST_PATIENTS = 50_000  # of more, a learner's cell would take long and show nothing new
FEWEST_EVENTS = 5
_NAMES = tuple("ABCDEFGHIJ")
_TIMES = (3, 5, 5, 8, 10, 5, 7, 10, 12, 15)
_CAUSES = (1, 1, 2, 0, 1, 0, 2, 0, 1, 0)  # 0 censored, 1 relapse, 2 death
_LATEST = 16


@dataclass(frozen=True)
class Case:
    """Patients of two arms, one row each.

    Attributes
    ----------
    patients : pandas.DataFrame
        ``patient`` (text), ``arm`` (``control`` or ``treated``), ``treated`` (bool), ``time``
        (float), ``event`` (bool); of the ten ``cause`` as well (0, 1 relapse, 2 death).
    unit : str
        Of the times: days, weeks, months, years.
    event_name : str
        What the event is called in a sentence.
    landmark : float
        A time that at least ten patients of the control arm reach, or four of the ten patients.
    source : str
        Who they are, as the end of "computed for ...".
    is_trial : bool
        Whether they are the patients of the trial at hand.
    """

    patients: pd.DataFrame
    unit: str
    event_name: str
    landmark: float
    source: str
    is_trial: bool = False

    @property
    def compared_at(self) -> float:
        """A time at which the arms can be compared: the landmark, or of the ten patients the last
        event when both arms have had one and are still watched.
        """
        if self.is_trial:
            return self.landmark
        columns = (self.patients[name].to_numpy() for name in ("time", "event", "treated"))
        return float(shared_times(*columns).max())

    @property
    def horizon(self) -> float:
        """The last time that both arms reach, no later than a trial's landmark."""
        last = float(self.patients.groupby("arm")["time"].max().min())
        return min(self.landmark, last) if self.is_trial else last

    def arm(self, name: str) -> pd.DataFrame:
        """Return the patients of one arm, ``control`` or ``treated``."""
        return self.patients[self.patients["arm"] == name]


def ten_patients(seed: int | None = None) -> pd.DataFrame:
    """Return ten invented patients, A to E control, F to J treated.

    Parameters
    ----------
    seed : int, optional
        Draws other patients. Each draw has a tie of events, an event tied with a censoring, both
        causes, an open end, events in both arms, more of them in the control arm, and medians
        and hazard ratios that exist.

    Returns
    -------
    pandas.DataFrame
        ``patient``, ``arm``, ``treated``, ``time`` (months), ``event``, ``cause``.
    """
    if seed is None:
        return _frame(np.array(_TIMES), np.array(_CAUSES))
    rng = np.random.default_rng(seed)
    while True:
        time = rng.integers(2, _LATEST, 10)
        cause = rng.choice([0, 1, 2], 10, p=[0.4, 0.4, 0.2])
        order = np.concatenate([np.argsort(time[:5], kind="stable"),
                                5 + np.argsort(time[5:], kind="stable")])  # fmt: skip
        time, cause = time[order], cause[order]
        if _is_instructive(time, cause):
            return _frame(time, cause)


def _is_instructive(time: np.ndarray, cause: np.ndarray) -> bool:
    """Tell whether ten patients have what every chapter needs of them."""
    event, treated = cause > 0, np.arange(10) >= 5
    last = time == time.max()
    events_at = pd.Series(time[event]).value_counts()
    tied = bool((events_at >= 2).any())
    with_censoring = bool(np.isin(time[~event], time[event]).any())
    open_end = last.sum() == 1 and not event[last].any() and time.max() >= 12
    both_causes = {1, 2} <= set(cause[event & (time <= 12)])
    n_control, n_treated = int(event[~treated].sum()), int(event[treated].sum())
    # a time at which both curves have fallen and neither has ended, so that a hazard ratio exists
    # and the arms can be compared there
    overlap = bool(shared_times(time, event, treated).size)
    at_risk, free = len(time), 1.0
    for t in np.unique(time[event]):
        at_risk = int((time >= t).sum())
        free *= 1 - int((event & (time == t)).sum()) / at_risk
    # and one treated patient who has it alone, so that a factor of Cox's can be asked for
    alone = [
        t
        for t in time[event & treated]
        if (event & (time == t)).sum() == 1 and (~treated & (time >= t)).any()
    ]
    return (
        bool(alone) and tied and with_censoring and open_end and both_causes and overlap
        and n_control >= 3 and 2 <= n_treated < n_control
        and 0.05 < free < 0.45 and len(np.unique(time[event])) >= 4
    )  # fmt: skip


def shared_times(time: np.ndarray, event: np.ndarray, treated: np.ndarray) -> np.ndarray:
    """Return the event times at which both arms have had an event and are still watched."""
    first, last = 0.0, np.inf
    for arm in (treated, ~treated):
        first = max(first, time[event & arm].min(initial=99))
        last = min(last, time[arm].max())
    times = np.unique(time[event])
    return times[(first <= times) & (times < last)]


def _frame(time: np.ndarray, cause: np.ndarray) -> pd.DataFrame:
    treated = np.arange(10) >= 5
    return pd.DataFrame({
        "patient": list(_NAMES),
        "arm": np.where(treated, TREATED, CONTROL),
        "treated": treated,
        "time": time.astype(float),
        "event": cause > 0,
        "cause": cause.astype(int),
    })  # fmt: skip


def ten(seed: int | None = None) -> Case:
    """Return the ten patients as a case."""
    patients = ten_patients(seed)
    # the last month that four of the ten reach
    landmark = float(np.sort(patients["time"])[-4])
    return Case(patients, "months", "event", landmark, "the ten invented patients")


def of_trial(study: "Trial") -> Case | None:
    """Return the patients of a trial's primary end point, or None where a course must not.

    None for confidential data, for more than `MOST_PATIENTS`, for pooled arms, and where either
    group has no patient with the end point. Of several comparisons, the first.
    """
    from trialbook.safe import patients_shown
    from trialbook.survival import kaplan_meier

    if study.given is not None or study.blinded or not study.comparisons:
        return None
    if not patients_shown(study):
        return None
    endpoint, comparison = study.primary, study.comparisons[0]
    frame = study.time_to_event(endpoint)
    frame = frame[frame["AVAL"].notna()]
    if "ENTRY" in frame and frame["ENTRY"].notna().any():
        return None  # the course's estimates by hand begin at time zero
    treated = frame["arm"] == comparison.treated.code
    frame = frame[treated | (frame["arm"] == comparison.control.code)]
    if len(frame) > MOST_PATIENTS or frame["arm"].nunique() < 2:
        return None
    treated = (frame["arm"] == comparison.treated.code).to_numpy()
    patients = pd.DataFrame({
        "patient": frame["USUBJID"].astype(str).to_numpy(),
        "arm": np.where(treated, TREATED, CONTROL),
        "treated": treated,
        "time": frame["AVAL"].to_numpy(dtype=float),
        "event": frame["event"].to_numpy(dtype=bool),
    })  # fmt: skip
    control = patients.loc[~patients["treated"], "time"].to_numpy()
    landmark = _landmark(study, control)
    if landmark is None or kaplan_meier(control, np.ones(control.size)).time.size == 0:
        return None
    return Case(
        patients, study.config.time.unit, endpoint.label, landmark, "the trial at hand", True
    )


def at_hand(study: "Trial") -> Case:
    """Return the patients on which a report's chapter shows its method.

    The trial's own, as `of_trial` gives them, where each group has `FEWEST_EVENTS` events, so that
    every library has an estimate; else the ten.
    """
    case = of_trial(study)
    if case is None or case.patients.groupby("treated")["event"].sum().min() < FEWEST_EVENTS:
        return ten()
    return case


def _landmark(study: "Trial", control: np.ndarray) -> float | None:
    """Return the last landmark that ten control patients reach, else when half are left."""
    reached = [t for t in study.landmarks if (control >= t).sum() >= 10]
    if reached:
        return float(max(reached))
    if control.size < 20:
        return None
    return float(np.sort(control)[control.size // 2])
