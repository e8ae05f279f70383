"""The one formatter prints as the *New England Journal of Medicine* does."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.report.printed import Printer, kind_of, p_value, printed, rounded
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
