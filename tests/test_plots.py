"""Figures without a trial: what is drawn is what the estimators give."""

import doctest

import numpy as np
import pytest

from trialbook import plots, survival

TIME = np.array([3, 5, 7, 9, 12, 2, 4, 6, 8, 11])
EVENT = np.array([1, 0, 1, 1, 0, 1, 1, 1, 0, 1])
CAUSE = np.array([1, 0, 2, 1, 0, 1, 2, 1, 0, 1])
ARM = np.array(["new"] * 5 + ["control"] * 5)


def texts(figure):
    found = [text.get_text() for text in figure.texts]
    return found + [text.get_text() for axes in figure.axes for text in axes.texts]


def test_the_examples_run():
    assert doctest.testmod(plots).failed == 0


@pytest.mark.parametrize("name", plots.__all__)
def test_a_public_name_has_an_example(name):
    text = getattr(plots, name).__doc__
    assert "Examples\n" in text
    assert ">>>" in text


def test_numbers_at_risk_and_curves_are_those_of_the_estimator():
    figure = plots.plot_kaplan_meier(TIME, EVENT, ARM, ticks=[0, 4, 8, 12], xlabel="Months")
    said = texts(figure)
    at_risk = [
        str(count)
        for arm in ("control", "new")
        for count in survival.kaplan_meier(TIME[arm == ARM], EVENT[arm == ARM])
        .at([0, 4, 8, 12])
        .n_at_risk
    ]
    assert [text for text in said if text.isdigit()] == at_risk
    lines = [line for line in figure.axes[0].lines if len(line.get_xdata()) > 2]
    for arm, colour in (("control", 0), ("new", 1)):
        curve = survival.kaplan_meier(TIME[arm == ARM], EVENT[arm == ARM])
        drawn = next(
            line for line in lines
            if line.get_xdata()[1] == curve.time[0] and line.get_xdata()[0] == 0
        )  # fmt: skip
        assert drawn.get_ydata()[1 : len(curve.time) + 1] == pytest.approx(100 * curve.survival)
        assert drawn.get_color() == plots.steps_figure.__globals__["arm_colour"](colour)
    p = survival.log_rank(TIME, EVENT, ARM).p_value
    assert any(text.startswith(f"P = {p:.2f}") for text in said)
    model = survival.cox(TIME, EVENT, ARM == "new")
    assert any(text.startswith(f"HR {model.hr[0]:.2f} (95% CI") for text in said)


def test_incidence_ends_where_aalen_and_johansen_end():
    figure = plots.plot_cumulative_incidence(TIME, CAUSE, of=2)
    cause = np.where(CAUSE == 2, 1, np.where(CAUSE == 0, 0, 2))
    found = survival.cumulative_incidence(TIME, cause)
    ends = [line.get_ydata()[-1] for line in figure.axes[0].lines if len(line.get_xdata()) > 2]
    assert ends[0] == pytest.approx(100 * found.cumulative_incidence[0, -1])


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda: plots.plot_kaplan_meier([1, 2], [1]), "one value for each patient"),
        (lambda: plots.plot_kaplan_meier([1, -2], [1, 1]), "time"),
        (lambda: plots.plot_kaplan_meier(TIME, EVENT, ARM, labels=["one"]), "2 groups"),
        (lambda: plots.plot_kaplan_meier(TIME, EVENT, ticks=[4, 2]), "ticks"),
        (lambda: plots.plot_cumulative_incidence(TIME, CAUSE, of=7), "no cause"),
        (lambda: plots.plot_forest(["a"], [np.nan], [1], [2]), "at least one row"),
        (lambda: plots.plot_forest(["a"], [1, 2], [1], [2]), "one value for a row"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_words(draw, words):
    with pytest.raises(ValueError, match=words):
        draw()


def test_nobody_with_an_event_and_an_arm_without_one_are_drawn():
    assert not [t for t in texts(plots.plot_kaplan_meier([1, 2], [0, 0], [0, 1])) if "HR" in t]
    figure = plots.plot_kaplan_meier([1, 2, 3, 4], [0, 0, 1, 1], [0, 0, 1, 1])
    assert not [text for text in texts(figure) if "HR" in text]
