"""Percentages against counts, and P values of counts against R."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.audit.papers import only, table, two_arms
from trialbook.audit import audit
from trialbook.audit.proportions import COUNTS_P, FEWER, GRIM, two_by_two_tests
from trialbook.audit.rounding import to_digits


def percentage(printed, *, n=None, size=116, chapter="efficacy"):
    rows = [("population", "randomized", "X", "n", str(size))]
    rows += [(chapter, "cured", "X", "n", str(n))] if n is not None else []
    return only(audit(table(*rows, (chapter, "cured", "X", "percent", printed))), GRIM)


def test_count_and_percentage_that_agree():
    found = percentage("16.4", n=19)
    assert found.verdict == "consistent"
    assert "19 of 116 is 16.379%" in found.proof


def test_another_percentage_is_impossible_and_questions_itself():
    found = percentage("17.4", n=19)
    assert (found.verdict, found.questioned) == ("impossible", "figure 2")
    assert found.change == "the count as printed is 16.4%"


@pytest.mark.parametrize("printed", ["0.5", "0.4"])
def test_exactly_half_way_is_a_matter_of_rounding(printed):
    # 9 of 2000 is 0.45%, which prints 0.5 or, to even, 0.4.
    found = percentage(printed, n=9, size=2000)
    assert found.verdict == "rounding"
    assert "half-way" in found.conditions


def test_a_digit_cut_off_is_a_matter_of_rounding():
    # 20 of 111 is 18.018%, 19 of 111 is 17.117%: cut, 17.1; rounded up, 17.2.
    assert percentage("17.2", n=19, size=111).verdict == "rounding"


def test_no_count_gives_this_percentage():
    found = percentage("79.7", size=115)
    assert found.verdict == "impossible"
    assert "91 of 115 is 79.130% and 92 of 115 is 80.000%" in found.proof


@given(st.integers(1, 400), st.integers(0, 2), st.data())
def test_a_percentage_without_its_count_is_impossible_only_if_no_count_prints_it(
    size, digits, data
):
    tenths = data.draw(st.integers(0, 100 * 10**digits))
    printed = to_digits(Fraction(tenths, 10**digits), digits)
    half = Fraction(1, 2 * 10**digits)
    by_search = any(
        abs(Fraction(100 * k, size) - Fraction(printed)) <= half for k in range(size + 1)
    )
    assert (percentage(printed, size=size).verdict == "consistent") == by_search


def test_the_other_population_is_an_allowance():
    paper = table(
        ("population", "randomized", "X", "n", "116"),
        ("population", "safety population", "X", "n", "90"),
        ("efficacy", "cured", "X", "n", "19"),
        ("efficacy", "cured", "X", "percent", "21.1"),
    )
    found = only(audit(paper), GRIM)
    assert found.verdict == "needs an unstated allowance"
    assert "the denominator is 90 (safety population), not 116 (randomized)" in found.conditions


def test_safety_chapters_refer_to_the_safety_population():
    paper = table(
        ("population", "randomized", "X", "n", "116"),
        ("population", "safety population", "X", "n", "115"),
        ("safety", "headache", "X", "n", "27"),
        ("safety", "headache", "X", "percent", "23.5"),
    )
    assert "27 of 115" in only(audit(paper), GRIM).proof


def test_a_column_can_name_the_denominator():
    paper = table(
        *two_arms(),
        ("efficacy", "biopsied", "X", "n", "40"),
        ("efficacy", "cured, of those with a biopsy", "X", "n", "10"),
        ("efficacy", "cured, of those with a biopsy", "X", "percent", "25.0"),
    )
    paper["denominator"] = ["", "", "", "biopsied", "biopsied"]
    assert "10 of 40 is 25.000%" in only(audit(paper), GRIM).proof


def test_another_study_has_its_own_denominator_and_design_percentages_have_none():
    paper = table(
        *two_arms(),
        ("context", "EARLIER: randomized", "X", "n", "53"),
        ("context", "EARLIER: relapse", "X", "n", "10"),
        ("context", "EARLIER: relapse", "X", "percent", "18.9"),
        ("context", "remission elsewhere", "X", "percent", "8.6"),
        ("design", "assumed failure", "X", "percent", "20.3"),
    )
    assert "10 of 53" in only(audit(paper), GRIM).proof


def test_a_count_above_its_denominator():
    found = only(audit(table(*two_arms(), ("efficacy", "cured", "X", "n", "117"))), FEWER)
    assert (found.verdict, found.proof) == ("impossible", "117 > 116")


def test_p_values_agree_with_r():
    # fisher.test(matrix(c(29, 86, 44, 67), 2))$p.value
    # chisq.test(matrix(c(29, 86, 44, 67), 2), correct = FALSE)$p.value
    # chisq.test(matrix(c(29, 86, 44, 67), 2))$p.value
    computed = two_by_two_tests(29, 115, 44, 111)
    expected = {
        "Fisher": 0.0231979944370240,
        "Pearson": 0.0204559873410396,
        "Yates": 0.0295846762740270,
    }
    assert computed == pytest.approx(expected, rel=1e-9)


def counted(p_value, *, x1=29, x0=44, chapter="safety", extra=()):
    rows = [
        *two_arms(115, 111),
        (chapter, "stopped", "X", "n", str(x1)),
        (chapter, "stopped", "Y", "n", str(x0)),
        (chapter, "stopped", "X vs Y", "P", p_value),
        *extra,
    ]
    return only(audit(table(*rows)), COUNTS_P)


def test_fishers_p_value_is_consistent():
    found = counted("0.02")
    assert (found.verdict, found.conditions) == ("consistent", "")


def test_another_test_is_named():
    assert counted("0.030").conditions == "the test is Yates's, not Fisher's"


def test_a_p_value_of_no_test_is_impossible():
    assert counted("0.20").verdict == "impossible"


def test_events_over_time_may_have_a_log_rank_p_value():
    hazard_ratio = [("efficacy", "relapse", "X vs Y", "HR", "0.5")]
    found = counted("0.07", x1=1, x0=5, chapter="efficacy", extra=hazard_ratio)
    assert found.verdict == "consistent"
    # At a share of 0.53 of those at risk: (1 - 6 * 0.53)^2 / (6 * 0.53 * 0.47) = 3.18, P = 0.075.
    assert "52.9% to 54.2% of those at risk in X" in found.conditions
    assert (
        counted("0.0001", x1=1, x0=5, chapter="efficacy", extra=hazard_ratio).verdict == "unlikely"
    )
