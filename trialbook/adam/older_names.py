"""Variables as they were called before ADaM's present names, read as what they are today."""

import numpy as np
import pandas as pd

from trialbook.adam.problems import Findings


def with_disposition(adsl: pd.DataFrame, file: str, findings: Findings) -> pd.DataFrame:
    """Return ADSL with EOSSTT and DCSREAS, taken from DCDECOD and DCREASCD where it has those.

    The standardized disposition term (DCDECOD) says ``COMPLETED`` or why a patient left; the
    sponsor's reason (DCREASCD) goes before it where it is given.

    Parameters
    ----------
    adsl : pandas.DataFrame
    file : str
        Where it is from.
    findings : Findings
        Is told what was taken from where.
    """
    if "EOSSTT" in adsl or "DCDECOD" not in adsl or adsl["DCDECOD"].isna().all():
        return adsl
    term = adsl["DCDECOD"].astype(object)
    completed = term.str.upper().eq("COMPLETED")
    status = pd.Series(np.where(completed, "COMPLETED", "DISCONTINUED"), adsl.index, dtype=object)
    findings.repair(file, "EOSSTT", "taken from DCDECOD", int(term.notna().sum()))
    derived = {"EOSSTT": status.where(term.notna(), np.nan)}
    if "DCSREAS" not in adsl:
        source = "DCREASCD" if "DCREASCD" in adsl else "DCDECOD"
        reason = adsl[source].astype(object).fillna(term).mask(completed, np.nan)
        findings.repair(file, "DCSREAS", f"taken from {source}", int(reason.notna().sum()))
        derived["DCSREAS"] = reason
    return adsl.assign(**derived)
