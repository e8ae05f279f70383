"""A table's column of ratios: one to a row, on one scale, silent for who hears the table."""

import re
from math import nan

import pandas as pd
import pytest

from trialbook.report.forest_column import Harm
from trialbook.report.table import html_table


def table(ratios, **options):
    frame = pd.DataFrame({"Model": [f"m{i}" for i in range(len(ratios))], "HR": "x", **options})
    groups = "G" if options else None
    return html_table(frame, name="t", caption="T", forest=ratios, groups=groups).html


def places(html):
    return [float(x) for x in re.findall(r'<rect x="([-\d.]+)"', html)]


def test_each_row_has_its_ratio_below_one_to_the_left():
    html = table([(0.5, 0.25, 1.0), (1.0, 0.5, 2.0), (2.0, 1.0, 4.0)])
    left, middle, right = places(html)
    assert left < middle < right
    assert middle - left == pytest.approx(right - middle, abs=0.2)
    assert html.count('aria-hidden="true"') == 3
    assert html.count("<th ") == html.count("</th>")


def test_what_is_not_known_is_not_drawn_and_its_row_keeps_its_place():
    html = table([(0.5, 0.2, 0.9), (nan, nan, nan), None, (0.0, 0.0, 1.0)])
    assert len(places(html)) == 1
    assert html.count('class="tb-forest"') == 1
    assert html.count('class="tb-forest tb-ratio"') == 4
    rows = re.findall(r"<tr.*?</tr>", html, re.S)
    assert "<rect" in rows[1]
    assert not any("<rect" in row for row in rows[2:])


def test_rows_that_head_a_group_have_none():
    html = table([(0.5, 0.2, 0.9), (0.7, 0.2, 0.9)], G=["a", "b"])
    assert len(places(html)) == 2
    assert html.count("gt_group_heading") >= 2


def test_a_table_without_ratios_has_no_such_column():
    assert "tb-forest" not in table([None, None])


def test_events_are_drawn_beside_their_names_what_is_withheld_is_not():
    nothing = (float("nan"),) * 3
    harms = [
        Harm({0: 10.0, 1: 20.0}, [(1, (10.0, -5.0, 25.0))]),
        Harm({0: float("nan"), 1: 40.0}, [(1, nothing)]),
    ]
    frame = pd.DataFrame({"Event": ["Rash", "Cough"], "A": ["1", "2"], "Rate": ["9", "8"]})
    shown = html_table(frame, name="t", caption="T", harms=harms, drawn_as={0: "A<", 1: "B"},
                       in_files=["Rate"])  # fmt: skip
    assert list(shown.frame) == ["Event", "A", "Rate"]
    assert "Rate" not in shown.html
    assert "○&nbsp;A&lt;" in shown.html
    head, *rows = re.findall(r"<tr.*?</tr>", shown.html, re.DOTALL)
    assert "0 to 40%" in head
    assert "±30 points" in head
    first, second = rows
    assert re.search(r"Rash</th><td class=.tb-forest", first)
    # the percentages between the edges, the difference from the middle
    assert re.findall(r'cx="([\d.]+)"', first) == ["38.5", "72"]
    assert f'x="{72 + 67 / 3 - 3:.1f}"' in first
    assert second.count("<circle") == 1
    assert "<rect" not in second
