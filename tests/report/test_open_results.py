"""What a paper leaves open is drawn, listed and said, whatever the results are called."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from trialbook.paper import open_results
from trialbook.report.open_results import _scale, open_sentence, plot_open, tbl_open
from trialbook.results import results_frame, rows

TRIAL = SimpleNamespace(
    time=SimpleNamespace(to_show=lambda days: np.multiply(days, 1 / 30.4375), show="months"),
    arms=[SimpleNamespace(code="A", label="Placebo"), SimpleNamespace(code="B", label="Drug")],
    primary=SimpleNamespace(paramcd="OS"),
    labels={"SEX": "Sex"},
    config=SimpleNamespace(
        baseline=[SimpleNamespace(variable="SEX", digits=None)],
        exposure=[],
        laboratory=[],
    ),
)
OF = {"paramcd": "OS", "arm": "B vs A"}
KINDS = [
    rows("kaplan_meier", {"survival": 0.8}, paramcd="OS", arm="A", time=365.25, method="log-log"),
    rows("landmark", {"difference": 0.1, "p_value": 0.2}, **OF, time=365.25),
    rows("rmst", {"difference": 121.75, "lower": 10.0}, **OF, time=1096, method="difference"),
    rows("cox", {"hr": 0.7}, paramcd="OS", arm="B vs A", method="stratified"),
    rows("subgroup", {"p_value": 0.3}, **OF, subgroup="SEX", method="interaction"),
    rows("cox", {"hr": 0.9}, paramcd="PFS", arm="B vs A", method="efron"),
]


@pytest.fixture
def ranges():
    frames = []
    for seed in range(1, 4):
        frame = results_frame([row for kind in KINDS for row in kind])
        frames.append(frame.assign(seed=seed, value=frame["value"] * (0.8 + 0.1 * seed)))
    return open_results(pd.concat(frames, ignore_index=True), frames[0])


def test_the_sentence_counts_data_sets_and_results(ranges):
    text = str(open_sentence(ranges))
    assert text.startswith("3 data sets")
    assert f"of {len(ranges)} results" in text


def test_the_table_has_every_result_with_its_range(ranges):
    shown = tbl_open(ranges, TRIAL).frame.set_index("Result")
    first = shown.loc["Event-free, month 12, placebo"]
    assert list(first[["Lowest", "Median", "Highest", "In this book"]]) == [
        "72.0%",
        "80.0%",
        "88.0%",
        "72.0%",
    ]
    assert "Interaction, Sex" in shown.index
    assert "Hazard ratio, PFS" in shown.index
    assert len(shown) == len(ranges)


def test_the_figure_shows_estimates_of_the_primary_end_point_in_shown_units(ranges):
    message = plot_open(ranges, TRIAL).message
    assert "Mean time event-free, month 36: 3.6 to 4.4" in message
    assert "Hazard ratio, stratified: 0.63 to 0.77" in message
    assert "PFS" not in message


def test_differences_of_percentages_are_marked_in_points(ranges):
    marks = {}
    for row in ranges.itertuples():
        scale, show, _ = _scale(row, TRIAL)
        marks[row.analysis, row.statistic] = show(scale(0.05))
    assert marks["kaplan_meier", "survival"] == "5%"
    assert marks["landmark", "difference"] == "5"
    assert "Differences in percentage points" in plot_open(ranges, TRIAL).svg


def test_only_so_many_rows_are_drawn_and_nothing_gives_no_figure(ranges):
    assert len(plot_open(ranges, TRIAL, most=1).message.split(";")) == 1
    assert plot_open(ranges.head(0), TRIAL) is None


def test_the_same_ranges_give_the_same_bytes(ranges):
    assert plot_open(ranges, TRIAL).svg == plot_open(ranges, TRIAL).svg
