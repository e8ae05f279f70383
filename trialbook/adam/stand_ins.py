"""Variables that are absent, taken from others that say the same; each is told as a repair."""

import re

import numpy as np
import pandas as pd

from trialbook.adam.problems import Findings, examples
from trialbook.adam.schemas import SCHEMAS

# of several arms in one column, the planned one is DM's ARM, the one taken ACTARM
_ARMS = {"TRT01P": ("TRTP", "ARM"), "TRT01A": ("TRTA", "ACTARM")}
# what of ADTTE is not of the patient
_OF_THE_END_POINT = re.compile(
    r"PARAM\w*|PARCAT\w*|AVAL\w*|CNSR\w*|EVNT\w*|CNSD\w*|SRC\w*|STARTDT\w*|ADTM?F?|ADY|ASEQ|DTYPE"
    r"|ANL\d\dFL|ENTRY|AVISITN?|\w+SEQ|TRT[PA]N?|CRIT\w*|TTE\w*|VISIT\w*"
)


def with_stand_ins(
    frame: pd.DataFrame, data_set: str, file: str, findings: Findings
) -> pd.DataFrame:
    """Return a data set with the variables that others stand in for.

    TRT01P and TRT01A of ADSL are taken from ARM and ACTARM, a date from the date and time of the
    same name (TRTSDT from TRTSDTM), EOSSTT and DCSREAS from DCDECOD and DCREASCD.

    Parameters
    ----------
    frame : pandas.DataFrame
        The data set, mended (`trialbook.adam.tidy.tidy`).
    data_set : str
    file : str
        Where it is from.
    findings : Findings
        Is told what was taken from where.
    """
    taken: dict[str, pd.Series] = {}
    if data_set == "ADSL":
        for variable, others in _ARMS.items():
            source = next((name for name in others if name in frame), None)
            if variable not in frame and source is not None:
                taken[variable] = frame[source]
                findings.repair(file, variable, f"absent, taken from {source}")
    for variable, column in SCHEMAS[data_set].columns.items():
        source = f"{variable}M"
        wanted = column.metadata["kind"] == "date" and variable not in frame
        if wanted and source in frame and frame[source].dtype.kind == "M":
            taken[variable] = frame[source].dt.floor("D")
            findings.repair(file, variable, f"absent, taken from {source}")
    frame = frame.assign(**taken)
    return with_disposition(frame, file, findings) if data_set == "ADSL" else frame


def adsl_of(adtte: pd.DataFrame, file: str, findings: Findings) -> pd.DataFrame | None:
    """Return the patients of ADTTE as ADSL, with all that is the same in every row of a patient.

    None, with a problem noted, where it does not say who was in which arm.
    """
    source = next((name for name in ("TRT01P", *_ARMS["TRT01P"]) if name in adtte), None)
    if source is None:
        hint = "put adsl there, or join the planned arm (TRT01P, TRTP or ARM) to adtte"
        rule = f"is needed and not there, and {file} holds no arm"
        findings.problem("ADSL", "", rule, hint=hint)
        return None
    several = _several(adtte, source)
    if len(several):
        findings.problem(
            file, source, "a patient must have one arm", len(several), examples(several)
        )
        return None
    taken = next((name for name in ("TRT01A", *_ARMS["TRT01A"]) if name in adtte), None)
    of_patient = {"USUBJID", source, taken}
    constant = [
        name
        for name in adtte
        if name in of_patient
        or not (_OF_THE_END_POINT.fullmatch(name) or len(_several(adtte, name)))
    ]
    adsl = adtte[constant].drop_duplicates("USUBJID", ignore_index=True)
    if taken is not None and len(_several(adtte, taken)):
        adsl = adsl.drop(columns=taken)
    elif taken is not None:
        adsl = adsl.rename(columns={taken: "TRT01A"})
    adsl = adsl.rename(columns={source: "TRT01P"})
    what = f"absent, its patients are those of ADTTE, their planned arm is {source}; whom ADTTE "
    findings.repair(file, "ADSL", what + "does not hold is not known", len(adsl))
    return adsl


def _several(adtte: pd.DataFrame, name: str) -> pd.Index:
    """Return the patients whose rows hold different values of a variable."""
    pairs = adtte[["USUBJID", name]].drop_duplicates()
    return pd.Index(pairs.loc[pairs["USUBJID"].duplicated(), "USUBJID"].unique())


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
