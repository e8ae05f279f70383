"""A trial: who is analysed, in which arm, what came first; and what a page must say of it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.adam.folders import CONFIG, small, write_trial
from trialbook.trial import DataError, load_trial

ROOT = Path(__file__).parents[1]


@pytest.fixture
def load(tmp_path):
    def load(data=None, config=None):
        folder = tmp_path / f"trial{len(list(tmp_path.iterdir()))}"
        return load_trial(write_trial(folder, data or small(), config))

    return load


def test_gbsg2_has_the_counts_of_its_paper():
    # lifelines' and R's TH.data copy: 686 women, 246 with hormonal therapy, 299 events
    trial = load_trial(ROOT / "data" / "gbsg2")
    times = trial.time_to_event(trial.primary)
    assert len(times) == 686
    assert times["arm"].value_counts().to_dict() == {"NONE": 440, "TAM": 246}
    assert times.groupby("arm", observed=True)["event"].sum().to_dict() == {"NONE": 205, "TAM": 94}
    assert trial.adae is None
    assert trial.treatment_emergent() is None
    assert trial.randomized == "partly"


def test_a_relative_folder_is_looked_for_from_here_upwards(monkeypatch):
    monkeypatch.chdir(ROOT / "notebooks")
    assert load_trial("data/gbsg2").folder == ROOT / "data" / "gbsg2"


def test_the_same_content_is_read_once_and_a_change_is_seen(tmp_path):
    folder = write_trial(tmp_path / "t", small())
    first = load_trial(folder)
    assert load_trial(folder) is first
    data = small()
    data["adsl"].loc[0, "AGE"] = 99
    write_trial(folder, data)
    assert load_trial(folder).adsl["AGE"].max() == 99


def test_what_a_caller_does_to_a_frame_stays_with_the_caller(load):
    trial = load()
    for frame in (trial.adsl, trial.efficacy_population(), trial.time_to_event("OS")):
        frame["new"] = 1
    for frame in (trial.adsl, trial.efficacy_population(), trial.time_to_event("OS")):
        assert "new" not in frame


def test_arms_stand_control_first_whatever_the_data_say(load):
    trial = load(config={"arms": CONFIG["arms"][::-1]})
    assert [arm.code for arm in trial.arms] == ["ACT", "PBO"]
    assert [pair.name for pair in trial.comparisons] == ["PBO vs ACT"]
    assert list(trial.efficacy_population()["arm"].cat.categories) == ["ACT", "PBO"]


def test_four_arms_are_each_compared_with_the_control(load):
    data = small()
    data["adsl"]["TRT01P"] = data["adsl"]["TRT01A"] = list("ABCDABCD")
    arms = [{"code": code} for code in "ABCD"]
    trial = load(data, {"arms": arms})
    assert [pair.name for pair in trial.comparisons] == ["B vs A", "C vs A", "D vs A"]
    assert [len(part) for _, part in trial.time_to_event("OS").groupby("arm", observed=False)] == [
        2, 2, 2, 2,
    ]  # fmt: skip


def test_one_arm_is_described_not_compared(load):
    data = small()
    data["adsl"]["TRT01P"] = data["adsl"]["TRT01A"] = "Active"
    trial = load(data, {"arms": [{"code": "ACT", "values": ["Active"]}]})
    assert trial.comparisons == ()
    assert len(trial.time_to_event("OS")) == 8


def test_efficacy_goes_by_the_planned_arm_and_safety_by_the_treatment_taken(load):
    data = small()
    data["adsl"].loc[0, "TRT01A"] = "Active"  # planned Placebo
    data["adsl"].loc[1, ["SAFFL", "TRT01A"]] = ["N", None]  # never treated
    trial = load(data)
    assert trial.efficacy_population()["arm"].value_counts().to_dict() == {"PBO": 4, "ACT": 4}
    assert trial.safety_population()["arm"].value_counts().to_dict() == {"ACT": 4, "PBO": 3}
    emergent = trial.treatment_emergent()
    assert list(emergent["USUBJID"]) == ["P-1", "P-3"]
    assert list(emergent["arm"]) == ["ACT", "PBO"]
    assert any("1 patient took the treatment of another arm" in text for text in trial.remarks)
    assert any("1 row of ADAE is of patients outside" in text for text in trial.remarks)


def test_screen_failures_are_in_adsl_and_in_no_population(load):
    data = small()
    data["adsl"].loc[0, ["TRT01P", "TRT01A", "ITTFL", "SAFFL"]] = ["Screen Failure", None, "N", ""]
    trial = load(data)
    assert len(trial.adsl) == 8
    assert len(trial.efficacy_population()) == 7
    assert len(trial.safety_population()) == 7
    assert len(trial.randomized_population()) == 7
    assert "1 of 8 patients in ADSL is not in the efficacy population." in trial.remarks


@pytest.mark.parametrize(
    ("given", "who", "note"),
    [
        ({"RANDFL": ["Y"] * 7 + ["N"]}, 7, "all randomized patients"),
        ({}, 8, "all patients with a date of randomization"),
        ({"RANDDT": None}, 8, "all patients with a planned arm"),
    ],
)
def test_the_rule_that_stands_in_for_an_absent_ittfl_is_said(given, who, note, load):
    data = small()
    data["adsl"] = data["adsl"].drop(columns="ITTFL").assign(**given)
    if "RANDDT" in given:
        data["adsl"] = data["adsl"].drop(columns="RANDDT")
    trial = load(data)
    assert len(trial.efficacy_population()) == who
    assert trial.population_note("efficacy") == (f"ITTFL is absent: {note} are analysed.",)


def test_the_rule_that_stands_in_for_an_absent_saffl_is_said(load):
    data = small()
    start = pd.Series(["2020-01-02"] * 6 + ["", ""])
    data["adsl"] = data["adsl"].drop(columns="SAFFL").assign(TRTSDT=start)
    trial = load(data)
    assert len(trial.safety_population()) == 6
    assert "first date of treatment" in trial.population_note("safety")[0]


def test_patients_without_a_row_are_counted(load):
    data = small()
    data["adtte"] = data["adtte"].drop(index=[0, 1])
    trial = load(data)
    assert len(trial.time_to_event("OS")) == 6
    assert (
        "2 patients of the efficacy population have no row of OS in ADTTE and are not in its "
        "analyses." in trial.remarks
    )


def test_missing_optional_data_are_said_in_one_line_each(load):
    data = small()
    del data["adae"]
    assert load(data).remarks == (
        "ADTTE also holds end points that trial.yml does not name: PFS.",
        "No adverse events were given (ADAE), so none are shown.",
        "No laboratory results were given (ADLB), so none are shown.",
    )


def competing(load, competing):
    """Seven patients by hand: relapse OS, death PFS (see the table of times below)."""
    data = small()
    data["adsl"] = data["adsl"].head(7)
    patients = list(data["adsl"]["USUBJID"])
    times = {
        #            event  cens.  comp.  comp.<ev  comp.=ev  comp. after end  event first
        "OS": ([10, 20, 30, 40, 50, 60, 70], [0, 1, 2, 0, 0, 1, 0]),
        "PFS": ([99, 99, 30, 35, 50, 65, 80], [1, 1, 0, 0, 0, 0, 0]),
    }
    data["adtte"] = pd.concat([
        pd.DataFrame({"USUBJID": patients, "PARAMCD": code, "AVAL": aval, "CNSR": cnsr})
        for code, (aval, cnsr) in times.items()
    ])  # fmt: skip
    del data["adae"]
    endpoint = {"paramcd": "OS", "role": "primary", "competing": competing}
    return load(data, {"endpoints": [endpoint, {"paramcd": "PFS"}]}).competing_risks("OS")


def test_competing_end_points_count_by_what_came_first(load):
    frame = competing(load, ["PFS"])
    assert list(frame["cause"]) == [1, 0, 2, 2, 1, 0, 1]
    assert list(frame["AVAL"]) == [10, 20, 30, 35, 50, 60, 70]


def test_competing_codes_count_as_trial_yml_says(load):
    frame = competing(load, [{"cnsr": 2, "label": "left"}])
    assert list(frame["cause"]) == [1, 0, 2, 1, 1, 0, 1]


def test_without_competing_events_cause_is_the_event(load):
    frame = competing(load, [])
    np.testing.assert_array_equal(frame["cause"], frame["event"].astype(int))


def test_a_flat_file_may_call_its_columns_as_our_own_are_called(tmp_path):
    folder = tmp_path / "flat"
    folder.mkdir()
    pd.DataFrame({
        "arm": ["a", "b"] * 3, "event": [1, 0, 1, 1, 0, 1], "AVAL": [1, 2, 3, 4, 5, 6.0],
        "cause": "x",
    }).to_csv(folder / "data.csv", index=False)  # fmt: skip
    (folder / "trial.yml").write_text(
        "flat: {file: data.csv, time: AVAL, event: event, arm: arm}\n"
        "arms: [{code: a}, {code: b}]\nendpoints: [{paramcd: TTE}]\n"
    )
    frame = load_trial(folder).time_to_event("TTE")
    assert frame.columns.is_unique
    assert frame["event"].dtype == bool
    assert frame["event"].sum() == 4
    assert list(frame["AVAL"]) == [1, 2, 3, 4, 5, 6]


def test_files_are_named_with_their_sha256(load):
    files = load().files
    assert set(files) == {"adsl.csv", "adtte.csv", "adae.csv", "trial.yml"}
    assert all(len(digest) == 64 for digest in files.values())


def test_times_are_shown_in_the_unit_that_trial_yml_says(load):
    time = load(config={"time": {"unit": "days", "show": "months"}}).time
    assert time.to_show(365.25) == pytest.approx(12)
    assert time.per_year == 365.25
    assert time.label == "Months since randomization"


@pytest.mark.parametrize(("privacy", "least"), [("confidential", 5), ("public", 0)])
def test_confidential_data_hide_small_counts_unless_told_otherwise(privacy, least, load):
    assert load(config={"privacy": privacy}).min_cell == least
    assert load(config={"privacy": privacy, "min_cell": 3}).min_cell == 3


def test_an_end_point_that_is_not_there_names_those_that_are(load):
    with pytest.raises(ValueError, match="'XX' is no end point of this trial; known: OS"):
        load().time_to_event("XX")


def test_a_trial_without_a_primary_end_point_takes_the_first(load):
    endpoints = [{"paramcd": "PFS"}, {"paramcd": "OS"}]
    assert load(config={"endpoints": endpoints}).primary.paramcd == "PFS"


def test_privacy_and_randomization_are_cautious_where_nothing_is_said(load):
    text = "arms: [{code: Placebo}, {code: Active}]\nendpoints: [{paramcd: OS}]"
    trial = load(config=text)
    assert (trial.privacy, trial.randomized) == ("confidential", "unknown")


def test_recurrent_intervals_must_not_overlap(load):
    data = small()
    data["adtter"] = pd.DataFrame({
        "USUBJID": ["P-1", "P-1", "P-2"], "PARAMCD": "OS", "ASTDY": [0, 5, 0],
        "AENDY": [6, 9, 0], "CNSR": [0, 1, 1],
    })  # fmt: skip
    with pytest.raises(DataError) as error:
        load(data)
    assert [problem.rule for problem in error.value.problems] == [
        "an interval must end after it begins",
        "intervals of a patient must not overlap",
    ]
