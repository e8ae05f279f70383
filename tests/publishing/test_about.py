"""The page on a build says what was not there, and of confidential data no more than may be."""

from types import SimpleNamespace

from trialbook.publishing.about import about


def facts(**more):
    return SimpleNamespace(**({"title": "A trial", "notice": "", "confidential": False,
                               "n_results": 0,
                               "repairs": ["AVAL: 3 texts read as numbers"]} | more))  # fmt: skip


def told(**more):
    known = {"remarks": {"safety": ("No dates.", "- one\n- two"), "design": ()},
             "left_out": ["evidence"], "parameters": {"trial": "x", "alpha": 0.1},
             "data": {"adsl.csv": "0123456789abcdef"}, "build": "fedcba9876543210",
             "titles": {"evidence": "Other trials"}}  # fmt: skip
    return about(facts(**more), **known)


def test_it_lists_remarks_chapters_repairs_files_parameters_and_programs():
    text = told()
    assert "### Safety\n\n- No dates.\n- one\n- two" in text
    assert "### Design" not in text
    assert "do not fill them: Other trials." in text
    assert "3 texts read as numbers" in text
    assert "`0123456789ab`" in text
    assert "`alpha = 0.1`" in text
    assert "lifelines " in text
    assert "build `fedcba987654`" in text


def test_of_confidential_files_neither_hashes_nor_repairs_are_told():
    text = told(confidential=True, notice="Confidential: not shown.")
    assert "0123456789ab" not in text
    assert "3 texts" not in text
    assert "1 repair" in text
    assert "## What is withheld" in text


def test_a_title_from_data_is_text():
    assert "<script>" not in told(title="<script>x</script>")


def test_it_says_how_to_have_the_numbers_computed_anew():
    assert "\n\n```\nRscript verify.R DATA\n```\n\n" in told(confidential=True)
