"""Limits that hold with few events: BPCP, MOVER, what stands in where there is no event."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from trialbook.survival import (
    bpcp,
    curve_limits,
    has_few_events,
    kaplan_meier,
    mover,
    mover_difference,
    rmst,
    rmst_difference,
    rmst_ratio,
)

# Ten patients of an arm A, eleven of an arm B without an event.
A = kaplan_meier([5, 9, 14, 21, 33, 33, 40, 40, 40, 40], [1, 0, 1, 1, 0, 1, 0, 0, 0, 0])
B = kaplan_meier([7, 19, 28, 36, 38, 40, 40, 40, 40, 40, 40], [0] * 11)


def test_bpcp_agrees_with_its_formula_by_hand():
    """A at 30: a product of Beta(y - d + 1, d) over 5, 14, 21, and Beta(6, 1) below.

    R: ``bpcp(time, event)`` of the package bpcp; here from two moments of
    ``rbeta(n, 10, 1) * rbeta(n, 8, 1) * rbeta(n, 7, 1) * rbeta(n, 6, 1)``.
    """
    limits = bpcp(A, 30)
    assert limits.lower == pytest.approx(0.305875408911837, rel=1e-12)
    assert limits.upper == pytest.approx(0.927900324554249, rel=1e-12)
    assert bpcp(B, 30).lower == pytest.approx(0.630583352447181, rel=1e-12)
    assert bpcp(B, 30).upper == 1


def test_with_nobody_censored_before_it_is_clopper_and_pearsons():
    """R: ``binom.test(11, 14)$conf.int``, ``binom.test(14, 14)$conf.int``."""
    curve = kaplan_meier([1, 2, 3] + [9] * 11, [1, 1, 1] + [0] * 11)
    expected = beta.ppf(0.025, 11, 4), beta.ppf(0.975, 12, 3)
    for t in (5, 9):  # those censored at t itself were free of the event at t
        # one Beta each, multiplied: the exact product is Clopper and Pearson's
        limits = bpcp(curve, t)
        assert (limits.lower, limits.upper) == pytest.approx(expected, rel=0.02)
    one = kaplan_meier([1] + [9] * 13, [1] + [0] * 13)
    assert bpcp(one, 5).lower == pytest.approx(beta.ppf(0.025, 13, 2), rel=0.02)
    assert bpcp(one, 5).upper == pytest.approx(beta.ppf(0.975, 14, 1), rel=1e-12)
    none = kaplan_meier(range(1, 15), [0] * 14)
    assert bpcp(none, 0.5).lower == pytest.approx(0.768364238349884, rel=1e-12)


def test_no_interval_of_a_curve_or_its_mean_has_no_width():
    curve = kaplan_meier([5, 6, 7, 9], [0] * 4)
    at = curve.at([3, 6, 9])
    np.testing.assert_allclose(at.lower, 0.025 ** (1 / np.array([4, 3, 1])))
    assert (at.upper == 1).all()
    mean = rmst([5, 6, 7, 9], [0] * 4, 6)
    assert (mean.rmst, mean.upper, mean.known) == (6, 6, False)
    assert mean.lower == pytest.approx(6 * 0.025 ** (1 / 3))
    assert mean.std_error == 0  # Greenwood's, as R's


def test_an_event_at_tau_itself_tells_nothing_of_the_mean_before():
    mean = rmst([5, 6, 6, 9], [0, 1, 0, 0], 6)
    assert (mean.rmst, mean.known) == (6, False)
    assert mean.lower == pytest.approx(6 * 0.025 ** (1 / 3))


def test_means_are_compared_by_mover_where_an_arm_has_no_event():
    none, some = rmst([5, 6, 7, 9], [0] * 4, 6), rmst([2, 4, 7, 8], [1, 1, 1, 0], 6)
    difference, ratio = rmst_difference(none, some), rmst_ratio(none, some)
    assert difference.lower < difference.difference < difference.upper
    assert ratio.lower < ratio.ratio < ratio.upper
    assert np.isnan([difference.p_value, ratio.p_value]).all()
    expected = mover(none.rmst, (none.lower, none.upper), some.rmst, (some.lower, some.upper))
    assert (difference.lower, difference.upper) == pytest.approx(expected)


def test_mover_joins_the_limits_of_two_arms():
    """(S1 - S0) -+ root of the squared distances to the limits (Zou and Donner 2008, eq. 2)."""
    difference = mover_difference(B, A, 30)
    assert difference.difference == pytest.approx(0.325)
    assert difference.lower == pytest.approx(-0.122691002421099, rel=1e-12)
    assert difference.upper == pytest.approx(0.694124591088163, rel=1e-12)
    assert difference.nnt_through_infinity
    assert (difference.nnt_lower, difference.nnt_upper) == pytest.approx(
        (1 / difference.upper, 1 / difference.lower)
    )


def test_what_bpcp_is_not_made_for_is_refused():
    late = kaplan_meier([5, 6, 7], [1, 0, 1], entry=[1, 0, 2])
    with pytest.raises(ValueError, match="enter late"):
        bpcp(late, 6)
    assert curve_limits(late, 6).method == "log-log"
    with pytest.raises(ValueError, match="no counts"):
        bpcp(kaplan_meier([5, 6], [1, 0], weights=[0.5, 1]), 5)
    assert np.isnan(bpcp(A, 41).lower)
    assert not has_few_events(A, 41)


@st.composite
def curves(draw):
    n = draw(st.integers(2, 30))
    time = draw(st.lists(st.integers(1, 20), min_size=n, max_size=n))
    return kaplan_meier(time, draw(st.lists(st.booleans(), min_size=n, max_size=n)))


@settings(deadline=None, max_examples=150)
@given(curves(), curves(), st.integers(1, 20), st.floats(0.5, 0.99))
def test_limits_hold_the_estimate_have_width_and_stay_inside(one, other, t, level):
    for curve in (one, other):
        survival = curve.at(t).survival[0]
        limits = curve_limits(curve, t, conf_level=level)
        if np.isnan(survival):
            assert np.isnan(limits.lower)
            continue
        assert 0 <= limits.lower <= survival + 1e-12
        assert survival - 1e-12 <= limits.upper <= 1
        assert limits.lower < limits.upper
        assert limits.method == ("bpcp" if has_few_events(curve, t) else "log-log")
        wider = bpcp(curve, t, conf_level=(1 + level) / 2)
        assert wider.lower <= bpcp(curve, t, conf_level=level).lower + 1e-12
    forth = mover_difference(one, other, t, conf_level=level)
    back = mover_difference(other, one, t, conf_level=level)
    if np.isfinite(forth.difference):
        assert forth.lower == pytest.approx(-back.upper, abs=1e-12)
        assert -1 - 1e-9 <= forth.lower < forth.upper <= 1 + 1e-9
