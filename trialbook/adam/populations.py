"""Who is analysed: the efficacy population by planned arm, the safety population by actual arm."""

import re

import numpy as np
import pandas as pd

from trialbook.adam.problems import Findings, examples
from trialbook.adam.table import counted, decoded, encoded
from trialbook.config import TrialConfig

_NO_ARM = re.compile(r"scre?e?n.*fail|not (?:randomi[sz]ed|assigned|treated|applicable)|unassigned",
                     re.IGNORECASE)  # fmt: skip


def populations(
    adsl: pd.DataFrame, config: TrialConfig, file: str, findings: Findings
) -> tuple[dict[str, pd.DataFrame], dict[str, tuple[str, ...]]]:
    """Return the two populations with `arm`, and the facts that a page must state of each.

    Parameters
    ----------
    adsl : pandas.DataFrame
        ADSL, mended.
    config : TrialConfig
    file : str
        ADSL's file, for messages.
    findings : Findings

    Returns
    -------
    frames : dict of DataFrame
        ``efficacy`` by TRT01P, ``safety`` by TRT01A.
    notes : dict of tuple of str
    """
    planned = _arms(adsl["TRT01P"], config, file, findings)
    actual = planned
    if "TRT01A" in adsl:
        actual = _arms(adsl["TRT01A"], config, file, findings)
    in_efficacy, note_efficacy = _efficacy(adsl, config.populations.efficacy, file, findings)
    in_safety, note_safety = _safety(adsl, config.populations.safety, file, findings)
    if "TRT01A" not in adsl and config.flat is None:
        note_safety += ("TRT01A is absent: patients stand under their planned arm.",)
    frames = {
        "efficacy": _population(adsl, in_efficacy, planned, "TRT01P", config, file, findings),
        "safety": _population(adsl, in_safety, actual, "TRT01A", config, file, findings),
    }
    for arm in config.arms:
        if not (frames["efficacy"]["arm"] == arm.code).any():
            values = " or ".join(arm.values)
            hint = "TRT01P holds: " + ", ".join(examples(adsl["TRT01P"].dropna()))
            rule = f"the arm {arm.code} has no patient in the efficacy population ({values})"
            findings.problem(file, "TRT01P", rule, hint=hint)
    outside = int((~in_efficacy).sum())
    if outside:
        findings.remark(f"{outside:,} of {len(adsl):,} patients in ADSL are not in the efficacy "
                        "population.")  # fmt: skip
    crossed = in_efficacy & in_safety & (planned != actual) & planned.notna() & actual.notna()
    if crossed.any():
        n = int(crossed.sum())
        findings.remark(f"{n:,} {'patient' if n == 1 else 'patients'} took the treatment of "
                        "another arm than planned: efficacy goes by the planned arm, safety by "
                        "the treatment taken.")  # fmt: skip
    notes = {"efficacy": note_efficacy, "safety": note_safety}
    for note in note_efficacy + note_safety:
        findings.remark(note)
    return frames, notes


def _arms(column: pd.Series, config: TrialConfig, file: str, findings: Findings) -> pd.Series:
    """Return each patient's arm as its code, NaN where no arm has the value."""
    exact = {value.strip(): arm.code for arm in config.arms for value in arm.values}
    folded = {value.casefold(): code for value, code in exact.items()}
    codes, values = encoded(column)
    other_case = [value not in exact and value.casefold() in folded for value in values]
    if n := counted(codes, np.array(other_case, dtype=bool)):
        findings.repair(file, column.name, "arms matched without regard to capitals", n)
    found = [exact.get(value, folded.get(value.casefold(), np.nan)) for value in values]
    return decoded(codes, found, column.index, np.nan)


def _has_arm(column: pd.Series) -> pd.Series:
    """Return whether a patient has an arm: neither blank nor a word such as Screen Failure."""
    codes, values = encoded(column)
    return decoded(codes, np.array([not _NO_ARM.search(one) for one in values], bool),
                   column.index, False)  # fmt: skip


def _flagged(adsl: pd.DataFrame, name: str) -> pd.Series:
    return adsl[name] == "Y"


def _efficacy(
    adsl: pd.DataFrame, name: str, file: str, findings: Findings
) -> tuple[pd.Series, tuple[str, ...]]:
    if name in adsl:
        return _flagged(adsl, name), ()
    if name != "ITTFL":
        _absent(adsl, name, file, findings)
    if "RANDFL" in adsl:
        return _flagged(adsl, "RANDFL"), (f"{name} is absent: all randomized patients (RANDFL) are "
                                          "analysed.",)  # fmt: skip
    if "RANDDT" in adsl and adsl["RANDDT"].notna().any():
        return adsl["RANDDT"].notna(), (f"{name} is absent: all patients with a date of "
                                        "randomization are analysed.",)  # fmt: skip
    planned = _has_arm(adsl["TRT01P"])
    return planned, (f"{name} is absent: all patients with a planned arm are analysed.",)


def _safety(
    adsl: pd.DataFrame, name: str, file: str, findings: Findings
) -> tuple[pd.Series, tuple[str, ...]]:
    if name in adsl:
        return _flagged(adsl, name), ()
    if name != "SAFFL":
        _absent(adsl, name, file, findings)
    if "TRTSDT" in adsl and adsl["TRTSDT"].notna().any():
        return adsl["TRTSDT"].notna(), (f"{name} is absent: all patients with a first date of "
                                        "treatment are in the safety population.",)  # fmt: skip
    variable = "TRT01A" if "TRT01A" in adsl else "TRT01P"
    taken = _has_arm(adsl[variable])
    what = "a treatment taken" if variable == "TRT01A" else "a planned arm"
    return taken, (f"{name} is absent: all patients with {what} are in the safety population.",)


def _absent(adsl: pd.DataFrame, name: str, file: str, findings: Findings) -> None:
    flags = ", ".join(column for column in adsl if column.endswith("FL")) or "none"
    findings.problem(file, name, "named under populations in trial.yml, is not there",
                     hint=f"flags in ADSL: {flags}")  # fmt: skip


def _population(
    adsl: pd.DataFrame,
    member: pd.Series,
    arm: pd.Series,
    variable: str,
    config: TrialConfig,
    file: str,
    findings: Findings,
) -> pd.DataFrame:
    """Return the members with `arm`, categorical in the order of trial.yml; refuse a member whose arm trial.yml does not know."""
    unknown = member & arm.isna()
    if unknown.any() and variable in adsl:
        shown = examples(
            f"{patient}: {'blank' if pd.isna(value) else value}"
            for patient, value in adsl.loc[unknown, ["USUBJID", variable]].head(50).itertuples(
                index=False)
        )  # fmt: skip
        findings.problem(file, variable, "is no value of an arm in trial.yml",
                         int(unknown.sum()), shown,
                         "add the value to an arm's values, or an arm, or correct the flag")  # fmt: skip
    kept = member & arm.notna()
    codes = pd.Categorical(arm[kept], [one.code for one in config.arms])
    return adsl[kept].assign(arm=codes).reset_index(drop=True)
