"""Which rows of ADTTE are analysed, in the one unit of the trial."""

import re

import numpy as np
import pandas as pd

from trialbook.adam.problems import Findings, counted_noun, examples
from trialbook.adam.unit_words import unit_by_dates, unit_in, unit_of
from trialbook.config import TrialConfig
from trialbook.units import DAYS_PER_UNIT

_KEY = ["USUBJID", "PARAMCD"]
_COUNT = re.compile(r"^\s*(total |overall )?(number|count|no\.?|sum) of\b|\bcount\s*$", re.I)
_UNIT = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$|\s*(,|\bin)\s*\w+\s*$", re.IGNORECASE)


def is_count(param: object) -> bool:
    """Return whether a PARAM is of a number of events, which is no time."""
    return bool(_COUNT.search(str(param)))


def evaluable(adtte: pd.DataFrame, file: str, findings: Findings) -> pd.DataFrame:
    """Return the rows of ADTTE that are analysed: the chosen ones, with a time.

    Of several rows of a patient and end point ANL01FL = Y chooses one. A row without AVAL is not
    evaluable: it is counted and left out, its patient stays in every denominator, which comes
    from ADSL.

    Parameters
    ----------
    adtte : pandas.DataFrame
    file : str
        Where it is from.
    findings : Findings
        Is told of what is left out.
    """
    if "ANL01FL" in adtte:
        adtte = _chosen(adtte, file, findings)
    blank = adtte["AVAL"].isna()
    if not blank.any():
        return adtte
    for paramcd, of_one in adtte[blank].groupby("PARAMCD", sort=False, observed=True):
        if len(of_one) == int((adtte["PARAMCD"] == paramcd).sum()):
            hint = "give the times, or take the end point out"
            findings.problem(file, "AVAL", f"is blank in every row of {paramcd}", hint=hint)
            continue
        events = int((of_one["CNSR"] == 0).sum())
        told = f"; {counted_noun(events, 'event')} among them" if events else ""
        findings.remark(
            f"{counted_noun(len(of_one), 'row')} of {paramcd} in ADTTE "
            f"{'has' if len(of_one) == 1 else 'have'} no AVAL, and "
            f"{'is' if len(of_one) == 1 else 'are'} not evaluable: left out of its estimates; the "
            f"patients stay in every denominator{told}."
        )
    return adtte[~blank].reset_index(drop=True)


def _chosen(adtte: pd.DataFrame, file: str, findings: Findings) -> pd.DataFrame:
    """Return ADTTE with the row that ANL01FL chooses where a patient and end point has several."""
    several = adtte.duplicated(_KEY, keep=False)
    yes = adtte["ANL01FL"].eq("Y")
    passed_over = several & ~yes & yes.groupby([adtte[name] for name in _KEY], observed=True
                                              ).transform("any")  # fmt: skip
    if n := int(passed_over.sum()):
        what = "Y chooses among several rows of a patient and end point; the others are set aside"
        findings.repair(file, "ANL01FL", what, n)
    unchosen = ~several & adtte["ANL01FL"].ne("Y") & bool(yes.any())
    if n := int(unchosen.sum()):
        paramcds = ", ".join(examples(adtte.loc[unchosen, "PARAMCD"]))
        findings.remark(
            f"{counted_noun(n, 'patient')} {'has' if n == 1 else 'have'} one row of {paramcds} in "
            f"ADTTE, without ANL01FL = Y; {'it is' if n == 1 else 'they are'} analysed."
        )
    return adtte[~passed_over].reset_index(drop=True)


def in_one_unit(
    adtte: pd.DataFrame, config: TrialConfig, file: str, findings: Findings
) -> pd.DataFrame:
    """Return ADTTE with every end point in the trial's unit, each read by its own.

    The unit of an end point is what AVALU says, else PARAM, else what its dates prove; one that
    nothing gives is in the trial's. A month is 30.4375 days, a year 365.25.

    Parameters
    ----------
    adtte : pandas.DataFrame
    config : TrialConfig
        ``time.unit`` is the unit of the trial.
    file : str
        Where it is from.
    findings : Findings
        Is told of each end point that is converted.
    """
    said = config.time.unit
    units = _units(adtte)
    other = units.notna() & units.ne(said)
    # a trial whose every end point is in another unit than trial.yml says is wrong about it
    if not other.any() or other[units.notna()].all():
        return adtte
    factor = units.map(DAYS_PER_UNIT).astype(float) / DAYS_PER_UNIT[said]
    adtte = adtte.copy(deep=False)
    for name in ("AVAL", "ENTRY"):
        if name in adtte:
            adtte[name] = np.where(other, adtte[name] * factor, adtte[name])
    for (paramcd, unit), n in adtte.loc[other, "PARAMCD"].groupby(units[other]).value_counts(
    ).swaplevel().items():  # fmt: skip
        findings.repair(file, "AVAL", f"{paramcd} is in {unit}, and was converted to {said}", n)
    if "AVALU" in adtte:
        adtte["AVALU"] = adtte["AVALU"].astype(object).mask(other, said.upper())
    if "PARAM" in adtte:
        named = other & adtte["PARAM"].map(unit_in, na_action="ignore").notna()
        bare = adtte["PARAM"].astype(str).str.replace(_UNIT, "", regex=True)
        adtte["PARAM"] = adtte["PARAM"].astype(object).where(~named, bare + f" ({said})")
    return adtte


def _units(adtte: pd.DataFrame) -> pd.Series:
    """Return the unit that each row says, None where it says none, or two."""
    said = []
    for name, reader in (("AVALU", unit_of), ("PARAM", unit_in)):
        column = adtte.get(name, pd.Series(np.nan, index=adtte.index)).astype(object)
        said.append(column.map({value: reader(value) for value in column.dropna().unique()}))
    avalu, param = said
    dated = _by_dates(adtte[avalu.isna() & param.isna()])
    contradict = avalu.notna() & param.notna() & avalu.ne(param)
    found = avalu.where(avalu.notna(), param).mask(contradict)
    return found.where(found.notna() | contradict, adtte["PARAMCD"].astype(object).map(dated))


def _by_dates(silent: pd.DataFrame) -> dict[str, str]:
    """Return the units that dates prove, of end points that say none."""
    if not {"STARTDT", "ADT"} <= set(silent):
        return {}
    found = {
        paramcd: unit_by_dates(rows["AVAL"], rows["STARTDT"], rows["ADT"])
        for paramcd, rows in silent.groupby("PARAMCD", sort=False, observed=True)
    }
    return {paramcd: one[0] for paramcd, one in found.items() if one is not None}
