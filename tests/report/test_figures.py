"""Figures are the same bytes every time, legible in both modes, and share no ids."""

import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from trialbook import analyses
from trialbook.report.figures import plot_laboratory
from trialbook.report.figures.steps import are_few
from trialbook.report.output import Drawing
from trialbook.report.plots.balance import plot_balance
from trialbook.report.plots.flow import Box, plot_flow
from trialbook.report.plots.forest import ForestRow, plot_forest
from trialbook.report.plots.layout import spread, stacked, wrapped_sides
from trialbook.report.plots.means import Mean, Parameter, plot_means
from trialbook.report.plots.ratios import Across, Constant, RatioLine, plot_ratios
from trialbook.report.plots.steps import Panel, Steps, plot_steps
from trialbook.report.style import ARMS, INK, inline_svg
from trialbook.safe.lookup import Lookup
from trialbook.survival import kaplan_meier
from trialbook.trial import load_trial
from trialbook.units import Time


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


def test_the_smallest_letter_is_legible_on_a_page(forest):
    svg = forest().inline.partition("tb-if-narrow")[0]
    width = float(re.search(r'viewBox="0 0 ([\d.]+)', svg).group(1))
    sizes = [float(size) for size in re.findall(r"font(?:-size)?:[^;\"]*?([\d.]+)px", svg)]
    assert sizes
    assert min(sizes) * 720 / width > 11


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
    assert 4.3 + 0.058 * max(map(len, right)) <= 5.2


class _Trial:
    """What the figures need of a trial: arms, unit of time."""

    def __init__(self, labels):
        self.arms = [SimpleNamespace(code=code, label=label) for code, label in labels.items()]
        self.time = Time("months", "months", "randomization")


def steps(position, curve, **more):
    percents = (100 * np.asarray(x) for x in (curve.survival, curve.lower, curve.upper))
    return Steps(position, curve.time, *percents, **more)


def survival_figure(trial, curves, ticks=(0, 10, 20)):
    counts = ["40 (0)"] * len(ticks)
    drawn = [steps(i, curve, counts=counts) for i, curve in enumerate(curves)]
    panel = Panel("Free of relapse (%)", np.asarray(ticks, float), drawn, trial.time)
    return plot_steps([panel], trial, height=3.0, top=100.0, name="km", message="m")


@pytest.mark.parametrize("n_arms", [1, 2, 3, 6])
def test_survival_is_drawn_for_any_number_of_arms(n_arms):
    rng = np.random.default_rng(1)
    curves = [kaplan_meier(rng.exponential(10, 40), rng.random(40) < 0.6) for _ in range(n_arms)]
    trial = _Trial({f"ARM{i}": f"Treatment {i}" for i in range(n_arms)})
    figure = survival_figure(trial, curves)
    assert figure.svg.count("40 (0)") == 3 * n_arms
    for i in range(n_arms):
        assert ARMS[i] in figure.svg
        assert f"Treatment {i}" in figure.svg  # at the end of its line


def test_the_axis_of_survival_runs_from_0_to_100_percent():
    curve = kaplan_meier([1.0, 2.0, 30.0, 40.0], [True, False, False, False])
    svg = survival_figure(_Trial({"A": "Placebo"}), [curve]).inline
    labels = re.findall(r">(\d+)</text>", svg)
    assert {"0", "20", "40", "60", "80", "100"} <= set(labels)


def test_a_drawing_tells_where_its_axes_lie():
    curve = kaplan_meier([1.0, 2.0, 30.0, 40.0], [True, False, False, False])
    svg = survival_figure(_Trial({"A": "Placebo"}), [curve]).inline
    opening = re.search(r"<svg [^>]*>", svg)[0]
    told = {name: float(x) for name, x in re.findall(r' data-(\w+)="([\d.-]+)"', opening)}
    width, height = map(float, re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', opening).groups())
    assert 0 < told["x0"] < told["x1"] < width
    assert 0 < told["y1"] < told["y0"] < height
    assert (told["min"], told["low"]) == (0, 0)
    assert told["max"] >= 40
    assert told["high"] >= 100
    # The path of the curve starts where the attributes say that 100% at its first time is.
    x = told["x0"] + (told["x1"] - told["x0"]) * 1.0 / told["max"]
    y = told["y0"] - (told["y0"] - told["y1"]) * 75 / told["high"]
    starts = [tuple(map(float, m)) for m in re.findall(r'd="M ([\d.]+) ([\d.]+)', svg)]
    assert any(abs(a - x) < 0.05 and abs(b - y) < 0.05 for a, b in starts)


def test_every_panel_is_told():
    curve = kaplan_meier([1.0, 2.0, 3.0], [True, False, False])
    trial = _Trial({"A": "Placebo"})
    panel = Panel("x (%)", np.array([0.0, 2.0]), [steps(0, curve)], trial.time)
    figure = plot_steps([panel, panel], trial, height=1.5, name="two", message="m")
    panels = json.loads(re.search(r"data-panels='([^']+)'", figure.inline)[1])
    assert len(panels) == 2
    assert panels[0]["y0"] < panels[1]["y1"]


def mean(position, n):
    x = np.array([1.0, 2.0])
    return Mean(position, x, x, x - 0.5, x + 0.5, np.asarray(n, float))


def test_means_show_how_many_patients_are_behind_them():
    parameter = Parameter("C3, mg/dl", [mean(0, [57, np.nan])], limits=[1.5, 9.0])
    figure = plot_means(
        [parameter], _Trial({"A": "Placebo"}), visit_label="Visit", name="c3", message="m"
    )
    assert ">57</text>" in figure.inline
    assert ">–</text>" in figure.inline  # withheld
    assert parameter.limits_in_view() == [1.5]


def test_all_parameters_stand_in_one_figure():
    parameters = [Parameter(f"P{i}, mg/dl", [mean(0, [1, 2]), mean(1, [3, 4])]) for i in range(6)]
    figure = plot_means(
        parameters, _Trial({"A": "Placebo", "B": "New"}), visit_label="V", name="l", message="m"
    )
    for i in range(6):
        assert figure.svg.count(f">P{i}, mg/dl<") == 1


def test_the_squares_of_a_forest_are_as_large_as_their_information():
    """Area in proportion to one over the variance: the interval of b is twice as wide."""
    rows = [ForestRow("a", 1, 0.5, 2), ForestRow("b", 1, 0.25, 4)]
    figure = plot_forest(rows, name="f", message="m", treated="B", control="A", favours=("B", "A"))
    marks = re.findall(r'<path id="m[0-9a-f]+" d="M (-[\d.]+) [\d.]+', figure.svg)
    halves = sorted({-float(x) for x in marks} - {0.0})
    assert halves[-1] / halves[-2] == pytest.approx(2, rel=0.05)


def test_the_control_stands_first_in_a_forest():
    rows = [ForestRow("a", 1, 0.5, 2, treated="7/10", control="3/10")]
    svg = plot_forest(
        rows, name="f", message="m", treated="NEW", control="OLD", favours=("b", "a")
    ).svg
    places = {
        text: float(x)
        for x, text in re.findall(r'translate\(([\d.]+) [\d.]+\)"[^>]*>\s*<text[^>]*>([^<]+)', svg)
    } or {text: float(x) for x, text in re.findall(r'<text[^>]*? x="([\d.]+)"[^>]*>([^<]+)<', svg)}
    assert places["3/10"] < places["7/10"]
    assert places["OLD"] < places["NEW"]


def test_ratios_on_an_axis_are_so_far_apart_that_labels_do_not_touch():
    lines = [RatioLine(np.array([0.0, 1.0]), *(np.array([r, r]) for r in (0.3, 0.02, 9.0)))]
    across = Across("Months", [0, 1], ["0", "1"])
    figure = plot_ratios(
        lines, across, title="t", constants=[Constant(0.4, "constant")], name="r", message="m"
    )
    assert "no difference" in figure.svg
    assert "constant" in figure.svg
    panel = re.search(r"<svg [^>]*>", figure.inline)[0]
    low, high = (float(re.search(rf'data-{n}="([\d.-]+)"', panel)[1]) for n in ("low", "high"))
    # A band that is far wider than the line does not make the axis.
    assert np.exp(high) < 4
    assert 0.05 < np.exp(low) < 0.3


def test_labels_at_the_ends_of_lines_do_not_touch_and_stay_beside_the_axes():
    heights = [0.3, 0.3, 0.15]
    centres = stacked([1.0, 1.0, 1.05], heights, 0.0, 3.0)
    order = np.argsort(centres)
    for a, b in pairwise(order):
        assert centres[b] - centres[a] >= (heights[a] + heights[b]) / 2
    assert min(centres) >= 0.15
    edge = stacked([2.99, 2.99], [0.3, 0.3], 0.0, 3.0)
    assert max(edge) <= 2.85 + 1e-9


def test_a_figure_shows_its_finding_above_it_and_what_is_drawn_below():
    figure = Drawing("<svg></svg>", "n", "message", "<svg></svg>", headline="<i>Found</i>")
    html = replace(figure, caption="What is drawn", subject="B vs A")._repr_html_()
    assert html.index("Found") < html.index("<svg>") < html.index("What is drawn")
    assert "<i>" not in html


FIGURES = sorted((Path(__file__).parents[2] / "trialbook" / "report").glob("figures/*.py"))
FIGURES += sorted((Path(__file__).parents[2] / "trialbook" / "report").glob("plots/*.py"))
# How figures used to reach patients, fitted models, and the privacy of the data.
PAST_THE_GATE = re.compile(
    r"\.adsl\b|\.adtte\b|\.adae\b|\.adlb\b|time_to_event\(|competing_risks\(|_population\("
    r"|\bsurvival\.|\.privacy\b|min_cell|confidential"
)


@pytest.mark.parametrize("file", FIGURES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_figure_takes_rows_and_nothing_else(file):
    code = file.read_text(encoding="utf-8")
    # Which words stand beside an imputation hangs on whether withdrawal is recorded at all.
    code = code.replace("withdrawal_is_known(lookup.trial.adsl)", "")
    assert not PAST_THE_GATE.findall(code)


def test_the_rows_of_a_figure_go_along_with_it(tmp_path, monkeypatch):
    monkeypatch.setenv("TRIALBOOK_EXPORTS", str(tmp_path))
    monkeypatch.setenv("TRIALBOOK_EXPORT_NOTE", "Synthetic patients")
    rows = pd.DataFrame({"arm": ["=A"], "value": [0.25]})
    Drawing("<svg></svg>", "n", "message", "<svg></svg>", data=rows)._repr_html_()
    told = pd.read_csv(tmp_path / "figures" / "n.csv", dtype=str)
    assert told["value"].item() == "0.25"
    assert told["arm"].item() != "=A"  # no formula
    assert told["notice"].item() == "Synthetic patients"


def test_labels_are_spread_without_touching():
    placed = spread([1.0, 1.0, 1.1, 5.0], 0.5)
    assert np.diff(sorted(placed)).min() >= 0.5 - 1e-9
    assert placed[3] == 5.0


def test_inline_svg_needs_no_particular_width():
    assert 'viewBox="0 0 10 5"' in inline_svg('<svg viewBox="0 0 10 5" width="10pt"></svg>', "x")


def test_the_laboratory_is_headed_by_what_differed():
    root = Path(__file__).parents[2]
    trial = load_trial(root / "data" / "alms")
    found = analyses.laboratory(trial)
    rows = analyses.joined([found, analyses.laboratory_curves(trial, found)])
    figure = plot_laboratory(Lookup(rows, trial))
    limits = found.query("method == 'mmrm' and arm == 'MMF vs AZA' and time == 36")
    limits = limits.set_index(["paramcd", "statistic"])["value"]
    for item in trial.config.laboratory:
        none = 1 if item.summary == "geometric" else 0
        low, high = limits[item.paramcd, "lower"], limits[item.paramcd, "upper"]
        name = item.label.partition(",")[0]
        assert (name in figure.headline) == (not low <= none <= high)


@pytest.mark.parametrize(
    ("now", "start", "few"),
    [(9, 60, True), (10, 60, False), (14, 150, True), (15, 150, False), (np.nan, 150, False)],
)
def test_a_headline_speaks_where_ten_patients_and_a_tenth_are_at_risk(now, start, few):
    assert are_few(now, start) is few
