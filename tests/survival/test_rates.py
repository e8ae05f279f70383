"""Rates agree with R's poisson.test."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.agreement.estimators import REFERENCE as FILES
from trialbook.survival.rates import incidence_rate, rate_ratio

REFERENCE = json.loads((FILES / "proportions.json").read_text())


@pytest.mark.parametrize("case", REFERENCE["rates"], ids=lambda c: str(c["events"]))
def test_incidence_rate_agrees_with_r(case):
    # poisson.test(events, time, conf.level = level)
    for level, key in ((0.95, "interval"), (0.99, "interval99")):
        found = incidence_rate(case["events"], case["time"], per=1, conf_level=level)
        assert found.rate == pytest.approx(case["rate"], rel=1e-12)
        assert (found.lower, found.upper) == pytest.approx(case[key], rel=1e-10)


@pytest.mark.parametrize("case", REFERENCE["ratios"], ids=lambda c: str(c["given"]))
def test_rate_ratio_agrees_with_r(case):
    # poisson.test(c(x1, x0), c(t1, t0))
    found = rate_ratio(*case["given"])
    assert found.rate_ratio == pytest.approx(float(case["ratio"]), rel=1e-12)
    assert (found.lower, found.upper) == pytest.approx([*map(float, case["interval"])], rel=1e-10)
    assert found.p_value == pytest.approx(case["p_value"], rel=1e-10)


@given(
    st.integers(0, 50), st.floats(0.1, 1e4), st.integers(0, 50), st.floats(0.1, 1e4),
    st.floats(0.01, 100),
)  # fmt: skip
def test_the_ratio_mirrors_its_arms_and_has_no_unit(x1, t1, x0, t0, unit):
    one, other = rate_ratio(x1, t1, x0, t0), rate_ratio(x0, t0, x1, t1)
    rescaled = rate_ratio(x1, t1 * unit, x0, t0 * unit)
    if x1 == x0 == 0:
        assert np.isnan(one.rate_ratio)
        return
    assert one.p_value == pytest.approx(other.p_value)
    assert (one.lower, one.upper) == pytest.approx((rescaled.lower, rescaled.upper), rel=1e-9)
    assert one.lower <= one.rate_ratio <= one.upper
    if x1 and x0:
        assert one.rate_ratio == pytest.approx(1 / other.rate_ratio)
        assert one.lower == pytest.approx(1 / other.upper, rel=1e-9)


def test_without_time_at_risk_nothing_is_estimable():
    assert np.isnan(incidence_rate(0, 0).rate)
    assert np.isnan(rate_ratio(0, 0, 3, 10).rate_ratio)


@pytest.mark.parametrize(
    ("given", "message"),
    [((1.5, 10), "count"), ((-1, 10), "count"), ((3, -1), "0 or more"), ((3, 0), "no time")],
)
def test_bad_input_is_refused(given, message):
    with pytest.raises(ValueError, match=message):
        incidence_rate(*given)
    with pytest.raises(ValueError, match=f"control.*{message}"):
        rate_ratio(1, 10, *given)
