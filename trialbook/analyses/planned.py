"""The analysis that the plan laid down: which rows are the headline, and its fit to patients."""

from dataclasses import dataclass

import pandas as pd

from trialbook import survival
from trialbook.analyses.common import entry_of, pair, times_of
from trialbook.analyses.covariates import (
    complete,
    filled,
    lacking,
    model_columns,
    strata_of,
)
from trialbook.config import Comparison
from trialbook.results import method_at
from trialbook.survival import CoxModel
from trialbook.trial import Trial


@dataclass(frozen=True)
class Planned:
    """Where the rows of the planned analysis stand: the effect that every headline shows.

    The hazard ratio of a comparison has the key ``("cox", paramcd, "B vs A", method=model)``
    and no level, its interval and Wald P value likewise; the P value of the planned test has
    ``("log_rank", paramcd, "B vs A", method=test)``. `noninferiority` and `multiplicity` use the
    same fits. They hold for every end point.

    Attributes
    ----------
    test : str
        Method of the ``log_rank`` rows: empty, or ``stratified``.
    model : str
        Method of the ``cox`` rows: ``efron``, ``breslow``, ``exact``, ``stratified`` or
        ``adjusted:NAME``; of another level of confidence, see `at`.
    ties : str
        How the models handle ties, the stratified and the adjusted ones too.
    """

    test: str
    model: str
    ties: str

    def at(self, conf_level: float) -> str:
        """Return the method of the ``cox`` rows at another level: ``"stratified@0.90"``."""
        return method_at(self.model, conf_level)


def planned(trial: Trial, ties: str | None = None) -> Planned:
    """Return the planned analysis, as ``analysis:`` of trial.yml lays it down.

    Parameters
    ----------
    trial : Trial
    ties : str, optional
        What a chapter's parameter asks for in place of the plan's ties.

    Returns
    -------
    Planned

    Examples
    --------
    >>> plan = planned(trial)
    >>> lookup.value("hr", "cox", endpoint.paramcd, comparison.name, method=plan.model)
    >>> lookup.value("p_value", "log_rank", endpoint.paramcd, comparison.name, method=plan.test)
    """
    plan = trial.config.analysis
    ties = plan.ties if ties is None else ties
    return Planned(
        test="stratified" if plan.test == "stratified" else "",
        model=ties if plan.model == "unstratified" else plan.model,
        ties=ties,
    )


def planned_strata(trial: Trial, data: pd.DataFrame) -> list[str]:
    """Return the variables of trial.yml's strata of which ADSL has values."""
    absent = lacking(data, trial.config.strata)
    return [name for name in trial.config.strata if name not in absent]


def planned_model(
    trial: Trial,
    data: pd.DataFrame,
    comparison: Comparison,
    *,
    ties: str | None = None,
    conf_level: float = 0.95,
) -> CoxModel | None:
    """Fit the planned model to the patients of a comparison; treatment is the first term.

    Parameters
    ----------
    trial : Trial
    data : pandas.DataFrame
        Patients of all arms with one end point, see `Trial.time_to_event`, or a part of them.
    comparison : Comparison
    ties : str, optional
        In place of the plan's.
    conf_level : float

    Returns
    -------
    CoxModel or None
        None where an arm has no event: no hazard ratio is estimable.
    """
    plan = planned(trial, ties)
    covariates, strata = (), []
    if plan.model == "stratified":
        strata = planned_strata(trial, data)
        data = data[complete(data, strata)]
    elif name := plan.model.partition("adjusted:")[2]:
        model = trial.config.models[name]
        covariates, strata = model.covariates, list(model.strata)
        data = filled(data, [*covariates, *strata])
    patients, treated = pair(data, comparison)
    event = patients["event"].to_numpy(bool)
    if not (event[treated].any() and event[~treated].any()):
        return None
    return survival.cox(
        *times_of(patients),
        model_columns(patients, treated, covariates),
        strata=strata_of(patients, strata) if strata else None,
        entry=entry_of(patients),
        ties=plan.ties,
        conf_level=conf_level,
    )
