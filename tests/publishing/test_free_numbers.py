from types import SimpleNamespace

import pytest

from trialbook.publishing.free_numbers import chapters_with_free_numbers, mark_free_numbers

ARD = """chapter,analysis,basis
efficacy,cox,free
efficacy,cox,calibrated
evidence,evidence,free
evidence,evidence,observed
design,design,free
"""
BODY = '<table></table>\n<p class="tb-files" data-files="tables/a"></p>\n<p class="tb-files"></p>'


def marked(page, found=("notebooks/left_open",)):
    app = SimpleNamespace(
        config=SimpleNamespace(trialbook_free=["efficacy"], root_doc="book/index"),
        env=SimpleNamespace(found_docs=found),
    )
    context = {"body": BODY, "pathto": lambda name: f"{name}.html"}
    mark_free_numbers(app, page, "page.html", context, None)
    return context["body"]


def test_chapters_whose_numbers_are_all_synthetic():
    assert chapters_with_free_numbers(ARD) == ["efficacy"]
    assert chapters_with_free_numbers("chapter,analysis,basis\na,cox,observed\n") == []


@pytest.mark.parametrize("page", ["notebooks/efficacy", "book/index"])
def test_every_table_and_figure_says_that_unprinted_numbers_are_free(page):
    body = marked(page)
    assert body.count("could have come out otherwise") == 1
    assert '<a href="notebooks/left_open.html">their ranges</a>' in body


def test_other_pages_and_other_trials_say_nothing():
    assert marked("notebooks/evidence") == BODY
    assert marked("notebooks/efficacy", found=()) == BODY
