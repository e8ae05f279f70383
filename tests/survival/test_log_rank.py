import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import owens_t

from trialbook.survival import cox, log_rank, max_combo
from trialbook.survival.risk_table import rank_times, risk_table

RNG = np.random.default_rng(20)
TIME, EVENT, ARM = RNG.integers(1, 30, 80), RNG.random(80) < 0.7, RNG.integers(0, 2, 80)


@st.composite
def trials(draw):
    n = draw(st.integers(4, 30))
    time = draw(st.lists(st.integers(0, 15), min_size=n, max_size=n))
    event = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    arm = [0, 1, *draw(st.lists(st.integers(0, 1), min_size=n - 2, max_size=n - 2))]
    return np.array(time), np.array(event), np.array(arm)


def test_four_patients_by_algebra():
    # treated fail at 1 and 2, control at 3 and 4: expected 2/4 + 1/3, variance 1/4 + 2/9
    test = log_rank([1, 2, 3, 4], [1, 1, 1, 1], ["b", "b", "a", "a"])
    np.testing.assert_allclose(test.expected[1], 5 / 6)
    np.testing.assert_allclose(test.chisq, (2 - 5 / 6) ** 2 / (1 / 4 + 2 / 9))
    assert test.groups == ("a", "b")
    assert test.df == 1


def test_it_is_the_score_test_of_the_exact_cox_model():
    model = cox(TIME, EVENT, ARM, ties="exact")
    np.testing.assert_allclose(log_rank(TIME, EVENT, ARM).chisq, model.score_test.chisq)


def test_trend_of_two_groups_is_the_plain_test():
    plain, trend = (log_rank(TIME, EVENT, ARM, trend=trend) for trend in (None, True))
    np.testing.assert_allclose(plain.chisq, trend.chisq)


def test_trend_over_three_groups_takes_one_degree_of_freedom():
    group = np.arange(80) % 3
    test = log_rank(TIME, EVENT, group, trend=[0, 1, 5])
    excess, scores = test.observed - test.expected, np.array([0, 1, 5])
    np.testing.assert_allclose(
        test.chisq, (scores @ excess) ** 2 / (scores @ test.variance @ scores)
    )
    assert test.df == 1
    with pytest.raises(ValueError, match="3 scores"):
        log_rank(TIME, EVENT, group, trend=[1, 2])


def test_late_weights_are_what_early_weights_leave():
    # S(t-) + (1 - S(t-)) = 1 for the weighted sums of observed minus expected
    tests = [log_rank(TIME, EVENT, ARM, rho=r, gamma=g) for r, g in ((0, 0), (1, 0), (0, 1))]
    plain, early, late = (test.observed - test.expected for test in tests)
    np.testing.assert_allclose(early + late, plain, atol=1e-12)


@given(trials())
def test_relabelling_the_arms_changes_nothing(trial):
    time, event, arm = trial
    one, other = log_rank(time, event, arm), log_rank(time, event, 1 - arm)
    np.testing.assert_allclose(one.chisq, other.chisq)
    np.testing.assert_allclose(one.observed, other.observed[::-1])


@given(trials())
def test_observed_and_expected_sum_alike(trial):
    test = log_rank(*trial, rho=1)
    np.testing.assert_allclose(test.observed.sum(), test.expected.sum(), atol=1e-12)


@given(trials())
def test_ties_broken_by_an_hour_or_not_the_counts_at_risk_agree(trial):
    time, event, arm = trial
    tied = risk_table(rank_times(time.astype(float)), event, arm)
    late = risk_table(rank_times(time + np.where(event, 0, 0.25)), event, arm)
    for table in (tied, late):
        rows = table.event_rows()
        assert (rows.n_at_risk.sum(axis=0) >= rows.deaths).all()
    np.testing.assert_array_equal(tied.event_rows().n_at_risk, late.event_rows().n_at_risk)


def test_no_event_and_one_arm_at_risk_are_not_estimable():
    for options in ({}, {"rho": 1}, {"strata": [1, 1, 2]}, {"trend": True}):
        assert np.isnan(log_rank([1, 2, 3], [0, 0, 0], [0, 1, 1], **options).p_value)
    assert np.isnan(max_combo([1, 2, 3], [0, 0, 0], [0, 1, 1]).p_value)


def test_one_group_is_refused():
    with pytest.raises(ValueError, match="all 2 patients are in 'A'"):
        log_rank([1, 2], [1, 0], ["A", "A"])
    with pytest.raises(ValueError, match="the control arm is empty"):
        max_combo([1, 2], [1, 0], [1, 1])
    with pytest.raises(ValueError, match="rho: must be zero or positive"):
        log_rank(TIME, EVENT, ARM, rho=-1)


def test_max_combo_of_one_weight_is_that_test():
    alone = max_combo(TIME, EVENT, ARM, weights=((1.0, 0.0),))
    np.testing.assert_allclose(alone.p_value, log_rank(TIME, EVENT, ARM, rho=1).p_value)


def test_max_combo_lies_between_its_smallest_p_value_and_bonferroni():
    test = max_combo(TIME, EVENT, ARM)
    assert test.p_each.min() < test.p_value < 4 * test.p_each.min()


def test_max_combo_of_two_weights_by_owens_function():
    test = max_combo(TIME, EVENT, ARM, weights=((0.0, 0.0), (1.0, 0.0)))
    z, r = abs(test.z), test.correlation[0, 1]
    slopes = (1 - r) / np.sqrt(1 - r**2), -(1 + r) / np.sqrt(1 - r**2)
    expected = 4 * (owens_t(z, slopes[0]) - owens_t(z, slopes[1]))
    np.testing.assert_allclose(test.p_value, expected, rtol=1e-12)


@given(trials(), st.randoms())
def test_max_combo_depends_on_no_order_unit_or_label(trial, random):
    time, event, arm = trial
    order = np.arange(time.size)
    random.shuffle(order)
    one = max_combo(time, event, arm)
    other = max_combo(time[order] * 7.0, event[order], 1 - arm[order])
    np.testing.assert_allclose(one.p_value, other.p_value, rtol=1e-7)
    np.testing.assert_allclose(np.abs(one.z_each), np.abs(other.z_each), atol=1e-9)
