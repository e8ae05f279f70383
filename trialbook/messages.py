"""How a build ends: exit codes, and errors that say what is wrong, where, and what to do."""

import errno
import os
import re

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


class DiskError(MachineError):
    """The machine took or gave no file: it has no room, or does not allow it."""


_ROOM, _LEAVE = "Free some space, then start again.", "Look at the permissions."
_WHAT_TO_DO = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EFBIG: _ROOM,
    errno.EACCES: _LEAVE,
    errno.EPERM: _LEAVE,
    errno.EROFS: "Name a place that can be written.",
    errno.EIO: "The disk may be damaged.",
}
# How Python writes an OSError, as text or as code: all that a library may leave of it.
_QUOTED = re.compile(r"(?:\[Errno |Error\()(\d+)\b")


def disk_error(what: str, told: OSError | str) -> DiskError | None:
    """Return that files failed while something was made, with what to do.

    Parameters
    ----------
    what : str
        What was made.
    told : OSError or str
        The error, or a text that quotes it.

    Returns
    -------
    DiskError or None
        None if the error is of another kind.

    Examples
    --------
    >>> print(disk_error("The pages", "failed: [Errno 28] No space left on device: 'a.html'"))
    The pages: No space left on device. Free some space, then start again.
    """
    numbers = [told.errno] if isinstance(told, OSError) else map(int, _QUOTED.findall(told))
    number = next((number for number in numbers if number in _WHAT_TO_DO), None)
    if number is None:
        return None
    name = (told.filename2 or told.filename) if isinstance(told, OSError) else None
    where = f": {name}" if name else ""
    return DiskError(f"{what}: {os.strerror(number)}{where}. {_WHAT_TO_DO[number]}")


def machine_message(error: OSError) -> str:
    """Return what the machine refused, where, and what to do about it."""
    what = "The machine failed"
    return str(disk_error(what, error) or f"{what}: {error}.")


def process_ended(name: str, what: str, code: int | None) -> str:
    """Return that `what` ran chapter `name` and ended, by the exit code or signal it ended with."""
    reason = f"signal {-code}" if code and code < 0 else f"exit code {code}"
    return f"{name}: {what} ended ({reason}). The machine may be out of memory: try --jobs 1."
