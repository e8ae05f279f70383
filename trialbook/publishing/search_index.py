"""What a search can find: pages and their sections, exhibits by their captions, terms.

Code, tables' numbers and the letters within drawings are not in it: nobody looks for them, and as
snippets they are noise. The report's chapters count for more than pages of reference.
"""

import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

_SVG = re.compile(r"<svg\b.*?</svg>|<math\b.*?</math>", re.DOTALL)
_SILENT = {"table", "script", "style", "pre", "form", "button"}
_SILENT_CLASSES = {
    "tb-menu",
    "tb-method",
    "tag_method",
    "cell_input",
    "headerlink",
    "tb-note",
    "tb-number",
}
_VOID = {"br", "hr", "img", "input", "col", "link", "meta", "wbr"}
_CAPTIONS = {"tb-title", "tb-figtitle"}


@dataclass
class Entry:
    """Something that a search finds: where it is, what it is called, what it says."""

    kind: str
    anchor: str
    title: str = ""
    text: list[str] = field(default_factory=list)


class PageText(HTMLParser):
    """The words of a page's body, by section; captions and terms as entries of their own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.entries = [Entry("page", "")]
        self._open: list[tuple[str, str]] = []
        self._silent = 0
        self._sections: list[Entry] = [self.entries[0]]
        self._into: Entry | None = None
        self._table: Entry | None = None
        self._heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where a section, an exhibit, a caption or a term begins."""
        if tag in _VOID:
            return
        of = dict(attrs)
        classes = set((of.get("class") or "").split())
        role = ""
        if tag in _SILENT or classes & _SILENT_CLASSES:
            role = "silent"
            self._silent += 1
        elif tag == "th" and of.get("scope") == "row":
            role = "row"
        elif (tag == "section" or "tb-fold" in classes) and of.get("id"):
            # the page's own section is the page
            if len(self._sections) > 1 or self.entries[0].title:
                self._sections.append(Entry("section", of["id"] or ""))
                self.entries.append(self._sections[-1])
                role = "section"
        elif tag in ("h1", "h2", "h3"):
            # where headings do not open sections of their own, the first is the title
            role, self._heading = "heading", not self._sections[-1].title
        elif classes & _CAPTIONS:
            self._into = self._table = Entry("exhibit", of.get("id") or "")
            self.entries.append(self._into)
            role = "caption"
        elif tag == "dt" and (of.get("id") or "").startswith("term-"):
            last = self.entries[-1]
            if last.kind == "term" and not last.text:
                # another name of the same term
                last.title += ", "
                self._into = last
            else:
                self._into = Entry("term", of["id"] or "")
                self.entries.append(self._into)
            role = "term"
        elif tag == "dd" and self.entries[-1].kind == "term":
            self._into = self.entries[-1]
            role = "meaning"
        self._open.append((tag, role))

    def handle_endtag(self, tag: str) -> None:
        """Note where it ends."""
        while self._open:
            opened, role = self._open.pop()
            if role == "silent":
                self._silent -= 1
            elif role == "section":
                self._sections.pop()
            elif role == "heading":
                self._heading = False
            elif role in ("caption", "term", "meaning"):
                self._into = None
            if opened == tag:
                return

    def handle_data(self, data: str) -> None:
        """Take the words to where they belong."""
        if not data.strip():
            return
        if self._silent:
            # a table is found by the names of its rows, too: an adverse event, say
            of_row = any(role == "row" for _, role in self._open)
            if self._table is not None and of_row and data not in self._table.text:
                self._table.text.append(data)
            return
        if self._into is not None:
            meaning = any(role == "meaning" for _, role in self._open)
            if meaning:
                self._into.text.append(data)
            else:
                self._into.title += data
        elif self._heading:
            self._sections[-1].title += data
        else:
            self._sections[-1].text.append(data)


def entries_of(body: str) -> list[Entry]:
    """Return what a search can find on a page."""
    parser = PageText()
    parser.feed(_SVG.sub(" ", body))
    parser.close()
    return [entry for entry in parser.entries if entry.title]


class SearchIndex:
    """The entries of all pages, gathered while they are written."""

    def __init__(self) -> None:
        self.rows: list[list[Any]] = []
        self.synonyms: dict[str, str] = {}

    def add(self, page: str, title: str, weight: float, body: str) -> None:
        """Take in a page.

        Parameters
        ----------
        page : str
            Its address, from the site's first folder.
        title : str
        weight : float
            How much it counts: 1 a chapter of the report.
        body : str
            Its HTML.
        """
        found = entries_of(body)
        for entry in found:
            address = f"{page}#{entry.anchor}" if entry.anchor else page
            words = [_line(entry.title), " ".join(map(_line, entry.text))]
            # what a term means is what is looked for, wherever the glossary stands
            counts = 1.0 if entry.kind == "term" else weight
            self.rows.append([entry.kind, address, _line(title), *words, counts])

    def write(self, file: Path) -> None:
        """Write the index as a script: a page opened from a disk may load no other kind of file."""
        content = {"rows": sorted(self.rows, key=lambda row: row[1]), "synonyms": self.synonyms}
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        file.write_text(f"window.trialbookIndex = {text};\n", encoding="utf-8")


def _line(text: str) -> str:
    return " ".join(text.split())
