"""Distributions at baseline: each arm's values have a shape of their own, one value is a line."""

import numpy as np
import pytest
from scipy.stats import gaussian_kde

from trialbook.report.plots.spreads import Spread, _shapes, plot_distributions
from trialbook.trial import load_trial


def spread_of(values) -> Spread:
    return Spread(np.sort(np.asarray(values, float)), *np.quantile(values, [0.25, 0.5, 0.75]))


VALUES = {
    "Age": {"a": [20, 30, 31, 32, 60], "b": [41, 42, 55, 59, 77]},
    "Dose": {"a": [5.0, 5.0, 5.0], "b": [1e6, 3e6]},
    "Few": {"a": [7.0]},
}
VARIABLES = {
    label: {arm: spread_of(values) for arm, values in arms.items()}
    for label, arms in VALUES.items()
}


def test_every_arm_of_every_variable_has_a_shape_from_its_least_to_its_greatest_value():
    shapes = _shapes(VARIABLES)
    assert set(shapes) == {(label, arm) for label, arms in VALUES.items() for arm in arms}
    for (label, arm), outline in shapes.items():
        values = VALUES[label][arm]
        assert outline[:, 0].min() == pytest.approx(min(values))
        assert outline[:, 0].max() == pytest.approx(max(values))
        assert np.abs(outline[:, 1]).max() == pytest.approx(0.4)


def test_a_shape_is_as_wide_as_its_own_values_are_dense():
    outline = _shapes(VARIABLES)["Age", "b"]
    upper = outline[outline[:, 1] > 0]
    density = gaussian_kde(VALUES["Age"]["b"], "scott")(upper[:, 0])
    grid = np.linspace(41, 77, 60)
    most = gaussian_kde(VALUES["Age"]["b"], "scott")(grid).max()
    assert upper[:, 1] == pytest.approx(0.4 * density / most)


def test_arms_of_one_value_are_drawn():
    trial = load_trial("data/gbsg2")
    codes = [arm.code for arm in trial.arms]
    arms = {code: spread_of([5.0, 5.0]) for code in codes}
    drawing = plot_distributions({"Dose": arms}, trial, name="dose", message="Dose.")
    assert drawing.inline.count("<svg") == 2
