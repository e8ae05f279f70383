"""What a later cut has, lacks or dates otherwise, counted by hand on seven patients."""

import pandas as pd
import pytest

from tests.comparison.conftest import ARMS, AVAL, CNSR, replaced
from trialbook.comparison import compare
from trialbook.comparison.events import event_changes, event_counts


def counts(found, arm="all"):
    """Return the counts of an arm that are not 0, without those of the old cut."""
    rows = found.part("events")
    of = rows[rows["arm"] == arm]
    return {name: int(n) for name, n in zip(of["statistic"], of["new"], strict=True) if n}


def test_the_same_trial_twice_changes_nothing(cut):
    found = compare(cut("a"), cut("b"))
    assert found.nothing_changed
    assert counts(found) == {"patients": 7, "events": 3}
    assert (found.old_status, found.new_status) == ("", "")


@pytest.mark.parametrize(
    ("aval", "cnsr", "arm", "changed", "patient"),
    [
        # P6, censored on day 6, has the event on day 7
        (replaced(AVAL, 5, 7), replaced(CNSR, 5, 0), "B", {"new_events": 1}, "P6"),
        # P1's event was none, P1 is followed to day 9
        (replaced(AVAL, 0, 9), replaced(CNSR, 0, 1), "A", {"events_withdrawn": 1}, "P1"),
        (replaced(AVAL, 1, 3), CNSR, "A", {"events_redated": 1}, "P2"),
        (replaced(AVAL, 2, 1), CNSR, "A", {"follow_up_shortened": 1}, "P3"),
    ],
)
def test_an_event_is_new_withdrawn_or_redated(cut, aval, cnsr, arm, changed, patient):
    found = compare(cut("old"), cut("new", aval=aval, cnsr=cnsr))
    for of in ("all", arm):
        n = counts(found, of)
        assert {name: n[name] for name in n if name not in ("patients", "events")} == changed
    assert found.part("patients")["level"].tolist() == [patient]
    assert not found.nothing_changed
    before, after = (int((pd.Series(of) == 0).sum()) for of in (CNSR, cnsr))
    gained = counts(found).get("new_events", 0) - counts(found).get("events_withdrawn", 0)
    assert after == before + gained


def test_a_patient_is_added_and_one_removed(cut):
    longer = cut("new", given=ARMS + "A", aval=[*AVAL, 1], cnsr=[*CNSR, 0])
    found = compare(cut("old"), longer)
    assert counts(found) == {"patients": 8, "events": 4, "new_events": 1, "patients_added": 1}
    assert counts(found, "B") == {"patients": 4, "events": 1}
    back = compare(longer, cut("again"))
    assert counts(back) == {
        "patients": 7, "events": 3, "events_withdrawn": 1, "patients_removed": 1,
    }  # fmt: skip
    assert back.part("patients")["note"].tolist() == ["patient removed; event withdrawn"]


def test_a_patient_who_changes_arms_takes_the_event_along(cut):
    found = compare(cut("old"), cut("new", given="BAABBBB"))
    assert counts(found) == {"patients": 7, "events": 3, "arm_changed": 1}
    assert counts(found, "A") == {
        "patients": 2, "events": 1, "events_withdrawn": 1, "arm_changed": 1,
    }  # fmt: skip
    assert counts(found, "B") == {
        "patients": 5, "events": 2, "new_events": 1, "arm_changed": 1,
    }  # fmt: skip


def test_events_balance_whatever_is_drawn():
    frames = []
    for seed in range(2):
        drawn = pd.DataFrame({"USUBJID": [f"P{n}" for n in range(40)]}).sample(
            30, random_state=seed
        )
        of = drawn["USUBJID"].str[1:].astype(int)
        frames.append(drawn.assign(arm=(of * (seed + 3) % 2).map({0: "A", 1: "B"}),
                                   AVAL=of % (5 + seed), event=of % (3 + seed) == 0))  # fmt: skip
    table = event_counts(event_changes(*frames), ["A", "B"]).set_index(["arm", "statistic"])["n"]
    for arm in ("A", "B", "all"):
        n = table[arm]
        assert n["events_new"] == n["events_old"] + n["new_events"] - n["events_withdrawn"]
    assert table["all"]["patients_new"] == 30
    moved = table["all"]["arm_changed"]
    assert moved == table["A"]["arm_changed"] == table["B"]["arm_changed"] > 0
