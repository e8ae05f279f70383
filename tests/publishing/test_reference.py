"""The reference's pages: current, and with every public name."""

import re

import pytest

from tests.publishing.conftest import ROOT
from trialbook import plots, survival
from trialbook.publishing.reference import documented, reference_pages

PAGES = reference_pages(ROOT)


@pytest.mark.parametrize("page", sorted(PAGES), ids=lambda page: page.stem)
def test_a_page_is_what_the_docstrings_say(page):
    assert page.read_text(encoding="utf-8") == PAGES[page], "run trialbook pair"


def test_every_public_name_has_an_entry_and_an_example():
    assert documented() == {*survival.__all__, *plots.__all__} - {"FEW_EVENTS"}
    entries = re.split(r"^### ", "\n".join(PAGES.values()), flags=re.MULTILINE)[1:]
    assert all(">>>" in entry for entry in entries)
    assert {entry.split("`")[1] for entry in entries} == documented()


def test_no_reference_is_written_where_no_package_lies(tmp_path):
    assert reference_pages(tmp_path) == {}
