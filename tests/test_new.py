"""`trialbook new`: what is inferred, on what ground, and what is asked for."""

from pathlib import Path

import lifelines.datasets
import numpy as np
import pandas as pd
import pytest
import yaml
from click.testing import CliRunner

from tests.adam.folders import SHARED, small, write_frame
from trialbook.adam.problems import DataError, Findings
from trialbook.adam.readers import read_table
from trialbook.adam.trial_yml import parse_trial_yml
from trialbook.check import check_trial
from trialbook.cli import main
from trialbook.new import UsageError, new_trial
from trialbook.new.write import flow, scalar
from trialbook.trial import load_trial

REFERENCE = Path(__file__).parent / "reference"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the reference trials (../shared) are not here"
)


@pytest.fixture
def source(tmp_path):
    """Return a function that writes data sets and gives their folder."""

    def write(data):
        folder = tmp_path / "source"
        folder.mkdir()
        for name, frame in data.items():
            write_frame(folder / f"{name}.csv", frame)
        return folder

    return write


@pytest.fixture
def flat(tmp_path):
    """Return a function that writes one flat file."""

    def write(frame, name="data.csv"):
        path = tmp_path / name
        frame.to_csv(path, index=False)
        return path

    return write


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
    assert trial.randomized == "yes"
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
    assert made.trial.config.laboratory[0].label == "Sodium, mmol/L"


@needs_shared
@pytest.mark.parametrize(
    ("name", "control", "ground", "events"),
    [
        ("lung", "Male", "it has the lowest number, 1 in TRT01PN", 165),
        ("veteran", "Standard", "it is called Standard, which says standard", 128),
    ],
)
def test_reference_trials_need_no_option(name, control, ground, events, tmp_path):
    made = new_trial(tmp_path / name, SHARED / "reference" / name)
    assert made.trial.control.code == control
    assert ground in [one.ground for one in made.inferred]
    assert made.trial.time_to_event("OS")["event"].sum() == events
    assert made.trial.randomized == "no"


# the events are those that lifelines' documentation prints for its own data sets
@pytest.mark.parametrize(
    ("name", "options", "control", "unit", "events"),
    [
        ("leukemia", {}, "0", "days", 30),
        ("waltons", {}, "control", "days", 156),
        ("rossi", {"event": "arrest", "arm": "fin"}, "0", "weeks", 114),
        ("larynx", {"arm": "Stage_II"}, "0", "days", 50),
        ("gbsg2", {"event": "cens", "arm": "horTh"}, "no", "days", 299),
        ("kidney_transplant", {"arm": "black_male"}, "0", "days", 140),
        ("lung", {"arm": "sex", "control": "1"}, "1", "days", 165),
        ("g3", {}, "Control", "days", 6),
    ],
)
def test_flat_survival_data_of_lifelines(name, options, control, unit, events, flat, tmp_path):
    path = flat(getattr(lifelines.datasets, f"load_{name}")(), f"{name}.csv")
    trial = new_trial(tmp_path / "made", path, **options).trial
    assert trial.control.code == control
    assert trial.time.unit == unit
    assert trial.time_to_event("TTE")["event"].sum() == events


@pytest.mark.parametrize(
    ("options", "missing"),
    [
        ({}, ("--event", "--arm")),
        ({"event": "arrest"}, ("--arm",)),
        ({"event": "arrest", "arm": "age"}, ("--arm",)),
        ({"event": "arrest", "arm": "arrest"}, ("--arm",)),
        ({"event": "arest", "arm": "fin"}, ("--event",)),
    ],
)
def test_what_a_flat_file_does_not_say_is_asked_for(options, missing, flat, tmp_path):
    path = flat(lifelines.datasets.load_rossi())
    with pytest.raises(UsageError) as error:
        new_trial(tmp_path / "made", path, **options)
    assert error.value.options == missing
    assert all(option in str(error.value) for option in missing)
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("column", "values", "event"),
    [
        ("status", [1, 2], "2"),
        ("status", ["alive", "dead"], "dead"),
        ("OS_STATUS", ["0:LIVING", "1:DECEASED"], "1:DECEASED"),
        ("event", [1, 1], "1"),
        ("event", [0, 0], "1"),
        ("CNSR", [0, 1], "0"),
        ("cens", [0, 1], "1"),
        ("event", [True, False], "True"),
        ("relapsed", ["no", "yes"], "yes"),
    ],
)
def test_which_value_is_the_event(column, values, event, flat, tmp_path):
    frame = pd.DataFrame({"time": range(1, 9), column: values * 4, "arm": list("aabb") * 2})
    trial = new_trial(tmp_path / "m", flat(frame), event=column, control="a").trial
    assert trial.config.flat.event_value == (event,)


def test_an_event_value_that_nothing_shows_is_asked_for(flat, tmp_path):
    frame = pd.DataFrame({"time": range(1, 9), "event": ["x", "z"] * 4, "arm": list("aabb") * 2})
    with pytest.raises(UsageError, match="--event-value: x, z"):
        new_trial(tmp_path / "m", flat(frame), control="a")


@pytest.mark.parametrize(
    ("column", "values"),
    [("cens", [0, 1]), ("censor", [0, 1]), ("C", [0, 1]), ("status", [0, 1, 2]),
     ("status", [1, 2, 3])],
)  # fmt: skip
def test_a_status_that_may_mean_either_is_asked_for(column, values, flat, tmp_path):
    size = 4 * len(values)
    frame = pd.DataFrame({"time": range(size), column: values * 4, "arm": ["a", "b"] * (size // 2)})
    with pytest.raises(UsageError) as error:
        new_trial(tmp_path / "m", flat(frame), control="a")
    assert error.value.options == ("--event-value",)
    with pytest.raises(UsageError, match=f"{column} never is 7; it is"):
        new_trial(tmp_path / "m", flat(frame), control="a", event_value="7")
    trial = new_trial(tmp_path / "m", flat(frame), control="a", event_value="1.0").trial
    assert trial.config.flat.event_value == ("1",)


def test_arms_are_in_the_order_in_which_one_counts(flat, tmp_path):
    doses = ["placebo", "10 mg", "5 mg", "2.5 mg"]
    frame = pd.DataFrame({"time": range(8), "event": [0, 1] * 4, "arm": doses * 2})
    trial = new_trial(tmp_path / "m", flat(frame)).trial
    assert [arm.code for arm in trial.arms] == ["placebo", "2.5 mg", "5 mg", "10 mg"]
    frame["arm"] = [0, 10, 2, -1] * 2
    trial = new_trial(tmp_path / "n", flat(frame)).trial
    assert [arm.code for arm in trial.arms] == ["0", "-1", "2", "10"]
    assert [arm.label for arm in trial.arms] == ["arm 0", "arm -1", "arm 2", "arm 10"]


def test_one_group_needs_no_option(flat, tmp_path):
    frame = pd.DataFrame({"time": range(8), "event": [0, 1] * 4, "arm": "Drug"})
    assert [arm.code for arm in new_trial(tmp_path / "m", flat(frame)).trial.arms] == ["Drug"]


def test_what_is_asked_for_offers_what_can_be_meant(flat, tmp_path):
    frame = pd.DataFrame({"id": range(30), "begin": range(30), "died": [0, 1] * 15,
                          "given": ["new", "old"] * 15,
                          "note": [f"text {n}" for n in range(30)]})  # fmt: skip
    with pytest.raises(UsageError) as error:
        new_trial(tmp_path / "m", flat(frame))
    message = str(error.value)
    assert "--time: one of begin\n" in message
    assert message.endswith("--arm: one of given")
    frame = frame.drop(columns="given")
    with pytest.raises(UsageError, match="of one arm, the same word in each row"):
        new_trial(tmp_path / "m", flat(frame), time="begin", event="died")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": [1, 1, 2, 3]}, "id: a patient must stand in one row, not in more"),
        ({"days": [3, -1, 4, 5]}, "days: must not be negative (1 row)\n      such as: 2\n"),
        ({"days": ["1,234", "2,000", "5", "6"]}, "days: must be a number: a time (2 rows)"),
        ({"days": [3, 99999999, 4, 5]}, "days: must not be longer than 10,000 years"),
        ({"died": ["yes", None, "no", "no"]}, "died: must not be blank (1 row)\n      such as: 2"),
        ({"AGE": ["young", "old", "old", "old"]}, "AGE: must be a number (4 rows)"),
    ],
)
def test_a_flat_file_is_spoken_of_by_its_own_columns(change, said, flat, tmp_path):
    frame = pd.DataFrame({"id": range(1, 5), "days": [3, 4, 5, 6], "died": ["yes", "no"] * 2,
                          "arm": ["Placebo", "Drug"] * 2} | change)  # fmt: skip
    with pytest.raises(DataError) as error:
        new_trial(tmp_path / "m", flat(frame), event="died")
    assert said in str(error.value)
    assert len(error.value.problems) == 1
    assert not any(word in str(error.value) for word in ("USUBJID", "AVAL", "STARTDT", "TTE"))


def test_flags_in_a_flat_file_choose_who_is_analysed(flat, tmp_path):
    frame = pd.DataFrame({"time": range(1, 9), "event": [0, 1] * 4, "arm": ["Placebo", "Drug"] * 4,
                          "ITTFL": ["yes"] * 6 + ["no"] * 2})  # fmt: skip
    trial = new_trial(tmp_path / "m", flat(frame)).trial
    assert len(trial.efficacy_population()) == 6
    assert not any("all patients" in remark for remark in trial.remarks)


def test_what_was_mended_is_said_at_once(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("time;event;arm\n" + "1,5;1;Placebo\n2,5;0;Drug\n0;1;Drug\n")
    finished = run_new(tmp_path / "m", "--from", path)
    assert "numbers read with a decimal comma" in finished.output
    assert "1 time in the file is zero" in finished.output


def test_a_data_set_whose_columns_are_named_is_a_flat_file(source, tmp_path):
    data = small()
    adtte = data["adtte"][data["adtte"]["PARAMCD"] == "OS"].assign(TRTP=["Placebo", "Drug"] * 4)
    folder = source({"adtte": adtte})
    with pytest.raises(DataError, match="ADSL: is needed"):
        new_trial(tmp_path / "m", folder / "adtte.csv")
    trial = new_trial(tmp_path / "m", folder / "adtte.csv", arm="TRTP").trial
    assert trial.config.flat.event_value == ("0",)
    assert trial.config.flat.id == "USUBJID"


def test_a_control_that_nothing_shows_is_asked_for(source, tmp_path):
    data = small()
    data["adsl"]["TRT01P"] = data["adsl"]["TRT01A"] = ["Red", "Blue"] * 4
    data["adsl"] = data["adsl"].drop(columns="TRT01PN")
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


def test_end_points_in_two_units_are_refused(source, tmp_path):
    data = small()
    data["adtte"].loc[8:, "AVALU"] = "MONTHS"
    with pytest.raises(UsageError, match="days and months"):
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
        ("notes.txt", "name it notes.csv: any separator is read"),
        (".", "no data file"),
    ],
)
def test_a_source_that_cannot_be_read_is_said(given, message, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "notes.txt").write_text("hello")
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


def run_new(*arguments):
    """Run `trialbook new` as a person types it."""
    return CliRunner().invoke(main, ["new", *map(str, arguments)])


def test_everything_that_is_missing_is_asked_for_in_one_message(flat, source, tmp_path):
    frame = pd.DataFrame({"weeks": [1.5, 2, 3, 4] * 3, "x": ["p", "q"] * 6, "z": list("rrss") * 3})
    finished = run_new(tmp_path / "m", "--from", flat(frame))
    assert finished.exit_code == 2
    assert all(f"{option}: one of" in finished.output for option in ("--event", "--arm"))
    finished = run_new(tmp_path / "m", "--from", flat(frame), "--event", "x", "--arm", "z",
                       "--time", "wekks")  # fmt: skip
    assert finished.exit_code == 2
    for asked in ("did you mean weeks?", "--event-value: p, q", "--control (r, s)"):
        assert asked in finished.output
    data = small()
    data["adsl"] = (
        data["adsl"].drop(columns="TRT01PN").replace({"Placebo": "Red", "Active": "Blue"})
    )
    data["adtte"].loc[data["adtte"]["PARAMCD"] == "PFS", "AVALU"] = "WEEKS"
    finished = run_new(tmp_path / "m", "--from", source(data))
    assert finished.exit_code == 2
    for asked in ("--control (Blue, Red)", "--primary (OS, PFS)", "in days and weeks"):
        assert asked in finished.output
    assert not (tmp_path / "m").exists()


def test_every_option_of_a_flat_file_is_obeyed(flat, tmp_path):
    frame = pd.DataFrame({"w": range(1, 13), "end": ["lost", "died"] * 6, "g": list("abc") * 4})
    finished = run_new(
        tmp_path / "mine", "--from", flat(frame), "--time", "w", "--event", "end", "--arm", "g",
        "--event-value", "lost", "--control", "b", "--treated", "c", "--unit", "weeks",
        "--privacy", "public", "--randomized", "partly",
    )  # fmt: skip
    assert finished.exit_code == 0, finished.output
    trial = load_trial(tmp_path / "mine")
    assert [arm.code for arm in trial.arms] == ["b", "a", "c"]
    assert [one.name for one in trial.comparisons] == ["c vs b"]
    assert (trial.time.unit, trial.privacy, trial.randomized) == ("weeks", "public", "partly")
    assert trial.time_to_event("TTE")["event"].sum() == 6
    assert set(trial.time_to_event("TTE").query("event")["end"]) == {"lost"}
    assert CliRunner().invoke(main, ["check", str(tmp_path / "mine")]).exit_code == 0


def test_every_option_of_adam_files_is_obeyed(source, tmp_path):
    folder = source(small())
    finished = run_new(tmp_path / "mine", "--from", folder, "--control", "active", "--treated",
                       "Placebo", "--primary", "PFS", "--randomized", "no")  # fmt: skip
    assert finished.exit_code == 0, finished.output
    assert "said with --control" in finished.output
    trial = load_trial(tmp_path / "mine")
    assert (trial.control.code, trial.primary.paramcd) == ("Active", "PFS")
    assert [one.name for one in trial.comparisons] == ["Placebo vs Active"]
    assert (trial.privacy, trial.randomized) == ("confidential", "no")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--time", "AVAL"], "--time belongs to a flat file"),
        (["--arm", "TRT01P"], "--arm belongs to a flat file"),
        (["--primary", "XX"], "XX"),
        (["--treated", "Actve"], "did you mean Active"),
        (["--unit", "fortnights"], "--unit must be one of days"),
        (["--privacy", "secret"], "'secret' is not one of"),
    ],
)
def test_an_option_that_does_not_fit_is_refused_by_name(arguments, message, source, tmp_path):
    finished = run_new(tmp_path / "m", "--from", source(small()), "--primary", "OS", *arguments)
    assert (finished.exit_code, message in finished.output) == (2, True), finished.output
    assert "Traceback" not in finished.output
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize(("name", "arm"), [("lung", "Male"), ("veteran", "Standard")])
def test_the_reference_files_as_one_flat_file(name, arm, tmp_path):
    file = REFERENCE / f"{name}.csv"
    finished = run_new(tmp_path / name, "--from", file, "--control", arm, "--unit", "days")
    assert finished.exit_code == 0, finished.output
    trial = load_trial(tmp_path / name)
    events = pd.read_csv(file)["CNSR"].eq(0).sum()
    assert trial.time_to_event("TTE")["event"].sum() == events
    assert trial.control.code == arm


@pytest.mark.parametrize("flat", [False, True])
def test_every_file_is_read_once_and_the_trial_is_the_one_that_loads(
    flat, source, tmp_path, monkeypatch
):
    one = pd.DataFrame({"time": [3.0, 5, 8, 9], "event": [1, 0, 1, 0], "arm": ["A", "B"] * 2})
    folder = source({"one": one} if flat else small())
    read = []

    def counting(path, findings):
        read.append(path.name)
        return read_table(path, findings)

    for module in ("trialbook.adam.folder", "trialbook.adam.flat"):
        monkeypatch.setattr(f"{module}.read_table", counting)
    options = {"control": "A"} if flat else {"primary": "OS"}
    made = new_trial(tmp_path / "made", folder, **options).trial
    assert sorted(read) == sorted(path.name for path in folder.iterdir())
    again = load_trial(tmp_path / "made")
    assert (made.folder, made.config, made.files) == (again.folder, again.config, again.files)
    assert (made.repairs, made.remarks) == (again.repairs, again.remarks)
    assert made.adsl.equals(again.adsl)
    assert made.adtte.equals(again.adtte)


def test_spellings_of_an_arm_are_one_arm(source, tmp_path):
    data = small()
    data["adsl"].loc[0, "TRT01P"] = data["adsl"].loc[0, "TRT01P"].upper()
    made = new_trial(tmp_path / "m", source(data), primary="OS")
    assert [arm.code for arm in made.trial.arms] == ["Placebo", "Active"]
    assert any("without regard to capitals" in repair.what for repair in made.trial.repairs)


def test_a_treatment_that_nobody_was_planned_to_take_is_asked_for(source, tmp_path):
    data = small()
    data["adsl"].loc[data["adsl"]["TRT01P"] == "Active", "TRT01A"] = "Active 5 mg"
    folder = source(data)
    finished = run_new(tmp_path / "m", "--from", folder, "--primary", "OS")
    assert finished.exit_code == 2
    assert "TRT01A of 4 patients is no planned arm (Active 5 mg)" in finished.output
    assert "--value 'Active 5 mg=ARM', ARM one of Placebo, Active" in finished.output
    for wrong, message in [("Active 5 mg", "write VALUE=ARM"), ("x=Actve", "did you mean Active")]:
        finished = run_new(tmp_path / "m", "--from", folder, "--primary", "OS", "--value", wrong)
        assert (finished.exit_code, message in finished.output) == (2, True)
    made = new_trial(tmp_path / "m", folder, primary="OS", values=["Active 5 mg=active"])
    assert made.trial.arms[1].model_dump()["values"] == ("Active", "Active 5 mg")
    assert len(made.trial.safety_population()) == 8


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


@pytest.mark.parametrize(
    ("event", "label", "hoped"),
    [("died", "death", "unfavourable"), ("DTHFL", "death", "unfavourable"),
     ("status", "the event", "unfavourable"), ("infected", "the event", "unfavourable"),
     ("OSEVT", "the event", "unfavourable"), ("remission", "remission", "favourable")],
)  # fmt: skip
def test_the_column_of_the_event_names_it(event, label, hoped, flat, tmp_path):
    frame = pd.DataFrame({"time": range(1, 9), event: [0, 1] * 4, "arm": ["Placebo", "Drug"] * 4})
    primary = new_trial(tmp_path / "m", flat(frame), event=event).trial.primary
    assert (primary.label, primary.event) == (label, hoped)


def test_what_numbers_the_rows_is_no_baseline_variable_and_forty_are_enough(flat, tmp_path):
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"time": range(1, 31), "event": [0, 1] * 15, "arm": ["P", "X"] * 15,
                          "no.": range(101, 131), "RANDDT": "2020-01-13"})  # fmt: skip
    genes = pd.DataFrame(rng.normal(size=(30, 60)), columns=[f"g{n}" for n in range(60)])
    made = new_trial(tmp_path / "m", flat(pd.concat([frame, genes], axis=1)), control="P")
    assert [one.variable for one in made.trial.config.baseline] == [f"g{n}" for n in range(40)]
    assert any("not taken as baseline: no., g40" in note for note in made.notes)
    assert made.trial.randomized == "yes"


def test_lists_and_dates_in_parquet_are_read(tmp_path):
    frame = pd.DataFrame({"time": range(1, 9), "event": [True, False] * 4,
                          "arm": ["Placebo", "Drug"] * 4, "d": pd.Timestamp("2020-01-01"),
                          "many": [[1, 2]] * 8, "one": [{"a": 1}] * 8})  # fmt: skip
    frame.to_parquet(tmp_path / "data.parquet")
    trial = new_trial(tmp_path / "m", tmp_path / "data.parquet").trial
    assert trial.time_to_event("TTE")["event"].sum() == 4
    assert trial.adsl["one"].iloc[0] == "{'a': 1}"


def test_a_column_of_times_without_a_time_is_said(flat, tmp_path):
    frame = pd.DataFrame({"time": [None] * 4, "event": [0, 1] * 2, "arm": ["Placebo", "Drug"] * 2})
    with pytest.raises(DataError, match="time: is blank in every row"):
        new_trial(tmp_path / "m", flat(frame))
