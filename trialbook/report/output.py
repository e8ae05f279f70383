"""What a chapter shows: tables, figures and Markdown as objects that display themselves.

Shown in JupyterLab, by papermill, by jupyter-book and by our own build alike. What another
page takes over is glued; its names are stable and listed in `GLUED`.
"""

import json
import math
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from IPython.display import display
from myst_nb import glue as _glue

from trialbook.ard import complete
from trialbook.escape import (
    DAGGER,
    MARK,
    MARK_HTML,
    escape_cell,
    escape_html,
    marked_html,
    plain,
    unmarked,
)
from trialbook.exporting import EXPORT_NOTE, EXPORTS
from trialbook.report.rtf import rtf_table
from trialbook.report.signature import signed_png, signed_svg
from trialbook.report.words import continued
from trialbook.report.xlsx import xlsx_table
from trialbook.results import results_frame

if TYPE_CHECKING:
    from trialbook.trial import Trial

GLUED = {
    "results:<chapter>": "all results of a chapter, one JSON string (orient=split)",
    "trial_title": "design: the trial's title",
    "trial_patients": "design: how many patients it has",
    "question": "design: what the trial asks, in one plain sentence",
    "answer": "efficacy, HTML: the answer as heading, natural frequencies, a sentence in numbers",
    "answer_heading": "efficacy: the answer as one plain sentence, for the preview",
    "answer_meanings": "efficacy, HTML: what the answer's words mean, what the paper printed",
    "cost": "safety, HTML: two numbers on harms",
    "answer_figure": "efficacy, HTML: the Kaplan-Meier figure of the end point",
    "answer_endpoint": "efficacy: the end point's label",
}
# Below a table that is taken along; on a page it stands once, at the end.
MARKED = f"{DAGGER} Not in the paper: the number could have come out otherwise."


@dataclass(frozen=True)
class Text:
    """Markdown that depends on the data; what comes from data in it is escaped already."""

    markdown: str

    def _repr_markdown_(self) -> str:
        return self.markdown.replace(MARK, MARK_HTML)

    def __str__(self) -> str:
        return unmarked(self.markdown)


@dataclass(frozen=True)
class Remark(Text):
    """What is said in the place of results: shown in a notebook, gathered on one page of a site."""

    def _repr_markdown_(self) -> tuple[str, dict[str, str]]:
        return super()._repr_markdown_(), {"trialbook": "remark"}


@dataclass(frozen=True)
class Html:
    """A block of HTML; what comes from data in it is escaped already."""

    html: str

    def _repr_html_(self) -> str:
        return self.html


@dataclass(frozen=True)
class Table:
    """A table: its HTML, and the same cells as a frame for the download."""

    html: str
    name: str
    frame: pd.DataFrame = field(repr=False)
    caption: str = ""
    notes: tuple[str, ...] = ()
    # A column that heads groups of rows, and columns of words: as in the HTML.
    groups: str | None = None
    words: tuple[str, ...] = ()

    def folded(self, summary: str) -> "Table":
        """Return the same table behind a line of text that unfolds it."""
        html = f"<details><summary>{escape_html(summary)}</summary>\n{self.html}\n</details>"
        return replace(self, html=html)

    def _repr_html_(self) -> str:
        folder = export_folder("tables")
        if not folder:
            return _exhibit(self.html)
        origin = os.environ.get(EXPORT_NOTE, "")
        _leave(without_marks(self.frame), folder / f"{self.name}.csv")
        marked = MARKED if "in_paper" in without_marks(self.frame) else ""
        notes = (*self.notes, marked, origin)
        cells = (self.frame, self.caption, notes)
        document = rtf_table(*cells, groups=self.groups, words=self.words)
        (folder / f"{self.name}.rtf").write_text(document, encoding="ascii")
        workbook = xlsx_table(*cells, groups=self.groups, words=self.words)
        (folder / f"{self.name}.xlsx").write_bytes(workbook)
        return _exhibit(self._with(offered("tables", self.name)))

    def _with(self, menu: str) -> str:
        """Return the table with its menu, within what unfolds where it is folded."""
        end = "</details>"
        if self.html.startswith("<details><summary>"):
            return self.html.removesuffix(end) + menu + end
        return self.html + menu


@dataclass(frozen=True)
class Drawing:
    """A figure: SVG for the page, SVG and PNG for the download, and the message it carries."""

    inline: str = field(repr=False)
    name: str
    message: str
    svg: str = field(repr=False)
    png: bytes = field(repr=False, default=b"")
    # What tells it from the other figures of its cell: its title begins with it.
    subject: str = ""
    # What it finds, in a few words above it; how to read what is drawn, below it. Plain text.
    headline: str = ""
    caption: str = ""
    # The rows of results that are drawn, as far as readers may see them.
    data: pd.DataFrame | None = field(repr=False, default=None)
    # HTML below it: what a reader may ask of it.
    explorer: str = field(repr=False, default="")

    def file(self) -> str:
        """Return the SVG for the download, with its message and origin in it."""
        told = escape_html(f"{self.message} {os.environ.get(EXPORT_NOTE, '')}".strip(), 2000)
        description = f"\n<desc>{told}</desc>"
        svg = signed_svg(self.svg, os.environ.get(EXPORT_NOTE, ""))
        return re.sub(r"<svg [^>]*>", lambda tag: tag.group(0) + description, svg, count=1)

    def renamed(self, name: str) -> "Drawing":
        """Return the same figure under another name, with ids of its own, for another page."""
        inline = re.sub(
            rf'(id="|href="#|url\(#){re.escape(self.name)}-', rf"\g<1>{name}-", self.inline
        )
        return replace(self, inline=inline, name=name)

    def _repr_html_(self) -> str:
        folder = export_folder("figures")
        if folder:
            (folder / f"{self.name}.svg").write_text(self.file(), encoding="utf-8")
            png = signed_png(self.png, os.environ.get(EXPORT_NOTE, ""))
            (folder / f"{self.name}.png").write_bytes(png)
            if self.data is not None and len(self.data):
                _leave(self.data, folder / f"{self.name}.csv")
        found = continued(self.headline) if self.subject else self.headline
        title = ": ".join(filter(None, [self.subject, found]))
        parts = [
            f'<p class="tb-figtitle">{marked_html(title, 1000)}</p>' if title else "",
            f'<div class="tb-figure" role="img" aria-label="{escape_html(self.message, 1000)}">'
            f"{self.inline}</div>",
            self.explorer,
            f'<p class="tb-caption">{marked_html(self.caption, 1000)}</p>' if self.caption else "",
            offered("figures", self.name) if folder else "",
        ]
        return _exhibit("\n".join(filter(None, parts)))


def without_marks(frame: pd.DataFrame) -> pd.DataFrame:
    """Return printed cells as numbers alone; which of them the paper lacks stands in a column."""
    text = frame.astype(object).where(frame.notna(), "").astype(str)
    marked = text.apply(lambda column: column.str.contains(MARK, regex=False))
    if not marked.to_numpy().any():
        return frame
    names = [", ".join(text.columns[row]) for row in marked.to_numpy()]
    return text.map(unmarked).assign(in_paper=[f"not: {of}" if of else "" for of in names])


def _leave(frame: pd.DataFrame, file: Path) -> None:
    """Write a frame as a file to take along, with its origin."""
    origin = os.environ.get(EXPORT_NOTE, "")
    # A column, not a line above the header: the file stays one that any program reads.
    cells = frame.assign(notice=origin) if origin else frame
    cells = cells.rename(columns=escape_cell).map(escape_cell)
    cells.to_csv(file, index=False)


def _exhibit(html: str) -> str:
    """Return the element around a table or a figure with its title, caption and menu."""
    return f'<div class="tb-exhibit">{html}</div>'


def offered(kind: str, name: str) -> str:
    """Return the place where the pages link a table's or a figure's files, empty elsewhere."""
    return f'\n<p class="tb-files" data-files="{kind}/{name}"></p>'


def cited(key: str | None) -> str:
    """Return where the pages cite a paper in HTML, by its key in the references; '' without."""
    return f'<cite data-key="{escape_html(key)}"></cite>' if key else ""


def show_each(figures: Iterable[tuple[str, Drawing | None]]) -> None:
    """Display figures one after the other; what this trial does not have is left out.

    Parameters
    ----------
    figures : iterable of tuple
        What each is of, a comparison say, and the figure. They share the caption of their cell,
        so where there are several the pages begin it with what each is of.
    """
    shown = [(subject, figure) for subject, figure in figures if figure is not None]
    for subject, figure in shown:
        display(replace(figure, subject=subject) if len(shown) > 1 else figure)


def export_folder(kind: str) -> Path | None:
    """Return the folder where displayed tables or figures also go as files, or None.

    It is named by the environment variable ``TRIALBOOK_EXPORTS``, which a build sets.
    """
    root = os.environ.get(EXPORTS)
    if not root:
        return None
    folder = Path(root) / kind
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def show_notes(chapter: str, trial: "Trial") -> Text | None:
    """Return the trial's own prose for a chapter, from its notes folder; None where it has none.

    The file is the trial's author's Markdown, shown as it is.
    """
    if not trial.config.notes:
        return None
    file = trial.folder / trial.config.notes / f"{chapter}.md"
    return Text(file.read_text(encoding="utf-8")) if file.is_file() else None


def glue_for_other_pages(**values: object) -> None:
    """Glue values under names listed in `GLUED`, without showing them here; None shows nothing."""
    unknown = set(values) - set(GLUED)
    if unknown:
        raise ValueError(f"{', '.join(sorted(unknown))}: not listed in GLUED of report/output.py")
    for name, value in values.items():
        shown = plain(value, 1000) if isinstance(value, str) else value
        _glue(name, Html("") if value is None else shown, display=False)


def publish_results(chapter: str, trial: "Trial", *frames: pd.DataFrame) -> None:
    """Let the results of a chapter leave it, once, as one glued JSON string.

    Parameters
    ----------
    chapter : str
        The chapter's name, ``"efficacy"``.
    trial : Trial
        The trial.
    *frames : pandas.DataFrame
        Results frames, as the analyses return them.
    """
    joined = pd.concat(frames, ignore_index=True) if frames else results_frame([])
    table = complete(joined, trial, chapter)
    data = [
        [None if isinstance(cell, float) and math.isnan(cell) else cell for cell in row]
        for row in table.itertuples(index=False, name=None)
    ]
    text = json.dumps({"columns": list(table), "data": data}, ensure_ascii=False, allow_nan=True)
    _glue(f"results:{chapter}", text, display=False)
