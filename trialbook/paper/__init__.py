"""Printed against computed: what a paper prints beside what this trial's data give.

A trial's ``published.csv`` has a row per printed figure (the columns of `trialbook.audit.paper`)
and, for those that are about data, the key of the result that must print the same:

=================== ============================================================================
column              content
=================== ============================================================================
ard_analysis ...    the key of one result: ``ard_analysis``, ``ard_paramcd``, ``ard_arm``,
ard_statistic       ``ard_subgroup``, ``ard_level``, ``ard_time``, ``ard_method``,
                    ``ard_statistic``; all empty for a figure that is not about data
ard_expect          for a statement in words ("lower with B"): what every result must satisfy
                    that the key, now a pattern, selects; see `trialbook.paper.expectations`
kind (optional)     data, arithmetic, or the reason why a figure is not about data
role (optional)     target: a search for patients aimed at it; unforced: it came back by itself
=================== ============================================================================
"""

from trialbook.paper.open_results import load_seeds, open_results
from trialbook.paper.reproduction import (
    VERDICTS,
    compare,
    load_published,
    results_for,
    tally,
)

__all__ = [
    "VERDICTS",
    "compare",
    "load_published",
    "load_seeds",
    "open_results",
    "results_for",
    "tally",
]
