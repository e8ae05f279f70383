"""No outcome, and nothing that tells the arm, is a baseline variable or a subgroup."""

import numpy as np
import pandas as pd
import pytest

from trialbook.new import new_trial
from trialbook.new.outcomes import _is_time


def frame(n=80, **columns):
    rng = np.random.default_rng(7)
    days = np.round(rng.exponential(400, n)) + 1
    return pd.DataFrame({
        "id": [f"P{k}" for k in range(n)], "days": days, "event": rng.integers(0, 2, n),
        "arm": ["Placebo", "Drug"] * (n // 2), "age": np.round(rng.normal(60, 9, n)),
        "sex": rng.choice(["F", "M"], n),
    } | columns)  # fmt: skip


BASE = frame()
OUTCOMES = {
    "the time in another unit": ("followed", (BASE["days"] / 30.4375).round(2)),
    "the time a day apart": ("upto", BASE["days"] + 1),
    "the event": ("gone", BASE["event"].map({0: "no", 1: "yes"})),
    "the event, turned": ("cns", 1 - BASE["event"]),
    "the reason": ("reason", np.where(BASE["event"] == 1, "died", np.where(
        BASE["age"] > 60, "end of study", "still followed"))),
    "the arm": ("drug_code", BASE["arm"].map({"Placebo": 7, "Drug": 8})),
    "a dose that tells the arm": ("mg", np.where(BASE["arm"] == "Placebo", "0",
                                                  np.where(BASE["age"] > 60, "5", "10"))),
    "a level that one arm lacks": ("peak", np.where(BASE["arm"] == "Placebo", 0.0,
                                                     BASE["age"] * 1.7)),
    "best response": ("BOR", np.where(BASE["age"] > 60, "PR", "SD")),
    "another end point's time": ("pfs_months", BASE["age"] / 3),
    "another end point's time by no known name": (
        "crtime", np.round(BASE["days"] * np.random.default_rng(1).random(80))),
    "another end point's status": ("pfs_status", (BASE["age"] > 60).astype(int)),
    "a variable of ADTTE": ("EVNTDESC", np.where(BASE["age"] > 60, "a", "b")),
    "row numbers": ("row", np.arange(1, 81)),
}  # fmt: skip


@pytest.mark.parametrize(("name", "values"), OUTCOMES.values(), ids=OUTCOMES)
def test_what_is_no_baseline_variable_is_left_out_with_its_ground(name, values, flat, tmp_path):
    path = flat(BASE.assign(**{name: values}))
    made = new_trial(tmp_path / "m", path, time="days", event="event", arm="arm")
    config = made.trial.config
    assert name not in {one.variable for one in config.baseline} | set(config.subgroups)
    assert any(note.startswith("not taken as baseline") and name in note for note in made.notes)
    assert {one.variable for one in config.baseline} == {"age", "sex"}


def test_a_rare_level_without_events_is_ordinary_and_told(flat, tmp_path):
    data = frame(stage=np.where(BASE["event"] == 1, "II", np.where(BASE["age"] > 55, "I", "II")))
    made = new_trial(tmp_path / "m", flat(data))
    assert "stage" in made.trial.config.subgroups
    assert any("stage I: none of " in note for note in made.notes)


def test_a_code_beside_its_label_is_said_once(flat, tmp_path):
    data = frame(region=np.where(BASE["age"] > 60, "North", "South"))
    data["region_code"] = data["region"].map({"North": 1, "South": 2})
    made = new_trial(tmp_path / "m", flat(data))
    assert made.trial.config.subgroups == ("sex", "region")
    assert any("region_code (it says the same as region)" in note for note in made.notes)


def test_flags_of_before_are_subgroups_and_flags_of_populations_are_not(flat, tmp_path):
    flags = np.where(BASE["age"] > 60, "Y", "N")
    data = frame(PRSURGFL=flags, prior_surgery=np.where(BASE["sex"] == "F", "yes", flags),
                 EFFFL=flags, SAEFL=flags)  # fmt: skip
    made = new_trial(tmp_path / "m", flat(data))
    assert {"PRSURGFL", "prior_surgery"} <= set(made.trial.config.subgroups)
    assert not {"EFFFL", "SAEFL"} & set(made.trial.config.subgroups)


def test_stratification_factors_are_proposed_as_strata(flat, tmp_path):
    rng = np.random.default_rng(1)
    data = frame(STRAT1=rng.choice(["a", "b"], 80), STR02=rng.choice(["x", "y"], 80))
    data["STRAT1N"] = data["STRAT1"].map({"a": 1, "b": 2})
    assert new_trial(tmp_path / "m", flat(data)).trial.config.strata == ("STRAT1", "STR02")


@pytest.mark.parametrize(("off", "found"), [(0.019, True), (0.021, False)])
def test_a_time_in_another_unit_is_within_two_percent(off, found):
    time = np.arange(30.0, 330.0, 5)
    values = time / 30.4375 * np.tile([1 - off, 1, 1 + off], len(time) // 3)
    assert bool(_is_time(values, time, "OS", named=False)) is found
