"""What a trial cannot fill leaves its page, and its method is set apart."""

import json

from trialbook.publishing.reading import for_reading, prepared


def markdown(text, *tags):
    return {"cell_type": "markdown", "id": "m", "metadata": {"tags": list(tags)}, "source": text}


def code(*outputs, tags=(), source="x"):
    return {"cell_type": "code", "id": "c", "metadata": {"tags": list(tags)}, "source": source,
            "execution_count": 1, "outputs": list(outputs)}  # fmt: skip


def shown(text="<b>1</b>"):
    return {"output_type": "display_data", "data": {"text/html": text}, "metadata": {}}


def remark(text):
    return {"output_type": "execute_result", "execution_count": 1,
            "data": {"text/markdown": text},
            "metadata": {"text/markdown": {"trialbook": "remark"}}}  # fmt: skip


def of(*cells, has=()):
    return prepared(json.dumps({"cells": [markdown("# Safety"), *cells], "metadata": {}}), has)


def words(page):
    return [c["source"] for c in json.loads(page.notebook)["cells"] if c["cell_type"] == "markdown"]


END = [markdown("## What was found"), code(shown())]


def test_a_section_with_a_result_stays_and_one_with_a_remark_only_leaves():
    page = of(
        markdown("## One\n\nWords."), code(shown()),
        markdown("## Two"), code(remark("No dates.")), markdown("Said of nothing."), *END,
    )  # fmt: skip
    assert words(page) == ["# Safety", "## One\n\nWords.", "## What was found"]
    assert page.remarks == ("No dates.",)
    assert not page.is_empty


def test_remarks_beside_results_go_and_are_kept_once():
    page = of(markdown("## One"), code(shown(), remark("Odd.")), code(remark("Odd.")), *END)
    assert page.remarks == ("Odd.",)
    assert "Odd." not in page.notebook


def test_a_section_whose_parts_all_leave_leaves_with_them():
    page = of(markdown("## One"), markdown("{.fold}\n### Within"), code(remark("Nothing.")), *END)
    assert words(page) == ["# Safety", "## What was found"]
    assert page.is_empty


def test_a_folded_part_goes_with_the_line_above_its_heading():
    text = "## One\n\nWords.\n\n{.fold}\n### Within\n"
    page = of(markdown(text), code(), markdown("## Two"), code(shown()), *END)
    assert words(page) == ["# Safety", "## Two", "## What was found"]


def test_what_a_trial_does_not_have_leaves_with_its_heading():
    cells = [markdown("## Laboratory"), markdown("Means.", "needs-adlb"),
             code(shown(), tags=["needs-adlb"]), *END]  # fmt: skip
    assert words(of(*cells)) == ["# Safety", "## What was found"]
    assert words(of(*cells, has=["ADLB"])) == [
        "# Safety", "## Laboratory", "Means.", "## What was found"
    ]  # fmt: skip


def test_a_method_alone_is_no_result():
    page = of(markdown("## One"), markdown("How.", "method"), code(shown(), tags=["method"]),
              code(), *END)  # fmt: skip
    assert page.is_empty
    assert "How." not in page.notebook


def test_what_is_glued_stays_though_its_section_leaves():
    page = of(markdown("## One"), code(shown()), markdown("## End"), code(),
              code(shown("glued"), tags=["remove-cell"]))  # fmt: skip
    assert "## End" not in words(page)
    assert "glued" in page.notebook


def test_a_heading_in_a_fence_or_a_comment_of_code_begins_nothing():
    text = "## One\n\n```python\n# not a heading\n```\n"
    page = of(markdown(text), code(shown()), *END)
    assert words(page)[1] == text


def test_the_prose_of_a_method_is_marked_and_all_code_is_on_the_page():
    cells = [markdown("Why.\n\n:::{note}\nBe careful.\n:::", "method"),
             code(shown(), tags=["remove-input", "needs-adae"])]  # fmt: skip
    first, second = json.loads(for_reading(json.dumps({"cells": cells})))["cells"]
    assert first["source"].startswith(":::::{container} tb-method\nWhy.")
    assert first["source"].endswith(":::::\n")
    assert second["metadata"]["tags"] == ["needs-adae"]
