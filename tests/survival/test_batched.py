"""Many data sets at once give the numbers of log_rank and cox, which agree with R."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.agreement.estimators import REFERENCE
from trialbook.survival import batched, batched_cox, batched_log_rank, cox, log_rank


def random_data(seed, rows=6):
    """Return rows of data with ties, times of zero and, at times, arms without events."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 40))
    scale = rng.choice([0.5, 5, 500])
    time = np.floor(rng.exponential(scale, (rows, n)))
    event = rng.random((rows, n)) < rng.random()
    treated = rng.random((rows, n)) < 0.5
    treated[:, 0], treated[:, 1] = True, False
    return time, event, treated, rng.integers(0, 3, n)


@pytest.mark.parametrize("name", ["lung", "veteran"])
def test_real_trials(name):
    # survdiff(Surv(time, event) ~ arm); coxph(Surv(time, event) ~ arm, ties = ties)
    expected = json.loads((REFERENCE / f"{name}_OS.json").read_text())["contrasts"][0]
    data = pd.read_csv(REFERENCE / f"{name}.csv")
    time = np.tile(data["AVAL"].to_numpy(), (3, 1))
    event, treated = data["CNSR"] == 0, data["TRT01P"] == expected["treatment"]
    test = batched_log_rank(time, event, treated)
    assert test.chisq == pytest.approx(expected["logrank"]["chisq"], rel=1e-11)
    assert test.p_value == pytest.approx(expected["logrank"]["p"], rel=1e-10)
    assert test.observed == pytest.approx(expected["logrank"]["observed"][1])
    assert test.expected == pytest.approx(expected["logrank"]["expected"][1], rel=1e-11)
    for ties in ("efron", "breslow"):
        model, term = batched_cox(time, event, treated, ties=ties), expected[f"cox_{ties}"]
        assert model.coef == pytest.approx(term["terms"][0]["coef"], rel=1e-8)
        assert model.std_error == pytest.approx(term["terms"][0]["se"], rel=1e-8)
        assert model.hr_upper == pytest.approx(term["terms"][0]["hr_ucl"], rel=1e-8)


@given(st.integers(0, 10**6), st.booleans())
def test_each_row_is_a_log_rank_test(seed, stratified):
    time, event, treated, strata = random_data(seed)
    found = batched_log_rank(time, event, treated, strata=strata if stratified else None)
    for i in range(len(time)):
        one = log_rank(time[i], event[i], treated[i], strata=strata if stratified else None)
        assert found.observed[i] == pytest.approx(one.observed[1])
        assert found.expected[i] == pytest.approx(one.expected[1])
        assert found.variance[i] == pytest.approx(one.variance[1, 1], abs=1e-12)
        if one.variance[1, 1] > 1e-12:
            assert found.chisq[i] == pytest.approx(one.chisq, rel=1e-9)
            assert found.p_value[i] == pytest.approx(one.p_value, rel=1e-9)
        else:
            assert np.isnan(found.z[i])


@given(st.integers(0, 10**6), st.sampled_from(["efron", "breslow"]), st.booleans())
def test_each_row_is_a_cox_model(seed, ties, stratified):
    time, event, treated, strata = random_data(seed, rows=3)
    labels = strata if stratified else None
    found = batched_cox(time, event, treated, strata=labels, ties=ties, conf_level=0.9)
    for i in range(len(time)):
        if not event[i].any():
            assert np.isnan(found.coef[i])
            continue
        one = cox(time[i], event[i], treated[i], strata=labels, ties=ties, conf_level=0.9)
        assert found.coef[i] == pytest.approx(one.coef[0], rel=1e-7, abs=1e-9, nan_ok=True)
        assert found.std_error[i] == pytest.approx(one.std_error[0], rel=1e-7, nan_ok=True)
        assert found.hr_lower[i] == pytest.approx(one.hr_lower[0], rel=1e-6, nan_ok=True)
        assert found.p_value[i] == pytest.approx(one.p_value[0], rel=1e-6, nan_ok=True)


def test_blocks_do_not_change_the_results(monkeypatch):
    rng = np.random.default_rng(4)
    time, event = rng.exponential(5, (50, 20)).round(1), rng.integers(0, 2, (50, 20))
    treated = np.arange(20) < 10
    whole = batched_log_rank(time, event, treated), batched_cox(time, event, treated)
    monkeypatch.setattr(batched, "BLOCK", 60)
    parts = batched_log_rank(time, event, treated), batched_cox(time, event, treated)
    assert np.array_equal(whole[0].z, parts[0].z, equal_nan=True)
    assert parts[1].coef == pytest.approx(whole[1].coef, rel=1e-12, nan_ok=True)


def test_swapping_the_arms_changes_the_sign():
    time, event, treated, _ = random_data(8, rows=20)
    one, other = batched_log_rank(time, event, treated), batched_log_rank(time, event, ~treated)
    assert other.z == pytest.approx(-one.z, nan_ok=True)
    one, other = batched_cox(time, event, treated), batched_cox(time, event, ~treated)
    assert other.coef == pytest.approx(-one.coef, rel=1e-9, abs=1e-12, nan_ok=True)


def test_an_arm_without_events_has_no_hazard_ratio():
    model = batched_cox([[1, 2, 3, 4]], [1, 0, 1, 0], [1, 0, 1, 0])
    assert np.isnan(model.coef[0])
    assert np.isnan(model.hr_upper[0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"time": [1.0, 2.0]}, "one row per data set"),
        ({"time": [[1.0, np.nan]]}, "missing, infinite or negative"),
        ({"time": [[1.0, -1.0]]}, "missing, infinite or negative"),
        ({"event": [1, 0, 1]}, "event has shape"),
        ({"event": [1, 2]}, "event must be true or false"),
        ({"treated": [[1, 0], [0, 1]]}, "treated has shape"),
        ({"strata": [1, 2, 3]}, "strata"),
    ],
)
def test_bad_input_is_refused(change, message):
    given = {"time": [[1.0, 2.0]], "event": [1, 0], "treated": [1, 0]} | change
    for function in (batched_log_rank, batched_cox):
        with pytest.raises(ValueError, match=message):
            function(**given)


def test_unknown_ties_are_refused():
    with pytest.raises(ValueError, match="exact"):
        batched_cox([[1.0, 2.0]], [1, 1], [1, 0], ties="exact")
