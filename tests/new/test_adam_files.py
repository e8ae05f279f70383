"""`trialbook new` of ADaM files: what is inferred, on what ground, and what is asked for."""

import pandas as pd
import pytest
import yaml

from tests.adam.folders import SHARED, small, write_frame
from trialbook.adam.problems import DataError, Findings
from trialbook.adam.trial_yml import parse_trial_yml
from trialbook.check import check_trial
from trialbook.new import UsageError, new_trial
from trialbook.new.write import flow, scalar
from trialbook.trial import load_trial

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the reference trials (../shared) are not here"
)


@needs_shared
def test_cdisc_pilot_needs_no_option_and_no_edit(tmp_path):
    made = new_trial(tmp_path / "pilot", SHARED / "adam" / "cdisc-pilot")
    trial = load_trial(made.folder)
    assert [arm.code for arm in trial.arms] == [
        "Placebo", "Xanomeline Low Dose", "Xanomeline High Dose",
    ]  # fmt: skip
    assert trial.primary.paramcd == "TTDE"
    assert trial.primary.label == "dermatologic event"
    assert trial.time.unit == "days"
    assert trial.privacy == "confidential"
    assert trial.randomized == "unknown"  # a placebo says nothing of chance
    assert trial.config.subgroups == ("SEX", "AGEGR1", "RACE", "BMIBLGR1")
    assert {item.variable for item in trial.config.baseline} >= {"AGE", "SEX", "RACE", "BMIBL"}
    assert "dermatologic_events" in trial.config.adverse_events
    grounds = {one.key: one.ground for one in made.inferred}
    assert "placebo" in grounds["control"]
    assert check_trial(made.folder).ok


@needs_shared
def test_pilot_with_laboratory_takes_its_18_parameters(tmp_path):
    made = new_trial(tmp_path / "pilot", SHARED / "adam" / "cdisc-pilot-parquet")
    assert len(made.trial.config.laboratory) == 18
    assert made.trial.config.laboratory[0].label == "Alanine Aminotransferase, U/L"


@needs_shared
@pytest.mark.parametrize(
    ("name", "control", "said", "ground", "events"),
    [
        ("lung", "Male", "Male", "said with --control", 165),
        ("veteran", "Standard", None, "it is called Standard, which says standard", 128),
    ],
)
def test_reference_trials_need_a_control_at_most(name, control, said, ground, events, tmp_path):
    made = new_trial(tmp_path / name, SHARED / "reference" / name, control=said)
    assert made.trial.control.code == control
    assert ground in [one.ground for one in made.inferred]
    assert made.trial.time_to_event("OS")["event"].sum() == events
    assert made.trial.randomized == "unknown"


@pytest.mark.parametrize("numbers", [None, [0, 1] * 4, [2, 1] * 4])
def test_a_control_that_nothing_shows_is_asked_for(numbers, source, tmp_path):
    data = small()
    data["adsl"]["TRT01P"] = data["adsl"]["TRT01A"] = ["Red", "Blue"] * 4
    data["adsl"]["TRT01PN"] = numbers
    data["adtte"] = data["adtte"][data["adtte"]["PARAMCD"] == "OS"]
    with pytest.raises(UsageError) as error:
        new_trial(tmp_path / "m", source(data))
    assert error.value.options == ("--control",)
    made = new_trial(tmp_path / "m", tmp_path / "source", control="red")
    assert made.trial.control.code == "Red"
    with pytest.raises(UsageError, match="no arm is called Redd; did you mean Red"):
        new_trial(tmp_path / "n", tmp_path / "source", control="Redd")


def test_several_end_points_ask_which_is_the_primary_one(source, tmp_path):
    with pytest.raises(UsageError, match=r"--primary \(OS, PFS\)"):
        new_trial(tmp_path / "m", source(small()))
    trial = new_trial(tmp_path / "m", tmp_path / "source", primary="pfs").trial
    assert [(one.paramcd, one.role) for one in trial.endpoints] == [
        ("PFS", "primary"), ("OS", "secondary"),
    ]  # fmt: skip
    assert trial.randomized == "yes"  # ADSL has RANDDT


def test_counts_are_left_out_and_said(source, tmp_path):
    data = small()
    data["adtte"].loc[8:, ["PARAMCD", "AVALU"]] = ["FALLS", "COUNT"]
    made = new_trial(tmp_path / "m", source(data))
    assert [one.paramcd for one in made.trial.endpoints] == ["OS"]
    assert any("FALLS" in note for note in made.notes)


def test_an_end_point_whose_unit_its_param_contradicts_is_refused(source, tmp_path):
    data = small()
    data["adtte"].loc[8:, "AVALU"] = "MONTHS"
    with pytest.raises(DataError, match=r"PFS is in months, trial.yml says days"):
        new_trial(tmp_path / "m", source(data), primary="OS")


@pytest.mark.parametrize(
    ("param", "event"),
    [
        ("Time to Complete Remission (days)", "favourable"),
        ("Duration of Response", "unfavourable"),
        ("Time to Hospital Discharge", "favourable"),
        ("Overall Survival", "unfavourable"),
    ],
)
def test_favourable_end_points_are_known_by_their_words(param, event, source, tmp_path):
    data = small()
    data["adtte"] = data["adtte"].head(8).assign(PARAMCD="X", PARAM=param)
    assert new_trial(tmp_path / "m", source(data)).trial.primary.event == event


def test_treated_narrows_the_comparisons(source, tmp_path):
    data = small()
    data["adsl"]["TRT01P"] = data["adsl"]["TRT01A"] = ["Placebo", "Low", "High", "High"] * 2
    data["adsl"]["TRT01PN"] = [0, 1, 2, 2] * 2
    trial = new_trial(tmp_path / "m", source(data), primary="OS", treated="high").trial
    assert [pair.name for pair in trial.comparisons] == ["High vs Placebo"]


def test_bad_data_leave_nothing_behind(source, tmp_path):
    data = small()
    data["adtte"]["AVAL"] = data["adtte"]["AVAL"].astype(float)
    data["adtte"].loc[0, "AVAL"] = -1
    with pytest.raises(DataError, match="must not be negative"):
        new_trial(tmp_path / "made" / "m", source(data), primary="OS")
    assert [path.name for path in (tmp_path / "made").iterdir()] == []


def test_a_trial_that_is_there_is_not_written_over(source, tmp_path):
    folder = source(small())
    new_trial(folder, folder, primary="OS")  # beside the data
    with pytest.raises(UsageError, match="is there already"):
        new_trial(folder, folder, primary="OS")
    with pytest.raises(UsageError, match="is not empty"):
        other = tmp_path / "other"
        other.mkdir()
        (other / "mine.txt").write_text("keep")
        new_trial(other, folder, primary="OS")
    assert (tmp_path / "other" / "mine.txt").read_text() == "keep"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("nowhere", "there is no such file or folder"),
        ("notes.prn", "name it notes.csv: any separator is read"),
        (".", "no data file"),
    ],
)
def test_a_source_that_cannot_be_read_is_said(given, message, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "notes.prn").write_text("hello")
    with pytest.raises(UsageError, match=message):
        new_trial(tmp_path / "m", tmp_path / "in" / given)


@pytest.mark.parametrize(
    "text",
    ["no", "yes", "1", "1.5", "null", "~", "a: b", "a #b", "[x]", "", " x", "it's", '"q"', "line\n",
     "\x85\u2028\u200f", "=cmd()", "😀", "%TAG", "- a", "é", "*x", "&x", "!t", "007", "2020-01-01",
     "x" * 10_000, "\ufeff", "\x00"],
)  # fmt: skip
def test_any_text_survives_being_written_as_yaml(text):
    assert yaml.safe_load(scalar(text)) == text
    assert yaml.safe_load(flow({"key": [text]})) == {"key": [text]}
    config = "arms: " + flow([{"code": "A", "values": [text or "x"]}])
    findings = Findings()
    parsed = parse_trial_yml(config + "\nendpoints: [{paramcd: X}]", findings, "t")
    assert parsed is not None, findings.problems
    assert parsed.model_dump()["arms"][0]["values"] == (text or "x",)


def test_spellings_of_an_arm_are_one_arm(source, tmp_path):
    data = small()
    data["adsl"].loc[0, "TRT01P"] = data["adsl"].loc[0, "TRT01P"].upper()
    made = new_trial(tmp_path / "m", source(data), primary="OS")
    assert [arm.code for arm in made.trial.arms] == ["Placebo", "Active"]
    assert any("without regard to capitals" in repair.what for repair in made.trial.repairs)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"adsl": {"ITTFL": "N"}}, "ITTFL of ADSL is Y for no patient"),
        (
            {"adtte": {"AVALU": "HOURS"}},
            "months, years: AVALU is HOURS",
        ),
    ],
)
def test_what_leaves_nothing_to_analyse_is_said(change, message, source, tmp_path):
    data = small()
    for name, columns in change.items():
        data[name] = data[name].assign(**columns)
    with pytest.raises(UsageError, match=message):
        new_trial(tmp_path / "m", source(data), primary="OS")


def test_a_unit_that_the_files_contradict_is_refused(source, tmp_path):
    data = small()
    with pytest.raises(UsageError, match="--unit week: AVALU of ADTTE says days"):
        new_trial(tmp_path / "m", source(data), primary="OS", unit="week")
    for path in (tmp_path / "source").iterdir():
        path.unlink()
    data["adtte"] = data["adtte"].assign(AVALU="MONTHS", PARAM="Survival (days)")
    for name, frame in data.items():
        write_frame(tmp_path / "source" / f"{name}.csv", frame)
    with pytest.raises(DataError, match="OS is in months, its PARAM says days"):
        new_trial(tmp_path / "m", tmp_path / "source", primary="OS")


def test_files_under_other_names_and_in_folders_are_pointed_to(source, tmp_path):
    folder = source(small())
    outer = tmp_path / "outer"
    outer.mkdir()
    folder.rename(outer / "adam")
    with pytest.raises(UsageError, match=r"ADSL is in adam: --from .*outer.adam"):
        new_trial(tmp_path / "m", outer)
    for path in (outer / "adam").iterdir():
        path.rename(outer / f"study_{path.name}")
    with pytest.raises(UsageError, match=r"if study_adsl.csv is ADSL, name it adsl.csv"):
        new_trial(tmp_path / "m", outer)


def test_lists_and_dates_in_parquet_are_read(tmp_path):
    frame = pd.DataFrame({"days": range(1, 9), "event": [True, False] * 4,
                          "arm": ["Placebo", "Drug"] * 4, "d": pd.Timestamp("2020-01-01"),
                          "many": [[1, 2]] * 8, "one": [{"a": 1}] * 8})  # fmt: skip
    frame.to_parquet(tmp_path / "data.parquet")
    trial = new_trial(tmp_path / "m", tmp_path / "data.parquet").trial
    assert trial.time_to_event("TTE")["event"].sum() == 4
    assert trial.adsl["one"].iloc[0] == "{'a': 1}"
