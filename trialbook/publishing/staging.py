"""The tree that Sphinx reads: pages, executed chapters, and both files of configuration."""

import posixpath
import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from trialbook.publishing.book import Book, read_header

# Links to other chapters: in Markdown, and in HTML that says where to go instead.
_LINK = re.compile(r"\[([^\]\n]+)\]\(([\w./]+)\.ipynb\)")
_DOOR = re.compile(r'href="\.\./notebooks/([\w/]+)\.html" data-else="([^"]+)"')
_GLUED = re.compile(r"```\{glue\} \w+\n:doc: \.\./notebooks/([\w/]+)\.ipynb\n```\n\n?")


def stage(
    book: Book,
    notebooks: dict[str, str],
    folder: Path,
    more: Mapping[str, str] | None = None,
    has: Iterable[str] = (),
) -> None:
    """Lay out the tree, writing only what changed, so that Sphinx re-reads only that.

    Parameters
    ----------
    book : Book
        The book.
    notebooks : dict
        Chapter name to executed notebook, as JSON, as its page takes it (`reading.prepared`).
    folder : Path
        The tree; made where it is missing, cleared of what does not belong.
    more : mapping, optional
        Page to what is said at its end of this build alone.
    has : iterable of str
        What the trial has, see `TrialFacts.has`: pages that require something else stay out.
    """
    source = book.root / "book"
    absent = {path for path in source.rglob("*.md") if not required(path) <= set(has)}
    without = {path.relative_to(book.root).with_suffix("").as_posix() for path in absent}
    kept = {
        folder / "_toc.yml": _yaml(filtered_toc(book.toc, set(notebooks), without)),
        folder / "_config.yml": _yaml(staged_config(book.config)),
    }
    for name, text in notebooks.items():
        linked = only_to_what_is_there(text, f"notebooks/{name}", notebooks)
        kept[folder / "notebooks" / f"{name}.ipynb"] = linked.encode()
    for path in sorted(set(source.rglob("*")) - absent):
        if path.is_file() and not any(part.startswith(".") for part in path.parts[-3:]):
            kept[folder / "book" / path.relative_to(source)] = path
    for path, content in list(kept.items()):
        if isinstance(content, Path) and path.suffix == ".md":
            text = content.read_text(encoding="utf-8")
            # what a chapter gives another page goes with the chapter
            there = _GLUED.sub(lambda m: m[0] if m[1] in notebooks else "", text)
            page = path.relative_to(folder).with_suffix("").as_posix()
            there = only_to_what_is_there(there, page, notebooks)
            end = (more or {}).get(path.relative_to(folder).as_posix(), "")
            if end or there != text:
                kept[path] = "\n\n".join(filter(None, [there, end])).encode()
    for path, content in kept.items():
        _write(path, content)
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file() and path not in kept:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def only_to_what_is_there(text: str, page: str, chapters: Iterable[str]) -> str:
    """Return a page whose links lead to chapters of this book alone.

    A link to another is its words; of HTML, it leads to where ``data-else`` says.

    >>> only_to_what_is_there("See [Cox](learn/cox.ipynb).", "notebooks/efficacy", ["efficacy"])
    'See Cox.'
    """
    there = {f"notebooks/{name}" for name in chapters}

    def link(match: re.Match) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(page), match[2]))
        is_absent = target.startswith("notebooks/") and target not in there
        return match[1] if is_absent else match[0]

    def door(match: re.Match) -> str:
        address = f"../notebooks/{match[1]}.html"
        return f'href="{address if f"notebooks/{match[1]}" in there else match[2]}"'

    return _DOOR.sub(door, _LINK.sub(link, text))


def staged_config(config: dict[str, Any]) -> dict[str, Any]:
    """Return the book's configuration for a tree whose chapters are executed already."""
    execute = {**config.get("execute", {}), "execute_notebooks": "off"}
    return {**config, "execute": execute, "exclude_patterns": []}


def required(page: Path) -> set[str]:
    """Return what a page of prose requires of a trial: ``requires: [learn]`` in its header."""
    header = read_header(page.read_text(encoding="utf-8"), page.name)
    return set(header.get("requires") or ())


def filtered_toc(toc: Any, chapters: Iterable[str], without: Iterable[str] = ()) -> Any:
    """Return the table of contents without the chapters, and the pages, that a book lacks."""
    chapters, without = set(chapters), set(without)

    def kept(node: dict[str, Any]) -> bool:
        name = str(node.get("file", "")).removesuffix(".md").removesuffix(".ipynb")
        if name.startswith("notebooks/"):
            return name.removeprefix("notebooks/") in chapters
        return name not in without

    def walk(node: Any) -> Any:
        if isinstance(node, list):
            return [walk(child) for child in node if not isinstance(child, dict) or kept(child)]
        if isinstance(node, dict):
            return {key: walk(value) for key, value in node.items()}
        return node

    staged = walk(toc)
    if "parts" in staged:
        staged["parts"] = [part for part in staged["parts"] if part.get("chapters")]
    return staged


def _yaml(value: Any) -> bytes:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True).encode()


def _write(path: Path, content: bytes | Path) -> None:
    """Write bytes, or copy a file, unless the same stands there already."""
    if isinstance(content, Path):
        before, after = content.stat(), path.stat() if path.exists() else None
        if after and (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(content, path)
    elif not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
