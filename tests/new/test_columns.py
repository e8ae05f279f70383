"""A column's name decides where it is the only one of its kind; two that compete are asked for."""

import pandas as pd
import pytest

from trialbook.new import UsageError, new_trial


def frame(**columns) -> pd.DataFrame:
    """Return twelve patients with an arm, and more columns."""
    return pd.DataFrame({"arm": ["Placebo", "Drug"] * 6} | columns)


DAYS = [3, 8, 11, 20, 25, 31, 40, 44, 52, 60, 66, 71]
YES = [0, 1, 1] * 4


@pytest.mark.parametrize(
    "name",
    ["relapse", "relapsed", "died", "deceased", "dead", "progressed", "recurred", "failed",
     "had_relapse", "death_flag", "Recurrence.Status", "expired", "isDead", "any_recurrence"],
)  # fmt: skip
def test_what_happened_is_recognised_by_its_name(name, flat, tmp_path):
    trial = new_trial(tmp_path / "m", flat(frame(days=DAYS, **{name: YES}))).trial
    assert trial.time_to_event("TTE")["event"].sum() == 8


@pytest.mark.parametrize("name", ["censor", "cens", "status", "vital", "vital_status", "state"])
def test_what_may_say_either_is_recognised_and_asked_for(name, flat, tmp_path):
    with pytest.raises(UsageError) as error:
        new_trial(tmp_path / "m", flat(frame(days=DAYS, **{name: YES})))
    assert error.value.options == ("--event-value",)


@pytest.mark.parametrize("name", ["stroke", "infection", "transplant"])
def test_what_may_have_happened_before_is_asked_for(name, flat, tmp_path):
    columns = {"sex": ["f", "m"] * 6, name: YES}
    with pytest.raises(UsageError) as error:
        new_trial(tmp_path / "m", flat(frame(days=DAYS, **columns)))
    assert error.value.options == ("--event",)
    assert error.value.questions[0].choices[0] == name


def test_two_statuses_are_asked_for(flat, tmp_path):
    with pytest.raises(UsageError) as error:
        new_trial(tmp_path / "m", flat(frame(days=DAYS, died=YES, relapse=YES[::-1])))
    assert error.value.questions[0].choices == ("died", "relapse")


def test_time_and_status_of_one_end_point_go_together(flat, tmp_path):
    columns = {"OS_MONTHS": DAYS, "OS_STATUS": ["1:DECEASED", "0:LIVING"] * 6,
               "PFS_MONTHS": DAYS[::-1],
               "PFS_STATUS": ["1:PROGRESSION", "0:CENSORED"] * 6}  # fmt: skip
    path = flat(frame(**columns))
    with pytest.raises(UsageError) as error:
        new_trial(tmp_path / "m", path)
    assert error.value.options == ("--time", "--event")
    assert (
        new_trial(tmp_path / "m", path, time="PFS_MONTHS").trial.config.flat.event == "PFS_STATUS"
    )
    assert new_trial(tmp_path / "n", path, event="OS_STATUS").trial.config.flat.time == "OS_MONTHS"


def test_time_and_status_of_different_end_points_are_not_taken_together(flat, tmp_path):
    with pytest.raises(UsageError) as error:
        new_trial(tmp_path / "m", flat(frame(PFS_MONTHS=DAYS, OS_STATUS=YES)))
    assert error.value.options == ("--time", "--event")


@pytest.mark.parametrize("marred", [-3, "12 d"])
def test_a_marred_time_does_not_let_another_in(marred, flat, tmp_path):
    columns = {"os_days": [marred, *DAYS[1:]], "duration": DAYS[::-1], "died": YES}
    with pytest.raises(UsageError) as error:
        new_trial(tmp_path / "m", flat(frame(**columns)))
    assert "--time" in error.value.options
