"""Tiny trials of seven patients, as cuts."""

import pandas as pd
import pytest
import yaml

from tests.analyses.tiny import patients, times
from trialbook.comparison import read_cut

ARMS = "AAABBBB"
# A: events on days 2 and 4, P3 censored on 5; B: an event on day 3, censored on 4, 6, 8
AVAL, CNSR = [2, 4, 5, 3, 4, 6, 8], [0, 0, 1, 0, 1, 1, 1]


@pytest.fixture
def cut(tmp_path):
    """Return a function that writes a trial's folder and reads it as a cut."""

    def make(name, given=ARMS, aval=AVAL, cnsr=CNSR, others=(), **config):
        folder = tmp_path / name
        folder.mkdir()
        adsl = patients(given)
        adtte = [times(adsl, aval, cnsr), *(times(adsl, *one) for one in others)]
        adsl.to_csv(folder / "adsl.csv", index=False)
        pd.concat(adtte).to_csv(folder / "adtte.csv", index=False)
        text = {
            "id": "tiny", "title": "A tiny trial", "privacy": "public", "randomized": "yes",
            "time": {"unit": "days", "show": "days"},
            "arms": [{"code": code} for code in sorted(set(given))],
            "endpoints": [{"paramcd": "EVENT", "label": "relapse", "role": "primary"}],
        } | config  # fmt: skip
        (folder / "trial.yml").write_text(yaml.safe_dump(text), encoding="utf-8")
        return read_cut(folder)

    return make


def replaced(values, at, value):
    """Return a list with another value at a place."""
    return [*values[:at], value, *values[at + 1 :]]
