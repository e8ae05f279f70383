"""Intercurrent events and informative strata, counted by hand."""

import pandas as pd

from tests.analyses.tiny import patients, times, value
from trialbook import analyses
from trialbook.report import tables
from trialbook.safe.lookup import Lookup

ESTIMAND = {
    "intercurrent": [
        {"event": "stopping the drug", "strategy": "treatment policy"},
        {"event": "rescue", "strategy": "composite", "paramcd": "RESCUE"},
        {"event": "moving house", "strategy": "hypothetical"},
    ],
    "missing": "censored",
}


def _trial(write_trial, **more):
    adsl = patients(
        "AAABBBB",
        RANDDT="2020-01-01",
        TRTSDT="2020-01-01",
        TRTEDT=["2020-01-03", "2020-01-10", "2020-01-04", *["2020-01-10"] * 4],
        EOTSTT=["DISCONTINUED", "COMPLETED", "DISCONTINUED", *["COMPLETED"] * 4],
    )
    rescue = times(adsl, [2, 9, 9, 5, 9, 9, 9], [0, 1, 1, 0, 1, 1, 1], "RESCUE")
    adtte = pd.concat([times(adsl, [9] * 7, [0] * 7), rescue])
    end_points = [{"paramcd": "EVENT", "role": "primary", "estimand": ESTIMAND}]
    return write_trial(adsl, adtte, endpoints=end_points, landmarks=[3], **more)


def test_intercurrent_events_are_counted_by_arm_and_time(write_trial):
    found = analyses.intercurrent(_trial(write_trial))

    def n(arm, level, time=None):
        rows = found[found["time"].isna() if time is None else found["time"] == time]
        return value(rows, paramcd="EVENT", arm=arm, level=level, statistic="n")

    assert (n("A", "stopping the drug"), n("B", "stopping the drug")) == (2, 0)
    assert n("A", "stopping the drug", 3) == 1  # the third day is 2020-01-03
    assert (n("A", "rescue"), n("B", "rescue"), n("B", "rescue", 3)) == (1, 1, 0)
    assert analyses.remarks(found) == ("How often this happened is not in the data: moving house.",)


def test_the_table_says_each_strategy_and_keeps_missing_data_apart(write_trial):
    trial = _trial(write_trial)
    counted = tables.tbl_intercurrent(Lookup(analyses.intercurrent(trial), trial)).frame
    assert list(counted["A"]) == ["1 (33.3)", "2 (66.7)", "1 (33.3)", "1 (33.3)"]
    stated = tables.tbl_estimands(trial).frame.set_index("Attribute").iloc[:, 0]
    assert stated["Intercurrent event: rescue"].startswith("composite")
    assert stated["Intercurrent event: stopping the drug"].startswith("treatment policy")
    assert stated["Missing data, no intercurrent event"] == "censored"


def test_confidential_counts_stand_with_the_end_points_alone(write_trial):
    trial = _trial(write_trial, privacy="confidential")
    shown = Lookup(analyses.intercurrent(trial), trial)
    of = ("intercurrent", "EVENT", "A")
    assert shown.withholds("n", *of, level="rescue")


def test_strata_inform_where_both_arms_are_at_risk_of_an_event(write_trial):
    # U: B fails with A at risk; V: A alone; W: both arms, no event.
    adsl = patients("ABBAABA", S=list("UUUVVWW"))
    trial = write_trial(
        adsl, times(adsl, [5, 3, 6, 2, 4, 7, 8], [1, 0, 1, 0, 0, 1, 1]), strata=["S"]
    )
    found = analyses.strata(trial)
    of = {"paramcd": "EVENT", "arm": "B vs A", "statistic": "n"}
    assert value(found, level="all", **of) == 3
    assert value(found, level="informative", **of) == 1
