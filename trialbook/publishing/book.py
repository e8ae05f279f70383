"""The book as it lies in a folder: its pages, its chapters, their parameters.

Read without Jupyter, so that a build with nothing to do ends at once.
"""

import ast
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from trialbook.messages import BuildError, ChapterError, UsageError
from trialbook.nearest import nearest
from trialbook.resources import is_book, own_book

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_CODE_CELL = re.compile(
    r"^(?P<fence>`{3,})\{code-cell\}[^\n]*\n(?P<body>.*?)^(?P=fence)\s*$", re.DOTALL | re.MULTILINE
)
_CELL_HEADER = re.compile(r"\A(?:---\n(?P<yaml>.*?)---\n|(?P<fields>(?::[^\n]*\n)*))", re.DOTALL)


@dataclass(frozen=True)
class Chapter:
    """One chapter: a MyST text in ``notebooks/`` and what its header and parameter cell say.

    Attributes
    ----------
    name : str
        What ``--only`` and ``ard.csv`` call it: ``efficacy``, ``learn/censoring``.
    source : Path
        The ``.md``.
    text : str
        Its content.
    requires : tuple of str
        Data sets and files that a trial must have for this chapter.
    parameters : dict
        Name to default, as the cell tagged ``parameters`` declares them.
    """

    name: str
    source: Path
    text: str = field(repr=False)
    requires: tuple[str, ...] = ()
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Book:
    """The pages and chapters that ``_toc.yml`` names, in its order, below one root.

    Attributes
    ----------
    root : Path
        The folder with ``_toc.yml``, ``_config.yml``, ``notebooks/`` and ``book/``.
    home : Path, optional
        The clone that a command runs in, whose ``data/`` and ``_build/`` are used, whatever
        chapters are; None outside of one.
    """

    root: Path
    home: Path | None = None

    def place(self, trial: Path) -> Path:
        """Return where the book of a trial is published: the clone's ``_build/``, or beside it."""
        clone = self.home or (self.root if trial.is_relative_to(self.root) else trial.parent)
        return clone / "_build" / trial.name

    @cached_property
    def toc(self) -> dict[str, Any]:
        """The table of contents, as ``_toc.yml`` has it."""
        return _read_yaml(self.root / "_toc.yml")

    @cached_property
    def config(self) -> dict[str, Any]:
        """The configuration, as ``_config.yml`` has it."""
        return _read_yaml(self.root / "_config.yml")

    @cached_property
    def chapters(self) -> tuple[Chapter, ...]:
        """The chapters which are executed, in the order of the book."""
        paths = [self.root / f"{name}.md" for name in toc_files(self.toc)]
        return tuple(
            read_chapter(path, self.root) for path in paths if _is_chapter(path, self.root)
        )

    @cached_property
    def pages(self) -> tuple[Path, ...]:
        """The pages of prose, which need no execution."""
        paths = [self.root / f"{name}.md" for name in toc_files(self.toc)]
        return tuple(path for path in paths if not _is_chapter(path, self.root))

    @cached_property
    def texts(self) -> tuple[Path, ...]:
        """All chapters' texts, also those which the table of contents leaves out."""
        found = (self.root / "notebooks").rglob("*.md")
        return tuple(sorted(path for path in found if ".ipynb_checkpoints" not in path.parts))

    def chapter(self, name: str) -> Chapter:
        """Return the chapter called `name`.

        Raises
        ------
        UsageError
            If there is none; the message names the nearest.
        """
        wanted = name.removesuffix(".md").removesuffix(".ipynb").removeprefix("notebooks/")
        for chapter in self.chapters:
            if chapter.name == wanted:
                return chapter
        names = [chapter.name for chapter in self.chapters]
        raise UsageError(f"No chapter is called {name!r}. {nearest(wanted, names)}")


def find_book(start: Path | None = None, chapters: Path | None = None) -> Book:
    """Return the chapters of `chapters`, else those of the clone around `start`, else our own.

    Parameters
    ----------
    start : Path, optional
        Where the search for a clone begins; the working directory if not given.
    chapters : Path, optional
        A folder as ``trialbook chapters`` writes it.

    Raises
    ------
    UsageError
        If `chapters` holds none.
    """
    start = (start or Path.cwd()).resolve()
    home = next((folder for folder in (start, *start.parents) if is_book(folder)), None)
    if chapters is None:
        return Book(home or own_book(), home)
    if not is_book(chapters):
        raise UsageError(
            f"{chapters} holds no chapters: a _toc.yml and notebooks/. "
            f"Copy those of the book with: trialbook chapters {chapters}"
        )
    return Book(chapters.resolve(), home)


def toc_titles(toc: Any) -> dict[str, str]:
    """Return what a table of contents calls chapters, where it gives them a name of their own."""
    if isinstance(toc, list):
        return {name: title for part in toc for name, title in toc_titles(part).items()}
    if not isinstance(toc, dict):
        return {}
    inner = toc_titles([toc.get(key) for key in ("parts", "chapters", "sections")])
    if "file" in toc and "title" in toc:
        name = toc["file"].removesuffix(".md").removesuffix(".ipynb")
        inner[name.removeprefix("notebooks/")] = toc["title"]
    return inner


def toc_files(toc: dict[str, Any]) -> list[str]:
    """Return the documents of a table of contents in reading order, without suffix."""
    found = [toc["root"]]

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if "file" in node:
                found.append(node["file"])
            for key in ("parts", "chapters", "sections"):
                walk(node.get(key, []))
        elif isinstance(node, list):
            for child in node:
                walk(child)

    walk({key: toc[key] for key in ("parts", "chapters") if key in toc})
    return [name.removesuffix(".md").removesuffix(".ipynb") for name in found]


def read_chapter(path: Path, root: Path) -> Chapter:
    """Read a chapter's header and parameter cell.

    Raises
    ------
    ChapterError
        If it is missing, its header is not YAML, or a default is not a literal.
    """
    where = path.relative_to(root).as_posix()
    if not path.is_file():
        raise ChapterError(f"_toc.yml names {where}, which is not there.")
    text = path.read_text(encoding="utf-8")
    own = read_header(text, where).get("trialbook") or {}
    return Chapter(
        name=path.relative_to(root / "notebooks").with_suffix("").as_posix(),
        source=path,
        text=text,
        requires=tuple(own.get("requires") or ()),
        parameters=_parameters(text, where),
    )


def read_header(text: str, where: str) -> dict[str, Any]:
    """Return what stands between two lines of ``---`` at the beginning of a chapter or a page.

    Raises
    ------
    ChapterError
        If it is not YAML.
    """
    header = _FRONT_MATTER.match(text)
    try:
        return (yaml.safe_load(header.group(1)) if header else None) or {}
    except yaml.YAMLError as error:
        raise ChapterError(f"{where}: the header is not valid YAML.\n{error}") from error


def _parameters(text: str, where: str) -> dict[str, Any]:
    """Return names and defaults of the assignments in the cell tagged ``parameters``."""
    for cell in _CODE_CELL.finditer(text):
        body = cell.group("body")
        header = _CELL_HEADER.match(body)
        if "parameters" not in _tags(header):
            continue
        line = text.count("\n", 0, cell.start("body") + header.end())
        try:
            assigned = [node for node in ast.parse(body[header.end() :]).body if _is_plain(node)]
            return {node.targets[0].id: ast.literal_eval(node.value) for node in assigned}
        except (SyntaxError, ValueError) as error:
            raise ChapterError(
                f"{where}, line {line + 1}: the cell tagged 'parameters' may hold only "
                f"assignments of plain values, such as conf_level = 0.95. ({error})"
            ) from error
    return {}


def _tags(header: re.Match[str]) -> list[str]:
    fields = header.group("yaml")
    if fields is None:
        fields = "".join(line[1:] + "\n" for line in header.group("fields").splitlines())
    return (yaml.safe_load(fields) or {}).get("tags") or []


def _is_plain(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Assign)
        and len(node.targets) == 1
        and isinstance(node.targets[0], ast.Name)
    )


def _is_chapter(path: Path, root: Path) -> bool:
    return path.is_relative_to(root / "notebooks")


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BuildError(f"{path.name} is missing in {path.parent}.") from error
    except yaml.YAMLError as error:
        raise BuildError(f"{path.name} is not valid YAML.\n{error}") from error
