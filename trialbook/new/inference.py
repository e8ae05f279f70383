"""What was inferred, and on what ground; what has to be asked."""

from collections.abc import Iterator
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
    """

    key: str
    value: str
    ground: str

    def __str__(self) -> str:
        """Return the inference as one line."""
        return f"{self.key}: {shortened(self.value, _LONGEST)} ({shortened(self.ground)})"


class UsageError(ValueError):
    """Something that the files do not say has to be given as an option.

    Attributes
    ----------
    options : tuple of str
        The options that are missing or wrong, ``"--control"`` say.
    """

    def __init__(self, message: str, *options: str) -> None:
        super().__init__(message)
        self.options = options

    def __reduce__(self):
        """Let the error cross from one process to another whole."""
        return type(self), (str(self), *self.options)


class Questions:
    """Options that have to be asked for, gathered so that they are asked for at once."""

    def __init__(self) -> None:
        self._errors: list[UsageError] = []

    @contextmanager
    def gathered(self) -> Iterator[None]:
        """Keep a `UsageError` of the block for `ask`."""
        try:
            yield
        except UsageError as error:
            self._errors.append(error)

    def ask(self) -> None:
        """Raise one `UsageError` with all that was gathered, if there is any."""
        if self._errors:
            options = [option for error in self._errors for option in error.options]
            raise UsageError("\n".join(map(str, self._errors)), *dict.fromkeys(options))
