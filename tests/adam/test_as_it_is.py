"""ADaM as people have it: what stands in for what is absent, chosen rows, units, visits."""

import numpy as np
import pandas as pd
import pytest

from tests.adam.folders import small, write_trial
from trialbook.adam.problems import DataError, Findings
from trialbook.adam.visits import with_visit_numbers
from trialbook.analyses import all_results
from trialbook.check import check_trial
from trialbook.new import new_trial
from trialbook.trial import load_trial


def told(trial):
    return "\n".join(map(str, (*trial.repairs, *trial.remarks)))


def loaded(tmp_path, data, config=None):
    return load_trial(write_trial(tmp_path / "t", data, config))


def test_anl01fl_chooses_among_several_rows_of_an_end_point(tmp_path):
    data = small()
    plain = loaded(tmp_path / "plain", data)
    again = data["adtte"].head(2).assign(AVAL=[1.0, 2.0], ANL01FL=["N", ""])
    data["adtte"] = pd.concat([again, data["adtte"].assign(ANL01FL="Y")], ignore_index=True)
    trial = loaded(tmp_path, data)
    assert trial.time_to_event("OS")["AVAL"].tolist() == plain.time_to_event("OS")["AVAL"].tolist()
    assert "ANL01FL: Y chooses among several rows of a patient and end point; the others are set "
    assert "set aside (2 values)" in told(trial)


def test_a_row_that_anl01fl_does_not_choose_is_analysed_where_it_is_the_only_one(tmp_path):
    data = small()
    data["adtte"]["ANL01FL"] = ["N", *["Y"] * 15]
    trial = loaded(tmp_path, data)
    assert len(trial.time_to_event("OS")) == 8
    assert "1 patient has one row of OS in ADTTE, without ANL01FL = Y; it is analysed" in told(
        trial
    )


def test_several_rows_that_anl01fl_does_not_tell_apart_are_refused(tmp_path):
    data = small()
    data["adtte"] = pd.concat([data["adtte"].head(1), data["adtte"]]).assign(ANL01FL="Y")
    with pytest.raises(DataError, match="one row per end point"):
        loaded(tmp_path, data)


def test_a_row_without_a_time_is_counted_said_and_left_out_of_its_end_point_alone(tmp_path):
    data = small()
    blank = (data["adtte"]["PARAMCD"] == "OS") & data["adtte"]["USUBJID"].isin(["P-1", "P-2"])
    data["adtte"].loc[blank, "AVAL"] = np.nan
    data["adtte"].loc[blank & (data["adtte"]["USUBJID"] == "P-2"), "CNSR"] = np.nan
    config = {"endpoints": [{"paramcd": "OS", "role": "primary"}, {"paramcd": "PFS"}]}
    trial = loaded(tmp_path, data, config)
    assert set(trial.time_to_event("OS")["USUBJID"]) == {f"P-{n}" for n in range(3, 9)}
    assert len(trial.time_to_event("PFS")) == len(trial.efficacy_population()) == 8
    assert "2 rows of OS in ADTTE have no AVAL, and are not evaluable" in told(trial)
    assert "the patients stay in every denominator; 1 event among them" in told(trial)
    assert "not evaluable" in trial.population_note("efficacy")[-1]


def test_an_end_point_without_any_time_is_refused(tmp_path):
    data = small()
    data["adtte"].loc[data["adtte"]["PARAMCD"] == "OS", "AVAL"] = np.nan
    with pytest.raises(DataError, match="AVAL: is blank in every row of OS"):
        loaded(tmp_path, data)


@pytest.mark.parametrize("said", ["AVALU", "PARAM"])
def test_units_may_differ_between_end_points_and_each_is_read_by_its_own(said, tmp_path):
    data = small()
    config = {"endpoints": [{"paramcd": "OS", "role": "primary"}, {"paramcd": "PFS"}]}
    plain = loaded(tmp_path / "plain", data, config)
    months = data["adtte"]["PARAMCD"] == "PFS"
    data["adtte"].loc[months, "AVAL"] /= 30.4375
    data["adtte"].loc[months, "PARAM"] = "Progression-free survival (months)"
    data["adtte"].loc[months, "AVALU"] = "MONTHS"
    if said == "PARAM":
        data["adtte"]["AVALU"] = ""
    trial = loaded(tmp_path, data, config)
    for paramcd in ("OS", "PFS"):
        one, other = (each.time_to_event(paramcd)["AVAL"] for each in (plain, trial))
        np.testing.assert_allclose(one, other, rtol=1e-12)
    assert "PFS is in months, and was converted to days (8 values)" in told(trial)
    assert trial.time_to_event("PFS")["PARAM"].unique() == ["Progression-free survival (days)"]


def test_a_unit_that_only_dates_show_is_read_by_them(tmp_path):
    data = small()
    config = {"endpoints": [{"paramcd": "OS", "role": "primary"}, {"paramcd": "PFS"}]}
    plain = loaded(tmp_path / "plain", data, config).time_to_event("PFS")["AVAL"]
    other = data["adtte"]["PARAMCD"] == "PFS"
    data["adtte"].loc[other, "AVAL"] /= 30.4375
    data["adtte"].loc[other, ["AVALU", "PARAM"]] = ["", "PFS"]
    trial = loaded(tmp_path, data, config)
    np.testing.assert_allclose(trial.time_to_event("PFS")["AVAL"], plain, rtol=1e-12)
    assert "PFS is in months, and was converted to days" in told(trial)


def test_a_count_is_no_end_point_though_avalu_does_not_say_so(tmp_path):
    data = small()
    data["adtte"]["AVALU"] = ""
    counts = data["adtte"]["PARAMCD"] == "PFS"
    data["adtte"].loc[counts, "PARAM"] = "Number of exacerbations"
    data["adtte"].loc[counts, "AVAL"] = 3.0
    folder = write_trial(tmp_path / "t", data)
    (folder / "trial.yml").unlink()
    made = new_trial(tmp_path / "m", folder)
    assert [one.paramcd for one in made.trial.endpoints] == ["OS"]
    assert "PFS is no time (a count, say) and was left out" in str(made)
    config = {"endpoints": [{"paramcd": "PFS"}]}
    with pytest.raises(DataError, match="PFS is no time, but Number of exacerbations"):
        loaded(tmp_path / "named", data, config)


def test_new_counts_in_the_unit_of_the_primary_end_point(tmp_path):
    data = small()
    months = data["adtte"]["PARAMCD"] == "PFS"
    data["adtte"].loc[months, "AVALU"] = "MONTHS"
    data["adtte"].loc[months, "PARAM"] = "Progression-free survival"
    data["adtte"].loc[months, ["STARTDT", "ADT"]] = pd.NaT
    folder = write_trial(tmp_path / "t", data)
    (folder / "trial.yml").unlink()
    for primary, unit in (("OS", "days"), ("PFS", "months")):
        made = new_trial(tmp_path / primary, folder, primary=primary).trial
        assert made.config.time.unit == unit
    assert made.time_to_event("OS")["AVAL"].max() == pytest.approx(80 / 30.4375)


def test_the_usual_laboratory_parameters_come_first_and_constants_not_at_all(tmp_path):
    data = small()
    lab = pd.DataFrame({"USUBJID": ["P-1", "P-2"] * 2, "AVISITN": [0, 0, 1, 1], "AVAL": range(4)})
    codes = ["ZZZ", "HGB", "CONST", "ALT", *[f"X{n}" for n in range(20)]]
    data["adlb"] = pd.concat(
        [lab.assign(PARAMCD=code, AVAL=1.0 if code == "CONST" else lab["AVAL"]) for code in codes]
    )
    folder = write_trial(tmp_path / "t", data)
    (folder / "trial.yml").unlink()
    made = new_trial(tmp_path / "m", folder, primary="OS")
    named = [one.paramcd for one in made.trial.config.laboratory]
    assert named[:2] == ["ALT", "HGB"]
    assert len(named) == 20
    assert "CONST" not in named
    assert "parameters that trial.yml does not name, and that are not shown: CONST" in str(made)
    on_the_page = all_results(made.trial, ["laboratory"]).attrs["remarks"]
    assert [
        one for one in on_the_page if "Measured as well, and not shown" in one and "CONST" in one
    ]


def test_arm_stands_in_for_trt01p_and_a_time_of_day_for_its_date(tmp_path):
    data = small()
    adsl = data["adsl"].rename(columns={"TRT01P": "ARM", "TRT01A": "ACTARM"})
    data["adsl"] = adsl.assign(TRTSDTM="2020-01-01T08:30:00")
    trial = loaded(tmp_path, data)
    assert trial.adsl["TRT01P"].tolist() == trial.adsl["ARM"].tolist()
    assert "TRT01P: absent, taken from ARM" in told(trial)
    assert "TRT01A: absent, taken from ACTARM" in told(trial)
    assert (trial.adsl["TRTSDT"] == pd.Timestamp("2020-01-01")).all()


def test_adtte_alone_is_a_folder(tmp_path):
    data = small()
    arm = dict(zip(data["adsl"]["USUBJID"], data["adsl"]["TRT01P"], strict=True))
    adtte = data["adtte"].assign(TRTP=data["adtte"]["USUBJID"].map(arm), SEX="F",
                                 EVNTDESC=lambda frame: frame["PARAMCD"] + " event")  # fmt: skip
    folder = write_trial(tmp_path / "t", {"adtte": adtte})
    trial = load_trial(folder)
    assert "EVNTDESC" not in trial.adsl
    assert "AVAL" not in trial.adsl
    assert trial.adsl["TRT01P"].tolist() == list(arm.values())
    assert "ADSL: absent, its patients are those of ADTTE, their planned arm is TRTP" in told(trial)
    assert not all_results(trial, ["kaplan_meier", "cox"]).empty
    assert check_trial(folder).ok
    adtte.drop(columns="TRTP").to_csv(folder / "adtte.csv", index=False)
    with pytest.raises(DataError, match=r"adtte.csv holds no arm"):
        load_trial(folder)
    adtte.assign(TRTP=["Placebo", "Active"] * 4 + ["Placebo"] * 8).to_csv(folder / "adtte.csv")
    with pytest.raises(DataError, match="a patient must have one arm"):
        load_trial(folder)


def test_emergent_events_are_told_by_their_dates_where_nothing_else_tells(tmp_path):
    data = small()
    data["adsl"]["TRTSDT"], data["adsl"]["TRTEDT"] = "2020-01-10", "2020-02-10"
    data["adae"] = data["adae"].drop(columns="TRTEMFL").assign(
        ASTDT=["2020-01-09", "2020-01-10", "2020-02-12", ""],
        AENDT=["2020-01-20", "", "2020-02-13", "2020-03-01"],
    )  # fmt: skip
    trial = loaded(tmp_path, data)
    assert trial.adae["TRTEMFL"].tolist() == ["N", "Y", "N", "Y"]
    assert "TRTEMFL: absent, taken from the dates: from TRTSDT to TRTEDT; 1 event without" in told(
        trial
    )
    longer = loaded(tmp_path / "longer", data, {"risk_window": 2})
    assert longer.adae["TRTEMFL"].tolist() == ["N", "Y", "Y", "Y"]


def visits(frame):
    findings = Findings()
    adlb = pd.DataFrame(frame).assign(USUBJID="P-1", PARAMCD="ALT", AVAL=1.0)
    found = with_visit_numbers(adlb, "ADLB", "adlb.csv", findings)
    said = "\n".join([*map(str, findings.repairs), *findings.remarks])
    if found is None:
        return None, said
    return [None if number != number else number for number in found["AVISITN"]], said


@pytest.mark.parametrize(
    ("frame", "numbers", "message"),
    [
        # in order: as it was
        ({"AVISIT": ["Baseline", "Week 2"], "AVISITN": [0.0, 2.0]}, [0, 2], ""),
        # AVISITN is the day
        ({"AVISIT": ["Baseline", "Baseline", "Week 3", "Week 3"], "AVISITN": [-1.0, 1, 20, 22]},
         [0, 0, 3, 3], "several for one AVISIT, taken from AVISIT (4 values)"),
        ({"AVISIT": ["Screening", "Baseline", "Week 3", "Week 3", "End of treatment"],
          "AVISITN": [-14.0, 1, 20, 22, 40]}, [-1, 0, 3, 3, 4], "taken from AVISIT"),
        ({"AVISIT": ["A", "A", "B", "B"], "AVISITN": [1.0, 3, 20, 22]}, [2, 2, 21, 21],
         "several for one AVISIT, their median taken"),
        # no AVISITN
        ({"AVISIT": ["Visit 0", "Visit 1"]}, [0, 1], "taken from AVISIT"),
        ({"AVISIT": ["Start", "Later"], "ADY": [1.0, 15.0]}, [0, 1], "in the order of ADY"),
        ({"ADY": [1.0, 15.0]}, [1, 15], "AVISITN: ADY"),
        ({}, None, "nothing else that tells the order of its visits"),
        # unscheduled visits
        ({"AVISIT": ["Week 2", "Unscheduled 2.1"], "AVISITN": [2.0, 2.1]}, [2, None],
         "unscheduled visits set apart from the others (1 value)"),
        ({"AVISIT": ["Week 2", None], "AVISITN": [2.0, 2.1]}, [2, None], "unscheduled"),
    ],
)  # fmt: skip
def test_a_visit_has_one_number(frame, numbers, message):
    frame = frame or {"ANRLO": [1.0]}
    found, said = visits(frame)
    assert found == numbers
    assert message in said
    assert bool(message) == bool(said)


def test_new_reads_a_folder_as_check_does(tmp_path):
    data = small()
    data["adtte"].loc[0, "AVAL"] = np.nan
    folder = write_trial(tmp_path / "in", data)
    (folder / "trial.yml").unlink()
    made = new_trial(tmp_path / "made", folder, primary="OS", control="Placebo").trial
    assert (made.repairs, made.remarks) == (
        load_trial(tmp_path / "made").repairs,
        load_trial(tmp_path / "made").remarks,
    )


def test_vital_signs_stand_with_the_laboratory_values(tmp_path):
    data = small()
    lab = pd.DataFrame({"USUBJID": ["P-1", "P-2"] * 2, "AVISITN": [0, 0, 1, 1], "AVAL": range(4)})
    data["advs"] = lab.assign(PARAMCD="SYSBP")
    alone = loaded(tmp_path / "alone", data)
    assert set(alone.adlb["PARAMCD"]) == {"SYSBP"}
    data["adlb"] = lab.assign(PARAMCD="ALT")
    data["adeg"] = pd.concat([lab.assign(PARAMCD="QTCF"), lab.assign(PARAMCD="ALT", AVAL=9)])
    folder = write_trial(tmp_path / "t", data)
    trial = load_trial(folder)
    assert trial.adlb["PARAMCD"].value_counts().to_dict() == {"ALT": 4, "SYSBP": 4, "QTCF": 4}
    assert "Vital signs (ADVS) and ECGs (ADEG) stand with the laboratory values." in told(trial)
    assert "ADEG holds parameters that ADLB has, too, and these are not used: ALT." in told(trial)
    (folder / "trial.yml").unlink()
    made = new_trial(tmp_path / "m", folder, primary="OS").trial
    assert [one.paramcd for one in made.config.laboratory] == ["ALT", "SYSBP", "QTCF"]
    assert made.remarks == load_trial(tmp_path / "m").remarks
