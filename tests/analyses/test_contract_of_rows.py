"""Every row of every analysis has a key that the data contract names, once."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analyses.tiny import patients, value
from tests.examples import fewer
from trialbook import analyses, survival
from trialbook.agreement.estimators import REFERENCE
from trialbook.config import Arm, Comparison, Endpoint
from trialbook.config_plan import PlannedAnalysis
from trialbook.results import KEY, method_at
from trialbook.trial import load_trial

WALD = {"coef", "std_error", "hr", "hr_lower", "hr_upper", "p_value"}
CURVE = {"n_at_risk", "survival", "std_error", "lower", "upper"}
TEST = {"chisq", "df", "p_value"}
ADJUSTED = {"adjusted:full", "adjusted:bysex"}
# analysis, kind of arm, methods, statistics
CONTRACT = [
    ("kaplan_meier", "arm", {""}, {"n", "n_events", "n_censored", "time_at_risk", "percent"}),
    ("kaplan_meier", "arm", {"log-log", "log", "plain"}, {"median", *CURVE}),
    ("kaplan_meier", "arm", {"bpcp"}, {"lower", "upper"}),
    ("follow_up", "arm", {"reverse"}, {"median", "lower", "upper"}),
    ("log_rank", "pair", {"", "stratified", "rho=1", "maxcombo"}, TEST),
    ("log_rank", "all", {"", "stratified", "rho=1", "trend"}, TEST),
    ("cox", "pair", {"efron", "breslow", "exact"}, WALD),
    ("cox", "pair", {"stratified"}, {*WALD, "n", "n_events"}),
    ("cox", "pair", ADJUSTED, {*WALD, "n", "n_events", "n_missing"}),
    ("cox", "pair", {f"{one}:complete" for one in ADJUSTED}, {*WALD, "n", "n_events"}),
    ("cox", "pair", {"profile"}, {"hr", "hr_lower", "hr_upper", "p_value"}),
    ("cox", "pair", {"firth"}, WALD),
    ("proportional_hazards", "pair", {"km", "rank", "identity", "log"}, TEST),
    ("rmst", "arm", {""}, {"rmst", "std_error", "lower", "upper"}),
    ("rmst", "pair", {"difference"}, {"difference", "std_error", "lower", "upper", "p_value"}),
    ("rmst", "pair", {"ratio"}, {"ratio", "std_error", "lower", "upper", "p_value"}),
    ("landmark", "pair", {""}, {"difference", "std_error", "lower", "upper", "p_value", "nnt"}),
    ("landmark", "pair", {"mover"}, {"difference", "lower", "upper"}),
    ("average_hazard", "arm", {""}, {"average_hazard", "std_error", "lower", "upper"}),
    ("average_hazard", "pair", {"ratio"}, {"ratio", "std_error", "lower", "upper", "p_value"}),
    (
        "average_hazard",
        "pair",
        {"difference"},
        {"difference", "std_error", "lower", "upper", "p_value"},
    ),
    ("incidence_rate", "arm", {"exact"}, {"n_events", "time_at_risk", "rate", "lower", "upper"}),
    ("incidence_rate", "pair", {"exact"}, {"rate_ratio", "lower", "upper"}),
    ("subgroup", "arm", {"efron"}, {"n", "n_events", "rate"}),
    ("subgroup", "pair", {"efron"}, {"hr", "hr_lower", "hr_upper"}),
    ("subgroup", "pair", {"interaction"}, TEST),
    (
        "competing_risks",
        "arm",
        {"aalen_johansen"},
        {"cumulative_incidence", "std_error", "lower", "upper"},
    ),
    ("competing_risks", "pair", {"gray"}, {"chisq", "p_value"}),
    ("competing_risks", "pair", {"fine_gray", "cause_specific"}, WALD),
]


@pytest.fixture(scope="module")
def three_arms():
    return load_trial(REFERENCE / "three_arms")


@pytest.fixture(scope="module")
def all_rows(three_arms):
    return analyses.all_results(three_arms)


def kind(arm):
    return "pair" if " vs " in arm else "all" if arm == "all" else "arm"


def test_keys_are_unique(all_rows):
    assert len(all_rows) > 2000
    assert not all_rows.duplicated(KEY[1:]).any()


@pytest.mark.parametrize("analysis", sorted({row[0] for row in CONTRACT}))
def test_rows_are_those_of_the_contract(all_rows, analysis):
    found = {
        (kind(arm), method, statistic)
        for arm, method, statistic in all_rows.loc[
            all_rows["analysis"] == analysis, ["arm", "method", "statistic"]
        ].itertuples(index=False)
    }
    expected = {
        (of, method, statistic)
        for name, of, methods, statistics in CONTRACT
        for method in methods
        for statistic in statistics
        if name == analysis
    }
    assert found == expected


def test_a_comparison_takes_its_two_arms_alone(three_arms):
    data = three_arms.time_to_event("PFS")
    pair = data[data["arm"].isin(["HIGH", "CTRL"])]
    model = survival.cox(pair["AVAL"], pair["event"], pair["arm"] == "HIGH")
    of = {"paramcd": "PFS", "arm": "HIGH vs CTRL", "method": "efron"}
    assert value(analyses.cox(three_arms), **of, statistic="coef") == model.coef[0]


def test_another_level_is_part_of_the_method(three_arms):
    wide = analyses.cox(three_arms, ties="efron")
    narrow = analyses.cox(three_arms, ties="efron", conf_level=0.9)
    of = {"paramcd": "PFS", "arm": "LOW vs CTRL", "statistic": "hr_lower"}
    assert value(narrow, **of, method="efron@0.90") > value(wide, **of, method="efron")
    assert method_at("", 0.9) == "@0.90"
    assert method_at("log-log", 0.975) == "log-log@0.975"


def test_a_model_keeps_who_lacks_a_covariate_and_complete_cases_stand_beside_it(three_arms):
    found = analyses.cox(three_arms)
    of = {"paramcd": "PFS", "arm": "LOW vs CTRL", "method": "adjusted:full", "statistic": "n"}
    everyone = three_arms.time_to_event("PFS")["arm"].isin(["LOW", "CTRL"]).sum()
    assert value(found, **of) == everyone
    n_missing = value(found, **of | {"statistic": "n_missing"})
    of["method"] += ":complete"
    assert value(found, **of) == everyone - n_missing
    data = three_arms.time_to_event("PFS")
    known = data[["AGE", "STAGE", "ECOG"]].notna().all(axis=1)
    assert value(found, **of) == (known & data["arm"].isin(["LOW", "CTRL"])).sum()
    assert any("a missing covariate is replaced" in line for line in analyses.remarks(found))


def test_a_curve_ends_where_follow_up_ends(seven):
    found = analyses.kaplan_meier(seven, times=[8, 9])
    of = {"paramcd": "EVENT", "arm": "B", "method": "log"}
    assert value(found, **of, time=8, statistic="survival") == pytest.approx(0.75)
    assert np.isnan(value(found, **of, time=9, statistic="survival"))
    assert value(found, **of, time=9, statistic="n_at_risk") == 0


def test_a_horizon_beyond_follow_up_is_said(seven):
    found = analyses.rmst(seven, horizon=6)
    assert np.isnan(value(found, paramcd="EVENT", arm="A", time=6, statistic="rmst"))
    assert any("follow-up ends before its horizon" in line for line in analyses.remarks(found))


def test_what_is_not_in_the_data_is_empty_and_said(seven):
    for name in ["adverse_events", "laboratory", "recurrent", "multiplicity", "response", "design"]:
        found = analyses.ANALYSES[name](seven)
        assert found.empty, name
        assert analyses.remarks(found), name


def test_an_unknown_analysis_is_refused(seven):
    with pytest.raises(ValueError, match="'coxx' is no analysis"):
        analyses.all_results(seven, ["coxx"])


@fewer(10)
@given(st.integers(0, 2**32 - 1))
def test_swapping_the_arms_inverts_every_effect(three_arms, seed):
    """A trial with the comparison turned round has the reciprocal ratios, minus the differences."""
    rng = np.random.default_rng(seed)
    n = 40
    adsl = patients(rng.permutation(["A"] * 20 + ["B"] * 20)).assign(arm=lambda d: d["TRT01P"])
    data = adsl.assign(AVAL=rng.integers(0, 30, n).astype(float), event=rng.random(n) < 0.6)
    data["arm"] = pd.Categorical(data["arm"], ["A", "B"])
    forward = _effects(_stub(three_arms, data, ["A", "B"]), "B vs A")
    back = _effects(_stub(three_arms, data, ["B", "A"]), "A vs B")
    np.testing.assert_allclose(forward["difference"], -back["difference"], atol=1e-12)
    np.testing.assert_allclose(forward["ratio"], 1 / back["ratio"], rtol=1e-10)
    np.testing.assert_allclose(forward["p"], back["p"], rtol=1e-7, atol=1e-12)


def _stub(trial, data, codes):
    """Return the least of a trial that the comparisons need."""
    arms = tuple(Arm(code=code) for code in codes)
    return SimpleNamespace(
        arms=arms,
        comparisons=(Comparison(treated=arms[1], control=arms[0]),),
        primary=Endpoint(paramcd="EVENT"),
        config=SimpleNamespace(strata=(), models={}, analysis=PlannedAnalysis()),
        given=None,
        time=trial.time,
        landmarks=(10.0,),
        margin_difference=None,
        min_cell=0,
        horizon=None,
        privacy="public",
        time_to_event=lambda _: data,
    )


def _effects(trial, arm):
    of = {"paramcd": "EVENT", "arm": arm}
    rmst, cox = analyses.rmst(trial), analyses.cox(trial, ties="efron")
    tau = rmst["time"].iloc[0]
    return {
        "difference": value(rmst, **of, time=tau, method="difference", statistic="difference"),
        "ratio": value(cox, **of, method="efron", statistic="hr"),
        "p": value(analyses.log_rank(trial), **of, statistic="p_value"),
    }
