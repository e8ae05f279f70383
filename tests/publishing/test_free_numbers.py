from types import SimpleNamespace

import pytest

from trialbook.escape import MARK, MARK_HTML
from trialbook.publishing.free_numbers import explain_marks
from trialbook.report.explorers import explorer

BODY = f"<p>81.0%{MARK_HTML} and 0.44</p>\n"


def told(body, found=("notebooks/left_open",)):
    app = SimpleNamespace(env=SimpleNamespace(found_docs=found))
    context = {"body": body, "pathto": lambda name: f"{name}.html"}
    explain_marks(app, "notebooks/efficacy", "page.html", context, None)
    return context["body"]


def test_a_page_with_marks_says_once_what_they_mean():
    body = told(BODY + BODY)
    assert body.startswith(BODY + BODY)
    assert body.count("could have come out otherwise") == 1
    assert '<a href="notebooks/left_open.html">their ranges</a>' in body


def test_without_the_page_of_ranges_there_is_no_link():
    assert "<a" not in told(BODY, found=())


@pytest.mark.parametrize("values", [{"said": f"0.44{MARK}"}, {"free": True}], ids=str)
def test_a_page_whose_explorer_alone_writes_marks_says_what_they_mean(values):
    assert "could have come out otherwise" in told(explorer("reader", values))


def test_an_explorer_without_marks_asks_for_no_word():
    body = explorer("reader", {"said": "free: 0.44", "free": False})
    assert told(body) == body


def test_pages_without_marks_say_nothing():
    assert told("<p>0.44</p>") == "<p>0.44</p>"
