"""Risk ratios agree with R, and their pooled mean with statsmodels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.proportion import confint_proportions_2indep

from trialbook.survival.risk_ratio import pooled_ratio, risk_ratio


def test_agrees_with_r():
    # a <- 10; n1 <- 53; c <- 13; n0 <- 52
    # l <- log(a / n1) - log(c / n0); s <- sqrt(1/a - 1/n1 + 1/c - 1/n0)
    # c(exp(l), s, exp(l - qnorm(.975) * s), exp(l + qnorm(.975) * s), 2 * pnorm(-abs(l / s)))
    # s is also the standard error of
    # glm(cbind(c(10, 13), c(43, 39)) ~ c(1, 0), family = binomial(link = "log"))
    found = risk_ratio(10, 53, 13, 52)
    assert (found.ratio, found.std_error) == pytest.approx((0.754716981132, 0.372591442688))
    assert (found.lower, found.upper) == pytest.approx((0.363608235133, 1.566514909653))
    assert found.p_value == pytest.approx(0.450078428951)


@given(st.data())
def test_agrees_with_statsmodels_and_its_mirror(data):
    n1, n0 = data.draw(st.integers(2, 300)), data.draw(st.integers(2, 300))
    a, c = data.draw(st.integers(1, n1 - 1)), data.draw(st.integers(1, n0 - 1))
    found = risk_ratio(a, n1, c, n0, conf_level=0.9)
    ends = confint_proportions_2indep(a, n1, c, n0, method="log", compare="ratio", alpha=0.1)
    assert (found.lower, found.upper) == pytest.approx(ends)
    mirror = risk_ratio(c, n0, a, n1, conf_level=0.9)
    assert mirror.ratio == pytest.approx(1 / found.ratio)
    assert mirror.lower == pytest.approx(1 / found.upper)


@pytest.mark.parametrize("counts", [(0, 10, 3, 10), (3, 10, 0, 10), (0, 10, 0, 10)])
def test_without_events_in_an_arm_it_is_not_estimable(counts):
    assert np.isnan(risk_ratio(*counts).ratio)


def test_when_everyone_has_the_event_no_uncertainty_is_seen():
    found = risk_ratio(10, 10, 12, 12)
    assert (found.ratio, found.std_error) == (1.0, 0.0)
    assert np.isnan(found.p_value)


def test_pooling_agrees_with_r_and_statsmodels():
    # w <- 1 / c(s1, s2)^2; m <- sum(w * c(l1, l2)) / sum(w); s <- 1 / sqrt(sum(w))
    # exp(m + c(0, -1, 1) * qnorm(.975) * s); q <- sum(w * (c(l1, l2) - m)^2)
    # pchisq(q, 1, lower = FALSE)
    studies = [risk_ratio(10, 53, 13, 52), risk_ratio(15, 116, 26, 111)]
    found = pooled_ratio(studies)
    limits = (found.ratio, found.lower, found.upper)
    assert limits == pytest.approx((0.6229954849303, 0.3956283639181, 0.9810302031933))
    assert found.p_value == pytest.approx(0.0410887227872)
    assert (found.chisq, found.df) == (pytest.approx(0.4320263619476), 1)
    assert found.heterogeneity_p_value == pytest.approx(0.5109963148223)
    logs = np.log([study.ratio for study in studies])
    variances = np.square([study.std_error for study in studies])
    table = combine_effects(logs, variances).summary_frame()
    assert np.log(found.ratio) == pytest.approx(table.loc["fixed effect", "eff"])


def test_pooling_needs_two_studies():
    with pytest.raises(ValueError, match="two studies"):
        pooled_ratio([risk_ratio(10, 53, 13, 52), risk_ratio(0, 5, 1, 5)])


def test_impossible_counts_are_refused():
    with pytest.raises(ValueError, match="events_treated"):
        risk_ratio(11, 10, 1, 10)
