"""The synthetic ALMS patients: counts, composites, possible times, the same bytes."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

FOLDER = Path(__file__).parents[2] / "data" / "alms"


@pytest.fixture(scope="module")
def adsl():
    return pd.read_csv(FOLDER / "adsl.csv", index_col="USUBJID")


@pytest.fixture(scope="module")
def adtte():
    return pd.read_csv(FOLDER / "adtte.csv")


@pytest.fixture(scope="module")
def first_event(adtte):
    """Day of each patient's event by end point; infinite without one."""
    events = adtte[adtte["CNSR"] == 0]
    days = events.pivot_table(index="USUBJID", columns="PARAMCD", values="AVAL")
    return days.reindex(adtte["USUBJID"].unique()).fillna(np.inf)


def test_every_patient_has_every_end_point_once(adsl, adtte):
    counts = pd.crosstab(adtte["USUBJID"], adtte["PARAMCD"])
    assert counts.shape == (227, 9)
    assert (counts == 1).all(axis=None)
    assert set(counts.index) == set(adsl.index)


def test_treatment_failure_is_the_first_of_its_components(first_event):
    components = ["DEATH", "ESRD", "DBLCREAT", "RENFLARE", "RESCUE"]
    assert (first_event["TRTFAIL"] == first_event[components].min(axis=1)).all()


def test_the_broader_failure_is_the_first_of_failure_extrarenal_flare_and_withdrawal(
    first_event, adsl
):
    of_both = first_event[["TRTFAIL", "EXTRFL"]].min(axis=1)
    withdrew = adsl["EOSSTT"].reindex(first_event.index) == "DISCONTINUED"
    assert (first_event["TRTFAILB"] <= of_both).all()
    assert np.isfinite(first_event["TRTFAILB"][withdrew]).all()
    completers = ~withdrew
    assert (first_event["TRTFAILB"][completers] == of_both[completers]).all()


def test_a_documented_flare_is_a_suspected_one_no_later(first_event):
    assert (first_event["RENFLSUS"] <= first_event["RENFLARE"]).all()


def test_nothing_happens_after_the_end_of_follow_up(adsl, adtte):
    follow_up = (pd.to_datetime(adsl["EOSDT"]) - pd.to_datetime(adsl["RANDDT"])).dt.days + 1
    assert (adtte["AVAL"] <= follow_up.reindex(adtte["USUBJID"]).to_numpy()).all()
    completed = follow_up[adsl["EOSSTT"] == "COMPLETED"]
    assert completed.between(1050, 1130).all()


def test_days_count_from_randomization(adtte):
    days = (pd.to_datetime(adtte["ADT"]) - pd.to_datetime(adtte["STARTDT"])).dt.days + 1
    assert (days == adtte["AVAL"]).all()


def test_egfr_is_the_mdrd_formula_of_the_stored_values(adsl):
    egfr = 186 * adsl["CREATBL"] ** -1.154 * adsl["AGE"] ** -0.203
    egfr *= np.where(adsl["RACE"] == "BLACK OR AFRICAN AMERICAN", 1.21, 1)
    egfr *= np.where(adsl["SEX"] == "F", 0.742, 1)
    assert np.abs(egfr - adsl["EGFRBL"]).max() <= 0.05 + 1e-9


def test_the_patient_randomized_in_error_took_nothing(adsl):
    untreated = adsl[adsl["SAFFL"] == "N"]
    assert list(untreated["TRT01P"]) == ["MMF"]
    assert untreated[["TRT01A", "TRTSDT", "AVGDD", "TRTDURD", "PRED10FL"]].isna().all(axis=None)


@pytest.mark.slow
def test_the_program_writes_the_committed_patients_to_the_byte(tmp_path):
    spec = importlib.util.spec_from_file_location("make_patients", FOLDER / "make_patients.py")
    program = importlib.util.module_from_spec(spec)
    sys.modules["make_patients"] = program
    spec.loader.exec_module(program)
    assert program.main(["--out", str(tmp_path)]) == 0
    for name in ("adsl", "adtte", "adae", "adlb"):
        made = (tmp_path / f"{name}.csv").read_bytes()
        assert made == (FOLDER / f"{name}.csv").read_bytes(), name
