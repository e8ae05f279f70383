"""Means and standard deviations against every data set that could be behind them."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.audit.papers import only, table, two_arms
from trialbook.audit import audit
from trialbook.audit.moments import CATEGORIES, GRIM, GRIMMER, PART, RANGE, possible_squares
from trialbook.audit.rounding import rounded, to_digits


def test_grimmer_agrees_with_all_data_sets_of_four_values():
    n, top = 4, 7
    data = np.array(list(itertools.combinations_with_replacement(range(top + 1), n)))
    printed = {
        (to_digits(mean, 2), to_digits(sd, 2))
        for mean, sd in zip(data.mean(1).tolist(), data.std(1, ddof=1).tolist(), strict=True)
    }
    # Sums below 8 cannot need a value above 7, so that the data sets above are all there are.
    for total in range(8):
        mean = to_digits(total / n, 2)
        for hundredths in range(400):
            sd = to_digits(hundredths / 100, 2)
            possible = possible_squares(rounded(mean), rounded(sd), n) is not None
            assert possible >= ((mean, sd) in printed), (mean, sd)
            if possible:
                squares = {int((row**2).sum()) for row in data if int(row.sum()) == total}
                found = possible_squares(rounded(mean), rounded(sd), n)
                assert found[0] == total
                # GRIMMER is a necessary condition: parity and the least sum of squares.
                assert found[1] >= min(squares)
                assert (found[1] - total) % 2 == 0


@given(st.lists(st.integers(0, 90), min_size=2, max_size=200), st.integers(0, 3))
def test_whole_numbers_are_never_called_impossible(values, digits):
    values = np.array(values)
    figures = table(
        ("population", "randomized", "X", "n", str(len(values))),
        ("population", "score", "X", "mean", to_digits(float(values.mean()), digits)),
        ("population", "score", "X", "sd", to_digits(float(values.std(ddof=1)), digits)),
        ("population", "score", "X", "min", str(values.min())),
        ("population", "score", "X", "max", str(values.max())),
    )
    figures["integer"] = "yes"
    findings = audit(figures)
    assert {GRIM, GRIMMER, RANGE} <= set(findings["rule"])
    assert set(findings["verdict"]) == {"consistent"}


def score(mean, sd, n, integer="yes", item="score"):
    figures = table(
        ("population", "randomized", "X", "n", str(n)),
        ("population", item, "X", "mean", mean),
        ("population", item, "X", "sd", sd),
    )
    figures["integer"] = integer
    return audit(figures)


def test_brown_and_heathers_own_example():
    # "The mean of 28 whole numbers cannot be 5.19": 145/28 = 5.18, 146/28 = 5.21.
    assert only(score("5.19", "2.0", 28), GRIM).verdict == "impossible"
    assert only(score("5.18", "2.0", 28), GRIM).verdict == "consistent"


def test_a_unit_suggests_whole_numbers_but_does_not_prove_them():
    found = only(score("5.19", "2.0", 28, integer="", item="age, yr"), GRIM)
    assert found.verdict == "unlikely"
    assert "recorded as whole numbers" in found.conditions
    assert GRIM not in set(score("5.19", "2.0", 28, integer="no", item="age, yr")["rule"])


def test_an_odd_sum_needs_an_odd_sum_of_squares():
    # Two whole numbers with mean 0.5 are 0 and 1, or farther apart: the SD is 0.71, 2.12, ...
    assert only(score("0.5", "0.71", 2), GRIMMER).verdict == "consistent"
    assert only(score("0.5", "1.40", 2), GRIMMER).verdict == "impossible"


def test_the_largest_sd_is_that_of_values_at_both_ends():
    # Half at 12 and half at 75 of 100: mean 43.5, SD 31.5 * sqrt(100/99) = 31.66.
    rows = [
        ("population", "randomized", "X", "n", "100"),
        ("design", "minimum age", "all", "years", "12"),
        ("design", "maximum age", "all", "years", "75"),
        ("population", "age, yr", "X", "mean", "43.5"),
    ]
    fits = audit(table(*rows, ("population", "age, yr", "X", "sd", "31.7")))
    wide = audit(table(*rows, ("population", "age, yr", "X", "sd", "32.8")))
    assert only(fits, RANGE).verdict == "consistent"
    assert only(wide, RANGE).verdict == "impossible"


def test_a_target_may_be_exceeded_but_then_that_was_not_said():
    figures = table(
        *two_arms(),
        ("design", "target dose", "X", "g per day", "2"),
        ("efficacy", "treatment failure", "X", "n", "19"),
        (
            "exposure",
            "daily dose in patients whose treatment failed, X g / Y mg",
            "X",
            "mean",
            "1.89",
        ),
        (
            "exposure",
            "daily dose in patients whose treatment failed, X g / Y mg",
            "X",
            "sd",
            "0.52",
        ),
    )
    found = only(audit(figures), RANGE)
    # sqrt(1.885 * 0.115 * 19 / 18) = 0.4783
    assert found.verdict == "needs an unstated allowance"
    assert "19 values from 0 to 2 with mean 1.89 have an SD of at most 0.48" in found.proof


def categories(mean, sd, counts=("10", "20", "30")):
    labels = (">=90", ">=60 to <90", ">=30 to <60")
    rows = [
        ("population", f"eGFR category: {a}", "X", "n", k)
        for a, k in zip(labels, counts, strict=True)
    ]
    return table(
        ("population", "randomized", "X", "n", "60"),
        *rows,
        ("population", "eGFR, ml/min", "X", "mean", mean),
        ("population", "eGFR, ml/min", "X", "sd", sd),
    )


def test_a_mean_lies_between_what_its_categories_allow():
    # 10 at 90, 20 at 60 and 30 at 30 at the least: 50.
    assert only(audit(categories("49.0", "30.0")), CATEGORIES).verdict == "impossible"
    assert only(audit(categories("70.0", "30.0")), CATEGORIES).verdict == "consistent"


def test_an_sd_is_no_smaller_than_its_categories_allow():
    # A mean of 60 with 10 values of at least 90 puts the others at 60 and at 50: SD 13.1.
    least = np.std([90] * 10 + [60] * 20 + [50] * 30, ddof=1)
    found = only(audit(categories("60.0", "5.0")), CATEGORIES)
    assert found.verdict == "impossible"
    assert f"an SD from {least:.1f} to any higher value" in found.proof


def test_the_widest_spread_in_closed_categories_agrees_with_all_corners():
    labels, counts, ends = ("0-10", "10-20"), (2, 3), ((0, 10), (10, 20))
    figures = table(
        ("population", "randomized", "X", "n", "5"),
        *[
            ("population", f"dose: {a}", "X", "n", str(k))
            for a, k in zip(labels, counts, strict=True)
        ],
        ("population", "dose, mg", "X", "mean", "12"),
        ("population", "dose, mg", "X", "sd", "8.0"),
    )
    grid = np.linspace(0, 1, 11)
    shares = itertools.product(grid, repeat=5)
    limits = [ends[0]] * 2 + [ends[1]] * 3
    values = np.array(
        [[a + s * (b - a) for s, (a, b) in zip(row, limits, strict=True)] for row in shares]
    )
    values = values[np.isclose(values.mean(1), 12)]
    most = values.std(1, ddof=1).max()
    assert f"to {most:.1f}; printed" in only(audit(figures), CATEGORIES).proof


def test_a_part_does_not_vary_more_than_all():
    def part(sd):
        return audit(
            table(
                *two_arms(),
                ("efficacy", "relapse", "X", "n", "58"),
                ("exposure", "dose, mg", "X", "mean", "10.0"),
                ("exposure", "dose, mg", "X", "sd", "2.0"),
                ("exposure", "dose in patients with a relapse, mg", "X", "mean", "10.0"),
                ("exposure", "dose in patients with a relapse, mg", "X", "sd", sd),
            )
        )

    # 57 s^2 <= 115 * 2.05^2: s at most 2.91.
    assert only(part("2.9"), PART).verdict == "consistent"
    assert only(part("3.0"), PART).verdict == "impossible"


def test_geometric_means_are_left_alone():
    figures = table(*two_arms(), ("population", "age, yr", "X", "geometric mean", "31.84"))
    assert audit(figures).empty


@pytest.mark.parametrize("mean", ["<5", "not given"])
def test_a_mean_that_is_no_number_is_left_alone(mean):
    assert audit(table(*two_arms(), ("population", "age, yr", "X", "mean", mean))).empty
