"""Adjusted P values: Holm, Hochberg, a fixed sequence, graphs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.survival import adjusted, fixed_sequence, graphical

P = [0.01, 0.02, 0.03, 0.004]
PROBABILITIES = st.lists(st.floats(0, 1), min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("holm", [0.03, 0.04, 0.04, 0.016]),
        ("hochberg", [0.03, 0.03, 0.03, 0.016]),
        ("bonferroni", [0.04, 0.08, 0.12, 0.016]),
    ],
)
def test_it_agrees_with_p_adjust(method, expected):
    """R: ``p.adjust(c(0.01, 0.02, 0.03, 0.004), method)``."""
    assert adjusted(P, method) == pytest.approx(expected, rel=1e-12)


def test_a_sequence_stops_at_the_first_that_is_not_shown():
    assert fixed_sequence(P) == pytest.approx([0.01, 0.02, 0.03, 0.03])
    np.testing.assert_array_equal(fixed_sequence([0.01, np.nan, 0.001]), [0.01, np.nan, np.nan])


def test_a_graph_agrees_with_graphical_mcp():
    """R: ``graph_test_shortcut(graph_create(w, G), p)$outputs$adjusted_p`` of graphicalMCP."""
    weights = [0.5, 0.5, 0, 0]
    transitions = [[0, 0.5, 0.5, 0], [0.5, 0, 0, 0.5], [0, 1, 0, 0], [1, 0, 0, 0]]
    expected = [0.02, 0.0266666666666667, 0.03, 0.0266666666666667]
    assert graphical(P, weights, transitions) == pytest.approx(expected, rel=1e-12)


@settings(deadline=None, max_examples=100)
@given(PROBABILITIES)
def test_holm_and_the_sequence_are_graphs(p):
    k = len(p)
    equal = (1 - np.eye(k)) / max(k - 1, 1)
    assert graphical(p, np.full(k, 1 / k), equal) == pytest.approx(adjusted(p, "holm"), abs=1e-9)
    first, along = np.eye(k)[0], np.eye(k, k=1)
    assert graphical(p, first, along) == pytest.approx(fixed_sequence(p), abs=1e-9)


@settings(deadline=None, max_examples=100)
@given(PROBABILITIES, st.randoms(use_true_random=False))
def test_adjusting_never_helps_keeps_the_order_and_forgets_who_came_first(p, random):
    for method in ("holm", "hochberg", "bonferroni"):
        found = adjusted(p, method)
        assert (found >= np.array(p) - 1e-12).all()
        assert (found <= 1).all()
        shuffled = list(range(len(p)))
        random.shuffle(shuffled)
        again = adjusted(np.array(p)[shuffled], method)
        assert again == pytest.approx(found[shuffled])
    assert (adjusted(p, "hochberg") <= adjusted(p, "holm") + 1e-12).all()


def test_what_is_not_estimable_does_not_count_and_no_graph_is_refused():
    found = adjusted([0.01, np.nan, 0.04], "holm")
    np.testing.assert_allclose(found, [0.02, np.nan, 0.04])
    assert np.isnan(graphical([0.01, np.nan], [0.5, 0.5], [[0, 1], [1, 0]])[1])
    with pytest.raises(ValueError, match="at most 1 together"):
        graphical([0.1, 0.1], [0.7, 0.7], np.zeros((2, 2)))
    with pytest.raises(ValueError, match="0 on the diagonal"):
        graphical([0.1, 0.1], [0.5, 0.5], [[1, 0], [0, 0]])
    with pytest.raises(ValueError, match="2 weights"):
        graphical([0.1, 0.1], [1], [[0]])
    with pytest.raises(ValueError, match="between 0 and 1"):
        adjusted([2], "holm")
    with pytest.raises(ValueError, match="none of holm"):
        adjusted([0.2], "hommel")
