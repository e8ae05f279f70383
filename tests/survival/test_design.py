"""Events, patients and power agree with R's arithmetic and with one another."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate

from trialbook.survival import (
    constant_hazard,
    detectable_hazard_ratio,
    event_probability,
    expected_events,
    freedman_events,
    power,
    sample_size,
    schoenfeld_events,
)

ratios = st.floats(0.1, 10).filter(lambda hr: abs(np.log(hr)) > 0.01)
levels = st.tuples(st.floats(0.5, 0.99), st.floats(0.001, 0.2), st.floats(0.2, 5))


def test_schoenfeld_agrees_with_r():
    # (qnorm(.975) + qnorm(.8))^2 * 4 / log(.5)^2; (qnorm(.975) + qnorm(.9))^2 * 4 / log(.7)^2
    assert schoenfeld_events(0.5) == pytest.approx(65.3456592589, rel=1e-11)
    assert schoenfeld_events(0.7, power=0.9) == pytest.approx(330.377913964, rel=1e-11)
    # two treated for each control: p (1 - p) = 2 / 9
    assert schoenfeld_events(0.5, allocation=2) == pytest.approx(65.3456592589 * 9 / 8, rel=1e-11)


def test_freedman_agrees_with_r():
    # (qnorm(.975) + qnorm(.8))^2 * ((1 + hr) / (1 - hr))^2 for hr of .5 and .475
    assert freedman_events(0.5) == pytest.approx(70.6399176091, rel=1e-11)
    assert freedman_events(0.475) == pytest.approx(61.954535953, rel=1e-11)


def test_noninferiority_compares_with_the_margin():
    # the log of 1 / 1.3 to detect: as many events as for a ratio of 1.3 against 1
    assert schoenfeld_events(1.0, margin=1.3) == pytest.approx(schoenfeld_events(1.3))
    assert schoenfeld_events(1.0, margin=1 / 1.3) == pytest.approx(schoenfeld_events(1.3))
    for ratio in (1.3, 1.4):
        with pytest.raises(ValueError, match="no effect"):
            schoenfeld_events(ratio, margin=1.3)
    curve = power(400, [0.8, 1.0, 1.2, 1.3, 1.5], margin=1.3)
    assert (np.diff(curve) < 0).all()
    assert curve[3] == pytest.approx(0.025)
    assert curve[4] < 0.01


@given(ratios, levels)
def test_power_is_the_inverse_of_the_number_of_events(hazard_ratio, given_levels):
    wanted, alpha, allocation = given_levels
    shared = {"alpha": alpha, "allocation": allocation}
    for method, events in (("schoenfeld", schoenfeld_events), ("freedman", freedman_events)):
        needed = events(hazard_ratio, power=wanted, **shared)
        assert power(needed, hazard_ratio, method=method, **shared) == pytest.approx(wanted)


@given(ratios, levels)
def test_the_detectable_ratio_is_the_one_that_so_many_events_are_needed_for(hazard_ratio, given):
    wanted, alpha, allocation = given
    shared = {"power": wanted, "alpha": alpha, "allocation": allocation}
    for margin in (1.0, max(1.0, hazard_ratio) * 1.3, min(1.0, hazard_ratio) / 1.3):
        needed = schoenfeld_events(hazard_ratio, margin=margin, **shared)
        above = hazard_ratio > margin
        found = detectable_hazard_ratio(needed, margin=margin, above=above, **shared)
        assert found == pytest.approx(hazard_ratio)


@given(ratios, levels)
def test_relabelling_the_arms_changes_nothing(hazard_ratio, given_levels):
    wanted, alpha, allocation = given_levels
    for events in (schoenfeld_events, freedman_events):
        one = events(hazard_ratio, power=wanted, alpha=alpha, allocation=allocation)
        other = events(1 / hazard_ratio, power=wanted, alpha=alpha, allocation=1 / allocation)
        assert one == pytest.approx(other, rel=1e-9)


@given(ratios)
def test_freedman_needs_no_fewer_events_with_equal_arms(hazard_ratio):
    assert freedman_events(hazard_ratio) >= schoenfeld_events(hazard_ratio) * (1 - 1e-12)


def test_a_power_curve_rises_with_events_and_effect():
    curve = power(np.arange(10, 400, 10), 0.6)
    assert (np.diff(curve) > 0).all()
    surface = power([[50], [100]], [0.5, 0.7, 0.9])
    assert surface.shape == (2, 3)
    assert (np.diff(surface, axis=1) < 0).all()
    assert power(100, 1.0) == pytest.approx(0.025)


@given(
    st.floats(0.001, 2), st.floats(0, 1), st.floats(0.1, 5), st.floats(0, 5)
)  # fmt: skip
def test_event_probability_agrees_with_integration(hazard, dropout, follow_up, accrual):
    def observed(followed):
        return hazard / (hazard + dropout) * (1 - np.exp(-(hazard + dropout) * followed))

    found = event_probability(hazard, follow_up=follow_up, accrual=accrual, dropout=dropout)
    if accrual < 1e-6:
        assert found == pytest.approx(observed(follow_up), rel=1e-5)
        return
    total = integrate.quad(observed, follow_up, follow_up + accrual, epsabs=1e-12)[0]
    assert found == pytest.approx(total / accrual, rel=1e-7)


@given(st.floats(0, 0.99), st.floats(0.1, 1000))
def test_constant_hazard_gives_the_proportion_back(proportion, time):
    found = event_probability(constant_hazard(proportion, time), follow_up=time)
    assert found == pytest.approx(proportion, abs=1e-12)


def test_sample_size_by_hand():
    # by 3 years 37.5% and 20%: log(.8) / log(.625) = 0.4748; 28.75% of the patients have an event
    control = constant_hazard(0.375, 3)
    ratio = np.log(0.8) / np.log(0.625)
    found = sample_size(control, ratio, follow_up=3, method="freedman")
    assert found.n_events == pytest.approx(freedman_events(ratio))
    assert found.event_probability_treated == pytest.approx(0.2)
    assert found.n_treated == found.n_control == np.ceil(found.n_events / 0.2875 / 2)
    assert found.n == 2 * found.n_control
    with_dropout = sample_size(control, ratio, follow_up=3, dropout=0.1, method="freedman")
    assert with_dropout.n > found.n
    unequal = sample_size(control, ratio, follow_up=3, allocation=2)
    assert unequal.n_treated == pytest.approx(2 * unequal.n_control, abs=2)


def test_the_sample_size_is_expected_to_give_the_events():
    design = {"follow_up": 2.0, "accrual": 1.5, "dropout": 0.05}
    found = sample_size(0.2, 0.6, **design)
    expected = expected_events(
        found.n_treated, found.n_control, hazard_treated=0.12, hazard_control=0.2, **design
    )
    assert 0 <= expected - found.n_events < 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: schoenfeld_events(-1), "hazard_ratio"),
        (lambda: schoenfeld_events(1.0), "no effect"),
        (lambda: schoenfeld_events(0.5, power=1.0), "power"),
        (lambda: freedman_events(0.5, alpha=0), "alpha"),
        (lambda: freedman_events(0.5, allocation=0), "allocation"),
        (lambda: power(-1, 0.5), "n_events"),
        (lambda: power(10, 0.5, method="exact"), "method"),
        (lambda: power(10, 0.5, method="freedman", margin=1.3), "margin"),
        (lambda: constant_hazard(1.0, 3), "proportion"),
        (lambda: event_probability(0.1, follow_up=0), "nobody"),
        (lambda: event_probability(-0.1, follow_up=1), "hazard"),
        (lambda: sample_size(0.0, 0.5, follow_up=1), "hazard_control"),
    ],
)
def test_parameters_out_of_range_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
