"""The unit of time and the control arm are proved by the files, or asked for."""

import numpy as np
import pandas as pd
import pytest

from tests.adam.folders import small, write_trial
from trialbook.adam.problems import DataError
from trialbook.adam.unit_words import unit_by_dates, unit_in, unit_in_name, unit_of
from trialbook.check import check_trial
from trialbook.new import UsageError, new_trial
from trialbook.new.control import find_control
from trialbook.units import DAYS_PER_UNIT


@pytest.mark.parametrize(
    ("name", "unit"),
    [("survivalMonths", "months"), ("OSmonths", "months"), ("TimeMonths", "months"),
     ("timeInMonths", "months"), ("os_mo", "months"), ("Time_mos", "months"), ("FU_yrs", "years"),
     ("OS_MONTHS", "months"), ("months_to_event", "months"), ("daystodeath", "days"),
     ("PFS.days", "days"), ("Wochen", "weeks"), ("time", None), ("futime", None), ("today", None),
     ("time_months_days", None), ("mon_time", None)],
)  # fmt: skip
def test_a_columns_name_says_the_unit_in_any_case_style(name, unit):
    assert unit_in_name(name) == unit


@pytest.mark.parametrize(
    ("param", "unit"),
    [("Overall Survival (Days)", "days"), ("总生存期（月）", "months"), ("OS, months", "months"),
     ("Days to death", "days"), ("Time in weeks", "weeks"), ("Time [Day(s)]", "days"),
     ("Time to 30-day mortality", None), ("Time to event (30 days, months)", None)],
)  # fmt: skip
def test_param_says_the_unit(param, unit):
    assert unit_in(param) == unit


def test_avalu_says_the_unit_in_any_usual_spelling():
    assert [unit_of(one) for one in ("DAYS", "Day(s)", "mo.", "YRS", "wk", "COUNT", "M")] == [
        "days", "days", "months", "years", "weeks", None, None,
    ]  # fmt: skip


@pytest.mark.parametrize("unit", DAYS_PER_UNIT)
@pytest.mark.parametrize("counted_in", [0, 1])
def test_dates_prove_the_unit(unit, counted_in):
    start = pd.Series(pd.Timestamp("2020-01-01"), index=range(40))
    days = pd.Series(np.arange(200, 240))
    end = start + pd.to_timedelta(days - counted_in, unit="D")
    aval = (days / DAYS_PER_UNIT[unit]).round(2)
    assert unit_by_dates(aval, start, end)[0] == unit
    assert unit_by_dates(aval * 3.3, start, end) is None


@pytest.mark.parametrize("unit", ["weeks", "months", "years"])
def test_a_unit_that_only_dates_tell_is_taken_on_that_ground(unit, source, tmp_path):
    data = small()
    adtte = data["adtte"].drop(columns="AVALU").assign(PARAM="Endpunkt")
    data["adtte"] = adtte.assign(AVAL=adtte["AVAL"] / DAYS_PER_UNIT[unit])
    made = new_trial(tmp_path / "m", source(data), primary="OS")
    assert made.trial.time.unit == unit
    assert "STARTDT and ADT" in made.trial.config.inferred["time"]


def test_a_unit_that_the_dates_disprove_is_an_error_in_new_and_in_check(source, tmp_path):
    data = small()
    data["adtte"] = data["adtte"].assign(AVALU="MONTHS", PARAM="x")
    with pytest.raises(DataError, match="OS is said to be in months, and its dates say days"):
        new_trial(tmp_path / "m", source(data), primary="OS")
    folder = write_trial(tmp_path / "t", data, {"time": {"unit": "months"}})
    assert "its dates say days" in str(check_trial(folder))


def test_a_unit_that_nothing_tells_is_asked_for(flat, source, tmp_path):
    frame = pd.DataFrame({"time": range(1, 9), "event": [0, 1] * 4, "arm": ["Placebo", "X"] * 4})
    with pytest.raises(UsageError) as error:
        new_trial(tmp_path / "m", flat(frame))
    assert error.value.options == ("--unit",)
    data = small()
    data["adtte"] = data["adtte"].drop(columns=["AVALU", "STARTDT", "ADT"]).assign(PARAM="x")
    with pytest.raises(UsageError) as error:
        new_trial(tmp_path / "m", source(data), primary="OS")
    assert error.value.options == ("--unit",)


@pytest.mark.parametrize(
    ("arms", "control"),
    [
        (["Active A + Placebo B", "Placebo A + Placebo B", "Active A + Active B"], 1),
        (["Active A + Placebo B", "Placebo A + Active B"], None),
        (["Placebo + chemo", "Drug + chemo"], 0),
        (["Drug + SOC", "SOC"], 1),
        (["drug_y", "placebo_x"], 1),
        (["PlaceboArm", "DrugArm"], 0),
        (["Placebo A", "Placebo B", "Drug"], None),
        (["Drug", "Placebo -> Drug"], None),
        (["Control", "Placebo", "X"], None),
        (["Non-placebo", "X"], None),
        (["None", "5", "10"], 0),
        (["実薬", "プラセボ"], 1),
        (["Letrozole and placebo", "Letrozole and palbociclib"], 0),
    ],
)
def test_the_control_is_an_arm_all_of_whose_parts_say_so(arms, control):
    found = find_control(arms)
    assert (None if found is None else found[0]) == control


@pytest.mark.parametrize("last", ["Placebo A + Active B", "Placebo 2"])
def test_two_arms_that_say_placebo_are_not_decided_by_order_or_number(last, source, tmp_path):
    data = small()
    arms = ["Active A + Placebo B" if last.startswith("Placebo A") else "Placebo 1", last]
    data["adsl"]["TRT01P"] = data["adsl"]["TRT01A"] = arms * 4
    with pytest.raises(UsageError) as error:
        new_trial(tmp_path / "m", source(data), primary="OS")
    assert error.value.options == ("--control",)


@pytest.mark.parametrize(
    "arms",
    [["≥ 5 mg", "< 5 mg"], ["A: 5%", "B: 6%"], ["all", "some"], ["A vs B", "C"],
     ["x" * 60 + "1", "x" * 60 + "2"], ['"new"', "old"], ["A\nB", "C"]],
)  # fmt: skip
def test_a_code_reads_as_the_arm_does(arms, flat, tmp_path):
    frame = pd.DataFrame({"days": range(1, 9), "event": [0, 1] * 4, "arm": arms * 4})
    trial = new_trial(tmp_path / "m", flat(frame), control=arms[0]).trial
    for arm in trial.arms:
        assert not arm.code.startswith("ARM")
        (value,) = arm.model_dump()["values"]
        assert arm.code[:3].split() == value[:3].split()
    assert len({arm.code for arm in trial.arms}) == 2


def test_an_arm_called_none_is_an_arm(flat, tmp_path):
    frame = pd.DataFrame({"days": range(1, 13), "event": [0, 1] * 6,
                          "dose": ["None", "5", "10"] * 4,
                          "sick": ["1", "2", "None"] * 4})  # fmt: skip
    trial = new_trial(tmp_path / "m", flat(frame), arm="dose").trial
    assert [arm.code for arm in trial.arms] == ["None", "5", "10"]
    assert len(trial.efficacy_population()) == 12
    assert set(trial.adsl["sick"]) == {"1", "2", "None"}
