"""No line ends within an interval, between a number and its unit, or before a separator."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.publishing.together import together

BLANK = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("0.44 (95% CI, 0.25 to 0.77)", "0.44 (95%~CI, 0.25~to~0.77)"),
        ("−0.2% to 17.1%", "−0.2%~to~17.1%"),
        ("from −5 to −2", "from −5~to~−2"),
        ("at 36 months and 4 points", "at 36~months and 4~points"),
        ("19 in 100 had it", "19~in 100 had it"),
        ("randomized · 227 patients", "randomized~· 227~patients"),
        ("46 to placebo", "46 to placebo"),
    ],
)
def test_what_is_read_as_one_stays_in_a_line(text, kept):
    assert together(f"<p>{text}</p>") == f"<p>{kept.replace('~', BLANK)}</p>"


def test_a_test_and_its_p_value_are_not_parted_at_the_hyphen():
    assert together("<p>log-rank P&lt;0.001.</p>").count("log-rank P&lt;0.001</span>.") == 1


@pytest.mark.parametrize("tag", ["pre", "code", "svg", "script"])
def test_code_and_drawings_keep_their_blanks(tag):
    html = f"<{tag}>x[1 to 2] <b>3 to 4</b></{tag}>"
    assert together(html) == html
    assert together(html + "5 to 6").endswith(f"5{BLANK}to{BLANK}6")


def test_attributes_are_left_alone():
    html = '<div data-values="95% CI, 1 to 2" aria-label="1 to 2"></div>'
    assert together(html) == html


@given(st.text(alphabet="0 1%toCI·<>=pre/P- months", max_size=60))
def test_nothing_but_blanks_changes_for_a_reader(text):
    def read(html):
        return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", html))

    assert read(together(f"<p>{text}</p>")) == read(f"<p>{text}</p>")
