"""From an executed chapter to what its page shows: empty parts leave, the method is set apart.

A chapter is written for every trial. What this one cannot fill (a section whose analyses had
nothing to show, a cell that needs data which are not there) leaves the page; what was remarked in
its place is gathered for the page that describes the build.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

# A cell of the method: prose, code and output alike show only where a reader asks for the method.
METHOD = "method"
# Set in the metadata of an output: shown in a notebook, gathered on one page of the site.
REMARK = "remark"
_HEADING = re.compile(r"^(#{1,4}) +\S", re.MULTILINE)
_FENCE = re.compile(r"^(`{3,}|~{3,}|:{3,})")


@dataclass
class Block:
    """A heading's cells, and the blocks of the headings below it."""

    level: int
    cells: list[dict[str, Any]] = field(default_factory=list)
    below: list["Block"] = field(default_factory=list)
    had_code: bool = False

    @property
    def shows(self) -> bool:
        """Whether a reader finds something here that this trial gave, or prose of its own."""
        if self.level == 1 or any(_shows_output(cell) for cell in self.cells):
            return True
        return any(b.shows for b in self.below) or not (self.had_code or self.below)

    def flat(self) -> list[dict[str, Any]]:
        """Return the cells of this block and of those below it.

        Of one that shows nothing only what it glues for other pages is left.
        """
        own = self.cells if self.shows else [c for c in self.cells if "remove-cell" in _tags(c)]
        return [*own, *(cell for block in self.below for cell in block.flat())]


@dataclass(frozen=True)
class Prepared:
    """A chapter as its page takes it.

    Attributes
    ----------
    notebook : str
        JSON.
    remarks : tuple of str
        Markdown that was shown instead of results, in order, each once.
    is_empty : bool
        Whether no section but the last, which says what was found, has anything of the trial.
    """

    notebook: str
    remarks: tuple[str, ...]
    is_empty: bool


def is_course(chapter: str) -> bool:
    """Return whether a chapter is one of the course, where code and exercises are what is read."""
    return chapter.startswith("learn/")


def prepared(notebook: str, has: Iterable[str]) -> Prepared:
    """Return an executed chapter without what its trial cannot fill.

    Parameters
    ----------
    notebook : str
        As it was executed, JSON.
    has : iterable of str
        What the trial has: a cell tagged ``needs-adae`` is left out where that is not ``ADAE``.
    """
    content = json.loads(notebook)
    there = {f"needs-{name.lower()}" for name in has}
    remarks: list[str] = []
    blocks = [Block(0)]
    for cell in _split_at_headings(content["cells"]):
        level = _level(cell)
        if level:
            blocks.append(Block(level))
        needs = {tag for tag in _tags(cell) if tag.startswith("needs-")}
        is_code = cell["cell_type"] == "code" and not {METHOD, "remove-cell"} & set(_tags(cell))
        blocks[-1].had_code |= is_code
        if not needs <= there:
            # a part that is not there for want of data is empty, whatever else it says
            blocks[-1].had_code = True
            continue
        if is_code:
            remarks += _take_remarks(cell)
        blocks[-1].cells.append(cell)
    first, sections = blocks[0], _nested(blocks[1:])
    chapter = sections[0].below if sections and sections[0].level == 1 else sections
    filled = [block for block in chapter[:-1] if block.had_code or block.below]
    empty = bool(filled) and not any(block.shows for block in filled)
    content["cells"] = [*first.cells, *(cell for block in sections for cell in block.flat())]
    text = json.dumps(content, ensure_ascii=False)
    return Prepared(text, tuple(dict.fromkeys(remarks)), empty)


def for_reading(notebook: str) -> str:
    """Return a notebook whose code is all on its page, and its method's prose marked as such.

    The style sheet hides both from who reads; what Sphinx is given is the same for a chapter
    that it is to execute itself.
    """
    content = json.loads(notebook)
    for cell in content["cells"]:
        tags = _tags(cell)
        if cell["cell_type"] == "code":
            cell["metadata"]["tags"] = [t for t in tags if t not in ("hide-input", "remove-input")]
        elif METHOD in tags:
            text = _text(cell)
            fence = ":" * max(5, 1 + max((len(m) for m in re.findall(r":{3,}", text)), default=0))
            cell["source"] = f"{fence}{{container}} tb-{METHOD}\n{text}\n{fence}\n"
    return json.dumps(content, ensure_ascii=False)


def _nested(blocks: list[Block]) -> list[Block]:
    """Return blocks with those of deeper headings below them."""
    found: list[Block] = []
    path: list[Block] = []
    for block in blocks:
        while path and path[-1].level >= block.level:
            path.pop()
        (path[-1].below if path else found).append(block)
        path.append(block)
    return found


def _split_at_headings(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the cells, a cell of prose that has headings within as one cell for each."""
    found = []
    for cell in cells:
        if cell["cell_type"] != "markdown":
            found.append(cell)
            continue
        parts: list[list[str]] = [[]]
        fence = ""
        for line in _text(cell).splitlines(keepends=True):
            mark = _FENCE.match(line)
            if mark and not fence:
                fence = mark[1]
            elif mark and line.strip() == fence:
                fence = ""
            if not fence and _HEADING.match(line) and any(part.strip() for part in parts[-1]):
                # a line of attributes above a heading belongs to it
                attributes = []
                while parts[-1] and re.fullmatch(r"\s*|\{[^}]*\}\s*|\([\w-]+\)=\s*", parts[-1][-1]):
                    attributes.insert(0, parts[-1].pop())
                parts.append(attributes)
            parts[-1].append(line)
        texts = [text for part in parts if (text := "".join(part)).strip()]
        for position, text in enumerate(texts):
            own = {"id": f"{cell['id']}-{position}"} if position and "id" in cell else {}
            found.append({**cell, "source": text, **own})
    return found


def _level(cell: dict[str, Any]) -> int:
    """Return the level of the heading with which a cell of prose begins, 0 without one."""
    if cell["cell_type"] != "markdown":
        return 0
    text = re.sub(r"\A(?:\s*(?:\{[^}]*\}|\([\w-]+\)=)\n)+", "", _text(cell)).lstrip()
    heading = _HEADING.match(text)
    return len(heading[1]) if heading else 0


def _take_remarks(cell: dict[str, Any]) -> list[str]:
    """Take the remarks out of a cell's outputs and return them."""
    kept, found = [], []
    for output in cell.get("outputs", ()):
        markdown = output.get("metadata", {}).get("text/markdown", {})
        if isinstance(markdown, dict) and markdown.get("trialbook") == REMARK:
            said = output["data"]["text/markdown"]
            found.append("".join(said) if isinstance(said, list) else said)
        else:
            kept.append(output)
    cell["outputs"] = kept
    return found


def _shows_output(cell: dict[str, Any]) -> bool:
    """Return whether a cell shows a reader something; what it glues is for other pages."""
    hidden = {METHOD, "remove-cell", "remove-output"}
    if cell["cell_type"] != "code" or hidden & set(_tags(cell)):
        return False
    return any(
        output["output_type"] == "stream"
        or any(not kind.startswith("application/papermill") for kind in output.get("data", {}))
        for output in cell.get("outputs", ())
    )


def _tags(cell: dict[str, Any]) -> list[str]:
    return cell["metadata"].get("tags", [])


def _text(cell: dict[str, Any]) -> str:
    return cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
