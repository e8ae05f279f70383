"""Multiplicity: P values of a family of end points, adjusted together."""

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from trialbook.analyses.common import pair, results
from trialbook.analyses.hazards import rank_test
from trialbook.results import rows
from trialbook.trial import Trial

METHODS = {"holm": "holm", "hochberg": "simes-hochberg", "bonferroni": "bonferroni"}


def multiplicity(trial: Trial) -> pd.DataFrame:
    """Adjust the log-rank P values of the end points of trial.yml's family.

    Parameters
    ----------
    trial : Trial
        Its ``multiplicity`` names the family and the methods.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``multiplicity``: p_value by end point and comparison with the
        methods ``holm``, ``hochberg``, as R's ``p.adjust``. The family of each comparison is
        adjusted apart; a P value that is not estimable stays so and does not count. Empty with
        a remark where trial.yml names no family.

    References
    ----------
    Holm S. Scand J Stat 1979;6:65-70. Hochberg Y. Biometrika 1988;75:800-802.
    """
    family = trial.config.multiplicity
    if family is None:
        told = "No family of end points is named in trial.yml: P values are unadjusted."
        return results([], [told])
    records = []
    for comparison in trial.comparisons:
        pairs = [pair(trial.time_to_event(paramcd), comparison) for paramcd in family.family]
        plain = np.array([rank_test(*of_pair)["p_value"] for of_pair in pairs])
        known = np.isfinite(plain)
        for method in family.methods:
            adjusted = np.full(len(plain), np.nan)
            if known.any():
                adjusted[known] = multipletests(plain[known], method=METHODS[method])[1]
            for paramcd, p_value in zip(family.family, adjusted, strict=True):
                of = {"paramcd": paramcd, "arm": comparison.name, "method": method}
                records.extend(rows("multiplicity", {"p_value": p_value}, **of))
    return results(records)
