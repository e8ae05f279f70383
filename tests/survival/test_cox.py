import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import chi2

from trialbook.survival import cox, firth, profile_interval
from trialbook.survival.cox.data import CoxData
from trialbook.survival.cox.exact import exact_likelihood
from trialbook.survival.cox.firth import PenalizedLikelihood
from trialbook.survival.cox.partial_likelihood import PartialLikelihood
from trialbook.survival.risk_table import rank_times

RNG = np.random.default_rng(7)
N = 60
TIME, EVENT = RNG.integers(0, 25, N).astype(float), RNG.random(N) < 0.6
ARM, AGE = RNG.integers(0, 2, N).astype(float), RNG.normal(60, 8, N).round(1)
BOTH = np.column_stack([ARM, AGE])


def likelihood(X, ties, by_patient=False, event=EVENT):
    data = CoxData(rank_times(TIME), event, X, tuple("ab"[: X.shape[1]]))
    return PartialLikelihood(data.risk_sets(ties, by_patient=by_patient), ties)


def test_three_patients_by_algebra():
    # treated at 1, control at 2, treated censored at 3: r / (2 r + 1) * 1 / (r + 1), r = 1 / sqrt 2
    model = cox([1, 2, 3], [1, 1, 0], [1, 0, 1])
    np.testing.assert_allclose(model.hr, [np.sqrt(0.5)])
    np.testing.assert_allclose(model.loglik[0], -np.log(6))


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("by_patient", [False, True])
def test_score_and_information_are_derivatives(ties, by_patient):
    at = likelihood(ARM[:, None], ties, by_patient).at
    beta, step = np.array([0.4]), 1e-6
    up, down = at(beta + step), at(beta - step)
    np.testing.assert_allclose(at(beta).score[0], (up.loglik - down.loglik) / 2e-6, rtol=1e-6)
    np.testing.assert_allclose(
        at(beta).information()[0, 0], -(up.score - down.score)[0] / 2e-6, rtol=1e-6
    )


def test_rows_by_arm_and_by_patient_give_the_same():
    for ties in ("efron", "breslow"):
        one, other = (likelihood(ARM[:, None], ties, by).at(np.array([0.3])) for by in (0, 1))
        np.testing.assert_allclose(one.loglik, other.loglik)
        np.testing.assert_allclose(one.information(), other.information())
    data = CoxData(rank_times(TIME), EVENT, ARM[:, None], ("arm",))
    one, other = (
        exact_likelihood(data.risk_sets("exact", by_patient=by)).at(np.array([0.3]))
        for by in (0, 1)
    )
    np.testing.assert_allclose(one.loglik, other.loglik)
    np.testing.assert_allclose(one.score, other.score)
    np.testing.assert_allclose(one.second, other.second)


def test_exact_likelihood_sums_over_all_choices():
    time, event, x = [1, 1, 1, 2, 3], [1, 1, 0, 1, 0], np.array([0.2, -1, 0.7, 1.5, 0])
    data = CoxData(rank_times(np.array(time, float)), np.array(event) == 1, x[:, None], ("x",))
    beta = np.array([0.8])
    ours = exact_likelihood(data.risk_sets("exact", by_patient=True)).at(beta).loglik
    eta = data.scaled[:, 0] * beta
    pairs = [np.exp(eta[list(pair)].sum()) for pair in itertools.combinations(range(5), 2)]
    expected = eta[[0, 1]].sum() - np.log(sum(pairs)) + eta[3] - np.log(np.exp(eta[[3, 4]]).sum())
    np.testing.assert_allclose(ours, expected)


@pytest.mark.parametrize("ties", ["efron", "breslow", "exact"])
def test_relabelling_the_arms_inverts_the_hazard_ratio(ties):
    one, other = cox(TIME, EVENT, ARM, ties=ties), cox(TIME, EVENT, 1 - ARM, ties=ties)
    np.testing.assert_allclose(one.hr * other.hr, 1)
    np.testing.assert_allclose(one.hr_lower * other.hr_upper, 1)
    np.testing.assert_allclose(one.lr_test.chisq, other.lr_test.chisq)


@given(st.randoms(), st.sampled_from([1 / 365.25, 12.0]))
def test_order_of_rows_and_unit_of_time_do_not_matter(random, unit):
    order = random.sample(range(N), N)
    one, other = cox(TIME, EVENT, BOTH), cox(TIME[order] * unit, EVENT[order], BOTH[order])
    np.testing.assert_allclose(one.coef, other.coef, rtol=1e-9)
    np.testing.assert_allclose(one.covariance, other.covariance, rtol=1e-9)


def test_scale_and_origin_of_a_covariate():
    one, other = cox(TIME, EVENT, AGE), cox(TIME, EVENT, (AGE - 1000) * 1e-6)
    np.testing.assert_allclose(one.coef, other.coef * 1e-6, rtol=1e-8)
    np.testing.assert_allclose(one.z, other.z, rtol=1e-8)


def test_without_ties_all_treatments_of_ties_agree():
    time = TIME + RNG.random(N)
    fits = [cox(time, EVENT, BOTH, ties=ties) for ties in ("efron", "breslow", "exact")]
    for fit in fits[1:]:
        np.testing.assert_allclose(fit.coef, fits[0].coef, rtol=1e-8)
        np.testing.assert_allclose(fit.std_error, fits[0].std_error, rtol=1e-8)


def test_whole_weights_are_copies_of_patients():
    weights = RNG.integers(1, 4, N)
    weighted = cox(TIME, EVENT, BOTH, weights=weights, ties="breslow")
    copies = np.repeat(np.arange(N), weights)
    repeated = cox(TIME[copies], EVENT[copies], BOTH[copies], ties="breslow")
    np.testing.assert_allclose(weighted.coef, repeated.coef, rtol=1e-9)
    np.testing.assert_allclose(weighted.std_error, repeated.std_error, rtol=1e-9)


def test_entry_at_the_beginning_changes_nothing():
    plain, entered = cox(TIME, EVENT, BOTH), cox(TIME, EVENT, BOTH, entry=np.full(N, -1.0))
    np.testing.assert_allclose(plain.coef, entered.coef, rtol=1e-10)


def test_splitting_follow_up_into_rows_changes_nothing():
    time, cut = TIME + 1, 9.0
    late = time > cut
    pieces = (
        np.concatenate([np.minimum(time, cut), time[late]]),
        np.concatenate([EVENT & ~late, EVENT[late]]),
        np.concatenate([BOTH, BOTH[late]]),
    )
    entry = np.concatenate([np.zeros(N), np.full(late.sum(), cut)])
    patient = np.concatenate([np.arange(N), np.flatnonzero(late)])
    whole, split = cox(time, EVENT, BOTH), cox(*pieces, entry=entry)
    np.testing.assert_allclose(whole.coef, split.coef, rtol=1e-9)
    robust = cox(time, EVENT, BOTH, cluster=np.arange(N))
    clustered = cox(*pieces, entry=entry, cluster=patient)
    np.testing.assert_allclose(robust.std_error, clustered.std_error, rtol=1e-9)


def test_arm_without_events_is_said_and_never_a_huge_hazard_ratio():
    event = EVENT & (ARM == 0)
    for options in ({}, {"ties": "exact"}, {"cluster": np.arange(N)}):
        model = cox(TIME, event, ARM, names=["treatment"], **options)
        assert np.isnan([*model.hr, *model.hr_upper, *model.p_value]).all()
        assert model.monotone == ("treatment",)
        assert "no maximum" in model.message
        assert model.score_test.p_value < 0.05
    adjusted = cox(TIME, event, BOTH)
    assert np.isnan(adjusted.coef[0])
    alone = cox(TIME[ARM == 0], event[ARM == 0], AGE[ARM == 0])
    np.testing.assert_allclose(adjusted.coef[1], alone.coef[0], rtol=1e-4)


TWELVE = [5, 8, 3, 9, 12, 4, 7, 10, 2, 6, 11, 13], [0, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1]


@pytest.mark.parametrize(
    ("cluster", "std_error"), [(None, 0.895915913176627), (np.arange(12) % 6, 0.822201842064861)]
)
def test_a_reference_level_without_events_takes_no_information_from_the_arms(cluster, std_error):
    # R: time <- c(5, 8, 3, 9, 12, 4, 7, 10, 2, 6, 11, 13)
    # event <- c(0, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1)
    # arm <- c(0, 1, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0); level <- rep(c("a", "b", "c"), c(3, 5, 4))
    # m <- coxph(Surv(time, event) ~ arm + level, control = coxph.control(eps = 1e-12)
    #            [, cluster = rep(1:6, 2)]); coef(m)[1]; sqrt(vcov(m)[1, 1])
    arm = [0, 1, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0]
    level = np.repeat(["a", "b", "c"], [3, 5, 4])
    model = cox(*TWELVE, np.column_stack([arm, level == "b", level == "c"]), cluster=cluster)
    assert model.monotone == ("x2", "x3")
    np.testing.assert_allclose(model.coef, [-0.564641841704445, np.nan, np.nan], rtol=1e-7)
    np.testing.assert_allclose(model.std_error[0], std_error, rtol=1e-7)


def test_terms_that_run_off_together_are_all_not_estimable():
    # All events are of level 1, in which one arm alone is: nothing is left to tell of the others.
    # R: coxph(Surv(time, event) ~ arm + factor(level)) warns of level 1, and gives arm and
    # level 2 a standard error of 57,460
    time, event = [5, 7, 3, 8, 4, 6, 10, 1, 9, 2], [0, 0, 0, 0, 0, 1, 0, 1, 0, 1]
    arm = np.array([0, 1, 0, 1, 0, 0, 0, 0, 0, 0])
    level = np.array([0, 0, 0, 2, 1, 1, 0, 1, 2, 1])
    model = cox(time, event, np.column_stack([arm, level == 1, level == 2]))
    assert model.monotone == ("x1", "x2", "x3")
    assert np.isnan([*model.coef, *model.std_error]).all()


@pytest.mark.filterwarnings("error")  # what a chapter writes to stderr fails the build
def test_a_covariate_in_units_too_large_has_an_infinite_hazard_ratio():
    # R: x <- 1e-4 * c(2, 7, 9, 4, 1, 6, 3, 9, 5, 8, 2, 6), time and event as above
    # m <- coxph(Surv(time, event) ~ x); coef(m); exp(coef(m)); exp(confint(m))
    model = cox(*TWELVE, 1e-4 * np.array([2, 7, 9, 4, 1, 6, 3, 9, 5, 8, 2, 6]))
    np.testing.assert_allclose(model.coef, 1219.64691604598, rtol=1e-9)
    assert [*model.hr, *model.hr_lower, *model.hr_upper] == [np.inf, 0, np.inf]


def test_profile_interval_is_where_the_likelihood_ratio_test_turns():
    at = likelihood(ARM[:, None], "efron").at
    model = cox(TIME, EVENT, ARM)
    interval = profile_interval(model)
    for limit in (interval.lower, interval.upper):
        drop = 2 * (model.loglik[1] - at(np.array([limit])).loglik)
        np.testing.assert_allclose(drop, chi2.ppf(0.95, 1), rtol=1e-8)
    np.testing.assert_allclose(interval.p_value, model.lr_test.p_value)
    np.testing.assert_allclose(interval.hr_lower, model.hr_lower[0], rtol=0.1)


def test_profile_interval_of_an_arm_without_events_has_one_end():
    interval = profile_interval(cox(TIME, EVENT & (ARM == 0), ARM))
    assert interval.hr_lower == 0
    assert 0 < interval.hr_upper < 1
    other = profile_interval(cox(TIME, EVENT & (ARM == 1), ARM))
    assert other.hr_upper == np.inf


@pytest.mark.parametrize("event", [EVENT, EVENT & (ARM == 0)])
def test_firth_maximizes_the_penalized_likelihood(event):
    penalized = PenalizedLikelihood(likelihood(BOTH, "breslow", event=event), np.full(2, True))
    best = minimize(
        lambda beta: -penalized.at(beta).loglik,
        np.zeros(2),
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-13},
    )
    model = firth(TIME, event, BOTH, ties="breslow")
    np.testing.assert_allclose(model.coef * np.ptp(BOTH, axis=0), best.x, rtol=1e-5)
    assert np.isfinite(model.hr_upper).all()
    assert (model.hr_lower < model.hr).all()
    assert model.converged


def test_constant_and_repeated_columns_are_left_out():
    model = cox(TIME, EVENT, np.column_stack([ARM, 1 - ARM, np.ones(N)]), names=["a", "b", "c"])
    assert model.aliased == ("b", "c")
    np.testing.assert_allclose(model.coef[0], cox(TIME, EVENT, ARM).coef[0])
    assert model.df == 1


def test_no_events_and_one_patient_are_not_estimable():
    for ties in ("efron", "breslow", "exact"):
        model = cox(TIME, np.zeros(N), BOTH, ties=ties)
        assert np.isnan(model.coef).all()
        assert "no events" in model.message
        assert np.isnan(cox([3.0], [1], [1], ties=ties).hr).all()


def test_one_event_gives_an_estimate_or_says_why_not():
    event = np.arange(N) == 30
    model = cox(TIME, event, AGE)
    assert np.isfinite(model.coef[0]) or model.message


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"X": ARM[:-1]}, "X: has 59 values but time has 60"),
        ({"X": np.where(ARM == 0, np.nan, 1)}, "X, x1: .* missing or infinite"),
        ({"X": ARM.astype(str) + "x"}, "X: must be numbers"),
        ({"ties": "Efron"}, "ties: must be one of efron, breslow, exact"),
        ({"ties": "exact", "weights": np.ones(N)}, "exact cannot take weights"),
        ({"names": ["a", "b"]}, "1 different names"),
        ({"strata": [None] * N}, "strata: 60 values are missing"),
    ],
)
def test_bad_input_is_refused_in_plain_words(options, says):
    with pytest.raises(ValueError, match=says):
        cox(TIME, EVENT, **({"X": ARM} | options))


def test_an_unknown_term_is_refused():
    with pytest.raises(ValueError, match="'arm' is not one of x1"):
        profile_interval(cox(TIME, EVENT, ARM), "arm")


def test_firths_likelihood_knows_the_units_of_its_covariate():
    """Half the log of the information is larger by log 10 in units ten times as small."""
    time, event = [1, 2, 3, 4, 5, 6], [1, 1, 0, 1, 1, 0]
    x = np.array([0.2, 1.5, 0.3, 2.2, 0.9, 1.1])
    one, ten = firth(time, event, x), firth(time, event, 10 * x)
    np.testing.assert_allclose(np.subtract(ten.loglik, one.loglik), np.log(10))
    np.testing.assert_allclose(ten.coef, one.coef / 10)
    np.testing.assert_allclose(ten.p_value, one.p_value, rtol=1e-6)


@pytest.mark.parametrize(("n_treated", "n_control"), [(117, 111), (5, 3), (40, 400)])
def test_firth_with_one_event_is_at_its_closed_form(n_treated, n_control):
    """Of one event the penalized likelihood is p^(1/2) (1 - p)^(3/2), p the treated's share."""
    time = np.r_[np.full(n_treated, 9.0), 5.0, np.full(n_control - 1, 9.0)]
    treated = np.repeat([1.0, 0.0], [n_treated, n_control])
    model = firth(time, time == 5, treated)
    assert model.converged
    assert model.hr[0] == pytest.approx(n_control / (3 * n_treated), rel=1e-8)
