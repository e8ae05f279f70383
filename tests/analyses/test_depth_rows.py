"""Components, leaving, severity, time to an event, sensitivity, periods: by hand."""

import numpy as np
import pandas as pd
import pytest

from tests.analyses.tiny import patients, times, value
from trialbook import analyses, survival


@pytest.fixture
def composite_trial(write_trial):
    """P1 flares on day 5 and dies on day 9; P2 dies on day 3; P3's event is neither."""
    adsl = patients(
        "AAAB",
        EOSSTT=["DISCONTINUED", "DISCONTINUED", "DISCONTINUED", "COMPLETED"],
        DCSREAS=["DIED", "DIED", "", ""],
        RANDDT=["2020-01-01"] * 4,
        EOSDT=["2020-01-09", "2020-01-03", "2020-01-04", "2020-01-10"],
    )
    adtte = pd.concat(
        [
            times(adsl, [5, 3, 4, 10], [0, 0, 0, 1]),
            times(adsl, [5, 3, 4, 10], [0, 1, 1, 1], "FLARE"),
            times(adsl, [9, 3, 4, 10], [0, 0, 1, 1], "DEATH"),
        ]
    )
    endpoints = [
        {"paramcd": "EVENT", "role": "primary", "components": ["DEATH", "FLARE"]},
        {"paramcd": "FLARE", "role": "component"},
        {"paramcd": "DEATH", "role": "component"},
    ]
    return write_trial(adsl, adtte, endpoints=endpoints, landmarks=[4], horizon=4)


def test_the_first_component_makes_the_composite_event(composite_trial):
    found = analyses.composite(composite_trial)
    of = {"paramcd": "EVENT", "arm": "A", "statistic": "n"}
    first = [value(found, **of, method="first", level=name) for name in ("DEATH", "FLARE", "OTHER")]
    assert first == [1, 1, 1]
    assert [value(found, **of, method="any", level=name) for name in ("DEATH", "FLARE")] == [2, 1]
    assert any("none of the components" in line for line in analyses.remarks(found))


def test_leaving_is_cumulative_by_reason(composite_trial):
    found = analyses.discontinuation(composite_trial)
    of = {"paramcd": "EOSSTT", "arm": "A", "method": "aalen_johansen"}
    incidence = {**of, "statistic": "cumulative_incidence"}
    # A leaves on days 9, 3 (both died) and 4 (no reason given)
    assert value(found, **incidence, level="DIED", time=3) == pytest.approx(1 / 3)
    assert value(found, **incidence, level="UNKNOWN", time=4) == pytest.approx(1 / 3)
    assert value(found, **incidence, level="all", time=9) == pytest.approx(1)
    completed = {**incidence, "arm": "B", "level": "all", "time": 10}
    assert value(found, **completed) == 0
    assert any("EOTSTT is absent" in line for line in analyses.remarks(found))


def test_conventions_change_events_as_they_say(composite_trial):
    found = analyses.sensitivity(composite_trial)
    of = {"paramcd": "EVENT", "arm": "B vs A", "statistic": "n_events"}
    assert value(found, **of, method="horizon") == 2  # days 3 and 4
    assert value(found, **of, method="withdrawal_event") == 3
    assert "per_protocol" not in set(found["method"])
    # B has no event: plain Cox has no estimate, Firth's has one
    assert np.isnan(value(found, **{**of, "statistic": "hr"}, method="horizon"))
    assert 0 < value(found, **{**of, "statistic": "hr"}, method="firth") < 1


def test_events_found_at_visits_are_moved_to_the_interval_before(write_trial):
    adsl = patients("AABB")
    adlb = pd.DataFrame(
        [("P1", 1), ("P1", 30), ("P1", 60), ("P3", 1), ("P3", 40)], columns=["USUBJID", "ADY"]
    ).assign(PARAMCD="C3", AVAL=1.0, AVISITN=0)
    adtte = times(adsl, [60, 70, 50, 80], [0, 1, 0, 1])
    trial = write_trial(adsl, adtte, adlb=adlb)
    moved = survival.cox([45, 70, 45, 80], [1, 0, 1, 0], [0, 0, 1, 1])
    found = analyses.sensitivity(trial)
    of = {"paramcd": "EVENT", "arm": "B vs A", "statistic": "hr"}
    assert value(found, **of, method="midpoint") == pytest.approx(moved.hr[0])
    earlier = survival.cox([30, 70, 40, 80], [1, 0, 1, 0], [0, 0, 1, 1])
    assert value(found, **of, method="last_visit") == pytest.approx(earlier.hr[0])


def test_periods_part_the_events(seven):
    found = analyses.hazard_ratio_by_period(seven, landmarks=[2.5])
    of = {"paramcd": "EVENT", "arm": "B vs A", "method": "efron"}
    early = [value(found, **of, level="0 to 2.5", statistic=s) for s in ("n", "n_events")]
    late = [value(found, **of, level="from 2.5", statistic=s) for s in ("n", "n_events")]
    assert early == [7, 1]
    assert late == [6, 2]


@pytest.fixture
def harmed(write_trial):
    adsl = patients("AAB", TRTSDT=["2020-01-01"] * 3, TRTEDT=["2020-01-10"] * 3)
    adae = pd.DataFrame(
        [
            ("P1", "COLD", "MILD", "RELATED", "Y", "2020-01-02"),
            ("P1", "FLU", "SEVERE", "NOT RELATED", "N", "2020-01-04"),
            ("P2", "COLD", "MODERATE", "NOT RELATED", "Y", "2020-01-06"),
        ],
        columns=["USUBJID", "AEDECOD", "AESEV", "AEREL", "AESER", "ASTDT"],
    ).assign(TRTEMFL="Y")
    return write_trial(adsl, times(adsl, [30, 40, 50], [0, 1, 1]), adae=adae)


def test_a_patient_counts_at_the_worst_severity(harmed):
    found = analyses.severity(harmed)
    of = {"paramcd": "any", "arm": "A", "statistic": "n"}
    levels = [value(found, **of, level=f"AESEV={name}") for name in ("MILD", "MODERATE", "SEVERE")]
    assert levels == [0, 1, 1]
    assert value(found, **of, level="AEREL=NOT RELATED") == 2
    assert value(found, **{**of, "arm": "B"}, level="AESEV=MILD") == 0


def test_the_end_of_treatment_competes_with_a_first_event(harmed):
    found = analyses.time_to_adverse_event(harmed, times=np.array([1, 2, 6, 10]))
    of = {"paramcd": "serious", "arm": "A", "method": "aalen_johansen"}
    curve = [value(found, **of, time=t, statistic="cumulative_incidence") for t in (1, 2, 6, 10)]
    assert curve == pytest.approx([0, 0.5, 1, 1])
    none = {**of, "arm": "B", "statistic": "cumulative_incidence"}
    assert value(found, **none, time=10) == 0


def test_withdrawn_patients_who_go_on_as_the_control_arm(write_trial):
    rng = np.random.default_rng(4)
    n = 80
    adsl = patients("A" * 40 + "B" * 40, EOSSTT=["COMPLETED", "DISCONTINUED"] * 40)
    aval, cnsr = rng.integers(50, 400, n), rng.integers(0, 2, n)
    trial = write_trial(adsl, times(adsl, aval, cnsr), horizon=400)
    found = analyses.tipping_point(trial, deltas=[1], n_imputations=10)
    of = {"paramcd": "EVENT", "arm": "B vs A", "method": "delta=1"}
    lower, hr, upper = (
        value(found, **of, level="reference", statistic=name)
        for name in ("hr_lower", "hr", "hr_upper")
    )
    assert lower < hr < upper
