"""What a search can find on a page, and what it leaves alone."""

from trialbook.publishing.search_index import SearchIndex, entries_of

BODY = """
<section id="efficacy"><h1>Efficacy<a class="headerlink" href="#efficacy">#</a></h1>
<p class="tb-lead">Fewer failures.</p>
<section id="how"><h2>How much?</h2><p>Twenty in 100. <math><mi>d</mi></math></p>
<div class="cell"><div class="cell_input"><pre>secret_code()</pre></div>
<div class="tb-exhibit"><p class="tb-title" id="table-3"><span class="tb-number">Table 3.</span> All
end points</p><div class="tb-table"><table><tr><th scope="row">Renal flare</th><td>12</td></tr>
</table></div><div class="tb-menu"><details><summary>Data of Table 3</summary></details></div>
</div>
<div class="tb-exhibit"><p class="tb-figtitle" id="figure-1">Curves</p>
<div class="tb-figure"><svg><text>letters</text></svg></div></div></div>
<div class="tag_method"><p>By hand.</p></div></section>
</section>
<dl class="glossary"><dt id="term-hazard">hazard</dt><dt id="term-force">force</dt>
<dd><p>A rate.</p></dd></dl>
"""


def test_sections_exhibits_and_terms_are_entries_of_their_own():
    found = {
        (e.kind, e.anchor): (" ".join(e.title.split()), " ".join(e.text)) for e in entries_of(BODY)
    }
    assert found[("page", "")][0] == "Efficacy"
    assert "Fewer failures." in found[("page", "")][1]
    assert "Twenty in 100." in found[("section", "how")][1]
    assert found[("exhibit", "table-3")] == ("All end points", "Renal flare")
    assert found[("exhibit", "figure-1")][0] == "Curves"
    assert found[("term", "term-hazard")] == ("hazard, force", "A rate.")


def test_code_method_numbers_and_letters_of_drawings_are_not_found():
    text = repr(entries_of(BODY))
    for silent in ("secret_code", "By hand", "12", "letters", "Data of", "#'", "Table 3"):
        assert silent not in text, silent


def test_a_term_counts_as_much_as_a_chapter(tmp_path):
    index = SearchIndex()
    index.add("book/glossary.html", "Glossary", 0.3, BODY)
    weights = {row[0]: row[-1] for row in index.rows}
    assert weights["term"] == 1.0
    assert weights["section"] == 0.3
    index.write(tmp_path / "searchindex.js")
    assert (tmp_path / "searchindex.js").read_text("utf-8").startswith("window.trialbookIndex = {")


def test_a_page_of_loose_headings_is_called_by_its_first():
    body = "<section id='card'><h1>Data card</h1><h2>What is real</h2><p>Nobody.</p></section>"
    (page,) = entries_of(body)
    assert page.title == "Data card"
    assert page.text == ["What is real", "Nobody."]
