"""Laboratory parameters: one record per visit, means, change at the last visit, shifts."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tests.analyses.tiny import patients, times, value
from trialbook import analyses
from trialbook.analyses.repeated_measures import repeated_measures


def adlb(records, **columns):
    names = ["USUBJID", "AVISITN", "ADY", "AVAL"]
    frame = pd.DataFrame(records, columns=names).assign(PARAMCD="ALT", AVALU="U/L")
    return frame.assign(ABLFL=np.where(frame["AVISITN"] == 0, "Y", ""), **columns)


@pytest.fixture
def lab(write_trial):
    """Two patients per arm; B's second stops after week 2; visit 99 repeats the last one."""
    adsl = patients("AABB")
    records = [
        ("P1", 0, 1, 10), ("P1", 2, 14, 20), ("P1", 4, 28, 30), ("P1", 99, 28, 30),
        ("P2", 0, 1, 20), ("P2", 2, 14, 10), ("P2", 4, 28, 40), ("P2", 99, 28, 40),
        ("P3", 0, 1, 10), ("P3", 2, 14, 40), ("P3", 2, 15, 80), ("P3", 4, 28, 20),
        ("P3", 99, 28, 20), ("P4", 0, 1, 40), ("P4", 2, 14, 10), ("P4", 99, 14, 10),
    ]  # fmt: skip
    data = adlb(records, ANRLO=5, ANRHI=35)
    return write_trial(
        adsl,
        times(adsl, [1, 2, 3, 4], [1] * 4),
        adlb=data,
        laboratory=[{"paramcd": "ALT", "summary": "mean"}],
    )


def test_means_by_visit_take_one_record_per_patient(lab):
    found = analyses.laboratory(lab)
    week_2 = {"paramcd": "ALT", "time": 2, "arm": "B", "method": "arithmetic"}
    assert value(found, **week_2, statistic="n") == 2
    assert value(found, **week_2, statistic="mean") == 45  # the later of P3's two, 80, and 10
    std_error = value(found, **week_2, statistic="std_error")
    assert std_error == pytest.approx(35)
    upper = value(found, **week_2, statistic="upper")
    assert upper == pytest.approx(45 + stats.t.ppf(0.975, 1) * 35)


def test_geometric_means_are_means_of_logs(lab):
    found = analyses.laboratory(lab)
    week_4 = {"paramcd": "ALT", "time": 4, "arm": "A", "method": "geometric"}
    mean = value(found, **week_4, statistic="geometric_mean")
    assert mean == pytest.approx(np.sqrt(30 * 40))
    half = stats.t.ppf(0.975, 1) * np.std(np.log([30, 40]), ddof=1) / np.sqrt(2)
    lower = value(found, **week_4, statistic="lower")
    assert lower == pytest.approx(np.sqrt(30 * 40) * np.exp(-half))


def test_a_visit_that_repeats_others_is_no_visit(lab):
    found = analyses.laboratory(lab)
    assert 99 not in found["time"].to_numpy()
    assert "The visit 99 repeats others and is not shown." in analyses.remarks(found)


def test_the_last_value_is_carried_forward(lab):
    found = analyses.laboratory(lab)
    last = {"paramcd": "ALT", "time": 4, "method": "locf"}
    # A: 30 - 10 and 40 - 20; B: 20 - 10, and 10 - 40 from week 2
    assert value(found, **last, arm="A", statistic="mean") == 20
    assert value(found, **last, arm="B", statistic="mean") == -10
    assert value(found, **last, arm="B", statistic="n") == 2


def test_shifts_count_patients_between_ranges(lab):
    found = analyses.laboratory(lab)
    shift = {"paramcd": "ALT", "time": 4, "method": "shift"}
    assert value(found, **shift, arm="A", level="NORMAL > HIGH", statistic="n") == 1
    assert value(found, **shift, arm="B", level="HIGH > NORMAL", statistic="percent") == 50


def test_too_few_patients_for_a_mixed_model_are_said(lab):
    found = analyses.laboratory(lab)
    assert "mmrm" not in set(found["method"])
    assert any("mixed model" in line or "fewer than" in line for line in analyses.remarks(found))


@pytest.mark.filterwarnings("error")  # what a chapter writes to stderr fails the build
def test_a_covariance_that_the_patients_do_not_determine_is_refused_in_words():
    """The last visit has fewer patients than coefficients: its residual variance can be 0.

    R's gls(y ~ 0 + visit + visit:z, correlation = corSymm(form = ~ visit | id), weights =
    varIdent(form = ~ 1 | visit)) stops there: "function evaluation limit reached without
    convergence (9)".
    """
    rng = np.random.default_rng(5)
    n, n_visits = 44, 5
    Y = rng.normal(size=(n, n_visits)).cumsum(axis=1)
    Y[np.arange(n)[:, None] >= [44, 36, 27, 18, 7]] = np.nan
    arm = np.arange(n) % 2
    Z = np.column_stack([arm == 0, arm == 1, rng.normal(size=n)]).astype(float)
    with pytest.raises(ValueError, match="44 patients do not determine the covariance of 5"):
        repeated_measures(Y, Z)
    assert repeated_measures(Y[:, :4], Z).n_patients == n


def test_without_missing_values_the_mixed_model_is_one_regression_per_visit():
    rng = np.random.default_rng(5)
    n = 40
    arm, base = np.arange(n) % 2, rng.normal(size=n)
    Z = np.column_stack([arm == 0, arm == 1, base - base.mean()]).astype(float)
    Y = rng.normal(size=(n, 3)).cumsum(axis=1)
    model = repeated_measures(Y, Z)
    residuals = []
    for visit in range(3):
        coef, rss, *_ = np.linalg.lstsq(Z, Y[:, visit], rcond=None)
        np.testing.assert_allclose(model.coef[visit], coef, atol=1e-9)
        covariance = np.linalg.inv(Z.T @ Z) * rss / (n - 3)
        ours = model.covariance[visit, :, visit, :]
        np.testing.assert_allclose(ours, covariance, rtol=1e-5)
        residuals.append(Y[:, visit] - Z @ coef)
    np.testing.assert_allclose(
        model.sigma, np.array(residuals) @ np.array(residuals).T / (n - 3), rtol=1e-5
    )


def test_the_mixed_model_gives_arms_and_their_difference(write_trial):
    rng = np.random.default_rng(6)
    n = 30
    adsl = patients("A" * 15 + "B" * 15)
    records = []
    for i in range(n):
        values = rng.lognormal(3, 0.3, 4)
        for visit in range(4 if i % 5 else 3):
            records.append((f"P{i + 1}", visit, 1 + 28 * visit, values[visit].round(2)))
    trial = write_trial(
        adsl,
        times(adsl, range(1, n + 1), [1] * n),
        adlb=adlb(records),
        laboratory=[{"paramcd": "ALT", "summary": "geometric"}],
    )
    found = analyses.laboratory(trial)
    at = {"paramcd": "ALT", "time": 3, "method": "mmrm"}
    arms = [value(found, **at, arm=arm, statistic="geometric_mean") for arm in "BA"]
    assert value(found, **at, arm="B vs A", statistic="ratio") == pytest.approx(arms[0] / arms[1])
    assert value(found, **at, arm="A", statistic="n") == 12


def test_no_laboratory_data_is_said(seven):
    found = analyses.laboratory(seven)
    assert found.empty
    assert analyses.remarks(found) == ("There are no laboratory data.",)
