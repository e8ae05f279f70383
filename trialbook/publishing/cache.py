"""Executed chapters, kept by all that their outputs depend on."""

import shutil
from dataclasses import dataclass
from pathlib import Path

_KEPT = 6


@dataclass(frozen=True)
class Executed:
    """An executed chapter: its notebook as JSON, and the folder of its tables and figures."""

    notebook: str
    exports: Path | None


@dataclass(frozen=True)
class Cache:
    """A folder of executed chapters, ``<chapter>-<key>/``."""

    folder: Path

    def find(self, chapter: str, key: str) -> Executed | None:
        """Return a chapter that was executed under this key, None if it was not."""
        entry = self._entry(chapter, key)
        file = entry / "chapter.ipynb"
        if not file.is_file():
            return None
        entry.touch()
        return Executed(file.read_text(encoding="utf-8"), entry / "exports")

    def keep(self, chapter: str, key: str, notebook: str, exports: Path) -> Executed:
        """Keep an executed chapter; the folder `exports`, if it is there, is moved."""
        entry = self._entry(chapter, key)
        new = entry.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        (new / "chapter.ipynb").write_text(notebook, encoding="utf-8")
        if exports.is_dir():
            shutil.move(exports, new / "exports")
        shutil.rmtree(entry, ignore_errors=True)
        new.rename(entry)
        return Executed(notebook, entry / "exports")

    def prune(self, used: set[tuple[str, str]]) -> None:
        """Remove all but what this build used and the latest few of each chapter."""
        in_use = {self._entry(*names) for names in used}
        entries: dict[str, list[Path]] = {}
        for path in self.folder.glob("*-*"):
            if path.suffix == ".new":
                shutil.rmtree(path, ignore_errors=True)
            else:
                entries.setdefault(path.name.rpartition("-")[0], []).append(path)
        for paths in entries.values():
            paths.sort(key=lambda path: path.stat().st_mtime_ns, reverse=True)
            for path in paths[_KEPT:]:
                if path.is_file():
                    path.unlink()
                elif path not in in_use:
                    shutil.rmtree(path, ignore_errors=True)

    def _entry(self, chapter: str, key: str) -> Path:
        return self.folder / f"{chapter.replace('/', '__')}-{key}"
