"""Fine and Gray's model agrees with R's cmprsk."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.agreement.estimators import REFERENCE as FILES
from trialbook.survival import cox, fine_gray

REFERENCE = FILES / "competing_risks.json"
CASES = json.loads(REFERENCE.read_text())["cases"]


def agrees(found, expected):
    assert found.coef == pytest.approx(expected["coef"], rel=1e-7, abs=1e-9)
    assert found.std_error == pytest.approx(expected["std_error"], rel=1e-7)
    assert found.loglik == pytest.approx(expected["loglik"], rel=1e-12)
    assert found.converged


@pytest.mark.parametrize("name", CASES)
def test_agrees_with_r(name):
    # crr(time, cause, x, gtol = 1e-13)
    case, data = CASES[name], CASES[name]["data"]
    agrees(fine_gray(data["time"], data["cause"], data["x"]), case["fine_gray"])
    treated = (np.array(data["group"]) == "b").astype(int)
    X = np.column_stack([treated, data["x"]])
    if case["fine_gray_two"]:
        agrees(fine_gray(data["time"], data["cause"], X), case["fine_gray_two"])
    else:
        assert not fine_gray(data["time"], data["cause"], X).converged


def test_the_case_without_events_in_an_arm_is_among_them():
    assert not CASES["arm_without_events"].get("fine_gray_two")
    assert sum(bool(case["fine_gray_two"]) for case in CASES.values()) >= 5


def test_without_competing_events_it_is_a_cox_model_with_breslow_ties():
    rng = np.random.default_rng(2)
    time, event, x = np.ceil(rng.exponential(9, 80)), rng.integers(0, 2, 80), rng.normal(size=80)
    found, expected = fine_gray(time, event, x), cox(time, event, x, ties="breslow")
    assert found.coef == pytest.approx(expected.coef, rel=1e-9)
    assert found.loglik == pytest.approx(expected.loglik, rel=1e-12)
    # the variance is that of Lin and Wei, the censoring adding nothing
    robust = cox(time, event, x, ties="breslow", cluster=np.arange(80))
    assert found.std_error == pytest.approx(robust.std_error, rel=1e-9)


@given(st.integers(0, 10**6), st.floats(0.01, 100))
def test_swapping_the_arms_inverts_the_ratio_and_the_unit_does_not_matter(seed, unit):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(20, 60))
    time, cause = np.ceil(rng.exponential(6, n)), rng.integers(0, 3, n)
    treated = rng.integers(0, 2, n)
    one, other = fine_gray(time, cause, treated), fine_gray(time * unit, cause, 1 - treated)
    assert other.converged == one.converged
    assert other.coef == pytest.approx(-one.coef, rel=1e-6, abs=1e-9, nan_ok=True)
    assert other.std_error == pytest.approx(one.std_error, rel=1e-6, nan_ok=True)
    assert other.hr_lower == pytest.approx(1 / one.hr_upper, rel=1e-6, nan_ok=True)


def test_what_is_not_estimable_is_nan():
    time, cause = [1, 2, 3, 4, 5, 6], [1, 2, 1, 2, 0, 0]
    for x in ([1, 0, 1, 0, 0, 0], [1] * 6):
        found = fine_gray(time, cause, x)
        assert not found.converged
        assert np.isnan(found.hr).all()
        assert np.isnan(found.p_value).all()
    assert np.isnan(fine_gray(time, [0, 2, 0, 2, 0, 0], [1, 0, 1, 0, 1, 0]).hr[0])


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="X"):
        fine_gray([1, 2], [1, 2], [0, np.nan])
    with pytest.raises(ValueError, match="cause"):
        fine_gray([1, 2], [1, -2], [0, 1])
