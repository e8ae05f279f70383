"""Whether the data sets agree with each other and with trial.yml."""

__all__ = ["check_membership", "check_trial_data", "link_patients"]

import pandas as pd

from trialbook.adam.problems import Findings
from trialbook.adam.rules.named import check_named
from trialbook.adam.rules.patients import check_membership, link_patients
from trialbook.adam.rules.recurrent import check_recurrent
from trialbook.adam.rules.safety import check_adverse_events, check_laboratory
from trialbook.adam.rules.times import check_times
from trialbook.config import TrialConfig


def check_trial_data(
    data: dict[str, pd.DataFrame], config: TrialConfig, files: dict[str, str], findings: Findings
) -> None:
    """Note what contradicts across data sets and trial.yml.

    Parameters
    ----------
    data : dict of DataFrame
        The data sets that their schemas accept; what needs another is not checked.
    config : TrialConfig
    files : dict
        Data set to its file's name, for the messages.
    findings : Findings
    """
    if "ADTTE" in data:
        check_times(data["ADTTE"], config, files["ADTTE"], findings)
    if "ADAE" in data:
        check_adverse_events(data["ADAE"], files["ADAE"], findings)
    if "ADLB" in data:
        check_laboratory(data["ADLB"], files["ADLB"], findings)
    if "ADTTER" in data:
        check_recurrent(data["ADTTER"], config, files["ADTTER"], findings)
    check_named(data, config, findings)
