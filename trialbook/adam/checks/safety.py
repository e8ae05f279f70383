"""ADAE and ADLB: what stands there twice, and what cannot be told from them."""

import pandas as pd

from trialbook.adam.problems import Findings


def check_adverse_events(adae: pd.DataFrame, file: str, findings: Findings) -> None:
    """Note what ADAE does not say."""
    if "TRTEMFL" not in adae:
        findings.remark(
            "ADAE has no TRTEMFL, so that treatment-emergent events are not known: none are shown."
        )


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
