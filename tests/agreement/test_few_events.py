"""The page *Checked against R*: what holds with few events agrees, and none is left out."""

import numpy as np
import pytest

from trialbook.agreement.estimators import REFERENCE, relative_error
from trialbook.agreement.few_events import TOLERANCES, few_event_comparisons


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
