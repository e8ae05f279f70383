"""Figures that share the caption of their cell are told apart by what each is of."""

import re

import pytest

from trialbook.publishing.sphinx_extension import tell_figures_apart
from trialbook.report import output
from trialbook.report.output import Drawing, show_each

HOSTILE = '</span><script>alert("C3")</script>'


def page(*drawings):
    """Return a body as Sphinx writes it: each figure with the one caption of its cell."""
    caption = '<figcaption><p><span class="caption-text">Means by visit.</span></p></figcaption>'
    figures = [f"<figure>{one._repr_html_()}{caption}</figure>" for one in drawings]
    return "\n<p>between</p>\n".join(figures)


def captions(body):
    context = {"body": body}
    tell_figures_apart(None, "notebooks/safety", "page.html", context, None)
    return re.findall(r'caption-text">(.*?)</span></p></figcaption>', context["body"])


@pytest.fixture
def shown(monkeypatch):
    found = []
    monkeypatch.setattr(output, "display", found.append)
    return found


def drawing(name):
    return Drawing("<svg></svg>", name, "a message", "<svg></svg>")


def test_each_caption_begins_with_what_its_figure_is_of(shown):
    show_each([("C3, mg/dl", drawing("c3")), ("none", None), ("C4, mg/dl", drawing("c4"))])
    assert captions(page(*shown)) == [
        "<strong>C3, mg/dl.</strong> Means by visit.",
        "<strong>C4, mg/dl.</strong> Means by visit.",
    ]


def test_a_figure_alone_keeps_its_caption(shown):
    show_each([("C3, mg/dl", drawing("c3")), ("C4, mg/dl", None)])
    assert captions(page(*shown)) == ["Means by visit."]


def test_a_figure_of_another_cell_keeps_its_caption(shown):
    show_each([("C3", drawing("c3")), ("C4", drawing("c4"))])
    found = captions(page(drawing("flow"), *shown))
    assert found[0] == "Means by visit."
    assert len(set(found)) == 3


def test_what_a_figure_is_of_does_nothing_in_its_caption(shown):
    show_each([(HOSTILE, drawing("c3")), ("C4", drawing("c4"))])
    context = {"body": page(*shown)}
    tell_figures_apart(None, "notebooks/safety", "page.html", context, None)
    assert "<script" not in context["body"]
    assert context["body"].count("alert(&quot;C3&quot;)") == 2
