"""Rows that start and stop: one patient's intervals become one time with its entry."""

import numpy as np
import pandas as pd

from trialbook.adam.problems import Findings, counted_noun, examples
from trialbook.adam.table import written
from trialbook.config import Flat

_TOLERANCE = 1e-6


def one_interval(
    frame: pd.DataFrame, patient: pd.Series, flat: Flat, findings: Findings
) -> tuple[pd.DataFrame, pd.Series]:
    """Return one row for each patient (and end point): from the first start to the last stop.

    Each interval must begin where the one before it ended, and only the last may end in the
    event. Of other columns the values of the first interval stand, those at entry.

    Parameters
    ----------
    frame : pandas.DataFrame
        The flat file.
    patient : pandas.Series of str
        Whose row it is.
    flat : Flat
    findings : Findings
        Takes what is wrong, and that later values were left out.
    """
    keys = pd.DataFrame({"patient": patient})
    if flat.endpoint:
        keys["endpoint"] = frame[flat.endpoint]
    if not keys.duplicated().any() or any(frame[name].dtype.kind != "f"
                                          for name in (flat.start, flat.time)):  # fmt: skip
        return frame, patient
    order = np.lexsort((frame[flat.start], *(pd.factorize(keys[name])[0] for name in keys)))
    rows, keys, who = frame.iloc[order], keys.iloc[order], patient.iloc[order]
    first, last = ~keys.duplicated(), ~keys.duplicated(keep="last")
    gap = ~first & ((rows[flat.start] - rows[flat.time].shift()).abs() > _TOLERANCE)
    if gap.any():
        findings.problem(
            flat.file, f"{flat.start}, {flat.time}",
            "an interval of a patient must begin where the one before it ended",
            int(gap.sum()), examples(who[gap]),
            "correct the intervals; time out of observation between them is not analysed",
        )  # fmt: skip
    status = rows[flat.event].map(written, na_action="ignore")
    events = {value.casefold() for value in flat.event_value}
    early = status.str.casefold().isin(events) & ~last
    if early.any():
        findings.problem(
            flat.file, flat.event, "has an event before a patient's last interval",
            int(early.sum()), examples(who[early]),
            "events that recur are given as ADaM data sets, ADTTER beside ADSL and ADTTE",
        )  # fmt: skip
    moved = rows[flat.arm].ne(rows[flat.arm].shift()) & ~first
    if moved.any():
        findings.problem(
            flat.file, flat.arm, "changes between the intervals of a patient", int(moved.sum()),
            examples(who[moved]), "name the column of the arm that was assigned at the start",
        )  # fmt: skip
    one = rows[first].copy()
    for name in (flat.time, flat.event):
        one[name] = rows.loc[last, name].to_numpy()
    others = rows.drop(columns=[flat.start, flat.time, flat.event])
    moved = others.ne(others.shift()) & others.notna()
    later = list(others.columns[moved[~first].any()])
    findings.repair(
        flat.file, "", f"{len(rows):,} intervals of {counted_noun(int(first.sum()), 'patient')} "
        "joined, from the first start to the last stop",
    )  # fmt: skip
    if later:
        findings.repair(flat.file, "", "of what changes from interval to interval ("
                        + ", ".join(examples(later)) + ") the first value is taken")  # fmt: skip
    return one, who[first]
