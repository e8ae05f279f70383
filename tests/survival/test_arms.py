import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook import survival


@st.composite
def trials(draw):
    n, arms = draw(st.integers(6, 30)), draw(st.integers(2, 3))
    time = draw(st.lists(st.integers(0, 12), min_size=n, max_size=n))
    event = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    more = st.lists(st.integers(0, arms - 1), min_size=n - arms, max_size=n - arms)
    return np.array(time), np.array(event), np.array([*range(arms), *draw(more)])


@given(trials(), st.sampled_from(["efron", "breslow", "exact"]))
def test_one_sort_gives_what_separate_calls_give(trial, ties):
    time, event, arm = trial
    arms = survival.by_arm(*trial)
    for label, curve in arms.kaplan_meier(conf_type="log").items():
        alone = survival.kaplan_meier(time[arm == label], event[arm == label], conf_type="log")
        for name in ("time", "n_at_risk", "survival", "std_error", "lower"):
            np.testing.assert_array_equal(getattr(curve, name), getattr(alone, name))
    np.testing.assert_equal(arms.log_rank(rho=1).chisq, survival.log_rank(*trial, rho=1).chisq)
    X = np.column_stack([arm == label for label in arms.labels[1:]])
    one, other = arms.cox(ties=ties), survival.cox(time, event, X, ties=ties)
    np.testing.assert_allclose(one.coef, other.coef, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(one.loglik, other.loglik, rtol=1e-10, atol=1e-10)
    assert one.message.count("estimable") == other.message.count("estimable")
    one, other = (survival.proportional_hazards(m).tests["GLOBAL"].chisq for m in (one, other))
    np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)


def test_the_arms_are_named():
    arms = survival.by_arm([1, 2, 3, 4], [1, 0, 1, 1], ["new", "old", "old", "new"])
    assert arms.labels == ("new", "old")
    assert arms.n.tolist() == [2, 2]
    assert arms.cox().names == ("old",)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="all 2 patients are in 'A'"):
        survival.by_arm([1, 2], [1, 0], ["A", "A"])
    with pytest.raises(ValueError, match="event: has 1 values"):
        survival.by_arm([1, 2], [1], ["A", "B"])
    arms = survival.by_arm([1, 2], [1, 1], [0, 1])
    for call in (
        lambda: arms.cox(ties="other"),
        lambda: arms.kaplan_meier(conf_type="other"),
        lambda: arms.kaplan_meier(conf_level=95),
        lambda: arms.log_rank(rho=-1),
    ):
        with pytest.raises(ValueError, match="must"):
            call()
