"""A trial's files while a book is made of them: the same at the end as at the beginning."""

from dataclasses import dataclass, field
from pathlib import Path

from trialbook.adam.paths import check_paths
from trialbook.adam.problems import Findings
from trialbook.messages import SourcesChangedError
from trialbook.publishing import fingerprint

Stamp = tuple[int, ...]


@dataclass(frozen=True)
class Watched:
    """The files of a trial's folder as they were when this was made.

    Attributes
    ----------
    folder : Path
        The trial's folder.
    hashes : dict of str
        File to the SHA-256 of its content.

    Raises
    ------
    DataError
        If a file's name is not UTF-8, or a link leads out of the folder.
    """

    folder: Path
    hashes: dict[str, str] = field(init=False)
    _stamps: dict[str, Stamp] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Note how the files are; stamps first, so that a write while they are hashed shows."""
        findings = Findings()
        check_paths(self.folder, findings)
        findings.stop_if_wrong(self.folder.name)
        object.__setattr__(self, "_stamps", _stamps(self.folder))
        object.__setattr__(self, "hashes", fingerprint.data_hashes(self.folder))

    def check(self, *, content: bool = False) -> None:
        """Refuse to go on with files that were written, added or removed since.

        Stamps tell that at once, also of a file that has been changed back.

        Parameters
        ----------
        content : bool
            Hash all content again as well.

        Raises
        ------
        SourcesChangedError
            Naming the files.
        """
        changed = _different(self._stamps, _stamps(self.folder))
        if content and not changed:
            changed = _different(self.hashes, fingerprint.data_hashes(self.folder))
        if changed:
            raise SourcesChangedError(
                f"{', '.join(changed)} in {self.folder.name} changed while the book was built: "
                "half of it would be of the old data. Nothing was published; build again."
            )


def _stamps(folder: Path) -> dict[str, Stamp]:
    """Return size, time of the last write and of the last change, and number of each file."""
    try:
        stats = {name: path.stat() for name, path in fingerprint.data_files(folder).items()}
    except FileNotFoundError:  # taken away at this moment
        return {}
    return {
        name: (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)
        for name, stat in stats.items()
    }


def _different(before: dict, after: dict) -> list[str]:
    return sorted(name for name in before | after if before.get(name) != after.get(name))
