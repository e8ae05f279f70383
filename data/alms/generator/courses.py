"""On which days it happened: courses that the clinic allows, drawn and moved.

A course is one row of whole days counted from randomization (day 1): a column per event of
`spec.EVENTS`, the last day of treatment, the last day in the study. `NEVER` stands for an
event that the patient does not have, so that an end point's time is a plain minimum.
"""

import numpy as np

from .spec import (
    COMPLETION,
    COMPOSITES,
    DRAWN_AFTER,
    EVENTS,
    FAILURE_TO_END,
    FATAL,
    FIRST_EVENT,
    NEVER,
    ORDER,
    PRIMARY,
)
from .structure import Structure

COLUMNS = (*EVENTS, "LAST_DOSE", "END")
LAST_DOSE, END = COLUMNS.index("LAST_DOSE"), COLUMNS.index("END")
VISIT_MONTHS = (0, 1, 2, *range(3, 37, 3))
DAYS_PER_MONTH = 30.4375

_FAILURE = [EVENTS.index(event) for event in COMPOSITES[PRIMARY]]


def possible(days: np.ndarray, completed: np.ndarray) -> np.ndarray:
    """Return which courses are clinically possible.

    Parameters
    ----------
    days : ndarray of int, shape (..., columns)
        Courses.
    completed : ndarray of bool, shape (...)
        Whether the patient completed the study.

    Returns
    -------
    ndarray of bool, shape (...)
    """
    end = days[..., END]
    events = days[..., : len(EVENTS)]
    exists = events != NEVER
    ok = np.where(
        completed,
        (end >= COMPLETION[0]) & (end <= COMPLETION[1]),
        (end >= FIRST_EVENT) & (end < COMPLETION[0]),
    )
    ok &= (~exists | ((events >= FIRST_EVENT) & (events <= end[..., None]))).all(axis=-1)
    ok &= days[..., LAST_DOSE] >= FIRST_EVENT
    for first, second, least, most in ORDER:
        a, b = days[..., COLUMNS.index(first)], days[..., COLUMNS.index(second)]
        ok &= (a == NEVER) | (b == NEVER) | ((b - a >= least) & (b - a <= most))
    failure = np.where(exists, events, 0)[..., _FAILURE].max(axis=-1)
    lag = end - failure
    left_after = (failure > 0) & ~completed
    ok &= ~left_after | ((lag >= FAILURE_TO_END[0]) & (lag <= FAILURE_TO_END[1]))
    death = days[..., EVENTS.index(FATAL)]
    return ok & ((death == NEVER) | ((death == end) & (death == days[..., LAST_DOSE])))


def end_point_time(days: np.ndarray, end_point: str) -> np.ndarray:
    """Return the day of an end point: its first component, else the last day in the study."""
    parts = COMPOSITES.get(end_point, (end_point,))
    columns = [EVENTS.index(part) for part in parts if part in EVENTS]
    return days[..., [*columns, END]].min(axis=-1)


def draw_courses(structure: Structure, rng: np.random.Generator) -> np.ndarray:
    """Draw a possible course for every patient.

    Events fall on or near scheduled visits for two patients in three, else on any day.
    Those who leave the study do so with a falling rate over the three years.
    """
    return np.array(
        [
            _draw_course(has, completed, treated, rng)
            for has, completed, treated in zip(
                structure.has, structure.completed, structure.treated, strict=True
            )
        ]
    )


def _draw_course(has, completed, treated, rng):
    for _ in range(100_000):
        days = np.full(len(COLUMNS), NEVER)
        if completed:
            days[END] = round(36 * DAYS_PER_MONTH) + rng.integers(-12, 13)
            anchor = rng.integers(60, COMPLETION[0] - 60)
        else:
            days[END] = 20 + int(1030 * rng.beta(0.9, 1.7)) if treated else 17
            anchor = days[END] - rng.integers(0, 60)
        if rng.random() < 2 / 3:
            anchor = _near_visit(anchor, rng)
        for event in np.flatnonzero(has):
            days[event] = anchor + rng.integers(0, 40)
        for later, (earlier, least, most) in DRAWN_AFTER.items():
            if has[EVENTS.index(later)]:
                start = days[EVENTS.index(earlier)]
                days[EVENTS.index(later)] = start + rng.integers(least, most)
        days[LAST_DOSE] = days[END] - (rng.integers(0, 3) if completed else rng.integers(0, 29))
        if has[EVENTS.index(FATAL)]:
            days[EVENTS.index(FATAL)] = days[LAST_DOSE] = days[END]
        if not treated:
            days[LAST_DOSE] = days[END]
        if possible(days, completed):
            return days
    raise ValueError("no possible course was found for a patient; ORDER may contradict itself")


def _near_visit(day, rng):
    visits = np.array(VISIT_MONTHS[1:]) * DAYS_PER_MONTH
    return round(visits[np.abs(visits - day).argmin()]) + int(rng.integers(-7, 8))
