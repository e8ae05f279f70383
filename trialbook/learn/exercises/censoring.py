"""Censoring: kinds of it, times from dates, person-time, who is at risk, late entry."""

import numpy as np
import pandas as pd

from trialbook.learn.cases import TABLES, Case
from trialbook.learn.exercise import Exercise

# Eight stories; the letter says what each is: R right, L left, I interval censored, T truncated.
STORIES = {
    "moved away in month 5, well so far": "R",
    "had the event in month 7, seen that day": "E",
    "already had it when first examined": "L",
    "free at month 6, had it at month 12": "I",
    "alive when the trial closed": "R",
    "died in month 9": "E",
    "joined the register two years after diagnosis; who died earlier never joined": "T",
    "free in spring, the scan in autumn shows it": "I",
}

# Six patients as dates, among them two whose status contradicts its reason.
DATES = pd.read_csv(TABLES / "dates.csv")


def _days(case: Case, add: int = 1) -> int:
    span = pd.to_datetime(DATES["ADT"]) - pd.to_datetime(DATES["STARTDT"])
    return int((span.dt.days + add).sum())


def _at_risk(patients: pd.DataFrame, time: float, entry: str = "", entered: float = 0.0) -> int:
    late = (patients["patient"] == entry) & (entered >= time)
    return int(((patients["time"] >= time) & ~late).sum())


def _last(case: Case) -> str:
    """Return the patient who is watched longest."""
    return str(case.patients.loc[case.patients["time"].idxmax(), "patient"])


def _first_event(case: Case) -> float:
    return float(case.patients.loc[case.patients["event"], "time"].min())


def _left_early(case: Case) -> tuple[int, int]:
    control, treated = (
        int((~arm["event"] & (arm["time"] < case.landmark)).sum())
        for arm in (case.arm("control"), case.arm("treated"))
    )
    return control, treated


EXERCISES = (
    Exercise(
        name="stories",
        objective="O1",
        level="recall",
        right=lambda case: "".join(STORIES.values()),
        wrong={
            "You called the seventh story left censored. Nobody in it is seen and not known: those "
            "who died early are not in the data at all. That is truncation.": (
                lambda case: "".join(STORIES.values()).replace("T", "L")
            ),
            "You called an event that lies between two visits right censored. It has an upper end "
            "as well: it is interval censored.": (
                lambda case: "".join(STORIES.values()).replace("I", "R")
            ),
            "You took the date of the visit for the date of the event: it happened some time "
            "before.": lambda case: "".join(STORIES.values()).replace("I", "E"),
        },
        hint="Eight letters in the order of the stories: E, R, L, I or T for each.",
        next_question="Which of these can a Kaplan-Meier curve handle as they are?",
    ),
    Exercise(
        name="person_time",
        objective="O4",
        level="recall",
        right=lambda case: float(case.patients["time"].sum()),
        wrong={
            "You added up the times of those with the event only. The others were watched, too.": (
                lambda case: float(case.patients.loc[case.patients["event"], "time"].sum())
            ),
            "You took everyone as watched to the end.": lambda case: float(
                len(case.patients) * case.patients["time"].max()
            ),
            "That is the mean; the sum is asked for.": lambda case: float(
                case.patients["time"].mean()
            ),
        },
        hint="Add up how long each patient was watched.",
        digits=0,
        on_trial=True,
        next_question="Is ten patients for one month the same as one patient for ten months?",
    ),
    Exercise(
        name="days_watched",
        objective="O2",
        level="apply",
        right=_days,
        wrong={
            "You subtracted the dates. The first day counts as day 1, so each patient has one day "
            "more.": lambda case: _days(case, 0),
            "You added two days a patient.": lambda case: _days(case, 2),
        },
        hint="AVAL is ADT minus STARTDT plus 1, for each of the six.",
        digits=0,
        next_question="What goes wrong in a model when someone's time is 0?",
    ),
    Exercise(
        name="miscoded",
        objective="O2",
        level="analyse",
        right=lambda case: "P4P5",
        wrong={
            "You took CNSR 1 for the event. In ADaM the event is CNSR 0; anything else is a "
            "reason for censoring.": lambda case: "P1P2P3P6",
            "P2 looks odd, but leaving on the first day is possible.": lambda case: "P2",
        },
        hint="Compare CNSR with EVNTDESC in each row; write the two patients one after the other.",
        next_question="Who should correct such a row, and where is it written down?",
    ),
    Exercise(
        name="late_entry",
        objective="O4",
        level="apply",
        right=lambda case: _at_risk(case.patients, _first_event(case), _last(case), 4.0),
        wrong={
            "You counted the one who had not joined yet: a patient is at risk from the day of "
            "joining on.": lambda case: _at_risk(case.patients, _first_event(case)),
            "You left out whoever's time ends at that very time: they were still there.": (
                lambda case: int(
                    (
                        (case.patients["time"] > _first_event(case))
                        & (case.patients["patient"] != _last(case))
                    ).sum()
                )
            ),
        },
        hint="At risk are those who have joined before that time and whose time is not over.",
        digits=0,
        next_question="Why is it wrong to count her from month 0, although she was alive then?",
    ),
    Exercise(
        name="left_early",
        objective="O3",
        level="analyse",
        right=_left_early,
        wrong={
            "You counted all the censored, also those who were watched beyond that time.": (
                lambda case: tuple(
                    int((~arm["event"]).sum()) for arm in (case.arm("control"), case.arm("treated"))
                )
            ),
            "You counted those with the event as well.": lambda case: tuple(
                int((arm["time"] < case.landmark).sum())
                for arm in (case.arm("control"), case.arm("treated"))
            ),
        },
        hint="Censored, and with a time below the one named; control first, then treated.",
        digits=0,
        on_trial=True,
        minutes=10,
        next_question="Equal numbers left both arms. Is that enough?",
    ),
    Exercise(
        name="visit_rule",
        objective="O3",
        level="project",
        right=lambda case: "interval",
        wrong={
            "The date of the visit makes every event later than it was, in both arms, and by more "
            "where visits are rarer.": lambda case: "right",
            "Nobody had the event before the start.": lambda case: "left",
        },
        hint="Write the rule first: which date counts when a visit was missed? Then answer with "
        "the kind of censoring: right, left or interval.",
        minutes=30,
        next_question="What if the arms have different visit schedules?",
    ),
)


def stories_table() -> pd.DataFrame:
    """Return the stories without their answers."""
    return pd.DataFrame({"story": list(STORIES)}, index=np.arange(1, len(STORIES) + 1))
