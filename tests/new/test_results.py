"""`trialbook new` of results made elsewhere: what the file tells is taken, the rest is asked."""

import shutil

import pytest

from tests.exchange.folder import HERE, the_cards
from trialbook.new import UsageError, new_trial
from trialbook.trial import load_trial

CARDS = HERE / "cards.csv"


def test_what_the_file_tells_becomes_trial_yml(tmp_path):
    made = new_trial(tmp_path / "mine", CARDS, primary="PFS", unit="months")
    trial = made.trial
    # the control is the group that the file compares the others with
    assert trial.control.values == ("Placebo",)
    assert {arm.code for arm in trial.arms[1:]} == {"High dose", "Low dose"}
    assert [one.paramcd for one in trial.endpoints] == ["PFS", "OS"]
    assert trial.landmarks == (12, 24)
    assert trial.config.subgroups == ("SEX",)
    assert {one.variable for one in trial.config.baseline} == {"AGE", "SEX", "BMI"}
    assert trial.privacy == "confidential"
    assert trial.config.inferred
    assert load_trial(tmp_path / "mine").given is not None


def test_what_the_file_does_not_tell_is_asked_at_once(tmp_path):
    with pytest.raises(UsageError) as error:
        new_trial(tmp_path / "mine", CARDS)
    assert set(error.value.options) == {"--primary", "--unit"}
    assert not (tmp_path / "mine").exists()


def test_a_control_that_nothing_proves_is_asked(tmp_path):
    cards = the_cards()
    cards = cards[~cards["stat_name"].isin(["reference_row", "reference_level"])]
    levels = {"Placebo": "Drug A", "Low dose": "Drug B", "High dose": "Drug C"}
    cards = cards.replace(levels)
    cards.to_csv(tmp_path / "results.csv", index=False)
    with pytest.raises(UsageError) as error:
        new_trial(tmp_path / "mine", tmp_path / "results.csv", primary="PFS", unit="months")
    assert error.value.options == ("--control",)


def test_a_file_of_another_name_is_called_cards(tmp_path):
    shutil.copyfile(CARDS, tmp_path / "tfl_results.csv")
    new_trial(tmp_path / "mine", tmp_path / "tfl_results.csv", primary="OS", unit="months")
    assert sorted(path.name for path in (tmp_path / "mine").iterdir()) == ["cards.csv", "trial.yml"]


def test_an_end_point_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UsageError, match="none of PFS, OS"):
        new_trial(tmp_path / "mine", CARDS, primary="DFS", unit="months")


def test_an_option_of_data_sets_is_refused(tmp_path):
    with pytest.raises(UsageError, match="here are results"):
        new_trial(tmp_path / "mine", CARDS, primary="PFS", unit="months", values=["A=B"])
