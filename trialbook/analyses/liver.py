"""Signals of liver injury: peak transaminase against peak bilirubin, counted by quadrant."""

import numpy as np
import pandas as pd

from trialbook.analyses.common import by_arm, percent, results
from trialbook.analyses.given import of_results
from trialbook.analyses.laboratory_records import with_named_limits
from trialbook.results import rows
from trialbook.trial import Trial

# Codes of the parameters: those of CDISC's terminology first, then what older files call them.
TRANSAMINASES = ("ALT", "AST", "ALAT", "ASAT", "SGPT", "SGOT")
BILIRUBIN = ("BILI", "TBILI", "BILITOT")
# Multiples of the upper limit of normal (FDA 2009, section III).
TRANSAMINASE_LIMIT, BILIRUBIN_LIMIT = 3.0, 2.0
QUADRANTS = ("both", "transaminase", "bilirubin", "neither")


def liver_peaks(trial: Trial) -> pd.DataFrame | None:
    """Return each treated patient's peak values after baseline, in multiples of the upper limit.

    Parameters
    ----------
    trial : Trial

    Returns
    -------
    pandas.DataFrame or None
        USUBJID, ``arm`` (actual), ``transaminase`` (the higher of ALT and AST), ``bilirubin``:
        one row per patient with both. None where ADLB lacks one of them or its upper limits.
    """
    adlb = trial.adlb
    adlb = None if adlb is None else with_named_limits(adlb)
    if adlb is None or "ANRHI" not in adlb:
        return None
    safety = trial.safety_population().set_index("USUBJID")["arm"]
    limit = adlb["ANRHI"].astype(float)
    # Unscheduled and repeated measurements count, too: they may hold the peak.
    kept = adlb["USUBJID"].isin(safety.index) & _after_baseline(adlb)
    records = adlb.assign(multiple=(adlb["AVAL"] / limit).where(limit > 0))[kept]
    peaks = {}
    for name, codes in (("transaminase", TRANSAMINASES), ("bilirubin", BILIRUBIN)):
        of = records[records["PARAMCD"].isin(codes) & records["multiple"].notna()]
        if of.empty:
            return None
        peaks[name] = of.groupby("USUBJID", observed=True)["multiple"].max()
    both = pd.concat(peaks, axis=1, join="inner").rename_axis("USUBJID").reset_index()
    if both.empty:
        return None
    return both.assign(arm=pd.Categorical(both["USUBJID"].map(safety), safety.cat.categories))


def _after_baseline(adlb: pd.DataFrame) -> pd.Series:
    """Return which records are later than day 1, or than the baseline visit without days."""
    baseline = adlb["ABLFL"].eq("Y") if "ABLFL" in adlb else pd.Series(False, index=adlb.index)
    absent = pd.Series(np.nan, index=adlb.index)
    day, visit = (adlb.get(name, absent).astype(float) for name in ("ADY", "AVISITN"))
    first = visit[baseline].max() if baseline.any() else visit.min()
    derived = adlb["DTYPE"].notna() if "DTYPE" in adlb else False
    return ~baseline & ~derived & (day > 1).where(day.notna(), visit > first)


@of_results("liver")
def liver(trial: Trial) -> pd.DataFrame:
    """Count patients by quadrant of the plot for drug-induced serious liver injury (eDISH).

    Parameters
    ----------
    trial : Trial

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``liver``, paramcd ``HYSLAW``, by arm: without a level n, the
        patients with both peaks; with level ``both`` (transaminase at least 3 times, bilirubin
        more than 2 times the upper limit: the range of Hy's law), ``transaminase``,
        ``bilirubin``, ``neither``: n and percent. Empty with a remark where ADLB has not both.

    References
    ----------
    FDA. Guidance for Industry. Drug-Induced Liver Injury: Premarketing Clinical Evaluation, 2009.
    Watkins PB et al. Evaluation of drug-induced serious hepatotoxicity (eDISH). Drug Saf 2011;
    34:243-52.
    """
    peaks = liver_peaks(trial)
    if peaks is None:
        return results(
            [],
            ["Transaminases and bilirubin with their upper limits are not given: no liver plot."],
        )
    quadrant = quadrants(peaks)
    records = []
    for arm, patients in by_arm(trial, peaks):
        of = {"paramcd": "HYSLAW", "arm": arm}
        records.extend(rows("liver", {"n": len(patients)}, **of))
        for level in QUADRANTS:
            n = int((quadrant[patients.index] == level).sum())
            statistics = {"n": n, "percent": percent(n, len(patients))}
            records.extend(rows("liver", statistics, level=level, **of))
    return results(records)


def quadrants(peaks: pd.DataFrame) -> pd.Series:
    """Return the quadrant of each patient of `liver_peaks`."""
    transaminase = peaks["transaminase"] >= TRANSAMINASE_LIMIT
    bilirubin = peaks["bilirubin"] > BILIRUBIN_LIMIT
    found = np.select(
        [transaminase & bilirubin, transaminase, bilirubin], QUADRANTS[:3], default=QUADRANTS[3]
    )
    return pd.Series(found, peaks.index)
