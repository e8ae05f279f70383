"""All tables in one document: the order and the numbers of the pages."""

import json
from types import SimpleNamespace

import pandas as pd

from trialbook.publishing.appendix import appendix, numbered
from trialbook.report.rtf import rtf_table


def notebook(*html):
    outputs = [{"data": {"text/html": text}} for text in html]
    return json.dumps({"cells": [{"outputs": outputs}, {"source": "no outputs"}]})


def shown(name, kind="tables"):
    title = {"tables": "tb-title", "figures": "tb-figtitle"}[kind]
    return f'<p class="{title}">T</p>\n<p class="tb-files" data-files="{kind}/{name}"></p>'


def test_tables_are_numbered_as_the_pages_number_them():
    books = {
        "a": notebook(shown("one"), shown("drawn", "figures"), '<p class="tb-title">no file</p>'),
        "b": notebook(shown("two") + shown("three")),
    }
    assert numbered(books) == [("a", 1, "one"), ("b", 3, "two"), ("b", 4, "three")]


def test_the_appendix_holds_each_table_that_was_left_and_is_none_without(tmp_path):
    facts = SimpleNamespace(short="A trial", title="A longer title")
    assert appendix({"a": notebook(shown("one"))}, tmp_path, facts, "") is None
    origin = "A longer title. Data cut 2026-03-31, 1234."
    notes = ("All of them.", origin)
    table = rtf_table(pd.DataFrame({"Arm": ["A"], "n": ["3"]}), "Patients", notes)
    (tmp_path / "one.rtf").write_text(table)
    document = appendix({"a": notebook(shown("one"), shown("gone"))}, tmp_path, facts, origin)
    assert "Table 1. Patients" in document
    assert "notebooks/a.md" in document
    assert "A trial" in document
    assert "Table 2" not in document
    footer = document[document.index("\\footer") :].split("\n")[0]
    assert origin in footer
    assert document.count(origin) == 1, "below every page, not below the table as well"
    assert "All of them." in document
