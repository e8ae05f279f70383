from types import SimpleNamespace

from trialbook.escape import MARK_HTML
from trialbook.publishing.free_numbers import explain_marks

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


def test_pages_without_marks_say_nothing():
    assert told("<p>0.44</p>") == "<p>0.44</p>"
