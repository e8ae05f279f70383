"""A printed book as its tests read it: what stands on which page, and where links lead."""

import html
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_ARTICLE = re.compile(r"<article>(.*)</article>", re.DOTALL)
_EXHIBIT = re.compile(r'<div class="tb-exhibit.*?(?=<div class="tb-exhibit|\Z)', re.DOTALL)
_TITLE = re.compile(r'<(p|summary) class="(tb-title|tb-figtitle)"[^>]*>(.*?)</\1>', re.DOTALL)
_CAPTION = re.compile(r'<p class="tb-caption">(.*?)</p>', re.DOTALL)
_ROW = re.compile(r"<tbody>.*?<tr[^>]*>(.*?)</tr>", re.DOTALL)


def letters(text: str) -> str:
    """Return the letters and digits of a text alone: line ends and ligatures differ on paper."""
    text = text.replace("ﬁ", "fi").replace("ﬂ", "fl").replace("ﬀ", "ff").replace("ﬃ", "ffi")
    return re.sub(r"[\W_]+", "", text)


def words(markup: str) -> str:
    """Return the letters that markup shows."""
    return letters(html.unescape(re.sub("<[^>]+>", "", markup)))


@dataclass(frozen=True)
class Exhibit:
    """A table or figure of a built page: the letters of its title, caption and first row."""

    kind: str
    title: str
    caption: str
    row: str


class Printed:
    """A PDF of a book."""

    def __init__(self, file: Path):
        from pypdf import PdfReader

        self.reader = PdfReader(file)

    @cached_property
    def pages(self) -> list[str]:
        """The letters of each page."""
        return [letters(page.extract_text()) for page in self.reader.pages]

    @cached_property
    def outline(self) -> list[str]:
        """The titles of the outline, those below others too."""

        def titles(entries):
            for entry in entries:
                if isinstance(entry, list):
                    yield from titles(entry)
                else:
                    yield entry.title

        return list(titles(self.reader.outline))

    def links(self) -> tuple[list[str], list[str]]:
        """Return the names that links within lead to, and the addresses of those that lead out."""
        inside, outside = [], []
        for page in self.reader.pages:
            for note in page.get("/Annots") or ():
                note = note.get_object()
                if note.get("/Subtype") != "/Link":
                    continue
                action = note.get("/A", {})
                if "/URI" in action:
                    outside.append(str(action["/URI"]))
                else:
                    inside.append(str(note.get("/Dest") or action["/D"]))
        return inside, outside

    def page_of(self, text: str) -> list[int]:
        """Return the pages, from 0, on which a text stands whole."""
        return [number for number, page in enumerate(self.pages) if text in page]


def exhibits(page: Path) -> list[Exhibit]:
    """Return the tables and figures of a built page."""
    found = []
    for part in _EXHIBIT.findall(_ARTICLE.search(page.read_text(encoding="utf-8"))[1]):
        title = _TITLE.search(part)
        if title:
            caption, row = _CAPTION.search(part), _ROW.search(part)
            kind = "figure" if title[2] == "tb-figtitle" else "table"
            told = words(caption[1]) if caption else ""
            found.append(Exhibit(kind, words(title[3]), told, words(row[1]) if row else ""))
    return found
