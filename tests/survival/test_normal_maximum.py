import json

import numpy as np
import pytest
from scipy.stats import norm

from trialbook.agreement.estimators import REFERENCE as FILES
from trialbook.survival.normal_maximum import largest_exceeds

REFERENCE = FILES / "normal_maximum.json"
CASES = json.loads(REFERENCE.read_text())["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['bound']}, {case['rank']}")
def test_mvtnorm(case):
    # 1 - pmvnorm(-bound, bound, corr = correlation), by Miwa's or Genz and Bretz's algorithm,
    # which is right to some 1e-8
    correlation = np.array(case["correlation"])
    singular = len(correlation) > case["rank"]
    ours = largest_exceeds(case["bound"], correlation)
    assert ours == pytest.approx(case["exceeds"], abs=1e-7 if singular else 1e-9)


@pytest.mark.parametrize("k", [1, 2, 3, 4])
@pytest.mark.parametrize("bound", [0.5, 2, 5, 8])
def test_independent_variables(k, bound):
    expected = -np.expm1(k * np.log1p(-2 * norm.sf(bound)))
    assert largest_exceeds(bound, np.eye(k)) == pytest.approx(expected, rel=1e-12)


def test_equal_and_opposite_variables_are_one():
    correlation = np.outer([1, -1, 1], [1, -1, 1])
    assert largest_exceeds(2, correlation) == pytest.approx(2 * norm.sf(2), rel=1e-14)


def test_a_variable_that_follows_from_others_and_is_never_largest_changes_nothing():
    # (Z1 + Z2) / 2, before it is brought to length 1, lies between the two
    root = np.array([[1, 0], [0.8, 0.6]])
    between = root.mean(axis=0) / np.linalg.norm(root.mean(axis=0))
    three = np.vstack([root, between])
    at_least = largest_exceeds(2, root @ root.T)
    assert at_least < largest_exceeds(2, three @ three.T) < at_least + 2 * norm.sf(2)


def test_the_largest_always_reaches_zero():
    assert largest_exceeds(0, np.array([[1, 0.5], [0.5, 1]])) == pytest.approx(1, rel=1e-13)
