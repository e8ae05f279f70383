"""Cumulative incidence agrees with R's survfit, cause-specific hazards with its coxph."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.agreement.estimators import REFERENCE as FILES
from trialbook.survival import cause_specific, cumulative_incidence, kaplan_meier
from trialbook.survival.competing_risks import naive_cumulative_incidence

REFERENCE = FILES / "competing_risks.json"
CASES = json.loads(REFERENCE.read_text())["cases"]
every_case = pytest.mark.parametrize("name", CASES)
patients = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 3)), min_size=1, max_size=40).map(
    lambda rows: np.array(rows).T
)


def numbers(values):
    """Read R's vector or matrix (column by column), NA as NaN."""
    array = np.array(values, dtype=object)
    return np.where(np.isin(array, ("NA", "NaN", None)), np.nan, array).astype(float)


@every_case
@pytest.mark.parametrize("conf_type", ["log-log", "log", "plain"])
def test_aalen_johansen_agrees_with_r(name, conf_type):
    # survfit(Surv(time, factor(cause)) ~ 1, conf.type = conf_type)
    case = CASES[name]
    expected = case["aalen_johansen"][conf_type.replace("-", "")]
    found = cumulative_incidence(case["data"]["time"], case["data"]["cause"], conf_type=conf_type)
    assert found.time == pytest.approx(expected["time"], rel=1e-12)
    assert (found.n_at_risk == expected["n_risk"]).all()
    for field, key in (
        ("cumulative_incidence", "incidence"),
        ("std_error", "std_error"),
        ("lower", "lower"),
        ("upper", "upper"),
    ):
        values, theirs = getattr(found, field), numbers(expected[key])
        assert values == pytest.approx(theirs, rel=1e-10, abs=1e-12, nan_ok=True), field


@every_case
def test_reading_off_at_times_agrees_with_r(name):
    # summary(survfit(...), times = times)
    case, data = CASES[name], CASES[name]["data"]
    found = cumulative_incidence(data["time"], data["cause"]).at(case["at"]["times"])
    assert (found.n_at_risk == case["at"]["n_risk"]).all()
    assert found.cumulative_incidence == pytest.approx(case["at"]["incidence"], rel=1e-10)
    assert found.std_error == pytest.approx(case["at"]["std_error"], rel=1e-10)
    naive = naive_cumulative_incidence(data["time"], data["cause"]).at(case["at"]["times"])
    assert 1 - naive.survival == pytest.approx(case["at"]["naive"], rel=1e-10, abs=1e-14)


@every_case
def test_cause_specific_hazard_agrees_with_r(name):
    # coxph(Surv(time, cause == 1) ~ x)
    case, data = CASES[name], CASES[name]["data"]
    found = cause_specific(data["time"], data["cause"], data["x"])
    assert found.coef == pytest.approx(case["cause_specific"]["coef"], rel=1e-8)
    assert found.std_error == pytest.approx(case["cause_specific"]["std_error"], rel=1e-8)


def test_incidence_by_hand():
    # 4 patients: event at 1, competing at 2, censored at 3, event at 4
    found = cumulative_incidence([1, 2, 3, 4], [1, 2, 0, 1])
    assert found.cumulative_incidence[0] == pytest.approx([1 / 4, 1 / 4, 1 / 4, 3 / 4])
    assert found.cumulative_incidence[1] == pytest.approx([0, 1 / 4, 1 / 4, 1 / 4])
    # before any censoring it is a proportion, with a proportion's variance
    assert found.std_error[0][:2] == pytest.approx(np.sqrt(1 / 4 * 3 / 4 / 4))


@given(patients)
def test_the_incidences_and_event_free_survival_add_up_to_one(data):
    time, cause = data
    found = cumulative_incidence(time, cause)
    assert found.cumulative_incidence.sum(axis=0) + found.event_free == pytest.approx(1.0)
    assert (np.diff(found.cumulative_incidence, axis=1) >= 0).all()
    assert (found.std_error >= 0).all()
    assert not np.isnan(found.cumulative_incidence).any()
    inside = ~np.isnan(found.lower)
    assert (found.lower[inside] <= found.cumulative_incidence[inside] + 1e-12).all()
    assert (found.cumulative_incidence[inside] <= found.upper[inside] + 1e-12).all()


@given(patients, st.floats(0.01, 100), st.randoms())
def test_neither_order_nor_unit_matters(data, unit, random):
    time, cause = data
    order = list(range(time.size))
    random.shuffle(order)
    one, other = (
        cumulative_incidence(time, cause),
        cumulative_incidence(time[order] * unit, cause[order]),
    )
    assert other.time == pytest.approx(one.time * unit)
    assert other.cumulative_incidence == pytest.approx(one.cumulative_incidence)
    assert other.std_error == pytest.approx(one.std_error)


@given(patients)
def test_with_one_cause_it_is_one_minus_kaplan_meier(data):
    time, cause = data[0], (data[1] > 0).astype(int)
    found, curve = cumulative_incidence(time, cause), kaplan_meier(time, cause)
    assert found.cumulative_incidence[0] == pytest.approx(1 - curve.survival)


@given(patients)
def test_the_naive_curve_is_never_below(data):
    time, cause = data
    naive = 1 - naive_cumulative_incidence(time, cause).survival
    found = cumulative_incidence(time, cause).cumulative_incidence[0]
    assert (naive >= found - 1e-12).all()


def test_beyond_follow_up_it_is_not_estimable():
    found = cumulative_incidence([1, 2, 3], [1, 2, 0])
    assert np.isnan(found.at([3.5]).cumulative_incidence[0])
    assert found.at([3]).cumulative_incidence[0] == pytest.approx(1 / 3)
    # summary(survfit(...), times = 0): 0, 0, 0 before the first time in the data
    assert found.at([0]).cumulative_incidence[0] == found.at([0]).upper[0] == 0
    everyone = cumulative_incidence([1, 2], [1, 2])
    assert everyone.at([9]).cumulative_incidence[0] == pytest.approx(1 / 2)


def test_a_cause_that_nobody_had_has_incidence_zero():
    at = cumulative_incidence([1, 2, 3], [1, 1, 0]).at([2, 3], cause=2)
    assert (at.cumulative_incidence == 0).all()
    assert (at.n_events == 0).all()
    assert (at.std_error == 0).all()


@pytest.mark.parametrize(
    ("conf_type", "limit"), [("log-log", np.nan), ("log", np.nan), ("plain", 0.0)]
)
def test_a_cause_that_nobody_had_has_the_limits_of_r(conf_type, limit):
    # summary(survfit(Surv(1:3, factor(c(1, 1, 0), 0:2)) ~ 1, conf.type = conf_type),
    #         times = c(0.5, 1, 2, 3)): lower and upper of state 2
    expected = [0, limit, limit, limit]
    found = cumulative_incidence([1, 2, 3], [1, 1, 0], conf_type=conf_type)
    at = found.at([0.5, 1, 2, 3], cause=2)
    assert at.lower == pytest.approx(expected, nan_ok=True)
    assert at.upper == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("time", "cause", "message"),
    [
        ([1, np.nan], [1, 0], "time"),
        ([1, -2], [1, 0], "time.*negative"),
        ([1, 2], [1, -1], "cause"),
        ([1, 2], [1, 0.5], "cause"),
        ([1, 2], [1], "cause"),
        ([], [], "time"),
    ],
)
def test_bad_input_is_refused(time, cause, message):
    with pytest.raises(ValueError, match=message):
        cumulative_incidence(time, cause)


def test_an_unknown_cause_is_refused():
    with pytest.raises(ValueError, match="0 is censored"):
        cumulative_incidence([1, 2], [1, 2]).at([1], cause=0)
    with pytest.raises(ValueError, match="conf_type"):
        cumulative_incidence([1, 2], [1, 2], conf_type="logit")
