"""What is drawn is rows: the estimates themselves, to half a pixel, and no others."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analyses.tiny import value
from tests.examples import fewer
from trialbook import analyses, survival
from trialbook.agreement.estimators import REFERENCE
from trialbook.analyses.curves.points import ACROSS, MOST_POINTS, UP, thinned
from trialbook.ard import complete
from trialbook.printed import printed_results
from trialbook.results import CURVE, KEY
from trialbook.trial import load_trial

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def alms():
    return load_trial(ROOT / "data" / "alms")


@pytest.fixture(scope="module")
def three_arms():
    return load_trial(REFERENCE / "three_arms")


@pytest.fixture(scope="module")
def drawn(alms):
    return analyses.all_curves(alms)


def wide(frame, level, paramcd, arm):
    """Return a curve as a frame: one row per time, one column per statistic."""
    of = frame.query("level == @level and paramcd == @paramcd and arm == @arm")
    return of.set_index(["time", "statistic"])["value"].unstack()  # noqa: PD010


def test_survival_of_seven_patients_by_hand(seven):
    found = analyses.survival_curves(seven)
    curve = wide(found, "kaplan_meier", "EVENT", "A").loc[[0, 2, 4, 5]]
    assert curve["survival"].to_list() == pytest.approx([1, 2 / 3, 1 / 3, 1 / 3])
    assert curve["n_at_risk"].to_list() == [3, 3, 2, 1]
    assert curve["n_events"].to_list() == [0, 1, 2, 2]
    assert curve["n_censored"].to_list() == [0, 0, 0, 1]


def test_survival_is_that_of_the_estimator_at_every_time(alms, drawn):
    for arm, of in alms.time_to_event("TRTFAIL").groupby("arm", observed=True):
        km = survival.kaplan_meier(of["AVAL"], of["event"])
        curve = wide(drawn, "kaplan_meier", "TRTFAIL", arm)
        assert set(km.time) <= set(curve.index)
        at = curve.loc[km.time]
        for name in ("survival", "lower", "upper", "n_at_risk"):
            np.testing.assert_array_equal(at[name], getattr(km.at(km.time), name))
        np.testing.assert_array_equal(at["n_events"], km.n_events.cumsum())
        np.testing.assert_array_equal(at["n_censored"], km.n_censored.cumsum())


def test_without_marks_every_event_is_a_point_still(alms):
    every, events = (analyses.survival_curves(alms, "TRTFAIL", marks=m) for m in (True, False))
    assert len(events) < len(every)
    of = ["arm", "time", "statistic"]
    common = every.merge(events, on=of)
    assert len(common) == len(events)
    np.testing.assert_array_equal(common["value_x"], common["value_y"])
    steps = [
        {
            (arm, s)
            for arm in ("AZA", "MMF")
            for s in wide(f, "kaplan_meier", "TRTFAIL", arm).survival
        }
        for f in (every, events)
    ]
    assert steps[0] == steps[1]


@pytest.mark.parametrize(
    ("level", "make", "key"),
    [
        ("competing_risks", "competing_risks", {"level": "RENFLARE", "paramcd": "RENFLARE"}),
        ("discontinuation", "discontinuation", {"level": "all", "paramcd": "EOSSTT"}),
        ("adverse_events", "time_to_adverse_event", {"paramcd": "serious"}),
    ],
)
def test_incidence_is_that_of_the_tables(alms, drawn, level, make, key):
    given = (alms, "RENFLARE") if level == "competing_risks" else (alms,)
    table = getattr(analyses, make)(*given)
    of = (table["method"] == "aalen_johansen") & table["value"].notna()
    of &= ~table["arm"].str.contains(" vs ")
    for name, wanted in key.items():
        of &= table[name] == wanted
    compared = table[of & table["statistic"].isin(["cumulative_incidence", "lower", "upper"])]
    both = compared.merge(
        drawn[(drawn["level"] == level) & (drawn["paramcd"] == key["paramcd"])],
        on=["arm", "time", "statistic"],
    )
    assert len(both) == len(compared)
    np.testing.assert_allclose(both["value_x"], both["value_y"], rtol=1e-12)


def test_laboratory_means_are_the_tables_own(alms, drawn):
    table = analyses.laboratory(alms)
    curve = wide(drawn, "laboratory", "C3", "MMF")
    for visit in curve.index:
        of = {"paramcd": "C3", "arm": "MMF", "method": "geometric", "time": visit}
        assert curve.loc[visit, "geometric_mean"] == value(table, **of, statistic="geometric_mean")
        assert curve.loc[visit, "n"] == value(table, **of, statistic="n")


def test_the_hazard_ratio_over_time_is_the_smooth_and_lies_on_its_lines_between(three_arms):
    found = analyses.hazard_ratio_curves(three_arms)
    data = three_arms.time_to_event("PFS")
    pair = data[data["arm"].isin(["HIGH", "CTRL"])]
    model = survival.cox(pair["AVAL"], pair["event"], pair["arm"] == "HIGH")
    smooth = survival.log_hazard_ratio_over_time(model)
    curve = wide(found, "proportional_hazards", "PFS", "HIGH vs CTRL")
    np.testing.assert_allclose(curve.loc[smooth.time, "hr"], np.exp(smooth.log_hr), rtol=1e-12)
    between = np.interp(curve.index, smooth.time, smooth.log_hr)
    np.testing.assert_allclose(np.log(curve["hr"]), between, rtol=1e-9, atol=1e-12)


def test_too_few_events_have_no_smooth(seven):
    assert analyses.hazard_ratio_curves(seven).empty


def test_a_distribution_is_every_value_once_per_patient(alms, drawn):
    patients = alms.efficacy_population().query("arm == 'MMF'")
    rows = drawn.query("level == 'baseline' and paramcd == 'AGE' and arm == 'MMF'")
    counts = rows[rows["time"].notna()]
    values = np.repeat(counts["time"], counts["value"].astype(int))
    np.testing.assert_array_equal(values, np.sort(patients["AGE"].dropna()))
    of_all = rows[rows["time"].isna()].set_index("statistic")["value"]
    assert of_all["median"] == patients["AGE"].median()
    assert of_all["n"] == patients["AGE"].count()


def test_the_schedule_leaves_out_visits_that_few_had(alms, drawn):
    rows = drawn.query("level == 'schedule' and paramcd == 'C3'")
    measured = alms.adlb.query("PARAMCD == 'C3'").dropna(subset=["AVAL", "AVISITN"])
    assert set(rows["time"]) <= set(measured["AVISITN"])
    assert rows["value"].min() >= measured["USUBJID"].nunique() / 20


@pytest.mark.parametrize("folder", ["alms", "gbsg2"])
def test_every_row_has_a_key_of_its_own_and_is_printed(folder, alms, drawn):
    trial = alms if folder == "alms" else load_trial(ROOT / "data" / folder)
    frame = drawn if folder == "alms" else analyses.all_curves(trial)
    assert set(frame["analysis"]) == {CURVE}
    assert not frame.duplicated(KEY[1:]).any()
    assert frame.groupby(["level", "paramcd", "arm"])["time"].nunique().max() <= MOST_POINTS
    assert len(complete(frame, trial, "any")) == len(frame)


def test_a_curve_is_printed_as_its_analysis(alms):
    rows = analyses.survival_curves(alms, "TRTFAIL")
    table = analyses.kaplan_meier(alms, "TRTFAIL")
    on = ["arm", "time", "method", "statistic"]
    both = rows.assign(text=printed_results(rows, alms)).merge(
        table.assign(text=printed_results(table, alms)), on=on
    )
    assert len(both) > 50
    assert (both["text_x"] == both["text_y"]).all()


def step(time, values, at):
    return values[np.searchsorted(time, at, side="right") - 1]


@fewer(15)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1500, 8000]))
def test_a_long_curve_is_told_to_half_a_pixel(seed, n):
    """Wherever two curves differ by half a pixel in height, they agree half a pixel earlier."""
    rng = np.random.default_rng(seed)
    km = survival.kaplan_meier(rng.weibull(rng.uniform(0.4, 3), n), rng.random(n) < 0.8)
    at = km.at(np.concatenate([[0.0], km.time]))
    rows = {name: getattr(at, name) for name in ("survival", "lower", "upper")}
    kept = thinned(at.time, rows, tuple(rows), np.array([]))
    assert kept.sum() <= MOST_POINTS
    pixel, height = at.time[-1] / ACROSS, 1 / UP
    probes = rng.uniform(0, at.time[-1], 2000)
    exact, earlier = (
        step(at.time, at.survival, p) for p in (probes, np.maximum(probes - pixel / 2, 0))
    )
    told = step(at.time[kept], at.survival[kept], probes)
    assert (told >= exact - height / 2 - 1e-12).all()
    assert (told <= earlier + height / 2 + 1e-12).all()


def test_a_short_curve_keeps_every_point():
    time = np.arange(float(MOST_POINTS))
    assert thinned(time, {"survival": 1 - time / 2000}, ("survival",), np.array([])).all()


def test_large_trials_stay_small(write_trial):
    rng = np.random.default_rng(7)
    n = 6000
    adsl = pd.DataFrame(
        {"STUDYID": "T", "USUBJID": [f"P{i}" for i in range(n)], "ITTFL": "Y", "SAFFL": "Y",
         "TRT01P": np.where(np.arange(n) % 2, "A", "B")}
    ).assign(TRT01A=lambda x: x["TRT01P"], AGE=rng.normal(50, 10, n))  # fmt: skip
    adtte = {"USUBJID": adsl["USUBJID"], "PARAMCD": "EVENT", "AVALU": "DAYS"}
    adtte |= {"AVAL": rng.exponential(300, n) + 1, "CNSR": (rng.random(n) < 0.3).astype(int)}
    trial = write_trial(adsl, pd.DataFrame(adtte), baseline=[{"variable": "AGE"}])
    found = analyses.all_curves(trial)
    assert found.groupby(["level", "arm"])["time"].nunique().max() <= MOST_POINTS
    ages = found.query("level == 'baseline' and arm == 'A' and time == time")
    assert ages["value"].sum() == n / 2
