"""The course: ten patients, agreement by hand and library, exercises that diagnose.

A chapter of ``notebooks/learn`` makes one `Lesson`, computes on its ``ten`` patients, says with
`agree` that hand and libraries give the same, and lets the lesson check the exercises' answers.
`trialbook.learn.derive` makes the student's and the teacher's notebooks from it.
"""

from trialbook.learn import cohorts, draw, draw_effects, overview
from trialbook.learn.agree import agree, attempt
from trialbook.learn.cases import Case, ten_patients
from trialbook.learn.exercise import Exercise, Feedback
from trialbook.learn.lesson import Lesson

__all__ = [
    "Case",
    "Exercise",
    "Feedback",
    "Lesson",
    "agree",
    "attempt",
    "cohorts",
    "draw",
    "draw_effects",
    "overview",
    "ten_patients",
]
