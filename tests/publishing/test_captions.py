"""Tables and figures are numbered through the book, told apart, and have one menu each."""

import re
from types import SimpleNamespace

import pandas as pd
import pytest
from docutils import nodes

from trialbook.publishing.exhibits import count_exhibits, set_exhibits
from trialbook.report import output
from trialbook.report.output import Drawing, show_each
from trialbook.report.table import html_table

HOSTILE = '</span><script>alert("C3")</script>'
FILES = [f"figures/c3.{e}" for e in ("svg", "png")] + ["tables/t.csv", "tables/t.rtf", "ard.csv"]


@pytest.fixture
def shown(monkeypatch, tmp_path):
    monkeypatch.setenv("TRIALBOOK_EXPORTS", str(tmp_path))
    found = []
    monkeypatch.setattr(output, "display", found.append)
    return found


def drawing(name, headline="Means by visit"):
    return Drawing("<svg></svg>", name, "a message", "<svg></svg>", headline=headline)


def table():
    return html_table(pd.DataFrame({"a": ["x"], "b": ["1"]}), name="t", caption="A table")


def page(*exhibits, name="notebooks/safety", before=None, files=FILES):
    """Return a page's body with its exhibits set, and how many each kind had."""
    body = "\n<p>between</p>\n".join(one._repr_html_() for one in exhibits)
    env = SimpleNamespace(docname=name, trialbook_exhibits=dict(before or {}))
    env.toctree_includes = {"book/index": ["notebooks/efficacy", "notebooks/safety"]}
    app = SimpleNamespace(
        env=env, config=SimpleNamespace(trialbook_files=files, root_doc="book/index")
    )
    document = nodes.document(None, None, "", nodes.raw("", body, format="html"))
    count_exhibits(app, document)
    context = {"body": body, "pathto": lambda name, _: f"../{name}"}
    set_exhibits(app, name, "page.html", context, None)
    return context["body"], env.trialbook_exhibits[name]


def titles(body):
    found = re.findall(r'class="tb-(?:fig)?title"[^>]*>(.*?)</p>', body)
    return [re.sub("<[^>]+>", "", title) for title in found]


def test_each_figure_begins_with_what_it_is_of(shown):
    show_each([("C3, mg/dl", drawing("c3")), ("none", None), ("C4, mg/dl", drawing("c4"))])
    body, counts = page(*shown)
    assert titles(body) == ["Figure 1. C3, mg/dl: means by visit",
                            "Figure 2. C4, mg/dl: means by visit"]  # fmt: skip
    assert counts == {"Table": 0, "Figure": 2}


def test_a_figure_alone_is_not_told_apart(shown):
    show_each([("C3, mg/dl", drawing("c3")), ("C4, mg/dl", None)])
    assert titles(page(*shown)[0]) == ["Figure 1. Means by visit"]


def test_numbers_go_on_where_the_pages_before_left_off(shown):
    before = {
        "book/index": {"Table": 0, "Figure": 1},
        "notebooks/efficacy": {"Table": 4, "Figure": 2},
    }
    body, _ = page(drawing("c3"), table(), before=before)
    assert titles(body) == ["Figure 4. Means by visit", "Table 5. A table"]


def test_what_a_figure_is_of_does_nothing_in_its_title(shown):
    show_each([(HOSTILE, drawing("c3")), ("C4", drawing("c4"))])
    body, _ = page(*shown)
    assert "<script" not in body
    assert "alert(&quot;C3&quot;)" in body


def test_every_menu_has_a_name_of_its_own_and_the_files_that_there_are(shown):
    body, _ = page(drawing("c3"), table(), drawing("c4"))
    names = re.findall(r"<summary>(.*?)</summary>", body)
    assert len(set(names)) == len(names) == 3
    links = re.findall(r'<a [^>]*href="([^"]*)"[^>]*aria-label="([^"]*)"[^>]*>([^<]*)</a>', body)
    labels = [label for _, label, _ in links]
    assert len(set(labels)) == len(labels)
    # what is read out begins with what is seen
    assert all(label.startswith(text) for _, label, text in links)
    files = [href for href, *_ in links if not href.startswith("?")]
    assert files == ["../files/figures/c3.png", "../files/figures/c3.svg",
                     "../files/tables/t.rtf", "../files/tables/t.csv"]  # fmt: skip
    assert 'href="../files/ard.csv"' in body


def test_a_table_for_word_is_offered_beside_the_fold_and_the_rest_in_it(shown):
    body, _ = page(table())
    beside, folded = re.search(r'"tb-menu">(.*?)<details[^>]*>(.*?)</details>', body).groups()
    assert re.findall(r"files/[\w/.]+", beside) == ["files/tables/t.rtf"]
    assert re.findall(r"files/[\w/.]+", folded) == ["files/tables/t.csv"]
    assert "Word" not in folded


def test_a_page_without_exhibits_or_files_offers_nothing(shown):
    body, _ = page(files=[])
    assert body == ""
    body, _ = page(table(), files=[])
    assert "download" not in body
