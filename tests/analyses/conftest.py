"""Tiny trials on disk, as a user has them."""

import numpy as np
import pandas as pd
import pytest
import yaml

from tests.analyses.tiny import patients, times
from trialbook.trial import load_trial


@pytest.fixture
def write_trial(tmp_path):
    """Return a function that writes data sets and trial.yml to a folder and loads the trial."""

    def write(adsl, adtte, **more):
        data = {"adsl": adsl, "adtte": adtte}
        data |= {
            name: more.pop(name) for name in ("adae", "adlb", "adtter", "addv") if name in more
        }
        config = {
            "id": "tiny",
            "title": "A tiny trial",
            "privacy": "public",
            "randomized": "yes",
            "time": {"unit": "days", "show": "days"},
            "arms": [{"code": "A"}, {"code": "B"}],
            "endpoints": [{"paramcd": "EVENT", "role": "primary"}],
        } | more
        folder = tmp_path / "tiny"
        folder.mkdir()
        for name, frame in data.items():
            pd.DataFrame(frame).to_csv(folder / f"{name}.csv", index=False)
        (folder / "trial.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
        return load_trial(folder)

    return write


@pytest.fixture
def seven(write_trial):
    """Seven patients: A fails on days 2 and 4, censored 5; B fails on day 3, censored 4, 6, 8."""
    adsl = patients("AAABBBB", SEX=list("FMFFMFM"), AGE=[50, 60, 70, 40, 50, np.nan, 60])
    adtte = times(adsl, [2, 4, 5, 3, 4, 6, 8], [0, 0, 1, 0, 1, 1, 1])
    return write_trial(adsl, adtte, landmarks=[4], subgroups=["SEX"], baseline=[
        {"variable": "AGE"}, {"variable": "SEX"}])  # fmt: skip
