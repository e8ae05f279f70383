"""Every chapter reads with the arms pooled, and names none of them."""

import pytest

from tests.report.test_any_trial import TRIALS, folder_of, run

CODES = ("NOX", "YESX", "MOREX")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("chapter", ["population", "efficacy", "safety", "checklist"])
def test_a_chapter_reads_blinded_and_names_no_arm(chapter, tmp_path):
    folder = folder_of("three arms", TRIALS["three arms"], tmp_path / "tiny")
    seeing = run(chapter, folder)
    blind = run(chapter, folder, blinded=True)
    assert not [code for code in CODES if code in blind]
    assert " vs " not in blind
    assert "nan" not in blind.lower()
    if chapter != "checklist":
        assert seeing != blind
        assert "Pooled treatments" in blind or chapter == "safety"
    if chapter == "efficacy":
        assert "Another arm vs an arm" in seeing
        assert "The groups are pooled: nothing is compared." in blind


@pytest.mark.filterwarnings("error")
def test_the_design_is_told_with_its_arms_and_without_results(tmp_path):
    folder = folder_of("three arms", TRIALS["three arms"], tmp_path / "tiny")
    shown = run("design", folder, blinded=True)
    assert "another arm" in shown.lower()  # as trial.yml calls it: a design is no secret
    assert "(blinded)" in shown
