"""Every quantity agrees with R's survival, on awkward random data and on two real trials.

The references are made by ``Rscript trialbook/agreement/reference/make_reference.R 1 1
trialbook/agreement/reference/survival.json``; each comparison carries its own R call.
"""

import json
import shutil

import numpy as np
import pytest

from trialbook.agreement.estimators import (
    REFERENCE,
    comparisons,
    read_reference,
    relative_error,
    worst_errors,
)
from trialbook.agreement.trials import AS_PRINTED, TRIALS, trial_comparisons
from trialbook.survival import cox, log_hazard_ratio_over_time

CASES = read_reference(REFERENCE / "survival.json")["cases"]


@pytest.mark.parametrize("case", CASES, ids=[case["kind"] for case in CASES])
def test_random_data(case):
    compared = list(comparisons(case))
    assert len(compared) > 15
    for quantity, call, ours, reference in compared:
        assert np.max(relative_error(ours, reference), initial=0) < 1e-8, (quantity, call)


def test_real_trials():
    compared = list(trial_comparisons(REFERENCE))
    assert len(compared) > 100
    for quantity, call, ours, reference in compared:
        # coxph stops when the log-likelihood changes by less than 1e-9 of itself
        bound = 1e-6 if quantity.startswith(("Cox", "Interaction", "Proportional")) else 1e-8
        # fisher.test prints what uniroot finds at its default tolerance
        bound = 1.3e-4 if quantity.startswith(AS_PRINTED) else bound
        assert np.max(relative_error(ours, reference)) < bound, (quantity, call)


@pytest.mark.parametrize("name", TRIALS)
def test_no_figure_of_the_references_is_left_out(name, tmp_path):
    # every figure but the times at which estimates are asked for becomes a number of its own; each
    # must turn up among those that the comparison holds ours against
    reference, numbered = read_reference(REFERENCE / f"{name}_OS.json"), {}

    def number(value, path):
        if isinstance(value, dict):
            return {key: number(below, f"{path}.{key}") for key, below in value.items()}
        if isinstance(value, list):
            return [number(below, f"{path}[{i}]") for i, below in enumerate(value)]
        asked = path.rsplit(".", 1)[-1] in ("p", "time") and ".km." in path
        asked |= ".landmark_difference[" in path and path.endswith(".time")
        asked |= ".rmst[" in path and path.endswith(".tau")
        if asked or not isinstance(value, (int, float)):
            return value
        numbered[path] = 1e6 + len(numbered)
        return numbered[path]

    for file in TRIALS:
        shutil.copy(REFERENCE / f"{file}.csv", tmp_path)
        shutil.copy(REFERENCE / f"{file}_OS.json", tmp_path)
    (tmp_path / f"{name}_OS.json").write_text(json.dumps(number(reference, "")))
    held = [np.ravel(theirs) for *_, theirs in trial_comparisons(tmp_path)]
    compared = set(np.concatenate(held).tolist())
    left_out = [path for path, value in numbered.items() if value not in compared]
    assert len(numbered) > 300
    assert not left_out


def test_every_estimator_is_compared_with_numbers():
    table = worst_errors(item for case in CASES for item in comparisons(case))
    for estimator in (
        "Kaplan-Meier, log-log", "Kaplan-Meier, plain", "Quantiles", "Median follow-up", "RMST",
        "Log-rank, rho = 1", "Log-rank, stratified", "Cox, efron", "Cox, breslow", "Cox, exact",
        "Cox, efron, std_error, robust", "Concordance", "Concordance, std_error",
        "Proportional hazards, km", "Scaled Schoenfeld",
    ):  # fmt: skip
        assert table.loc[table["quantity"].str.startswith(estimator), "n"].sum() > 10, estimator


def test_smooth_of_the_scaled_residuals():
    # plot(cox.zph(coxph(Surv(time, event) ~ group), "identity"), df = 4)
    (case,) = (case for case in CASES if case["kind"] == "crossing")
    model = cox(*(case["data"][name] for name in ("time", "event", "group")))
    smooth = log_hazard_ratio_over_time(model, transform="identity")
    half = 1.959963984540054 * np.array(case["smooth"]["std_error"])
    np.testing.assert_allclose(smooth.time, case["smooth"]["time"], rtol=1e-12)
    np.testing.assert_allclose(smooth.log_hr, case["smooth"]["log_hr"], rtol=1e-8)
    np.testing.assert_allclose(smooth.upper - smooth.log_hr, half, rtol=1e-8)
