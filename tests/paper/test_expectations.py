"""Statements in words hold, or not, for the results that their pattern selects."""

import numpy as np
import pytest
from scipy import stats

from trialbook.paper.expectations import satisfied, select
from trialbook.results import results_frame, rows


def course(values, arm):
    return [
        row
        for visit, value in enumerate(values)
        for row in rows("laboratory", {"geometric_mean": value}, paramcd="C3", arm=arm, time=visit)
    ]


@pytest.fixture
def results():
    ratios = {"SEX=F": 0.5, "SEX=M": 0.8, "RACE=A": 1.2}
    return results_frame(
        [
            row
            for subgroup, hr in ratios.items()
            for row in rows("subgroup", {"hr": hr}, paramcd="OS", arm="A vs B", subgroup=subgroup)
        ]
        + course([100, 80, 60], "A")
        + course([90, 85, 70], "B")
    )


SUBGROUPS = {"analysis": "subgroup", "paramcd": "OS", "arm": "A vs B", "statistic": "hr"}
COURSE = {"analysis": "laboratory", "paramcd": "C3", "arm": "A", "statistic": "geometric_mean"}


def test_alternatives_and_wildcards_select(results):
    assert len(select(results, SUBGROUPS | {"subgroup": "SEX=*"})) == 2
    assert len(select(results, SUBGROUPS | {"subgroup": "SEX=F|RACE=*"})) == 2
    assert len(select(results, SUBGROUPS | {"subgroup": "*"})) == 3
    assert len(select(results, SUBGROUPS)) == 0
    assert len(select(results, COURSE | {"time": ">0"})) == 2
    assert len(select(results, COURSE | {"time": "1"})) == 1
    assert len(select(results, COURSE | {"time": "*"})) == 3


def test_a_pattern_is_no_regular_expression(results):
    assert len(select(results, SUBGROUPS | {"subgroup": "SEX=."})) == 0


def test_each_must_be_below_a_number(results):
    held = satisfied(results, SUBGROUPS | {"subgroup": "SEX=*"}, "< 1")
    assert (held.holds, held.computed) == (True, "2 of 2: < 1")
    assert not satisfied(results, SUBGROUPS | {"subgroup": "*"}, "< 1").holds


def test_each_must_be_below_the_other_arm(results):
    assert satisfied(results, COURSE | {"time": ">0"}, "< B").holds
    assert not satisfied(results, COURSE | {"time": "*"}, "< B").holds
    assert satisfied(results, COURSE | {"time": "*"}, "< C") is None


def test_a_fall_is_the_ratio_of_last_to_first(results):
    held = satisfied(results, COURSE | {"time": "*"}, "falls more than B")
    assert (held.holds, held.computed) == (True, "last over first: 0.60 against 0.78")


def test_nothing_selected_is_not_computed(results):
    assert satisfied(results, SUBGROUPS | {"subgroup": "AGE=*"}, "< 1") is None
    assert satisfied(results, COURSE | {"paramcd": "C4", "time": "*"}, "falls more than B") is None


def test_an_unknown_expectation_is_refused(results):
    with pytest.raises(ValueError, match="not understood"):
        satisfied(results, SUBGROUPS, "is nice")


def baseline(numbers, counts):
    a, b = numbers
    pooled = np.sqrt((np.var(a, ddof=1) + np.var(b, ddof=1)) / 2)
    records = rows(
        "baseline", {"smd": (np.mean(a) - np.mean(b)) / pooled}, paramcd="AGE", arm="A vs B"
    )
    for arm, values in (("A", a), ("B", b)):
        records += rows(
            "baseline", {"n": len(values), "mean": np.mean(values)}, paramcd="AGE", arm=arm
        )
    for arm, of_arm in zip("AB", counts, strict=True):
        records += rows("baseline", {"n": sum(of_arm)}, paramcd="SEX", arm=arm)
        for level, n in zip("FM", of_arm, strict=True):
            records += rows("baseline", {"n": n}, paramcd="SEX", arm=arm, level=level)
    return results_frame(records)


def test_baseline_is_tested_by_t_and_chi_square():
    rng = np.random.default_rng(1)
    a, b = rng.normal(50, 10, 80), rng.normal(52, 10, 80)
    pattern = {"analysis": "baseline", "paramcd": "*", "arm": "A vs B"}
    counts = [[60, 20], [45, 35]]
    found = satisfied(baseline((a, b), counts), pattern, "not significant")
    p_sex = stats.chi2_contingency(counts, correction=False).pvalue
    p_age = stats.ttest_ind(a, b).pvalue
    assert p_sex < 0.05 < p_age
    assert not found.holds
    assert found.computed == f"1 of 2 with P < 0.05; smallest: SEX, P = {p_sex:.3f}"
    even = satisfied(baseline((a, b), [[60, 20], [60, 20]]), pattern, "not significant")
    assert even.holds
    assert f"smallest: AGE, P = {p_age:.3f}" in even.computed
