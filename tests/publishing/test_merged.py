"""Pages as parts of one page: names and links that hold, nothing to press, nothing folded."""

import re

from hypothesis import given
from hypothesis import strategies as st

from trialbook.publishing.merged import LONGEST_TABLE, anchor, merged

A, B = "notebooks/efficacy", "book/glossary"


def one(body, course=False):
    return merged({A: body}, frozenset([A]) if course else frozenset())[A]


def test_the_same_name_on_two_pages_is_two_names_and_links_follow():
    parts = merged(
        {
            A: '<h2 id="x">X</h2><a href="#x">here</a> <a href="../book/glossary.html#x">there</a> '
            '<a href="../book/glossary.html?view=method">whole</a>',
            B: '<h2 id="x">X</h2><a href="../notebooks/efficacy.html#gone">lost</a>',
        }
    )
    assert f'id="{anchor(A, "x")}"' in parts[A]
    assert f'href="#{anchor(A, "x")}">here' in parts[A]
    assert f'href="#{anchor(B, "x")}">there' in parts[A]
    assert f'href="#{anchor(B)}">whole' in parts[A]
    # a place that is not there: the page it would be on
    assert f'href="#{anchor(A)}">lost' in parts[B]


def test_a_link_that_would_lead_out_of_the_file_is_its_words_alone():
    text = one('<a href="../files/ard.csv" download>ard</a> <a href="audit.html#a">audit</a>')
    assert text == "<a>ard</a> <a>audit</a>"
    web = '<a class="external" href="https://doi.org/10.1/a#b">doi</a>'
    assert one(web) == web


def test_what_a_drawing_and_a_style_refer_to_is_renamed_with_it():
    text = one(
        '<style>#t td, .c {color: #123}</style><svg viewBox="0 0 1 1"><clipPath id="p"><path/>'
        '</clipPath><g clip-path="url(#p)"/><use xlink:href="#p"/></svg><table id="t"></table>'
        '<p id="q" aria-labelledby="t q"></p>'
    )
    p, q, t = (anchor(A, name) for name in "pqt")
    assert f"#{t} td, .c {{color: #123}}" in text
    assert f'clip-path="url(#{p})"' in text
    assert f'xlink:href="#{p}"' in text
    assert f'aria-labelledby="{t} {q}"' in text
    assert 'viewBox="0 0 1 1"' in text
    assert "<clipPath" in text


def test_what_can_only_be_pressed_is_left_out_and_what_is_folded_lies_open():
    text = one(
        '<div class="tb-menu"><a href="t.rtf">Word</a><details><summary>Data<svg><path d="M0"/>'
        "</svg></summary><ul><li>CSV</ul></details></div>"
        '<div class="tb-reader"><div><input type="range"><br></div></div>'
        '<details class="tb-fold"><summary><h2 id="s">More</h2></summary><p>Told.</p></details>'
        "<button>Press</button><script>1 < 2</script>"
    )
    heading = f'<div data-summary><h2 id="{anchor(A, "s")}">More</h2></div>'
    wanted = f'<div class="tb-fold">{heading}<p>Told.</p></div>'
    assert text.endswith(wanted)
    assert not re.search("Word|CSV|range|Press|script|Data", text)


def test_code_is_printed_of_the_course_alone_and_of_it_not_what_is_hidden():
    body = (
        '<div class="tb-method">How.</div><div class="cell"><div class="cell_input">1 + 1</div>'
        '<div class="cell_output">2</div></div><div class="cell"><details class="hide above-input">'
        '<summary>Show</summary><div class="cell_input">aside</div></details></div>'
        '<div class="cell_input">after</div>'
    )
    assert re.sub("<[^>]*>", "", one(body)) == "2"
    assert re.sub("<[^>]*>", "", one(body, course=True)) == "How.1 + 12after"


def test_a_table_for_looking_up_is_named_with_the_number_of_its_rows():
    def table(rows):
        lines = "<tr><td>1</td></tr>" * rows
        return (
            '<p class="tb-title">T</p><div class="tb-table" role="region"><table><thead><tr>'
            f"<th>h</th></tr></thead><tbody>{lines}</tbody></table></div><p>After.</p>"
        )

    assert one(table(LONGEST_TABLE)) == table(LONGEST_TABLE)
    long = one(table(LONGEST_TABLE + 1))
    assert f"Its {LONGEST_TABLE + 1} rows are on" in long
    assert "<td" not in long
    assert long.endswith("</div><p>After.</p>")


@given(st.text(st.characters(codec="utf-8", exclude_characters="<&\r\0")))
def test_text_stays_as_it_stands(said):
    body = f"<p>{said} &amp; &#36; 1 &lt; 2</p>"
    assert one(body) == body
