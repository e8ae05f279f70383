"""The test against the noninferiority margin."""

from math import isfinite, log, nan

import pandas as pd
from scipy import stats

from trialbook import survival
from trialbook.analyses.common import pair, results, times_of
from trialbook.results import rows
from trialbook.trial import Trial


def noninferiority(trial: Trial, *, ties: str = "efron") -> pd.DataFrame:
    """Test whether the hazard ratio of the primary end point stays within the margin.

    Parameters
    ----------
    trial : Trial
        Its objective and margin; a margin is a hazard ratio, for a favourable event below 1.
    ties : str
        The Cox model's method.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``noninferiority`` by comparison, method `ties`: hr, the margin on
        the side where treatment would be worse; p_value, one-sided, of the hypothesis that the
        hazard ratio lies at the margin or beyond (Wald). Empty without such an objective.

    References
    ----------
    Piaggio G et al. Reporting of noninferiority and equivalence randomized trials: CONSORT 2010
    extension. JAMA 2012;308:2594-604.
    """
    margin = trial.margin
    if margin is None:
        return results([])
    data, records = trial.time_to_event(trial.primary), []
    for comparison in trial.comparisons:
        patients, treated = pair(data, comparison)
        time, event = times_of(patients)
        p = nan
        if event[treated].any() and event[~treated].any():
            model = survival.cox(time, event, treated.astype(float), ties=ties)
            z = (model.coef[0] - log(margin)) / model.std_error[0]
            p = stats.norm.sf(z) if margin < 1 else stats.norm.cdf(z)
        statistics = {"hr": margin, "p_value": p if isfinite(p) else nan}
        of = {"paramcd": trial.primary.paramcd, "arm": comparison.name, "method": ties}
        records.extend(rows("noninferiority", statistics, **of))
    return results(records)
