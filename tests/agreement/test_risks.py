"""The page *Checked against R*: every quantity agrees to 1e-8, and none is left out."""

import numpy as np
import pytest

from trialbook.agreement.estimators import REFERENCE, relative_error
from trialbook.agreement.risks import risk_comparisons

FOLDER = REFERENCE


@pytest.fixture(scope="module")
def comparisons():
    return list(risk_comparisons(FOLDER))


def test_every_quantity_agrees(comparisons):
    for quantity, call, ours, reference in comparisons:
        # Miwa's algorithm divides the range into 4096 steps
        bound = 5e-8 if quantity.startswith("Max-combo") else 1e-8
        assert np.max(relative_error(ours, reference)) < bound, (quantity, call)


def test_all_estimators_are_compared_with_numbers(comparisons):
    quantities = {quantity for quantity, *_ in comparisons}
    for estimator in (
        "Aalen-Johansen", "Gray's test", "Fine-Gray", "Cause-specific", "Mean cumulative",
        "Andersen-Gill", "Fisher", "Conditional odds ratio", "Newcombe", "Miettinen-Nurminen",
        "Incidence rate", "Rate ratio", "Max-combo",
    ):  # fmt: skip
        assert any(quantity.startswith(estimator) for quantity in quantities), estimator
    for quantity in quantities:
        values = [np.ravel(theirs) for name, _, _, theirs in comparisons if name == quantity]
        assert np.isfinite(np.concatenate(values)).sum() > 3, quantity
