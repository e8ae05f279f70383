"""Other trials of the same question, beside this one: risk ratios with intervals."""

from pathlib import Path

import numpy as np
import pandas as pd

from trialbook.analyses.common import percent, results
from trialbook.config import versus
from trialbook.exchange.given import ALL
from trialbook.results import rows
from trialbook.survival.risk_ratio import RiskRatio, pooled_ratio, risk_ratio
from trialbook.trial import Trial

COLUMNS = ["trial", "reference", "outcome", "paramcd", "arm", "n_events", "n", "source"]
POOLED = "pooled"


def load_evidence(trial: Trial) -> pd.DataFrame:
    """Read the other trials that a trial's ``evidence`` file names.

    Parameters
    ----------
    trial : Trial
        The file has a row per trial, end point and arm: trial, reference (a key of the
        bibliography), outcome (as that trial defines it), paramcd (the end point of this trial
        to stand beside), arm (a code of this trial), n_events (patients with the event), n,
        source.

    Returns
    -------
    pandas.DataFrame
        These columns; the counts are int.

    Raises
    ------
    ValueError
        When there is no such file, or it is not of this format; all problems in one message.
    """
    if trial.evidence is None:
        raise ValueError(f"{trial.id}: trial.yml names no file of evidence")
    name = Path(trial.evidence).name
    table = pd.read_csv(trial.evidence, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    missing = [column for column in COLUMNS if column not in table]
    if missing:
        raise ValueError(f"{name}: no column {', '.join(missing)}")
    table = table[COLUMNS].apply(lambda column: column.str.strip())
    problems = []
    arms = {arm.code for arm in trial.arms}
    endpoints = {endpoint.paramcd for endpoint in trial.endpoints}
    for line, row in enumerate(table.itertuples(), start=2):
        if row.arm not in arms:
            problems.append(f"line {line}: arm {row.arm!r} is none of {', '.join(sorted(arms))}")
        if row.paramcd not in endpoints:
            problems.append(f"line {line}: paramcd {row.paramcd!r} is no end point of this trial")
        counts = (row.n_events, row.n)
        if not all(count.isdecimal() for count in counts) or int(counts[0]) > int(counts[1]):
            problems.append(f"line {line}: {' of '.join(counts)} is no count of patients")
    if table.duplicated(["trial", "paramcd", "arm"]).any():
        problems.append("a trial has two rows for the same end point and arm")
    if problems:
        raise ValueError(f"{name}: " + "; ".join(problems))
    return table.astype({"n_events": int, "n": int})


def evidence(trial: Trial) -> pd.DataFrame:
    """Set the risk ratios of other trials beside this trial's.

    Parameters
    ----------
    trial : Trial
        A trial with a file of evidence; see `load_evidence`.

    Returns
    -------
    pandas.DataFrame
        Results with analysis ``evidence``. Per arm and ``level`` (a trial, this one's id): n,
        n_events, percent. Per comparison and level: ratio, std_error (of its logarithm), lower,
        upper (95%), p_value (Katz et al. 1978); with level ``pooled`` the inverse-variance mean,
        and chisq, df, p_value of heterogeneity with method ``heterogeneity``. Empty, with a remark,
        where the trial has no such file.
    """
    if trial.evidence is None:
        return results([], ["No other trials are given."])
    records = []
    table = load_evidence(trial)
    for paramcd, of_endpoint in table.groupby("paramcd", sort=False):
        counts = {
            (name, row.arm): (row.n_events, row.n)
            for name, of_trial in of_endpoint.groupby("trial", sort=False)
            for row in of_trial.itertuples()
        }
        patients, events = trial.patients_and_events(paramcd)
        for arm in events.keys() & patients.keys() - {ALL}:
            counts[trial.id, arm] = (int(events[arm]), int(patients[arm]))
        records += _of_endpoint(trial, paramcd, counts)
    return results(records)


def _of_endpoint(
    trial: Trial, paramcd: str, counts: dict[tuple[str, str], tuple[int, int]]
) -> list[dict]:
    records = []
    for (name, arm), (events, n) in counts.items():
        statistics = {"n": n, "n_events": events, "percent": percent(events, n)}
        records += rows("evidence", statistics, paramcd=paramcd, arm=arm, level=name)
    for comparison in trial.comparisons:
        treated, control = comparison.treated.code, comparison.control.code
        ratios: dict[str, RiskRatio] = {}
        key = {"paramcd": paramcd, "arm": versus(treated, control)}
        for name in dict.fromkeys(name for name, _ in counts):
            pair = [counts.get((name, arm)) for arm in (treated, control)]
            if None in pair or not pair[0][1] or not pair[1][1]:
                continue
            ratios[name] = risk_ratio(*pair[0], *pair[1])
            records += rows("evidence", _statistics(ratios[name]), level=name, **key)
        known = [ratio for ratio in ratios.values() if not np.isnan(ratio.std_error)]
        if len(known) >= 2:
            mean = pooled_ratio(known)
            records += rows("evidence", _statistics(mean), level=POOLED, **key)
            apart = {
                "chisq": mean.chisq,
                "df": mean.df,
                "p_value": mean.heterogeneity_p_value,
            }
            records += rows("evidence", apart, level=POOLED, method="heterogeneity", **key)
    return records


def _statistics(ratio: RiskRatio) -> dict[str, float]:
    return {
        "ratio": ratio.ratio,
        "std_error": ratio.std_error,
        "lower": ratio.lower,
        "upper": ratio.upper,
        "p_value": ratio.p_value,
    }
