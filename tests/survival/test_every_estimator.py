"""What holds for every estimator that takes times, events and arms, on the awkwardest trials.

All censored, one event, times of zero, an arm without events, one patient in an arm, ties: none
raises or warns (warnings are errors here); order, unit and labels change nothing they should not;
whole weights are copies; and what cannot be analysed is refused in words.
"""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import fewer
from trialbook import survival


def km(time, event, treated, **weights):
    curve = survival.kaplan_meier(time, event, **weights)
    return {"free": [curve.survival[-1], curve.lower[-1]], "time": curve.median}


def follow_up(time, event, treated):
    return {"time": survival.reverse_kaplan_meier(time, event).median}


def at_landmark(time, event, treated):
    if time.max() == 0:
        return {}
    curves = [survival.kaplan_meier(time[of], event[of]) for of in (treated, ~treated)]
    found = survival.survival_difference(*curves, max(np.median(time), 0.5 * time.max()))
    return {"difference": [found.difference], "free": [found.std_error]}


def log_rank(time, event, treated):
    tests = [survival.log_rank(time, event, treated, rho=rho) for rho in (0, 1)]
    return {"free": [test.chisq for test in tests]}


def max_combo(time, event, treated):
    return {"free": [survival.max_combo(time, event, treated).p_value]}


def cox(time, event, treated, **weights):
    model = survival.cox(time, event, treated, **weights)
    tests = [model.score_test.chisq, model.lr_test.chisq]
    return {"difference": model.coef, "free": [*model.std_error, *tests]}


def firth(time, event, treated, **weights):
    model = survival.firth(time, event, treated, **weights)
    return {"difference": model.coef, "free": model.std_error}


def profile(time, event, treated):
    interval = survival.profile_interval(survival.cox(time, event, treated))
    return {"difference": [interval.lower, interval.upper], "free": [interval.p_value]}


def proportional_hazards(time, event, treated):
    model = survival.cox(time, event, treated)
    transforms = ("km", "rank", "identity")
    tests = [survival.proportional_hazards(model, name)["GLOBAL"].chisq for name in transforms]
    return {"free": tests}


def concordance(time, event, treated, **weights):
    found = survival.concordance(time, event, treated, **weights)
    return {"half": [found.concordance]} | ({} if weights else {"free": [found.std_error]})


def rmst(time, event, treated):
    tau = survival.default_tau(time, event, treated)
    if tau == 0:
        return {}
    arms = [survival.rmst(time[of], event[of], tau) for of in (treated, ~treated)]
    found = survival.rmst_difference(*arms)
    return {"difference of times": [found.difference], "time": [found.std_error]}


ESTIMATORS = [
    km, follow_up, at_landmark, log_rank, max_combo, cox, firth, profile, proportional_hazards,
    concordance, rmst,
]  # fmt: skip
WEIGHTED = [km, cox, firth, concordance]


@st.composite
def trials(draw):
    n = draw(st.integers(2, 16))
    time = draw(st.lists(st.integers(0, draw(st.sampled_from([1, 6, 50]))), min_size=n, max_size=n))
    event = draw(
        st.one_of(
            st.just([False] * n),
            st.just([True] * n),
            st.integers(0, n - 1).map(lambda i: [j == i for j in range(n)]),
            st.lists(st.booleans(), min_size=n, max_size=n),
        )
    )
    more = st.lists(st.booleans(), min_size=n - 2, max_size=n - 2)
    treated = np.array([True, False, *draw(more)])
    event = np.array(event) & ~(treated & draw(st.booleans()))  # an arm without events
    return np.array(time, float), event, treated


def same(one, other, kinds=None):
    for kind in kinds or one:
        a, b = (np.asarray(found[kind], float) for found in (one, other))
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-7, err_msg=kind)


@pytest.fixture(autouse=True)
def _no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.mark.parametrize("estimate", ESTIMATORS, ids=lambda f: f.__name__)
@fewer(4)
@given(trials(), st.randoms(), st.sampled_from([1 / 365.25, 12.0, 86400.0]))
def test_neither_order_nor_unit_matters(estimate, trial, random, unit):
    time, event, treated = trial
    order = np.arange(time.size)
    random.shuffle(order)
    one = estimate(*trial)
    other = estimate(time[order] * unit, event[order], treated[order])
    times = {kind: np.asarray(one[kind], float) * unit for kind in one if "time" in kind}
    same(one | times, other)


@pytest.mark.parametrize("estimate", ESTIMATORS, ids=lambda f: f.__name__)
@fewer(4)
@given(trials())
def test_relabelling_the_arms_turns_every_contrast_round(estimate, trial):
    time, event, treated = trial
    one, other = estimate(*trial), estimate(time, event, ~treated)
    for kind, values in one.items():
        if kind.startswith("difference"):
            np.testing.assert_allclose(
                np.sort(values), np.sort(-np.asarray(other[kind])), rtol=1e-6, atol=1e-7
            )
        elif kind == "half":
            np.testing.assert_allclose(values, 1 - np.asarray(other[kind]))
        else:
            same(one, other, [kind])


@pytest.mark.parametrize("estimate", WEIGHTED, ids=lambda f: f.__name__)
@fewer(4)
@given(trials())
def test_a_weight_of_one_is_no_weight(estimate, trial):
    same(estimate(*trial, weights=np.ones(trial[0].size)), estimate(*trial))


BAD = {
    "missing": (lambda t, e, x: (np.where(t == 3, np.nan, t), e, x), r"time: .*missing \(NaN\)"),
    "infinite": (lambda t, e, x: (np.where(t == 3, np.inf, t), e, x), "time: .*infinite"),
    "negative": (lambda t, e, x: (t - 2, e, x), "time: .*negative"),
    "short": (lambda t, e, x: (t, e[:-1], x), "event: has 3 values but time has 4"),
    "code": (lambda t, e, x: (t, np.array([0, 1, 2, 1]), x), "event: "),
    "empty": (lambda t, e, x: (t[:0], e[:0], x[:0]), "time: is empty"),
    "words": (lambda t, e, x: (np.array(list("abcd")), e, x), "time: must be numbers"),
}
PLAIN = {
    "kaplan_meier": lambda t, e, x: survival.kaplan_meier(t, e),
    "reverse_kaplan_meier": lambda t, e, x: survival.reverse_kaplan_meier(t, e),
    "rmst": lambda t, e, x: survival.rmst(t, e, 2.0),
    "rmst_curve": lambda t, e, x: survival.rmst_curve(t, e, x, [1.0, 2.0]),
    "default_tau": survival.default_tau,
    "largest_tau": lambda t, e, x: survival.largest_tau(t, e),
    "log_rank": survival.log_rank,
    "max_combo": survival.max_combo,
    "by_arm": survival.by_arm,
    "cox": survival.cox,
    "firth": survival.firth,
    "concordance": survival.concordance,
    "extreme_cases": survival.extreme_cases,
    "delta_adjusted": lambda t, e, x: survival.delta_adjusted(t, e, x, delta=1.0),
    "tipping_point": lambda t, e, x: survival.tipping_point(t, e, x, deltas=[1.0, 2.0]),
}
ARMS = [
    n for n in PLAIN if n not in ("kaplan_meier", "reverse_kaplan_meier", "rmst", "largest_tau")
]
GOOD = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1, 0, 1, 1]), np.array([0, 1, 0, 1])


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("name", PLAIN)
def test_what_cannot_be_analysed_is_refused_in_words(name, kind):
    spoil, says = BAD[kind]
    with pytest.raises(ValueError, match=says):
        PLAIN[name](*spoil(*GOOD))


@pytest.mark.parametrize("name", ARMS)
@pytest.mark.parametrize("arms", [[0, 1, 0], [0, 1, 0, np.nan]], ids=["short", "missing"])
def test_arms_that_fit_no_patient_are_refused(name, arms):
    time, event, _ = GOOD
    with pytest.raises(ValueError, match=r"(group|treated|arm|X|risk).*(values|missing)"):
        PLAIN[name](time, event, np.array(arms))


def test_tau_beyond_the_follow_up_is_refused_with_the_largest_one_allowed():
    with pytest.raises(ValueError, match=r"tau: 9 lies beyond .* choose tau of 4 at most"):
        survival.rmst([1, 2, 4], [1, 1, 0], 9)
