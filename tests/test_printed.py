"""The one formatter prints as the *New England Journal of Medicine* does."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.kinds import kind_of
from trialbook.printed import (
    Printer,
    p_value,
    printed,
    printed_ratio,
    ratio_digits,
    rounded,
    size_of,
)
from trialbook.results import results_frame, rows


# Abstract, results and Table 2 of Dooley et al. 2011: values that print so.
@pytest.mark.parametrize(
    ("value", "as_printed"),
    [
        (0.00304, "0.003"),
        (0.0311, "0.03"),
        (0.6842, "0.68"),
        (0.1072, "0.11"),
        (1.0, "1.00"),
        (0.9999, "1.00"),
        (0.0004, "<0.001"),
        (0.00999, "0.010"),
        (0.01, "0.01"),
    ],
)
def test_p_values_print_as_the_journal_prints_them(value, as_printed):
    assert p_value(value) == as_printed


@pytest.mark.parametrize(
    ("value", "as_printed"), [(0.0496, "0.0496"), (0.0471, "0.047"), (0.0501, "0.05")]
)
def test_a_p_value_below_five_percent_never_prints_as_five_percent(value, as_printed):
    assert p_value(value) == as_printed


@given(st.floats(min_value=0, max_value=1))
def test_p_values_keep_their_order_with_respect_to_five_percent(p):
    text = p_value(p)
    assert (float(text.lstrip("<")) < 0.05) == (p < 0.05)


@pytest.mark.parametrize(
    ("value", "digits", "as_printed"),
    [(2.675, 2, "2.68"), (0.125, 2, "0.13"), (1.005, 2, "1.01"), (14.65, 1, "14.7")],
)
def test_halves_round_up_on_the_decimal_number(value, digits, as_printed):
    assert rounded(value, digits) == as_printed


@pytest.mark.parametrize(
    ("value", "as_printed"),
    [
        (999_999_999_999, "999,999,999,999.0"),
        (2e12, "2e+12"),
        (-1.237e300, "\N{MINUS SIGN}1.24e+300"),
    ],
)
def test_a_number_beyond_twelve_digits_keeps_three(value, as_printed):
    assert rounded(value, 1) == as_printed


def test_no_number_prints_as_minus_zero():
    assert rounded(-0.004, 2) == "0.00"


@given(st.floats(min_value=-1e9, max_value=1e9), st.integers(0, 4))
def test_rounding_stays_within_half_a_unit_of_the_last_place(value, digits):
    back = float(rounded(value, digits).replace(",", "").replace("\N{MINUS SIGN}", "-"))
    assert abs(back - value) <= 0.5 * 10**-digits + 1e-9 * max(1, abs(value))


def test_percentages_hazard_ratios_and_probabilities_have_the_digits_of_the_paper():
    assert printed("percent", 100 * 19 / 116) == "16.4"
    assert printed("hr", 0.4449) == "0.44"
    assert printed("survival", 0.8361) == "83.6%"
    assert printed("n", 12345) == "12,345"


def test_what_is_not_estimable_says_so():
    assert printed("hr", None) == "NE"
    assert printed("hr", math.nan) == "NE"
    assert printed("median", math.nan, analysis="kaplan_meier", level="median") == "not reached"
    assert printed("lower", math.nan, analysis="kaplan_meier", level="median") == "NE"
    assert printed("upper", math.inf, analysis="cox") == "∞"


def test_a_limit_prints_like_its_estimate():
    median = {"analysis": "kaplan_meier", "level": "median", "per_shown": 30.4375}
    assert printed("lower", 365.25, **median) == "12.0"
    assert printed("lower", 0.8361, analysis="kaplan_meier") == "83.6%"
    assert printed("lower", 11.94, analysis="incidence_rate", arm="A") == "11.9"
    assert printed("lower", 0.284, analysis="incidence_rate", arm="B vs A") == "0.28"
    assert printed("lower", 0.9, analysis="rmst", method="ratio") == "0.90"


def test_a_limit_of_an_analysis_named_after_its_estimate_prints_like_that():
    assert kind_of("lower", "rate_ratio") == kind_of("rate_ratio", "rate_ratio")
    assert kind_of("upper", "survival") == kind_of("survival", "survival")


def test_an_unknown_statistic_is_an_error():
    with pytest.raises(KeyError):
        kind_of("bayes_factor")


def test_means_have_the_digits_of_their_variable_and_the_sd_one_more():
    frame = results_frame(
        rows("baseline", {"mean": 0.8249, "sd": 0.2405}, paramcd="CREATBL", arm="A")
        + rows("baseline", {"mean": 31.83, "sd": 10.588}, paramcd="AGE", arm="A")
    )
    text = Printer(digits={"CREATBL": 2, "AGE": 1}).column(frame)
    assert list(text) == ["0.82", "0.241", "31.8", "10.59"]


@pytest.mark.parametrize(
    ("ratio", "as_printed"),
    [
        ((0.4449, 0.2549, 0.7743), ("0.44", "0.25", "0.77")),
        ((1.0065, 0.9996, 1.0134), ("1.0065", "0.9996", "1.0134")),
        ((1.00002, 1.00001, 1.00004), ("1.00002", "1.00001", "1.00004")),
        ((0.56, 0.31, 0.9991), ("0.560", "0.310", "0.999")),
        ((0.8, 0.641, 0.9983), ("0.800", "0.641", "0.998")),
        ((1.3, 1.00002, 1.7), ("1.30000", "1.00002", "1.70000")),
        ((0.9999, 0.8, 1.25), ("1.000", "0.800", "1.250")),
        ((1.0, 1.0, 1.0), ("1.00", "1.00", "1.00")),
        ((math.nan, math.nan, math.nan), ("NE", "NE", "NE")),
    ],
)
def test_a_ratio_per_unit_has_the_decimals_that_tell_its_limits_apart(ratio, as_printed):
    assert printed_ratio(*ratio) == as_printed


@given(st.lists(st.floats(min_value=0.01, max_value=50), min_size=3, max_size=3))
def test_a_ratio_has_two_decimals_wherever_two_tell_its_numbers_apart_and_their_side(values):
    two = {rounded(value, 2) for value in values}
    sided = all(value == 1 or rounded(value, 2) != "1.00" for value in values)
    assert (ratio_digits(values) == 2) == (len(two) == len(set(values)) and sided)


@given(st.floats(min_value=0.01, max_value=50), st.floats(min_value=1e-5, max_value=1))
def test_a_limit_keeps_its_side_of_1(lower, more):
    hr, upper = lower + more, lower + 2 * more
    texts = printed_ratio(hr, lower, upper)
    for value, text in zip((lower, upper), texts[1:], strict=True):
        if abs(value - 1) > 1e-6:
            assert (float(text) > 1) == (value > 1)
            assert float(text) != 1


def test_differences_of_percentages_are_points_and_keep_their_side_of_none():
    of = {"analysis": "landmark", "arm": "B vs A"}
    assert printed("difference", -0.099, **of) == "\N{MINUS SIGN}9.9"
    assert printed("lower", 0.0003, **of) == "0.03"
    assert printed("upper", -0.0003, **of) == "\N{MINUS SIGN}0.03"
    assert printed("risk_difference", 0.0841, analysis="response", arm="B vs A") == "8.4"
    assert printed("upper", 0.171, analysis="response", arm="B vs A") == "17.1"
    assert printed("lower", 0.171, analysis="response", arm="B") == "17.1%"
    assert printed("rate_ratio", 0.9981, analysis="incidence_rate", arm="B vs A") == "0.998"
    assert (
        printed("lower", 1.002, analysis="adverse_events", arm="B vs A", method="exact") == "1.002"
    )


def test_the_results_print_a_ratio_with_the_decimals_of_its_interval():
    ratio = {"hr": 1.0065, "hr_lower": 0.9996, "hr_upper": 1.0134}
    unit = rows("cox", ratio, paramcd="OS", arm="B vs A", level="AGE", method="adjusted:age")
    treatment = rows("cox", {"hr": 0.5, "hr_lower": 0.2, "hr_upper": 0.9}, paramcd="OS")
    alone = rows("subgroup", {"hr": 1.0004}, paramcd="OS")
    column = Printer().column(results_frame([*unit, *treatment, *alone]))
    assert list(column) == ["1.0065", "0.9996", "1.0134", "0.50", "0.20", "0.90", "1.00"]


def test_a_size_in_words_has_its_limits_turned_to_the_same_direction():
    minus = "\N{MINUS SIGN}"
    assert size_of("3.6", "0.7", "6.5") == ("3.6", "0.7", "6.5")
    assert size_of(f"{minus}44.0", f"{minus}57.2", f"{minus}30.9") == ("44.0", "30.9", "57.2")
    assert size_of(f"{minus}1.0", f"{minus}3.0", "0.0") == ("1.0", "0.0", "3.0")
