"""Exercises whose check diagnoses: which mistake gives the number that was answered?

Nothing is stored: the right answer and that of each known mistake are computed on the spot from
the patients at hand. The feedback names the mistake and never gives the answer away.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from trialbook.learn.cases import Case

LEVELS = ("recall", "apply", "analyse", "project")
# Right and wrong must lie further apart than so many units of the last digit asked for.
APART = 10
RIGHT, WRONG, MISTAKE, UNANSWERED = "right", "wrong", "mistake", "unanswered"


@dataclass(frozen=True)
class Exercise:
    """One question with one answer.

    Attributes
    ----------
    name : str
        Unique in its chapter; the answer's variable has it, too.
    objective : str
        Which of the chapter's objectives it tests: ``O1``, ``O2``, ...
    level : str
        One of `LEVELS`.
    right : callable
        From a `Case` to the answer: a number, a tuple of numbers, text, or a bool.
    wrong : mapping
        What a mistake is called in a sentence ("You ...") to what it gives, from a `Case`. At
        least one.
    hint : str
        Said where the answer is none, or is wrong for a reason that is not known.
    digits : int
        How many decimals the answer must have right. Of a percentage asked as a proportion, say.
    on_trial : bool
        Whether it is about the trial at hand, as far as that can tell right from wrong.
    minutes : int
        How long it takes.
    next_question : str
        What a teacher may ask next.
    """

    name: str
    objective: str
    level: str
    right: Callable[[Case], Any]
    wrong: Mapping[str, Callable[[Case], Any]]
    hint: str
    digits: int = 2
    on_trial: bool = False
    minutes: int = 5
    next_question: str = ""

    def __post_init__(self):
        if self.level not in LEVELS:
            raise ValueError(f"{self.name}: level {self.level!r} is none of {', '.join(LEVELS)}.")
        if not self.wrong:
            raise ValueError(f"{self.name}: an exercise names at least one mistake.")

    def cannot_tell(self, case: Case) -> str:
        """Return why these patients cannot tell right from wrong; empty where they can."""
        right = self.right(case)
        if not _is_defined(right):
            return "the answer is not defined there"
        same = [
            mistake
            for mistake, wrong in self.wrong.items()
            if not _is_defined(value := wrong(case)) or not self._apart(right, value)
        ]
        if 2 * len(same) >= len(self.wrong):
            return "the usual mistakes give the same answer there"
        return ""

    def _apart(self, a: Any, b: Any) -> bool:
        a, b = _as_tuple(a), _as_tuple(b)
        if len(a) != len(b) or not all(_is_number(x) for x in (*a, *b)):
            return a != b
        # counts are exact: there one is enough
        least = APART * 10.0**-self.digits if self.digits else 0.5
        return any(abs(x - y) > least for x, y in zip(a, b, strict=True))


@dataclass(frozen=True)
class Feedback:
    """What a check says of an answer.

    Attributes
    ----------
    verdict : str
        ``right``, ``wrong``, ``mistake`` (a known one) or ``unanswered``.
    sentence : str
        For the student.
    mistake : str
        Which known mistake it was, or empty.
    """

    verdict: str
    sentence: str
    mistake: str = field(default="")

    def __repr__(self) -> str:
        return self.sentence

    def _repr_markdown_(self) -> str:
        return self.sentence


def judge(exercise: Exercise, answer: Any, case: Case) -> Feedback:
    """Return what is to be said of an answer.

    Parameters
    ----------
    exercise : Exercise
    answer : object
        Anything that a student may have written; ``...`` is no answer yet.
    case : Case
        The patients that the question is about.
    """
    if answer is Ellipsis or answer is None or (isinstance(answer, str) and not answer.strip()):
        return Feedback(UNANSWERED, f"Not answered yet. {exercise.hint}")
    right = exercise.right(case)
    given = _plain(answer)
    if (problem := _of_another_kind(given, right)) is not None:
        return Feedback(WRONG, f"{problem} {exercise.hint}")
    if _same(given, right, exercise.digits):
        return Feedback(RIGHT, "Right.")
    for mistake, wrong in exercise.wrong.items():
        value = wrong(case)
        if _is_defined(value) and _same(given, value, exercise.digits):
            return Feedback(MISTAKE, mistake, mistake)
    if _is_percentage(given, right, exercise.digits):
        said = "That is a percentage; a proportion, between 0 and 1, is asked for."
        return Feedback(MISTAKE, said, "a percentage for a proportion")
    if _same(given, right, exercise.digits - 1):
        said = f"Close, but not to {exercise.digits} decimals: do not round before the end."
        return Feedback(MISTAKE, said, "rounded too early")
    return Feedback(WRONG, f"Not that. {exercise.hint}")


def _plain(answer: Any) -> Any:
    """Return numbers of numpy and pandas, in whatever they come, as Python's own."""
    if hasattr(answer, "tolist"):
        answer = answer.tolist()
    if isinstance(answer, list | tuple):
        flat = tuple(_plain(one) for one in answer)
        return flat[0] if len(flat) == 1 else flat
    if isinstance(answer, str):
        try:
            return float(answer.strip().replace(",", "."))
        except ValueError:
            return answer.strip().casefold()
    return answer


def _of_another_kind(given: Any, right: Any) -> str | None:
    wanted, got = _as_tuple(right), _as_tuple(given)
    if all(_is_number(x) for x in wanted) and any(isinstance(x, str) for x in got):
        return "A number is asked for, not a word."
    if all(isinstance(x, str) for x in wanted) and any(_is_number(x) for x in got):
        return "A word is asked for, not a number."
    if len(wanted) != len(got):
        numbers = "one value" if len(wanted) == 1 else f"{len(wanted)} values"
        return f"{numbers.capitalize()} asked for, {len(got)} given."
    kinds = (bool, int, float, str)
    if not all(isinstance(x, kinds) for x in got):
        return f"A number is asked for; this is a {type(given).__name__}."
    return None


def _same(given: Any, wanted: Any, digits: int) -> bool:
    a, b = _as_tuple(given), _as_tuple(wanted)
    if len(a) != len(b):
        return False
    for x, y in zip(a, b, strict=True):
        if isinstance(x, str) or isinstance(y, str):
            if str(x).strip().casefold() != str(y).strip().casefold():
                return False
        elif math.isinf(y) or math.isnan(y):
            if not (x == y or (math.isnan(x) and math.isnan(y))):
                return False
        elif not abs(x - y) <= 0.5 * 10.0**-digits * (1 + 1e-9):
            return False
    return True


def _is_percentage(given: Any, right: Any, digits: int) -> bool:
    single = _is_number(given) and _is_number(right) and not isinstance(given, bool)
    return single and 0 < right < 1 and _same(given / 100, right, max(digits - 1, 1))


def _as_tuple(value: Any) -> tuple:
    plain = _plain(value)
    return plain if isinstance(plain, tuple) else (plain,)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _is_defined(value: Any) -> bool:
    return value is not None and not any(
        isinstance(x, float) and math.isnan(x) for x in _as_tuple(value)
    )
