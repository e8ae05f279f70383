"""ADAE and ADLB: what stands there twice, and what cannot be told from them."""

import pandas as pd

from trialbook.adam.problems import Findings

_RECORD = ["USUBJID", "PARAMCD", "ADY", "AVAL"]


def check_adverse_events(adae: pd.DataFrame, file: str, findings: Findings) -> None:
    """Note what ADAE does not say."""
    if "TRTEMFL" not in adae:
        findings.remark(
            "ADAE has no TRTEMFL, so that treatment-emergent events are not known: none are shown."
        )


def check_laboratory(adlb: pd.DataFrame, file: str, findings: Findings) -> None:
    """Note the visits that merely repeat others, which no analysis counts again."""
    for visit in repeated_visits(adlb):
        what = f"visit {visit:g} repeats earlier ones, day and value: set aside"
        findings.repair(file, "AVISITN", what, int((adlb["AVISITN"] == visit).sum()))


def repeated_visits(adlb: pd.DataFrame) -> list[float]:
    """Return the visits most of whose records repeat, day and value, those of earlier visits.

    In the CDISC pilot's data visit 99, the end of treatment, is each patient's last one again.
    """
    if not {"AVISITN", "ADY"} <= set(adlb):
        return []
    records = adlb.loc[adlb["AVAL"].notna() & adlb["ADY"].notna(), [*_RECORD, "AVISITN"]]
    records = records.dropna(subset="AVISITN").drop_duplicates()
    records = records.sort_values("AVISITN", kind="stable")
    share = records.duplicated(_RECORD).groupby(records["AVISITN"]).mean()
    return [float(visit) for visit in share.index[share > 0.5]]


def without_doubled_parameters(adlb: pd.DataFrame, file: str, findings: Findings) -> pd.DataFrame:
    """Return ADLB without the parameters that repeat another under a name with ``_`` before it.

    In the CDISC pilot's data ``_ALT`` holds the same measurements as ``ALT`` on another scale.
    """
    names = set(adlb["PARAMCD"].dropna().unique())
    doubled = sorted(name for name in names if name.startswith("_") and name[1:] in names)
    if not doubled:
        return adlb
    repeated = adlb["PARAMCD"].isin(doubled)
    shown = ", ".join(doubled[:3]) + (", ..." if len(doubled) > 3 else "")
    what = f"parameters that repeat another under _ ({shown}) set aside"
    findings.repair(file, "PARAMCD", what, int(repeated.sum()))
    return adlb[~repeated].reset_index(drop=True)
