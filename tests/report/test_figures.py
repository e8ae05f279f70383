"""Figures are the same bytes every time, legible in both modes, and share no ids."""

import re

import numpy as np
import pytest

from trialbook.report.plots.balance import plot_balance
from trialbook.report.plots.curves import Curve, Means, plot_means
from trialbook.report.plots.flow import Box, plot_flow
from trialbook.report.plots.forest import ForestRow, plot_forest
from trialbook.report.plots.kaplan_meier import plot_kaplan_meier
from trialbook.report.plots.layout import spread, wrapped_sides
from trialbook.report.style import ARMS, INK, inline_svg
from trialbook.survival import kaplan_meier


@pytest.fixture(scope="module")
def forest():
    rows = [
        ForestRow("All patients", 0.44, 0.25, 0.77, "19/116", "36/111", overall=True),
        ForestRow("Sex", heading=True, note="P=0.40"),
        ForestRow("Female, of any age and with a label that needs two lines", 0.4, 0.001, 90),
        ForestRow("Male", treated="0/17", control="3/12"),
    ]

    def draw(name="forest"):
        return plot_forest(
            rows, name=name, message="m", treated="B", control="A", favours=("B", "A")
        )

    return draw


def test_the_same_figure_is_the_same_bytes(forest):
    assert forest().inline == forest().inline
    assert forest().svg == forest().svg


def test_two_figures_of_a_page_share_no_id(forest):
    ids = [
        set(re.findall(r'id="([^"]+)"', forest(name).inline)) for name in ("forest-1", "forest-2")
    ]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_every_reference_within_a_figure_is_there(forest):
    svg = forest().inline
    referred = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', svg))
    ids = set(re.findall(r'id="([^"]+)"', svg))
    assert {one or other for one, other in referred} == ids


def test_a_figure_brings_no_style_sheet_date_or_namespace(forest):
    svg = forest().inline
    for part in ("<style", "<metadata", "xmlns", "<?xml", "DOCTYPE", "\n\n"):
        assert part not in svg


def test_colours_are_variables_with_the_printed_colour_to_fall_back_on(forest):
    svg = forest().inline
    bare = re.findall(r"(?<!,)#[0-9a-f]{6}\b", svg)
    assert not bare
    assert f"var(--tb-ink,{INK})" in svg


def test_the_file_for_the_download_has_plain_colours(forest):
    assert "var(" not in forest().svg
    assert INK in forest().svg


def test_the_smallest_letter_is_legible_on_a_phone(forest):
    svg = forest().inline
    width = float(re.search(r'viewBox="0 0 ([\d.]+)', svg).group(1))
    sizes = [float(size) for size in re.findall(r"font(?:-size)?:[^;\"]*?([\d.]+)px", svg)]
    assert sizes
    assert min(sizes) * 358 / width > 8


def test_a_figure_without_data_is_none():
    nothing = {"name": "n", "message": "m"}
    assert plot_balance([], [], sides=("a", "b"), **nothing) is None
    assert (
        plot_forest([ForestRow("x")], treated="", control="", favours=("", ""), **nothing) is None
    )


def test_the_flow_holds_every_count_once_per_arm():
    arm = [Box("10 assigned"), Box("2 left the study", ("2 adverse event",)), Box("8 completed")]
    figure = plot_flow([Box("20 randomized")], [arm, arm, arm], name="flow", message="m")
    for svg in (figure.svg, figure.inline.partition("tb-if-narrow")[2]):
        assert svg.count("2 adverse event") == 3
        assert svg.count("20 randomized") == 1


@pytest.mark.parametrize("n_arms", [1, 2, 3, 5])
def test_the_words_of_a_box_fit_it_with_any_number_of_arms(n_arms):
    arm = [Box("84 assigned to a treatment"), Box("Analysed", ("84 for efficacy",))]
    figure = plot_flow([Box("84 randomized")], [arm] * n_arms, name="flow", message="m")
    for svg in figure.inline.split("tb-if-narrow"):
        assert svg.count("84 for efficacy") == n_arms


def on_a_phone(figure):
    """Return the SVG that a phone shows, and how many of its pixels a unit of it has."""
    svg = figure.inline.partition("tb-if-narrow")[2]
    return svg, 358 / float(re.search(r'viewBox="0 0 ([\d.]+)', svg).group(1))


def test_figures_with_many_words_are_drawn_anew_for_a_phone(forest):
    arm = [Box("10 assigned"), Box("Analysed", ("10 for efficacy",))]
    nothing = {"name": "n", "message": "m"}
    flow = plot_flow([Box("30 randomized")], [arm] * 3, **nothing)
    balance = plot_balance(["Age, yr"], [0.1], sides=("higher with A", "with B"), **nothing)
    for figure in (forest(), flow, balance):
        svg, pixels = on_a_phone(figure)
        sizes = [float(size) for size in re.findall(r"font(?:-size)?:[^;\"]*?([\d.]+)px", svg)]
        assert min(sizes) * pixels > 11


def test_a_long_label_of_balance_is_wrapped_not_cut():
    label = "Duration of systemic lupus erythematosus before enrolment, yr"
    figure = plot_balance([label], [0.1], name="n", message="m", sides=("a", "b"))
    words = re.findall(r">([^<>]+)</text>", figure.inline)
    assert set(label.split()) <= set(" ".join(words).split())


def test_both_sides_of_a_line_fit_the_figure_and_point_away_from_it():
    left, right = wrapped_sides(["higher with A", "higher with the High Dose"], 4.2, 5.2)
    assert left == ["← higher with A"]
    assert len(right) > 1
    assert right[-1].endswith(" →")
    assert not any("→" in line for line in right[:-1])
    assert 4.3 + 0.066 * max(map(len, right)) <= 5.2


class _Trial:
    """What the figures need of a trial: arms, unit of time, the smallest count shown."""

    min_cell = 0

    def __init__(self, labels):
        arm = type("Arm", (), {})
        self.arms = []
        for code, label in labels.items():
            one = arm()
            one.code, one.label = code, label
            self.arms.append(one)
        time = type("Time", (), {"show": "months", "label": "Months since randomization"})()
        time.to_show = lambda values: np.multiply(values, 1.0)
        self.time = time


def _endpoint():
    return type("Endpoint", (), {"label": "relapse", "paramcd": "REL"})()


@pytest.mark.parametrize("n_arms", [1, 2, 3, 6])
def test_survival_is_drawn_for_any_number_of_arms(n_arms):
    rng = np.random.default_rng(1)
    codes = [f"ARM{i}" for i in range(n_arms)]
    curves = {c: kaplan_meier(rng.exponential(10, 40), rng.random(40) < 0.6) for c in codes}
    trial = _Trial(dict.fromkeys(codes, "An arm"))
    figure = plot_kaplan_meier(curves, trial, _endpoint(), ticks=range(0, 30, 5))
    assert figure.svg.count("40 (0)") == n_arms
    assert figure.inline.count("40 (0)") == 2 * n_arms  # for a page, and anew for a phone
    colours = {ARMS[i] for i in range(n_arms)}
    assert all(colour in figure.svg for colour in colours)
    assert "Kaplan-Meier" in figure.message


def test_the_axis_of_survival_runs_from_0_to_100_percent():
    curve = kaplan_meier([1.0, 2.0, 30.0, 40.0], [True, False, False, False])
    trial = _Trial({"A": "Placebo"})
    svg = plot_kaplan_meier({"A": curve}, trial, _endpoint(), ticks=[0, 10, 20]).inline
    labels = re.findall(r">(\d+)</text>", svg)
    assert {"0", "20", "40", "60", "80", "100"} <= set(labels)


def test_a_curve_of_a_million_patients_stays_small():
    rng = np.random.default_rng(2)
    curve = kaplan_meier(rng.exponential(1000, 200_000), rng.random(200_000) < 0.5)
    trial = _Trial({"A": "Placebo"})
    figure = plot_kaplan_meier({"A": curve}, trial, _endpoint(), ticks=[0, 1000, 2000])
    assert len(figure.inline) < 400_000


def test_means_show_how_many_patients_are_behind_them():
    curve = Curve(*(np.array([1.0, 2.0]) for _ in range(4)))
    parameter = Means("C3", (1.0, 2.0), {"A": curve}, {"A": [57, 43]})
    figure = plot_means(parameter, _Trial({"A": "Placebo"}), name="c3", message="m")
    assert ">57</text>" in figure.inline
    assert ">43</text>" in figure.inline


def test_labels_are_spread_without_touching():
    placed = spread([1.0, 1.0, 1.1, 5.0], 0.5)
    assert np.diff(sorted(placed)).min() >= 0.5 - 1e-9
    assert placed[3] == 5.0


def test_inline_svg_needs_no_particular_width():
    assert 'viewBox="0 0 10 5"' in inline_svg('<svg viewBox="0 0 10 5" width="10pt"></svg>', "x")
