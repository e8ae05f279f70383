"""What could turn an effect round is proved from the file, or asked for; no custom proves it."""

import pandas as pd
import pytest

from tests.adam.folders import small
from tests.new.command import run, run_new
from trialbook.new import UsageError, new_trial
from trialbook.new.control import find_control
from trialbook.new.dictionary import by_label, by_words
from trialbook.new.lookalikes import look, refuse_lookalikes


@pytest.mark.parametrize(
    ("values", "label", "event"),
    [
        (["0", "1"], "Status (0 = alive, 1 = dead)", "1"),
        (["1", "2"], "1=censored 2=dead".replace(" 2", ", 2"), "2"),
        (["0", "1"], "Indicator: 1 = censored", "0"),
        (["0", "1", "2"], "0=lost to follow-up; 1=Death; 2=ongoing", "1"),
        (["0", "1", "2"], "1=Death", None),
        (["0", "1"], "Overall survival status", None),
        (["0", "1"], "0=no, 1=yes", None),
        (["0", "1", "2"], "0=alive, 1=relapse, 2=death", None),
    ],
)
def test_a_label_that_lists_the_codes_says_which_is_the_event(values, label, event):
    found = by_label(values, label)
    assert (found and found[0]) == event


@pytest.mark.parametrize(
    ("words", "event"),
    [
        ({"vital": ["Dead", "Alive"] * 3}, "1"),
        ({"vital": ["Alive", "Dead"] * 3}, "0"),
        (
            {"EVNTDESC": ["Death", "Censored", "Death", "Lost to follow-up", "Relapse", "Alive"]},
            "1",
        ),
        ({"why": ["Death", "Censored", "Death", "Lost to follow-up", "Relapse", "Alive"]}, None),
        ({"EVNTDESC": ["Death", "Alive", "Alive", "Alive", "Death", "Alive"]}, None),
        ({"flag": ["yes", "no"] * 3}, None),
        ({"sex": ["f", "m"] * 3}, None),
    ],
)
def test_a_column_in_words_says_which_is_the_event(words, event):
    found = by_words(pd.DataFrame({"status": [1.0, 0.0] * 3} | words), "status")
    assert (found and found[0]) == event


@pytest.mark.parametrize(
    ("name", "values", "control"),
    [("arm", ["0", "1"], None), ("TRT01P", ["1", "2"], None), ("treatment", ["0", "1"], None),
     ("sex", ["0", "1"], None),
     ("group", ["N", "O"], None), ("radiation", ["0", "1"], 0), ("treated", ["y", "n"], 1),
     ("dose", ["0", "5", "10"], 0), ("arm", ["0", "5", "10"], None), ("arm", ["5 mg", "0 mg"], 1),
     ("horTh", ["yes", "no"], 1)],
)  # fmt: skip
def test_a_zero_is_the_control_where_the_column_gives_it_a_meaning(name, values, control):
    found = find_control(values, name)
    assert (found and found[0]) == control


@pytest.mark.parametrize(
    ("change", "randomized"),
    [
        ({}, "yes"),
        ({"RANDDT": None}, "unknown"),
        ({"RANDDT": [None, *pd.to_datetime(["2020-01-01"] * 7)]}, "unknown"),
        ({"RANDDT": None, "RANDNO": range(8)}, "yes"),
        ({"RANDDT": None, "RANDFL": "N"}, "unknown"),
        ({"RANDDT": None, "RANDFL": "Y"}, "yes"),
    ],
)
def test_a_trial_is_randomized_where_the_files_say_it(change, randomized, source, tmp_path):
    data = small()
    data["adsl"] = data["adsl"].assign(**change)
    made = new_trial(tmp_path / "m", source(data), primary="OS")
    assert made.trial.randomized == randomized
    if randomized == "unknown":
        assert "nothing in the files says that chance" in str(made)


def test_who_failed_screening_needs_no_date_of_randomization(source, tmp_path):
    data = small()
    data["adsl"] = data["adsl"].drop(columns=["ITTFL", "SAFFL"])
    failed = data["adsl"].iloc[:2].assign(USUBJID=["P-8", "P-9"], TRT01P="Screen Failure",
                                          TRT01A="", RANDDT=pd.NaT)  # fmt: skip
    data["adsl"] = pd.concat([data["adsl"].iloc[:7], failed])
    data["adtte"] = data["adtte"][data["adtte"]["USUBJID"] != "P-8"]
    assert new_trial(tmp_path / "m", source(data), primary="OS").trial.randomized == "yes"


def flat_frame(**columns):
    return pd.DataFrame({"OS_MONTHS": range(1, 9), "died": [0, 1] * 4,
                         "arm": ["Placebo", "Drug"] * 4} | columns)  # fmt: skip


def test_a_unit_that_the_name_contradicts_is_said_and_to_confirm(flat, tmp_path):
    made = new_trial(tmp_path / "m", flat(flat_frame()), unit="days")
    assert made.trial.time.unit == "days"
    line = "time: days, shown as days (said with --unit, although the column is called OS_MONTHS"
    assert line in str(made).partition("Confirm first")[2]


def test_privacy_that_was_said_is_not_asked_again(flat, tmp_path):
    path = flat(flat_frame())
    unsaid = run_new(tmp_path / "a", "--from", path).output
    assert "privacy: confidential; no file says it" in unsaid
    said = run_new(tmp_path / "b", "--from", path, "--privacy", "confidential").output
    for output in (said, run("check", tmp_path / "b").output):
        assert "no file says it" not in output
        assert "--privacy confidential" in output
        assert "(said with --privacy)" in output


@pytest.mark.parametrize(
    ("one", "other"),
    [("Arm A", "Arm А"), ("Drug", "Ｄｒｕｇ"), ("5-10 mg", "5–10 mg"), ("Arm 1", "Arm １"),
     ("Placebo x", "Placebo  x"), ("ACE", "АСЕ")],
)  # fmt: skip
def test_arms_that_look_alike_are_refused_by_name(one, other, flat, source, tmp_path):
    with pytest.raises(UsageError, match="two arms look alike"):
        refuse_lookalikes([one, "another", other], "arm", "arms")
    path = flat(flat_frame(arm=[one, other, "Placebo", "Placebo"] * 2))
    with pytest.raises(UsageError) as error:
        new_trial(tmp_path / "m", path)
    assert not error.value.questions


def test_arms_that_differ_for_a_reader_are_two():
    refuse_lookalikes(
        ["5 mg", "50 mg", "Drug A", "Drug B", "Ä", "A", "Препарат", "Плацебо"], "arm", "arms"
    )
    assert look("Препарат") != look("Плацебо")


def test_several_questions_show_what_the_dangerous_ones_would_mean(flat, tmp_path):
    frame = flat_frame(arm=["new", "old"] * 4).rename(columns={"died": "status"})
    output = run_new(tmp_path / "m", "--from", flat(frame)).output
    for option in ("--event-value", "--control"):
        assert f"What {option} would mean:" in output
    assert "  1: 4 events, times to 8 months" in output
    assert "  0: 4 events, times to 8 months" in output
