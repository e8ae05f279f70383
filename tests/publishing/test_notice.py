"""What the head of every page says of the data: title, description, margin of printed sheets."""

from types import SimpleNamespace

import pytest

from trialbook.publishing.sphinx_extension import describe, name_the_trial

NOTICE = 'Synthetic patients: made by a "program" <here>.'


def page(notice, title="Efficacy: did A &amp; B <em>help</em>?"):
    config = SimpleNamespace(
        trialbook_trial="", trialbook_title="A trial", trialbook_notice=notice,
        html_theme_options={},
    )  # fmt: skip
    context = {"title": title, "metatags": "<meta name='generator'>"}
    name_the_trial(None, config)
    describe(SimpleNamespace(config=config), "a", "page.html", context, None)
    return config, context["metatags"]


def test_title_and_description_say_that_patients_are_synthetic():
    config, head = page(NOTICE)
    assert config.html_title == "A trial (synthetic patients)"
    assert config.project == "A trial"
    assert head.startswith("<meta name='generator'>")
    assert (
        '<meta name="description" content="Synthetic patients: made by a &quot;program&quot; '
        '&lt;here&gt;. Efficacy: did A &amp; B help? – A trial">' in head
    )


def test_every_printed_sheet_has_the_notice_in_its_margin():
    _, head = page(NOTICE)
    assert "@page { @top-center { content: " in head
    # quotes and angle brackets as escapes of CSS: neither ends the text or the element
    assert r'"Synthetic patients: made by a \22 program\22  \3c here>."' in head


@pytest.mark.parametrize("title", ["", None])
def test_without_notice_there_is_a_description_only(title):
    config, head = page("", title)
    assert config.html_title == "A trial"
    assert 'content="A trial">' in head
    assert "@page" not in head
