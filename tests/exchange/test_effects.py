"""On which scale a hazard ratio made elsewhere is, and what turning it over gives."""

import math
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.exchange.effects import EXPONENTIATED, LOG, hazard_ratio, scale_of

NORMAL = NormalDist()
Z = NORMAL.inv_cdf(0.975)
coefficients = st.floats(-2.5, 2.5)
errors = st.floats(0.02, 1.5)


def row_of(coef, std_error, scale, digits):
    """Return a Cox model's row as broom gives it, rounded."""
    limits = [coef, coef - Z * std_error, coef + Z * std_error]
    shown = limits if scale == LOG else [math.exp(x) for x in limits]
    wald = coef / std_error
    rest = [std_error, wald, 2 * (1 - NORMAL.cdf(abs(wald)))]
    return [round(x, digits) for x in (*shown, *rest)]


@given(coefficients, errors, st.sampled_from([LOG, EXPONENTIATED]), st.sampled_from([2, 3, 6]))
def test_the_scale_is_never_taken_for_the_other(coef, std_error, scale, digits):
    estimate, lower, upper, *rest = row_of(coef, std_error, scale, digits)
    for told in (rest, [rest[0]], []):
        assert scale_of(estimate, lower, upper, *told) in (scale, None)


@given(coefficients, st.floats(0.1, 1.0), st.sampled_from([LOG, EXPONENTIATED]))
def test_a_whole_row_proves_its_scale(coef, std_error, scale):
    # near 1 a ratio and its logarithm plus one look alike; a Wald statistic tells them apart
    assert scale_of(*row_of(coef, std_error, scale, 9)) == scale


@pytest.mark.parametrize("told", [(0.8,), (0.8, math.nan, math.nan, 0.2), (1.0, 0.99, 1.01)])
def test_what_a_row_does_not_prove_is_not_guessed(told):
    assert scale_of(*told) is None


@given(coefficients, errors, st.booleans())
def test_both_scales_give_the_same_and_turning_twice_gives_it_back(coef, std_error, turned):
    names = ("estimate", "conf.low", "conf.high", "std.error", "statistic", "p.value")
    rows = {scale: dict(zip(names, row_of(coef, std_error, scale, 15), strict=True))
            for scale in (LOG, EXPONENTIATED)}  # fmt: skip
    found = [hazard_ratio(row, scale, turned=turned) for scale, row in rows.items()]
    for name in found[0]:
        assert found[0][name] == pytest.approx(found[1][name], rel=1e-9, abs=1e-9)
    one = found[0]
    assert one["hr_lower"] < one["hr"] < one["hr_upper"]
    assert one["hr"] == pytest.approx(math.exp(-coef if turned else coef))
    again = {"estimate": one["hr"], "conf.low": one["hr_lower"], "conf.high": one["hr_upper"]}
    back = hazard_ratio(again, EXPONENTIATED, turned=True)
    assert back["hr"] == pytest.approx(1 / one["hr"])
    assert back["hr_lower"] == pytest.approx(1 / one["hr_upper"])
