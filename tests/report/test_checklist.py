"""The checklist says where the book answers CONSORT 2025, and why not where it does not."""

from pathlib import Path

import pytest

from trialbook.report.checklist import ITEMS, PAGES, checklist, show_checklist
from trialbook.trial import load_trial

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["alms", "gbsg2"])
def test_every_item_is_answered_or_says_why_not(name):
    table = checklist(load_trial(ROOT / "data" / name))
    assert len(table) == len(ITEMS)
    shown = show_checklist(load_trial(ROOT / "data" / name)).markdown
    assert f"{(table['page'] != '').sum()} of the {len(ITEMS)} items are answered" in shown
    assert ((table["page"] != "") ^ (table["why_not"] != "")).all()
    assert set(table["page"]) - {""} <= set(PAGES)


def test_harms_are_not_claimed_without_adverse_events():
    gbsg2 = checklist(load_trial(ROOT / "data" / "gbsg2")).set_index("item")
    alms = checklist(load_trial(ROOT / "data" / "alms")).set_index("item")
    assert gbsg2.loc["27", "page"] == ""
    assert alms.loc["27", "page"] == "safety"


def test_links_lead_to_pages_that_are_there():
    shown = show_checklist(load_trial(ROOT / "data" / "alms")).markdown
    for _, target in PAGES.values():
        source = (ROOT / "notebooks" / target).resolve()
        assert source.is_file()
        assert f"({target})" in shown
