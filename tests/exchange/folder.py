"""A folder of results made elsewhere, to be changed by a test."""

from pathlib import Path

import pandas as pd

from trialbook.analyses import all_curves, all_results, event_classes, joined, strata
from trialbook.ard import complete
from trialbook.exchange import cards_of
from trialbook.results import COLUMNS, CURVE
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


def results_of(trial):
    """Return all results of a trial, its curves among them, as a build leaves them."""
    found = joined([all_results(trial), strata(trial), all_curves(trial)])
    return complete(found, trial, "all")[COLUMNS]


def folder_of_results(path, trial):
    """Write a trial's own results as a folder of results made elsewhere."""
    ard = results_of(trial)
    drawn = ard["analysis"] == CURVE
    text = (trial.folder / "trial.yml").read_text()
    if trial.config.flat is not None:  # a map of data, of which there are none
        lines = text.splitlines()
        first = next(i for i, line in enumerate(lines) if line.startswith("flat:"))
        last = next(i for i in range(first, len(lines)) if "}" in lines[i])
        text = "\n".join(lines[:first] + lines[last + 1 :])
    cards = cards_of(ard[~drawn], classes=event_classes(trial).to_numpy().tolist())
    folder_with(path, cards, text)
    ard[drawn].to_csv(path / "curves.csv", index=False)
    return path
