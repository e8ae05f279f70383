"""Protocol deviations: how many patients had any, and of which kinds."""

import numpy as np
import pandas as pd

from trialbook.analyses.common import categories, percent, results
from trialbook.analyses.given import of_results
from trialbook.results import rows
from trialbook.trial import Trial

# What a deviation is named by, the coarser first; free text (DVTERM) may tell of a patient.
KINDS = ("DVCAT", "DVDECOD")


@of_results("deviation")
def deviations(trial: Trial) -> pd.DataFrame:
    """Count the patients of the efficacy population with protocol deviations, by planned arm.

    Parameters
    ----------
    trial : Trial
        With ADDV.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``deviation``, arms and ``all``, n and percent of the arm's
        patients: paramcd ``any``, at least one deviation; paramcd DVCAT, or DVDECOD where DVCAT
        tells no kinds apart, `level` a kind, the frequent first: at least one of that kind.
        Empty with a remark without ADDV.
    """
    addv = trial.addv
    if addv is None:
        return results([], ["Protocol deviations are not given (ADDV)."])
    patients = trial.efficacy_population().reset_index(drop=True)
    patient = pd.Index(patients["USUBJID"]).get_indexer(addv["USUBJID"])
    inside, patient = addv[patient >= 0], patient[patient >= 0]
    kind = _kind(inside)
    found = {("any", ""): np.unique(patient)}
    if kind is not None:
        text, levels = categories(inside[kind])
        having = {level: np.unique(patient[(text == level).to_numpy()]) for level in levels}
        for level in sorted(levels, key=lambda level: (-len(having[level]), level)):
            found[kind, level] = having[level]
    arm = patients["arm"].cat.codes.to_numpy()
    codes = [one.code for one in trial.arms]
    sizes = np.bincount(arm, minlength=len(codes))
    records = []
    for (paramcd, level), who in found.items():
        counts = np.bincount(arm[who], minlength=len(codes))
        for code, n, size in [
            *zip(codes, counts, sizes, strict=True),
            ("all", len(who), len(patients)),
        ]:
            statistics = {"n": int(n), "percent": percent(n, size)}
            records.extend(rows("deviation", statistics, paramcd=paramcd, arm=code, level=level))
    return results(records)


def _kind(addv: pd.DataFrame) -> str | None:
    """Return the variable that tells kinds apart; None where neither is filled."""
    filled = [name for name in KINDS if name in addv and addv[name].notna().any()]
    telling = [name for name in filled if len(addv[name].dropna().unique()) > 1]
    return next(iter(telling or filled), None)
