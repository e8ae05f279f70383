"""What a row of results is of: analysis set, data set, statistic and unit."""

import pytest

from trialbook.analyses import ANALYSES, all_results
from trialbook.ard import complete
from trialbook.described import DATASETS, LABELS
from trialbook.results import results_frame, rows
from trialbook.trial import load_trial


@pytest.fixture(scope="module")
def trial():
    return load_trial("data/alms")


def one(trial, analysis, statistic, **of):
    frame = results_frame(rows(analysis, {**of.pop("beside", {}), statistic: 1.0}, **of))
    found = complete(frame, trial, "x")
    return found[found["statistic"] == statistic].iloc[0]


@pytest.mark.parametrize(
    ("analysis", "statistic", "beside", "population", "dataset", "unit"),
    [
        ("kaplan_meier", "survival", {}, "ITTFL", "ADTTE", "proportion"),
        ("kaplan_meier", "median", {}, "ITTFL", "ADTTE", "days"),
        ("kaplan_meier", "lower", {"median": 1}, "ITTFL", "ADTTE", "days"),
        ("cox", "hr", {}, "ITTFL", "ADTTE", ""),
        ("rmst", "difference", {}, "ITTFL", "ADTTE", "days"),
        ("landmark", "difference", {}, "ITTFL", "ADTTE", "proportion"),
        ("landmark", "upper", {"difference": 1}, "ITTFL", "ADTTE", "proportion"),
        ("baseline", "percent", {}, "ITTFL", "ADSL", "%"),
        ("disposition", "n", {}, "RANDFL", "ADSL", ""),
        ("adverse_events", "rate", {}, "SAFFL", "ADAE", "per 100 patient-years"),
        ("adverse_events", "risk_difference", {}, "SAFFL", "ADAE", "proportion"),
        ("laboratory", "mean", {}, "SAFFL", "ADLB", ""),
        ("design", "power", {}, "", "", "proportion"),
    ],
)
def test_a_row_says_what_it_is_of(trial, analysis, statistic, beside, population, dataset, unit):
    found = one(trial, analysis, statistic, beside=beside)
    assert (found["population"], found["dataset"], found["unit"]) == (population, dataset, unit)
    assert found["label"] == LABELS[statistic]


def test_every_statistic_has_words(trial):
    assert set(all_results(trial)["statistic"]) <= set(LABELS)


def test_every_data_set_is_that_of_an_analysis():
    assert set(DATASETS) <= set(ANALYSES)
