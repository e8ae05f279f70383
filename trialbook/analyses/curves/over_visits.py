"""Curves over visits: means of laboratory parameters, and what was measured when."""

import pandas as pd

from trialbook.adam.rules.safety import repeated_visits
from trialbook.analyses.common import joined
from trialbook.analyses.curves.points import curve_rows
from trialbook.analyses.given import of_results
from trialbook.analyses.laboratory import laboratory
from trialbook.results import CURVE, method_at, results_frame
from trialbook.trial import Trial

# A visit is drawn where one patient in so many of those with the parameter has a value.
USUAL = 20


def laboratory_curves(
    trial: Trial, found: pd.DataFrame | None = None, *, conf_level: float = 0.95
) -> pd.DataFrame:
    """Return the means of laboratory parameters over the visits.

    Parameters
    ----------
    trial : Trial
    found : pandas.DataFrame, optional
        Results of `laboratory`, which are computed where they are not given.
    conf_level : float
        Level of the limits.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``curve``, level ``laboratory``, method ``arithmetic`` or
        ``geometric`` as trial.yml summarizes the parameter, by arm, `time` the visit: n, mean or
        geometric_mean, lower, upper.
    """
    found = laboratory(trial, conf_level=conf_level) if found is None else found
    geometric = {one.paramcd for one in trial.config.laboratory if one.summary == "geometric"}
    of_logs = found["paramcd"].isin(geometric)
    methods = {way: method_at(way, conf_level) for way in ("arithmetic", "geometric")}
    drawn = (found["method"] == methods["geometric"]).where(
        of_logs, found["method"] == methods["arithmetic"]
    )
    shown = found["statistic"].isin(["n", "mean", "geometric_mean", "lower", "upper"])
    rows = found[drawn & shown & (found["analysis"] == "laboratory")]
    return rows.assign(analysis=CURVE, level="laboratory").reset_index(drop=True)


@of_results(CURVE, level="schedule")
def schedule(trial: Trial) -> pd.DataFrame:
    """Count the treated patients with a value of each laboratory parameter at each visit.

    Parameters
    ----------
    trial : Trial

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``curve``, level ``schedule``, by arm, `time` the visit (AVISITN):
        n. A visit counts where at least one patient in `USUAL` of those with the
        parameter has a value, so that unscheduled ones stay out; one that merely repeats others
        is none. Empty without laboratory data or numbered visits.
    """
    adlb = trial.adlb
    if adlb is None or "AVISITN" not in adlb:
        return results_frame([])
    named = [item.paramcd for item in trial.config.laboratory]
    known = adlb["AVAL"].notna() & adlb["AVISITN"].notna()
    measured = adlb[known & ~adlb["AVISITN"].isin(repeated_visits(adlb))]
    if named:
        measured = measured[measured["PARAMCD"].isin(named)]
    arms = trial.safety_population().set_index("USUBJID")["arm"]
    measured = measured.assign(arm=measured["USUBJID"].map(arms)).dropna(subset=["arm"])
    frames = []
    for code, of in measured.groupby("PARAMCD", sort=False, observed=True):
        n = of.groupby(["AVISITN", "arm"], observed=True)["USUBJID"].nunique()
        at_all = of.groupby("AVISITN")["USUBJID"].nunique()
        usual = at_all.index[at_all >= of["USUBJID"].nunique() / USUAL]
        for arm in trial.arms:
            counts = [n.get((visit, arm.code), 0) for visit in usual]
            key = {"paramcd": str(code), "arm": arm.code}
            frames.append(curve_rows("schedule", usual, {"n": counts}, **key))
    return joined(frames)
