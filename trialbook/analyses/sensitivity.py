"""Sensitivity of the hazard ratio to conventions: population, censoring, visits, period."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from trialbook import survival
from trialbook.analyses.centres import place_of
from trialbook.analyses.common import ENTERED_LATE, endpoint_of, entry_of, pair, results, times_of
from trialbook.analyses.given import of_results
from trialbook.config import Endpoint
from trialbook.results import method_at, rows
from trialbook.trial import Trial

ESTIMATES = ("hr", "hr_lower", "hr_upper")


@of_results("sensitivity")
def sensitivity(
    trial: Trial, endpoint: Endpoint | str | None = None, *, conf_level: float = 0.95
) -> pd.DataFrame:
    """Estimate the hazard ratio again under other conventions.

    Parameters
    ----------
    trial : Trial
    endpoint : Endpoint or str, optional
        The primary one by default.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``sensitivity`` by comparison: n, n_events, hr, hr_lower, hr_upper
        (Efron), p_value (Wald). Methods: ``per_protocol`` (PPROTFL); ``horizon`` (follow-up
        ends at trial.yml's horizon); ``withdrawal_event`` (withdrawn patients, EOSSTT
        DISCONTINUED, count as having the event then; not of a favourable event, which leaving is
        not); ``midpoint`` and ``last_visit`` (an event
        found at a visit is moved to the middle between that visit and the one before, or to the
        one before: with visits months apart the true time is known to an interval only; visits
        are those of ADLB); ``centre`` (stratified by SITEID, else COUNTRY); ``firth`` (Firth's
        penalty with a profile interval, where plain Cox has no estimate; p_value of its
        likelihood-ratio test). What needs data that are not given is left out with a remark.
    """
    endpoint = endpoint_of(trial, endpoint)
    data = trial.time_to_event(endpoint.paramcd)
    variants, remarks = variants_of(trial, data, favourable=endpoint.favourable)
    place = place_of(trial)
    if place is None:
        remarks.append("Centres are not given: there is no analysis stratified by centre.")
    records = []
    for comparison in trial.comparisons:
        of = {"paramcd": endpoint.paramcd, "arm": comparison.name}
        for method, variant in variants.items():
            patients, treated = pair(variant, comparison)
            method = method_at(method, conf_level)
            statistics = _estimates(patients, treated, conf_level)
            records.extend(rows("sensitivity", statistics, method=method, **of))
        if place:
            records.extend(_by_centre(*pair(data, comparison), place, conf_level, of))
        patients, treated = pair(data, comparison)
        if patients["event"].any() and treated.any() and not treated.all():
            records.extend(_firth(patients, treated, conf_level, of))
    return results(records, remarks)


@of_results("period")
def hazard_ratio_by_period(
    trial: Trial,
    endpoint: Endpoint | str | None = None,
    *,
    landmarks: Sequence[float] | None = None,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Estimate the hazard ratio between the landmarks, among those still at risk.

    Parameters
    ----------
    trial : Trial
    endpoint : Endpoint or str, optional
        The primary one by default.
    landmarks : sequence of float, optional
        Where one period ends and the next begins, in AVAL's unit; trial.yml's by default.
    conf_level : float
        Level of the Wald intervals.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``period`` by comparison, `level` the period, ``0 to 365`` or
        ``from 365``: n at risk from its start, n_events, hr, hr_lower, hr_upper (Efron). After
        the first period the arms are no longer as randomized. Empty with a remark without
        landmarks.
    """
    endpoint = endpoint_of(trial, endpoint)
    data = trial.time_to_event(endpoint.paramcd)
    landmarks = trial.landmarks if landmarks is None else landmarks
    if not len(landmarks):
        return results([], ["trial.yml names no landmarks: there are no periods to compare."])
    # After the last event there is nothing to compare.
    last = data.loc[data["event"], "AVAL"].max()
    ends = [t for t in sorted(landmarks) if t < last]
    records = []
    for comparison in trial.comparisons:
        patients, treated = pair(data, comparison)
        for start, end in zip([0.0, *ends], [*ends, np.inf], strict=True):
            inside = patients["AVAL"].to_numpy() > start if start else np.full(len(treated), True)
            inside &= _entered_before(patients, end)
            period = _censored_at(patients[inside], end)
            statistics = _estimates(period, treated[inside], conf_level)
            statistics.pop("p_value")
            of = {"paramcd": endpoint.paramcd, "arm": comparison.name}
            of["level"] = f"{start:g} to {end:g}" if np.isfinite(end) else f"from {start:g}"
            of["method"] = method_at("efron", conf_level)
            records.extend(rows("period", statistics, **of))
    return results(records)


def period_of(level: str) -> tuple[float, float]:
    """Return where a period of `hazard_ratio_by_period` starts and ends.

    >>> period_of("0 to 365"), period_of("from 365")
    ((0.0, 365.0), (365.0, inf))
    """
    start, _, end = level.removeprefix("from ").partition(" to ")
    return float(start), float(end or "inf")


def variants_of(
    trial: Trial, data: pd.DataFrame, *, favourable: bool
) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Return an end point's data under each convention that can be tried, by method.

    And remarks on the conventions that cannot.
    """
    variants, remarks = {}, []
    if "PPROTFL" in data:
        variants["per_protocol"] = data[data["PPROTFL"].eq("Y").to_numpy(bool)]
    else:
        remarks.append("PPROTFL is absent: there is no per-protocol analysis.")
    if trial.horizon is not None:
        entered = data[_entered_before(data, trial.horizon)]
        variants["horizon"] = _censored_at(entered, trial.horizon)
    if "EOSSTT" in data and not favourable:
        withdrawn = data["EOSSTT"].eq("DISCONTINUED").to_numpy(bool)
        variants["withdrawal_event"] = data.assign(event=data["event"] | withdrawn)
    late = entry_of(data) is not None
    before = None if late else _visit_before(trial, data)
    if late:
        remarks.append(ENTERED_LATE.format("moving events between visits"))
    elif before is None:
        remarks.append("The days of visits are not given: event times are taken as they stand.")
    else:
        time = data["AVAL"].to_numpy(float)
        moved = np.where(data["event"] & np.isfinite(before), before, time)
        variants["midpoint"] = data.assign(AVAL=(time + moved) / 2)
        variants["last_visit"] = data.assign(AVAL=moved)
    return variants, remarks


def _visit_before(trial, data):
    """Return the time of each patient's last visit before AVAL, in AVAL's unit; None unknown.

    Visits come about every three months, so that the one before lies well before the visit at
    which an event was found: a visit on the very day is not the one before.
    """
    adlb = trial.adlb
    if adlb is None or "ADY" not in adlb or adlb["ADY"].isna().all():
        return None
    visits = adlb[["USUBJID", "ADY"]].dropna().drop_duplicates()
    visits = visits.assign(day=visits["ADY"] * trial.time.per_year / 365.25)
    merged = visits.merge(data[["USUBJID", "AVAL"]], on="USUBJID")
    earlier = merged[(merged["day"] < merged["AVAL"]) & (merged["day"] >= 0)]
    return data["USUBJID"].map(earlier.groupby("USUBJID")["day"].max()).to_numpy(float)


def _entered_before(data: pd.DataFrame, end: float) -> np.ndarray:
    """Return who came under observation before `end`."""
    entry = entry_of(data)
    return np.full(len(data), True) if entry is None else entry < end


def _censored_at(data: pd.DataFrame, end: float) -> pd.DataFrame:
    """Return the data with follow-up ended at `end`."""
    return data.assign(
        AVAL=data["AVAL"].clip(upper=end), event=data["event"] & (data["AVAL"] <= end)
    )


def _estimates(patients, treated, conf_level) -> dict[str, float]:
    time, event = times_of(patients)
    statistics = {"n": len(time), "n_events": event.sum()}
    statistics |= dict.fromkeys((*ESTIMATES, "p_value"), np.nan)
    if event[treated].any() and event[~treated].any():
        entry = entry_of(patients)
        model = survival.cox(time, event, treated.astype(float), entry=entry, conf_level=conf_level)
        statistics |= {name: getattr(model, name)[0] for name in (*ESTIMATES, "p_value")}
    return statistics


def _by_centre(patients, treated, place, conf_level, of) -> Iterator[dict]:
    """Yield the estimates that compare patients of one centre with one another only."""
    known = patients[place].notna().to_numpy()
    patients, treated = patients[known], treated[known]
    time, event = times_of(patients)
    strata = patients[place].astype(str).to_numpy()
    statistics = {"n": len(time), "n_events": event.sum()} | dict.fromkeys(
        (*ESTIMATES, "p_value"), np.nan
    )
    if event[treated].any() and event[~treated].any():
        model = survival.cox(
            time,
            event,
            treated.astype(float),
            strata=strata,
            entry=entry_of(patients),
            conf_level=conf_level,
        )
        statistics |= {name: getattr(model, name)[0] for name in (*ESTIMATES, "p_value")}
    yield from rows("sensitivity", statistics, method=method_at("centre", conf_level), **of)


def _firth(patients, treated, conf_level, of) -> Iterator[dict]:
    time, event = times_of(patients)
    options = {"entry": entry_of(patients), "conf_level": conf_level}
    plain = survival.cox(time, event, treated.astype(float), **options)
    if np.isfinite(plain.coef[0]):
        return
    model = survival.firth(time, event, treated.astype(float), **options)
    statistics = {"n": len(time), "n_events": event.sum()}
    statistics |= {name: getattr(model, name)[0] for name in (*ESTIMATES, "p_value")}
    yield from rows("sensitivity", statistics, method=method_at("firth", conf_level), **of)
