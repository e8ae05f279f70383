"""Single patients as they are drawn: distributions at baseline, peaks of the liver's values.

Every row of these is of one patient, or of those who share a value.
"""

import numpy as np
import pandas as pd

from trialbook.analyses.common import by_arm, joined
from trialbook.analyses.curves.points import MOST_POINTS, curve_rows
from trialbook.analyses.given import of_results
from trialbook.analyses.liver import liver_peaks, quadrants
from trialbook.results import CURVE, results_frame
from trialbook.trial import Trial

# Levels of the curves that are of single patients.
SINGLE_PATIENTS = ("baseline", "liver")


@of_results(CURVE, level="baseline")
def distributions(trial: Trial) -> pd.DataFrame:
    """Return the values of each baseline number, by arm.

    Parameters
    ----------
    trial : Trial

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``curve``, level ``baseline``, `paramcd` the variable, `time` a
        value: n, how many patients have it (values in steps of a thousandth of the range where
        there are more than `MOST_POINTS`). Without a time: n, q1, median, q3.
    """
    patients = trial.efficacy_population()
    frames = []
    for item in trial.config.baseline:
        name = item.variable
        if item.summary == "count" or name not in patients:
            continue
        if not pd.api.types.is_numeric_dtype(patients[name]):
            continue
        for code, of in by_arm(trial, patients):
            values = of[name].dropna().to_numpy(float)
            if not len(values):
                continue
            key = {"paramcd": name, "arm": code}
            of_all = {"n": [len(values)]}
            for statistic, share in (("q1", 0.25), ("median", 0.5), ("q3", 0.75)):
                of_all[statistic] = [np.quantile(values, share)]
            frames.append(curve_rows("baseline", [np.nan], of_all, **key))
            at, n = np.unique(_rounded(values), return_counts=True)
            frames.append(curve_rows("baseline", at, {"n": n}, **key))
    return joined(frames)


def _rounded(values: np.ndarray) -> np.ndarray:
    """Return values, in steps of a part of their range where they are too many to be drawn."""
    if len(np.unique(values)) <= MOST_POINTS:
        return values
    low, high = values.min(), values.max()
    step = (high - low) / (MOST_POINTS - 1)
    return low + step * np.round((values - low) / step)


@of_results(CURVE, level="liver")
def liver_marks(trial: Trial) -> pd.DataFrame:
    """Return each treated patient's peaks of transaminase and bilirubin.

    Parameters
    ----------
    trial : Trial

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``curve``, level ``liver``, `paramcd` HYSLAW, by arm; `time` merely
        numbers the marks of an arm: transaminase, bilirubin, in multiples of the upper limit of
        normal. Of many patients all that lie beyond a limit, and every n-th of the others.
        Empty where ADLB has not both.
    """
    peaks = liver_peaks(trial)
    if peaks is None:
        return results_frame([])
    usual = quadrants(peaks) == "neither"
    step = max(1, -(-int(usual.sum()) // MOST_POINTS))
    shown = peaks[~usual | (usual.cumsum() % step == 0)]
    frames = []
    for code, of in by_arm(trial, shown):
        # In the order of the values: the order of the patients is not told.
        marks = of[["transaminase", "bilirubin"]].sort_values(["transaminase", "bilirubin"])
        frames.append(
            curve_rows("liver", range(1, len(marks) + 1), marks, paramcd="HYSLAW", arm=code)
        )
    return joined(frames)
