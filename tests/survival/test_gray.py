"""Gray's test agrees with R's cmprsk."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from trialbook.agreement.estimators import REFERENCE as FILES
from trialbook.survival import gray_test

REFERENCE = FILES / "competing_risks.json"
CASES = json.loads(REFERENCE.read_text())["cases"]


@pytest.mark.parametrize("name", CASES)
def test_agrees_with_r(name):
    # cuminc(time, cause, group, strata, rho = rho)$Tests
    case = CASES[name]
    time, cause, group, strata, *_ = case["data"].values()
    tests = 0
    for key, options in (
        ("gray", {}),
        ("gray_rho1", {"rho": 1.0}),
        ("gray_stratified", {"strata": strata}),
    ):
        for of, chisq in enumerate(case[key], start=1):
            found = gray_test(time, cause, group, of=of, **options)
            if chisq == -1:  # cmprsk's sign for a variance that cannot be inverted
                assert np.isnan(found.chisq)
                continue
            tests += 1
            assert found.chisq == pytest.approx(chisq, rel=1e-9)
            assert found.df == len(set(group)) - 1
            assert found.p_value == pytest.approx(stats.chi2.sf(chisq, found.df), rel=1e-8)
    assert tests >= 3


rows = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 2), st.integers(0, 2)), min_size=6, max_size=60
).map(lambda rows: np.array(rows).T)


@given(rows, st.floats(0.01, 100), st.permutations([0, 1, 2]))
def test_neither_unit_nor_labels_matter(data, unit, labels):
    time, cause, group = data
    if np.unique(group).size < 2:
        return
    one = gray_test(time, cause, group)
    other = gray_test(time * unit, cause, np.array(labels)[group])
    assert other.chisq == pytest.approx(one.chisq, rel=1e-6, abs=1e-8, nan_ok=True)
    assert one.score.sum() == pytest.approx(0, abs=1e-9)


def test_equal_groups_do_not_differ():
    time, cause = [1, 2, 3, 4, 5, 6], [1, 2, 0, 1, 1, 2]
    found = gray_test(time * 2, cause * 2, ["a"] * 6 + ["b"] * 6)
    assert found.chisq == pytest.approx(0, abs=1e-20)
    assert found.p_value == 1


def test_without_events_of_the_cause_it_is_not_defined():
    found = gray_test([1, 2, 3, 4], [2, 0, 2, 0], [0, 0, 1, 1])
    assert np.isnan(found.chisq)
    assert np.isnan(found.p_value)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="group"):
        gray_test([1, 2], [1, 2], ["a", "a"])
    with pytest.raises(ValueError, match="rho"):
        gray_test([1, 2], [1, 2], ["a", "b"], rho=-1)
    with pytest.raises(ValueError, match="of"):
        gray_test([1, 2], [1, 2], ["a", "b"], of=0)
