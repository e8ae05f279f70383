"""What must add up, and what only looks as if it had to."""

from tests.audit.papers import only, table, two_arms
from trialbook.audit import audit
from trialbook.audit.sums import ARMS, CATEGORIES, COMPLETION, PARTS, PERCENT, SUBSET, TWICE


def test_arms_add_up_to_all():
    good = audit(table(*two_arms(), ("population", "randomized", "all", "n", "227")))
    bad = audit(table(*two_arms(), ("population", "randomized", "all", "n", "226")))
    assert only(good, ARMS).verdict == "consistent"
    assert (only(bad, ARMS).verdict, only(bad, ARMS).proof) == (
        "impossible",
        "116 + 111 = 227; printed: 226",
    )


def sexes(male, female, percents=()):
    rows = [
        ("population", f"sex: {k}", "X", "n", n) for k, n in (("male", male), ("female", female))
    ]
    rows += [
        ("population", f"sex: {k}", "X", "percent", p)
        for k, p in zip(("male", "female"), percents, strict=False)
    ]
    return audit(table(*two_arms(), *rows))


def test_categories_add_up_to_the_patients():
    assert only(sexes("17", "99"), CATEGORIES).verdict == "consistent"
    assert only(sexes("17", "100"), CATEGORIES).verdict == "impossible"
    unknown = only(sexes("17", "97"), CATEGORIES)
    assert unknown.verdict == "needs an unstated allowance"
    assert unknown.conditions.startswith("2 patients are in no category")


def test_a_selection_is_no_partition():
    assert CATEGORIES not in set(sexes("17", "20")["rule"])


def test_percentages_add_up_within_rounding():
    assert only(sexes("17", "99", ("14.7", "85.3")), PERCENT).verdict == "consistent"
    assert only(sexes("17", "99", ("14.7", "85.4")), PERCENT).verdict == "rounding"
    assert only(sexes("17", "99", ("14.7", "84.3")), PERCENT).verdict == "impossible"


def test_reasons_add_up_to_the_count_of_their_name():
    rows = [
        ("population", "withdrawn", "X", "n", "43"),
        ("population", "withdrawal reason: adverse event", "X", "n", "30"),
        ("population", "withdrawal reason: died", "X", "n", "13"),
    ]
    assert only(audit(table(*two_arms(), *rows)), CATEGORIES).verdict == "consistent"
    rows[1] = (*rows[1][:4], "29")
    assert only(audit(table(*two_arms(), *rows)), CATEGORIES).verdict == "impossible"


def test_regions_under_one_phrase_are_categories():
    rows = [
        ("population", f"enrolled in {r}", "all", "n", n)
        for r, n in (("Asia", "100"), ("Europe", "27"), ("Africa", "100"))
    ]
    found = only(audit(table(*two_arms(), *rows)), CATEGORIES)
    assert found.proof == "100 + 27 + 100 = 227 of 227"


def test_completed_and_withdrawn_are_all():
    rows = [
        ("population", "completed", "X", "n", "73"),
        ("population", "withdrawn", "X", "n", "42"),
    ]
    found = only(audit(table(*two_arms(), *rows)), COMPLETION)
    assert (found.verdict, found.conditions) == ("impossible", "nobody is still in the study")


def test_parts_that_the_source_names():
    row = (
        "population",
        "enrolled, rest of world",
        "all",
        "n",
        "49",
        "(Europe 40, Africa 5, Oceania 3)",
    )
    found = only(audit(table(*two_arms(), row)), PARTS)
    assert (found.verdict, found.proof) == ("impossible", "40 + 5 + 3 = 48; printed: 49")


def test_a_serious_event_is_an_event():
    rows = [
        ("safety", "infections", "X", "n", "10"),
        ("safety", "serious infections", "X", "n", "11"),
    ]
    assert (
        only(audit(table(("population", "randomized", "X", "n", "50"), *rows)), SUBSET).verdict
        == "impossible"
    )


def test_a_suspected_event_is_a_wider_one():
    rows = [
        ("efficacy", "flare", "X", "n", "10"),
        ("efficacy", "documented or suspected flare", "X", "n", "9"),
    ]
    assert (
        only(audit(table(("population", "randomized", "X", "n", "50"), *rows)), SUBSET).verdict
        == "impossible"
    )


def test_the_same_count_in_other_words_and_other_numbers():
    rows = [
        ("population", "withdrawal reason: adverse event", "X", "n", "43", "Figure 1"),
        ("safety", "all adverse events leading to withdrawal", "X", "n", "44", "Table 2"),
    ]
    found = only(audit(table(*two_arms(), *rows)), TWICE)
    assert found.verdict == "needs an unstated allowance"
    assert found.proof == "43 (Figure 1) and 44 (Table 2)"
    assert "1 patient more" in found.conditions
