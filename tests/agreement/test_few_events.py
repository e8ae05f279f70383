"""The page *Checked against R*: what holds with few events agrees, and none is left out."""

import numpy as np
import pytest

from trialbook.agreement.estimators import REFERENCE, relative_error
from trialbook.agreement.few_events import few_event_comparisons

TOLERANCES = {
    # R's coxph, asked for the likelihood at one coefficient; its maximum and roots by R's own
    "Firth": 1e-6,
    "Profile likelihood": 1e-8,
    # nlme stops within about 1e-5 of the maximum
    "Mixed model": 1e-4,
}


@pytest.fixture(scope="module")
def comparisons():
    return list(few_event_comparisons(REFERENCE))


def test_every_quantity_agrees(comparisons):
    for quantity, call, ours, reference in comparisons:
        wide = [bound for title, bound in TOLERANCES.items() if quantity.startswith(title)]
        bound = wide[0] if wide else 1e-10
        assert np.max(relative_error(ours, reference)) < bound, (quantity, call, ours, reference)


def test_none_is_left_out(comparisons):
    quantities = {quantity for quantity, *_ in comparisons}
    for title in (
        "Survival, BPCP", "Difference of survival, MOVER", "Average hazard with", "Average hazards",
        "Profile likelihood", "Firth", "Adjusted P values", "Rate, exact", "Ratio of rates",
        "Mixed model",
    ):  # fmt: skip
        assert any(quantity.startswith(title) for quantity in quantities), title
