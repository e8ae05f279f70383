"""Who is analysed: efficacy by the planned arm, safety by the treatment taken."""

import re
from typing import NamedTuple

import numpy as np
import pandas as pd

from trialbook.adam.problems import Findings, counted_noun, examples
from trialbook.adam.table import counted, decoded, encoded, written
from trialbook.adam.unknown import WORDS
from trialbook.config import TrialConfig

_NO_ARM = re.compile(
    rf"scre?e?n.*fail|not (?:randomi[sz]ed|assigned|treated|applicable)|unassigned|^({WORDS})$",
    re.IGNORECASE,
)

_FLAT = (
    "The file has one column for the arm: it stands for the arm planned and for the treatment taken"
)
_ALL_ASSIGNED = "all patients with a planned arm"


class Members(NamedTuple):
    """The patients of a population.

    Attributes
    ----------
    positions : numpy.ndarray of int
        Their rows in ADSL.
    arm : pandas.Categorical
        Their arms' codes, in the order of trial.yml.
    """

    positions: np.ndarray
    arm: pd.Categorical


def populations(
    adsl: pd.DataFrame, config: TrialConfig, file: str, findings: Findings
) -> tuple[dict[str, Members], dict[str, tuple[str, ...]]]:
    """Return who is in each population and in which arm, and what a page must say of each.

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
    members : dict of Members
        ``randomized`` and ``efficacy`` by TRT01P, ``safety`` by TRT01A.
    notes : dict of tuple of str
    """
    planned = _arms(adsl["TRT01P"], config, file, findings)
    by_actual = "TRT01A" in adsl
    actual = _arms(adsl["TRT01A"], config, file, findings) if by_actual else planned
    efficacy, efficacy_notes = _efficacy(adsl, config.populations.efficacy, file, findings)
    safety, safety_notes = _safety(adsl, config.populations.safety, file, findings)
    by_flag = {config.populations.efficacy, config.populations.safety}
    randomized = adsl["RANDFL"] == "Y" if "RANDFL" in adsl else planned.notna()
    if not by_actual and config.populations.safety in adsl:
        safety_notes = ("TRT01A is absent: safety goes by the planned arm.",)
    of = {
        "randomized": (randomized, planned, "TRT01P"),
        "efficacy": (efficacy, planned, "TRT01P"),
        "safety": (safety, actual, "TRT01A" if by_actual else "TRT01P"),
    }
    refused: set[tuple] = set()
    members = {}
    for name, (member, arm, variable) in of.items():
        _refuse_unknown_arms(adsl, member & arm.isna(), variable, file, refused, findings)
        kept = (member & arm.notna()).to_numpy()
        codes = pd.Categorical(arm[kept], [one.code for one in config.arms])
        members[name] = Members(np.flatnonzero(kept), codes)
    for arm in config.arms:
        if not (members["efficacy"].arm == arm.code).any():
            values = " or ".join(arm.values)
            hint = "TRT01P holds: " + ", ".join(examples(adsl["TRT01P"].dropna().unique(), 10))
            rule = f"the arm {arm.code} has no patient in the efficacy population ({values})"
            findings.problem(file, "TRT01P", rule, hint=hint)
    untreated = [arm.label or arm.code for arm in config.arms
                 if not (members["safety"].arm == arm.code).any()]  # fmt: skip
    if untreated and len(untreated) < len(config.arms):
        safety_notes += (
            f"No patient of {' or of '.join(untreated)} is in the safety population: what is shown "
            "of safety leaves the arm out.",
        )
    _remarks(adsl, efficacy, safety & efficacy & (planned != actual) & actual.notna(), findings)
    if config.flat is not None:
        if all(_ALL_ASSIGNED in note for note in efficacy_notes) and not by_flag & set(adsl):
            efficacy_notes = (f"{_FLAT}, and all patients who have one are analysed.",)
        else:
            efficacy_notes = (f"{_FLAT}.", *efficacy_notes)
        safety_notes = efficacy_notes
    notes = {"efficacy": efficacy_notes, "safety": safety_notes}
    for note in efficacy_notes + safety_notes:
        findings.remark(note)
    return members, notes


def _arms(column: pd.Series, config: TrialConfig, file: str, findings: Findings) -> pd.Series:
    """Return each patient's arm as its code, NaN where no arm has the value."""
    exact = {written(value): arm.code for arm in config.arms for value in arm.values}  # noqa: PD011
    folded = {value.casefold(): code for value, code in exact.items()}
    codes, values = encoded(column)
    other_case = [value not in exact and value.casefold() in folded for value in values]
    if n := counted(codes, np.array(other_case, dtype=bool)):
        findings.repair(file, column.name, "arms matched without regard to capitals", n)
    found = [exact.get(value, folded.get(value.casefold(), np.nan)) for value in values]
    return decoded(codes, found, column.index, np.nan)


def has_arm(column: pd.Series) -> pd.Series:
    """Return whether a patient has an arm: neither blank nor a word such as Screen Failure."""
    codes, values = encoded(column)
    named = np.array([not _NO_ARM.search(value) for value in values], dtype=bool)
    return decoded(codes, named, column.index, False)


Rule = tuple[pd.Series, tuple[str, ...]]


def _efficacy(adsl: pd.DataFrame, flag: str, file: str, findings: Findings) -> Rule:
    """Return who is in the efficacy population, and which rule stood in for an absent ITTFL."""
    if flag in adsl:
        return adsl[flag] == "Y", ()
    if flag != "ITTFL":
        _absent(adsl, flag, file, findings)
    if "RANDFL" in adsl:
        member, rule = adsl["RANDFL"] == "Y", "all randomized patients"
    elif "RANDDT" in adsl and adsl["RANDDT"].notna().any():
        member, rule = adsl["RANDDT"].notna(), "all patients with a date of randomization"
    else:
        member, rule = has_arm(adsl["TRT01P"]), _ALL_ASSIGNED
    return member, (f"{flag} is absent: {rule} are analysed.",)


def _safety(adsl: pd.DataFrame, flag: str, file: str, findings: Findings) -> Rule:
    """Return who is in the safety population, and which rule stood in for an absent SAFFL."""
    if flag in adsl:
        return adsl[flag] == "Y", ()
    if flag != "SAFFL":
        _absent(adsl, flag, file, findings)
    if "TRTSDT" in adsl and adsl["TRTSDT"].notna().any():
        member, rule = adsl["TRTSDT"].notna(), "all patients with a first date of treatment"
    elif "TRT01A" in adsl:
        member, rule = has_arm(adsl["TRT01A"]), "all patients with a treatment taken"
    else:
        member, rule = has_arm(adsl["TRT01P"]), _ALL_ASSIGNED
    return member, (f"{flag} is absent: {rule} are in the safety population.",)


def _absent(adsl: pd.DataFrame, flag: str, file: str, findings: Findings) -> None:
    flags = ", ".join(column for column in adsl if column.endswith("FL")) or "none"
    rule = "named under populations in trial.yml, is not there"
    findings.problem(file, flag, rule, hint=f"flags in ADSL: {flags}")


def _refuse_unknown_arms(
    adsl: pd.DataFrame,
    unknown: pd.Series,
    variable: str,
    file: str,
    refused: set[tuple],
    findings: Findings,
) -> None:
    """Refuse members of a population whose arm trial.yml does not know, once per variable."""
    if variable in refused or not unknown.any():
        return
    refused.add(variable)
    first = adsl.loc[unknown, ["USUBJID", variable]].head(50).itertuples(index=False)
    findings.problem(
        file,
        variable,
        "is no value of an arm in trial.yml",
        int(unknown.sum()),
        examples(f"{patient}: {'blank' if pd.isna(arm) else arm}" for patient, arm in first),
        "add the value to an arm's values, or add an arm, or correct the population's flag",
    )


def _remarks(
    adsl: pd.DataFrame, efficacy: pd.Series, crossed: pd.Series, findings: Findings
) -> None:
    if outside := int((~efficacy).sum()):
        findings.remark(
            f"{outside:,} of {counted_noun(len(adsl), 'patient')} in ADSL "
            f"{'is' if outside == 1 else 'are'} not in the efficacy population."
        )
    if n := int(crossed.sum()):
        findings.remark(
            f"{counted_noun(n, 'patient')} took the treatment of another arm than planned: "
            "efficacy goes by the planned arm, safety by the treatment taken."
        )
