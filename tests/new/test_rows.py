"""Rows that are not patients: identifiers of any name, intervals, several end points."""

import numpy as np
import pandas as pd
import pytest

from trialbook.adam.problems import DataError
from trialbook.new import UsageError, new_trial


def patients(n=12):
    """Return one row per patient, in days."""
    return pd.DataFrame({"days": np.arange(1, n + 1) * 50.0, "event": [0, 1] * (n // 2),
                         "arm": ["Placebo", "Drug"] * (n // 2),
                         "age": np.arange(n) * 3 + 40.0})  # fmt: skip


def intervals(n=12):
    """Return the same patients, each in two rows that start and stop."""
    whole = patients(n).assign(record_id=range(1, n + 1))
    first = whole.assign(tstart=0.0, days=whole["days"] / 2, event=0)
    second = whole.assign(tstart=whole["days"] / 2, age=whole["age"] + 1)
    return pd.concat([first, second]).sort_values(["record_id", "tstart"], ignore_index=True)


@pytest.mark.parametrize(
    "name",
    ["record_id", "participant_id", "study_id", "patno", "mrn", "subject_number", "Patient ID",
     "patientNo", "USUBJID", "CaseNr", "id", "ID"],
)  # fmt: skip
def test_an_identifier_is_known_by_its_name_in_any_style(name, flat, tmp_path):
    frame = patients().assign(**{name: range(101, 113)})
    made = new_trial(tmp_path / "m", flat(frame))
    assert made.trial.config.flat.id == name
    assert name not in [one.variable for one in made.trial.config.baseline]
    twice = pd.concat([frame, frame.tail(1)])
    with pytest.raises(DataError, match="a patient must stand in one row") as error:
        new_trial(tmp_path / "n", flat(twice))
    assert f"{name}: " in str(error.value)
    assert "--id none" in str(error.value)


def test_an_identifier_that_nothing_names_is_asked_for(flat, tmp_path):
    rows = pd.concat([patients().assign(horse=range(1, 13), sex=list("mf") * 6)] * 2)
    rows["weight"] = np.arange(24) * 1.5
    with pytest.raises(UsageError) as error:
        new_trial(tmp_path / "m", flat(rows))
    assert error.value.options == ("--id",)
    assert "none" in error.value.questions[0].choices
    with pytest.raises(DataError, match=": a patient must stand in one row"):
        new_trial(tmp_path / "m", flat(rows), id="horse")
    assert len(new_trial(tmp_path / "m", flat(rows), id="none").trial.adsl) == 24


def test_rows_that_start_and_stop_are_joined_where_start_is_said(flat, tmp_path):
    path = flat(intervals())
    with pytest.raises(UsageError, match=r"24 rows are of 12 patients .*--start tstart"):
        new_trial(tmp_path / "m", path)
    trial = new_trial(tmp_path / "m", path, start="tstart").trial
    frame, whole = trial.time_to_event("TTE"), patients()
    assert frame["AVAL"].tolist() == whole["days"].tolist()
    assert frame["event"].tolist() == whole["event"].astype(bool).tolist()
    assert frame["ENTRY"].tolist() == [0.0] * 12
    assert trial.adsl["age"].tolist() == whole["age"].tolist()  # at entry
    said = "\n".join(map(str, trial.repairs))
    assert "24 intervals of 12 patients joined" in said
    assert "(age) the first value is taken" in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda rows: rows.assign(tstart=rows["tstart"] + (rows["tstart"] > 0)),
            "must begin where",
        ),
        (lambda rows: rows.assign(event=1), "has an event before a patient's last interval"),
        (lambda rows: rows.assign(arm=["Placebo", "Drug"] * 12), "changes between the intervals"),
    ],
)
def test_intervals_that_cannot_be_joined_are_refused(change, said, flat, tmp_path):
    with pytest.raises(DataError, match=said):
        new_trial(tmp_path / "m", flat(change(intervals())), start="tstart")


def test_delayed_entry_is_asked_for_and_kept(flat, tmp_path):
    frame = patients().assign(entry=[0.0, 10.0] * 6)
    path = flat(frame)
    with pytest.raises(UsageError) as error:
        new_trial(tmp_path / "m", path)
    assert error.value.questions[0].choices == ("entry", "none")
    trial = new_trial(tmp_path / "m", path, start="entry").trial
    assert trial.time_to_event("TTE")["ENTRY"].tolist() == [0.0, 10.0] * 6
    assert "ENTRY" not in new_trial(tmp_path / "n", path, start="none").trial.adtte


@pytest.mark.parametrize(
    ("entry", "said"),
    [(-1.0, "entry: must not be negative"), (5000.0, "entry: must lie before AVAL"),
     (None, "entry: must not be blank where others have it")],
)  # fmt: skip
def test_an_entry_that_cannot_be_is_refused(entry, said, flat, tmp_path):
    frame = patients().assign(entry=[0.0, 10.0] * 5 + [3.0, entry])
    with pytest.raises(DataError, match=said):
        new_trial(tmp_path / "m", flat(frame), start="entry")


@pytest.mark.parametrize("repeated", [True, False])
def test_several_paramcds_are_several_end_points(repeated, flat, tmp_path):
    one = patients().assign(USUBJID=[f"P{n}" for n in range(12)], PARAMCD="OS")
    other = one.assign(PARAMCD="PFS", days=one["days"] / 2, event=1)
    if not repeated:
        other["USUBJID"] += "b"
    path = flat(pd.concat([one, other]))
    with pytest.raises(UsageError) as error:
        new_trial(tmp_path / "m", path)
    assert error.value.questions[0].choices == ("OS", "PFS")
    trial = new_trial(tmp_path / "m", path, primary="pfs").trial
    assert [(one.paramcd, one.role) for one in trial.endpoints] == [
        ("PFS", "primary"), ("OS", "secondary"),
    ]  # fmt: skip
    assert len(trial.adsl) == (12 if repeated else 24)
    assert [int(trial.time_to_event(p)["event"].sum()) for p in ("OS", "PFS")] == [6, 12]


def test_several_end_points_without_an_identifier_ask_whose_a_row_is(flat, tmp_path):
    one = patients().assign(PARAMCD="OS", who=range(12))
    path = flat(pd.concat([one, one.assign(PARAMCD="PFS")]))
    with pytest.raises(UsageError) as error:
        new_trial(tmp_path / "m", path, primary="OS")
    assert error.value.options == ("--id",)
    assert len(new_trial(tmp_path / "m", path, primary="OS", id="who").trial.adsl) == 12


def several(**change) -> pd.DataFrame:
    """Return two rows of each of twelve patients, told apart by `kind`."""
    n = 12
    return pd.DataFrame({
        "id": [k for k in range(1, n + 1) for _ in range(2)], "kind": [1, 2] * n,
        "days": range(5, 5 + 2 * n), "died": [0, 1, 1, 0] * (n // 2),
        "arm": [arm for _ in range(n // 2) for arm in ("Placebo", "Placebo", "Drug", "Drug")],
    } | change)  # fmt: skip


def test_a_column_that_tells_rows_of_a_patient_apart_may_name_end_points(flat, tmp_path):
    path = flat(several())
    with pytest.raises(UsageError, match="the 24 rows are of 12 patients") as error:
        new_trial(tmp_path / "m", path)
    assert error.value.questions[0].choices == ("kind", "none")
    trial = new_trial(tmp_path / "m", path, endpoint="kind", primary="2").trial
    assert [one.paramcd for one in trial.endpoints] == ["2", "1"]
    assert len(trial.time_to_event("1")) == 12
    with pytest.raises(DataError, match="a patient must stand in one row, not in more"):
        new_trial(tmp_path / "n", path, endpoint="none")


def test_rows_of_one_patient_in_two_arms_are_refused(flat, tmp_path):
    with pytest.raises(DataError, match="as of two eyes or two periods"):
        new_trial(tmp_path / "m", flat(several(arm=["Placebo", "Drug"] * 12)))
    made = new_trial(tmp_path / "m", flat(several(arm=["Placebo", "Drug"] * 12)), id="none")
    assert len(made.trial.adsl) == 24
