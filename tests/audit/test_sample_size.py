"""The sample size against the formulas, and the claim of no difference against R's t test."""

import pytest

from tests.audit.papers import only, table, two_arms
from trialbook.audit import audit
from trialbook.audit.claims import CLAIM
from trialbook.audit.sample_size import RATIO, SIZE


def plan(size, ratio="0.475", unit="n per arm", power="80"):
    return audit(
        table(
            *two_arms(),
            ("design", "planned sample size", "all", unit, size),
            ("design", "planned power", "all", "percent", power),
            ("design", "two-sided significance level", "all", "alpha", "0.05"),
            ("design", "assumed failure at 3 years", "X", "percent", "20.0"),
            ("design", "assumed failure at 3 years", "Y", "percent", "37.5"),
            ("design", "assumed hazard ratio", "X vs Y", "HR", ratio),
        )
    )


def test_the_assumed_hazard_ratio_follows_from_the_proportions():
    # log(0.8) / log(0.625) = 0.47476
    assert only(plan("114"), RATIO).verdict == "consistent"
    assert only(plan("114", ratio="0.533"), RATIO).verdict == "impossible"


@pytest.mark.parametrize(
    ("size", "verdict"),
    [
        # 4 * (1.959964 + 0.841621)^2 / log(0.47476)^2 = 56.6 events, / 0.2875 = 197 patients
        ("114", "needs an unstated allowance"),
        ("99", "consistent"),
        ("108", "consistent"),  # Freedman: 61.9 events, 216 patients
        ("60", "unlikely"),
    ],
)
def test_patients_against_schoenfeld_and_freedman(size, verdict):
    found = only(plan(size), SIZE)
    assert found.verdict == verdict
    assert (
        "Schoenfeld: 56.6 events, 197 patients; Freedman: 61.9 events, 216 patients" in found.proof
    )


def test_a_total_is_not_doubled():
    assert "printed: 228" in only(plan("228", unit="n"), SIZE).proof


def baseline(mean1, sd1, mean0, sd0):
    cells = [("X", "mean", mean1), ("X", "sd", sd1), ("Y", "mean", mean0), ("Y", "sd", sd0)]
    rows = [("population", "creatinine, mg/dl", *cell) for cell in cells]
    claim = (
        "population",
        "baseline characteristics",
        "X vs Y",
        "direction",
        "no significant difference",
    )
    return only(audit(table(*two_arms(), *rows, claim)), CLAIM)


def test_welchs_t_test_agrees_with_r():
    # t <- (0.82 - 0.90) / sqrt(0.24^2/116 + 0.38^2/111)
    # df <- (0.24^2/116 + 0.38^2/111)^2 / ((0.24^2/116)^2/115 + (0.38^2/111)^2/110)
    # 2 * pt(t, df)   # 0.06092743
    found = baseline("0.82", "0.24", "0.90", "0.38")
    assert "P = 0.061; within rounding from 0.032 to 0.106" in found.proof
    assert found.verdict == "consistent"
    assert found.conditions == "holds for the values as printed, not for all that would print so"


def test_a_clear_difference_contradicts_the_claim():
    assert baseline("0.60", "0.24", "0.90", "0.38").verdict == "unlikely"
