"""How many strata inform a stratified analysis."""

import numpy as np
import pandas as pd

from trialbook.analyses.common import endpoint_of, pair, results, times_of
from trialbook.analyses.covariates import complete, strata_of
from trialbook.analyses.given import of_results
from trialbook.analyses.planned import planned_strata
from trialbook.config import Endpoint
from trialbook.results import rows
from trialbook.trial import Trial


@of_results("strata")
def strata(trial: Trial, endpoint: Endpoint | str | None = None) -> pd.DataFrame:
    """Count the strata of trial.yml, and those that tell something of the treatment.

    Parameters
    ----------
    trial : Trial
    endpoint : Endpoint or str, optional
        The primary one by default.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``strata`` by comparison: n, at level ``all`` the strata with
        patients, at level ``informative`` those in which patients of both arms were at risk when
        an event happened: no other adds anything to a stratified test or model. Empty without
        strata.
    """
    endpoint = endpoint_of(trial, endpoint)
    data = trial.time_to_event(endpoint.paramcd)
    names = planned_strata(trial, data)
    if not names:
        return results([])
    data, records = data[complete(data, names)], []
    for comparison in trial.comparisons:
        patients, treated = pair(data, comparison)
        time, event = times_of(patients)
        stratum = strata_of(patients, names)
        informing = [
            _informs(time[of], event[of], treated[of])
            for of in (stratum == one for one in np.unique(stratum))
        ]
        of = {"paramcd": endpoint.paramcd, "arm": comparison.name}
        records.extend(rows("strata", {"n": len(informing)}, level="all", **of))
        records.extend(rows("strata", {"n": sum(informing)}, level="informative", **of))
    return results(records)


def _informs(time: np.ndarray, event: np.ndarray, treated: np.ndarray) -> bool:
    """Return whether patients of both arms are at risk at an event of a stratum."""
    if not event.any() or treated.all() or not treated.any():
        return False
    last_of_both = min(time[treated].max(), time[~treated].max())
    return bool(time[event].min() <= last_of_both)
