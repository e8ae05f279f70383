"""Findings: what a rule concludes about printed figures, with its proof."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields

import pandas as pd

VERDICTS = ("impossible", "unlikely", "needs an unstated allowance", "rounding", "consistent")
"""From the gravest: no data print this; data that do are far-fetched; something must be added
that is not said; the last digit was not rounded to nearest, or only just; all in order."""


@dataclass(frozen=True)
class Finding:
    """One conclusion about one or several printed figures.

    Attributes
    ----------
    rule : str
        The rule that was applied.
    item : str
        What the figures describe, with the arm where one applies.
    ids : str
        The figures involved, separated by ", ".
    verdict : str
        One of `VERDICTS`.
    conditions : str
        What the verdict rests on; empty where it rests on nothing but arithmetic.
    proof : str
        The argument in one line, with its numbers.
    change : str
        What a correction would change, where something is to be corrected.
    questioned : str
        Of `ids` those that a correction would touch; empty where nothing tells them apart.
    """

    rule: str
    item: str
    ids: str
    verdict: str
    conditions: str
    proof: str
    change: str = ""
    questioned: str = ""

    def __post_init__(self):
        if self.verdict not in VERDICTS:
            raise ValueError(f"verdict {self.verdict!r} is none of {', '.join(VERDICTS)}")


def findings_frame(findings: Iterable[Finding]) -> pd.DataFrame:
    """Return findings as a tidy frame, the gravest first and otherwise in their order."""
    columns = [field.name for field in fields(Finding)]
    frame = pd.DataFrame.from_records([astuple(f) for f in findings], columns=columns)
    frame["verdict"] = pd.Categorical(frame["verdict"], VERDICTS, ordered=True)
    return frame.sort_values("verdict", kind="stable", ignore_index=True)


def ids(*figures) -> str:
    """Join the ids of figures, each once, leaving out None."""
    return ", ".join(dict.fromkeys(figure.id for figure in figures if figure is not None))
