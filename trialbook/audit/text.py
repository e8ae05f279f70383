"""The findings of an audit as plain text, for a terminal."""

import textwrap

import pandas as pd

from trialbook.audit.findings import VERDICTS

WIDTH = 96


def audit_text(findings: pd.DataFrame, *, show_all: bool = False) -> str:
    """Write findings as text: the count of each verdict, then the findings, gravest first.

    Parameters
    ----------
    findings : pandas.DataFrame
        What `trialbook.audit.audit` returns.
    show_all : bool
        Show the consistent ones too; otherwise they are only counted.

    Returns
    -------
    str
        Lines of at most 96 characters.
    """
    read, checked = findings.attrs.get("n_figures"), findings.attrs.get("n_checked")
    counts = findings["verdict"].value_counts()
    lines = [f"{read} printed figures, {checked} of them in at least one of {len(findings)} checks"]
    lines += [f"{counts[verdict]:6d}  {verdict}" for verdict in VERDICTS if counts[verdict]]
    shown = findings if show_all else findings[findings["verdict"] != "consistent"]
    for verdict, group in shown.groupby("verdict", observed=True, sort=True):
        lines += ["", verdict.upper()]
        for row in group.itertuples():
            lines += _finding(row)
    return "\n".join(lines) + "\n"


def _finding(row) -> list[str]:
    lines = [*_wrapped(f"{row.item}: {row.rule} [{row.ids}]", "  "), *_wrapped(row.proof, "    ")]
    if row.conditions:
        lines += _wrapped(f"if: {row.conditions}", "    ")
    if row.change:
        lines += _wrapped(f"corrected: {row.change}", "    ")
    return lines


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent + "  ", break_long_words=False
    )
