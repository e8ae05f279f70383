"""Recurrent events: all of a patient's events, not the first alone."""

import numpy as np
import pandas as pd

from trialbook import survival
from trialbook.adam.events import is_event
from trialbook.analyses.common import pair, results
from trialbook.analyses.given import of_results
from trialbook.results import method_at, rows
from trialbook.trial import Trial

ESTIMATES = ("coef", "std_error", "hr", "hr_lower", "hr_upper", "p_value")


@of_results("recurrent")
def recurrent(trial: Trial, *, conf_level: float = 0.95) -> pd.DataFrame:
    """Compare the rates of recurrent events by the Andersen-Gill model.

    Parameters
    ----------
    trial : Trial
        With ADTTER: start-stop intervals of the patients, one row per interval.
    conf_level : float
        Level of the intervals, from robust standard errors clustered by patient.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``recurrent``, method ``andersen_gill``: coef, std_error, hr,
        hr_lower, hr_upper, p_value by end point (PARAMCD of ADTTER) and comparison, in the
        efficacy population. Empty with a remark where there are no recurrent events.
    """
    adtter = trial.adtter
    if adtter is None:
        return results([], ["There are no data on recurrent events."])
    population = trial.efficacy_population()[["USUBJID", "arm"]]
    intervals = adtter.drop(columns=["arm"], errors="ignore").merge(population, on="USUBJID")
    records = []
    for paramcd, of_endpoint in intervals.groupby("PARAMCD", observed=True):
        for comparison in trial.comparisons:
            of_pair, treated = pair(of_endpoint, comparison)
            event = is_event(of_pair["CNSR"])
            estimates = dict.fromkeys(ESTIMATES, np.nan)
            if event[treated].any() and event[~treated].any():
                model = survival.andersen_gill(
                    of_pair["USUBJID"].to_numpy(),
                    of_pair["ASTDY"].to_numpy(float),
                    of_pair["AENDY"].to_numpy(float),
                    event,
                    treated.astype(float),
                    conf_level=conf_level,
                )
                estimates = {name: getattr(model, name)[0] for name in ESTIMATES}
            of = {"paramcd": str(paramcd), "arm": comparison.name}
            method = method_at("andersen_gill", conf_level)
            records.extend(rows("recurrent", estimates, method=method, **of))
    return results(records)
