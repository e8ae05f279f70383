"""`Lesson`: what a chapter of the course computes with, and who checks the answers."""

import os
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from trialbook.learn import cases, draw, draw_effects, draw_trial, trial_shown
from trialbook.learn.agree import STRICT
from trialbook.learn.cases import Case
from trialbook.learn.exercise import RIGHT, Exercise, Feedback, judge
from trialbook.learn.play import play
from trialbook.report import figures
from trialbook.report.output import Text

if TYPE_CHECKING:
    import pandas as pd

    from trialbook.report.output import Drawing, Html
    from trialbook.safe.lookup import Lookup
    from trialbook.trial import Trial


class CheckError(AssertionError):
    """An answer of the book's own is not right."""


@dataclass(frozen=True)
class Lesson:
    """One chapter of the course on one trial.

    Attributes
    ----------
    chapter : str
        Its file's name without the ending: ``kaplan_meier``.
    study : Trial, optional
        The trial at hand.
    seed : int, optional
        Draws other ten patients.
    """

    chapter: str
    study: "Trial | None" = None
    seed: int | None = None

    @cached_property
    def ten(self) -> Case:
        """The ten patients."""
        return cases.ten(self.seed)

    @cached_property
    def trial(self) -> Case | None:
        """The trial's patients, or None where the course must do without them."""
        return None if self.study is None else cases.of_trial(self.study)

    @cached_property
    def numbers(self) -> "Lookup | None":
        """The trial's results that readers may see, or None where nobody may be compared."""
        return trial_shown.lookup_of(self.study)

    def curves(self) -> "Drawing":
        """Return the trial's Kaplan-Meier figure as its report has it, or the ten patients'."""
        if self.numbers is None:
            return draw.curves(self.ten, f"{self.chapter}-curves")
        name = f"learn-{self.chapter}-curves"
        return figures.plot_survival(self.numbers, self.numbers.trial.primary, name=name)

    def watched(self) -> "Drawing":
        """Return who was still watched, in the trial, or among the ten patients."""
        drawn = self.numbers and draw_trial.watched(self.numbers, f"{self.chapter}-watched")
        return drawn or draw.follow_up(self.ten)

    def cumulative_hazard(self) -> "Drawing":
        """Return the cumulative hazards of the trial's arms, or of the ten patients'."""
        name = f"{self.chapter}-trial"
        drawn = self.numbers and draw_trial.cumulative_hazard(self.numbers, name)
        return drawn or draw.cumulative_hazard(self.ten, name)

    def over_time(self) -> "Drawing":
        """Return the trial's hazard ratio over time as its report has it, else log-minus-log.

        Of few events, where the report draws none, and where nobody may be compared, the ten
        patients' log(-log S) stands in.
        """
        if self.numbers is not None:
            study = self.numbers.trial
            drawn = figures.plot_hazard_over_time(self.numbers, study.primary, study.comparisons[0])
            if drawn is not None:
                return replace(drawn, name=f"learn-{drawn.name}")
        return draw_effects.log_minus_log(self.ten)

    def printed(self, analysis: str, *statistics: str) -> "pd.DataFrame | Text":
        """Return an analysis of the trial as its report prints it, or why there is none."""
        if self.numbers is None:
            why = "is blinded" if self.study is not None else "has no trial"
            return Text(f"This book {why}: nothing is compared here but the ten patients.")
        found = trial_shown.table_of(self.numbers, analysis, *statistics)
        return found if len(found) else Text("This trial gives no such result.")

    def play(self, kind: str, **settings: object) -> "Html":
        """Return an idea to try out on the page, with the ten patients."""
        return play(kind, self.ten, **settings)

    @cached_property
    def exercises(self) -> dict[str, Exercise]:
        """The chapter's exercises by name."""
        return exercises_of(self.chapter)

    @property
    def strict(self) -> bool:
        """Whether a difference between hand and library is an error: in the book's editions."""
        return self.study is None or self.study.synthetic

    def case(self, name: str) -> Case:
        """Return the patients that an exercise is about.

        The trial's, where the exercise wants them and they can tell right from wrong.
        """
        exercise = self._exercise(name)
        if not exercise.on_trial or self.trial is None or exercise.cannot_tell(self.trial):
            return self.ten
        return self.trial

    def patients_for(self, name: str) -> str:
        """Say which patients an exercise is about, and why not the trial's where it is not."""
        exercise, case = self._exercise(name), self.case(name)
        said = f"The patients are {case.source}; the time is {case.landmark:g} {case.unit}."
        if case.is_trial or not exercise.on_trial:
            return said
        why = "the trial's own patients are not used here"
        if self.trial is not None:
            why = f"the trial's own would teach nothing: {exercise.cannot_tell(self.trial)}"
        return f"{said} ({why[0].upper()}{why[1:]}.)"

    def check(self, name: str, answer: Any) -> Feedback:
        """Say of an answer whether it is right, or which mistake it is.

        Raises
        ------
        CheckError
            The answer is not right, and the environment asks for right ones: in the book's build.
        """
        feedback = judge(self._exercise(name), answer, self.case(name))
        if os.environ.get(STRICT) == "raise" and feedback.verdict != RIGHT:
            raise CheckError(f"{self.chapter}, {name}: {feedback.sentence}")
        return feedback

    def _exercise(self, name: str) -> Exercise:
        if name not in self.exercises:
            known = ", ".join(self.exercises)
            raise ValueError(f"{name!r} is no exercise of {self.chapter}; known: {known}.")
        return self.exercises[name]


def exercises_of(chapter: str) -> dict[str, Exercise]:
    """Return a chapter's exercises by name, in its order.

    Raises
    ------
    ValueError
        The course has no such chapter.
    """
    try:
        module = import_module(f"trialbook.learn.exercises.{chapter}")
    except ModuleNotFoundError as error:
        raise ValueError(f"The course has no chapter {chapter!r}.") from error
    return {exercise.name: exercise for exercise in module.EXERCISES}
