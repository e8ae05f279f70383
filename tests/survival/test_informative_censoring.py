"""Imputed courses have delta times the hazard, for the chosen patients and nobody else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tests.examples import fewer
from trialbook.survival import cox, delta_adjusted, extreme_cases, imputation, tipping_point


def trial(n=200, seed=0, ratio=0.4):
    """Return daily times, events and arms of a trial with dropout, followed for 1000 days."""
    rng = np.random.default_rng(seed)
    treated = np.arange(n) < n // 2
    event_time = rng.exponential(np.where(treated, 1500 / ratio, 1500))
    end = np.minimum(rng.exponential(2000, n), 1000)
    return np.ceil(np.minimum(event_time, end)), event_time <= end, treated


def test_rubins_rules_agree_with_mice():
    # mice::pool.scalar(c(1, 1.2, .9, 1.4), c(.1, .12, .09, .11), n = Inf)
    found = imputation.rubins_rules([1, 1.2, 0.9, 1.4], [0.1, 0.12, 0.09, 0.11])
    estimate, std_error, df, within, between = found
    assert (estimate, within) == pytest.approx((1.125, 0.105))
    assert between == pytest.approx(0.04916667, rel=1e-6)
    assert std_error**2 == pytest.approx(0.1664583, rel=1e-6)
    assert df == pytest.approx(22.0075, rel=1e-5)
    assert imputation.rubins_rules([1.0], [0.25])[1:3] == (0.5, np.inf)


@pytest.mark.parametrize("delta", [0.5, 1.0, 3.0])
def test_imputed_times_have_delta_times_the_hazard(delta):
    # everyone fails at rate 1/500 until time 100; half of the patients are censored there
    rng = np.random.default_rng(1)
    n = 40_000
    event_time = rng.exponential(500, n)
    censored = (np.arange(n) % 2 == 0) & (event_time > 100)
    time = np.where(censored, 100, np.minimum(event_time, 900))
    event = ~censored & (event_time <= 900)
    treated = np.arange(n) < n // 2
    found = delta_adjusted(
        time, event, treated, delta=delta, impute=censored, horizon=900, n_imputations=10
    )
    expected = 1 - np.exp(-delta * 800 / 500)
    share = found.n_events_imputed / found.n_imputed
    assert share == pytest.approx(expected, abs=0.015)


def test_delta_one_is_censoring_at_random():
    time, event, treated = trial(1000)
    expected = cox(time, event, treated)
    found = delta_adjusted(time, event, treated, delta=1, horizon=1000, n_imputations=200)
    assert found.coef == pytest.approx(expected.coef[0], abs=0.25 * expected.std_error[0])
    assert found.std_error == pytest.approx(expected.std_error[0], rel=0.15)


def test_delta_zero_follows_the_chosen_to_the_horizon_without_events():
    time, event, treated = trial()
    chosen = ~event & (time < 1000)
    expected = cox(np.where(chosen, 1000, time), event, treated)
    found = delta_adjusted(time, event, treated, delta=0, horizon=1000, n_imputations=5)
    assert found.coef == pytest.approx(expected.coef[0], rel=1e-9)
    assert found.std_error == pytest.approx(expected.std_error[0], rel=1e-9)
    assert found.n_events_imputed == 0
    assert np.isinf(found.df)


def test_only_the_chosen_patients_are_imputed():
    time, event, treated = trial()
    nobody = delta_adjusted(time, event, treated, delta=5, impute=np.zeros(200, bool))
    expected = cox(time, event, treated)
    assert nobody.coef == pytest.approx(expected.coef[0], rel=1e-9)
    assert nobody.p_value == pytest.approx(expected.p_value[0], rel=1e-9)
    assert nobody.n_imputed == 0
    few = np.flatnonzero(~event & treated & (time < 500))[:7]
    some = delta_adjusted(time, event, treated, delta=5, impute=np.isin(np.arange(200), few))
    assert some.n_imputed == 7
    assert 0 < some.n_events_imputed <= 7


def test_completers_are_not_imputed():
    time, event, treated = trial()
    found = delta_adjusted(time, event, treated, delta=2, horizon=1000)
    assert found.n_imputed == (~event & (time < 1000)).sum()


def test_a_delta_for_each_patient_is_the_tipping_points_arm():
    time, event, treated = trial()
    options = {"horizon": 1000, "impute": ~event & treated, "seed": 4}
    by_patient = delta_adjusted(time, event, treated, delta=np.where(treated, 3.0, 9.0), **options)
    options["impute"] = None
    by_arm = tipping_point(time, event, treated, deltas=[3.0], arm="treated", **options)
    assert by_arm.effects[0] == by_patient


def test_jumping_to_reference_moves_the_treated_towards_the_control_arm():
    time, event, treated = trial(2000, seed=6, ratio=0.2)
    own, control = (
        delta_adjusted(
            time, event, treated, delta=1, horizon=1000, like=like, n_imputations=10,
            impute=~event & treated,
        )
        for like in ("own", "control")
    )  # fmt: skip
    assert control.hr > own.hr * 1.1
    assert control.hr < 1
    # in the control arm itself there is nothing to jump to
    options = {"delta": 1, "impute": ~event & ~treated, "n_imputations": 5}
    same = [
        delta_adjusted(time, event, treated, like=like, **options) for like in ("own", "control")
    ]
    assert same[0] == same[1]


def test_blocks_bound_memory(monkeypatch):
    time, event, treated = trial(2000)
    monkeypatch.setattr(imputation, "BLOCK", 2000 * 3)
    found = delta_adjusted(time, event, treated, delta=2, n_imputations=10, horizon=1000)
    assert found.n_imputations == 10
    monkeypatch.undo()
    whole = delta_adjusted(time, event, treated, delta=2, n_imputations=10, horizon=1000)
    assert found.coef == pytest.approx(whole.coef, abs=3 * whole.std_error / np.sqrt(10))


def test_the_seed_decides():
    time, event, treated = trial()
    one, same, other = (
        delta_adjusted(time, event, treated, delta=2, seed=seed, n_imputations=20)
        for seed in (1, 1, 2)
    )
    assert one == same
    assert one.coef != other.coef


@fewer(10)
@given(st.integers(0, 10**4))
def test_the_effect_worsens_with_delta_and_lies_between_the_extremes(seed):
    time, event, treated = trial(120, seed)
    deltas = [0, 0.5, 1, 2, 5, 20]
    found = tipping_point(
        time, event, treated, deltas=deltas, horizon=1000, n_imputations=20, seed=seed
    )
    ratios = np.array([effect.hr for effect in found.effects])
    assert (np.diff([effect.n_events_imputed for effect in found.effects]) >= 0).all()
    assert (np.diff(ratios) > -0.02).all()
    worst = extreme_cases(
        time, event, treated, impute=~event & treated & (time < 1000), horizon=1000
    ).worst
    assert ratios.max() <= worst.hr * 1.05


def test_the_tipping_point_is_where_significance_is_lost():
    time, event, treated = trial(300, seed=2, ratio=0.5)
    deltas = np.array([0.5, 1, 2, 4, 8, 16])
    found = tipping_point(time, event, treated, deltas=deltas[::-1], horizon=1000)
    p = np.array([effect.p_value for effect in found.effects])
    first = np.flatnonzero(p >= 0.05)[0]
    assert found.deltas[first - 1] < found.delta <= found.deltas[first]
    at = delta_adjusted(
        time, event, treated, delta=found.delta, impute=~event & treated, horizon=1000
    )
    assert at.p_value == pytest.approx(0.05, abs=0.02)


def test_without_significance_there_is_nothing_to_tip():
    time, event, treated = trial(60, seed=3, ratio=1.0)
    assert np.isnan(tipping_point(time, event, treated, deltas=[1, 2]).delta)
    always = trial(2000, seed=3, ratio=0.1)
    assert np.isnan(tipping_point(*always, deltas=[1, 1.1], n_imputations=5).delta)


def test_extreme_cases_by_hand():
    time, event, treated = trial()
    chosen = ~event & (time < 1000)
    found = extreme_cases(time, event, treated, horizon=1000)
    worst = cox(np.where(chosen & ~treated, 1000, time), event | (chosen & treated), treated)
    assert found.worst.coef == pytest.approx(worst.coef[0], rel=1e-9)
    assert found.worst.p_value == pytest.approx(worst.p_value[0], rel=1e-9)
    assert found.best.hr < cox(time, event, treated).hr[0] < found.worst.hr
    half = stats.norm.ppf(0.975) * found.worst.std_error
    assert found.worst.hr_upper == pytest.approx(np.exp(found.worst.coef + half))


def test_times_that_differ_by_rounding_are_tied():
    # R: time <- c(0.1 + 0.2, 0.3, 0.5, 0.3, 0.7, 0.6, 0.1 * 7, 0.9)
    # exp(coef(coxph(Surv(time, rep(1, 8)) ~ c(1, 0, 1, 0, 1, 1, 0, 0)))); without timefix 1.8317
    time = [0.1 + 0.2, 0.3, 0.5, 0.3, 0.7, 0.6, 0.1 * 7, 0.9]
    event = [1, 1, 0, 1, 1, 0, 1, 1]
    found = extreme_cases(time, event, [1, 0, 1, 0, 1, 1, 0, 0], horizon=1)
    assert found.worst.hr == pytest.approx(1.56728405714597, rel=1e-9)


def test_strata_are_those_of_the_cox_model():
    time, event, treated = trial()
    strata = np.arange(200) % 3
    nobody = np.zeros(200, bool)
    found = delta_adjusted(time, event, treated, delta=1, impute=nobody, strata=strata)
    expected = cox(time, event, treated, strata=strata)
    assert found.coef == pytest.approx(expected.coef[0], rel=1e-9)


def test_an_arm_without_events_is_not_estimable():
    found = delta_adjusted([1, 2, 3, 4], [1, 0, 1, 0], [1, 0, 1, 0], delta=0)
    assert np.isnan(found.hr)
    assert np.isnan(found.p_value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"impute": [1, 0, 0, 0]}, "1 of the chosen patients have an event"),
        ({"delta": -1}, "delta"),
        ({"delta": [1, 2]}, "delta"),
        ({"horizon": np.nan}, "horizon"),
        ({"treated": [1, 1, 1, 1]}, "control arm is empty"),
        ({"n_imputations": 1}, "n_imputations"),
        ({"like": "placebo"}, "like"),
        ({"time": [1, 2, np.nan, 4]}, "time"),
    ],
)
def test_bad_input_is_refused(change, message):
    given = {"time": [1, 2, 3, 4], "event": [1, 0, 1, 0], "treated": [1, 0, 0, 1], "delta": 1.0}
    with pytest.raises(ValueError, match=message):
        delta_adjusted(**(given | change))


def test_a_range_that_makes_no_sense_is_refused():
    time, event, treated = trial(20)
    with pytest.raises(ValueError, match="arm"):
        tipping_point(time, event, treated, deltas=[1], arm="placebo")
    with pytest.raises(ValueError, match="deltas"):
        tipping_point(time, event, treated, deltas=[])
    with pytest.raises(ValueError, match="alpha"):
        tipping_point(time, event, treated, deltas=[1], alpha=2)
