"""What can be read safely is read, and listed; blank stays blank."""

import numpy as np
import pandas as pd
import pytest

from tests.adam.broken import at
from tests.adam.folders import csv_bytes, small, write_trial
from trialbook.adam.problems import DataError
from trialbook.trial import load_trial


def load(tmp_path, data, config=None, **options):
    return load_trial(write_trial(tmp_path / "small", data, config, **options))


def repairs(trial):
    return "\n".join(map(str, trial.repairs))


def everywhere(name, variable, value):
    return lambda data: at(name, variable, dict.fromkeys(range(len(data[name])), value))(data)


def renamed(data):
    return data | {"adsl": data["adsl"].rename(columns=str.lower)}


def padded(data):
    return data | {"adsl": data["adsl"].assign(SEX=data["adsl"]["SEX"] + "   ")}


REPAIRED = {
    "names in small letters": (renamed, "names written in capitals, without padding (11 values)"),
    "padding": (padded, "adsl.csv: SEX: padding taken off (8 values)"),
    "flags in words": (everywhere("adsl", "SAFFL", "yes"), "SAFFL: written as Y and N (8 values)"),
    "arms in other capitals": (
        at("adsl", "TRT01P", {0: "PLACEBO", 2: "placebo"}),
        "TRT01P: arms matched without regard to capitals (2 values)",
    ),
    "a number with a dot for missing": (
        at("adsl", "AGE", {0: "."}),
        "AGE: NA, . or the like read as missing (1 value)",
    ),
    "infinite values": (at("adsl", "AGE", {0: np.inf}), "AGE: infinite values read as missing"),
    "NA as R writes it": (
        at("adsl", "SEX", {0: "NA"}),
        "SEX: NA without quotes read as missing (1 value)",
    ),
    "partial dates": (
        at("adsl", "RANDDT", {0: "2020-01", 1: "2020"}),
        "RANDDT: partial dates read as missing (2 values)",
    ),
    "unit from PARAM": (
        everywhere("adtte", "AVALU", np.nan),
        "AVALU: blank for OS, taken from PARAM: days (8 values)",
    ),
    "unit from trial.yml": (
        lambda data: data | {"adtte": data["adtte"].drop(columns=["AVALU", "PARAM"])},
        "AVALU: blank for OS, taken from trial.yml: days",
    ),
}


@pytest.mark.parametrize(("change", "repair"), REPAIRED.values(), ids=REPAIRED)
def test_what_can_be_read_safely_is_read_and_listed(change, repair, tmp_path):
    trial = load(tmp_path, change(small()))
    assert len(trial.time_to_event("OS")) == 8
    assert trial.time_to_event("OS")["event"].sum() == 4
    assert repair in repairs(trial)


@pytest.mark.parametrize("form", ["parquet", "xpt", "json"])
def test_cnsr_stored_as_text_is_read_as_numbers(form, tmp_path):
    data = small()
    data["adtte"]["CNSR"] = data["adtte"]["CNSR"].map("{}.0".format)
    trial = load(tmp_path, data, form=form)
    assert trial.time_to_event("OS")["event"].sum() == 4
    assert f"adtte.{form}: CNSR: text read as numbers (16 values)" in repairs(trial)


@pytest.mark.parametrize("form", ["csv", "parquet", "xpt", "json"])
def test_blank_treatment_emergent_flag_is_no(form, tmp_path):
    data = small()
    data["adae"]["TRTEMFL"] = ["Y", "Y", "Y", ""]
    trial = load(tmp_path, data, form=form)
    assert list(trial.adae["TRTEMFL"]) == ["Y", "Y", "Y", "N"]
    assert len(trial.treatment_emergent()) == 3
    assert "TRTEMFL: blank read as N (1 value)" in repairs(trial)


@pytest.mark.parametrize("form", ["csv", "parquet", "xpt", "json"])
def test_a_blank_flag_that_is_no_population_stays_blank(form, tmp_path):
    data = small()
    data["adae"]["AESER"] = ["N", "Y", "", "N"]
    assert load(tmp_path, data, form=form).adae["AESER"].isna().tolist() == [False] * 2 + [
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2020-03-15", "2020-03-15"),
        ("2020-03-15T10:30", "2020-03-15"),
        ("2020/3/15", "2020-03-15"),
        ("20200315", "2020-03-15"),
        ("15MAR2020", "2020-03-15"),
        ("15-Mar-2020", "2020-03-15"),
        ("15.03.2020", "2020-03-15"),
        ("15/03/2020", "2020-03-15"),
        ("3/15/2020", "2020-03-15"),
        ("9999-12-31", "9999-12-31"),
    ],
)
def test_dates_are_read_as_they_are_written(written, day, tmp_path):
    trial = load(tmp_path, everywhere("adsl", "RANDDT", written)(small()))
    assert set(trial.adsl["RANDDT"].dt.strftime("%Y-%m-%d")) == {day}


def test_laboratory_parameters_doubled_by_an_underscore_are_set_aside(tmp_path):
    data = small()
    data["adlb"] = pd.DataFrame({
        "USUBJID": "P-1", "PARAMCD": ["ALT", "_ALT", "_ONLY"], "AVAL": [1.0, 2.0, 3.0],
        "AVISITN": [0, 0, 0],
    })  # fmt: skip
    trial = load(tmp_path, data)
    assert list(trial.adlb["PARAMCD"]) == ["ALT", "_ONLY"]
    assert "parameters that repeat another under _ (_ALT) set aside (1 value)" in repairs(trial)


def test_a_visit_that_repeats_others_is_set_aside(tmp_path):
    data = small()
    data["adlb"] = pd.DataFrame({
        "USUBJID": ["P-1", "P-1", "P-2", "P-2", "P-1", "P-2"], "PARAMCD": "ALT",
        "AVISITN": [0, 4, 0, 2, 99, 99], "ADY": [1, 29, 1, 15, 29, 15],
        "AVAL": [10.0, 20, 10, 30, 20, 30],
    })  # fmt: skip
    trial = load(tmp_path / "repeats", data)
    assert len(trial.adlb) == 6
    assert "AVISITN: visit 99 repeats earlier ones, day and value: set aside (2 values)" in (
        repairs(trial)
    )
    data["adlb"].loc[4:, "ADY"] = [30, 16]
    assert "99" not in repairs(load(tmp_path / "own days", data))


def test_identifiers_keep_their_leading_zeros(tmp_path):
    assert list(load(tmp_path, small()).adsl["SITEID"][:2]) == ["001", "002"]


def test_row_numbers_of_r_are_left_out(tmp_path):
    data = small()
    folder = write_trial(tmp_path / "small", data)
    (folder / "adsl.csv").write_bytes(csv_bytes(data["adsl"].rename_axis("").reset_index()))
    trial = load_trial(folder)
    assert "columns without a name (row numbers, say) left out (1 value)" in repairs(trial)
    assert list(trial.adsl) == list(data["adsl"])


def test_how_patients_left_is_read_from_the_names_it_had_before(tmp_path):
    data = small()
    data["adsl"]["DCDECOD"] = ["COMPLETED", "ADVERSE EVENT", "DEATH", ""] * 2
    data["adsl"]["DCREASCD"] = ["Completed", "Side effects", "", ""] * 2
    trial = load(tmp_path, data)
    status, reason = trial.adsl["EOSSTT"], trial.adsl["DCSREAS"]
    assert status[:3].tolist() == ["COMPLETED", "DISCONTINUED", "DISCONTINUED"]
    assert reason[1:3].tolist() == ["Side effects", "DEATH"]
    assert status.isna().sum() == 2
    assert reason.isna().sum() == 4
    assert "adsl.csv: EOSSTT: taken from DCDECOD (6 values)" in repairs(trial)
    data["adsl"]["EOSSTT"] = "COMPLETED"
    named = load_trial(write_trial(tmp_path / "named", data))
    assert "DCSREAS" not in named.adsl


def test_letters_with_accents_are_no_padding(tmp_path):
    trial = load(tmp_path, everywhere("adsl", "SEX", "Männlich")(small()))
    assert not trial.repairs
    assert set(trial.adsl["SEX"]) == {"Männlich"}


def test_cnsr_in_words_of_truth_is_read_and_listed(tmp_path):
    data = small()
    data["adtte"]["CNSR"] = data["adtte"]["CNSR"].map(lambda code: str(code > 0))
    trial = load(tmp_path, data)
    assert "CNSR: true read as censored, false as event (16 values)" in repairs(trial)
    assert trial.time_to_event("OS")["event"].sum() == 4


def test_the_order_of_day_and_month_that_the_values_show_is_listed(tmp_path):
    trial = load(tmp_path, everywhere("adsl", "RANDDT", "03/25/2020")(small()))
    assert "RANDDT: dates read as month/day/year, as they show (8 values)" in repairs(trial)


@pytest.mark.parametrize("kind", ["link", "folder"])
def test_a_data_set_that_is_no_file_is_not_passed_over(kind, tmp_path):
    folder = write_trial(tmp_path / "small", small())
    (folder / "adae.csv").unlink()
    if kind == "link":
        (folder / "adae.csv").symlink_to(tmp_path / "nowhere.csv")
    else:
        (folder / "adae.csv").mkdir()
    with pytest.raises(DataError, match=r"adae.csv: is a"):
        load_trial(folder)
