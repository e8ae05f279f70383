"""Proportions agree with R's fisher.test and prop.test, and with published examples."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from trialbook.agreement.estimators import REFERENCE as FILES
from trialbook.survival.fisher import fisher_exact, fisher_p_value
from trialbook.survival.proportions import (
    miettinen_nurminen,
    newcombe,
    odds_ratio,
    standardized_difference,
)

REFERENCE = json.loads((FILES / "proportions.json").read_text())
COUNTS = REFERENCE["counts"]
tables = st.tuples(st.integers(1, 60), st.integers(1, 60)).flatmap(
    lambda n: st.tuples(st.integers(0, n[0]), st.just(n[0]), st.integers(0, n[1]), st.just(n[1]))
)


def number(value):
    return float(value) if value != "NaN" else np.nan


@pytest.mark.parametrize("case", COUNTS, ids=lambda case: "/".join(map(str, case["table"])))
def test_fisher_agrees_with_r(case):
    # fisher.test(matrix(c(a, n1 - a, c, n0 - c), 2)); its uniroot solved to 1e-14
    found = fisher_exact(*case["table"])
    assert found.p_value == pytest.approx(case["fisher_p"], rel=1e-10)
    assert fisher_p_value(*case["table"]) == found.p_value
    a, n1, c, n0 = case["table"]
    if a + c in (0, n1 + n0):
        assert np.isnan(found.odds_ratio)  # the margins leave one table only; R prints 0
        return
    assert found.odds_ratio == pytest.approx(number(case["odds_ratio"]), rel=1e-8)
    assert (found.lower, found.upper) == pytest.approx([*map(number, case["interval"])], rel=1e-8)
    narrow = fisher_exact(*case["table"], conf_level=0.90)
    assert (narrow.lower, narrow.upper) == pytest.approx(
        [*map(number, case["interval90"])], rel=1e-8
    )


@pytest.mark.parametrize("case", COUNTS, ids=lambda case: "/".join(map(str, case["table"])))
def test_newcombe_agrees_with_the_wilson_limits_of_r(case):
    # prop.test(x, n, correct = FALSE)$conf.int, combined as Newcombe's method 10
    for level, key in ((0.95, "newcombe"), (0.90, "newcombe90")):
        found = newcombe(*case["table"], conf_level=level)
        assert (found.lower, found.upper) == pytest.approx(case[key], abs=1e-12)


@pytest.mark.parametrize(
    "case", [c for c in COUNTS if c["miettinen_nurminen"]], ids=lambda c: str(c["table"])
)
def test_miettinen_nurminen_agrees_with_the_likelihood_maximized_by_r(case):
    # uniroot() of the score statistic, itself at uniroot() of the likelihood's derivative
    found = miettinen_nurminen(*case["table"])
    assert (found.lower, found.upper) == pytest.approx(case["miettinen_nurminen"], abs=1e-11)


def test_newcombe_and_miettinen_nurminen_agree_with_newcombes_table():
    # Newcombe (1998), table II, methods 10 and 6
    printed = {
        (56, 70, 48, 80): ((0.0524, 0.3339), (0.0528, 0.3382)),
        (9, 10, 3, 10): ((0.1705, 0.8090), (0.1700, 0.8406)),
        (5, 56, 0, 29): ((-0.0381, 0.1926), (-0.0326, 0.1933)),
        (0, 10, 0, 20): ((-0.1611, 0.2775), (-0.1658, 0.2844)),
    }
    for table, (hybrid, score) in printed.items():
        found = newcombe(*table)
        assert (found.lower, found.upper) == pytest.approx(hybrid, abs=6e-5)
        found = miettinen_nurminen(*table)
        assert (found.lower, found.upper) == pytest.approx(score, abs=6e-5)


@given(tables)
def test_fisher_agrees_with_scipy(table):
    a, n1, c, n0 = table
    expected = stats.fisher_exact([[a, n1 - a], [c, n0 - c]])[1]
    assert fisher_p_value(*table) == pytest.approx(expected, rel=1e-9)


@given(tables)
def test_swapping_the_arms_mirrors_every_estimate(table):
    a, n1, c, n0 = table
    swapped = (c, n0, a, n1)
    for interval in (newcombe, miettinen_nurminen):
        one, other = interval(*table), interval(*swapped)
        assert -1 <= one.lower <= one.difference <= one.upper <= 1
        assert one.difference == -other.difference
        assert (one.lower, one.upper) == pytest.approx((-other.upper, -other.lower), abs=1e-10)
    one, other = fisher_exact(*table), fisher_exact(*swapped)
    assert one.p_value == pytest.approx(other.p_value)
    if one.lower > 0 and np.isfinite(one.upper):
        assert one.lower <= one.odds_ratio <= one.upper
        assert one.lower == pytest.approx(1 / other.upper, rel=1e-8)
    one, other = odds_ratio(*table), odds_ratio(*swapped)
    if np.isfinite(one.lower):
        assert one.odds_ratio == pytest.approx(1 / other.odds_ratio)
        assert one.p_value == pytest.approx(other.p_value)


def test_odds_ratio_agrees_with_woolfs_formula_in_r():
    # m <- glm(c(1, 0) ~ 1); s <- sqrt(1/16 + 1/100 + 1/32 + 1/79); l <- log(16*79/(100*32))
    # exp(l + c(0, -1, 1) * qnorm(.975) * s); 2 * pnorm(-abs(l / s))
    found = odds_ratio(16, 116, 32, 111)
    log_ratio, s = np.log(16 * 79 / (100 * 32)), np.sqrt(1 / 16 + 1 / 100 + 1 / 32 + 1 / 79)
    assert found.odds_ratio == pytest.approx(0.395)
    assert found.lower == pytest.approx(np.exp(log_ratio - 1.959963984540054 * s), rel=1e-12)
    assert found.upper == pytest.approx(np.exp(log_ratio + 1.959963984540054 * s), rel=1e-12)
    assert found.p_value == pytest.approx(2 * stats.norm.sf(abs(log_ratio) / s), rel=1e-12)


def test_with_an_empty_cell_the_interval_of_the_odds_ratio_is_not_estimable():
    assert odds_ratio(0, 10, 3, 10).odds_ratio == 0
    assert odds_ratio(3, 10, 0, 10).odds_ratio == np.inf
    assert np.isnan(odds_ratio(0, 10, 0, 10).odds_ratio)
    assert np.isnan(odds_ratio(0, 10, 3, 10).upper)


def test_standardized_difference_by_hand():
    # means 3 and 2, variances 1 and 4: 1 / sqrt(2.5)
    assert standardized_difference([2, 3, 4], [0, 2, 4]) == pytest.approx(1 / np.sqrt(2.5))
    # a level of a category, proportions 3/4 and 1/4: 0.5 / sqrt(0.1875)
    treated, control = np.array([1, 1, 1, 0]), np.array([0, 0, 0, 1])
    of_a_level = standardized_difference(treated == 1, control == 1)
    assert of_a_level == pytest.approx(0.5 / np.sqrt(0.1875))
    # the same as numbers, variances 1/4: 0.5 / sqrt(0.25)
    assert standardized_difference(treated, control) == pytest.approx(1)
    assert np.isnan(standardized_difference([1, 1], [1, 1]))


def test_standardized_difference_of_a_small_arm():
    # one number has no variance; one patient of a category has: (1 - 1/2) / sqrt((0 + 1/4) / 2)
    assert np.isnan(standardized_difference([1], [0, 1]))
    assert standardized_difference([True], [False, True]) == pytest.approx(np.sqrt(2))
    for nobody in (np.array([], float), np.array([], bool)):
        assert np.isnan(standardized_difference(nobody, np.array([0, 1], nobody.dtype)))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ((3.5, 10, 1, 10), "events_treated must be a count"),
        ((3, 10, -1, 10), "events_control must be a count"),
        ((3, np.nan, 1, 10), "n_treated must be a count"),
        ((0, 0, 1, 10), "n_treated is 0"),
        ((3, 10, 11, 10), "exceeds n_control"),
    ],
)
def test_bad_counts_are_refused(table, message):
    for function in (fisher_exact, fisher_p_value, newcombe, miettinen_nurminen, odds_ratio):
        with pytest.raises(ValueError, match=message):
            function(*table)


def test_a_missing_value_is_refused():
    with pytest.raises(ValueError, match="treated"):
        standardized_difference([1, np.nan], [1, 2])
