"""Comparison of two cuts of a trial, or of two builds: what is new, and what it changes.

`read_cut` reads a trial's folder or a published build; `compare` takes two cuts and returns one
tidy frame; `trialbook.report.cuts` shows it.
"""

from trialbook.comparison.compare import Comparison, compare
from trialbook.comparison.cuts import Cut, CutFacts, facts_of, read_cut

__all__ = ["Comparison", "Cut", "CutFacts", "compare", "facts_of", "read_cut"]
