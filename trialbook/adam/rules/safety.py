"""ADAE and ADLB: what stands there twice, and what cannot be told from them."""

import numpy as np
import pandas as pd

from trialbook.adam.problems import Findings, counted_noun

_RECORD = ["USUBJID", "PARAMCD", "ADY", "AVAL"]


def check_adverse_events(adae: pd.DataFrame, file: str, findings: Findings) -> None:
    """Note what ADAE does not say."""
    if "TRTEMFL" not in adae:
        findings.remark(
            "ADAE has no TRTEMFL, so that treatment-emergent events are not known: none are shown."
        )


def with_emergent(
    data: dict[str, pd.DataFrame],
    rows: dict[str, np.ndarray],
    risk_window: float,
    files: dict[str, str],
    findings: Findings,
) -> dict[str, pd.DataFrame]:
    """Return the data sets, ADAE with TRTEMFL from the dates where it has none.

    An event is treatment-emergent that begins on or after the first date of treatment, and no
    later than `risk_window` days after the last. One without a start date is, unless it ended
    before the treatment began: so it is counted, not lost.

    Parameters
    ----------
    data : dict of DataFrame
    rows : dict of numpy.ndarray of int
        Data set to the position in ADSL of every row, -1 where ADSL lacks the patient.
    risk_window : float
        Days.
    files : dict
        Data set to its file's name.
    findings : Findings
    """
    adae, adsl = data.get("ADAE"), data["ADSL"]
    if adae is None or "TRTEMFL" in adae or "ASTDT" not in adae or "TRTSDT" not in adsl:
        return data
    if adae["ASTDT"].isna().all() or adsl["TRTSDT"].isna().all():
        return data
    missing = np.datetime64("NaT")
    begin, end = (
        np.append(adsl[name].to_numpy() if name in adsl else np.full(len(adsl), missing), missing)[
            rows["ADAE"]
        ]
        for name in ("TRTSDT", "TRTEDT")
    )
    start = adae["ASTDT"].to_numpy()
    last = end + np.timedelta64(round(risk_window), "D")
    dated = (start >= begin) & ~(start > last)
    over = adae["AENDT"].to_numpy() < begin if "AENDT" in adae else np.zeros(len(adae), bool)
    undated = np.isnat(start) & ~over & ~np.isnat(begin)
    emergent = np.where(dated | undated, "Y", "N")
    what = "absent, taken from the dates: from TRTSDT to TRTEDT"
    what += f" + {risk_window:g} days" if risk_window else ""
    if n := int(undated.sum()):
        what += f"; {counted_noun(n, 'event')} without a start date counted"
    findings.repair(files["ADAE"], "TRTEMFL", what, int((emergent == "Y").sum()))
    return data | {"ADAE": adae.assign(TRTEMFL=emergent)}


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
