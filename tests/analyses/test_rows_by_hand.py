"""Rows of a seven-patient trial against algebra."""

import numpy as np
import pytest

from tests.analyses.tiny import patients, times, value
from trialbook import analyses


def test_kaplan_meier_rows_are_the_product_limit(seven):
    found = analyses.kaplan_meier(seven)
    arm_a = {"paramcd": "EVENT", "arm": "A"}
    assert (
        value(
            found,
            **arm_a,
            statistic="n",
        )
        == 3
    )
    assert value(found, **arm_a, statistic="n_events") == 2
    assert value(found, **arm_a, statistic="n_censored") == 1
    assert value(found, **arm_a, statistic="time_at_risk") == 11
    assert value(found, **arm_a, statistic="percent") == pytest.approx(200 / 3)
    at_4 = {**arm_a, "time": 4, "method": "plain"}
    assert value(found, **at_4, statistic="n_at_risk") == 2  # AVAL >= 4
    assert value(found, **at_4, statistic="survival") == pytest.approx(2 / 3 * 1 / 2)
    # Greenwood: S^2 (1/(3 x 2) + 1/(2 x 1))
    assert value(found, **at_4, statistic="std_error") == pytest.approx(np.sqrt(2 / 3) / 3)
    quantile = {**arm_a, "method": "log-log", "statistic": "median"}
    assert value(found, **quantile, level="q25") == 2
    assert value(found, **quantile, level="median") == 4
    assert np.isnan(value(found, **quantile, level="q75"))
    assert value(found, paramcd="EVENT", arm="B", time=8, method="log", statistic="n_at_risk") == 1


def test_the_ticks_cover_the_follow_up_in_whole_steps(seven):
    assert analyses.time_ticks(seven).tolist() == list(range(9))


def test_rates_are_events_over_patient_years(seven):
    found = analyses.incidence_rate(seven)
    rate = {"paramcd": "EVENT", "method": "exact"}
    assert value(found, **rate, arm="A", statistic="rate") == pytest.approx(100 * 2 / 11 * 365.25)
    ratio = value(found, **rate, arm="B vs A", statistic="rate_ratio")
    assert ratio == pytest.approx((1 / 21) / (2 / 11))


def test_log_rank_is_the_sum_of_hypergeometric_steps(seven):
    # B: observed 1; expected 4/7 on day 2, 4/6 on day 3, 3/5 of one event on day 4
    observed, expected = 1, 4 / 7 + 4 / 6 + 3 / 5
    variance = 4 / 7 * 3 / 7 + 4 / 6 * 2 / 6 + 3 / 5 * 2 / 5
    found = analyses.log_rank(seven)
    chisq = value(found, paramcd="EVENT", arm="B vs A", statistic="chisq")
    assert chisq == pytest.approx((observed - expected) ** 2 / variance)


def test_landmark_difference_is_that_of_the_curves(seven):
    found = analyses.landmark(seven)
    at_4 = {"paramcd": "EVENT", "arm": "B vs A", "time": 4}
    assert value(found, **at_4, statistic="difference") == pytest.approx(3 / 4 - 1 / 3)
    assert value(found, **at_4, statistic="nnt") == pytest.approx(1 / (3 / 4 - 1 / 3))


def test_rmst_goes_to_the_smaller_last_event_time_where_no_horizon_is_given(seven):
    found = analyses.rmst(seven)
    at_3 = {"paramcd": "EVENT", "time": 3}
    assert value(found, **at_3, arm="A", statistic="rmst") == pytest.approx(2 + 2 / 3)
    assert value(found, **at_3, arm="B", statistic="rmst") == pytest.approx(3)
    of_pair = {**at_3, "arm": "B vs A"}
    assert value(found, **of_pair, method="difference", statistic="difference") == pytest.approx(
        1 / 3
    )
    assert value(found, **of_pair, method="ratio", statistic="ratio") == pytest.approx(9 / 8)


def test_baseline_counts_missing_values_apart(seven):
    found = analyses.baseline(seven)
    age_b = {"paramcd": "AGE", "arm": "B"}
    assert value(found, **age_b, statistic="n") == 3
    assert value(found, **age_b, statistic="n_missing") == 1
    assert value(found, **age_b, statistic="mean") == 50
    assert value(found, **age_b, statistic="sd") == 10
    assert value(found, **age_b, statistic="q1") == 45  # R: quantile(c(40, 50, 60), .25)
    geometric = value(found, **age_b, statistic="geometric_mean")
    assert geometric == pytest.approx((40 * 50 * 60) ** (1 / 3))
    sex = {"paramcd": "SEX", "level": "F"}
    assert value(found, **sex, arm="A", statistic="percent") == pytest.approx(200 / 3)
    assert value(found, **sex, arm="all", statistic="n") == 4


def test_smd_is_treated_minus_control_over_the_root_mean_variance(seven):
    found = analyses.baseline(seven)
    assert value(found, paramcd="AGE", arm="B vs A", statistic="smd") == pytest.approx(-1)
    smd = value(found, paramcd="SEX", arm="B vs A", level="F", statistic="smd")
    assert smd == pytest.approx((1 / 2 - 2 / 3) / np.sqrt((1 / 4 + 2 / 9) / 2))


def test_smd_of_a_geometric_variable_is_on_the_log_scale(write_trial):
    adsl = patients("AABB", C3BL=[1, np.e, np.e, np.e**2])
    trial = write_trial(
        adsl,
        times(adsl, [1, 2, 3, 4], [0, 0, 0, 0]),
        baseline=[{"variable": "C3BL", "summary": "geometric"}],
    )
    smd = value(analyses.baseline(trial), paramcd="C3BL", arm="B vs A", statistic="smd")
    assert smd == pytest.approx(1 / np.sqrt(0.5))


def test_disposition_counts_by_status_and_reason(write_trial):
    adsl = patients(
        "AABBB",
        RANDFL=["Y"] * 5,
        RANDDT=["2020-01-01", "2020-01-03", "2020-02-01", "2020-01-02", "2020-01-05"],
        EOSSTT=["COMPLETED", "DISCONTINUED", "COMPLETED", "DISCONTINUED", "DISCONTINUED"],
        DCSREAS=["", "DIED", "", "ADVERSE EVENT", "ADVERSE EVENT"],
    )
    adsl.loc[4, ["SAFFL", "TRT01A"]] = ["N", ""]
    found = analyses.disposition(write_trial(adsl, times(adsl, [1, 2, 3, 4, 5], [1] * 5)))
    status = {"paramcd": "EOSSTT", "level": "DISCONTINUED"}
    assert value(found, **status, arm="B", statistic="n") == 2
    assert value(found, **status, arm="B", statistic="percent") == pytest.approx(200 / 3)
    reason = {"paramcd": "DCSREAS", "level": "ADVERSE EVENT", "statistic": "n"}
    assert [value(found, **reason, arm=arm) for arm in ("A", "B", "all")] == [0, 2, 2]
    assert value(found, paramcd="SAFFL", level="SAFETY", arm="B", statistic="n") == 2
    first = value(found, paramcd="RANDDT", arm="all", statistic="min")
    assert np.datetime64("1970-01-01") + int(first) == np.datetime64("2020-01-01")


def test_response_counts_and_compares(write_trial):
    adsl = patients("A" * 10 + "B" * 10, CRRFL=["Y"] * 2 + ["N"] * 8 + ["Y"] * 7 + ["N"] * 2 + [""])
    trial = write_trial(
        adsl, times(adsl, range(1, 21), [1] * 20), responses=[{"variable": "CRRFL"}]
    )
    found = analyses.response(trial)
    assert value(found, paramcd="CRRFL", arm="B", statistic="percent") == 70
    assert value(found, paramcd="CRRFL", arm="B", statistic="n_missing") == 1
    of_pair = {"paramcd": "CRRFL", "arm": "B vs A"}
    # R: fisher.test(matrix(c(7, 3, 2, 8), 2))$p.value
    p_value = value(found, **of_pair, method="fisher", statistic="p_value")
    assert p_value == pytest.approx(0.0697785186949273, rel=1e-12)
    difference = value(found, **of_pair, method="newcombe", statistic="risk_difference")
    assert difference == pytest.approx(0.5)


def test_exposure_is_described_once_more_for_those_who_failed(write_trial):
    adsl = patients("AABB", TRTDURD=[10, 20, 30, np.nan], DOSE80FL=["Y", "N", "Y", ""])
    trial = write_trial(
        adsl,
        times(adsl, [1, 2, 3, 4], [0, 1, 0, 1]),
        exposure=[{"variable": "TRTDURD"}, {"variable": "DOSE80FL"}],
    )
    found = analyses.exposure(trial)
    assert value(found, paramcd="TRTDURD", arm="A", statistic="mean") == 15
    failed = {"paramcd": "TRTDURD", "arm": "A", "subgroup": "EVENT=EVENT"}
    assert value(found, **failed, statistic="mean") == 10
    flag = {"paramcd": "DOSE80FL", "arm": "B", "level": "Y"}
    assert value(found, **flag, statistic="percent") == 100  # of the one with a value


def test_competing_events_take_from_the_incidence(write_trial):
    adsl = patients("AAAB")
    adtte = times(adsl, [2, 3, 3, 1], [0, 1, 0, 0])
    deaths = times(adsl, [9, 1, 9, 9], [1, 0, 1, 1], "DEATH")
    trial = write_trial(
        adsl,
        adtte._append(deaths),
        endpoints=[
            {"paramcd": "EVENT", "role": "primary", "competing": ["DEATH"]},
            {"paramcd": "DEATH"},
        ],
    )
    found = analyses.competing_risks(trial, times=[1, 2, 3])
    of = {"paramcd": "EVENT", "arm": "A", "method": "aalen_johansen"}
    incidence = {**of, "statistic": "cumulative_incidence"}
    assert value(found, **incidence, level="DEATH", time=3) == pytest.approx(1 / 3)
    by_time = [value(found, **incidence, level="EVENT", time=t) for t in (1, 2, 3)]
    assert by_time == pytest.approx([0, 1 / 3, 2 / 3])


def test_a_variable_unknown_in_one_arm_has_no_standardized_difference(write_trial):
    adsl = patients("AAB", AGE=[50, 60, np.nan], STAGE=["I", "II", None])
    variables = [{"variable": "AGE", "summary": "mean"}, {"variable": "STAGE"}]
    found = analyses.baseline(write_trial(adsl, times(adsl, [1, 2, 3], 0), baseline=variables))
    smd = found[found["statistic"] == "smd"]
    assert smd["paramcd"].tolist() == ["AGE", "STAGE", "STAGE"]
    assert smd["value"].isna().all()
    assert value(found, paramcd="AGE", arm="B", statistic="n_missing") == 1


def test_the_file_of_confidential_results_has_the_mean_to_the_last_event(write_trial):
    adsl = patients("AAABBBB")
    adtte = times(adsl, [20, 41, 50, 37, 40, 60, 80], [0, 0, 1, 0, 1, 1, 1])
    trial = write_trial(adsl, adtte, privacy="confidential")
    shown, exact = analyses.rmst(trial), analyses.rmst(trial, exact=True)
    assert shown["time"].max() < exact["time"].min() == 37
    # A: all 20 days, then two of three patients to day 37
    mean = value(exact, paramcd="EVENT", arm="A", time=37, statistic="rmst")
    assert mean == pytest.approx(20 + 17 * 2 / 3)
