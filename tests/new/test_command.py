"""`trialbook new` as a person types it: its options and what it asks for in one message."""

import pandas as pd
import pytest

from tests.adam.folders import small
from tests.new.command import run, run_new
from trialbook.adam.readers import read_table
from trialbook.agreement.estimators import REFERENCE
from trialbook.new import new_trial
from trialbook.trial import load_trial


def test_what_was_mended_is_said_at_once(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("days;event;arm\n" + "1,5;1;Placebo\n2,5;0;Drug\n0;1;Drug\n")
    finished = run_new(tmp_path / "m", "--from", path)
    assert "numbers read with a decimal comma" in finished.output
    assert "1 time in the file is zero" in finished.output


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
    assert run("check", tmp_path / "mine").exit_code == 0


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
    one = pd.DataFrame({"days": [3.0, 5, 8, 9], "event": [1, 0, 1, 0], "arm": ["A", "B"] * 2})
    folder = source({"one": one} if flat else small())
    read = []

    def counting(path, *rest):
        read.append(path.name)
        return read_table(path, *rest)

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
