"""A comparison as one HTML page in the book's dress."""

import re
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.comparison.compare import Comparison
from trialbook.escape import escape_html, shortened
from trialbook.report.cuts.tables import NEW, OLD, cut_lines, parts
from trialbook.report.plots.forest import ForestRow, plot_forest
from trialbook.report.sentences import in_text
from trialbook.report.table import html_table
from trialbook.safe import WITHHELD

if TYPE_CHECKING:
    from trialbook.report.output import Drawing

HERE = Path(__file__).parent
_MOST, _FOLDED = 200, 12
_GROUPED = ("events", "maturity", "effects")


def as_page(found: Comparison, assets: Path) -> str:
    """Return the comparison as one HTML file in the book's dress, which needs no other file.

    Parameters
    ----------
    found : Comparison
    assets : Path
        The folder of the book's style sheets.
    """
    sheets = [assets / "report.css", assets / "trialbook.css", HERE / "page.css"]
    styles = "\n".join(sheet.read_text("utf-8") for sheet in sheets)
    # fonts are files of the site: here the reader's own stand in
    styles = re.sub(r"@font-face\s*\{[^}]*\}|url\([^)]*\)", "", styles)
    title = escape_html(f"What changed: {found.facts.title}", 1000)
    listed = "".join(
        f"<dt>{word}</dt><dd>{escape_html(told, 1000)}</dd>"
        for word, told in zip((OLD, NEW), cut_lines(found), strict=True)
    )
    remarks = "".join(f"<p>{escape_html(remark, 1000)}</p>" for remark in found.remarks)
    body = ["<p>Nothing changed.</p>"] if found.nothing_changed else []
    for part in parts(found, _MOST) if not body else ():
        grouped = "End point" if part.name in _GROUPED else None
        table = html_table(
            part.frame,
            name=part.name,
            caption=part.caption,
            notes=part.notes,
            groups=grouped,
            text=part.name in ("results", "patients"),
        )
        folded = part.name in ("results", "patients") and len(part.frame) > _FOLDED
        body.append((table.folded(part.caption) if folded else table).html)
        figure = forest(found) if part.name == "effects" else None
        body.append(figure._repr_html_() if figure else "")
    notice = f'<p class="notice">{escape_html(found.notice, 1000)}</p>' if found.notice else ""
    return Template((HERE / "page.html").read_text("utf-8")).substitute(
        title=title,
        styles=styles,
        notice=notice,
        cuts=listed,
        remarks=remarks,
        body="\n".join(body),
    )


def forest(found: Comparison) -> "Drawing | None":
    """Draw the hazard ratios of both cuts below each other, of the first comparison."""
    if not found.facts.comparisons:
        return None
    name = found.facts.comparisons[0]
    treated, _, control = name.partition(" vs ")
    cox = found.part("effects").query("analysis == 'cox' and arm == @name")
    counts = found.part("maturity").set_index(["paramcd", "arm", "statistic"])
    rows = []
    for code in found.facts.endpoints:
        of = cox[cox["paramcd"] == code].set_index("statistic")
        if not {"hr", "hr_lower", "hr_upper"} <= set(of.index):
            continue
        rows.append(ForestRow(shortened(in_text(found.facts.endpoints[code]), 60), heading=True))
        for side, word in (("old", OLD), ("new", NEW)):
            events = [
                _events_of(counts[f"{side}_printed"], code, arm) for arm in (treated, control)
            ]
            limits = {"lower": of.loc["hr_lower", side], "upper": of.loc["hr_upper", side]}
            rows.append(
                ForestRow(word, of.loc["hr", side], **limits, treated=events[0], control=events[1])
            )
    message = f"Hazard ratios of {len(rows) // 3} end points, {name}, in the old and the new cut."
    return plot_forest(
        rows,
        name="comparison",
        message=message,
        treated=treated,
        control=control,
        favours=(f"lower with {treated}", f"higher with {treated}"),
        interval=_interval(found),
    )


def _interval(found: Comparison) -> str:
    """Return what the intervals are called: without their level where one is not of 95%."""
    methods = pd.concat([found.old.results["method"], found.new.results["method"]])
    return "interval" if methods.str.contains("@", regex=False).any() else "95% CI"


def _events_of(printed: pd.Series, code: str, arm: str) -> str:
    texts = [printed.get((code, arm, name), "") for name in ("n_events", "n")]
    small = [text for text in texts if text.startswith("<") or text == WITHHELD]
    return small[0] if small else "/".join(texts)
