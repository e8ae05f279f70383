"""A long table stays whole without scripts, narrows with them, and executes nothing of the data."""

from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.report.filtered import filtered_table

ROOT = Path(__file__).parents[2]


class Reader(HTMLParser):
    """Collects tags, ids and the text of cells."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.ids, self.cells, self.checked = [], [], [], []
        self._in_cell = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        of = dict(attrs)
        self.tags.append(tag)
        self.ids += [of["id"]] if "id" in of else []
        self.checked += [of["id"]] if "checked" in of else []
        self._in_cell = tag in ("td", "th")
        if self._in_cell:
            self.cells.append("")

    def handle_data(self, data):
        if self._in_cell:
            self.cells[-1] += data

    def handle_endtag(self, tag):
        self._in_cell = False


FRAME = pd.DataFrame({"Figure": ["a", "b", "c"], "Value": ["1", "2", "3"]})


def table(frame=FRAME, kinds=("x", "y", "x")):
    return filtered_table(
        frame, name="My table", caption="A caption", filters={"Kind": kinds}, numbers=["Value"]
    )


def test_buttons_count_their_rows_and_all_is_chosen():
    html = table().html
    assert "all (3)" in html
    assert "x (2)" in html
    assert "y (1)" in html
    assert Reader(html).checked == ["tb-my-table-f0-all"]


def test_every_button_hides_the_other_rows_by_style_alone():
    html = table().html
    rule = '#tb-my-table:has(#tb-my-table-f0-1:checked) tbody tr:not([data-f0="1"]) {display: none}'
    assert rule in html
    assert html.count('<tr data-f0="0">') == 2
    assert html.count('<tr data-f0="1">') == 1


def test_the_order_of_a_categorical_is_kept_and_empty_choices_go():
    kinds = pd.Categorical(["y", "x", "y"], ["x", "unused", "y"])
    html = table(kinds=kinds).html
    assert html.index("x (1)") < html.index("y (2)")
    assert "unused" not in html


def test_a_row_without_a_value_shows_under_all_alone():
    html = table(kinds=pd.Categorical(["x", None, "x"], ["x"])).html
    assert "all (3)" in html
    assert "x (2)" in html
    assert html.count('data-f0="-1"') == 1


def test_the_search_field_needs_the_script_and_nothing_comes_from_the_network():
    html = table().html
    assert '<label class="tb-filter-words" hidden>' in html
    assert 'data-script="filtered"' in html
    assert (ROOT / "book/assets/components/filtered.js").is_file()
    assert "http" not in html
    assert "src=" not in html


def test_no_blank_line_ends_the_html_block_and_ids_are_unique():
    html = table().html
    assert "\n\n" not in html
    ids = Reader(html).ids
    assert len(ids) == len(set(ids))


def test_the_same_frame_is_downloaded(tmp_path, monkeypatch):
    monkeypatch.setenv("TRIALBOOK_EXPORTS", str(tmp_path))
    table()._repr_html_()
    pd.testing.assert_frame_equal(
        pd.read_csv(tmp_path / "tables" / "my-table.csv", dtype=str), FRAME
    )


@given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_hostile_text_is_text(texts):
    hostile = [f"<script>alert(1)</script>\"'>&{text}" for text in texts]
    frame = pd.DataFrame({hostile[0] + "head": hostile, "Value": hostile})
    reader = Reader(
        filtered_table(frame, name="t", caption=hostile[0], filters={"K": hostile}).html
    )
    assert "script" not in reader.tags
    assert reader.tags.count("tr") == 1 + len(frame)
    assert all(cell.startswith("<script>") for cell in reader.cells if cell != "Value")


@pytest.mark.parametrize("rows", [0, 1])
def test_short_tables_are_tables_too(rows):
    html = table(FRAME.head(rows), ["x"] * rows).html
    assert f"all ({rows})" in html
