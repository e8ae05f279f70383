"""Blinded: the arms pooled into one, and what tells who was given what taken out of the data.

Whoever must stay blind may see the trial as a whole. A trial that is read blinded has one arm,
so that every analysis of one arm holds for it, and none can compare.
"""

import re

import numpy as np
import pandas as pd

from trialbook.config import Arm, TrialConfig

CODE = "POOLED"
LABEL = "Pooled treatments"

# ADaM's variables of treatment and dose: TRT01P, TRT01AN, TRTP, TRTSEQA, TR01PG1, ARM, ACTARMCD,
# DOSE01P, DOSCUMA; the dates, durations and flags of treatment (TRTSDT, TRTEMFL) are others.
_TREATMENT = re.compile(
    r"TRT(\d\d)?[PA]N?|TRTSEQ[PA]N?|TR\d\d[PA]G\d+N?|(ACT)?ARM(CD|N|NRS|UD)?"
    r"|DOS(E|CUM)?(\d\d)?[PAU]"
)
_NEEDED = ("TRT01P", "TRT01A")
# A variable from which the arm is guessed right so much more often than without it gives it away.
_GIVEN_AWAY = 0.8
_FEWEST_PER_VALUE = 5
_MOST_STEPS = 20
# What so large a share of an arm has been measured for, it was meant to be measured for.
_MOST = 0.5


def pooled_config(config: TrialConfig) -> TrialConfig:
    """Return trial.yml with one arm, and without what holds results by arm from elsewhere.

    That is the trial's own prose, a paper's figures, other trials, results over seeds.
    """
    return config.model_copy(
        update={
            "arms": (Arm(code=CODE, label=LABEL),),
            "comparisons": None,
            **dict.fromkeys(("published", "evidence", "seeds", "notes")),
        }
    )


def blinded(
    data: dict[str, pd.DataFrame], rows: dict[str, np.ndarray], config: TrialConfig
) -> tuple[dict[str, pd.DataFrame], dict[str, np.ndarray], TrialConfig, tuple[str, ...]]:
    """Return data sets and trial.yml without what tells the arms apart.

    Parameters
    ----------
    data : dict of DataFrame
        The data sets, ADSL among them, validated.
    rows : dict of numpy.ndarray of int
        Data set to the position in ADSL of each of its rows.
    config : TrialConfig
        trial.yml with its arms.

    Returns
    -------
    data : dict of DataFrame
        Without ADaM's variables of treatment and dose; TRT01P and TRT01A say `CODE`. Without the
        variables of ADSL whose values separate the arms, and the laboratory parameters that one
        arm alone has.
    rows : dict of numpy.ndarray of int
    config : TrialConfig
        `pooled_config` without these variables.
    notes : tuple of str
        What a page must say.
    """
    adsl = data["ADSL"]
    known = {value.strip().casefold() for arm in config.arms for value in arm.values}  # noqa: PD011
    planned = adsl["TRT01P"].astype(object).str.strip().str.casefold()
    arm = np.where(planned.isin(known), pd.factorize(planned)[0], -1)
    told = [
        name
        for name in adsl
        if name not in _NEEDED
        and not _TREATMENT.fullmatch(name)
        and (gives_away(adsl[name], arm) or (config.flat and name == config.flat.arm))
    ]
    notes = ["Blinded: the groups are pooled, and nothing is compared."]
    if told:
        notes.append(f"Left out, for it tells the groups apart: {', '.join(told)}.")
    blind = {name: _without_treatment(frame, known, told) for name, frame in data.items()}
    if "ADLB" in data:
        lost = _measured_in_one(blind["ADLB"]["PARAMCD"], rows["ADLB"], arm)
        kept = ~blind["ADLB"]["PARAMCD"].isin(lost).to_numpy()
        blind["ADLB"] = blind["ADLB"][kept].reset_index(drop=True)
        rows = rows | {"ADLB": rows["ADLB"][kept]}
        if lost:
            notes.append(f"Left out, for one group alone was measured: {', '.join(lost)}.")
        parameters = tuple(one for one in config.laboratory if one.paramcd not in lost)
        config = config.model_copy(update={"laboratory": parameters})
    gone = set(adsl) - set(blind["ADSL"])
    return blind, rows, _without(pooled_config(config), gone), tuple(notes)


def gives_away(values: pd.Series, arm: np.ndarray) -> bool:
    """Return whether a variable of ADSL tells a patient's arm.

    Parameters
    ----------
    values : pandas.Series, shape (n,)
        Numbers, text or dates.
    arm : numpy.ndarray of int, shape (n,)
        The patient's arm, -1 for none.

    Returns
    -------
    bool
        Whether one arm can be told from the others: whether to guess what is commonest among
        patients with the same value (numbers in steps of equal frequency) is right for so many
        more of them than always to guess the same. Values that few patients share, such as
        identifiers, tell nothing this way.
    """
    values, arm = values[arm >= 0], arm[arm >= 0]
    if len(np.unique(arm)) < 2:
        return False
    distinct = values.nunique(dropna=False)
    if distinct * _FEWEST_PER_VALUE <= len(values):
        steps = pd.factorize(values, use_na_sentinel=False)[0]
    elif values.dtype.kind in "fiuM":
        count = min(_MOST_STEPS, len(values) // _FEWEST_PER_VALUE)
        rank = values.rank(method="min", pct=True)
        steps = np.ceil(rank * count).fillna(-1).to_numpy()
    else:
        steps = values.isna().to_numpy()
    for one in np.unique(arm):
        of_arm = arm == one
        right = pd.crosstab(steps, of_arm).max(axis=1).sum() / len(arm)
        base = max(of_arm.mean(), 1 - of_arm.mean())
        if right - base >= _GIVEN_AWAY * (1 - base):
            return True
    return False


def _without_treatment(frame: pd.DataFrame, known: set[str], told: list[str]) -> pd.DataFrame:
    """Return a data set without variables of treatment; what it needs of them is pooled."""
    gone = [
        name
        for name in frame
        if name not in _NEEDED and (name in told or _TREATMENT.fullmatch(name))
    ]
    pooled = {}
    for name in _NEEDED:
        if name in frame:
            text = frame[name].astype(object)
            pooled[name] = text.mask(text.str.strip().str.casefold().isin(known), CODE)
    return frame.drop(columns=gone).assign(**pooled)


def _measured_in_one(paramcd: pd.Series, rows: np.ndarray, arm: np.ndarray) -> list[str]:
    """Return the parameters that most patients of one arm have and none of another."""
    n = pd.Series(arm[arm >= 0]).value_counts()
    measured = pd.DataFrame({"paramcd": paramcd.astype(object).to_numpy(), "patient": rows})
    measured = measured[rows >= 0].drop_duplicates()
    of_arm = pd.crosstab(measured["paramcd"], arm[measured["patient"]])
    share = of_arm.reindex(columns=n.index, fill_value=0) / n
    return sorted(share.index[(share.min(axis=1) == 0) & (share.max(axis=1) > _MOST)])


def _without(config: TrialConfig, gone: set[str]) -> TrialConfig:
    """Return trial.yml without variables of ADSL."""

    def kept(variables: tuple) -> tuple:
        return tuple(one for one in variables if getattr(one, "variable", one) not in gone)

    names = ("strata", "subgroups", "baseline", "exposure", "responses")
    models = {
        name: model
        for name, model in config.models.items()
        if not gone & {*model.covariates, *model.strata}
    }
    lists = {name: kept(getattr(config, name)) for name in names}
    return config.model_copy(update=lists | {"models": models})
