"""Explorers used by keyboard, mouse and touch say what the package computes."""

import re
from math import ceil

import numpy as np
import pytest

from tests.browser.conftest import AXE, ROOT
from trialbook import analyses, survival
from trialbook.escape import MARK
from trialbook.report import figures, tables
from trialbook.report.explorers.planner import planner
from trialbook.report.explorers.risk import patient_risk, risk_under
from trialbook.safe.lookup import Lookup
from trialbook.trial import load_trial

ASSETS = ROOT / "book" / "assets"
SCRIPTS = ("trialbook", "components/estimates", "components/harms", "components/planner",
           "components/reader", "components/risk")  # fmt: skip


@pytest.fixture(scope="module")
def alms():
    return load_trial(ROOT / "data" / "alms")


@pytest.fixture(scope="module")
def numbers(alms):
    others = [one for one in alms.endpoints if one != alms.primary][:1]
    rows = [analyses.end_points(alms), analyses.adverse_events(alms)]
    rows += [analyses.survival_curves(alms)]
    rows += [analyses.survival_curves(alms, one, marks=False) for one in others]
    rows += [analyses.design(alms), analyses.tipping_point(alms, n_imputations=10)]
    rows += [analyses.laboratory_curves(alms)]
    return Lookup(analyses.joined(rows), alms)


def page_of(name, shown, folder):
    """Write a page that shows objects of the book, on a disk, and return where it lies."""
    styles = "".join(
        f'<link rel="stylesheet" href="{(ASSETS / f"{name}.css").as_uri()}">'
        for name in ("report", "trialbook", "explorers")
    )
    scripts = "".join(
        f'<script defer src="{(ASSETS / f"{name}.js").as_uri()}"></script>' for name in SCRIPTS
    )
    page = folder / f"{name}.html"
    page.write_text(
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Page</title>{styles}'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"{scripts}</head><body><main><h1>Page</h1>"
        f"{''.join(one._repr_html_() for one in shown)}</main></body></html>",
        encoding="utf-8",
    )
    return page


@pytest.fixture(scope="module")
def files(alms, numbers, tmp_path_factory):
    """Return pages with the explorers of a trial: those over time and of harms, and along."""
    others = [one for one in alms.endpoints if one != alms.primary][:1]
    folder, comparison = tmp_path_factory.mktemp("explorers"), alms.comparisons[0]
    shown = {
        "page": [
            figures.plot_survival(numbers, alms.primary, others=others),
            patient_risk(numbers, alms.primary, comparison),
            planner(numbers),
            tables.tbl_terms(numbers, analyses.event_classes(alms)),
        ],
        "along": [
            figures.plot_planned_power(numbers),
            figures.plot_withdrawal(numbers, alms.primary, comparison),
            figures.plot_laboratory(numbers),
        ],
    }
    return {name: page_of(name, of, folder) for name, of in shown.items()}


@pytest.fixture
def open_page(browser, files):
    made = []

    def opened(name="page", **options):
        context = browser.new_context(reduced_motion="reduce", **options)
        made.append(context)
        tab = context.new_page()
        tab.set_default_timeout(4000)
        tab.wrong = []
        tab.on("pageerror", lambda error: tab.wrong.append(str(error)))
        tab.goto(files[name].as_uri())
        return tab

    yield opened
    for context in made:
        context.close()


def curve(alms, code, months):
    data = alms.time_to_event(alms.primary.paramcd)
    of = data[data["arm"] == code]
    return survival.kaplan_meier(of["AVAL"], of["event"]).at([months / alms.time.to_show(1.0)])


def test_the_curve_reader_says_by_keyboard_what_kaplan_meier_gives(alms, open_page):
    tab = open_page()
    slider = tab.locator(".tb-reader input[type=range]")
    slider.focus()
    tab.keyboard.press("Home")
    said = tab.locator(".tb-reader output")
    assert "100 of 100" in said.inner_text()
    for _ in range(24):
        tab.keyboard.press("ArrowRight")
    told = re.fullmatch(r"([\d.]+) months", slider.get_attribute("aria-valuetext"))
    text = said.inner_text()
    for arm in alms.arms:
        at = curve(alms, arm.code, float(told[1]))
        assert f"{100 * at.survival[0]:.0f} of 100 given {arm.label.lower()}" in text
    counts = " and ".join(str(curve(alms, a.code, float(told[1])).n_at_risk[0]) for a in alms.arms)
    assert f"Still at risk: {counts}." in text
    assert tab.locator("svg:visible .tb-dot").count() == 2
    tab.get_by_role("button", name="had it").click()
    failed = 100 * (1 - curve(alms, alms.arms[0].code, float(told[1])).survival[0])
    assert f"{failed:.0f} of 100 given {alms.arms[0].label.lower()}" in said.inner_text()
    assert tab.wrong == []


DAGGER = "\N{DAGGER}"


def said_with_marks(tab, place=0, of="reader"):
    """Return what an explorer says, a dagger where a mark shows."""
    write = """(one, dagger) => {
      const copy = one.cloneNode(true);
      for (const mark of copy.querySelectorAll(".tb-free")) mark.replaceWith(dagger);
      return copy.textContent;
    }"""
    return tab.locator(f".tb-{of} output").nth(place).evaluate(write, DAGGER)


def test_the_curve_reader_marks_what_the_paper_leaves_free_and_nothing_else(alms, open_page):
    tab = open_page()
    slider = tab.locator(".tb-reader input[type=range]")
    slider.focus()
    # at the start everybody is there: so the paper says
    tab.keyboard.press("Home")
    assert DAGGER not in said_with_marks(tab)
    for _ in range(24):
        tab.keyboard.press("ArrowRight")
    text = said_with_marks(tab)
    assert re.search(rf"\d+{DAGGER} of 100 given .* and \d+{DAGGER} of 100 given", text)
    assert re.search(rf"\. [\d.]+{DAGGER} in 100 (more|fewer) given", text)
    # a list in which every number is free has one mark, at its name
    assert re.search(rf"95% CIs{DAGGER}, \d+ to \d+ and \d+ to \d+\.", text)
    assert re.search(rf"Still at risk{DAGGER}: \d+ and \d+\.", text)
    assert re.search(rf"Events so far{DAGGER}: \d+ and \d+\.", text)
    assert text.count(DAGGER) == 6
    # who hears it hears what the marks of the page say
    heard = tab.locator(".tb-reader output").aria_snapshot()
    assert heard.count('img "not in the paper"') == 6
    # of another end point, at the end: all events, which the paper prints
    tab.locator(".tb-reader select").select_option("1")
    slider.focus()
    tab.keyboard.press("End")
    other = next(one for one in alms.endpoints if one != alms.primary)
    data = alms.time_to_event(other.paramcd)
    totals = " and ".join(str(data[data["arm"] == arm.code]["event"].sum()) for arm in alms.arms)
    assert f"Events so far: {totals}." in said_with_marks(tab)


def test_along_other_axes_marks_stand_behind_what_is_free(open_page):
    tab = open_page("along")
    power, ratios, means = (said_with_marks(tab, place) for place in range(3))
    assert DAGGER not in power  # what was planned is of no patients
    assert re.search(rf"hazard ratio \d\.\d\d{DAGGER} \(95% CI, \d", ratios)
    assert re.search(rf"[\d.]+{DAGGER} \(95% CI, [\d.]+ to [\d.]+; \d+ patients\) with", means)
    slider = tab.locator(".tb-reader input").nth(1)
    slider.focus()
    tab.keyboard.press("ArrowRight")
    assert (moved := said_with_marks(tab, 1)) != ratios
    assert moved.count(DAGGER) == ratios.count(DAGGER) == 2


def test_a_trial_without_a_paper_shows_no_mark(browser, tmp_path):
    trial = load_trial(ROOT / "data" / "gbsg2")
    rows = [analyses.end_points(trial), analyses.survival_curves(trial)]
    rows += [analyses.hazard_ratio_curves(trial)]
    numbers = Lookup(analyses.joined(rows), trial)
    pair = trial.comparisons[0]
    shown = [figures.plot_survival(numbers, trial.primary),
             figures.plot_hazard_over_time(numbers, trial.primary, pair)]  # fmt: skip
    tab = browser.new_page()
    tab.goto(page_of("gbsg2", shown, tmp_path).as_uri())
    for slider in tab.locator(".tb-reader input").all():
        slider.focus()
        for key in ("ArrowLeft", "Home", "ArrowRight", "End"):
            tab.keyboard.press(key)
            assert re.search(r"\d", tab.locator(".tb-reader output").first.inner_text())
            assert tab.locator(".tb-free").count() == 0
    tab.close()


def test_the_curve_reader_follows_mouse_and_finger(open_page):
    for options in ({}, {"has_touch": True, "viewport": {"width": 390, "height": 844}}):
        tab = open_page(**options)
        box = tab.locator(".tb-figure svg:visible").first.bounding_box()
        slider = tab.locator(".tb-reader input[type=range]")
        at = (box["x"] + box["width"] * 0.45, box["y"] + box["height"] * 0.4)
        before = slider.input_value()
        tab.touchscreen.tap(*at) if options else tab.mouse.move(*at)
        assert slider.input_value() != before
        assert tab.wrong == []


def dragged(tab, start, end):
    """Move a finger from one point to another."""
    touch = tab.context.new_cdp_session(tab)
    steps = [[a + (b - a) * part / 8 for a, b in zip(start, end, strict=True)] for part in range(9)]
    for place, (x, y) in enumerate(steps):
        points = {"touchPoints": [{"x": x, "y": y}]}
        kind = "touchMove" if place else "touchStart"
        touch.send("Input.dispatchTouchEvent", {"type": kind, **points})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def within(box, part):
    """Return a point of a box: so far from its left edge, in the middle of its height."""
    return box["x"] + box["width"] * part, box["y"] + box["height"] / 2


PHONE = {"has_touch": True, "is_mobile": True, "viewport": {"width": 390, "height": 844}}


def test_by_finger_a_curve_is_read_on_its_slider_and_its_drawing(open_page):
    tab = open_page(**PHONE)
    slider, said = tab.locator(".tb-reader input"), tab.locator(".tb-reader output")
    slider.scroll_into_view_if_needed()
    texts = [said.inner_text()]
    tab.touchscreen.tap(*within(slider.bounding_box(), 0.3))
    texts.append(said.inner_text())
    dragged(tab, *(within(slider.bounding_box(), part) for part in (0.3, 0.7)))
    texts.append(said.inner_text())
    tab.locator(".tb-reader button").nth(1).tap()
    texts.append(said.inner_text())
    drawing = tab.locator(".tb-figure svg:visible").first
    drawing.scroll_into_view_if_needed()
    dragged(tab, *(within(drawing.bounding_box(), part) for part in (0.7, 0.4)))
    texts.append(said.inner_text())
    tab.locator(".tb-reader select").select_option("1")
    texts.append(said.inner_text())
    assert len(set(texts)) == 6, texts
    assert all(re.match(r"(At|By) [\d.]+ months, \d+ ", text) for text in texts)
    assert tab.wrong == []


def test_by_finger_a_risk_is_moved_and_its_words_dots_and_count_follow(open_page):
    tab = open_page(**PHONE)
    tab.locator(".tb-risk summary").tap()
    slider, said = tab.locator(".tb-risk input"), tab.locator(".tb-risk output")
    slider.scroll_into_view_if_needed()
    told = []
    for move in (
        lambda box: tab.touchscreen.tap(*within(box, 0.8)),
        lambda box: dragged(tab, within(box, 0.8), within(box, 0.1)),
    ):
        move(slider.bounding_box())
        percent = int(slider.input_value())
        assert f"Of 100 patients of whom {percent} " in said.inner_text()
        assert slider.get_attribute("aria-valuetext") == f"{percent} of 100"
        dots = tab.locator(".tb-dots :is(.tb-dot-both, .tb-dot-spared, .tb-dot-added)").count()
        assert dots == percent
        told.append(percent)
    assert told[0] > 70
    assert told[1] < 20
    assert tab.wrong == []


def test_by_finger_a_plan_is_changed_and_its_size_follows(open_page):
    tab = open_page(**PHONE)
    said, power = tab.locator(".tb-planner output"), tab.get_by_label("Power (%)")
    before = said.inner_text()
    power.tap()
    assert power.evaluate("one => document.activeElement === one")
    assert power.get_attribute("inputmode") == "decimal"  # a keyboard of digits
    tab.keyboard.press("ControlOrMeta+a")
    tab.keyboard.type("95")
    sizes = [int(re.search(r"(\d+) events", text)[1]) for text in (before, said.inner_text())]
    assert sizes[1] > sizes[0]
    # above a keyboard that takes half the screen, fields leave room for the answer
    assert tab.locator(".tb-fields").bounding_box()["height"] < PHONE["viewport"]["height"] / 2
    assert tab.wrong == []


def test_a_finger_that_moves_the_page_moves_it_past_a_curve(open_page):
    tab = open_page(**PHONE)
    drawing = tab.locator(".tb-figure svg:visible").first
    drawing.scroll_into_view_if_needed()
    box, before = drawing.bounding_box(), tab.evaluate("scrollY")
    x, y = within(box, 0.5)
    dragged(tab, (x, y), (x, y - 0.4 * box["height"]))
    tab.wait_for_function(f"scrollY > {before}")


@pytest.mark.parametrize("name", ["page", "along"])
def test_what_a_finger_must_hit_is_high_enough(open_page, name):
    tab = open_page(name, **PHONE)
    if name == "page":
        tab.locator(".tb-risk summary").tap()
        tab.locator(".tb-harms select").first.select_option("class")
    hit = tab.locator(".tb-explorer :is(input, select, button, summary):visible")
    assert hit.count() >= 3
    for one in hit.all():
        assert one.bounding_box()["height"] >= 44, one.evaluate("one => one.outerHTML")
    for sign in tab.locator(".tb-more:visible").all():
        assert sign.bounding_box()["height"] >= 24
    # into fields of smaller letters iOS zooms
    fields = tab.locator(".tb-explorer :is(select, input:not([type=range])):visible")
    for one in fields.all():
        assert one.evaluate("one => parseFloat(getComputedStyle(one).fontSize)") >= 16
    assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_another_end_point_is_drawn_and_named_and_all_comes_back(alms, open_page):
    tab = open_page()
    before = tab.locator(".tb-figtitle").first.inner_text()
    tab.locator(".tb-reader select").select_option("1")
    other = next(one for one in alms.endpoints if one != alms.primary)
    assert tab.locator(".tb-figtitle").first.inner_text().lower().strip() == other.label.lower()
    assert tab.locator("svg:visible .tb-curve:visible").count() == 0
    drawn = tab.locator("svg:visible .tb-own path")
    assert drawn.count() == 2 * len(alms.arms)  # a band and a line for each arm
    # below the axis stand the numbers of the end point that is drawn
    data = alms.time_to_event(other.paramcd)
    for place, arm in enumerate(alms.arms):
        of = data[data["arm"] == arm.code]
        for months in (0, 12, 36):
            km = survival.kaplan_meier(of["AVAL"], of["event"])
            at = km.at([months / alms.time.to_show(1.0)])
            part = tab.locator(f'svg:visible .tb-count[data-part^="{place}_{months}_"]')
            shown = f"{at.n_at_risk[0]:.0f} ({at.n_events[0]:.0f})"
            assert part.first.text_content().strip() == shown
    # the band is the curve's own: at the end of the line, from its lower to its upper limit
    heights = drawn.first.evaluate("one => one.getBBox().height")
    assert heights > 5
    tab.emulate_media(media="print")
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.locator(".tb-figtitle").first.inner_text() == before
    assert tab.locator("svg:visible .tb-curve:visible").count() >= 2
    assert tab.locator(".tb-reader").is_hidden()
    counts = tab.locator('svg:visible .tb-count[data-part^="0_0_"]').first.text_content()
    first = alms.time_to_event(alms.primary.paramcd)
    assert counts.strip().startswith(str((first["arm"] == alms.arms[0].code).sum()))
    assert "Ticks mark" in tab.locator(".tb-caption").first.inner_text()


def test_along_other_axes_the_same_component_reads_by_keyboard_mouse_and_finger(
    alms, numbers, open_page
):
    tab = open_page("along")
    sliders, said = tab.locator(".tb-reader input"), tab.locator(".tb-reader output")
    assert sliders.count() == 3
    assert tab.locator(".tb-reader :is(select, button)").count() == 0
    # by keyboard: the power at the lowest true hazard ratio, and at the next
    sliders.first.focus()
    tab.keyboard.press("Home")
    tab.keyboard.press("ArrowRight")
    ratio = sliders.first.get_attribute("aria-valuetext")
    of = {"level": f"hr={ratio}", "method": "schoenfeld"}
    power = numbers.text("{power}", "design", "", "all", **of).replace(MARK, "")
    assert power in said.first.inner_text()
    # the dot lies on the line that is drawn
    dot = tab.locator("svg:visible .tb-dot").first.bounding_box()
    assert dot is not None
    # by mouse over the lower right panel of many: its own axis counts, not the first one's
    drawing = tab.locator(".tb-figure").nth(2).locator("svg:visible")
    drawing.scroll_into_view_if_needed()
    box = drawing.bounding_box()
    panels = drawing.evaluate("one => JSON.parse(one.dataset.panels)")
    scale = box["width"] / drawing.evaluate("one => one.viewBox.baseVal.width")
    right = max(panels, key=lambda one: (one["x0"], one["y0"]))
    middle = (right["x0"] + right["x1"]) / 2, (right["y0"] + right["y1"]) / 2
    tab.mouse.move(box["x"] + middle[0] * scale, box["y"] + middle[1] * scale)
    visit = float(sliders.nth(2).get_attribute("aria-valuetext").removeprefix("month "))
    assert abs(visit - (right["min"] + right["max"]) / 2) <= 3
    curve = numbers.curve("laboratory", alms.config.laboratory[0].paramcd, alms.arms[0].code)
    first = said.nth(2).locator("p").first.inner_text()
    assert f"{curve.loc[visit, 'n']:.0f} patients) with {alms.arms[0].label.lower()}" in first
    assert tab.wrong == []
    # by finger, on a phone
    phone = open_page("along", **PHONE)
    phone.locator(".tb-figure").nth(1).scroll_into_view_if_needed()
    box = phone.locator(".tb-figure").nth(1).locator("svg:visible").bounding_box()
    slider = phone.locator(".tb-reader input").nth(1)
    before = slider.input_value()
    phone.touchscreen.tap(box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.5)
    assert slider.input_value() != before
    assert phone.wrong == []


def test_a_risk_is_the_formulas_and_its_dots_are_a_hundred(alms, numbers, open_page):
    tab = open_page()
    tab.locator(".tb-risk summary").click()
    slider = tab.locator(".tb-risk input")
    slider.fill("25")
    of = [
        numbers.value(name, "cox", alms.primary.paramcd, alms.comparisons[0].name, method="efron")
        for name in ("hr", "hr_lower", "hr_upper")
    ]
    risk, low, high = (100 * risk_under(0.25, one) for one in of)
    text = tab.locator(".tb-risk output").inner_text()
    assert f"{risk:.1f} would with the treatment (95% CI, {low:.1f} to {high:.1f})" in text
    assert f"one fewer for every {100 / (25 - risk):.1f}" in text
    # the paper prints the ratio from which all is computed
    assert tab.locator(".tb-risk .tb-free").count() == 0
    assert tab.locator(".tb-dots i").count() == 100
    assert tab.locator(".tb-dots .tb-dot-both").count() == round(risk)
    assert tab.locator(".tb-dots .tb-dot-spared").count() == 25 - round(risk)


def test_from_a_ratio_that_is_free_each_number_is_free(
    alms, numbers, browser, tmp_path, monkeypatch
):
    monkeypatch.setattr(Lookup, "mark", lambda *_, **__: MARK)
    shown = [patient_risk(numbers, alms.primary, alms.comparisons[0])]
    tab = browser.new_page()
    tab.goto(page_of("free", shown, tmp_path).as_uri())
    tab.locator(".tb-risk summary").click()
    tab.locator(".tb-risk input").fill("30")
    text = said_with_marks(tab, of="risk")
    assert re.search(rf"whom 30 have the event .*, [\d.]+{DAGGER} would with the treatment", text)
    assert re.search(rf"[\d.]+{DAGGER} fewer: one fewer for every [\d.]+{DAGGER} treated", text)
    assert text.count(DAGGER) == 3
    tab.close()


def test_the_planner_is_schoenfelds_and_freedmans(open_page):
    tab = open_page()
    given = {"control": 30, "hr": 0.65, "power": 90, "alpha": 0.01, "dropout": 12, "allocation": 2}
    for field, value in zip(tab.locator(".tb-planner input").all(), given.values(), strict=True):
        field.fill(str(value))
    text = tab.locator(".tb-planner output").inner_text()
    hazard = survival.constant_hazard(0.30, 1.0)
    for method in ("schoenfeld", "freedman"):
        size = survival.sample_size(
            hazard, 0.65, follow_up=1.0, dropout=-np.log1p(-0.12), power=0.9, alpha=0.01,
            allocation=2.0, method=method,
        )  # fmt: skip
        total = size.n_treated + size.n_control
        assert f"{ceil(size.n_events):,} events, {total:,} patients by {method.title()}" in text
    tab.locator(".tb-planner input").first.fill("140")
    assert "a number from 0.1 to 99.9" in tab.locator(".tb-planner output").inner_text()


def percents_of(numbers, alms, term):
    level = "AEDECOD" if numbers.has("adverse_events", paramcd=term, level="AEDECOD") else ""
    return [
        numbers.value("percent", "adverse_events", term, arm.code, level=level) for arm in alms.arms
    ]


def test_on_paper_each_row_of_harms_has_its_name(open_page):
    tab = open_page()
    tab.emulate_media(media="print")
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    names = tab.locator(".tb-exhibit:has(.tb-harms) tbody tr:visible th").all_inner_texts()
    assert len(names) > tab.locator(".tb-exhibit .tb-more").count() > 0
    assert all(name.strip() for name in names)


def test_harms_are_sorted_narrowed_and_opened_by_class(alms, numbers, open_page):
    tab = open_page()
    table = tab.locator(".tb-exhibit:has(.tb-harms)")
    rows, shown = table.locator("tbody tr"), table.locator("tbody tr:visible")
    whole, classes = rows.count(), tab.locator(".tb-more").count()
    sort, least = tab.locator(".tb-harms select").all()
    # at first the common terms, the largest difference above
    names = [name.strip().lower() for name in shown.locator("th").all_inner_texts()]
    terms = {term.lower(): term for term in analyses.event_classes(alms)["AEDECOD"]}
    common = {low for low, term in terms.items() if max(percents_of(numbers, alms, term)) >= 5}
    assert set(names) == common
    cells = shown.locator("td:last-child").all_inner_texts()
    found = [float(re.match(r"\s*(-?[\d.]+)", cell.replace("−", "-"))[1]) for cell in cells]
    assert found == sorted(found, reverse=True)
    # a row draws what it says: the dot of the second arm, and the difference, on their axes
    first = shown.first
    ends = [int(re.search(r"\d+(?=%| points)", one)[0])
            for one in table.locator("thead th.tb-forest").all_inner_texts()]  # fmt: skip
    percents = percents_of(numbers, alms, terms[names[0]])
    dot = first.locator("circle.tb-arm-1")
    assert float(dot.get_attribute("cx")) == pytest.approx(5 + 134 * percents[1] / ends[0], abs=0.1)
    square = first.locator("rect")
    middle = float(square.get_attribute("x")) + 3
    assert middle == pytest.approx(72 + 67 * found[0] / ends[1], abs=0.2)
    # narrowed by frequency and by typing
    least.select_option("20")
    assert 1 <= shown.count() < len(names)
    least.select_option("0")
    assert shown.count() == whole - classes
    tab.locator(".tb-harms input").fill(names[0][:6])
    assert 1 <= shown.count() < whole
    tab.locator(".tb-harms input").fill("")
    # by class, which opens by keyboard
    sort.select_option("class")
    assert shown.count() == classes
    first = tab.locator(".tb-more").first
    first.press("Enter")
    assert first.get_attribute("aria-expanded") == "true"
    assert shown.count() > classes
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert shown.count() == whole
    assert tab.wrong == []


def test_harms_are_used_by_finger_and_read_out_with_their_names(open_page):
    tab = open_page(has_touch=True, viewport={"width": 390, "height": 844})
    tree = tab.locator(".tb-exhibit:has(.tb-harms)").aria_snapshot()
    for name in ("Sort by", "In at least", "Containing"):
        assert re.search(rf'(combobox|searchbox) "{name}', tree), tree
    sort, _ = tab.locator(".tb-harms select").all()
    sort.select_option("class")
    first = tab.locator(".tb-more").first
    first.tap()
    assert first.get_attribute("aria-expanded") == "true"
    # what is drawn stands beside the names: in sight without moving the table
    right = tab.locator("thead th.tb-forest").last.bounding_box()
    assert right["x"] + right["width"] <= 390
    assert tab.wrong == []


def test_without_scripts_the_page_says_the_same_and_shows_no_empty_control(open_page):
    tab = open_page(java_script_enabled=False)
    assert tab.locator("svg:visible .tb-curve").count() >= 2
    assert tab.locator("main :is(input, button, select)").count() == 0
    tab.locator(".tb-risk summary").click()
    still = tab.locator(".tb-risk p").first.inner_text()
    scripted = open_page().locator(".tb-risk output p").first
    assert still == scripted.text_content()
    assert tab.locator(".tb-exhibit:has(.tb-harms) tbody tr:visible").count() > 20


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("page", ["page", "along"])
def test_explorers_keep_out_no_one_who_reads_with_a_screen_reader(open_page, page, scheme, width):
    tab = open_page(page, color_scheme=scheme, viewport={"width": width, "height": 900})
    if page == "page":
        tab.locator(".tb-harms select").first.select_option("class")
        tab.locator(".tb-more").first.click()
        tab.locator(".tb-risk summary").click()
    tab.evaluate(AXE.read_text(encoding="utf-8"))
    report = tab.evaluate("axe.run({rules: {'label-content-name-mismatch': {enabled: true}}})")
    assert [(one["id"], one["nodes"][0]["target"]) for one in report["violations"]] == []
    assert tab.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
