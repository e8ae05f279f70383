"""What a check says: of blanks, words, percentages, rounding, and of known mistakes."""

import numpy as np
import pandas as pd
import pytest

from trialbook.learn import Exercise, agree, attempt, cases
from trialbook.learn.agree import DisagreementError
from trialbook.learn.exercise import MISTAKE, RIGHT, UNANSWERED, WRONG, judge

TEN = cases.ten()
SHARE = Exercise(
    name="share",
    objective="O1",
    level="apply",
    right=lambda case: 0.7,
    wrong={"You forgot the censored.": lambda case: 0.625},
    hint="Count those at risk.",
    digits=3,
)


@pytest.mark.parametrize(
    ("answer", "verdict", "said"),
    [
        (..., UNANSWERED, "Not answered yet. Count those at risk."),
        ("", UNANSWERED, "Not answered yet"),
        (None, UNANSWERED, "Not answered yet"),
        (0.7, RIGHT, "Right."),
        (np.float64(0.7004), RIGHT, "Right."),
        ("0,7", RIGHT, "Right."),
        (pd.Series([0.7]), RIGHT, "Right."),
        (0.625, MISTAKE, "You forgot the censored."),
        (70, MISTAKE, "a proportion, between 0 and 1, is asked for"),
        (0.704, MISTAKE, "do not round before the end"),
        ("many", WRONG, "A number is asked for, not a word."),
        ((0.7, 0.2), WRONG, "One value asked for, 2 given."),
        (print, WRONG, "A number is asked for"),
        (0.1, WRONG, "Not that. Count those at risk."),
        (float("nan"), WRONG, "Not that."),
        (np.inf, WRONG, "Not that."),
    ],
)
def test_each_answer_gets_its_sentence(answer, verdict, said):
    feedback = judge(SHARE, answer, TEN)
    assert feedback.verdict == verdict
    assert said in feedback.sentence


def test_feedback_never_gives_the_answer():
    for answer in (..., 0.1, 70, "x", 0.704):
        assert "0.7" not in judge(SHARE, answer, TEN).sentence.replace("0.704", "")


def test_a_trial_that_cannot_tell_is_refused():
    same = Exercise("same", "O1", "apply", lambda c: 0.5, {"You erred.": lambda c: 0.504}, "Try.")
    assert same.cannot_tell(TEN) == "the usual mistakes give the same answer there"
    undefined = Exercise("u", "O1", "apply", lambda c: np.nan, {"You erred.": lambda c: 1}, "Try.")
    assert undefined.cannot_tell(TEN) == "the answer is not defined there"
    assert not SHARE.cannot_tell(TEN)


def test_agreement_is_a_sentence_and_a_difference_an_error(monkeypatch):
    assert agree("A third", 1 / 3, 1 - 2 / 3).holds
    with pytest.raises(DisagreementError, match="A third: the ways differ"):
        agree("A third", 1 / 3, 0.34)
    found = agree("A third", 1 / 3, 0.34, strict=False)
    assert not found.holds
    assert "differ, by up to 0.00667" in repr(found)
    with pytest.raises(DisagreementError):
        agree("Missing", [1, np.nan], [1, 2])
    with pytest.raises(ValueError, match="needs two ways"):
        agree("One", 1)


def test_a_library_that_refuses_is_told():
    def refuses():
        raise ValueError("no events in one arm\nmore")

    assert "refuses (no events in one arm)" in repr(attempt("The hazard ratio", refuses))


@pytest.mark.parametrize("seed", [None, 0, 1, 2, 3, 4, 5])
def test_any_ten_patients_have_what_the_course_needs(seed):
    ten = cases.ten_patients(seed)
    events = ten[ten["event"]]
    assert events["time"].duplicated().any()
    assert set(events["time"]) & set(ten.loc[~ten["event"], "time"])
    assert set(events["cause"]) == {1, 2}
    assert not ten.loc[ten["time"] == ten["time"].max(), "event"].any()
    assert ten.equals(cases.ten_patients(seed))


def test_no_patient_of_a_confidential_blinded_or_huge_trial_is_used(monkeypatch):
    from trialbook.trial import load_trial

    assert cases.of_trial(load_trial("data/gbsg2")).is_trial
    assert cases.of_trial(load_trial("data/gbsg2", blinded=True)) is None
    monkeypatch.setattr(cases, "MOST_PATIENTS", 100)
    assert cases.of_trial(load_trial("data/gbsg2")) is None
