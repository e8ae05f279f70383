"""A harmful trial of four arms with long names: what its pages say is whole, and not a benefit."""

import html
import re

import pytest

from tests.report.four_arms import ARMS, four_arms
from tests.report.test_any_trial import outputs
from trialbook.report.narrative import say_amendments
from trialbook.report.output import Remark
from trialbook.trial import load_trial

CHAPTERS = ("population", "efficacy", "safety")


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """Return what each chapter shows: kind and text."""
    folder = four_arms(tmp_path_factory.mktemp("four") / "trial")
    return {chapter: outputs(chapter, folder) for chapter in CHAPTERS}


def text_of(shown, chapter):
    """Return a chapter's words, as they are read."""
    words = []
    for kind, text in shown[chapter]:
        plain = html.unescape(re.sub(r"<[^>]+>", " ", text))
        words.append(re.sub(r"\\([^\w\s])", r"\1", plain) if kind == "markdown" else plain)
    return re.sub(r"\s+", " ", "\n".join(words))


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_names_are_escaped_once(shown, chapter):
    assert "\\" not in text_of(shown, chapter)


def test_a_harmful_treatment_is_not_weighed_against_its_harms(shown):
    text = text_of(shown, "efficacy")
    assert text.strip().startswith("More hospitalisations or deaths with ")
    assert "worth its harms" not in text
    assert "adverse events are in the chapter on safety" in text


def test_the_stratified_analysis_of_all_comparisons_is_one_sentence(shown):
    text = text_of(shown, "efficacy")
    assert text.count("Randomization was stratified by sex") == 1
    told = text.split("Randomization was stratified by sex")[1].split("stays the headline")[0]
    assert all(label[1:] in told for label in ARMS.values())


def test_a_headline_of_several_figures_goes_on_with_a_small_letter(shown):
    text = text_of(shown, "population")
    assert "twice daily: the largest difference at baseline" in text
    assert ": The largest difference" not in text


def test_who_left_is_told_at_a_time_with_enough_at_risk(shown):
    headline = re.search(
        r"Left the study by (\S+) months: (\d+\.\d)%", text_of(shown, "population")
    )
    assert headline[1] == "18"
    assert 15 < float(headline[2]) < 50  # at the end of its curve it is near all of them


def test_the_reader_of_the_figure_starts_where_its_headline_speaks(shown):
    (figure,) = [t for _, t in shown["population"] if "Left the study by" in t and "tb-reader" in t]
    assert re.search(r"&quot;start&quot;:18\b|&#34;start&#34;:18\b|\"start\": ?18\b", figure)


def test_what_did_not_change_has_no_section(tmp_path):
    said = say_amendments(load_trial(four_arms(tmp_path / "trial")))
    assert isinstance(said, Remark)  # a page leaves a section of remarks alone out
