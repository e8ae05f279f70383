"""The words follow from the numbers: benefit, harm, nothing clear, too few, not estimable."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from trialbook.report.sentences import Effect, Verdict, change, in_text, interval, meaning, span


def effect(hr=0.44, lower=0.25, upper=0.77, p=0.003, treated=19, control=36, **of):
    return Effect(hr, lower, upper, p, treated, control, **of)


def said(of, randomized="yes"):
    return meaning(of, "drug", "placebo", "relapse", randomized)


def test_effect_with_interval_comes_first_and_the_p_value_after():
    assert interval(effect()) == "hazard ratio, 0.44; 95% CI, 0.25 to 0.77; P=0.003"
    assert interval(effect(p=1e-9)).endswith("P<0.001")
    assert "90% CI" in interval(effect(conf_level=0.9))


@pytest.mark.parametrize(
    ("of", "verdict"),
    [
        (effect(), Verdict.BENEFIT),
        (effect(1.8, 1.2, 2.7), Verdict.HARM),
        (effect(favourable=True), Verdict.HARM),
        (effect(1.8, 1.2, 2.7, favourable=True), Verdict.BENEFIT),
        (effect(0.9, 0.65, 1.21, 0.5), Verdict.NO_CLEAR_DIFFERENCE),
        (effect(0.2, 0.02, 1.5, 0.07, 1, 5), Verdict.TOO_FEW_EVENTS),
        (effect(math.nan, math.nan, math.nan, 0.07, 0, 3), Verdict.NOT_ESTIMABLE),
        (effect(1.05, 0.9, 1.22, 0.5, margin=1.3), Verdict.NONINFERIOR),
        (effect(1.15, 0.95, 1.39, 0.1, margin=1.3), Verdict.NONINFERIORITY_NOT_SHOWN),
        (effect(1.5, 1.35, 1.8, margin=1.3), Verdict.HARM),
        (effect(0.7, 0.5, 0.9, margin=1.3), Verdict.BENEFIT),
        (effect(0.95, 0.82, 1.1, 0.5, margin=1 / 1.3, favourable=True), Verdict.NONINFERIOR),
        (effect(0.95, 0.82, 1.1, 0.5, margin=0.8, favourable=True), Verdict.NONINFERIOR),
    ],
)
def test_the_interval_decides_the_verdict(of, verdict):
    assert of.verdict() is verdict


def test_a_benefit_is_called_so_with_what_the_data_allow():
    assert said(effect()) == (
        "with drug the hazard of relapse was 56% lower than with placebo; the data allow "
        "23% to 75% lower. For patients that is a benefit."
    )


def test_a_harm_is_called_so():
    text = said(effect(2.4, 1.5, 3.8))
    assert "2.4 times as high as with placebo" in text
    assert "1.5 to 3.8 times as high" in text
    assert text.endswith("For patients that is a harm.")


def test_no_clear_difference_says_what_the_interval_allows():
    text = said(effect(0.9, 0.65, 1.21, 0.5))
    assert "no clear difference" in text
    assert "35% lower to 21% higher than that with placebo" in text


@pytest.mark.parametrize("randomized", ["partly", "no", "unknown"])
def test_without_randomization_it_is_an_association(randomized):
    text = said(effect(), randomized)
    assert "association" in text
    assert "benefit" not in text


def test_disagreement_of_test_and_interval_is_said():
    assert "do not agree" in said(effect(0.7, 0.5, 0.99, 0.051))
    assert "do not agree" not in said(effect())


def test_no_events_and_none_in_one_arm_are_told_apart():
    nothing = (math.nan, math.nan, math.nan, math.nan)
    assert said(effect(*nothing, 0, 0)).startswith("No relapse was recorded, so")
    assert "with drug" in said(effect(*nothing, 0, 3))
    assert "with placebo" in said(effect(*nothing, 3, 0))


@given(
    st.floats(0.05, 20),
    st.floats(1.01, 10),
    st.floats(0, 1),
    st.booleans(),
    st.sampled_from(["yes", "partly", "no"]),
)
def test_no_sentence_ever_speaks_of_a_trend_or_of_no_effect(hr, factor, p, favourable, randomized):
    of = effect(hr, hr / factor, hr * factor, p, favourable=favourable)
    text = said(of, randomized)
    assert "trend" not in text
    assert "no effect" not in text
    assert "significan" not in text
    assert ("benefit" in text) <= (randomized == "yes")


@given(st.floats(0.05, 20), st.floats(1.01, 10), st.booleans())
def test_exchanging_the_arms_exchanges_benefit_and_harm(hr, factor, favourable):
    assume(abs(math.log(hr)) > 1e-6)
    there = effect(hr, hr / factor, hr * factor, favourable=favourable).verdict()
    back = effect(1 / hr, 1 / (hr * factor), factor / hr, favourable=favourable).verdict()
    exchanged = {Verdict.BENEFIT: Verdict.HARM, Verdict.HARM: Verdict.BENEFIT}
    assert back is exchanged.get(there, there)


def test_changes_read_as_words():
    assert change(0.44) == "56% lower"
    assert change(1.21) == "21% higher"
    assert change(2.34) == "2.3 times as high"
    assert change(0.999) == "the same"
    assert change(0.001) == "more than 99% lower"
    assert span(0.65, 1.21) == "35% lower to 21% higher"
    assert span(1.2, 2.7) == "1.2 to 2.7 times as high"


def test_labels_lose_their_capital_only_when_they_are_plain_words():
    assert in_text("Placebo") == "placebo"
    assert in_text("MMF") == "MMF"
    assert in_text("Xanomeline High Dose") == "Xanomeline High Dose"


def test_an_interval_that_ends_at_no_difference_is_worded():
    text = said(effect(0.69, 0.48, 1.004, 0.05))
    assert "52% lower to the same as that with placebo" in text
