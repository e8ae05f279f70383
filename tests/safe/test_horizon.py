"""The horizon that readers of confidential data see, where the data choose it."""

import numpy as np
import pandas as pd
import pytest

from tests.adam.folders import write_frame
from tests.report.secret_trial import secret_trial
from trialbook.analyses.horizon import _untelling, common_tau
from trialbook.trial import load_trial

FEW = 4


@pytest.fixture(scope="module")
def horizon(tmp_path_factory):
    """Return the horizon of the trial with times of the last arm changed by a function."""

    def of(change):
        folder = secret_trial(tmp_path_factory.mktemp("horizon") / "t")
        adtte = pd.read_csv(folder / "adtte.csv").drop(columns="ADT")
        last = adtte["USUBJID"].isin(adtte["USUBJID"].unique()[140:])
        of_arm = last & (adtte["PARAMCD"] == "PFS")
        adtte.loc[of_arm, ["AVAL", "CNSR"]] = change(adtte.loc[of_arm, ["AVAL", "CNSR"]].copy())
        adtte = adtte[adtte["PARAMCD"] == "PFS"]
        write_frame(folder / "adtte.csv", adtte)
        text = (folder / "trial.yml").read_text(encoding="utf-8")
        head, _, rest = text.partition("endpoints:")
        rest = "subgroups:" + rest.partition("subgroups:")[2]
        one = "endpoints:\n- {paramcd: PFS, label: progression or death, role: primary}\n"
        (folder / "trial.yml").write_text(head + one + rest, encoding="utf-8")
        trial = load_trial(folder)
        return common_tau(trial, trial.primary, trial.time_to_event("PFS"))[0]

    return of


def few(times):
    """Return a change that leaves an arm few events, at these times."""

    def change(frame):
        frame["CNSR"] = 1
        rows = frame.index[: len(times)]
        frame.loc[rows, "AVAL"], frame.loc[rows, "CNSR"] = times, 0
        return frame

    return change


def test_the_times_of_few_events_decide_nothing(horizon):
    found = {horizon(few(times)) for times in ([3, 5, 8], [3, 5, 90], [60, 61, 95], [2])}
    assert len(found) == 1
    assert found.pop() > 95


def test_where_the_last_few_events_of_many_lie_decides_nothing(horizon):
    def moved(days):
        def change(frame):
            frame["AVAL"] = frame["AVAL"].clip(upper=300)
            rows = frame.index[frame["CNSR"] == 0][:FEW]
            frame.loc[rows, "AVAL"] = days
            return frame

        return change

    found = {horizon(moved(days)) for days in (305, 480, 700)}
    assert len(found) == 1
    assert found.pop() <= 300


@pytest.mark.parametrize("least", [0, 1, 2, 5, 9])
def test_so_many_had_the_event_at_the_horizon_or_after_it(least):
    rng = np.random.default_rng(least)
    time, event = rng.permutation(np.arange(1, 101)).astype(float), rng.random(100) < 0.4
    horizon = _untelling(time, event, least)
    assert (event & (time >= horizon)).sum() == max(least, 1)
    none = np.zeros(100, bool)
    assert _untelling(time, none, least) == 101 - max(least, 1)
    assert np.isinf(_untelling(time[:1], event[:1], 2))
