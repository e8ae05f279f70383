"""Tipping point: how different must patients who withdrew be to change the answer?"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from trialbook import survival
from trialbook.analyses.common import ENTERED_LATE, endpoint_of, entry_of, pair, results, times_of
from trialbook.analyses.given import of_results
from trialbook.config import Endpoint
from trialbook.results import method_at, rows
from trialbook.trial import Trial

DELTAS = (0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10)
ESTIMATES = ("hr", "hr_lower", "hr_upper", "p_value")
IMPUTATIONS, FEWEST = 100, 10
PATIENTS_IMPUTED = 5_000_000  # in all data sets of one rule: what some ten seconds allow


@of_results("tipping_point")
def tipping_point(
    trial: Trial,
    endpoint: Endpoint | str | None = None,
    *,
    deltas: Sequence[float] = DELTAS,
    conf_level: float = 0.95,
    n_imputations: int | None = None,
    seed: int = 20250101,
) -> pd.DataFrame:
    """Estimate the hazard ratio with the further course of withdrawn patients imputed.

    Parameters
    ----------
    trial : Trial
    endpoint : Endpoint or str, optional
        The primary one by default.
    deltas : sequence of float
        Hazard of withdrawn patients over that of those still followed in their arm: 1 is
        censoring at random, 0 no further events.
    conf_level : float
    n_imputations : int, optional
        Imputed data sets of each rule; by default 100, and in trials of more than 50,000
        patients fewer, not below 10: the error that remains is a share of the standard error
        which does not depend on the number of patients (a remark says how many).
    seed : int
        Of the multiple imputation.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``tipping_point``, method ``delta=2``: hr, hr_lower, hr_upper,
        p_value by comparison; `level` says whose course is imputed with that delta: that of the
        ``treated`` arm's withdrawn patients alone (the control arm's stay censored), or of
        ``both`` arms'; method ``delta``, ratio: the delta at which P reaches 1 - conf_level,
        interpolated, not estimable where it does so nowhere; level ``reference``, delta 1:
        withdrawn patients of either arm go on as the control arm does (jump to reference).
        Level ``worst`` and ``best`` for the treated arm, method ``extreme``: the withdrawn of one
        arm have the event at once, those of the other never. At worst those are the treated
        arm's, of a favourable event the control arm's.

    Notes
    -----
    Withdrawn are patients without the event whose study ended before its completion (EOSSTT
    DISCONTINUED); where EOSSTT is not given, all who were censored before the horizon. Other
    censored patients stay as they are.
    """
    endpoint = endpoint_of(trial, endpoint)
    data = trial.time_to_event(endpoint.paramcd)
    if entry_of(data) is not None:
        return results([], [ENTERED_LATE.format("imputation of those who left")])
    records, remarks = [], []
    if not withdrawal_is_known(data):
        remarks.append("EOSSTT is absent: all who were censored early count as withdrawn.")
    for comparison in trial.comparisons:
        patients, treated = pair(data, comparison)
        time, event = times_of(patients)
        withdrawn = _withdrawn(patients) & ~event
        of = {"paramcd": endpoint.paramcd, "arm": comparison.name}
        if not withdrawn.any():
            remarks.append(f"{comparison.words}: nobody was censored by withdrawal.")
            continue
        if not (event[treated].any() and event[~treated].any()):
            remarks.append(f"{comparison.words}: an arm has no events; there is nothing to tip.")
            continue
        horizon = trial.horizon if trial.horizon is not None else time.max()
        drawn = n_imputations or _imputations(len(patients))
        if n_imputations is None and drawn < IMPUTATIONS:
            remarks.append(
                f"{comparison.words}: {drawn} imputations of each rule, not {IMPUTATIONS}, for "
                f"{len(patients)} patients."
            )
        options = {"impute": withdrawn, "horizon": max(horizon, 0), "conf_level": conf_level}
        imputing = {"n_imputations": drawn, "seed": seed, **options}
        for level in ("treated", "both"):
            found = survival.tipping_point(
                time,
                event,
                treated,
                deltas=deltas,
                arm=level,
                **imputing,
            )
            for delta, effect in zip(found.deltas, found.effects, strict=True):
                method = method_at(f"delta={delta:g}", conf_level)
                estimates = {name: getattr(effect, name) for name in ESTIMATES}
                records.extend(rows("tipping_point", estimates, level=level, method=method, **of))
            method = method_at("delta", conf_level)
            tips = {"ratio": found.delta}
            records.extend(rows("tipping_point", tips, level=level, method=method, **of))
        jump = survival.delta_adjusted(time, event, treated, delta=1, like="control", **imputing)
        estimates = {name: getattr(jump, name) for name in ESTIMATES}
        method = method_at("delta=1", conf_level)
        records.extend(rows("tipping_point", estimates, level="reference", method=method, **of))
        cases = survival.extreme_cases(time, event, treated, **options)
        # The estimator's worst case is that the treated have the event, which one may hope for.
        names = ("best", "worst") if endpoint.favourable else ("worst", "best")
        for level, case in zip(names, (cases.worst, cases.best), strict=True):
            estimates = {name: getattr(case, name) for name in ESTIMATES}
            method = method_at("extreme", conf_level)
            records.extend(rows("tipping_point", estimates, level=level, method=method, **of))
    return results(records, remarks)


def _imputations(n_patients: int) -> int:
    return min(IMPUTATIONS, max(FEWEST, PATIENTS_IMPUTED // n_patients))


def withdrawal_is_known(patients: pd.DataFrame) -> bool:
    """Return whether ADSL says who left the study before its end (EOSSTT)."""
    return "EOSSTT" in patients and bool(patients["EOSSTT"].notna().any())


def _withdrawn(patients: pd.DataFrame) -> np.ndarray:
    """Return who left the study before its end; everybody where that is not known."""
    if not withdrawal_is_known(patients):
        return np.ones(len(patients), dtype=bool)
    return patients["EOSSTT"].eq("DISCONTINUED").to_numpy(bool)
