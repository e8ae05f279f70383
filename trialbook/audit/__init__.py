"""Are printed figures consistent in themselves, without any patient's data?

`audit` reads the printed figures of a paper (the format is described in `trialbook.audit.paper`)
and applies every rule of `RULES`; which figures belong together is found from their items, arms
and statistics, never from their ids. A verdict "impossible" is a proof under the conditions that
stand beside it. A finding is about print: most are slips that change no conclusion, and each
says what a correction would change.
"""

from pathlib import Path

import pandas as pd

from trialbook.audit import claims, hazard_ratios, moments, proportions, sample_size, sums
from trialbook.audit.findings import VERDICTS, Finding, findings_frame
from trialbook.audit.paper import Paper, paper_from, read_paper
from trialbook.audit.text import audit_text

RULES = (
    proportions.percentages,
    proportions.counts_within,
    proportions.p_values_of_counts,
    hazard_ratios.hazard_ratios,
    moments.whole_numbers,
    moments.within_range,
    moments.against_categories,
    moments.parts_of_all,
    sums.arms_add_up,
    sums.categories_add_up,
    sums.completion,
    sums.stated_parts,
    sums.subsets,
    sums.same_count_twice,
    sample_size.sample_size,
    claims.no_difference,
)
"""Functions from a `Paper` to findings."""


def audit(figures: str | Path | pd.DataFrame | Paper) -> pd.DataFrame:
    """Check printed figures against each other.

    Parameters
    ----------
    figures : path, DataFrame or Paper
        A CSV file of printed figures, its table as text, or what `read_paper` made of it.

    Returns
    -------
    pandas.DataFrame
        One row per conclusion, the gravest first: ``rule``, ``item``, ``ids``, ``verdict`` (one of
        `VERDICTS`), ``conditions``, ``proof``, ``change``. ``attrs["n_figures"]`` counts the
        figures read, ``attrs["n_checked"]`` those of at least one finding.

    Raises
    ------
    ValueError
        When the file is not of the format; all problems in one message.
    """
    if isinstance(figures, pd.DataFrame):
        paper = paper_from(figures)
    else:
        paper = figures if isinstance(figures, Paper) else read_paper(figures)
    found = findings_frame(finding for rule in RULES for finding in rule(paper))
    checked = {id_ for together in found["ids"] for id_ in together.split(", ")}
    found.attrs = {"n_figures": len(paper.figures), "n_checked": len(checked)}
    return found


__all__ = ["RULES", "VERDICTS", "Finding", "Paper", "audit", "audit_text", "read_paper"]
