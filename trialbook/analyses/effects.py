"""Differences in time: restricted mean survival time, survival at the landmarks."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from trialbook import survival
from trialbook.analyses.common import endpoint_of, entry_of, pair, results, times_of
from trialbook.analyses.given import of_results
from trialbook.analyses.horizon import common_tau, reaches
from trialbook.config import Endpoint
from trialbook.results import method_at, rows
from trialbook.trial import Trial

BY_ARM = {
    "rmst": ["rmst", "std_error", "lower", "upper"],
    "average_hazard": ["average_hazard", "std_error", "lower", "upper"],
}
COMPARED = {
    "rmst": {"difference": survival.rmst_difference, "ratio": survival.rmst_ratio},
    "average_hazard": {
        "ratio": survival.average_hazard_ratio,
        "difference": survival.average_hazard_difference,
    },
}
COMPARISON = ["std_error", "lower", "upper", "p_value"]
SHARE_AT_RISK, FEWEST_AT_RISK = 0.10, 10


@of_results("rmst")
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
        Tau, in AVAL's unit; by default trial.yml's horizon, else the data choose one for all
        comparisons, see `common_tau`.
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
        so. The variance of an arm without an event by tau is not known: its interval is a
        conservative one, and the comparisons' are MOVER limits without a P value.

    References
    ----------
    Royston P, Parmar MKB. Restricted mean survival time. BMC Med Res Methodol 2013;13:152.
    """
    endpoint = endpoint_of(trial, endpoint)
    data = trial.time_to_event(endpoint.paramcd)
    tau, remarks = common_tau(trial, endpoint, data, horizon, exact=exact)
    estimates, found = _by_arm(trial, endpoint, data, tau, conf_level, survival.rmst_of)
    remarks += found
    records = []
    for code, estimate in estimates.items():
        of = {"paramcd": endpoint.paramcd, "arm": code, "time": tau}
        of["method"] = method_at("", conf_level)
        records.extend(rows("rmst", _values(estimate, BY_ARM["rmst"]), **of))
    for comparison, pair_of in _pairs(trial, estimates):
        for method, compare in COMPARED["rmst"].items():
            compared = compare(*pair_of, conf_level=conf_level) if None not in pair_of else None
            of = {"paramcd": endpoint.paramcd, "arm": comparison, "time": tau}
            of["method"] = method_at(method, conf_level)
            records.extend(rows("rmst", _values(compared, [method, *COMPARISON]), **of))
    return results(records, remarks)


@of_results("average_hazard")
def average_hazard(
    trial: Trial,
    endpoint: Endpoint | str | None = None,
    *,
    horizon: float | None = None,
    conf_level: float = 0.95,
    exact: bool = False,
) -> pd.DataFrame:
    """Estimate the average hazard with survival weight by arm, its ratio and its difference.

    Parameters
    ----------
    trial, endpoint, horizon, conf_level, exact
        As for `rmst`; both share one tau.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``average_hazard``, `time` tau, per 100 patient-years: by arm
        average_hazard, std_error, lower, upper; by comparison the methods ``ratio`` (std_error of
        its logarithm) and ``difference``: std_error, lower, upper, p_value. Not estimable beyond
        an arm's follow-up. Without an event of an arm by tau: see `survival.AverageHazard`.

    References
    ----------
    Uno H, Horiguchi M. Ratio and difference of average hazard with survival weight. Stat Med
    2023;42:936-52.
    """
    endpoint = endpoint_of(trial, endpoint)
    data = trial.time_to_event(endpoint.paramcd)
    tau, remarks = common_tau(trial, endpoint, data, horizon, exact=exact)
    estimates, _ = _by_arm(trial, endpoint, data, tau, conf_level, survival.average_hazard)
    per_100_years, records = 100 * trial.time.per_year, []
    for code, estimate in estimates.items():
        statistics = _values(estimate, BY_ARM["average_hazard"])
        statistics = {name: per_100_years * value for name, value in statistics.items()}
        of = {"paramcd": endpoint.paramcd, "arm": code, "time": tau}
        of["method"] = method_at("", conf_level)
        records.extend(rows("average_hazard", statistics, **of))
    for comparison, pair_of in _pairs(trial, estimates):
        for method, compare in COMPARED["average_hazard"].items():
            compared = compare(*pair_of, conf_level=conf_level) if None not in pair_of else None
            statistics = _values(compared, [method, *COMPARISON])
            if method == "difference":
                statistics |= {
                    name: per_100_years * statistics[name]
                    for name in ("difference", "std_error", "lower", "upper")
                }
            of = {"paramcd": endpoint.paramcd, "arm": comparison, "time": tau}
            of["method"] = method_at(method, conf_level)
            records.extend(rows("average_hazard", statistics, **of))
    return results(records, remarks)


def _by_arm(trial, endpoint, data, tau, conf_level, estimate):
    """Return the estimate of each arm that is compared, None where not estimable, and remarks."""
    estimates, remarks = {}, []
    for comparison in trial.comparisons:
        patients, treated = pair(data, comparison)
        if treated.all() or not treated.any():
            remarks.append(f"{comparison.words}: an arm has no patients for {endpoint.label}.")
            continue
        for arm, of_arm in ((comparison.treated, treated), (comparison.control, ~treated)):
            if arm.code in estimates:
                continue
            own = patients[of_arm]
            curve = survival.kaplan_meier(*times_of(own), entry=entry_of(own))
            estimates[arm.code] = None
            if reaches(curve, tau):
                estimates[arm.code] = estimate(curve, tau, conf_level=conf_level)
            else:
                remarks.append(
                    f"{arm.label}: the restricted mean of {endpoint.label} is not estimable, "
                    "follow-up ends before its horizon."
                )
    return estimates, remarks


def _pairs(trial, estimates):
    """Yield the name of each comparison whose arms have patients, and its arms' estimates."""
    for comparison in trial.comparisons:
        codes = (comparison.treated.code, comparison.control.code)
        if all(code in estimates for code in codes):
            yield comparison.name, [estimates[code] for code in codes]


@of_results("landmark")
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
        Time points in AVAL's unit; trial.yml's by default. The time of a margin of
        noninferiority is one of the primary end point's in any case.
    conf_level : float
        Level of the Wald intervals.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``landmark`` by comparison and `time`: difference of Kaplan-Meier
        survival (treated minus control, proportions), std_error, lower, upper, p_value, nnt,
        which is 1 / difference with its sign; where an arm has fewer than 5 events by then,
        method ``mover``: difference, lower, upper, which are what is shown. A landmark with
        fewer than 10%, or fewer than 10 patients, at risk in an arm is named in a remark and fit
        for no headline; one that follow-up does not reach is not estimable.
    """
    endpoint = endpoint_of(trial, endpoint)
    data = trial.time_to_event(endpoint.paramcd)
    landmarks = trial.landmarks if landmarks is None else landmarks
    if endpoint == trial.primary and trial.margin_difference is not None:
        landmarks = sorted({*landmarks, trial.margin_difference[1]})
    remarks = [] if len(landmarks) else ["No landmarks are named in trial.yml."]
    records = []
    for comparison in trial.comparisons:
        patients, treated = pair(data, comparison)
        if treated.all() or not treated.any():
            continue
        curves = [
            survival.kaplan_meier(
                *times_of(patients[of_arm]), entry=entry_of(patients[of_arm]), conf_level=conf_level
            )
            for of_arm in (treated, ~treated)
        ]
        for t in landmarks:
            estimate = survival.survival_difference(*curves, t, conf_level=conf_level)
            names = ["difference", "std_error", "lower", "upper", "p_value", "nnt"]
            statistics = _values(estimate, names)
            of = {"paramcd": endpoint.paramcd, "arm": comparison.name, "time": float(t)}
            method = method_at("", conf_level)
            records.extend(rows("landmark", statistics, method=method, **of))
            if any(survival.has_few_events(curve, t) for curve in curves):
                estimate = survival.mover_difference(*curves, t, conf_level=conf_level)
                statistics = _values(estimate, ["difference", "lower", "upper"])
                method = method_at("mover", conf_level)
                records.extend(rows("landmark", statistics, method=method, **of))
            if not all(_enough(trial, curve, t) for curve in curves):
                shown = trial.time.to_show(t)
                remarks.append(
                    f"{comparison.words}, {endpoint.label}: fewer than 10%, or fewer than "
                    f"{max(FEWEST_AT_RISK, trial.min_cell)} patients, of an arm are at risk at "
                    f"{shown:.1f} {trial.time.show}."
                )
    return results(records, remarks)


def enough_at_risk(at_risk: float, n: float, min_cell: int = 0) -> bool:
    """Return whether an arm has enough patients at risk at a landmark for a headline.

    Parameters
    ----------
    at_risk, n : float
        Patients at risk at the landmark, and of the arm.
    min_cell : int
        The smallest count shown, see `Trial.min_cell`.
    """
    return at_risk >= max(SHARE_AT_RISK * n, FEWEST_AT_RISK, min_cell)


def _enough(trial, curve, t):
    return enough_at_risk(curve.at(t).n_at_risk[0], curve.n, trial.min_cell)


def _values(estimate, names: Sequence[str]) -> dict[str, float]:
    """Return the named fields of an estimate; of none, not estimable."""
    return {name: getattr(estimate, name, np.nan) for name in names}
