"""One row per patient in ADSL, and no patient elsewhere whom ADSL does not know."""

import pandas as pd

from trialbook.adam.checks.times import used_paramcds
from trialbook.adam.problems import Findings, counted_noun, examples
from trialbook.config import TrialConfig


def check_patients(
    data: dict[str, pd.DataFrame], files: dict[str, str], findings: Findings
) -> None:
    """Note patients who stand twice in ADSL, and patients of other data sets not in ADSL."""
    known = data["ADSL"]["USUBJID"]
    twice = known.duplicated()
    if twice.any():
        findings.problem(
            files["ADSL"],
            "USUBJID",
            "a patient must stand in one row, not in more",
            int(twice.sum()),
            examples(known[twice]),
            "keep one row of each patient",
        )
    for name in data.keys() - {"ADSL"}:
        patients = data[name]["USUBJID"]
        unknown = ~patients.isin(known)
        if unknown.any():
            findings.problem(
                files[name],
                "USUBJID",
                "a patient must be in ADSL",
                int(unknown.sum()),
                examples(patients[unknown].head(1000)),
                "add the patients to ADSL, or take their rows out",
            )


def check_membership(
    data: dict[str, pd.DataFrame], config: TrialConfig, findings: Findings
) -> None:
    """Remark on patients of a population who have no row, and on rows outside a population."""
    if "ADTTE" in data:
        efficacy, adtte = data["efficacy"], data["ADTTE"]
        for paramcd in used_paramcds(config):
            there = adtte.loc[adtte["PARAMCD"] == paramcd, "USUBJID"]
            lacking = int((~efficacy["USUBJID"].isin(there)).sum())
            if len(there) and lacking:
                findings.remark(
                    f"{counted_noun(lacking, 'patient')} of the efficacy population "
                    f"{'has' if lacking == 1 else 'have'} no row of {paramcd} in ADTTE and "
                    f"{'is' if lacking == 1 else 'are'} not in its analyses."
                )
    if "ADAE" in data:
        outside = int((~data["ADAE"]["USUBJID"].isin(data["safety"]["USUBJID"])).sum())
        if outside:
            findings.remark(
                f"{counted_noun(outside, 'row')} of ADAE {'is' if outside == 1 else 'are'} of "
                "patients outside the safety population, and not counted."
            )
