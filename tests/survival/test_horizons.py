"""Horizons and landmarks are compared with times within the tolerance in which times are tied."""

import numpy as np
import pytest

from trialbook.survival import kaplan_meier
from trialbook.survival.rmst import rmst

LAST = 36 - 1e-14  # as months that were days once are stored


@pytest.mark.parametrize("last", [36.0, LAST, 36 + 1e-9])
def test_a_horizon_at_the_end_of_follow_up_is_reached(last):
    time, event = [10, 20, 30, last, last], [1, 1, 0, 0, 0]
    exact = rmst([10, 20, 30, 36, 36], event, tau=36)
    assert np.isclose(rmst(time, event, tau=36).rmst, exact.rmst)


@pytest.mark.parametrize("last", [36.0, LAST, 36 + 1e-9])
def test_whoever_is_followed_to_a_landmark_is_at_risk_there(last):
    at = kaplan_meier([10, 20, 30, last, last], [1, 1, 0, 0, 1]).at([36])
    assert at.n_at_risk.tolist() == [2]
    assert np.allclose(at.survival, 0.3)
