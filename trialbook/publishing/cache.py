"""What was made, kept by all that it depends on: executed chapters, and a trial's facts."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from trialbook.publishing.fingerprint import sha256

_KEPT = 6
# Within what a chapter exports: tables as readers may see them, and complete ones.
TABLES, COMPLETED = "tables", "complete"
_CONTENT, _EXPORTS, _SUMS = "content.json", "exports", "sums.json"


@dataclass(frozen=True)
class Kept:
    """An executed chapter: its notebook as JSON, and the folder of its tables and figures."""

    text: str
    exports: Path


@dataclass(frozen=True)
class Cache:
    """A folder of entries, ``<chapter>-<key>/``, each with the hashes of all that it holds."""

    folder: Path

    def find(self, chapter: str, key: str) -> Kept | None:
        """Return what was made under this key; None if nothing was, or if it is damaged."""
        entry = self._entry(chapter, key)
        try:
            sums = json.loads((entry / _SUMS).read_text(encoding="utf-8"))
            if sums != _sums(entry):
                return None
            entry.touch()
            return Kept((entry / _CONTENT).read_text(encoding="utf-8"), entry / _EXPORTS)
        except (OSError, ValueError):
            return None

    def keep(self, chapter: str, key: str, text: str, exports: Path | None = None) -> Kept:
        """Keep what was made; the folder `exports`, if it is there, is moved."""
        entry = self._entry(chapter, key)
        new = entry.with_suffix(".new")
        _remove(new)
        new.mkdir(parents=True)
        (new / _CONTENT).write_text(text, encoding="utf-8")
        if exports and exports.is_dir():
            shutil.move(exports, new / _EXPORTS)
        (new / _SUMS).write_text(json.dumps(_sums(new)), encoding="utf-8")
        _remove(entry)
        new.rename(entry)
        return Kept(text, entry / _EXPORTS)

    def drop(self, chapter: str, key: str) -> None:
        """Remove what was made under this key, if anything was."""
        _remove(self._entry(chapter, key))

    def prune(self, used: set[tuple[str, str]]) -> None:
        """Remove all but what this build used and the latest few of each chapter."""
        in_use = {self._entry(*names) for names in used}
        entries: dict[str, list[Path]] = {}
        for path in self.folder.glob("*-*"):
            if path.suffix == ".new":
                _remove(path)
            else:
                entries.setdefault(path.name.rpartition("-")[0], []).append(path)
        for paths in entries.values():
            paths.sort(key=lambda path: path.stat().st_mtime_ns, reverse=True)
            for path in paths[_KEPT:]:
                if path not in in_use:
                    _remove(path)

    def _entry(self, chapter: str, key: str) -> Path:
        return self.folder / f"{chapter.replace('/', '__')}-{key}"


def _sums(entry: Path) -> dict[str, str]:
    """Return the hash of every file of an entry but that of the hashes."""
    files = (path for path in sorted(entry.rglob("*")) if path.is_file())
    names = {path.relative_to(entry).as_posix(): path for path in files}
    return {name: sha256(path) for name, path in names.items() if name != _SUMS}


def _remove(path: Path) -> None:
    """Remove a folder with all in it, or a file that stands in its place."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
