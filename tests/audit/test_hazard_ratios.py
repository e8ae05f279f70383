"""Hazard ratios, intervals, P values and events: brute force, and models that were fitted."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tests.audit.papers import only, table, two_arms
from tests.examples import fewer
from trialbook.audit import audit
from trialbook.audit.hazard_ratios import (
    DIRECTION,
    EVENTS,
    P_EVENTS,
    P_INTERVAL,
    SYMMETRY,
    hazard_ratios,
    wald,
)
from trialbook.audit.paper import paper_from
from trialbook.audit.rounding import rounded, to_digits
from trialbook.survival.batched import batched_cox, batched_log_rank

Z = stats.norm.ppf(0.975)


def paper(hr, lower, upper, p_value, o1, o0, *, sizes=(116, 111)):
    rows = [
        ("efficacy", "relapse", "X", "n", str(o1)),
        ("efficacy", "relapse", "Y", "n", str(o0)),
        ("efficacy", "relapse", "X vs Y", "HR", hr),
        ("efficacy", "relapse", "X vs Y", "HR 95% CI low", lower),
        ("efficacy", "relapse", "X vs Y", "HR 95% CI high", upper),
        ("efficacy", "relapse", "X vs Y", "P", p_value),
    ]
    return table(*two_arms(*sizes), *[row for row in rows if row[4] is not None])


@pytest.mark.parametrize(
    "printed",
    [
        ("0.50", "0.26", "0.93"),
        ("0.66", "0.46", "0.97"),
        ("0.39", "0.18", "0.87"),
        ("2.1", "1.0", "4.4"),
    ],
)
def test_the_ranges_of_a_fit_agree_with_a_grid_search(printed):
    numbers = [rounded(text) for text in printed]
    fit = wald(*numbers)
    half = float(numbers[0].unit)
    coefs = np.log(
        np.linspace(float(numbers[0].value) - half, float(numbers[0].value) + half, 1501)
    )
    errors = np.linspace(fit.std_error[0] * 0.9, fit.std_error[1] * 1.1, 1501)
    coef, error = np.meshgrid(coefs, errors)
    inside = np.ones_like(coef, dtype=bool)
    for number, side in zip(numbers, (0, -Z, Z), strict=True):
        limit = np.exp(coef + side * error)
        inside &= (limit >= float(number.low)) & (limit <= float(number.high))
    step = errors[1] - errors[0]
    assert fit.std_error == pytest.approx((error[inside].min(), error[inside].max()), abs=2 * step)
    assert fit.coef == pytest.approx((coef[inside].min(), coef[inside].max()), abs=1e-4)


def test_a_lower_bound_of_the_standard_error_narrows_the_hazard_ratio():
    # 15 and 26 events: sqrt(1/15 + 1/26) = 0.32423. By hand: log 0.265 + 1.95996 * 0.32423 =
    # log 0.50035 is above the highest, so the upper limit binds: 0.935 / exp(0.63548) = 0.4952.
    numbers = [rounded(text) for text in ("0.50", "0.26", "0.93")]
    fit = wald(*numbers, least=np.sqrt(1 / 15 + 1 / 26))
    assert np.exp(fit.coef) == pytest.approx([0.495, 0.4952], abs=5e-5)
    assert wald(*numbers, least=0.33) is None


def test_an_interval_that_is_too_narrow_for_its_events():
    findings = audit(paper("0.56", "0.35", "0.89", "0.01", 25, 40))
    interval, p_value = only(findings, EVENTS), only(findings, P_EVENTS)
    assert interval.verdict == p_value.verdict == "impossible"
    assert "0.2330 to 0.2432" in interval.proof
    assert "0.2550" in interval.proof
    assert "model-based Wald" in interval.conditions
    assert interval.questioned == "figure 5, figure 6"
    assert "it can still exclude 1" in interval.change
    # (1 - 0.555)^2 / 0.555 * 25 * 40 / 65 = 5.489, whose P value is 0.0191.
    assert "5.49, P at least 0.0191" in p_value.proof
    assert "unless events are heavily tied" in p_value.conditions
    assert p_value.questioned == "figure 7"


def test_a_correction_that_moves_the_interval_over_1_says_so():
    finding = only(audit(paper("0.70", "0.52", "0.94", None, 25, 40)), EVENTS)
    assert finding.verdict == "impossible"
    assert finding.change.endswith("it no longer excludes 1")


def test_a_harmful_treatment_is_judged_alike():
    # The reciprocals of 0.56 (0.35 to 0.89), to three digits.
    findings = audit(paper("1.79", "1.12", "2.86", "0.01", 40, 25))
    assert only(findings, EVENTS).verdict == "impossible"
    assert only(findings, P_EVENTS).verdict == "impossible"


def test_an_interval_must_surround_its_hazard_ratio_on_the_log_scale():
    findings = audit(paper("0.50", "0.30", "0.70", None, 40, 60))
    assert only(findings, SYMMETRY).verdict == "impossible"
    assert EVENTS not in set(findings["rule"])


def test_a_p_value_far_from_its_interval_is_unlikely():
    findings = audit(paper("0.66", "0.46", "0.97", "0.30", 49, 63))
    assert only(findings, P_INTERVAL).verdict == "unlikely"


def test_exchanged_arms_are_unlikely():
    findings = audit(paper("2.27", "1.30", "3.97", "0.004", 19, 36))
    assert only(findings, DIRECTION).verdict == "unlikely"


def test_without_events_or_with_words_nothing_follows():
    findings = audit(paper("0.44", "0.25", "0.77", "NS", 0, 36))
    assert list(findings["rule"]) == [SYMMETRY]


def test_other_confidence_levels_are_read_from_the_statistic():
    # log(0.875 / 0.355) / 2 is 0.4511: over 1.960 it is below the least of 0.2550, over 1.645 not.
    figures = paper("0.56", "0.36", "0.87", None, 25, 40)
    assert only(audit(figures), EVENTS).verdict == "impossible"
    figures["statistic"] = figures["statistic"].str.replace("95%", "90%")
    assert only(audit(figures), EVENTS).verdict == "consistent"


@fewer(5)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([12, 40, 150]),
    st.floats(-1.5, 1.5),
    st.sampled_from([0, 90]),
    st.sampled_from(["efron", "breslow"]),
)
def test_no_fitted_model_is_called_impossible(seed, per_arm, effect, visits, ties):
    """What a model prints about any data must pass: the bounds are theorems, ties or not."""
    rng = np.random.default_rng(seed)
    treated = np.repeat([True, False], per_arm)
    time = np.ceil(rng.exponential(500 * np.exp(-effect * treated), (8, 2 * per_arm)) * 1000) / 1000
    censored = rng.uniform(100, 1100, time.shape)
    event = time <= censored
    time = np.minimum(time, censored)
    if visits:  # events are found at visits, so that many are tied
        time = np.where(event, np.ceil(time / visits) * visits, time)
    model = batched_cox(time, event, treated, ties=ties)
    log_rank = batched_log_rank(time, event, treated)
    checked = 0
    for i, digits in itertools.product(range(len(time)), (1, 2, 3)):
        if not np.isfinite(model.std_error[i]) or round(float(model.hr_lower[i]), digits) == 0:
            continue
        p_value = model.p_value[i] if visits else log_rank.p_value[i]
        printed = [
            to_digits(float(x[i]), digits) for x in (model.hr, model.hr_lower, model.hr_upper)
        ]
        counts = [int(event[i, treated].sum()), int(event[i, ~treated].sum())]
        figures = paper(*printed, to_digits(float(p_value), 3), *counts, sizes=(per_arm, per_arm))
        impossible = [f for f in hazard_ratios(paper_from(figures)) if f.verdict == "impossible"]
        assert not impossible
        checked += 1
    assert checked or per_arm == 12
