"""What the head of every page says of the data: title, description, margin of printed sheets."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.publishing.head import LONGEST_TITLE, head, page_title, sheets

NOTICE = 'Synthetic patients: made by a "program" <here>.'
BODY = '<h1>Efficacy</h1><p class="tb-lead">A was <em>better</em>.</p><p>Then.</p>'


def of(notice, title="Efficacy", body=BODY, base="", page="notebooks/efficacy", preview="x.png"):
    config = SimpleNamespace(
        trialbook_title="A trial of a drug", trialbook_short="A trial", trialbook_notice=notice,
        trialbook_preview=preview, html_baseurl=base, root_doc="book/index",
    )  # fmt: skip
    builder = SimpleNamespace(get_target_uri=lambda name: f"{name}.html")
    app = SimpleNamespace(config=config, builder=builder)
    found = head(app, page, {"title": title, "body": body})
    return found, dict(found.meta)


def test_title_description_and_preview_say_that_patients_are_synthetic():
    found, meta = of(NOTICE)
    assert found.title == "Efficacy · A trial · synthetic patients"
    assert meta["description"] == "Synthetic patients: A was better."
    assert meta["og:description"] == meta["description"]
    assert meta["og:title"] == found.title


def test_a_description_that_says_so_itself_is_left_as_it_is():
    body = '<p class="tb-lead">In synthetic patients A was better.</p>'
    assert of(NOTICE, body=body)[1]["description"] == "In synthetic patients A was better."


def test_every_printed_sheet_has_chapter_and_notice_in_its_margins():
    style = sheets("Efficacy", NOTICE)
    assert '@page { @top-left { content: "Efficacy" } @bottom-left { content: ' in style
    # quotes and angle brackets as escapes of CSS: neither ends the text or the element
    assert r'"Synthetic patients: made by a \22 program\22  \3c here>."' in style
    assert sheets("A", "", "one") == '@page one { @top-left { content: "A" } }'


@pytest.mark.parametrize("title", ["", None])
def test_without_notice_and_text_the_trial_itself_is_described(title):
    found, meta = of("", title, body="")
    assert found.title == "A trial"
    assert meta["description"] == "A trial of a drug"


def test_address_and_picture_need_to_know_where_the_site_is():
    found, meta = of("")
    assert found.address == ""
    assert "og:image" not in meta
    found, meta = of("", base="https://trials.example/a/")
    assert found.address == meta["og:url"] == "https://trials.example/a/notebooks/efficacy.html"
    assert meta["og:image"] == "https://trials.example/a/x.png"


@given(st.text(max_size=90), st.text(min_size=1, max_size=200), st.sampled_from(["", "Blinded"]))
def test_no_title_is_longer_than_a_search_engine_shows(about, name, told):
    assert len(page_title(about, name, told)) <= LONGEST_TITLE


def test_the_landing_page_is_described_by_its_answer_not_by_the_margin():
    answer = '<h1 class="tb-answer-title">A was better, in synthetic patients</h1>'
    body = f'<p class="tb-kicker">x</p>{answer}<p>Note.</p>'
    assert of(NOTICE, body=body)[1]["description"] == "A was better, in synthetic patients"
