"""What says that something is not known is asked for or refused, never counted as a value."""

import numpy as np
import pandas as pd
import pytest

from tests.new.command import run_new
from trialbook.adam.problems import DataError
from trialbook.adam.unknown import code_among_times, odd_codes, says_unknown
from trialbook.new import UsageError, new_trial


def frame(**change) -> pd.DataFrame:
    """Return twelve patients with nothing to ask."""
    columns = {
        "id": [f"P{n}" for n in range(12)], "days": [3, 8, 11, 20, 25, 31, 40, 44, 52, 60, 66, 71],
        "status": ["Dead", "Alive"] * 6, "arm": ["Placebo", "Drug"] * 6,
    }  # fmt: skip
    return pd.DataFrame(columns | change)


@pytest.mark.parametrize(
    ("text", "unknown"),
    [(".", True), ("?", True), ("N/A", True), ("n.a.", True), ("unknown", True), ("#REF!", True),
     ("Keine Angabe", True), ("A", False), ("Placebo", False), ("-1", False), ("none", False)],
)  # fmt: skip
def test_words_that_say_nothing(text, unknown):
    assert says_unknown(text) == unknown


@pytest.mark.parametrize(
    ("values", "odd"),
    [(["0", "1", "9"], ["9"]), (["1", "2", "99"], ["99"]), (["0", "1", "-9"], ["-9"]),
     (["0", "1"], []), (["1", "9"], []), (["-1", "0", "1"], []), ([*"123456789"], []),
     (["Placebo", "Drug", "99"], ["99"]), (["8", "9", "10"], [])],
)  # fmt: skip
def test_codes_beside_other_values(values, odd):
    assert odd_codes(values) == odd


@pytest.mark.parametrize(
    ("times", "code"),
    [([3, 8, 25, 60, 999], 999), ([3, 8, 25, 60, 99], 99), ([3, 8, 25, 90, 99], None),
     ([*range(100, 2000, 50), *[999] * 9], 999), ([*range(100, 2000, 50), 999], None),
     ([9, 9, 9, 3, 1, 2], None), ([999], None)],
)  # fmt: skip
def test_a_time_far_from_all_others(times, code):
    assert code_among_times(np.array(times, dtype=float)) == code


def test_a_code_among_the_times_is_asked_for(flat, tmp_path):
    times = [*frame()["days"][:10], 999, 999]
    path = flat(frame(days=times))
    with pytest.raises(UsageError, match="days is 999 in 2 rows and at most 60 elsewhere") as error:
        new_trial(tmp_path / "m", path)
    assert error.value.questions[0].choices == ("days=999", "none")
    made = new_trial(tmp_path / "m", path, missing=["days=999"])
    assert len(made.trial.time_to_event("TTE")) == 10
    assert "2 rows of TTE in the file have no AVAL" in str(made) or "not evaluable" in str(made)
    assert made.trial.config.reading.meaning("days", None) == {"999": ""}
    assert len(new_trial(tmp_path / "n", path, missing=["none"]).trial.time_to_event("TTE")) == 12
    told = run_new(tmp_path / "o", "--from", path)
    assert "--missing days=999" in told.output
    assert "--missing none" in told.output


def test_a_missing_without_a_column_is_refused(flat, tmp_path):
    with pytest.raises(UsageError, match="--missing 999: write COLUMN=VALUE, or none"):
        new_trial(tmp_path / "m", flat(frame()), missing=["999"])


@pytest.mark.parametrize("sign", ["9", "?", "–99", "−9"])
def test_a_status_that_is_not_known_is_refused(sign, flat, tmp_path):
    status = [*["1", "0"] * 5, sign, "1"]
    with pytest.raises(UsageError, match="as one writes what is not known"):
        new_trial(tmp_path / "m", flat(frame(status=status)), event_value="1")


def test_a_code_of_cnsr_is_a_reason_to_confirm_and_no_number_below_zero(flat, tmp_path):
    codes = [*["1", "0"] * 5, "99", "1"]
    made = new_trial(tmp_path / "m", flat(frame(CNSR=codes).drop(columns="status")))
    assert made.trial.time_to_event("TTE")["event"].sum() == 5
    assert "99 (1)" in str(made).partition("Confirm first")[2]
    codes[-2] = "-99"
    with pytest.raises(UsageError, match="CNSR is -99 in 1 row, as one writes what is not known"):
        new_trial(tmp_path / "n", flat(frame(CNSR=codes).drop(columns="status")), event_value="0")


def test_who_is_called_unknown_is_censored_and_to_be_confirmed(flat, tmp_path):
    status = [*["DOD", "NED"] * 5, "unknown", "DOD"]
    made = new_trial(tmp_path / "m", flat(frame(status=status)), event_value="DOD")
    assert made.trial.time_to_event("TTE")["event"].sum() == 6
    assert "no event: NED (5), unknown (1) (what they say)" in str(made)
    status = [*["DOD", "NED"] * 5, "odd one", "DOD"]
    made = new_trial(tmp_path / "n", flat(frame(status=status)), event_value="DOD")
    assert "no event: NED (5), odd one (1) (whatever is not the event is censored)" in str(made)
    assert "odd one" in str(made).partition("Confirm first")[2]


def test_several_events_are_one_where_that_is_said(flat, tmp_path):
    status = [*["Relapse", "Death", "Censored"] * 4]
    with pytest.raises(UsageError, match="several events") as error:
        new_trial(tmp_path / "m", flat(frame(status=status)))
    assert error.value.questions[0].choices[0] == "Relapse|Death"
    made = new_trial(tmp_path / "m", flat(frame(status=status)), event_value="Relapse|Death")
    assert made.trial.time_to_event("TTE")["event"].sum() == 8
    assert made.trial.config.flat.event_value == ("Relapse", "Death")


def test_statuses_in_other_capitals_are_one(flat, tmp_path):
    made = new_trial(tmp_path / "m", flat(frame(status=["Dead", "Alive", "DEAD", "alive"] * 3)))
    assert made.trial.time_to_event("TTE")["event"].sum() == 6
    assert "status: matched without regard to capitals" in str(made)
    with pytest.raises(UsageError, match="two values look alike, Dead and Dead"):
        new_trial(tmp_path / "n", flat(frame(status=["Dead", "Alive", "Dead.", "Alive"] * 3)))


@pytest.mark.parametrize("sign", ["?", "unknown", "n/a", "."])
def test_who_has_no_known_arm_is_in_none(sign, flat, tmp_path):
    made = new_trial(tmp_path / "m", flat(frame(arm=[sign, *["Drug", "Placebo"] * 5, sign])))
    assert [arm.code for arm in made.trial.arms] == ["Placebo", "Drug"]
    assert len(made.trial.time_to_event("TTE")) == 10
    assert "2 of 12 patients" in str(made)


def test_a_code_among_the_arms_is_refused(flat, tmp_path):
    with pytest.raises(UsageError, match="arm is 99 in 1 row, as one writes what is not known"):
        new_trial(tmp_path / "m", flat(frame(arm=["99", *["Drug", "Placebo"] * 5, "Drug"])))
    dose = ["9", *["0", "5"] * 5, "5"]
    assert new_trial(tmp_path / "m", flat(frame(arm=dose).rename(columns={"arm": "dose"})),
                     arm="dose")  # fmt: skip


def test_arms_written_once_for_a_block_are_refused(flat, tmp_path):
    arm = ["Placebo", *[None] * 5, "Drug", *[None] * 5]
    with pytest.raises(UsageError, match="arm is blank in 10 of 12 rows"):
        new_trial(tmp_path / "m", flat(frame(arm=arm)))


def test_cells_merged_over_rows_are_read_in_each(tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    ordered = frame().sort_values("arm")
    sheet.append(list(ordered))
    for row in ordered.itertuples(index=False):
        sheet.append(list(row))
    sheet.merge_cells("D2:D7")
    sheet.merge_cells("D8:D13")
    book.save(tmp_path / "mine.xlsx")
    made = new_trial(tmp_path / "m", tmp_path / "mine.xlsx")
    assert made.trial.time_to_event("TTE")["arm"].value_counts().tolist() == [6, 6]
    assert "cells merged over several rows read in each of them (2" in str(made)


def test_rows_that_repeat_another_are_asked_about_where_no_column_identifies(flat, tmp_path):
    rows = frame(weight=[60.1 + n for n in range(12)], sex=["f", "m", "m"] * 4).drop(columns="id")
    twice = pd.concat([rows, rows.head(2)])
    with pytest.raises(UsageError, match="2 rows of 14 say in every column what another does"):
        new_trial(tmp_path / "m", flat(twice))
    assert len(new_trial(tmp_path / "m", flat(twice), id="none").trial.adsl) == 14


def test_patients_without_an_identifier_are_not_numbered_in_silence(flat, tmp_path):
    ids = ["P1", None, *[f"P{n}" for n in range(3, 13)]]
    with pytest.raises(UsageError, match="id is blank in 1 row"):
        new_trial(tmp_path / "m", flat(frame(id=ids)))
    with pytest.raises(DataError, match="must not be blank"):
        new_trial(tmp_path / "m", flat(frame(id=ids)), id="id")


@pytest.mark.parametrize("said", [{}, {"event": "status"}, {"event_value": "1"}])
def test_a_status_that_is_blank_throughout_is_said_to_be(said, flat, tmp_path):
    with pytest.raises(UsageError, match="status is blank in every row") as error:
        new_trial(tmp_path / "m", flat(frame(status=None)), **said)
    assert error.value.options == ("--event",)
    assert not error.value.questions
