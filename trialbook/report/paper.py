"""The pages "Against the paper" and on what the paper leaves open: words and tables."""

from typing import TYPE_CHECKING

import pandas as pd

from trialbook.escape import escape_markdown
from trialbook.paper import tally
from trialbook.paper.reproduction import (
    DIFFERS,
    IMPOSSIBLE,
    NO_DATA_FIGURE,
    NOT_COMPUTED,
    NOT_SHOWN,
    REPRODUCED,
)
from trialbook.report.filtered import filtered_table
from trialbook.report.output import Table, Text
from trialbook.report.sentences import at_start
from trialbook.report.table import html_table

if TYPE_CHECKING:
    from trialbook.trial import Trial

_UNQUESTIONED = [REPRODUCED, NOT_SHOWN, NO_DATA_FIGURE]
_BASIS = {"target": "Targets of the search", "unforced": "Unforced", "": ""}


def published_opening(published: pd.DataFrame, trial: "Trial") -> Text:
    """Say what agreement with the paper means here, before any number is shown."""
    made = trial.synthetic and (published["role"] == "target").any()
    if made:
        text = (
            "**These patients were made to print these figures.** A search placed their events "
            "and measurements so that analysing them gives back what the paper prints. This page "
            "is therefore a reproduction check, never a replication: agreement tests the software "
            "and the paper's arithmetic, and says nothing about the treatments."
        )
    elif trial.synthetic:
        text = (
            "**These patients are synthetic.** Whether their figures agree with the paper says "
            "nothing about the treatments."
        )
    else:
        text = (
            "**The printed figures, computed again from the data.** This is a reproduction check, "
            "not a replication: agreement says that data, definitions and arithmetic are those of "
            "the report, and nothing about other patients."
        )
    reference = trial.config.reference
    return Text(text + (f" The paper: {{cite}}`{reference}`." if reference else ""))


def published_count(compared: pd.DataFrame) -> Text:
    """Count the figures that come back, targets of the search apart from the others."""
    data = compared[compared["verdict"] != NO_DATA_FIGURE]
    opening = (
        f"The paper prints {_figures(len(compared))} that are listed here; {len(data)} of them "
        "concern data."
    )
    hidden = data["verdict"] == NOT_SHOWN
    if hidden.any():
        opening += (
            f" Of {hidden.sum()} the results are withheld, since the data are confidential, and "
            "whether they come back is, too."
        )
        data = data[~hidden]
    back = data[data["verdict"] == REPRODUCED]
    sentences = [
        f"{opening} **{len(back)} of the {len(data)} come back** to the last printed digit."
    ]
    parts = []
    for basis, words in (("target", "the search aimed at"), ("unforced", "nothing aimed at")):
        of = data[data["basis"] == basis]
        if len(of):
            returned = int((of["verdict"] == REPRODUCED).sum())
            parts.append(f"of the {len(of)} that {words}, {returned} come back")
    if parts:
        joined = "; ".join(parts)
        sentences.append(_sentence(joined))
    for verdict, words in (
        (IMPOSSIBLE, "cannot come back from any data, each with its proof below"),
        (DIFFERS, "differ, as explained below"),
        (NOT_COMPUTED, "could not be computed, as said below"),
    ):
        n = int((data["verdict"] == verdict).sum())
        if n:
            sentences.append(f"{n} {words}.")
    return Text(" ".join(sentences))


def _figures(n: int) -> str:
    return f"{n} figure{'s' * (n != 1)}"


def tbl_published_count(compared: pd.DataFrame) -> Table:
    """Count verdicts by chapter, and by whether the search aimed at a figure where one did."""
    by = ["chapter", "basis"] if (compared["basis"] != "").any() else ["chapter"]
    counts = tally(compared, by).reset_index()
    counts["chapter"] = counts["chapter"].astype(str).map(at_start)
    if "basis" in by:
        counts["basis"] = counts["basis"].map(_BASIS)
        counts.insert(0, "Figures", counts["basis"])
        groups = "chapter"
        counts = counts.drop(columns="basis")
    else:
        groups = None
        counts = counts.rename(columns={"chapter": "Figures"})
    total = counts.drop(columns=["Figures", *([groups] if groups else [])]).sum()
    last = {"Figures": "All", **total} | ({groups: "All chapters"} if groups else {})
    shown = pd.concat([counts, pd.DataFrame([last])], ignore_index=True).astype(object)
    return html_table(
        shown,
        name="printed figures by chapter",
        caption="Printed figures about data, by chapter and verdict",
        groups=groups,
    )


def tbl_published(compared: pd.DataFrame) -> Table:
    """Show every printed figure beside the computed one, with controls to narrow the list."""
    shown = pd.DataFrame(
        {
            "Figure": compared["item"] + ", " + compared["arm"],
            "Statistic": compared["statistic"],
            "Printed": compared["printed"],
            "Computed": compared["computed"],
            "Verdict": compared["verdict"].astype(str),
            "Basis": compared["basis"],
            "Where in the paper": compared["source"],
        }
    )
    filters = {"Verdict": compared["verdict"], "Chapter": compared["chapter"]}
    if (compared["basis"] != "").any():
        filters["Basis"] = pd.Categorical(compared["basis"], ["target", "unforced"])
    else:
        shown = shown.drop(columns="Basis")
    return filtered_table(
        shown,
        name="against the paper",
        caption=f"All {len(compared)} printed figures beside the computed ones",
        filters=filters,
        numbers=("Printed", "Computed"),
        widths={"Figure": "26%", "Computed": "16%", "Where in the paper": "22%"},
    )


def published_exceptions(compared: pd.DataFrame) -> Text:
    """List every figure that does not come back, with the reason."""
    open_ = compared[~compared["verdict"].isin(_UNQUESTIONED)]
    if open_.empty:
        return Text("Every figure that concerns data comes back.")
    lines = []
    for verdict, group in open_.groupby("verdict", observed=True, sort=True):
        lines.append(f"\n{at_start(verdict)}:\n")
        for row in group.itertuples():
            cells = (row.item, row.arm, row.statistic, row.printed, row.computed or "nothing")
            item, arm, statistic, printed, computed = map(escape_markdown, cells)
            lines.append(
                f"- **{item}**, {arm}, {statistic}: printed {printed}, computed {computed}."
            )
            if row.note:
                lines[-1] += f" {_sentence(escape_markdown(row.note, 1000))}"
    return Text("\n".join(lines).strip())


def _sentence(text: str) -> str:
    return at_start(text) + ("" if text.endswith(".") else ".")
