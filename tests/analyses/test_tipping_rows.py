"""Where the answer tips: between the deltas, not at one of them."""

import numpy as np

from tests.analyses.tiny import patients, times, value
from trialbook import analyses


def test_the_tipping_point_is_interpolated(write_trial):
    rng = np.random.default_rng(2)
    n = 120
    adsl = patients("A" * 60 + "B" * 60, EOSSTT=["DISCONTINUED", "COMPLETED", "COMPLETED"] * 40)
    aval = np.r_[rng.exponential(150, 60), rng.exponential(300, 60)].round() + 1
    cnsr = (aval > 365) | (np.arange(n) % 3 == 0)
    trial = write_trial(adsl, times(adsl, np.minimum(aval, 365), cnsr.astype(int)), horizon=365)
    deltas = (1, 3, 9, 27)
    found = analyses.tipping_point(trial, deltas=deltas, n_imputations=20)
    of = {"paramcd": "EVENT", "arm": "B vs A", "level": "treated"}
    tips = value(found, **of, method="delta", statistic="ratio")
    p = {d: value(found, **of, method=f"delta={d}", statistic="p_value") for d in deltas}
    assert p[1] < 0.05 <= p[27], p
    assert max(d for d in p if p[d] < 0.05) < tips <= min(d for d in p if p[d] >= 0.05)
