"""The words follow from the numbers: benefit, harm, nothing clear, too few, not estimable."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from trialbook.report.constancy import Constancy
from trialbook.report.effect import Effect, Verdict
from trialbook.report.sentences import interval, meaning
from trialbook.report.words import change, compatible, in_text


def effect(hr=0.44, lower=0.25, upper=0.77, p=0.003, treated=19, control=36, **of):
    return Effect(hr, lower, upper, p, treated, control, **of)


def said(of, randomized="yes", **how):
    return meaning(of, "drug", "placebo", "relapse", randomized, **how)


def test_effect_with_interval_comes_first_and_the_p_value_after():
    assert interval(effect()) == "hazard ratio, 0.44; 95% CI, 0.25 to 0.77; log-rank P=0.003"
    assert interval(effect(p=1e-9)).endswith("log-rank P<0.001")
    assert "90% CI" in interval(effect(conf_level=0.9))


@pytest.mark.parametrize(
    ("of", "verdict"),
    [
        (effect(), Verdict.BETTER),
        (effect(1.8, 1.2, 2.7), Verdict.WORSE),
        (effect(favourable=True), Verdict.WORSE),
        (effect(1.8, 1.2, 2.7, favourable=True), Verdict.BETTER),
        (effect(0.9, 0.65, 1.21, 0.5), Verdict.NO_CLEAR_DIFFERENCE),
        (effect(0.2, 0.02, 1.5, 0.07, 1, 5), Verdict.TOO_FEW_EVENTS),
        (effect(math.nan, math.nan, math.nan, 0.07, 0, 3), Verdict.NOT_ESTIMABLE),
    ],
)
def test_the_interval_decides_the_verdict(of, verdict):
    assert of.verdict() is verdict


def test_a_verdict_is_one_on_this_end_point_with_what_the_data_are_compatible_with():
    assert said(effect()) == (
        "with drug the hazard of relapse was 56% lower than with placebo; the data are "
        "compatible with a reduction of 23% to 75%. On this end point that favours drug."
    )
    text = said(effect(2.4, 1.5, 3.8))
    assert "2.4 times as high as with placebo" in text
    assert "compatible with 1.5 to 3.8 times the hazard" in text
    assert text.endswith("On this end point that favours placebo.")


def test_synthetic_patients_favour_nothing():
    assert "favours" not in said(effect(), synthetic=True)
    assert "56% lower" in said(effect(), synthetic=True)


def test_no_clear_difference_says_what_the_interval_allows():
    text = said(effect(0.9, 0.65, 1.21, 0.5))
    assert "no clear difference" in text
    assert "anything from a hazard 35% lower to one 21% higher" in text


@pytest.mark.parametrize("randomized", ["partly", "no", "unknown"])
def test_without_randomization_it_is_an_association(randomized):
    text = said(effect(), randomized)
    assert "drug was associated with a hazard of relapse 56% lower than with placebo" in text
    assert "so this is an association" in text
    assert "favours" not in text
    unknown = "Nothing in the files says that chance assigned the patients"
    assert (unknown in text) == (randomized == "unknown")


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
    st.sampled_from(["yes", "partly", "no", "unknown"]),
)
def test_no_sentence_ever_speaks_of_a_trend_or_of_no_effect(hr, factor, p, favourable, randomized):
    of = effect(hr, hr / factor, hr * factor, p, favourable=favourable)
    text = said(of, randomized)
    assert "trend" not in text
    assert "no effect" not in text
    assert "significan" not in text
    assert "benefit" not in text
    assert ("favours" in text) <= (randomized == "yes")


@given(st.floats(0.05, 20), st.floats(1.01, 10), st.booleans())
def test_exchanging_the_arms_exchanges_better_and_worse(hr, factor, favourable):
    assume(abs(math.log(hr)) > 1e-6)
    there = effect(hr, hr / factor, hr * factor, favourable=favourable).verdict()
    back = effect(1 / hr, 1 / (hr * factor), factor / hr, favourable=favourable).verdict()
    exchanged = {Verdict.BETTER: Verdict.WORSE, Verdict.WORSE: Verdict.BETTER}
    assert back is exchanged.get(there, there)


def test_changes_keep_their_side_of_1():
    assert change(0.44) == "56% lower"
    assert change(1.21) == "21% higher"
    assert change(2.34) == "2.34 times as high"
    assert change(0.999) == "less than 1% lower"
    assert change(1.001) == "less than 1% higher"
    assert change(0.001) == "more than 99% lower"
    assert compatible(0.641, 0.9983) == "a reduction of less than 1% to 36%"
    assert compatible(1.002, 1.2) == "an increase of less than 1% to 20%"
    assert compatible(1.002, 2.7) == "1.002 to 2.7 times the hazard"


def test_labels_lose_their_capital_only_when_they_are_plain_words():
    assert in_text("Placebo") == "placebo"
    assert in_text("MMF") == "MMF"
    assert in_text("Xanomeline High Dose") == "Xanomeline High Dose"


def test_an_interval_that_covers_1_by_little_says_so():
    text = said(effect(0.69, 0.48, 1.004, 0.05))
    assert "anything from a hazard 52% lower to one less than 1% higher" in text


NI = {"margin": 1.3}


@pytest.mark.parametrize(
    ("of", "kept", "told"),
    [
        (effect(1.05, 0.9, 1.22, 0.5, **NI), True, "covers 1, so superiority was not shown"),
        (effect(0.7, 0.5, 0.9, **NI), True, "excludes 1 as well, so superiority was shown, too"),
        (effect(1.15, 1.05, 1.26, **NI), True, "noninferior by the margin, inferior all the same"),
        (effect(1.15, 0.95, 1.39, 0.1, **NI), False, "the interval reaches beyond the margin"),
        (effect(1.5, 1.2, 1.9, **NI), False, "Patients given drug did worse: the interval"),
        (effect(1.6, 1.35, 1.9, **NI), False, "the whole interval lies beyond the margin given"),
        (effect(0.95, 0.82, 1.1, 0.5, margin=0.8, favourable=True), True, "was not shown."),
        (effect(0.9, 0.75, 1.1, 0.5, margin=0.8, favourable=True), False, "reaches beyond"),
        (effect(*[math.nan] * 3, 0.07, 0, 3, **NI), None, ""),
    ],
)
def test_a_question_of_noninferiority_is_answered(of, kept, told):
    limits = of.against_margin
    assert (limits and limits.kept) is kept
    assert told in said(of)
    assert "set beforehand" not in said(of)
    if kept is not None:
        assert ("Noninferiority was shown" in said(of)) is kept
        assert ("Noninferiority was not shown" in said(of)) is not kept


def test_a_ratio_that_did_not_hold_throughout_gives_no_verdict():
    of = effect(constancy=Constancy.NOT_THROUGHOUT)
    assert of.verdict() is Verdict.NOT_THROUGHOUT
    text = said(of, course="Early more, late fewer.")
    assert "did not hold throughout. Early more, late fewer. The ratio of 0.44" in text
    assert "favours" not in text
    assert "56% lower" not in text
    assert "changed over time" in said(effect(constancy=Constancy.CHANGED))
    assert "56% lower" in said(effect(constancy=Constancy.CHANGED))


def test_a_p_value_stands_as_readers_may_see_it():
    """Of guarded data a value has no more digits than are printed: 0.001 stands for <0.001."""
    assert interval(effect(p=0.001, p_text="<0.001")).endswith("log-rank P<0.001")
    assert "one-sided P<0.001 against" in said(effect(**NI, p_margin=0.001, p_margin_text="<0.001"))
