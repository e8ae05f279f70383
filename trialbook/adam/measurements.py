"""What is measured at visits: laboratory values, vital signs and ECGs, as one data set."""

import numpy as np
import pandas as pd

from trialbook.adam.problems import Findings, examples
from trialbook.adam.rules.safety import without_doubled_parameters
from trialbook.adam.visits import with_visit_numbers

MEASURED = {"ADLB": "laboratory values", "ADVS": "vital signs", "ADEG": "ECGs"}


def with_measurements(
    data: dict[str, pd.DataFrame], files: dict[str, str], findings: Findings
) -> dict[str, pd.DataFrame]:
    """Return the data sets, ADVS and ADEG within ADLB, each visit with one number.

    They have the same variables, and their parameters different codes: trial.yml names them all
    under ``laboratory``. A parameter that two of them have is ADLB's.

    Parameters
    ----------
    data : dict of DataFrame
    files : dict of str
        Data set to its file; given ADLB's if it has none.
    findings : Findings
        Is told what was joined, numbered or left out.
    """
    parts: dict[str, pd.DataFrame] = {}
    taken: set[str] = set()
    for name in MEASURED:
        if name not in data:
            continue
        records = without_doubled_parameters(data[name], files[name], findings)
        records = with_visit_numbers(records, name, files[name], findings)
        if records is None:
            continue
        twice = sorted(taken & set(records["PARAMCD"].dropna().unique()))
        if twice:
            findings.remark(
                f"{name} holds parameters that ADLB has, too, and these are not used: "
                + ", ".join(examples(twice, 10)) + "."
            )  # fmt: skip
            records = records[~records["PARAMCD"].isin(twice)]
        taken |= set(records["PARAMCD"].dropna().unique())
        parts[name] = records
    others = {name: frame for name, frame in data.items() if name not in MEASURED}
    if not parts:
        return others
    if added := [name for name in parts if name != "ADLB"]:
        words = " and ".join(f"{MEASURED[name]} ({name})" for name in added)
        findings.remark(f"{words[0].upper()}{words[1:]} stand with the laboratory values.")
        files.setdefault("ADLB", files[added[0]])
    return others | {"ADLB": _joined(list(parts.values()))}


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of all parts; a variable that one of them lacks is missing there."""
    if len(parts) == 1:
        return parts[0]
    # without what is blank throughout, whose type says nothing
    whole = pd.concat([one.dropna(axis="columns", how="all") for one in parts], ignore_index=True)
    blank = [name for one in parts for name in one if name not in whole]
    return whole.assign(**dict.fromkeys(blank, np.nan))
