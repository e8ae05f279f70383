"""Results made elsewhere become a trial of results: what has a place, what has none, and why."""

import shutil

import pandas as pd
import pytest

from tests.exchange.folder import (
    HERE,
    PFS,
    folder_of_results,
    folder_with,
    results_of,
    the_cards,
    value,
)
from trialbook.exchange.given import NoPatientsError
from trialbook.trial import DataError, load_trial


@pytest.fixture(scope="module")
def example():
    return load_trial(HERE)


def told(frame, **key):
    """Return the one statistic of the file that agrees with a key, as a number."""
    for name, wanted in key.items():
        frame = frame[frame[name] == wanted]
    (text,) = frame["stat"]
    return float(text)


@pytest.mark.parametrize("trial", ["data/gbsg2", "data/veteran"])
def test_our_own_results_come_back_as_the_same_book(tmp_path, trial):
    patients = load_trial(trial)
    ard, folder = results_of(patients), folder_of_results(tmp_path, patients)
    given = load_trial(folder)
    pd.testing.assert_frame_equal(results_of(given), ard, check_exact=True)
    assert given.given.unplaced.empty


def test_a_trial_of_results_has_no_patients(example):
    with pytest.raises(NoPatientsError):
        example.efficacy_population()
    assert example.sizes("efficacy") == {"PBO": 98, "LOW": 101, "HIGH": 100, "all": 299}


def test_a_hazard_ratio_stands_as_it_was_given(example):
    cards = the_cards()
    row = {"variable_level": "High dose", "context": "regression", "paramcd": "PFS", "group1": ""}
    assert value(example, "hr", *PFS, method="efron") == told(cards, stat_name="estimate", **row)
    assert value(example, "hr_upper", *PFS, method="efron") == told(
        cards, stat_name="conf.high", **row
    )


def test_a_difference_of_survival_is_turned_to_treated_minus_control(example):
    cards = the_cards()
    row = {"paramcd": "PFS", "variable_level": "12", "stat_name": "estimate", "context": "survival"}
    high = told(cards, group1_level="High dose", **row)
    placebo = told(cards, group1_level="Placebo", **row)
    found = value(example, "difference", "landmark", "PFS", "HIGH vs PBO", time=12.0)
    assert found == pytest.approx(high - placebo, abs=1e-9)
    assert found > 0


def test_what_has_no_place_is_listed_with_the_reason(example):
    unplaced = example.given.unplaced
    assert set(unplaced["variable"]) == {"BMI", "SEX"}
    assert unplaced.loc[unplaced["variable"] == "BMI", "why"].str.contains("trial.yml").all()
    assert set(unplaced.loc[unplaced["variable"] == "SEX", "context"]) == {"stats_fisher_test"}


def test_every_row_has_a_place_or_a_reason(example):
    cards = the_cards()
    lost = set(example.given.unplaced["row"].astype(int) - 2)
    estimates = cards[cards["stat_name"].isin(["estimate", "mean", "n_event", "statistic"])]
    kept = estimates[~estimates.index.isin(lost)]
    values = set(example.given.rows["value"])
    tested = kept[~((kept["context"] != "survival_survdiff") & (kept["stat_name"] == "statistic"))]
    for text, context in zip(tested["stat"], tested["context"], strict=True):
        number = float(text) if text not in ("", "NA") else float("nan")
        if context == "survival_survfit_diff":
            number = -number
        assert number != number or number in values


def test_blinded_is_refused():
    with pytest.raises(DataError, match="cannot be pooled"):
        load_trial(HERE, blinded=True)


def test_two_files_of_results_are_refused(tmp_path):
    folder = folder_with(tmp_path, the_cards())
    (folder / "cards.json").write_text("[]")
    with pytest.raises(DataError, match="both there"):
        load_trial(folder)


def test_two_values_for_one_result_are_refused(tmp_path):
    cards = the_cards()
    again = cards[(cards["context"] == "regression") & (cards["stat_name"] == "estimate")].iloc[:1]
    cards = pd.concat([cards, again.assign(stat="3.21", stat_name="n_obs")], ignore_index=True)
    with pytest.raises(DataError, match="two values for one result"):
        load_trial(folder_with(tmp_path, cards))


def test_data_sets_win_over_results(tmp_path):
    shutil.copytree("data/veteran", tmp_path / "veteran")
    the_cards().to_csv(tmp_path / "veteran" / "cards.csv", index=False)
    trial = load_trial(tmp_path / "veteran")
    assert trial.given is None
    assert any("is not read" in remark for remark in trial.remarks)
