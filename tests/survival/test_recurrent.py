"""Recurrent events agree with R's survfit(id = ) and coxph(cluster = )."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.agreement.estimators import REFERENCE as FILES
from trialbook.survival import andersen_gill, kaplan_meier, mean_cumulative_function

REFERENCE = FILES / "recurrent.json"
CASES = json.loads(REFERENCE.read_text())["cases"]


def rows_of(case):
    return tuple(np.array(case["data"][name]) for name in ("id", "start", "stop", "event"))


@pytest.mark.parametrize("name", CASES)
def test_mean_cumulative_function_agrees_with_r(name):
    # survfit(Surv(start, stop, event) ~ 1, id = id): cumhaz and std.chaz
    case = CASES[name]
    found = mean_cumulative_function(*rows_of(case))
    assert found.time == pytest.approx(case["time"])
    assert (found.n_at_risk == case["n_risk"]).all()
    assert found.mean == pytest.approx(case["mean"], rel=1e-10)
    assert found.std_error == pytest.approx(case["std_error"], rel=1e-10)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("name", CASES)
def test_andersen_gill_agrees_with_r(name, ties):
    # coxph(Surv(start, stop, event) ~ treated, cluster = id, ties = ties)
    case = CASES[name]
    found = andersen_gill(*rows_of(case), case["data"]["treated"], ties=ties)
    assert found.coef[0] == pytest.approx(case[ties][0], rel=1e-8)
    assert found.std_error[0] == pytest.approx(case[ties][1], rel=1e-8)
    assert found.robust


@given(st.integers(0, 10**6))
def test_neither_order_nor_cutting_a_row_in_two_matters(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 25))
    stop, event = rng.integers(2, 20, n), rng.integers(0, 2, n)
    whole = mean_cumulative_function(np.arange(n), np.zeros(n), stop, event)
    cut = stop / 2
    subject = np.concatenate([np.arange(n), np.arange(n)])
    start, end = np.concatenate([np.zeros(n), cut]), np.concatenate([cut, stop])
    events = np.concatenate([np.zeros(n), event])
    order = rng.permutation(2 * n)
    parts = mean_cumulative_function(subject[order], start[order], end[order], events[order])
    assert parts.mean == pytest.approx(whole.mean)
    assert parts.std_error == pytest.approx(whole.std_error)
    assert parts.n == whole.n == n


def test_with_one_event_each_it_is_the_sum_of_hazards():
    time, event = np.array([1, 2, 2, 3, 5, 8]), np.array([1, 1, 0, 1, 0, 1])
    found = mean_cumulative_function(np.arange(6), np.zeros(6), time, event)
    curve = kaplan_meier(time, event)
    rows = curve.n_events > 0
    assert found.mean == pytest.approx(np.cumsum(curve.n_events / curve.n_at_risk)[rows])


def test_without_censoring_it_is_the_mean_number_of_events_and_its_standard_error():
    counts = np.array([0, 3, 1, 2, 0, 5])
    rows = [
        (subject, k, k + 1, k < count) for subject, count in enumerate(counts) for k in range(6)
    ]
    subject, start, stop, event = np.array(rows).T
    found = mean_cumulative_function(subject, start, stop, event)
    assert found.mean[-1] == pytest.approx(counts.mean())
    assert found.std_error[-1] == pytest.approx(counts.std() / np.sqrt(6))


def test_reading_off_at_times():
    found = mean_cumulative_function([1, 2, 3], [0, 0, 0], [2, 4, 6], [1, 1, 0])
    mean, std_error, lower, upper = found.at([1, 2, 5, 7])
    assert mean == pytest.approx([0, 1 / 3, 1 / 3 + 1 / 2, np.nan], nan_ok=True)
    assert std_error[0] == 0
    assert lower[0] == 0
    assert lower[1] < mean[1] < upper[1]


def test_without_events_it_is_zero():
    found = mean_cumulative_function([1, 2], [0, 0], [2, 4], [0, 0])
    assert found.time.size == 0
    assert found.at([3])[0] == 0
    assert np.isnan(andersen_gill([1, 2], [0, 0], [2, 4], [0, 0], [0, 1]).hr[0])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (([1, 1], [0, 2], [3, 5], [1, 0]), "rows overlap for 1"),
        (([1, 2], [0, 5], [3, 5], [1, 0]), "start at or after their stop"),
        (([1, 2], [0, np.nan], [3, 5], [1, 0]), "start"),
        (([1, 2], [0, 0], [3, 5], [1, 2]), "event"),
        (([1], [0, 0], [3, 5], [1, 0]), "subject"),
    ],
)
def test_bad_input_is_refused(rows, message):
    with pytest.raises(ValueError, match=message):
        mean_cumulative_function(*rows)
