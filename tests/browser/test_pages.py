"""Every page of both books in a browser: on a phone, at a desk, in the dark, on paper."""

import threading
from contextlib import contextmanager
from urllib.parse import quote

import pytest

from tests.browser.compressing import compressed
from tests.browser.conftest import AXE, ROOT, TRIALS
from tests.report.secret_trial import secret_trial
from trialbook.publishing.book import find_book
from trialbook.publishing.build import build
from trialbook.publishing.order import Order
from trialbook.publishing.serve import server

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


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
    """Return all that axe finds on these pages, no rule left out."""
    found = []
    for page in names:
        tab.goto(f"{site}/{page}", wait_until="load")
        tab.evaluate(AXE.read_text(encoding="utf-8"))
        # an older axe still calls this one an experiment
        report = tab.evaluate("axe.run({rules: {'label-content-name-mismatch': {enabled: true}}})")
        found += [
            f"{page}: {rule['id']} at {node['target']}"
            for rule in report["violations"]
            for node in rule["nodes"][:2]
        ]
    return found


@pytest.mark.parametrize(
    ("trial", "viewport", "scheme"),
    [("alms", PHONE, "light"), ("gbsg2", DESK, "dark")],
    ids=["phone", "dark"],
)
def test_the_main_pages_keep_out_no_one_who_reads_with_a_screen_reader(
    books, sites, browser, trial, viewport, scheme
):
    names = [f"notebooks/{name}.html" for name in ("population", "efficacy", "safety")]
    names += ["book/index.html", "book/references.html"]
    names = [name for name in names if (books[trial] / "html" / name).is_file()]
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


# Letters that stand on one another, and those that leave the drawing; in pixels, for boxes of
# letters are higher than letters.
CLASHES = """() => {
  const found = [];
  for (const svg of document.querySelectorAll("main svg.tb-svg")) {
    const sheet = svg.getBoundingClientRect();
    if (!sheet.width) continue;
    const texts = [...svg.querySelectorAll("text")].filter((one) => one.textContent.trim());
    const boxes = texts.map((one) => [one.textContent.trim(), one.getBoundingClientRect()])
      .filter(([, box]) => box.width);
    boxes.forEach(([text, box], i) => {
      if (box.left < sheet.left - 2 || box.right > sheet.right + 2) found.push(`${text} is cut`);
      for (const [other, next] of boxes.slice(i + 1)) {
        const wide = Math.min(box.right, next.right) - Math.max(box.left, next.left);
        const high = Math.min(box.bottom, next.bottom) - Math.max(box.top, next.top);
        if (wide > 1.5 && high > 5.5) found.push(`${text} on ${other}`);
      }
    });
  }
  return found;
}"""


def clashes(tab, site, names):
    """Return the letters of figures that stand on one another, every fold open."""
    found = []
    for page in names:
        tab.goto(f"{site}/{page}", wait_until="load")
        tab.evaluate("document.querySelectorAll('main details').forEach((one) => one.open = true)")
        tab.evaluate("document.fonts.ready.then(() => true)")
        found += [f"{page}: {clash}" for clash in tab.evaluate(CLASHES)]
    return found


@pytest.mark.parametrize("trial", TRIALS)
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_no_letters_of_a_figure_stand_on_others(books, sites, browser, trial, viewport):
    names = [name for name in pages(books, trial) if name.startswith("notebooks/")]
    with opened(browser, viewport) as tab:
        assert clashes(tab, sites[trial], names) == []


@pytest.mark.parametrize(("viewport", "scheme"), [(PHONE, "light"), (DESK, "dark")])
@pytest.mark.parametrize("page", ["book/index.html", "notebooks/efficacy.html"])
def test_who_goes_by_keyboard_sees_where_they_are(sites, browser, page, viewport, scheme):
    with opened(browser, viewport, color_scheme=scheme) as tab:
        tab.goto(f"{sites['alms']}/{page}")
        stops, unseen = 0, []
        while stops < 200:
            tab.keyboard.press("Tab")
            seen = tab.evaluate(FOCUSED)
            if seen is None:
                break
            stops += 1
            if not seen["ring"]:
                unseen.append(seen["name"])
        assert 15 < stops < 200
        assert unseen == []


# Of the element that has the focus: its name, and whether it or its label is ringed.
FOCUSED = """() => {
  const here = document.activeElement;
  if (!here || here === document.body) return null;
  const ringed = (one) => {
    const style = one && getComputedStyle(one);
    return Boolean(style) && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  return { name: here.outerHTML.slice(0, 80), ring: ringed(here) || ringed(here.closest("label")) };
}"""


def test_the_menu_opens_on_a_phone_and_leads_to_a_chapter(sites, browser):
    with opened(browser, PHONE) as tab:
        tab.goto(f"{sites['alms']}/book/index.html")
        tab.get_by_role("button", name="Contents").click()
        tab.get_by_role("navigation", name="Contents").get_by_role("link", name="Efficacy").click()
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


def test_the_result_is_on_the_first_screen_of_a_phone_and_its_chapter_is_short(sites, browser):
    with opened(browser, PHONE) as tab:
        tab.goto(f"{sites['alms']}/notebooks/efficacy.html")
        tab.evaluate("document.fonts.ready.then(() => true)")
        for part in (".tb-lead", ".tb-card"):
            box = tab.locator(part).first.bounding_box()
            assert box["y"] + box["height"] < PHONE["height"], part
        length = tab.evaluate("document.documentElement.scrollHeight")
        assert length <= 8 * PHONE["height"]


@pytest.mark.parametrize(
    ("where", "viewport", "opens"),
    [
        ("a.tb-term.internal:visible", PHONE, True),
        ("a.tb-term.internal:visible", {"width": 1440, "height": 900}, False),
        # in a caption there is no margin beside it
        (".tb-exhibit a.tb-term:not(.internal):visible", {"width": 1440, "height": 900}, True),
    ],
)
def test_a_term_shows_its_meaning_beside_the_text_or_below_on_a_press(
    where, viewport, opens, sites, browser
):
    with opened(browser, viewport) as tab:
        tab.goto(f"{sites['alms']}/notebooks/efficacy.html")
        term = tab.locator(where).first
        note = tab.locator(f"#{term.get_attribute('data-note')}")
        assert note.is_visible() is not opens
        if opens:
            term.click()
            assert note.is_visible()
            tab.keyboard.press("Escape")
            assert not note.is_visible()


def test_a_part_that_was_not_given_is_told_on_the_page_on_the_build_alone(books, sites, browser):
    with opened(browser, DESK) as tab:
        tab.goto(f"{sites['gbsg2']}/book/about_this_build.html")
        said = tab.locator("article").inner_text()
        assert "What was not given" in said
        assert "Chapters left out" in said
        assert "gbsg2.csv" in said
        contents = tab.get_by_role("navigation", name="Contents")
        assert contents.get_by_role("link", name="Safety").count() == 0
    assert not (books["gbsg2"] / "html/notebooks/safety.html").exists()


def test_the_method_shows_when_asked_for_and_is_remembered(sites, browser):
    with opened(browser, DESK) as tab:
        tab.goto(f"{sites['gbsg2']}/notebooks/efficacy.html")
        code = tab.locator("div.cell_input:visible")
        assert code.count() == 0
        tab.get_by_role("button", name="Method", exact=True).click()
        assert code.count() > 3
        tab.goto(f"{sites['gbsg2']}/notebooks/design.html")
        pressed = tab.get_by_role("button", name="Method", exact=True)
        assert pressed.get_attribute("aria-pressed") == "true"
        assert code.count() > 0
        tab.goto(f"{sites['gbsg2']}/notebooks/design.html?view=reading")
        assert code.count() == 0


def test_a_link_opens_the_method(sites, browser):
    with opened(browser, PHONE) as tab:
        tab.goto(f"{sites['alms']}/notebooks/efficacy.html?view=method")
        assert tab.locator("div.cell_input:visible").count() > 3


def test_without_scripts_every_word_and_the_method_are_there(sites, browser):
    with opened(browser, DESK, java_script_enabled=False) as tab:
        tab.goto(f"{sites['alms']}/notebooks/design.html")
        assert tab.locator("math").first.is_visible()
        assert tab.get_by_role("link", name="open its source in Jupyter").is_visible()
        code = tab.locator("div.cell_input")
        folded = tab.locator("details:not([open]) div.cell_input")
        assert code.and_(tab.locator(":visible")).count() == code.count() - folded.count()
        assert not tab.get_by_role("searchbox").first.is_visible()
        tab.goto(f"{sites['alms']}/search.html")
        assert "needs JavaScript" in tab.locator("main").inner_text()


# 300 kB and fifteen requests, compressed, for whoever opens any page first.
HEAVIEST, MOST_REQUESTS, MOST_NODES = 300_000, 15, 5000


@pytest.mark.parametrize("trial", TRIALS)
def test_every_page_is_light(books, sites, browser, trial):
    html = books[trial] / "html"
    weights = {}
    for page in [*pages(books, trial), "search.html"]:
        with opened(browser, PHONE) as tab:
            tab.goto(f"{sites[trial]}/{page}", wait_until="load")
            files = {html / url.removeprefix(sites[trial]).lstrip("/") for url in tab.asked}
            weights[page] = sum(len(compressed(file)) for file in files if file.is_file())
            assert len(tab.asked) <= MOST_REQUESTS, page
            if "population" in page:
                assert tab.evaluate("document.querySelectorAll('*').length") < MOST_NODES
    assert max(weights.values()) <= HEAVIEST, weights


@pytest.mark.parametrize("trial", TRIALS)
def test_a_site_without_its_downloads_is_small_and_has_nothing_that_no_page_asks_for(books, trial):
    html = books[trial] / "html"
    files = [file for file in html.rglob("*") if file.is_file()]
    own = [file for file in files if html / "files" not in file.parents]
    assert sum(file.stat().st_size for file in own) < 12_000_000
    assert not [file for file in own if file.suffix in (".map", ".ttf", ".po", ".mo")]


@pytest.mark.parametrize("trial", TRIALS)
def test_every_page_has_a_head_that_stands_by_itself(books, sites, browser, trial):
    with opened(browser, PHONE) as tab:
        titles = []
        for page in pages(books, trial):
            tab.goto(f"{sites[trial]}/{page}")
            titles.append(tab.title())
            assert len(titles[-1]) <= 60, titles[-1]
            said = tab.locator("meta[name=description]").get_attribute("content")
            assert len(said) > 20, page
            if trial == "alms":
                assert "ynthetic" in said, page
                assert "ynthetic" in titles[-1], page
            assert tab.locator("meta[name=viewport]").count() == 1
        assert len(set(titles)) == len(titles)


@pytest.mark.parametrize(
    ("asked", "first", "among"),
    [
        ("hazard ratio", "glossary", "efficacy"),
        ("adverse events", "glossary", "safety"),
        ("side effects", "glossary", "safety"),
        ("dropout", "glossary", "population"),
        ("infections", "safety", "safety"),
        ("leukopenia", "safety", "safety"),
        ("kidney", "glossary", "efficacy"),
        ("table 1", "population", "population"),
        ("sample size", "design", "design"),
        ("mortality", "index", "design"),
    ],
)
def test_a_search_finds_the_report_before_what_is_for_reference(
    sites, browser, asked, first, among
):
    with opened(browser, DESK) as tab:
        tab.goto(f"{sites['alms']}/search.html?q={asked.replace(' ', '+')}")
        links = tab.locator("#tb-results li a")
        links.first.wait_for()
        found = [link.get_attribute("href") for link in links.all()]
        assert first in found[0], found[:5]
        assert any(among in address for address in found[:3]), found[:5]
        assert tab.wrong == []


def test_a_search_finds_tables_by_their_titles_and_no_code(sites, browser):
    with opened(browser, DESK) as tab:
        tab.goto(f"{sites['alms']}/notebooks/safety.html")
        title = tab.locator(".tb-title").first
        anchor, words = title.get_attribute("id"), title.inner_text().partition(". ")[2]
        tab.goto(f"{sites['alms']}/search.html?q={quote(words)}")
        links = tab.locator("#tb-results li a")
        links.first.wait_for()
        assert links.first.get_attribute("href") == f"notebooks/safety.html#{anchor}"
        tab.goto(f"{sites['alms']}/search.html?q=glue_for_other_pages")
        tab.get_by_text("Nothing found").wait_for()


def test_the_notice_is_on_every_page_and_on_paper(books, sites, browser):
    with opened(browser, DESK) as tab:
        for page in pages(books, "alms"):
            tab.goto(f"{sites['alms']}/{page}")
            assert tab.locator(".tb-head .tb-kind").inner_text() == "Synthetic patients", page
            assert tab.locator("style[media=print]").count() == 1, page
        tab.emulate_media(media="print")
        assert not tab.locator(".tb-contents").is_visible()
        assert tab.locator("article h1").first.is_visible()


@pytest.mark.parametrize(("width", "beside"), [(820, "article h1"), (1440, ".tb-part")])
def test_footer_and_text_share_an_edge_and_menus_a_letter(sites, browser, width, beside):
    with opened(browser, {"width": width, "height": 900}) as tab:
        tab.goto(f"{sites['alms']}/notebooks/efficacy.html")
        edge = """(one) => one.getBoundingClientRect().left
          + parseFloat(getComputedStyle(one).paddingLeft)"""
        wanted = tab.locator(beside).first.evaluate(edge)
        assert tab.locator(".tb-foot p").first.evaluate(edge) == pytest.approx(wanted, abs=1)
        if width > 1280:
            assert tab.locator(".tb-brand").evaluate(edge) == pytest.approx(wanted, abs=1)
        letters = """(all) => [...new Set(all.map((one) => {
          const { fontSize, color } = getComputedStyle(one);
          return `${fontSize} ${color}`;
        }))]"""
        assert len(tab.locator(".tb-menu :is(summary, a)").evaluate_all(letters)) == 1
        ruled = "(all) => all.filter((one) => parseFloat(getComputedStyle(one).borderBottomWidth))"
        assert tab.locator(".tb-fold").count() > tab.locator(".tb-fold:last-child").count() > 0
        assert (
            tab.locator(".tb-fold:last-child").evaluate_all(f"(all) => ({ruled})(all).length") == 0
        )


def test_a_printed_chapter_is_not_cut_at_the_margin(sites, browser):
    with opened(browser, {"width": 718, "height": 1000}) as tab:  # A4 less its margins
        tab.goto(f"{sites['alms']}/notebooks/efficacy.html")
        tab.emulate_media(media="print")
        assert tab.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        assert len(tab.pdf(format="A4")) > 20_000


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_confidential_book_of_three_arms_keeps_out_no_one(browser, scheme, tmp_path):
    out = tmp_path / "out"
    folder = secret_trial(tmp_path / "trial")
    build(find_book(ROOT), folder, Order(out=out), lambda _: None)
    http = server(out / "html", 0)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    names = sorted(
        file.relative_to(out / "html").as_posix()
        for place in ("book", "notebooks")
        for file in (out / "html" / place).rglob("*.html")
    )
    try:
        for viewport in (PHONE, DESK):
            with opened(browser, viewport, color_scheme=scheme) as tab:
                site = f"http://127.0.0.1:{http.server_port}"
                assert violations(tab, site, [*names, "search.html", "404.html"]) == []
                assert clashes(tab, site, names) == []
    finally:
        http.shutdown()
        http.server_close()
