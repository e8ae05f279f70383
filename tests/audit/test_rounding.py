"""Printed numbers stand for exactly the values that print them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.audit.rounding import rounded, to_digits


@pytest.mark.parametrize(
    ("text", "low", "high", "digits"),
    [
        ("0.44", "0.435", "0.445", 2),
        ("820.0", "819.95", "820.05", 1),
        ("0", "-0.5", "0.5", 0),
        ("1,234", "1233.5", "1234.5", 0),
        ("16.4%", "16.35", "16.45", 1),
        ("P=0.03", "0.025", "0.035", 2),
        ("0·44", "0.435", "0.445", 2),
        ("−1.2", "-1.25", "-1.15", 1),
        (".05", "0.045", "0.055", 2),
    ],
)
def test_ends_are_half_a_unit_away(text, low, high, digits):
    number = rounded(text)
    assert (number.low, number.high, number.digits) == (Fraction(low), Fraction(high), digits)


def test_relations_are_open_on_one_side():
    below, above = rounded("<0.001"), rounded("≥95")
    assert below.contains(1e-9)
    assert not below.contains(0.0011)
    assert above.contains(100)
    assert not above.contains(94)
    assert (below.relation, above.relation) == ("<", ">=")


@pytest.mark.parametrize("text", ["1:1", "2006-01-25", "below 1", "", "not reached", "1.2.3"])
def test_words_dates_and_ratios_are_no_numbers(text):
    assert rounded(text) is None


@given(st.fractions(-1000, 1000), st.integers(0, 5))
def test_a_value_lies_among_those_that_print_like_it(value, digits):
    number = rounded(to_digits(value, digits))
    assert number.digits == digits
    assert number.contains(value)


@given(st.floats(-1e4, 1e4), st.integers(0, 4))
def test_floats_too(value, digits):
    assert abs(Fraction(to_digits(value, digits)) - Fraction(value)) <= Fraction(51, 100) / (
        10**digits
    )


def test_halves_go_away_from_zero_also_where_the_float_lies_below():
    assert [to_digits(0.285, 2), to_digits(2.675, 2), to_digits(-0.5, 0)] == ["0.29", "2.68", "-1"]
    assert to_digits(-0.001, 2) == "0.00"
