"""Kaplan-Meier: at risk, factors, quick answers and their direction, intervals, reading curves."""

import numpy as np
import pandas as pd

from trialbook.learn.cases import Case
from trialbook.learn.exercise import Exercise
from trialbook.survival import kaplan_meier


def _with_eleventh(case: Case, time: float) -> pd.DataFrame:
    eleventh = {"patient": "K", "arm": "treated", "treated": True, "time": time, "event": False}
    return pd.concat([case.patients, pd.DataFrame([eleventh])], ignore_index=True)


def _survival(patients: pd.DataFrame, time: float, conf_type: str = "log-log"):
    estimate = kaplan_meier(patients["time"], patients["event"], conf_type=conf_type)
    return estimate.at([time])


def _free(patients: pd.DataFrame, time: float) -> float:
    return float(_survival(patients, time).survival[0])


def _tied_time(case: Case) -> float:
    """Return the time at which an event and a censoring meet."""
    patients = case.patients
    both = set(patients.loc[patients["event"], "time"]) & set(
        patients.loc[~patients["event"], "time"]
    )
    return float(min(both))


def _left_before(case: Case) -> tuple[pd.DataFrame, float]:
    """Return the patients, with the tied censoring moved to just before the event; and when."""
    time, patients = _tied_time(case), case.patients.copy()
    moved = (patients["time"] == time) & ~patients["event"]
    patients.loc[moved, "time"] = time - 0.5
    return patients, time


def _dropped(case: Case) -> float:
    """Return the share free of the event among those not censored before the landmark."""
    patients = case.patients
    known = patients[patients["event"] | (patients["time"] >= case.landmark)]
    return float(1 - (known["event"] & (known["time"] <= case.landmark)).mean())


def _all_counted(case: Case) -> float:
    """Return one minus the events over all patients."""
    patients = case.patients
    return float(1 - (patients["event"] & (patients["time"] <= case.landmark)).mean())


def _everybody_fails(case: Case) -> float:
    """Return the share free when each censored patient has the event at once."""
    return float((case.patients["time"] > case.landmark).mean())


def _middle_event(case: Case) -> float:
    times = np.unique(case.patients.loc[case.patients["event"], "time"])
    return float(times[len(times) // 2])


EXERCISES = (
    Exercise(
        name="at_risk",
        objective="O1",
        level="recall",
        right=lambda case: int((case.patients["time"] >= _tied_time(case)).sum()),
        wrong={
            "You left out those whose time ends at that very time: they were still watched then, "
            "so they are at risk.": lambda case: int(
                (case.patients["time"] > _tied_time(case)).sum()
            ),
            "You left out whoever is censored at that time. Who is censored at a time was there "
            "up to it.": lambda case: int(
                (case.patients["time"] >= _tied_time(case)).sum()
                - ((case.patients["time"] == _tied_time(case)) & ~case.patients["event"]).sum()
            ),
            "That is how many there were at the start.": lambda case: len(case.patients),
        },
        hint="Count every patient whose time is this long or longer.",
        digits=0,
        next_question="Would the number change if the censored patient had left a day earlier?",
    ),
    Exercise(
        name="eleventh",
        objective="O2",
        level="recall",
        right=lambda case: _free(_with_eleventh(case, 6.0), 7.0),
        wrong={
            "You left the eleventh patient out: she adds to the number at risk until month 6.": (
                lambda case: _free(case.patients, 7.0)
            ),
            "You counted her as at risk at month 7, but she left in month 6.": (
                lambda case: _free(_with_eleventh(case, 9.0), 7.0)
            ),
            "You counted her leaving as an event.": lambda case: _free(
                _with_eleventh(case, 6.0).assign(
                    event=lambda p: p["event"] | (p["patient"] == "K")
                ),
                7.0,
            ),
        },
        hint="She changes the numbers at risk of the events before month 6, and of no later one.",
        digits=3,
        next_question="How would it change if she had left in month 2?",
    ),
    Exercise(
        name="left_before",
        objective="O1",
        level="apply",
        right=lambda case: _free(*_left_before(case)),
        wrong={
            "You took the number at risk as it was: who left before the event is not at risk at "
            "it.": lambda case: _free(case.patients, _tied_time(case)),
            "You counted the one who left as an event.": lambda case: _free(
                case.patients.assign(event=lambda p: p["event"] | (p["time"] == _tied_time(case))),
                _tied_time(case),
            ),
        },
        hint="One patient fewer is at risk at that time; the events stay the same.",
        digits=3,
        next_question="Why does a rule for ties have to exist at all?",
    ),
    Exercise(
        name="estimate",
        objective="O3",
        level="apply",
        right=lambda case: _free(case.patients, case.landmark),
        wrong={
            "You dropped the patients who were censored before that time. Those dropped were free "
            "of the event while they were seen: without them too few look free.": _dropped,
            "You kept everyone and counted the censored as free for good. Some of them will have "
            "had the event after they left: too many look free.": _all_counted,
            "You counted every censored patient as one with the event.": _everybody_fails,
            "That is the share who had the event; the share free of it is asked for.": (
                lambda case: 1 - _free(case.patients, case.landmark)
            ),
        },
        hint="Multiply, over the times of events up to then, one minus events over at risk.",
        digits=3,
        on_trial=True,
        minutes=10,
        next_question="Which of the two quick answers would a keen sponsor prefer?",
    ),
    Exercise(
        name="quick_answers",
        objective="O3",
        level="analyse",
        right=lambda case: (_dropped(case), _all_counted(case)),
        wrong={
            "The other way round: the first drops the censored, the second counts them as free.": (
                lambda case: (_all_counted(case), _dropped(case))
            ),
            "You gave the shares who had the event; the shares free of it are asked for.": (
                lambda case: (1 - _dropped(case), 1 - _all_counted(case))
            ),
        },
        hint="First leave out whoever was censored before that time; then count all patients.",
        digits=3,
        on_trial=True,
        minutes=10,
        next_question="Can the estimate ever lie outside the two?",
    ),
    Exercise(
        name="lower_limit",
        objective="O4",
        level="apply",
        right=lambda case: float(_survival(case.patients, _middle_event(case)).lower[0]),
        wrong={
            "That is the plain interval, estimate minus 1.96 standard errors. Take it on the scale "
            "of log(-log S), and come back.": lambda case: float(
                _survival(case.patients, _middle_event(case), "plain").lower[0]
            ),
            "That is the interval on the scale of log S; log(-log S) is asked for.": (
                lambda case: float(_survival(case.patients, _middle_event(case), "log").lower[0])
            ),
            "That is the upper limit: on the scale of log(-log S) high and low change places.": (
                lambda case: float(_survival(case.patients, _middle_event(case)).upper[0])
            ),
        },
        hint="Divide the standard error of log S by |log S|, and raise S to exp(1.96 times that).",
        digits=3,
        minutes=15,
        next_question="Why can the plain interval end below zero, and this one not?",
    ),
    Exercise(
        name="all_fail",
        objective="O5",
        level="analyse",
        right=_everybody_fails,
        wrong={
            "Here the censored count as free. The question makes each of them have the event.": (
                _all_counted
            ),
            "That is the estimate itself, under which the censored fare like the others.": (
                lambda case: _free(case.patients, case.landmark)
            ),
        },
        hint="Only who was still watched, and free of the event, after that time counts as free.",
        digits=3,
        on_trial=True,
        next_question="How far apart may best and worst case be before the curve is of no use?",
    ),
    Exercise(
        name="coverage",
        objective="O4",
        level="project",
        right=lambda case: "log-log",
        wrong={
            "The plain interval is the one that goes wrong near 0 and 1, with few events.": (
                lambda case: "plain"
            ),
        },
        hint="Simulate, count how often each interval contains the truth; then answer plain or "
        "log-log.",
        minutes=40,
        next_question="What happens to both with two hundred patients?",
    ),
)
