"""Curves over time: survival, incidence, leaving, harms, the hazard ratio."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from trialbook import survival
from trialbook.analyses.adverse_event_course import exact_where_few, first_adverse_events
from trialbook.analyses.common import by_arm, endpoint_of, entry_of, joined, pair, times_of
from trialbook.analyses.curves.points import curve_rows, points_of, regular_times, thinned
from trialbook.analyses.discontinuation import leaving_times
from trialbook.analyses.given import of_results
from trialbook.analyses.time_to_event import STEPS_OF_ONE, time_ticks
from trialbook.config import Endpoint
from trialbook.results import CURVE, method_at, results_frame
from trialbook.trial import Trial

# A smooth of fewer events says nothing.
FEWEST_EVENTS = 10


@of_results(CURVE, level="kaplan_meier")
def survival_curves(
    trial: Trial,
    endpoint: Endpoint | str | None = None,
    *,
    landmarks: Sequence[float] = (),
    marks: bool = True,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Return the Kaplan-Meier curves of an end point.

    Parameters
    ----------
    trial : Trial
    endpoint : Endpoint or str, optional
        The primary one by default.
    landmarks : sequence of float
        Times in AVAL's unit that must be points, besides trial.yml's landmarks.
    marks : bool
        Whether times at which patients were only censored are points, too: they are marked.
    conf_level : float
        Level of the log-log limits.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``curve``, level ``kaplan_meier``, method ``log-log``, by arm. At
        each time at which anything happened, at regular times, ticks and landmarks: survival,
        lower, upper, n_at_risk (AVAL >= time), and n_events and n_censored so far (up to and
        including the time).
    """
    endpoint = endpoint_of(trial, endpoint)
    ticks, more = time_ticks(trial, endpoint), [*trial.landmarks, *landmarks]
    frames = []
    for code, patients in by_arm(trial, trial.time_to_event(endpoint.paramcd)):
        if patients.empty:
            continue
        entry = entry_of(patients)
        km = survival.kaplan_meier(*times_of(patients), entry=entry, conf_level=conf_level)
        at = km.at(points_of(km.time, km.n_events > 0, ticks, more, all_of_them=marks))
        names = ("survival", "lower", "upper", "n_at_risk", "n_events", "n_censored")
        frames.append(
            _stepping("kaplan_meier", at, names, endpoint.paramcd, code, conf_level, ticks, more)
        )
    return joined(frames)


@of_results(CURVE, level="competing_risks")
def incidence_curves(
    trial: Trial,
    endpoint: Endpoint | str | None = None,
    *,
    landmarks: Sequence[float] = (),
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Return the cumulative incidence of an end point that others compete with.

    Parameters
    ----------
    trial, endpoint, landmarks, conf_level
        As for `survival_curves`.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``curve``, level ``competing_risks``, method ``aalen_johansen``, by
        arm: cumulative_incidence, lower, upper, n_at_risk, n_events so far. Empty where nothing
        competes.
    """
    endpoint = endpoint_of(trial, endpoint)
    if not endpoint.competing:
        return results_frame([])
    data = trial.competing_risks(endpoint.paramcd)
    if entry_of(data) is not None:
        return results_frame([])  # cumulative incidence cannot take late entry
    ticks, more = time_ticks(trial, endpoint), [*trial.landmarks, *landmarks]
    frames = [
        _incidence("competing_risks", patients, endpoint.paramcd, code, conf_level, ticks, more)
        for code, patients in by_arm(trial, data)
    ]
    return joined(frames)


@of_results(CURVE, level="discontinuation")
def leaving_curves(trial: Trial, *, conf_level: float = 0.95) -> pd.DataFrame:
    """Return the share who left the study, and who stopped the drug, over time.

    Parameters
    ----------
    trial : Trial
    conf_level : float
        Level of the log-log limits.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``curve``, level ``discontinuation``, `paramcd` EOSSTT (since
        randomization) and EOTSTT (since the first dose), method ``aalen_johansen``, by arm:
        cumulative_incidence, lower, upper, n_at_risk, n_events so far, of leaving for any reason.
    """
    ticks = time_ticks(trial)
    return joined(
        _incidence(
            "discontinuation",
            patients.assign(cause=np.minimum(patients["cause"], 1)),
            status,
            code,
            conf_level,
            ticks,
        )
        for status, (population, _) in leaving_times(trial)[0].items()
        for code, patients in by_arm(trial, population)
    )


@of_results(CURVE, level="adverse_events")
def harm_curves(trial: Trial, *, conf_level: float = 0.95) -> pd.DataFrame:
    """Return when the first serious event, withdrawal for one, or death came.

    Parameters
    ----------
    trial : Trial
    conf_level : float
        Level of the log-log limits.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``curve``, level ``adverse_events``, `paramcd` ``serious``,
        ``withdrawal``, ``fatal``, method ``aalen_johansen``, by arm: cumulative_incidence, lower,
        upper, n_at_risk, n_events so far, since the first dose; the end of treatment competes.
    """
    ticks, more = time_ticks(trial), trial.landmarks
    return joined(
        _incidence("adverse_events", patients, name, code, conf_level, ticks, more)
        for name, data in first_adverse_events(trial).items()
        for code, patients in by_arm(trial, data)
    )


@of_results(CURVE, level="proportional_hazards")
def hazard_ratio_curves(
    trial: Trial,
    endpoint: Endpoint | str | None = None,
    *,
    ties: str = "efron",
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Return the hazard ratio over time, smoothed, of each comparison.

    Parameters
    ----------
    trial : Trial
    endpoint : Endpoint or str, optional
        The primary one by default.
    ties : str
        The Cox model's method.
    conf_level : float
        Level of the pointwise band.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``curve``, level ``proportional_hazards``, method ``smooth``, by
        comparison: hr, hr_lower, hr_upper at points between the first and the last event, and at
        regular times between them (interpolated on the log scale, as lines are drawn). Empty
        with fewer than `FEWEST_EVENTS` events, or where the hazard ratio is not estimable.
    """
    endpoint = endpoint_of(trial, endpoint)
    data, ticks = trial.time_to_event(endpoint.paramcd), time_ticks(trial, endpoint)
    frames = []
    for comparison in trial.comparisons:
        patients, treated = pair(data, comparison)
        time, event = times_of(patients)
        if event.sum() < FEWEST_EVENTS or not (event[treated].any() and event[~treated].any()):
            continue
        entry = entry_of(patients)
        if ties == "exact" and entry is not None:
            continue
        model = survival.cox(time, event, treated, entry=entry, ties=ties, conf_level=conf_level)
        if not np.isfinite(model.coef[0]):
            continue
        smooth = survival.log_hazard_ratio_over_time(model, conf_level=conf_level)
        if not np.isfinite(smooth.log_hr).any():
            continue
        regular = regular_times(ticks, smooth.time[-1], STEPS_OF_ONE)
        inside = (regular > smooth.time[0]) & (regular < smooth.time[-1])
        points = np.union1d(smooth.time, regular[inside])
        found = {
            name: np.exp(np.interp(points, smooth.time, values))
            for name, values in (
                ("hr", smooth.log_hr),
                ("hr_lower", smooth.lower),
                ("hr_upper", smooth.upper),
            )
        }
        of = {"paramcd": endpoint.paramcd, "arm": comparison.name}
        of["method"] = method_at("smooth", conf_level)
        frames.append(curve_rows("proportional_hazards", points, found, **of))
    return joined(frames)


def _incidence(
    level: str,
    patients: pd.DataFrame,
    paramcd: str,
    arm: str,
    conf_level: float,
    ticks: Sequence[float],
    more: Sequence[float] = (),
) -> pd.DataFrame:
    """Return the cumulative incidence of cause 1 in one arm."""
    if patients.empty:
        return results_frame([])
    time, cause = patients["AVAL"].to_numpy(float), patients["cause"].to_numpy(int)
    curve = survival.cumulative_incidence(time, cause, conf_level=conf_level)
    at = curve.at(points_of(curve.time, curve.n_events.sum(axis=0) > 0, ticks, more), 1)
    if level == "adverse_events":
        at = exact_where_few(at, len(time), conf_level)
    names = ("cumulative_incidence", "lower", "upper", "n_at_risk", "n_events")
    return _stepping(level, at, names, paramcd, arm, conf_level, ticks, more)


def _stepping(level, at, names, paramcd, arm, conf_level, ticks, more) -> pd.DataFrame:
    """Return the rows of a step function that was read off at its points."""
    statistics = {name: np.asarray(getattr(at, name), float) for name in names}
    fixed = np.concatenate([regular_times(ticks, at.time[-1]), ticks, more])
    stays = thinned(at.time, statistics, names[:3], fixed)
    method = "log-log" if level == "kaplan_meier" else "aalen_johansen"
    return curve_rows(
        level,
        at.time[stays],
        {name: values[stays] for name, values in statistics.items()},
        paramcd=paramcd,
        arm=arm,
        method=method_at(method, conf_level),
    )
