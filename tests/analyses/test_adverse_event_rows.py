"""Adverse events: treatment-emergent, patients not events, time at risk to the first."""

from time import perf_counter
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from tests.analyses.tiny import patients, shared, times, value
from trialbook import analyses
from trialbook.config import Arm, Comparison
from trialbook.trial import load_trial


@pytest.fixture
def safety(write_trial):
    """Four patients treated 10 days each; B's second is at risk 10 days without an event."""
    adsl = patients("AABB", TRTSDT=["2020-01-01"] * 4, TRTEDT=["2020-01-10"] * 4)
    columns = ["USUBJID", "AEBODSYS", "AEDECOD", "AESER", "TRTEMFL", "ASTDT"]
    adae = pd.DataFrame(
        [
            ("P1", "INFECTIONS", "COLD", "N", "Y", "2020-01-04"),
            ("P1", "INFECTIONS", "COLD", "Y", "Y", "2020-01-03"),
            ("P2", "INFECTIONS", "FLU", "N", "", "2020-01-02"),  # not treatment-emergent
            ("P2", "SKIN", "RASH", "N", "Y", "2020-01-15"),  # after the risk window
            ("P3", "SKIN", "SKIN", "Y", "Y", ""),  # a term with its class's name, no date
        ],
        columns=columns,
    )
    groups = {"infected": {"label": "Infected", "AEBODSYS": "INFECTIONS"}}
    return write_trial(
        adsl, times(adsl, [1, 2, 3, 4], [1] * 4), adae=adae, adverse_events=groups, risk_window=2
    )


def test_a_patient_counts_once(safety):
    found = analyses.adverse_events(safety)
    any_event = {"paramcd": "any", "statistic": "n"}
    assert [value(found, **any_event, arm=arm) for arm in "AB"] == [2, 1]
    assert value(found, paramcd="COLD", arm="A", statistic="n") == 1
    assert "FLU" not in set(found["paramcd"])
    assert value(found, paramcd="serious", arm="B", statistic="percent") == 50
    assert value(found, paramcd="infected", arm="A", statistic="percent") == 50
    assert value(found, paramcd="RASH", arm="B", statistic="n") == 0


def test_rates_have_exact_limits_and_events_are_counted_beside_patients(safety):
    """R: ``poisson.test(1, 15 / 365.25)``: A's first is at risk 3 days, the second 12."""
    found = analyses.adverse_events(safety)
    of = {"paramcd": "COLD", "method": "exact"}
    assert value(found, **of, arm="A", statistic="events") == 2
    assert value(found, paramcd="COLD", arm="A", statistic="n") == 1
    years = (3 + 12) / 365.25
    limits = [value(found, **of, arm="A", statistic=name) for name in ("rate", "lower", "upper")]
    assert limits == pytest.approx(np.array([1, 0.02531781, 5.57164339]) * 100 / years, rel=1e-6)
    assert value(found, **of, arm="B", statistic="events") == 0
    none = [value(found, **of, arm="B", statistic=name) for name in ("rate", "lower", "upper")]
    assert none == pytest.approx([0, 0, 3.68887945 * 100 / (24 / 365.25)], rel=1e-6)
    ratio = [value(found, **of, arm="B vs A", statistic=s) for s in ("rate_ratio", "lower")]
    assert ratio == [0, 0]
    assert 0 < value(found, **of, arm="B vs A", statistic="upper") < np.inf


def test_risks_are_compared_at_the_landmarks_and_death_competes(write_trial):
    """Of A one of two has it on day 3; of B one dies on day 2, before his event on day 5."""
    adsl = patients(
        "AABB", TRTSDT=["2020-01-01"] * 4, TRTEDT=["2020-01-10"] * 4,
        DTHDT=["", "", "2020-01-02", ""], DTHFL=["", "", "Y", ""],
    )  # fmt: skip
    adae = pd.DataFrame(
        [("P1", "COLD", "2020-01-03"), ("P3", "COLD", "2020-01-05"), ("P4", "COLD", "2020-01-04")],
        columns=["USUBJID", "AEDECOD", "ASTDT"],
    ).assign(TRTEMFL="Y")
    study = write_trial(adsl, times(adsl, [9] * 4, [1] * 4), adae=adae, landmarks=[3, 8])
    found = analyses.time_to_adverse_event(study)
    of = {"paramcd": "any", "method": "aalen_johansen"}
    risks = [value(found, **of, arm=arm, time=8, statistic="cumulative_incidence") for arm in "AB"]
    assert risks == [0.5, 0.5]
    assert value(found, **of, arm="B vs A", time=3, statistic="risk_difference") == -0.5
    errors = [value(found, **of, arm=arm, time=8, statistic="std_error") for arm in "AB"]
    pooled = value(found, **of, arm="B vs A", time=8, statistic="std_error")
    assert pooled == pytest.approx(np.hypot(*errors))
    upper = value(found, **of, arm="B vs A", time=8, statistic="upper")
    # MOVER of Clopper and Pearson's limits, 1 of 2 in both arms: qbeta(.975, 2, 1) is 0.987421.
    assert upper == pytest.approx(np.hypot(0.987421 - 0.5, 0.5 - 0.012579), rel=1e-5)


def test_an_arm_without_events_has_an_upper_limit_and_the_difference_honest_ones(write_trial):
    """4 of 20 and none of 20: Wald's interval has only the other arm's variance, and excludes 0."""
    adsl = patients("A" * 20 + "B" * 20, TRTSDT="2020-01-01", TRTEDT="2020-01-10")
    adae = pd.DataFrame({"USUBJID": ["P1", "P2", "P3", "P4"], "AEDECOD": "COLD"})
    adae = adae.assign(TRTEMFL="Y", ASTDT="2020-01-03")
    study = write_trial(adsl, times(adsl, [9] * 40, [1] * 40), adae=adae, landmarks=[8])
    found = analyses.time_to_adverse_event(study)
    of = {"paramcd": "any", "method": "aalen_johansen", "time": 8}
    assert value(found, **of, arm="B", statistic="lower") == 0
    assert value(found, **of, arm="B", statistic="upper") == pytest.approx(1 - 0.025 ** (1 / 20))
    lower, upper = (value(found, **of, arm="B vs A", statistic=s) for s in ("lower", "upper"))
    assert -0.5 < lower < -0.2 < 0 < upper


def test_a_blank_variable_counts_nobody_as_without_the_event(write_trial):
    """A sponsor who leaves AEACN blank has not said that nobody stopped treatment."""
    dates = {"TRTSDT": ["2020-01-01"] * 2, "TRTEDT": ["2020-01-10"] * 2}
    adsl = patients("AB", **dates)
    adae = pd.DataFrame(
        {"USUBJID": ["P1"], "AEDECOD": ["COLD"], "TRTEMFL": ["Y"], "AESER": ["Y"], "AEACN": [""]}
        | {"ASTDT": ["2020-01-04"]}
    )
    study = write_trial(adsl, times(adsl, [1, 2], [1, 1]), adae=adae)
    found = analyses.adverse_events(study)
    assert "withdrawal" not in set(found["paramcd"])
    assert value(found, paramcd="serious", arm="A", statistic="n") == 1
    assert any("AEACN is blank throughout ADAE" in line for line in analyses.remarks(found))
    assert set(analyses.first_adverse_events(study)) == {"serious"}


def test_without_dates_of_treatment_there_are_counts_and_no_rates(write_trial):
    adsl = patients("AB")
    adae = pd.DataFrame({"USUBJID": ["P1"], "AEDECOD": ["COLD"], "TRTEMFL": ["Y"]})
    study = write_trial(adsl, times(adsl, [1, 2], [1, 1]), adae=adae)
    found = analyses.adverse_events(study)
    assert value(found, paramcd="COLD", arm="A", statistic="n") == 1
    assert np.isnan(value(found, paramcd="COLD", arm="A", statistic="rate"))
    assert any("dates of treatment are not given" in line for line in analyses.remarks(found))


def test_without_dates_of_onset_no_rate_is_made_up(write_trial):
    adsl = patients("AB", TRTSDT=["2020-01-01"] * 2, TRTEDT=["2020-01-10"] * 2)
    adae = pd.DataFrame({"USUBJID": ["P1"], "AEDECOD": ["COLD"], "TRTEMFL": ["Y"]})
    found = analyses.adverse_events(write_trial(adsl, times(adsl, [1, 2], [1, 1]), adae=adae))
    assert np.isnan(value(found, paramcd="COLD", arm="A", statistic="rate"))
    assert any("dates of onset are not given" in line for line in analyses.remarks(found))


def test_time_at_risk_runs_to_the_first_event_or_the_end_of_the_window(safety):
    found = analyses.adverse_events(safety)
    any_event = {"paramcd": "any"}
    # P1 until day 3, P2 for 10 + 2 days: his first event comes later
    assert value(found, **any_event, arm="A", statistic="time_at_risk") == 3 + 12
    assert value(found, **any_event, arm="A", statistic="rate") == pytest.approx(
        100 / (15 / 365.25)
    )
    # P3's event has no date and counts from the first dose, P4 has none
    assert value(found, **any_event, arm="B", statistic="time_at_risk") == 1 + 12
    assert any("without a date" in line for line in analyses.remarks(found))


def test_a_term_with_the_name_of_its_class_keeps_a_key_of_its_own(safety):
    found = analyses.adverse_events(safety)
    assert value(found, paramcd="SKIN", arm="A", statistic="n") == 1  # the class: RASH
    assert value(found, paramcd="SKIN", level="AEDECOD", arm="A", statistic="n") == 0
    pairs = analyses.event_classes(safety)
    assert pairs.to_numpy().tolist() == [["INFECTIONS", "COLD"], ["SKIN", "RASH"], ["SKIN", "SKIN"]]


def test_no_adverse_event_data_is_said(seven):
    found = analyses.adverse_events(seven)
    assert found.empty
    assert analyses.remarks(found) == ("There are no data on adverse events.",)


def test_a_missing_variable_leaves_out_its_group_alone(safety):
    found = analyses.adverse_events(safety)
    assert "withdrawal" not in set(found["paramcd"])
    assert any(line.startswith("AEACN is not in ADAE") for line in analyses.remarks(found))


@pytest.fixture(scope="module")
def pilot(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pilot")
    for file in shared("adam/cdisc-pilot-parquet").glob("*.parquet"):
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "trial.yml").write_text(
        """
id: pilot
title: The CDISC pilot study
privacy: public
randomized: "yes"
time: {unit: days, show: days}
arms:
  - {code: PBO, values: [Placebo]}
  - {code: LOW, values: [Xanomeline Low Dose]}
  - {code: HIGH, values: [Xanomeline High Dose]}
endpoints: [{paramcd: TTDE, role: primary}]
"""
    )
    return load_trial(folder)


def test_subjects_with_treatment_emergent_events_of_the_cdisc_pilot(pilot):
    found = analyses.adverse_events(pilot)
    n = [value(found, paramcd="any", arm=arm, statistic="n") for arm in ("PBO", "LOW", "HIGH")]
    assert n == [65, 77, 76]


def test_numbers_at_risk_of_the_cdisc_pilot_as_published(pilot):
    found = analyses.kaplan_meier(pilot, times=[0, 20, 40, 60, 80, 100])
    published = {
        "PBO": [86, 75, 65, 59, 50, 47],
        "LOW": [84, 58, 31, 20, 14, 12],
        "HIGH": [84, 48, 31, 14, 7, 4],
    }
    for arm, counts in published.items():
        rows = found[(found["arm"] == arm) & (found["statistic"] == "n_at_risk")]
        assert rows[rows["method"] == "log-log"]["value"].tolist() == counts


@pytest.mark.slow
def test_five_million_events_take_seconds():
    # 20,000 patients with 250 events each; seconds on a free core, more on a busy machine
    rng = np.random.default_rng(1)
    n, rows = 20_000, 5_000_000
    arms = (Arm(code="A"), Arm(code="B"))
    safety = pd.DataFrame({"USUBJID": np.arange(n).astype(str)})
    safety["arm"] = pd.Categorical.from_codes(rng.integers(0, 2, n), ["A", "B"])
    safety["TRTSDT"] = pd.Timestamp("2020-01-01")
    safety["TRTEDT"] = pd.Timestamp("2020-12-31")
    who, term = rng.integers(0, n, rows), rng.integers(0, 1000, rows)
    adae = pd.DataFrame({"patient": who, "AESER": "N"})
    names = [f"TERM {i}" for i in range(1000)]
    adae["AEDECOD"] = pd.Categorical.from_codes(term, names)
    adae["AEBODSYS"] = pd.Categorical.from_codes(term // 40, names[:25])
    adae["ASTDT"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 366, rows), "D")
    trial = SimpleNamespace(
        arms=arms,
        comparisons=(Comparison(treated=arms[1], control=arms[0]),),
        config=SimpleNamespace(adverse_events={}, risk_window=0),
        given=None,
        time=SimpleNamespace(per_year=365.25),
        adae=adae,
        treatment_emergent=lambda: adae,
        safety_population=lambda: safety,
    )
    start = perf_counter()
    found = analyses.adverse_events(trial)
    assert perf_counter() - start < 60
    assert value(found, paramcd="any", arm="A", statistic="percent") == 100
