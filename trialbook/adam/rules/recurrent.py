"""ADTTER: start-stop intervals of recurrent events."""

import pandas as pd

from trialbook.adam.problems import Findings, examples
from trialbook.config import TrialConfig


def check_recurrent(
    adtter: pd.DataFrame, config: TrialConfig, file: str, findings: Findings
) -> None:
    """Note intervals that end before they begin, and intervals of a patient that overlap."""
    empty = adtter["AENDY"] <= adtter["ASTDY"]
    if empty.any():
        findings.problem(file, "ASTDY, AENDY", "an interval must end after it begins",
                         int(empty.sum()), examples(adtter.loc[empty, "USUBJID"]),
                         "an interval runs from ASTDY, excluded, to AENDY")  # fmt: skip
    ordered = adtter.sort_values(["PARAMCD", "USUBJID", "ASTDY", "AENDY"], kind="stable")
    of_one = ordered[["PARAMCD", "USUBJID"]].eq(ordered[["PARAMCD", "USUBJID"]].shift()).all(axis=1)
    overlap = of_one & (ordered["ASTDY"] < ordered["AENDY"].shift())
    if overlap.any():
        findings.problem(file, "ASTDY, AENDY", "intervals of a patient must not overlap",
                         int(overlap.sum()), examples(ordered.loc[overlap, "USUBJID"]))  # fmt: skip
    if not adtter["PARAMCD"].isin([endpoint.paramcd for endpoint in config.endpoints]).any():
        names = ", ".join(examples(adtter["PARAMCD"].unique()))
        findings.remark(f"ADTTER holds {names}, which trial.yml does not name as an end point.")
