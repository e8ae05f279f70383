"""Whether the data sets agree with each other and with trial.yml."""

from difflib import get_close_matches

import pandas as pd

from trialbook.adam.problems import Findings, examples
from trialbook.config import TrialConfig

Frames = dict[str, pd.DataFrame]


def check_trial_data(
    data_sets: Frames, config: TrialConfig, files: dict[str, str], findings: Findings
) -> Frames:
    """Note what contradicts across data sets and trial.yml; return the data sets, completed.

    Parameters
    ----------
    data_sets : dict of DataFrame
        Those that their schemas accept; the checks of others are left out.
    config : TrialConfig
    files : dict
        Data set to its file's name, for the messages.
    findings : Findings
    """
    adsl = data_sets.get("ADSL")
    if adsl is not None:
        _one_row_per_patient(adsl, files, findings)
        for name, frame in data_sets.items():
            if name != "ADSL":
                _known_patients(frame, adsl, files[name], findings)
    return data_sets


def _one_row_per_patient(adsl: pd.DataFrame, files: dict[str, str], findings: Findings) -> None:
    twice = adsl["USUBJID"].duplicated()
    if twice.any():
        findings.problem(files["ADSL"], "USUBJID", "a patient has one row", int(twice.sum()),
                         examples(adsl.loc[twice, "USUBJID"]), "remove the other rows")  # fmt: skip


def _known_patients(frame: pd.DataFrame, adsl: pd.DataFrame, file: str, findings: Findings) -> None:
    unknown = ~frame["USUBJID"].isin(adsl["USUBJID"])
    if unknown.any():
        findings.problem(file, "USUBJID", "is not in ADSL", int(unknown.sum()),
                         examples(frame.loc[unknown, "USUBJID"]),
                         "add the patients to ADSL, or take their rows out")  # fmt: skip
