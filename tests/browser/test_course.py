"""What a reader tries out in the course is computed as the package computes it."""

import json

import numpy as np
import pytest

from tests.browser.test_pages import DESK, opened
from trialbook import survival
from trialbook.learn import cases, cohorts
from trialbook.learn.exercises import log_rank, selection

CASE = cases.ten()
TEN = CASE.patients
COLUMNS = TEN["time"], TEN["event"], TEN["treated"]
WHERE = {
    "censor": "kaplan_meier",
    "urn": "log_rank",
    "likelihood": "cox",
    "area": "how_much",
    "frailty": "selection",
}


@pytest.fixture
def idea(request, sites, browser):
    """Return the element of an idea, on its page."""
    with opened(browser, DESK) as tab:
        address = f"{sites['gbsg2']}/notebooks/learn/{WHERE[request.param]}.html"
        tab.goto(address, wait_until="load")
        yield tab.locator(f".tb-try[data-try={request.param}]")
        assert tab.wrong == []


def numbers(idea):
    return np.array(json.loads(idea.locator("output").get_attribute("data-numbers")), dtype=float)


def slide(idea, name, value):
    idea.get_by_label(name).evaluate(
        f"(e) => {{ e.value = {value}; e.dispatchEvent(new Event('input')); }}"
    )


def same(found, wanted):
    np.testing.assert_allclose(found, wanted, atol=1e-9, rtol=0)


@pytest.mark.parametrize("idea", ["censor"], indirect=True)
def test_a_patient_is_censored_and_the_curve_follows(idea):
    def free(event):
        return survival.kaplan_meier(TEN["time"], event).at([CASE.landmark]).survival

    same(numbers(idea), free(TEN["event"]))
    event = TEN["event"].to_numpy().copy()
    for row in (0, 3):
        button = idea.get_by_role("button").nth(row)
        button.focus()
        button.press("Enter")
        event[row] = not event[row]
        assert button.get_attribute("aria-pressed") == str(not event[row]).lower()
        same(numbers(idea), free(event))


@pytest.mark.parametrize("idea", ["urn"], indirect=True)
def test_every_way_to_deal_gives_the_permutation_p_value(idea):
    idea.get_by_role("button", name="Deal 100 times").click()
    real, dealt, share = numbers(idea)
    same(real, survival.log_rank(*COLUMNS).chisq)
    assert dealt == 100
    assert 0 <= share < 0.4
    idea.get_by_role("button", name="Every way there is").click()
    wanted = log_rank.permuted(CASE)
    same(numbers(idea), [real, 252, wanted])


@pytest.mark.parametrize("idea", ["likelihood"], indirect=True)
def test_the_hill_and_its_top_are_those_of_the_cox_model(idea):
    model = survival.cox(*COLUMNS, ties="breslow")
    same(numbers(idea)[:2], [0, model.loglik[0]])
    idea.get_by_role("button", name="To the top").click()
    same(numbers(idea), [model.coef[0], model.loglik[1], 0])
    slide(idea, "Log hazard ratio", -1)
    rows = log_rank.rows_of(TEN)
    n1, d1 = rows["at risk"] - rows["control"], rows["events"] - rows["O"]
    urn = rows["control"] + n1 * np.exp(-1)
    same(numbers(idea)[1], (-d1 - rows["events"] * np.log(urn)).sum())


@pytest.mark.parametrize("idea", ["area"], indirect=True)
def test_areas_are_restricted_means(idea):
    for tau in (CASE.horizon, 7.5, 4.0):
        slide(idea, "Horizon", tau)
        control, treated = (
            survival.rmst(arm["time"], arm["event"], tau).rmst
            for arm in (CASE.arm("control"), CASE.arm("treated"))
        )
        same(numbers(idea), [control, treated, treated - control])


@pytest.mark.parametrize("idea", ["frailty"], indirect=True)
def test_the_frail_leave_as_the_chapter_says(idea):
    for month in (0, 12, 24):
        slide(idea, "Month", month)
        frail = []
        for ratio in (1.0, cohorts.WITHIN):
            free = selection.free_at(month, ratio)
            frail.append(free[0] / free.sum())
        hazards = [selection.hazard_at(month, ratio) for ratio in (cohorts.WITHIN, 1.0)]
        same(numbers(idea), [*frail, hazards[0] / hazards[1]])


def test_without_scripts_nothing_of_it_is_seen(books, sites, browser):
    context = browser.new_context(java_script_enabled=False)
    for name in WHERE.values():
        page = context.new_page()
        page.goto(f"{sites['gbsg2']}/notebooks/learn/{name}.html")
        assert page.locator(".tb-try").count() == 1
        assert not page.locator(".tb-try").is_visible()
    context.close()
