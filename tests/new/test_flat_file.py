"""`trialbook new` of one flat file: what is inferred, and what is asked for."""

import lifelines.datasets
import numpy as np
import pandas as pd
import pytest

from tests.adam.folders import small
from trialbook.adam.problems import DataError
from trialbook.new import UsageError, new_trial


# the events are those that lifelines' documentation prints for its own data sets
@pytest.mark.parametrize(
    ("name", "options", "control", "unit", "events"),
    [
        # Rx 1 is the placebo there: a 0 proves nothing
        ("leukemia", {"unit": "weeks", "control": "1", "event_value": "1"}, "1", "weeks", 30),
        ("waltons", {"unit": "days", "event_value": "1"}, "control", "days", 156),
        ("rossi", {"event": "arrest", "arm": "fin"}, "0", "weeks", 114),
        ("larynx", {"arm": "Stage_II", "unit": "years"}, "0", "years", 50),
        ("gbsg2", {"event_value": "1", "arm": "horTh", "unit": "days"}, "no", "days", 299),
        ("kidney_transplant", {"arm": "black_male", "unit": "days"}, "0", "days", 140),
        (
            "lung",
            {"arm": "sex", "control": "1", "unit": "days", "event_value": "1"},
            "1",
            "days",
            165,
        ),
        ("g3", {"unit": "months"}, "Control", "months", 6),
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
        ("status", ["alive", "dead"], "dead"),
        ("OS_STATUS", ["0:LIVING", "1:DECEASED"], "1:DECEASED"),
        ("event", [1, 1], "1"),
        ("event", [0, 0], "1"),
        ("CNSR", [0, 1], "0"),
        ("is_censored", [0, 1], "0"),
        ("censored", ["no", "yes"], "no"),
        ("alive", [0, 1], "0"),
        ("survived", ["no", "yes"], "no"),
        ("event_free", [0, 1], "0"),
        ("eventFree", [True, False], "False"),
        ("relapse_free", ["Y", "N"], "N"),
        ("not_censored", [0, 1], "1"),
        ("uncensored", [0, 1], "1"),
        ("no_event", [0, 1], "0"),
        ("alive", [1, 1], "0"),
        ("vital_status", ["Alive", "Dead"], "Dead"),
        ("status", ["Alive", "Dead of disease", "Lost to follow-up"], "Dead of disease"),
        ("status", ["Censored", "Withdrawn"], "Event"),
        ("status", ["Alive", "Lost to follow-up"], "Dead"),
        ("CNSR", [0, 1, 2], "0"),
        ("event", [True, False], "True"),
        ("relapsed", ["no", "yes"], "yes"),
    ],
)
def test_which_value_is_the_event(column, values, event, flat, tmp_path):
    n = 4 * len(values)
    frame = pd.DataFrame({"days": range(n), column: values * 4, "arm": ["a", "b"] * (n // 2)})
    trial = new_trial(tmp_path / "m", flat(frame), event=column, control="a").trial
    assert trial.config.flat.event_value == (event,)


def test_an_event_value_that_nothing_shows_is_asked_for(flat, tmp_path):
    frame = pd.DataFrame({"days": range(1, 9), "event": ["x", "z"] * 4, "arm": list("aabb") * 2})
    with pytest.raises(UsageError, match="--event-value: x, z"):
        new_trial(tmp_path / "m", flat(frame), control="a")


@pytest.mark.parametrize(
    ("column", "values"),
    [("cens", [0, 1]), ("censor", [0, 1]), ("C", [0, 1]), ("status", [0, 1, 2]),
     ("status", [1, 2, 3]), ("event", [1, 2]), ("status", [1, 2]), ("status", [0, 1]),
     ("fustat", [0, 1]), ("E", [0, 1]), ("delta", [0, 1]), ("functioning", [0, 1]),
     ("death", [1, 2]), ("censor_flag", [0, 1]),
     ("vital_status", [0, 1]), ("dead_or_alive", [0, 1]), ("status", [1, 1])],
)  # fmt: skip
def test_a_status_that_may_mean_either_is_asked_for(column, values, flat, tmp_path):
    size = 4 * len(values)
    frame = pd.DataFrame({"days": range(size), column: values * 4, "arm": ["a", "b"] * (size // 2)})
    with pytest.raises(UsageError) as error:
        new_trial(tmp_path / "m", flat(frame), event=column, control="a")
    assert error.value.options == ("--event-value",)
    with pytest.raises(UsageError, match=f"{column} never is 7; it is"):
        new_trial(tmp_path / "m", flat(frame), event=column, control="a", event_value="7")
    trial = new_trial(
        tmp_path / "m", flat(frame), event=column, control="a", event_value="1.0"
    ).trial
    assert trial.config.flat.event_value == ("1",)


def test_arms_are_in_the_order_in_which_one_counts(flat, tmp_path):
    doses = ["placebo", "10 mg", "5 mg", "2.5 mg"]
    frame = pd.DataFrame({"days": range(8), "event": [0, 1] * 4, "arm": doses * 2})
    trial = new_trial(tmp_path / "m", flat(frame)).trial
    assert [arm.code for arm in trial.arms] == ["placebo", "2.5 mg", "5 mg", "10 mg"]
    frame["arm"] = [0, 10, 2, -1] * 2
    trial = new_trial(tmp_path / "n", flat(frame), control="0").trial
    assert [arm.code for arm in trial.arms] == ["0", "-1", "2", "10"]
    assert [arm.label for arm in trial.arms] == ["arm 0", "arm -1", "arm 2", "arm 10"]


def test_one_group_needs_no_option(flat, tmp_path):
    frame = pd.DataFrame({"days": range(8), "event": [0, 1] * 4, "arm": "Drug"})
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
        ({"days": ["12 d", "20 d", "5", "6"]}, "days: must be a number: a time (2 rows)"),
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
    frame = pd.DataFrame({"days": range(1, 9), "event": [0, 1] * 4, "arm": ["Placebo", "Drug"] * 4,
                          "ITTFL": ["yes"] * 6 + ["no"] * 2})  # fmt: skip
    trial = new_trial(tmp_path / "m", flat(frame)).trial
    assert len(trial.efficacy_population()) == 6
    assert not any("all patients" in remark for remark in trial.remarks)


def test_a_data_set_whose_columns_are_named_is_a_flat_file(source, tmp_path):
    data = small()
    adtte = data["adtte"][data["adtte"]["PARAMCD"] == "OS"].assign(TRTP=["Placebo", "Drug"] * 4)
    folder = source({"adtte": adtte})
    for given in (folder, folder / "adtte.csv"):
        trial = new_trial(tmp_path / given.name / "m", given).trial
        assert trial.config.flat.arm == "TRTP"
        assert trial.time_to_event("OS")["event"].sum() == 4
    assert trial.config.flat.event_value == ("0",)
    assert trial.config.flat.id == "USUBJID"


@pytest.mark.parametrize(
    ("event", "label", "hoped"),
    [("died", "death", "unfavourable"), ("DTHFL", "death", "unfavourable"),
     ("status", "the event", "unfavourable"), ("infected", "the event", "unfavourable"),
     ("OSEVT", "the event", "unfavourable"), ("remission", "remission", "favourable")],
)  # fmt: skip
def test_the_column_of_the_event_names_it(event, label, hoped, flat, tmp_path):
    frame = pd.DataFrame({"days": range(1, 9), event: [0, 1] * 4, "arm": ["Placebo", "Drug"] * 4})
    said = "1" if event == "status" else None
    primary = new_trial(tmp_path / "m", flat(frame), event=event, event_value=said).trial.primary
    assert (primary.label, primary.event) == (label, hoped)


def test_what_numbers_the_rows_is_no_baseline_variable_and_forty_are_enough(flat, tmp_path):
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"days": range(1, 31), "event": [0, 1] * 15, "arm": ["P", "X"] * 15,
                          "no.": range(101, 131), "RANDDT": "2020-01-13"})  # fmt: skip
    genes = pd.DataFrame(rng.normal(size=(30, 60)), columns=[f"g{n}" for n in range(60)])
    made = new_trial(tmp_path / "m", flat(pd.concat([frame, genes], axis=1)), control="P")
    assert [one.variable for one in made.trial.config.baseline] == [f"g{n}" for n in range(40)]
    assert "not taken as baseline: no. (it numbers the rows)" in made.notes
    assert any(note.startswith("not taken as baseline: g40, g41") for note in made.notes)
    assert made.trial.randomized == "yes"


def test_a_column_of_times_without_a_time_is_said(flat, tmp_path):
    frame = pd.DataFrame({"days": [None] * 4, "event": [0, 1] * 2, "arm": ["Placebo", "Drug"] * 2})
    with pytest.raises(DataError, match="days: is blank in every row"):
        new_trial(tmp_path / "m", flat(frame))
