"""Tables whose rows are no patients are refused or asked about; clusters are said to be some."""

import numpy as np
import pandas as pd
import pytest

from trialbook.adam.problems import DataError
from trialbook.new import UsageError, new_trial


def frame(n=60, **change) -> pd.DataFrame:
    """Return patients with nothing to ask."""
    rng = np.random.default_rng(4)
    return pd.DataFrame({
        "id": range(n), "days": rng.exponential(400, n).round() + 1,
        "died": rng.integers(0, 2, n), "arm": ["Placebo", "Drug"] * (n // 2),
    } | change)  # fmt: skip


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"arm": ["Placebo", "Drug"], "days": [300, 400], "died": [40, 25]}, "sums of the arms"),
        ({"days": [0, 6, 0, 6], "n_risk": [9, 8, 9, 9], "died": [0, 1, 0, 0],
          "arm": ["Placebo", "Placebo", "Drug", "Drug"]}, "a table of a curve"),
    ],
)  # fmt: skip
def test_sums_and_curves_are_refused(table, told, flat, tmp_path):
    with pytest.raises(UsageError, match=told):
        new_trial(tmp_path / "m", flat(pd.DataFrame(table)))


def test_rows_that_count_patients_are_asked_about(flat, tmp_path):
    rows = frame(freq=[1, 2, 3] * 20)
    with pytest.raises(UsageError, match="120 patients in all") as error:
        new_trial(tmp_path / "m", flat(rows.drop(columns="id")))
    assert error.value.options == ("--id",)
    assert len(new_trial(tmp_path / "m", flat(rows.drop(columns="id")), id="none").trial.adsl) == 60
    assert len(new_trial(tmp_path / "n", flat(rows)).trial.adsl) == 60


def test_row_numbers_are_no_weights(flat, tmp_path):
    assert new_trial(tmp_path / "m", flat(frame().rename(columns={"id": "n"})))


def test_units_that_differ_from_row_to_row_are_refused(flat, tmp_path):
    rows = frame(time_unit=["days", "months", "days"] * 20)
    with pytest.raises(UsageError, match="time_unit gives times in days and months"):
        new_trial(tmp_path / "m", flat(rows))
    with pytest.raises(UsageError, match="time_hours counts in hours"):
        new_trial(tmp_path / "m", flat(frame().rename(columns={"days": "time_hours"})),
                  time="time_hours")  # fmt: skip


def test_groups_that_are_each_in_one_arm_are_to_be_confirmed(flat, tmp_path):
    rows = frame(arm=np.repeat(["Control", "Nets"] * 6, 5), village=np.repeat(range(12), 5))
    told = str(new_trial(tmp_path / "m", flat(rows)))
    assert "not taken as baseline: village (each is in one arm alone)" in told
    assert "assigned by group: village" in told.partition("Confirm first")[2]
    assert "too narrow" in told


def test_the_treatment_taken_is_no_baseline_variable(flat, tmp_path):
    rows = frame(treatment_received=["Drug"] * 10 + ["Placebo", "Drug"] * 25)
    told = str(new_trial(tmp_path / "m", flat(rows)))
    assert "not taken as baseline: treatment_received" in told


def test_a_plus_behind_a_time_is_explained(flat, tmp_path):
    with pytest.raises(DataError, match="a \\+ behind a time says that it is censored"):
        new_trial(tmp_path / "m", flat(frame(days=["12+", "9", "30+"] * 20)))


def test_dates_are_no_status_and_no_arm(flat, tmp_path):
    rows = frame(died=["2020-01-02", ""] * 30).rename(columns={"died": "date_of_death"})
    with pytest.raises(UsageError, match="--event: the file has none"):
        new_trial(tmp_path / "m", flat(rows))
