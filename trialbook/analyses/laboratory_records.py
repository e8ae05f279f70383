"""Which records of ADLB are analysed: one per patient, parameter and visit."""

import re
from functools import lru_cache

import numpy as np
import pandas as pd

from trialbook.adam.rules.safety import repeated_visits
from trialbook.config import Parameter
from trialbook.trial import Trial

PATIENT = ["USUBJID", "PARAMCD"]
KEPT = ["USUBJID", "PARAMCD", "arm", "AVISITN", "ADY", "AVAL", "BASE", "ANRIND", "BNRIND"]
RANGE = ["ANRLO", "ANRHI"]
_COUNTED = re.compile(
    r"^\s*(?P<unit>day|week|month|year|cycle)\s*(?P<number>\d+(?:\.\d+)?)\s*$", re.IGNORECASE
)


def laboratory_records(trial: Trial) -> pd.DataFrame | None:
    """Return the records of ADLB that are analysed, of safety patients with their actual arm.

    Parameters
    ----------
    trial : Trial

    Returns
    -------
    pandas.DataFrame or None
        None without ADLB. Columns `KEPT` and `RANGE` (empty where ADLB lacks them), ``baseline``
        (the baseline record) and ``regular`` (a visit that does not merely repeat others). One
        record per patient, parameter and visit: the one with ANL01FL Y, else the last by ADY.
        Derived records (DTYPE) and those without a value or a visit's number are left out.
        ``attrs["remarks"]`` says what was left out.
    """
    adlb = trial.adlb
    if adlb is None:
        return None
    remarks = []
    safety = trial.safety_population().set_index("USUBJID")["arm"]
    usable = adlb["AVAL"].notna() & adlb["AVISITN"].notna() & adlb["USUBJID"].isin(safety.index)
    if "DTYPE" in adlb:
        usable &= adlb["DTYPE"].isna()
    records = adlb[usable]
    if unscheduled := int((adlb["AVAL"].notna() & adlb["AVISITN"].isna()).sum()):
        remarks.append(f"{unscheduled} laboratory values belong to no numbered visit.")
    records = with_named_limits(records)
    absent = [name for name in [*KEPT, *RANGE] if name not in records and name != "arm"]
    records = records.assign(
        **dict.fromkeys(absent, np.nan),
        arm=pd.Categorical(records["USUBJID"].map(safety), categories=safety.cat.categories),
        baseline=records["ABLFL"].eq("Y") if "ABLFL" in records else False,
        chosen=records["ANL01FL"].eq("Y") if "ANL01FL" in records else False,
    )
    records = records.sort_values(["chosen", "ADY"], na_position="first", kind="stable")
    records = records.drop_duplicates([*PATIENT, "AVISITN"], keep="last")
    records = records.sort_values([*PATIENT, "AVISITN"], kind="stable", ignore_index=True)
    records = _with_base(records[[*KEPT, *RANGE, "baseline"]])
    repeated = repeated_visits(adlb)
    remarks += [f"The visit {visit:g} repeats others and is not shown." for visit in repeated]
    records["regular"] = ~records["AVISITN"].isin(repeated)
    records.attrs["remarks"] = tuple(remarks)
    return records


@lru_cache(maxsize=2)
def visit_unit(trial: Trial) -> str:
    """Return what the numbers of the visits count where AVISIT says so, else ''.

    ``"month"`` where most visits are called as ``Month 36``, AVISITN 36, is.
    """
    adlb = trial.adlb if trial.given is None else None
    if adlb is None or not {"AVISIT", "AVISITN"} <= set(adlb):
        return ""
    visits = adlb[["AVISIT", "AVISITN"]].dropna().drop_duplicates()
    said = visits["AVISIT"].astype(str).str.extract(_COUNTED)
    agrees = said["number"].astype(float) == visits["AVISITN"]
    units = said.loc[agrees, "unit"].str.lower().unique()
    return str(units[0]) if len(units) == 1 and agrees.mean() > 0.5 else ""


def with_named_limits(adlb: pd.DataFrame) -> pd.DataFrame:
    """Return ADLB with its normal limits under ANRLO and ANRHI, if it has any.

    Before ADaM's implementation guide 1.1 they were A1LO and A1HI.
    """
    if "ANRHI" in adlb or "A1HI" not in adlb:
        return adlb
    return adlb.rename(columns={"A1HI": "ANRHI", "A1LO": "ANRLO"})


def last_records(values: pd.DataFrame) -> pd.DataFrame:
    """Return each patient's last value after baseline, where the baseline value is known.

    Parameters
    ----------
    values : pandas.DataFrame
        Records of one parameter, see `laboratory_records`.

    Returns
    -------
    pandas.DataFrame
        One row per patient: the last by day, else by visit (last observation carried forward).
    """
    after = values[after_baseline(values) & values["BASE"].notna()]
    after = after.sort_values(["ADY", "AVISITN"], na_position="first", kind="stable")
    return after.drop_duplicates("USUBJID", keep="last")


def after_baseline(values: pd.DataFrame) -> pd.Series:
    """Return which records are of a visit after the patients' baseline visit."""
    at_baseline = values.loc[values["baseline"], "AVISITN"]
    first = at_baseline.max() if len(at_baseline) else values["AVISITN"].min()
    return ~values["baseline"] & (values["AVISITN"] > first)


def with_range(values: pd.DataFrame, parameter: Parameter) -> pd.DataFrame:
    """Return the records with ANRIND and BNRIND derived where ADLB does not give them.

    Parameters
    ----------
    values : pandas.DataFrame
        Records of one parameter.
    parameter : Parameter
        Its ``low`` and ``high`` stand in where ADLB has no ANRLO and ANRHI.

    Returns
    -------
    pandas.DataFrame
        ``LOW``, ``NORMAL``, ``HIGH``, where a limit is known.
    """
    low, high = _limits(values, parameter)
    derived = {}
    for indicator, value in (("ANRIND", values["AVAL"]), ("BNRIND", values["BASE"])):
        if values[indicator].notna().any():
            continue
        inside = np.where(value < low, "LOW", np.where(value > high, "HIGH", "NORMAL"))
        known = value.notna() & (low.notna() | high.notna())
        derived[indicator] = pd.Series(inside, values.index, dtype=object).where(known)
    return values.assign(**derived)


def outside_its_indicator(values: pd.DataFrame, parameter: Parameter) -> int:
    """Return how many values ANRIND calls normal although its limits do not, or the reverse.

    Parameters
    ----------
    values : pandas.DataFrame
        Records of one parameter, see `with_range`.
    parameter : Parameter
        Its ``low`` and ``high`` stand in where ADLB has no ANRLO and ANRHI.
    """
    low, high = _limits(values, parameter)
    inside = ~((values["AVAL"] < low) | (values["AVAL"] > high))
    normal = values["ANRIND"].astype(object).str.upper().isin(["N", "NORMAL"])
    known = values["ANRIND"].notna() & values["AVAL"].notna() & (low.notna() | high.notna())
    return int((known & (inside != normal)).sum())


def _limits(values: pd.DataFrame, parameter: Parameter) -> tuple[pd.Series, pd.Series]:
    """Return the limits of normal of each record, trial.yml's where ADLB has none."""
    return (
        values["ANRLO"].astype(float).fillna(_number(parameter.low)),
        values["ANRHI"].astype(float).fillna(_number(parameter.high)),
    )


def _number(value):
    return np.nan if value is None else value


def _with_base(records):
    """Return the records with BASE taken from the baseline record where it is not given."""
    base = records[records["baseline"]].drop_duplicates(PATIENT).set_index(PATIENT)["AVAL"]
    if base.empty:
        return records
    found = base.reindex(pd.MultiIndex.from_frame(records[PATIENT])).to_numpy()
    return records.assign(BASE=records["BASE"].astype(float).fillna(pd.Series(found)))
