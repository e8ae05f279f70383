"""What was inferred, and on what ground; what has to be asked."""

from dataclasses import dataclass


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
        return f"{self.key}: {self.value} ({self.ground})"


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
