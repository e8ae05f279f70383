"""What was inferred, and on what ground; what has to be asked."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from trialbook.adam.problems import shortened

_LONGEST = 400


@dataclass(frozen=True)
class Inference:
    """One thing that `trialbook new` concluded.

    Attributes
    ----------
    key : str
        The key of trial.yml.
    value : str
        What was concluded, in a few words.
    ground : str
        From what.
    proved : bool
        Whether the ground leaves no other reading; what it does leave is to be confirmed.
    """

    key: str
    value: str
    ground: str
    proved: bool = True

    @property
    def told(self) -> str:
        """What was concluded, and from what, in one line."""
        confirm = "" if self.proved else "; to confirm"
        return f"{shortened(self.value, _LONGEST)} ({shortened(self.ground, 160)}{confirm})"

    def __str__(self) -> str:
        """Return the inference as one line."""
        return f"{self.key}: {self.told}"


@dataclass(frozen=True)
class Question:
    """What the files do not say, and one option answers.

    Attributes
    ----------
    option : str
        ``"--control"``, say.
    text : str
        The question, for someone who sees the choices below it.
    choices : tuple of str
        Values of the option that would answer it, the likeliest first; empty where any may.
    """

    option: str
    text: str
    choices: tuple[str, ...] = ()


class UsageError(ValueError):
    """Something that the files do not say has to be given as an option.

    Attributes
    ----------
    options : tuple of str
        The options that are missing or wrong, ``"--control"`` say.
    questions : tuple of Question
        The same as questions, where each option is one that can be asked for.
    """

    def __init__(self, message: str, *options: str, questions: Sequence[Question] = ()) -> None:
        super().__init__(message)
        self.options = options
        self.questions = tuple(questions)

    def __reduce__(self):
        """Let the error cross from one process to another whole."""
        return _usage_error, (str(self), self.options, self.questions)


def _usage_error(message: str, options: Sequence[str], questions: Sequence[Question]) -> UsageError:
    return UsageError(message, *options, questions=questions)


def asked(message: str, option: str, text: str, choices: Sequence[str] = ()) -> UsageError:
    """Return the error that asks one question."""
    return UsageError(message, option, questions=[Question(option, text, tuple(choices))])


class Questions:
    """Options that have to be asked for, gathered so that they are asked for at once."""

    def __init__(self) -> None:
        self._errors: list[UsageError] = []

    @property
    def options(self) -> list[str]:
        """The options of what was gathered so far."""
        return [option for error in self._errors for option in error.options]

    @contextmanager
    def gathered(self) -> Iterator[None]:
        """Keep a `UsageError` of the block for `ask`."""
        try:
            yield
        except UsageError as error:
            self._errors.append(error)

    def ask(self) -> None:
        """Raise one `UsageError` with all that was gathered, if there is any."""
        if not self._errors:
            return
        options = dict.fromkeys(self.options)
        # what is wrong, and no question, cannot be answered in a conversation
        every = all(error.questions for error in self._errors)
        questions = [one for error in self._errors for one in error.questions] if every else []
        raise UsageError("\n".join(map(str, self._errors)), *options, questions=questions)
