"""The average hazard with survival weight."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.survival import (
    average_hazard,
    average_hazard_difference,
    average_hazard_ratio,
    kaplan_meier,
)

# As in the reference examples: four events of ten, none of eleven.
A = kaplan_meier([5, 9, 14, 21, 33, 33, 40, 40, 40, 40], [1, 0, 1, 1, 0, 1, 0, 0, 0, 0])
B = kaplan_meier([7, 19, 28, 36, 38, 40, 40, 40, 40, 40, 40], [0] * 11)


def test_it_is_the_events_over_the_time_at_risk_where_nobody_is_censored():
    """Without censoring S and RMST are means: 2 of 4 patients, 3 + 5 + 8 + 8 days to day 8."""
    found = average_hazard(kaplan_meier([3, 5, 9, 10], [1, 1, 1, 1]), 8)
    assert found.average_hazard == pytest.approx(2 / 24)
    # by hand: (1/F - R(t)/R)^2 d/y^2 with F = 0.5, R = 6, R(3) = 3, R(5) = 4.5
    variance = (2 - 3 / 6) ** 2 / 16 + (2 - 4.5 / 6) ** 2 / 9
    assert found.std_error / found.average_hazard == pytest.approx(np.sqrt(variance))


def test_constant_hazards_are_given_back():
    rng = np.random.default_rng(3)
    time = rng.exponential(10, 20_000)
    censored = rng.uniform(0, 40, time.size)
    curve = kaplan_meier(np.minimum(time, censored), time <= censored)
    found = average_hazard(curve, 20)
    assert found.average_hazard == pytest.approx(0.1, rel=0.03)
    assert found.lower < 0.1 < found.upper


def test_an_arm_without_events_has_an_upper_limit_and_no_p_value():
    none, some = average_hazard(B, 30), average_hazard(A, 30)
    assert (none.average_hazard, none.lower) == (0, 0)
    assert 0 < none.upper < np.inf
    least = 0.630583352447181
    assert none.upper == pytest.approx((1 - least) / (30 * least))
    difference = average_hazard_difference(none, some)
    assert difference.lower < difference.difference < difference.upper
    ratio = average_hazard_ratio(none, some)
    assert ratio.ratio == 0
    assert np.isnan([difference.p_value, ratio.p_value, ratio.upper]).all()
    assert np.isnan(average_hazard_ratio(some, none).ratio)


def test_events_at_time_zero_count():
    """R: f <- survfit(Surv(t, e) ~ 1); (1 - S)/R with the variance of its log
    sum((1/F - R(t)/R)^2 * n.event/n.risk^2) over the event times up to 10, R(0) = 0."""
    time, event = [0, 0, 3, 5, 7, 9, 12, 0, 8, 11], [1, 1, 1, 0, 1, 1, 0, 0, 1, 0]
    found = average_hazard(kaplan_meier(time, event), 10)
    expected = [0.1137992831541219, 0.0370388573801548, 0.0601304476572141, 0.2153697062130270]
    given = [found.average_hazard, found.std_error, found.lower, found.upper]
    assert given == pytest.approx(expected, rel=1e-12)


def test_what_is_not_followed_is_refused():
    with pytest.raises(ValueError, match="beyond the last follow-up"):
        average_hazard(A, 41)
    with pytest.raises(ValueError, match="use one"):
        average_hazard_ratio(average_hazard(A, 20), average_hazard(A, 30))


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000), st.floats(0.1, 100))
def test_turned_round_ratios_are_reciprocal_and_units_cancel(seed, unit):
    rng = np.random.default_rng(seed)
    times, events = rng.integers(1, 30, (2, 25)), rng.random((2, 25)) < 0.6
    events[:, 0] = True
    tau = min(time.max() for time in times)
    arms = [
        average_hazard(kaplan_meier(time, event), tau)
        for time, event in zip(times, events, strict=True)
    ]
    scaled = [
        average_hazard(kaplan_meier(time * unit, event), tau * unit)
        for time, event in zip(times, events, strict=True)
    ]
    if not all(one.events for one in arms):
        return
    forth, back = average_hazard_ratio(*arms), average_hazard_ratio(*arms[::-1])
    assert forth.ratio == pytest.approx(1 / back.ratio)
    assert forth.lower == pytest.approx(1 / back.upper)
    assert average_hazard_ratio(*scaled).upper == pytest.approx(forth.upper)
    assert arms[0].lower < arms[0].average_hazard < arms[0].upper
    difference = average_hazard_difference(*arms)
    assert difference.p_value == pytest.approx(average_hazard_difference(*arms[::-1]).p_value)
