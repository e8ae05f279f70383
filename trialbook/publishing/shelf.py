"""Publish a build: a versioned folder, and one link that is swapped to it at once."""

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from trialbook.messages import BuildError, DiskError, MachineError, machine_message

SECONDS_TO_END = 5


@dataclass(frozen=True)
class Shelf:
    """Where the builds of one trial are kept, beside the link that readers open.

    ``target`` is the link. The hidden folder beside it holds ``versions/`` (what the link may
    point to), ``cache/`` (executed chapters), ``work/`` (a build under way) and the lock.

    The folder in which the link lies is resolved here, once, so that two ways of writing one place
    (``../out``, a link above it) name the same files ever after. The link itself is not followed.
    """

    target: Path

    def __post_init__(self) -> None:
        """Resolve the folder of the target."""
        target = self.target if self.target.name not in ("", "..") else self.target.resolve()
        if not target.name:
            raise BuildError(f"--out {self.target}: name a folder that is not there yet.")
        parent = Path(os.path.realpath(target.parent))
        object.__setattr__(self, "target", parent / target.name)

    @property
    def store(self) -> Path:
        """The hidden folder."""
        return self.target.parent / f".{self.target.name}"

    @property
    def cache(self) -> Path:
        """Executed chapters, by their key."""
        return self.store / "cache"

    @property
    def work(self) -> Path:
        """A build under way; whatever stands here is not published."""
        return self.store / "work"

    @property
    def scratch(self) -> Path:
        """What one build needs for itself; the next one finds it empty."""
        return self.store / "scratch"

    @property
    def current(self) -> Path | None:
        """The version that is published now."""
        return self.target.resolve() if self.target.is_symlink() and self.target.exists() else None

    def check(self) -> None:
        """Refuse to publish over something that no build made.

        Raises
        ------
        BuildError
            If the target is a file, or a folder with content.
        """
        if self.target.is_symlink():
            inside = self.target.resolve().is_relative_to(self.store.resolve())
            if inside:
                return
        elif not self.target.exists():
            return
        elif self.target.is_dir() and not any(self.target.iterdir()):
            self.target.rmdir()
            return
        raise BuildError(
            f"{self.target} exists and is not a book that trialbook built. "
            "Move it away, or name another folder with --out."
        )

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock of this shelf; the operating system frees it when the process ends.

        Raises
        ------
        BuildError
            If another build of the same trial holds it.
        """
        self.store.mkdir(parents=True, exist_ok=True)
        # In a clone, git takes no notice of what a store holds: confidential chapters, say.
        ignored = self.store / ".gitignore"
        if not ignored.exists():
            ignored.write_text("*\n", encoding="utf-8")
        with (self.store / "lock").open("a+") as file:
            if not _lock(file):
                raise MachineError(
                    f"Another build of {self.target.name} is under way. "
                    "Wait for it to end, then start again."
                )
            yield

    @contextlib.contextmanager
    def explained(self) -> Iterator[None]:
        """Say of files that fail where the book goes, and that the last one stays.

        Raises
        ------
        MachineError
            In place of an OSError or a DiskError.
        """
        try:
            yield
        except (OSError, DiskError) as error:
            said, where = str(error), ""
            if isinstance(error, OSError):
                said = machine_message(error)
                where = str(error.filename2 or error.filename or "")
            if not where or Path(where).is_relative_to(self.target.parent):
                said += f"\nThe book goes to {self.target}: --out names another place."
            raise MachineError(f"{said}\nWhat was published before stays.") from error

    def clear(self) -> None:
        """Remove what a failed or killed build left, and all versions but the published one."""
        current = self.current
        lost = current is None and self.target.is_symlink()  # whatever came between: keep them
        for path in () if lost else (self.store / "versions").glob("*"):
            if current is None or not path.samefile(current):
                shutil.rmtree(path, ignore_errors=True)
        shutil.rmtree(self.scratch, ignore_errors=True)
        for path in self.target.parent.glob(f".{self.target.name}.link-*"):
            path.unlink()

    def publish(self, built: Path) -> Path:
        """Make `built` the published version, in one step; return its folder.

        Parameters
        ----------
        built : Path
            A complete folder on the same file system; it is moved.
        """
        versions = self.store / "versions"
        versions.mkdir(parents=True, exist_ok=True)
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        version = versions / f"{stamp}-{os.getpid()}-{os.urandom(2).hex()}"
        built.rename(version)
        link = self.target.parent / f".{self.target.name}.link-{os.getpid()}"
        link.symlink_to(version.relative_to(self.target.parent), target_is_directory=True)
        link.replace(self.target)
        return version


def _lock(file: object) -> bool:
    """Take an exclusive lock; True where the platform has none.

    The processes of a build that was killed hold its lock until they end, a moment later: so
    long, and no longer, it is waited for.
    """
    try:
        import fcntl
    except ImportError:
        return True
    until = time.monotonic() + SECONDS_TO_END
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        else:
            return True
