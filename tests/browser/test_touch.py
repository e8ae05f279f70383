"""Explorers under a finger on a phone: they answer, and nothing to be pressed is too small."""

import re

import pytest

from tests.browser.test_explorers import alms, files, numbers, open_page  # noqa: F401

PHONE = {"width": 390, "height": 844}
# Of what can be pressed and is seen: its height, and the size of its letters.
TARGETS = """() => [...document.querySelectorAll(":is(input, select, button, summary)")]
  .filter((one) => one.closest(".tb-explorer"))
  .map((one) => ({
    name: one.outerHTML.slice(0, 60), height: one.getBoundingClientRect().height,
    letters: parseFloat(getComputedStyle(one).fontSize),
    field: one.matches("select, input:not([type=range])"),
  })).filter((one) => one.height)"""


@pytest.fixture
def phone(open_page):  # noqa: F811
    return open_page(has_touch=True, is_mobile=True, viewport=PHONE)


@pytest.fixture
def drag(phone):
    """Return what moves a finger over an element, from one share of its width and height on."""
    screen = phone.context.new_cdp_session(phone)

    def touch(kind, *points):
        points = [{"x": x, "y": y} for x, y in points]
        screen.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def dragged(element, start, end, steps=8):
        element.scroll_into_view_if_needed()
        box = element.bounding_box()
        ways = [[a + (b - a) * k / steps for a, b in zip(start, end, strict=True)]
                for k in range(steps + 1)]  # fmt: skip
        at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in ways]
        touch("touchStart", at[0])
        for point in at[1:]:
            touch("touchMove", point)
        touch("touchEnd")

    return dragged


def test_a_patients_risk_follows_a_tap_and_a_finger_that_is_drawn_along(phone, drag):
    phone.locator(".tb-risk summary").tap()
    slider, said = phone.locator(".tb-risk input"), phone.locator(".tb-risk output")
    told = {said.inner_text()}
    box = slider.bounding_box()
    slider.tap(position={"x": 0.75 * box["width"], "y": box["height"] / 2})
    assert 70 <= int(slider.input_value()) <= 80
    told.add(said.inner_text())
    drag(slider, (0.75, 0.5), (0.25, 0.5))
    percent = int(slider.input_value())
    assert 20 <= percent <= 30
    told.add(said.inner_text())
    assert len(told) == 3
    assert f"Of 100 patients of whom {percent} have" in said.inner_text()
    filled = phone.locator(".tb-dots .tb-dot-both, .tb-dots .tb-dot-spared, .tb-dots .tb-dot-added")
    assert filled.count() == percent
    assert phone.wrong == []


def test_the_planner_is_filled_in_by_finger_and_its_answer_stays_in_sight(phone):
    said = phone.locator(".tb-planner output")
    before = said.inner_text()
    for field in phone.locator(".tb-planner input").all():
        # asks a phone for its keyboard of digits
        assert field.get_attribute("inputmode") == "decimal"
    power = phone.get_by_label("Power (%)")
    power.tap()
    assert power.evaluate("one => one === document.activeElement")
    phone.keyboard.press("Control+A")
    phone.keyboard.type("95")
    events = [int(re.match(r"\d+", text)[0]) for text in (before, said.inner_text())]
    assert events[1] > events[0]
    # above a keyboard that takes half the screen
    fields = phone.locator(".tb-planner .tb-fields").bounding_box()
    assert fields["height"] < PHONE["height"] / 2
    assert phone.wrong == []


def test_the_curve_follows_a_finger_and_lets_the_page_be_moved_past_it(phone, drag):
    drawing = phone.locator(".tb-figure svg:visible").first
    slider, said = phone.locator(".tb-reader input").first, phone.locator(".tb-reader output").first
    drag(drawing, (0.3, 0.4), (0.4, 0.4))
    first, told = int(slider.input_value()), said.inner_text()
    drag(drawing, (0.4, 0.4), (0.8, 0.42))
    assert int(slider.input_value()) > first
    assert said.inner_text() != told
    before = phone.evaluate("scrollY")
    drag(drawing, (0.5, 0.9), (0.5, 0.2))
    phone.wait_for_function(f"scrollY > {before}")
    assert phone.wrong == []


@pytest.mark.parametrize("page", ["page", "along"])
def test_whatever_is_pressed_is_as_high_as_a_finger_and_no_field_zooms(open_page, page):  # noqa: F811
    tab = open_page(page, has_touch=True, is_mobile=True, viewport=PHONE)
    for fold in tab.locator(".tb-explorer summary").all():
        fold.tap()
    targets = tab.evaluate(TARGETS)
    assert len(targets) >= 3
    assert [one for one in targets if one["height"] < 44] == []
    # iOS zooms into fields of smaller letters
    assert [one for one in targets if one["field"] and one["letters"] < 16] == []
    assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
