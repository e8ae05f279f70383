import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.survival import (
    default_tau,
    largest_tau,
    rmst,
    rmst_curve,
    rmst_difference,
    rmst_ratio,
)

RNG = np.random.default_rng(5)
TIME, EVENT = RNG.exponential(10, 60).round(1), RNG.random(60) < 0.6
TREATED = RNG.integers(0, 2, 60) == 1


def test_area_and_variance_by_algebra():
    # S is 1 to day 2, 3/4 to day 4, then 3/8; Greenwood 1/12 at day 2, 1/2 at day 4 (2 at risk)
    result = rmst([2, 3, 4, 6], [1, 0, 1, 0], 6)
    np.testing.assert_allclose(result.rmst, 2 + 1.5 + 0.75)
    np.testing.assert_allclose(result.std_error, np.sqrt(2.25**2 / 12 + 0.75**2 / 2))


def test_without_censoring_it_is_a_mean_of_restricted_times():
    time = RNG.exponential(10, 40)
    restricted = np.minimum(time, 12)
    result = rmst(time, np.ones(40), 12)
    np.testing.assert_allclose(result.rmst, restricted.mean())
    np.testing.assert_allclose(result.std_error, restricted.std() / np.sqrt(40))


def test_curve_of_the_difference_agrees_with_each_tau():
    taus = [0, 3, 8, default_tau(TIME, EVENT, TREATED)]
    curve = rmst_curve(TIME, EVENT, TREATED, taus)
    assert curve.difference[0] == 0
    for i, tau in enumerate(taus[1:], start=1):
        arms = [rmst(TIME[of], EVENT[of], tau) for of in (TREATED, ~TREATED)]
        one = rmst_difference(*arms)
        np.testing.assert_allclose(curve.difference[i], one.difference)
        np.testing.assert_allclose(curve.std_error[i], one.std_error)
    assert np.isnan(rmst_curve(TIME, EVENT & (TIME < 5), TREATED, [1e3]).difference).all()


def test_arms_exchanged():
    arms = [rmst(TIME[of], EVENT[of], 9) for of in (TREATED, ~TREATED)]
    one, other = rmst_ratio(*arms), rmst_ratio(*arms[::-1])
    np.testing.assert_allclose(one.ratio * other.ratio, 1)
    np.testing.assert_allclose(one.p_value, other.p_value)
    difference = rmst_difference(*arms)
    np.testing.assert_allclose(difference.difference, -rmst_difference(*arms[::-1]).difference)


@given(st.sampled_from([1 / 365.25, 86400.0]))
def test_unit_of_time(unit):
    one, other = rmst(TIME, EVENT, 9), rmst(TIME * unit, EVENT, 9 * unit)
    np.testing.assert_allclose(
        np.array([one.rmst, one.std_error]) * unit, [other.rmst, other.std_error]
    )


def test_default_tau_is_the_smaller_last_event_or_without_one_the_smaller_last_time():
    time, arm = [1, 5, 9, 2, 7, 20], [0, 0, 0, 1, 1, 1]
    assert default_tau(time, [1, 1, 0, 1, 0, 1], arm) == 5
    assert default_tau(time, [0, 0, 0, 1, 0, 1], arm) == 9


def test_tau_beyond_follow_up_is_refused_unless_the_curve_has_reached_zero():
    with pytest.raises(ValueError, match="tau: 9 lies beyond the last follow-up \\(6\\)"):
        rmst([2, 6], [1, 0], 9)
    assert rmst([2, 6], [1, 1], 9).rmst == 4
    assert largest_tau([2, 6], [1, 0]) == 6
    assert largest_tau([2, 6], [1, 1]) == np.inf
    with pytest.raises(ValueError, match="tau: must be a positive time"):
        rmst([2, 6], [1, 1], 0)
    with pytest.raises(ValueError, match="3 in the treated arm but 4 in control"):
        rmst_difference(rmst([2, 6], [1, 1], 3), rmst([2, 6], [1, 1], 4))


def test_without_events_there_is_no_p_value():
    flat = rmst([5, 6], [0, 0], 5)
    assert flat.std_error == 0
    assert np.isnan(rmst_difference(flat, flat).p_value)
