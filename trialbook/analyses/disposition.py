"""Disposition: randomized, treated, analysed, completed, and why not."""

import numpy as np
import pandas as pd

from trialbook.adam.problems import listed
from trialbook.analyses.common import by_arm, categories, percent, results
from trialbook.analyses.given import of_results
from trialbook.results import rows
from trialbook.trial import Trial

EPOCH = pd.Timestamp("1970-01-01")

STATUSES = {
    "EOSSTT": "how patients left the study",
    "DCSREAS": "why patients left the study",
    "EOTSTT": "how patients ended treatment",
    "DCTREAS": "why patients stopped treatment",
}


def randomized_population(trial: Trial) -> pd.DataFrame:
    """Return the randomized patients of ADSL with `arm`, by planned arm.

    Parameters
    ----------
    trial : Trial

    Returns
    -------
    pandas.DataFrame
        Patients with RANDFL ``Y``; without RANDFL, all whose TRT01P is one of trial.yml's arms.
    """
    adsl = trial.adsl
    codes = {}
    for arm in trial.arms:
        codes |= dict.fromkeys((name.strip().casefold() for name in arm.values), arm.code)  # noqa: PD011
    planned = adsl["TRT01P"].str.casefold().map(codes)
    arm = pd.Categorical(planned, [one.code for one in trial.arms])
    randomized = arm.notna() & (adsl["RANDFL"].eq("Y") if "RANDFL" in adsl else True)
    return adsl.assign(arm=arm)[np.asarray(randomized)].reset_index(drop=True)


@of_results("disposition")
def disposition(trial: Trial) -> pd.DataFrame:
    """Count what became of the randomized patients, as the CONSORT diagram needs it.

    Parameters
    ----------
    trial : Trial

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``disposition``, arms and ``all``; statistics n and percent, the
        percentage of the randomized patients of the planned arm. The safety population is
        counted by actual arm. `paramcd` and `level`: RANDFL ``RANDOMIZED``, TRTSDT ``TREATED``,
        the flags of the populations ``EFFICACY``, ``SAFETY`` and ``PER-PROTOCOL``, and each
        status and reason of EOSSTT, DCSREAS, EOTSTT, DCTREAS as it stands. RANDDT has min and
        max, in days since 1970-01-01. Where ADSL holds patients who were not randomized, ADSL
        ``SCREENED`` counts all.

    References
    ----------
    Hopewell S et al. CONSORT 2025 statement. BMJ 2025;389:e081123, item 22.
    """
    randomized = randomized_population(trial)
    groups = [*by_arm(trial, randomized), ("all", randomized)]
    denominators = {arm: len(patients) for arm, patients in groups}
    records, remarks = [], []

    def count(paramcd, level, counts):
        for arm, n in counts.items():
            statistics = {"n": n, "percent": percent(n, denominators[arm])}
            records.extend(rows("disposition", statistics, paramcd=paramcd, arm=arm, level=level))

    def count_population(paramcd, level, population):
        counts = {arm: len(patients) for arm, patients in by_arm(trial, population)}
        count(paramcd, level, counts | {"all": len(population)})

    if len(trial.adsl) > len(randomized):
        records.extend(
            rows("disposition", {"n": len(trial.adsl)}, paramcd="ADSL", arm="all", level="SCREENED")
        )
    count("RANDFL", "RANDOMIZED", denominators)
    if "TRTSDT" in randomized:
        count_population("TRTSDT", "TREATED", randomized[randomized["TRTSDT"].notna()])
    populations = trial.config.populations
    count_population(populations.efficacy, "EFFICACY", trial.efficacy_population())
    count_population(populations.safety, "SAFETY", trial.safety_population())
    if "PPROTFL" in randomized:
        per_protocol = randomized[(randomized["PPROTFL"] == "Y").to_numpy()]
        count_population("PPROTFL", "PER-PROTOCOL", per_protocol)

    absent = {}
    for variable, meaning in STATUSES.items():
        if variable not in randomized or randomized[variable].isna().all():
            absent[variable] = meaning
            continue
        text, levels = categories(randomized[variable])
        for level in levels:
            count_population(variable, level, randomized[(text == level).to_numpy()])

    if absent:
        verb = "is" if len(absent) == 1 else "are"
        names, what = listed(list(absent)), listed(list(absent.values()))
        remarks.append(f"{names} {verb} absent: {what} {verb} not known.")
    if "RANDDT" in randomized:
        for arm, patients in groups:
            days = (patients["RANDDT"] - EPOCH).dt.days
            statistics = {"min": days.min(), "max": days.max()}
            records.extend(rows("disposition", statistics, paramcd="RANDDT", arm=arm))
    return results(records, remarks)
