"""Differences in time: restricted mean survival time, survival at the landmarks."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from trialbook import survival
from trialbook.analyses.common import endpoint_of, method_at, pair, results, times_of
from trialbook.analyses.time_to_event import coarse_step
from trialbook.config import Endpoint
from trialbook.results import rows
from trialbook.trial import Trial

FEW_AT_RISK = 0.10
COMPARED = {"difference": survival.rmst_difference, "ratio": survival.rmst_ratio}


def rmst(
    trial: Trial,
    endpoint: Endpoint | str | None = None,
    *,
    horizon: float | None = None,
    conf_level: float = 0.95,
    exact: bool = False,
) -> pd.DataFrame:
    """Estimate the restricted mean survival time by arm, its difference and its ratio.

    Parameters
    ----------
    trial : Trial
    endpoint : Endpoint or str, optional
        The primary one by default.
    horizon : float, optional
        Tau, in AVAL's unit; by default trial.yml's horizon, else for each comparison the smaller
        of the two arms' last event times, else (an arm without events) the smaller largest AVAL.
        As these are single patients' times, they are rounded down in confidential data.
    conf_level : float
        Level of the Wald intervals.
    exact : bool
        Take a patient's time as it is in confidential data, too: for ``ard.csv`` alone.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``rmst``, `time` tau: by arm rmst, std_error, lower, upper; by
        comparison the methods ``difference`` and ``ratio`` (std_error of its logarithm). Not
        estimable beyond the follow-up of an arm whose curve has not reached zero; a remark says
        so.

    References
    ----------
    Royston P, Parmar MKB. Restricted mean survival time. BMC Med Res Methodol 2013;13:152.
    """
    endpoint = endpoint_of(trial, endpoint)
    data = trial.time_to_event(endpoint.paramcd)
    horizon = trial.horizon if horizon is None else horizon
    records, remarks = {}, []
    for comparison in trial.comparisons:
        patients, treated = pair(data, comparison)
        if treated.all() or not treated.any():
            remarks.append(f"{comparison.name}: an arm has no patients for {endpoint.paramcd}.")
            continue
        time, event = times_of(patients)
        tau = horizon
        if tau is None:
            tau = survival.default_tau(time, event, treated)
            shown = trial.privacy == "confidential" and not exact
            if shown:
                step = coarse_step(trial, endpoint)
                tau = step * np.floor(tau / step)
            if not (event[treated].any() and event[~treated].any()):
                remarks.append(
                    f"{comparison.name}: no patient of an arm had {endpoint.label}; the restricted "
                    "mean goes to the smaller largest time observed."
                )
        estimates = []
        for arm, of_arm in ((comparison.treated, treated), (comparison.control, ~treated)):
            estimate = None
            if 0 < tau <= survival.largest_tau(time[of_arm], event[of_arm]):
                estimate = survival.rmst(time[of_arm], event[of_arm], tau, conf_level=conf_level)
            else:
                remarks.append(
                    f"{arm.code}: the restricted mean of {endpoint.label} is not estimable, "
                    "follow-up ends before its horizon."
                )
            estimates.append(estimate)
            of = {"paramcd": endpoint.paramcd, "arm": arm.code, "time": tau}
            of["method"] = method_at("", conf_level)
            # An arm takes part in several comparisons: its rows stand once per horizon.
            statistics = _values(estimate, ["rmst", "std_error", "lower", "upper"])
            records[arm.code, tau] = rows("rmst", statistics, **of)
        for method, compare in COMPARED.items():
            comparable = None not in estimates
            compared = compare(*estimates, conf_level=conf_level) if comparable else None
            statistics = _values(compared, [method, "std_error", "lower", "upper", "p_value"])
            of = {"paramcd": endpoint.paramcd, "arm": comparison.name, "time": tau}
            of["method"] = method_at(method, conf_level)
            records[comparison.name, method] = rows("rmst", statistics, **of)
    return results([row for group in records.values() for row in group], remarks)


def landmark(
    trial: Trial,
    endpoint: Endpoint | str | None = None,
    *,
    landmarks: Sequence[float] | None = None,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Compare survival at the landmarks: difference, number needed to treat.

    Parameters
    ----------
    trial : Trial
    endpoint : Endpoint or str, optional
        The primary one by default.
    landmarks : sequence of float, optional
        Time points in AVAL's unit; trial.yml's by default.
    conf_level : float
        Level of the Wald intervals.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``landmark`` by comparison and `time`: difference of Kaplan-Meier
        survival (treated minus control, proportions), std_error, lower, upper, p_value, nnt,
        which is 1 / difference with its sign. A landmark with fewer than 10% at risk in an arm
        is named in a remark; one that follow-up does not reach is not estimable.
    """
    endpoint = endpoint_of(trial, endpoint)
    data = trial.time_to_event(endpoint.paramcd)
    landmarks = trial.landmarks if landmarks is None else landmarks
    remarks = [] if len(landmarks) else ["No landmarks are named in trial.yml."]
    records = []
    for comparison in trial.comparisons:
        patients, treated = pair(data, comparison)
        if treated.all() or not treated.any():
            continue
        time, event = times_of(patients)
        curves = [
            survival.kaplan_meier(time[of], event[of], conf_level=conf_level)
            for of in (treated, ~treated)
        ]
        for t in landmarks:
            estimate = survival.survival_difference(*curves, t, conf_level=conf_level)
            names = ["difference", "std_error", "lower", "upper", "p_value", "nnt"]
            statistics = _values(estimate, names)
            of = {"paramcd": endpoint.paramcd, "arm": comparison.name, "time": float(t)}
            method = method_at("", conf_level)
            records.extend(rows("landmark", statistics, method=method, **of))
            at_risk = [(time[of_arm] >= t).mean() for of_arm in (treated, ~treated)]
            if min(at_risk) < FEW_AT_RISK:
                shown = trial.time.to_show(t)
                remarks.append(
                    f"{comparison.name}, {endpoint.label}: fewer than 10% of an arm are at risk "
                    f"at {shown:.1f} {trial.time.show}."
                )
    return results(records, remarks)


def _values(estimate, names: Sequence[str]) -> dict[str, float]:
    """Return the named fields of an estimate; of none, not estimable."""
    return {name: getattr(estimate, name, np.nan) for name in names}
