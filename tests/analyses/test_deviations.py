"""Protocol deviations, counted by hand."""

import pandas as pd

from tests.analyses.tiny import patients, times, value
from trialbook import analyses


def _found(write_trial, **addv):
    adsl = patients("AAABBBB", ITTFL=list("YYYYYYN"))
    trial = write_trial(adsl, times(adsl, range(1, 8), [0] * 7), addv=pd.DataFrame(addv))
    return analyses.deviations(trial)


def test_a_patient_counts_once_per_kind_and_once_in_all(write_trial):
    found = _found(
        write_trial,
        USUBJID=["P1", "P1", "P1", "P2", "P4", "P7"],
        DVCAT=["DOSING", "DOSING", "CONSENT", "CONSENT", "CONSENT", "DOSING"],
    )
    counts = {
        (level, arm): value(found, paramcd="DVCAT" if level else "any", level=level,
                            arm=arm, statistic="n")
        for level in ("", "CONSENT", "DOSING")
        for arm in ("A", "B", "all")
    }  # fmt: skip
    assert list(counts.values()) == [2, 1, 3, 2, 1, 3, 1, 0, 1]
    share = {"paramcd": "DVCAT", "level": "CONSENT", "statistic": "percent"}
    assert value(found, arm="A", **share) == 100 * 2 / 3
    assert value(found, arm="all", **share) == 50  # P7 is not in the efficacy population


def test_where_the_category_tells_no_kinds_apart_the_coded_deviation_does(write_trial):
    found = _found(
        write_trial,
        USUBJID=["P1", "P2"],
        DVCAT=["PROTOCOL DEVIATION"] * 2,
        DVDECOD=["MISSED VISIT", "WRONG DOSE"],
    )
    assert set(found["paramcd"]) == {"any", "DVDECOD"}


def test_without_kinds_patients_with_any_are_counted(write_trial):
    found = _found(write_trial, USUBJID=["P1", "P4", "P4"])
    assert set(found["paramcd"]) == {"any"}
    assert value(found, paramcd="any", arm="all", statistic="n") == 2


def test_what_is_not_given_is_said(seven):
    found = analyses.deviations(seven)
    assert found.empty
    assert analyses.remarks(found) == ("Protocol deviations are not given (ADDV).",)
