"""Exposure: how long, and how much, the patients were treated."""

import pandas as pd

from trialbook.analyses.baseline import is_number, summary
from trialbook.analyses.common import by_arm, categories, percent, results
from trialbook.analyses.given import of_results
from trialbook.config import Variable
from trialbook.results import rows
from trialbook.trial import Trial

STATISTICS = ["n", "n_missing", "mean", "sd", "median", "q1", "q3", "min", "max"]
DURATION = Variable(variable="TRTDURD", label="Duration of treatment, days")


@of_results("exposure")
def exposure(trial: Trial) -> pd.DataFrame:
    """Describe treatment by actual arm in the safety population.

    Parameters
    ----------
    trial : Trial
        Its ``exposure`` names the variables of ADSL; without it TRTDURD is described.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``exposure``. Numbers: n, n_missing, mean, sd, median, q1, q3, min,
        max. Flags and categories: n and percent by level, of the patients with a value; of a
        yes/no flag the level Y alone. Once more for the patients with a primary event, with
        subgroup ``PARAMCD=EVENT``; empty with a remark where nothing is given.
    """
    population = trial.safety_population()
    failed = trial.time_to_event(trial.primary.paramcd).query("event")["USUBJID"]
    subgroups = {
        "": population,
        f"{trial.primary.paramcd}=EVENT": population[population["USUBJID"].isin(failed)],
    }
    records, remarks = [], []
    for variable in trial.config.exposure or [DURATION]:
        name = variable.variable
        if name not in population or population[name].isna().all():
            remarks.append(f"{name} is not in ADSL: {variable.label.lower()} is not described.")
            continue
        described = _numbers if is_number(variable, population[name]) else _categories
        for subgroup, patients in subgroups.items():
            for arm, of_arm in by_arm(trial, patients):
                key = {"paramcd": name, "arm": arm, "subgroup": subgroup}
                records.extend(described(of_arm[name], variable, population[name], key))
    return results(records, remarks)


def _numbers(values, _variable, _all_values, key):
    statistics = summary(pd.to_numeric(values), geometric=False)
    yield from rows("exposure", {name: statistics[name] for name in STATISTICS}, **key)


def _categories(values, variable, all_values, key):
    _, levels = categories(all_values, variable.levels)
    text, _ = categories(values)
    known = int(text.notna().sum())
    yield from rows("exposure", {"n": known, "n_missing": len(text) - known}, **key)
    for level in ["Y"] if set(levels) <= {"Y", "N"} else levels:
        n = int((text == level).sum())
        yield from rows("exposure", {"n": n, "percent": percent(n, known)}, level=level, **key)
