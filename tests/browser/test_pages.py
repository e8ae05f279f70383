"""Every page of both books in a browser: on a phone, at a desk, in the dark, on paper."""

from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import TRIALS

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}

# Rules of axe that the theme breaks and that no reader meets: see each.
LEFT_OUT = {
    "region": {"enabled": False},  # the skip link and the announcement stand outside landmarks
}


def pages(books, trial):
    html = books[trial] / "html"
    found = [*html.glob("book/*.html"), *html.glob("notebooks/**/*.html")]
    assert len(found) >= 6
    return sorted(path.relative_to(html).as_posix() for path in found)


@contextmanager
def opened(browser, viewport, **options):
    """Open a tab that notes what goes wrong in it."""
    context = browser.new_context(viewport=viewport, reduced_motion="reduce", **options)
    tab = context.new_page()
    tab.wrong, tab.asked = [], []
    tab.on("pageerror", lambda error: tab.wrong.append(str(error)))
    tab.on("console", lambda m: tab.wrong.append(m.text) if m.type == "error" else None)
    tab.on(
        "response", lambda r: tab.wrong.append(f"{r.status} {r.url}") if r.status > 399 else None
    )
    tab.on("request", lambda request: tab.asked.append(request.url))
    try:
        yield tab
    finally:
        context.close()


@pytest.mark.parametrize("trial", TRIALS)
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_is_quiet_stays_at_home_and_fits_its_width(
    books, sites, browser, trial, viewport
):
    with opened(browser, viewport) as tab:
        for page in pages(books, trial):
            tab.goto(f"{sites[trial]}/{page}", wait_until="load")
            too_wide = tab.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert too_wide <= 0, page
            assert tab.locator("h1").count() >= 1, page
            assert tab.title(), page
        abroad = [url for url in tab.asked if not url.startswith((sites[trial], "data:", "blob:"))]
        assert abroad == []
        assert tab.wrong == []


def violations(tab, site, names):
    """Return what axe finds serious or critical on these pages."""
    found = []
    for page in names:
        tab.goto(f"{site}/{page}", wait_until="load")
        report = Axe().run(tab, options={"rules": LEFT_OUT}).response
        found += [
            f"{page}: {rule['id']} at {node['target']}"
            for rule in report["violations"]
            if rule["impact"] in ("serious", "critical")
            for node in rule["nodes"][:2]
        ]
    return found


@pytest.mark.parametrize(
    ("trial", "viewport", "scheme"),
    [("alms", PHONE, "light"), ("gbsg2", DESK, "dark")],
    ids=["phone", "dark"],
)
def test_the_main_pages_keep_out_no_one_who_reads_with_a_screen_reader(
    sites, browser, trial, viewport, scheme
):
    names = [f"notebooks/{name}.html" for name in ("population", "efficacy", "safety")]
    names += ["book/index.html", "book/references.html"]
    with opened(browser, viewport, color_scheme=scheme) as tab:
        assert violations(tab, sites[trial], names) == []


@pytest.mark.slow
@pytest.mark.parametrize("trial", TRIALS)
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_keeps_out_who_reads_with_a_screen_reader(
    books, sites, browser, trial, viewport, scheme
):
    with opened(browser, viewport, color_scheme=scheme) as tab:
        assert violations(tab, sites[trial], pages(books, trial)) == []


def test_the_menu_opens_on_a_phone_and_leads_to_a_chapter(sites, browser):
    with opened(browser, PHONE) as tab:
        tab.goto(f"{sites['alms']}/book/index.html")
        tab.locator("button.primary-toggle:visible").first.click()
        link = tab.locator(".bd-sidebar-primary a[href*='efficacy'], dialog a[href*='efficacy']")
        link.locator("visible=true").first.click()
        tab.wait_for_url("**/notebooks/efficacy.html")


def test_the_start_of_the_site_leads_to_the_landing_page_with_its_answer(sites, browser):
    for trial in TRIALS:
        with opened(browser, DESK) as tab:
            tab.goto(sites[trial])
            tab.wait_for_url("**/book/index.html")
            assert tab.locator(".tb-answer").is_visible()
            figure = tab.locator(".tb-figure[role=img]").first
            assert len(figure.get_attribute("aria-label")) > 40
            assert figure.bounding_box()["height"] > 200


def test_the_code_can_be_put_away_and_stays_away(sites, browser):
    with opened(browser, DESK) as tab:
        tab.goto(f"{sites['gbsg2']}/notebooks/efficacy.html")
        code = tab.locator("div.cell_input:visible")
        assert code.count() > 3
        tab.get_by_role("button", name="Hide the code", exact=True).click()
        assert code.count() == 0
        tab.goto(f"{sites['gbsg2']}/notebooks/design.html")
        assert tab.get_by_role("button", name="Show the code", exact=True).is_visible()
        assert code.count() == 0


def test_a_search_finds_a_word_of_a_chapter(sites, browser):
    with opened(browser, DESK) as tab:
        tab.goto(f"{sites['alms']}/search.html?q=hazard")
        tab.locator("#search-results li a").first.wait_for()
        assert tab.wrong == []


def test_the_notice_is_on_every_page_and_on_paper(books, sites, browser):
    with opened(browser, DESK) as tab:
        for page in pages(books, "alms"):
            tab.goto(f"{sites['alms']}/{page}")
            assert "ynthetic" in tab.locator(".bd-header-announcement").inner_text(), page
        tab.emulate_media(media="print")
        assert tab.locator(".bd-header-announcement").is_visible()
        assert not tab.locator(".bd-sidebar-primary").is_visible()
        assert tab.locator("article h1").first.is_visible()


def test_a_printed_chapter_is_not_cut_at_the_margin(sites, browser):
    with opened(browser, {"width": 718, "height": 1000}) as tab:  # A4 less its margins
        tab.goto(f"{sites['alms']}/notebooks/efficacy.html")
        tab.emulate_media(media="print")
        assert tab.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        assert len(tab.pdf(format="A4")) > 20_000
