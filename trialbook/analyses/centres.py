"""Where the patients were: centres, or countries where no centre is given."""

import pandas as pd

from trialbook.analyses.common import by_arm, categories, percent, results
from trialbook.analyses.given import of_results
from trialbook.results import rows
from trialbook.trial import Trial

# ADaM's variables of the place, the finest first.
PLACES = ("SITEID", "COUNTRY")
MOST = 12
OTHERS = "OTHER CENTRES"


def place_of(trial: Trial) -> str | None:
    """Return the variable of ADSL that says where a patient was, None where none does."""
    patients = trial.efficacy_population()
    for name in PLACES:
        if name in patients and len(patients[name].dropna().unique()) > 1:
            return name
    return None


@of_results("centre")
def centres(trial: Trial, *, most: int = MOST) -> pd.DataFrame:
    """Count the patients of the efficacy population by centre and arm.

    Parameters
    ----------
    trial : Trial
    most : int
        How many centres are counted by themselves, the largest first; the others are pooled.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``centre``, paramcd SITEID, else COUNTRY, arms and ``all``: level a
        centre, or ``OTHER CENTRES``: n, percent of the arm's patients with a centre; method
        ``centres``: n, how many centres there are. Empty with a remark where neither is given.
    """
    name = place_of(trial)
    if name is None:
        return results([], ["Centres are not given, or there was one only."])
    patients = trial.efficacy_population()
    patients = patients[patients[name].notna()]
    at, _ = categories(patients[name])
    sizes = at.value_counts()
    # By size, and by name where sizes are equal.
    order = sorted(sizes.index, key=lambda place: (-sizes[place], place))
    kept = order if len(order) <= most else order[: most - 1]
    at = at.where(at.isin(kept), OTHERS)
    levels = [*kept, *([OTHERS] if len(kept) < len(order) else [])]
    records = []
    for arm, of_arm in [*by_arm(trial, patients), ("all", patients)]:
        counts = at[of_arm.index].value_counts()
        for level in levels:
            n = int(counts.get(level, 0))
            statistics = {"n": n, "percent": percent(n, len(of_arm))}
            records.extend(rows("centre", statistics, paramcd=name, arm=arm, level=level))
    records.extend(rows("centre", {"n": len(order)}, paramcd=name, arm="all", method="centres"))
    remarks = []
    if missing := int(trial.efficacy_population()[name].isna().sum()):
        remarks.append(f"{name} is missing for {missing} patients: they are in no centre.")
    return results(records, remarks)
