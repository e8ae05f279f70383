"""How a build ends: exit codes, and errors that say what is wrong, where, and what to do."""

DONE, WRONG_DATA, WRONG_USAGE, CHAPTER_FAILED, MACHINE_FAILED, INTERRUPTED = 0, 1, 2, 3, 4, 130


class BuildError(Exception):
    """A build that cannot go on, in words for the person who started it."""

    exit_code = WRONG_DATA


class SourcesChangedError(BuildError):
    """The trial's files, or the book's, changed while a book was made of them."""


class UsageError(BuildError):
    """What was typed cannot be understood."""

    exit_code = WRONG_USAGE


class ChapterError(BuildError):
    """A chapter, or a page of the book, failed."""

    exit_code = CHAPTER_FAILED


class MachineError(BuildError):
    """The machine failed: disk, permissions, a killed process."""

    exit_code = MACHINE_FAILED


def process_ended(name: str, what: str, code: int | None) -> str:
    """Return that `what` ran chapter `name` and ended, by the exit code or signal it ended with."""
    reason = f"signal {-code}" if code and code < 0 else f"exit code {code}"
    return f"{name}: {what} ended ({reason}). The machine may be out of memory: try --jobs 1."
