"""What the page on lifelines says of it: where the numbers agree, and where they do not."""

import inspect
import warnings
from importlib.metadata import version
from pathlib import Path

import lifelines
import lifelines.utils
import numpy as np
import pandas as pd
import pytest
from lifelines.statistics import logrank_test, multivariate_logrank_test, proportional_hazard_test

from trialbook import survival
from trialbook.agreement.estimators import REFERENCE

PAGE = Path(__file__).resolve().parents[1] / "book" / "from_lifelines.md"
LUNG = pd.read_csv(REFERENCE / "lung.csv")


@pytest.fixture(scope="module")
def data():
    return LUNG["AVAL"].to_numpy(float), LUNG["CNSR"].to_numpy() == 0, LUNG["TRT01P"].to_numpy()


def test_the_page_names_the_version_that_is_installed():
    assert f"lifelines {version('lifelines')}" in PAGE.read_text(encoding="utf-8")


def test_survival_limits_and_log_rank_agree(data):
    time, event, arm = data
    theirs = lifelines.KaplanMeierFitter().fit(time, event)
    ours = survival.kaplan_meier(time, event)
    assert theirs.predict(ours.time).to_numpy() == pytest.approx(ours.survival, abs=1e-12)
    low = theirs.confidence_interval_survival_function_.iloc[:, 0].reindex(ours.time).to_numpy()
    known = np.isfinite(ours.lower) & np.isfinite(low) & (ours.survival < 1)
    assert low[known] == pytest.approx(ours.lower[known], abs=1e-9)
    test = multivariate_logrank_test(time, arm, event)
    assert test.test_statistic == pytest.approx(survival.log_rank(time, event, arm).chisq)
    assert "strata" not in inspect.signature(logrank_test).parameters


def test_cox_agrees_to_nine_digits_only_when_told_to_go_on(data):
    time, event, arm = data
    frame = pd.DataFrame({"time": time, "event": event, "x": arm == np.unique(arm)[1]}, dtype=float)
    ours = survival.cox(time, event, frame["x"]).coef[0]
    early = lifelines.CoxPHFitter().fit(frame, "time", "event").params_.iloc[0]
    late = (
        lifelines.CoxPHFitter()
        .fit(frame, "time", "event", fit_options={"precision": 1e-12})
        .params_.iloc[0]
    )
    assert early == pytest.approx(ours, abs=1e-5)
    assert late == pytest.approx(ours, abs=5e-9)


def test_the_restricted_mean_s_variance_is_that_of_a_patient(data):
    time, event, _ = data
    mean, variance = [], []
    for copies in (1, 4):
        fitter = lifelines.KaplanMeierFitter().fit(np.tile(time, copies), np.tile(event, copies))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = lifelines.utils.restricted_mean_survival_time(
                fitter, t=365, return_variance=True
            )
        mean.append(found[0])
        variance.append(found[1])
    ours = survival.rmst(time, event, 365)
    assert mean[0] == pytest.approx(ours.rmst)
    assert variance[1] == pytest.approx(variance[0], rel=1e-6), "four times the patients"
    assert variance[0] > 50 * ours.std_error**2


def test_the_median_of_a_curve_flat_at_one_half():
    theirs = lifelines.KaplanMeierFitter().fit([1, 2, 3, 4], [1, 1, 1, 1])
    assert theirs.median_survival_time_ == 2
    assert survival.kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1]).median[0] == 2.5


def test_the_test_of_proportional_hazards_is_another(data):
    time, event, arm = data
    frame = pd.DataFrame({"time": time, "event": event, "x": arm == np.unique(arm)[1]}, dtype=float)
    fitter = lifelines.CoxPHFitter().fit(frame, "time", "event")
    theirs = proportional_hazard_test(fitter, frame, time_transform="km").test_statistic
    model = survival.cox(time, event, frame["x"])
    ours = next(iter(survival.proportional_hazards(model).tests.values())).chisq
    assert abs(theirs.item() - ours) > 1e-3


def test_tied_competing_events_are_moved_at_random():
    time, cause = [2, 2, 2, 3, 3, 4, 4, 5], [1, 2, 0, 1, 1, 2, 0, 1]
    ends = []
    for seed in (1, 2, 3, 4):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            np.random.seed(seed)  # noqa: NPY002 -- what lifelines draws from
            fitter = lifelines.AalenJohansenFitter(seed=seed)
            fitter.fit(pd.Series(time), pd.Series(cause), event_of_interest=1)
        ends.append(float(fitter.cumulative_density_.iloc[-1, 0]))
    assert len(set(np.round(ends, 12))) > 1
    found = survival.cumulative_incidence(time, cause)
    # by hand: 1/8, then 2/5 of the 6/8 that are event-free, then all of those left at 5
    assert found.cumulative_incidence[0][:2] == pytest.approx([1 / 8, 1 / 8 + 6 / 8 * 2 / 5])
