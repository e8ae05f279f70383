"""The page on slips of print: findings of the audit in words and as a table."""

import pandas as pd

from trialbook.audit import VERDICTS
from trialbook.escape import escape_markdown
from trialbook.report.filtered import filtered_table
from trialbook.report.output import Table, Text
from trialbook.report.sentences import at_start

_MEANING = {
    "impossible": "no data print these figures, under the conditions given with each",
    "unlikely": "only far-fetched data would print them",
    "needs an unstated allowance": "they agree if something is added that the paper does not say",
    "rounding": "they turn on how a last digit was rounded",
    "consistent": "nothing to object",
}


def audit_count(findings: pd.DataFrame) -> Text:
    """Count figures, checks and verdicts."""
    read, checked = findings.attrs["n_figures"], findings.attrs["n_checked"]
    lines = [
        f"{read} printed figures were read; {checked} of them take part in one or more of "
        f"{len(findings)} checks. The others have nothing beside them in print that they could "
        "contradict.\n"
    ]
    counts = findings["verdict"].value_counts()
    lines += [
        f"- **{counts[verdict]} {_counted(verdict, counts[verdict])}**: {_MEANING[verdict]}."
        for verdict in VERDICTS
        if counts[verdict]
    ]
    return Text("\n".join(lines))


def _counted(verdict: str, n: int) -> str:
    """Return a verdict as it follows a number: those that begin with a verb agree with it."""
    return verdict.replace("needs", "need", 1) if n > 1 else verdict


def audit_findings(findings: pd.DataFrame, *verdicts: str) -> Text:
    """List the findings of some verdicts, each with its proof, its conditions and its weight."""
    chosen = findings[findings["verdict"].isin(verdicts)]
    if chosen.empty:
        return Text("None.")
    return Text("\n".join(_finding(row) for row in chosen.itertuples()))


def _finding(row) -> str:
    text = f"- **{_upper(row.item)}** ({escape_markdown(row.rule)}). {_upper(row.proof)}."
    if row.conditions:
        text += f" *Provided that:* {escape_markdown(row.conditions, 1000)}."
    if row.change:
        text += f" *What a correction would change:* {escape_markdown(row.change, 1000)}."
    return text


def _upper(text: str) -> str:
    return escape_markdown(at_start(text), 1000)


def tbl_audit(findings: pd.DataFrame) -> Table:
    """Show every check with its verdict and proof, with controls to narrow the list."""
    provided = ". Provided that: " + findings["conditions"]
    shown = pd.DataFrame(
        {
            "Figures": findings["item"],
            "Check": findings["rule"],
            "Verdict": findings["verdict"].astype(str),
            "Proof": findings["proof"] + provided.where(findings["conditions"] != "", ""),
        }
    )
    return filtered_table(
        shown,
        name="audit",
        caption=f"All {len(findings)} checks of the printed figures against each other",
        filters={"Verdict": findings["verdict"]},
        widths={"Proof": "50%"},
    )
