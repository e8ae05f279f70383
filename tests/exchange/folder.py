"""A folder of results made elsewhere, to be changed by a test."""

from pathlib import Path

import pandas as pd

from trialbook.analyses import all_results
from trialbook.safe.lookup import Lookup

HERE = Path(__file__).parent / "elsewhere"
PFS = ("cox", "PFS", "HIGH vs PBO")


def folder_with(path, cards, trial_yml=None):
    """Write a folder of results: the example's trial.yml and other rows."""
    (path / "trial.yml").write_text(trial_yml or (HERE / "trial.yml").read_text())
    cards.to_csv(path / "cards.csv", index=False)
    return path


def the_cards():
    """Return the example's rows, as text."""
    return pd.read_csv(HERE / "cards.csv", dtype=str, keep_default_na=False)


def value(trial, statistic, analysis, paramcd, arm, **key):
    """Return a result as readers may see it, NaN where they may not."""
    lookup = Lookup(all_results(trial, [analysis]), trial)
    return lookup.value(statistic, analysis, paramcd, arm, **key)
