"""Rows of tiny data sets, a look-up of single results, the folders of reference data."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

SHARED = Path(__file__).parents[2].parent / "shared"


def shared(path):
    """Return a path of the shared material, or skip the test and say so."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"{path} is not here: it is shared beside the repository, not in it")
    return found


def value(frame, **key):
    """Return the value of the one row with these entries; others must be empty if not named."""
    empty = {"subgroup": "", "level": "", "method": ""}
    rows = frame
    for column, entry in (empty | key).items():
        rows = (
            rows[np.isclose(rows[column], entry)]
            if column == "time"
            else rows[rows[column] == entry]
        )
    assert len(rows) == 1, f"{len(rows)} rows for {key}"
    return rows["value"].item()


def patients(arms, **variables):
    """Return ADSL of patients P1, P2, ... with these arms, all of them analysed."""
    n = len(arms)
    adsl = {"STUDYID": ["T"] * n, "USUBJID": [f"P{i + 1}" for i in range(n)]}
    adsl |= {"TRT01P": list(arms), "TRT01A": list(arms), "ITTFL": ["Y"] * n, "SAFFL": ["Y"] * n}
    return pd.DataFrame(adsl | variables)


def times(adsl, aval, cnsr, paramcd="EVENT"):
    """Return ADTTE of one end point."""
    frame = {"USUBJID": adsl["USUBJID"], "PARAMCD": paramcd, "AVAL": aval, "AVALU": "DAYS"}
    return pd.DataFrame(frame | {"CNSR": cnsr})
