import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.survival import kaplan_meier, reverse_kaplan_meier, survival_difference


@st.composite
def follow_up(draw, smallest=1, largest=30):
    n = draw(st.integers(smallest, largest))
    time = draw(st.lists(st.integers(0, 20), min_size=n, max_size=n))
    event = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    return np.array(time, dtype=float), np.array(event)


def test_seven_patients_by_algebra():
    # at risk 7, 6, 4, 3, 1: S = 6/7, 6/7 * 5/6, ... ; the censored leave after the events
    curve = kaplan_meier([1, 2, 2, 3, 4, 4, 5], [1, 1, 0, 1, 0, 1, 1])
    np.testing.assert_array_equal(curve.n_at_risk, [7, 6, 4, 3, 1])
    np.testing.assert_array_equal(curve.n_censored, [0, 1, 0, 1, 0])
    np.testing.assert_allclose(
        curve.survival, [6 / 7, 5 / 7, 5 / 7 * 3 / 4, 5 / 7 * 3 / 4 * 2 / 3, 0]
    )
    variance = (6 / 7) ** 2 * (1 / (7 * 6))
    np.testing.assert_allclose(curve.std_error[0], np.sqrt(variance))
    assert np.isnan(curve.std_error[-1])


def test_median_is_the_middle_where_the_curve_lies_on_one_half():
    # quantile(survfit(Surv(c(1, 2, 3, 4), c(1, 1, 1, 1)) ~ 1), 0.5) is 2.5
    assert kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1]).median[0] == 2.5
    # quantile(survfit(Surv(c(1, 2, 6, 8), c(1, 1, 0, 0)) ~ 1), 0.5) is 5: to the end of the curve
    assert kaplan_meier([1, 2, 6, 8], [1, 1, 0, 0]).median[0] == 5
    assert np.isnan(kaplan_meier([1, 2, 6, 8], [1, 0, 0, 0]).median[0])


def test_times_that_differ_by_rounding_are_one():
    curve = kaplan_meier([0.1 + 0.2, 0.3, 1.0], [1, 1, 0])
    np.testing.assert_array_equal(curve.n_events, [2, 0])


def test_read_off_before_between_and_beyond():
    at = kaplan_meier([2, 4, 6], [1, 1, 0]).at([0, 2, 3, 6, 7])
    np.testing.assert_array_equal(at.n_at_risk, [3, 3, 2, 1, 0])
    np.testing.assert_array_equal(at.n_events, [0, 1, 1, 2, 2])
    np.testing.assert_allclose(at.survival, [1, 2 / 3, 2 / 3, 1 / 3, np.nan])
    np.testing.assert_array_equal([at.lower[0], at.upper[0]], [1, 1])
    # where everyone has had the event the curve stays at 0
    assert kaplan_meier([2, 4], [1, 1]).at(9).survival[0] == 0


def test_number_at_risk_counts_late_entries_only_once_they_are_in():
    at = kaplan_meier([4, 6, 9], [1, 1, 0], entry=[0, 3, 5]).at([0, 4, 5, 6])
    np.testing.assert_array_equal(at.n_at_risk, [0, 2, 1, 2])


def test_follow_up_turns_events_and_censorings_round():
    time, event = [3, 5, 8, 9], [0, 1, 0, 1]
    flipped = kaplan_meier(time, [1, 0, 1, 0])
    assert reverse_kaplan_meier(time, event).median == flipped.median


def test_difference_and_number_needed_to_treat():
    treated = kaplan_meier(np.arange(1, 11), [1, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    control = kaplan_meier(np.arange(1, 11), [1, 1, 1, 1, 1, 0, 0, 0, 0, 0])
    result = survival_difference(treated, control, 5)
    np.testing.assert_allclose(result.difference, 0.4)
    np.testing.assert_allclose(result.std_error, np.sqrt(0.09 / 10 + 0.25 / 10))
    np.testing.assert_allclose(result.nnt, 2.5)
    assert result.nnt_lower < result.nnt < result.nnt_upper
    assert not result.nnt_through_infinity
    harmful = survival_difference(control, treated, 5)
    np.testing.assert_allclose(harmful.nnt, -2.5)


def test_difference_that_covers_zero_sends_the_interval_through_infinity():
    same = kaplan_meier([1, 2, 3, 4], [1, 0, 0, 0])
    result = survival_difference(same, same, 2)
    assert result.nnt_through_infinity
    assert np.isnan(result.nnt)
    assert result.nnt_lower > 0 > result.nnt_upper


@given(follow_up(), st.randoms())
def test_order_of_rows_does_not_matter(data, random):
    time, event = data
    order = np.array(random.sample(range(time.size), time.size))
    one, other = kaplan_meier(time, event), kaplan_meier(time[order], event[order])
    np.testing.assert_array_equal(one.survival, other.survival)
    np.testing.assert_array_equal(one.lower, other.lower)


@given(follow_up(), st.sampled_from([1 / 365.25, 7.0, 86400.0]))
def test_unit_of_time_scales_the_quantiles_alone(data, unit):
    time, event = data
    one, other = kaplan_meier(time, event), kaplan_meier(time * unit, event)
    np.testing.assert_allclose(one.survival, other.survival)
    np.testing.assert_allclose(np.array(one.median) * unit, other.median)


@given(follow_up(), st.integers(2, 4))
def test_whole_weights_are_copies_of_patients(data, copies):
    time, event = data
    weighted = kaplan_meier(time, event, weights=np.full(time.size, copies))
    repeated = kaplan_meier(np.tile(time, copies), np.tile(event, copies))
    np.testing.assert_allclose(weighted.survival, repeated.survival)
    np.testing.assert_allclose(weighted.std_error, repeated.std_error)


@given(follow_up())
def test_curve_falls_from_one_within_its_interval(data):
    for conf_type in ("log-log", "log", "plain"):
        curve = kaplan_meier(*data, conf_type=conf_type)
        assert (np.diff(curve.survival) <= 0).all()
        known = ~np.isnan(curve.lower)
        assert (curve.lower[known] <= curve.survival[known] + 1e-12).all()
        assert (curve.upper[known] >= curve.survival[known] - 1e-12).all()


def test_all_censored_stays_at_one():
    curve = kaplan_meier([1, 2, 3], [0, 0, 0])
    np.testing.assert_array_equal(curve.survival, 1)
    assert np.isnan(curve.median).all()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (([1, np.nan], [1, 0]), r"time: 1 value is missing \(NaN\) \(position 1"),
        (([1, np.inf], [1, 0]), "time: 1 value is infinite"),
        (([1, -2], [1, 0]), "time: 1 value is negative"),
        (([1, 2], [1, 2]), "event: 1 value is neither 0 nor 1"),
        (([1, 2], [1, np.nan]), "event: 1 value is missing"),
        (([1, 2], [1]), "event: has 1 values but time has 2"),
        (([], []), "time: is empty"),
        (([[1, 2]], [1, 0]), "one-dimensional"),
        ((["a", "b"], [1, 0]), "time: must be numbers"),
    ],
)
def test_bad_input_is_refused_in_plain_words(arguments, says):
    with pytest.raises(ValueError, match=says):
        kaplan_meier(*arguments)


def test_bad_options_are_refused():
    with pytest.raises(ValueError, match="conf_type: must be one of log-log, log, plain"):
        kaplan_meier([1], [1], conf_type="loglog")
    with pytest.raises(ValueError, match="conf_level"):
        kaplan_meier([1], [1], conf_level=95)
    with pytest.raises(ValueError, match="weights: 1 value is not positive"):
        kaplan_meier([1, 2], [1, 0], weights=[1, 0])
    with pytest.raises(ValueError, match="entry: 1 value is not before time"):
        kaplan_meier([1, 2], [1, 0], entry=[0, 2])
