import numpy as np
import pytest

from trialbook.survival import (
    cox,
    log_hazard_ratio_over_time,
    proportional_hazards,
    schoenfeld_residuals,
)

RNG = np.random.default_rng(3)
N = 90
TIME, EVENT = RNG.integers(1, 40, N).astype(float), RNG.random(N) < 0.7
ARM, LEVEL = RNG.integers(0, 2, N), RNG.integers(0, 3, N)
X = np.column_stack([ARM, LEVEL == 1, LEVEL == 2]).astype(float)
MODEL = cox(TIME, EVENT, X, names=["arm", "level 1", "level 2"])


def test_one_term_is_the_global_test():
    test = proportional_hazards(cox(TIME, EVENT, ARM, names=["arm"]))
    assert test["arm"] == test["GLOBAL"]


def test_levels_of_a_category_are_tested_together():
    test = proportional_hazards(MODEL, terms={"arm": ["arm"], "level": ["level 1", "level 2"]})
    assert test["level"].df == 2
    assert test["GLOBAL"].df == 3
    # the same whatever level is the reference
    other = np.column_stack([ARM, LEVEL == 0, LEVEL == 2]).astype(float)
    turned = proportional_hazards(
        cox(TIME, EVENT, other, names=["arm", "level 0", "level 2"]),
        terms={"level": ["level 0", "level 2"]},
    )
    np.testing.assert_allclose(turned["level"].chisq, test["level"].chisq)


def test_it_is_the_score_test_of_a_time_dependent_coefficient():
    # coxph(Surv(start, stop, event) ~ x + x:stop) on split rows, started at the plain estimate
    model = cox(TIME, EVENT, ARM, ties="breslow")
    cuts = np.unique(TIME[EVENT])
    patient, start = np.nonzero(np.concatenate([[0], cuts])[None, :-1] < TIME[:, None])
    stop = np.minimum(cuts[start], TIME[patient])
    rows = np.column_stack([ARM[patient], ARM[patient] * stop])
    event = EVENT[patient] & (stop == TIME[patient])
    entry = np.concatenate([[0], cuts])[start]
    full = cox(stop, event, rows, entry=entry, ties="breslow")
    gain = 2 * (full.loglik[1] - model.loglik[1])
    np.testing.assert_allclose(
        proportional_hazards(model, "identity")["GLOBAL"].chisq, gain, rtol=0.05, atol=0.05
    )


def test_residuals_sum_to_zero_and_average_to_the_coefficient():
    residuals = schoenfeld_residuals(MODEL)
    np.testing.assert_allclose(residuals.residuals.sum(axis=0), 0, atol=1e-8)
    np.testing.assert_allclose(residuals.scaled.mean(axis=0), MODEL.coef)
    np.testing.assert_array_equal(residuals.time, np.sort(TIME[EVENT]))
    np.testing.assert_array_equal(TIME[residuals.patient], residuals.time)


def test_rank_does_not_depend_on_the_unit_of_time():
    other = cox(TIME**2, EVENT, X)
    for transform in ("rank", "km"):
        one, two = (proportional_hazards(m, transform)["GLOBAL"] for m in (MODEL, other))
        np.testing.assert_allclose(one.chisq, two.chisq)


def test_logarithm_of_an_event_at_time_zero_is_not_estimable():
    time = np.where(np.arange(N) == np.flatnonzero(EVENT)[0], 0, TIME)
    model = cox(time, EVENT, ARM)
    assert np.isnan(proportional_hazards(model, "log")["GLOBAL"].p_value)
    assert np.isfinite(proportional_hazards(model, "km")["GLOBAL"].p_value)


def test_models_without_estimate_have_no_test():
    for event in (EVENT & (ARM == 0), np.zeros(N), np.arange(N) == np.argmax(EVENT)):
        model = cox(TIME, event, ARM)
        assert np.isnan(proportional_hazards(model)["GLOBAL"].p_value)
        assert np.isnan(log_hazard_ratio_over_time(model).log_hr).all()


def test_smooth_of_a_line_is_that_line_when_two_degrees_are_spent():
    curve = log_hazard_ratio_over_time(MODEL, "arm", transform="identity", df=2)
    slope, origin = np.polyfit(curve.event_time, curve.scaled_residuals, 1)
    np.testing.assert_allclose(curve.log_hr, origin + slope * curve.time)
    assert (curve.lower < curve.log_hr).all()


def test_unknown_transform_is_refused():
    with pytest.raises(ValueError, match="transform: must be one of km, rank, identity, log"):
        proportional_hazards(MODEL, "sqrt")
