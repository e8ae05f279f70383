"""Text from data is shown as text, in HTML, in Markdown and in figures."""

import csv
import html
import io
import re
from xml.etree import ElementTree

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from myst_parser.config.main import MdParserConfig
from myst_parser.mdit_to_docutils.base import DocutilsRenderer
from myst_parser.parsers.mdit import create_md_parser

from trialbook.escape import (
    escape_cell,
    escape_html,
    escape_markdown,
    escape_svg,
    plain,
    shortened,
)
from trialbook.report.plots.layout import sheet, write
from trialbook.report.style import drawn, theme
from trialbook.report.table import html_table

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "&lt;b&gt; & co",
    "**bold** _it_ `code` [link](http://evil.example) ![i](x)",
    "# heading",
    "- item",
    "1. item",
    "$\\frac{1}{0}$ and $$x$$",
    "\\begin{align}x\\end{align}",
    "{eval-rst}`x` {cite}`nobody` {numref}`fig-none`",
    "```{include} /etc/passwd\n```",
    ":::{warning}\nx\n:::",
    "(target)=",
    "% comment",
    "+++",
    "| a | b |\n|---|---|",
    "http://evil.example www.evil.example",
    "{{ substitution }}",
    "<img src=x onerror=alert(1)> {{ 7 * 7 }}",
    "[^1] footnote",
    "term\n: definition",
    "C:\\temp\\new",
]


def rendered(markdown: str) -> str:
    """Return the text of one paragraph as MyST renders it."""
    config = MdParserConfig(
        enable_extensions={"amsmath", "attrs_inline", "colon_fence", "deflist", "dollarmath"}
    )
    parser = create_md_parser(config, DocutilsRenderer)
    tokens = parser.parse(markdown)
    assert [token.type for token in tokens if token.nesting >= 0] == ["paragraph_open", "inline"]
    inline = next(token for token in tokens if token.type == "inline")
    assert {child.type for child in inline.children} <= {"text", "text_special"}
    return "".join(child.content for child in inline.children)


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_shows_hostile_text_as_it_is(text):
    assert rendered(f"A patient had {escape_markdown(text)} twice.") == (
        f"A patient had {plain(text)} twice."
    )


@given(st.text(max_size=60))
def test_markdown_shows_any_text_as_it_is(text):
    shown = MarkdownIt("commonmark").parse(f"x{escape_markdown(text)}x")[1]
    assert "".join(child.content for child in shown.children) == f"x{plain(text)}x"


@pytest.mark.parametrize("text", HOSTILE)
def test_html_holds_no_markup_of_the_data(text):
    escaped = escape_html(text)
    assert not re.search(r"[<>\"]", escaped)
    assert html.unescape(escaped) == plain(text)


def test_marks_that_turn_the_reading_direction_go():
    assert plain("a\u202eb\u2066c\u200fd\x00e\nf") == "abcd e f"


@given(st.text(st.characters(), max_size=60))
def test_any_text_can_stand_in_xml(text):
    element = ElementTree.fromstring(f"<a>{html.escape(plain(text))}</a>")
    assert (element.text or "") == plain(text)


@pytest.mark.parametrize("text", ["a\ufffeb", "a\uffffb", "a\x0bb", "a\ud800b", "a\x1fb"])
def test_what_xml_cannot_hold_goes(text):
    assert ElementTree.fromstring(f"<a>{plain(text)}</a>").text in ("ab", "a b")


@given(st.lists(st.text("a=\r\n,\"' ", max_size=8), min_size=2, max_size=3))
def test_no_cell_of_a_csv_file_begins_a_row(cells):
    file = io.StringIO()
    pd.DataFrame([[escape_cell(cell) for cell in cells]]).to_csv(file, index=False, header=False)
    assert "\r" not in file.getvalue()
    rows = list(csv.reader(io.StringIO(file.getvalue(), newline="")))
    assert len(rows) == 1
    assert not any(cell.lstrip().startswith("=") for cell in rows[0])


def test_a_novel_is_cut_and_says_so():
    assert plain("x" * 10_000) == "x" * 200 + "… (10,000 characters)"
    assert shortened("y" * 50, 10) == "y" * 9 + "…"


@pytest.mark.parametrize("text", HOSTILE)
def test_a_figure_shows_hostile_text_as_it_is(text):
    with theme():
        figure = sheet(1.0)
        write(figure, 0.1, 0.5, text)
        svg = drawn(figure, "hostile", text).inline
    assert "<script" not in svg
    assert "<img" not in svg
    words = html.unescape("".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg)))
    assert words == plain(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_table_shows_hostile_text_as_it_is(text):
    frame = pd.DataFrame(
        {text: [text, "b"], "n": [text, None], f"{text}!": ["1", "2"], "of": [text, text]}
    )
    table = html_table(
        frame, name=text, caption=text, groups="of", spanners={text: ["n"]}, notes=[text]
    )
    assert "<script" not in table.html
    assert "<img" not in table.html
    cell = re.search(r'<th scope="row"[^>]*>(.*?)</th>', table.html, re.DOTALL).group(1)
    assert html.unescape(cell) == plain(text)
    headings = re.findall(r"<th\b[^>]*>(.*?)</th>", table.html, re.DOTALL)
    shown = [html.unescape(re.sub(r"</?span[^>]*>", "", one)).strip() for one in headings]
    assert shown.count(plain(text)) == 4  # the stub's heading, the spanner, a group, a row
    assert plain(f"{text}!") in shown


def test_dollar_signs_in_a_figure_are_not_mathematics():
    with theme():
        figure = sheet(1.0)
        write(figure, 0.1, 0.5, escape_svg("$x^2$"))
        assert "$x^2$" in drawn(figure, "dollars", "m").inline


@pytest.mark.parametrize(
    "text",
    ["=cmd()|' /C calc'!A0", "+1+1", "-2-3", "@SUM(1)", "\t=1", "\u2003=1+1", "\uff1d1", "-1e"],
)
def test_a_formula_is_text_in_a_file_of_cells(text):
    assert escape_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    "cell", ["-2.5", "+1,000", "-3%", "1e-5", "-.5", "@0.90", "a=b", "", None, 2.5, 3]
)
def test_numbers_and_words_stay_as_they_are(cell):
    assert escape_cell(cell) is cell


@pytest.mark.filterwarnings("error")
def test_letters_that_the_font_of_figures_lacks_are_no_warning(monkeypatch, tmp_path):
    """A warning would fail the build of a trial whose arms have Chinese names, say."""
    monkeypatch.setenv("TRIALBOOK_EXPORTS", str(tmp_path))
    with theme():
        figure = sheet(1.0)
        write(figure, 0.1, 0.5, "安慰剂")
        drawing = drawn(figure, "letters", "m")
    assert "安慰剂" in drawing.inline
    assert drawing.png
