"""Response: yes/no outcomes, such as a remission."""

import numpy as np
import pandas as pd

from trialbook.analyses.common import by_arm, pair, percent, results
from trialbook.analyses.given import of_results
from trialbook.results import method_at, rows
from trialbook.survival import fisher_p_value, newcombe
from trialbook.trial import Trial


@of_results("response")
def response(trial: Trial, *, conf_level: float = 0.95) -> pd.DataFrame:
    """Compare the proportions of patients with each yes/no outcome that trial.yml names.

    Parameters
    ----------
    trial : Trial
        Its ``responses`` name flags of ADSL, ``Y`` or ``N``.
    conf_level : float
        Level of the interval of the risk difference.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``response``: n, percent, n_missing by arm, of the efficacy
        population (a patient whose outcome is missing counts as one without); p_value with
        method ``fisher``; risk_difference, lower, upper with method ``newcombe``, proportions
        from 0 to 1. Empty with a remark where no outcome is given.
    """
    population = trial.efficacy_population()
    records, remarks = [], []
    if not trial.config.responses:
        remarks.append("No yes/no outcome is named in trial.yml.")
    for variable in trial.config.responses:
        name = variable.variable
        if name not in population:
            remarks.append(f"{name} is not in ADSL: {variable.label} is not analysed.")
            continue
        for arm, patients in by_arm(trial, population):
            n = int((patients[name] == "Y").sum())
            statistics = {"n": n, "percent": percent(n, len(patients))}
            statistics["n_missing"] = patients[name].isna().sum()
            records.extend(rows("response", statistics, paramcd=name, arm=arm))
        for comparison in trial.comparisons:
            patients, treated = pair(population, comparison)
            responded = (patients[name] == "Y").to_numpy()
            counts = two_by_two(responded, treated)
            key = {"paramcd": name, "arm": comparison.name}
            records.extend(compared("response", counts, conf_level, **key))
    return results(records, remarks)


def two_by_two(has: np.ndarray, treated: np.ndarray) -> tuple[int, int, int, int]:
    """Return patients with the outcome and all patients, of the treated, then of the control."""
    return (
        int((has & treated).sum()),
        int(treated.sum()),
        int((has & ~treated).sum()),
        int((~treated).sum()),
    )


def compared(analysis: str, counts: tuple[int, int, int, int], conf_level: float, **key):
    """Return the rows of Fisher's test and Newcombe's risk difference of two proportions.

    Parameters
    ----------
    analysis : str
    counts : tuple of int
        As `two_by_two` returns them; an arm without patients makes all not estimable.
    conf_level : float
    **key
        What the rows are of, as in `trialbook.results.rows`.

    Returns
    -------
    list of dict
    """
    estimable = counts[1] > 0 and counts[3] > 0
    p_value = fisher_p_value(*counts) if estimable else np.nan
    records = rows(analysis, {"p_value": p_value}, method="fisher", **key)
    difference = lower = upper = np.nan
    if estimable:
        interval = newcombe(*counts, conf_level=conf_level)
        difference, lower, upper = interval.difference, interval.lower, interval.upper
    statistics = {"risk_difference": difference, "lower": lower, "upper": upper}
    return records + rows(analysis, statistics, method=method_at("newcombe", conf_level), **key)
