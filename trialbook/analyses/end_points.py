"""All end points at once: every estimate that a report gives of each."""

from collections.abc import Sequence

import pandas as pd

from trialbook.analyses.common import joined
from trialbook.analyses.effects import average_hazard, landmark, rmst
from trialbook.analyses.hazards import TIES, cox, log_rank
from trialbook.analyses.noninferiority import noninferiority
from trialbook.analyses.strata import strata
from trialbook.analyses.time_to_event import incidence_rate, kaplan_meier
from trialbook.trial import Trial


def end_points(
    trial: Trial,
    *,
    ties: str = "efron",
    conf_level: float = 0.95,
    horizon: float | None = None,
    landmarks: Sequence[float] | None = None,
) -> pd.DataFrame:
    """Estimate all end points: survival, tests, hazard ratios, rates, differences.

    Parameters
    ----------
    trial : Trial
    ties : str
        The handling of ties that comes first; the others follow as variants.
    conf_level : float
        Level of the intervals.
    horizon, landmarks
        In AVAL's unit; trial.yml's by default.

    Returns
    -------
    pandas.DataFrame
        Results of ``kaplan_meier``, ``log_rank``, ``cox``, ``incidence_rate``, ``landmark``,
        ``rmst`` and ``average_hazard`` for every end point of trial.yml, ``noninferiority`` and
        ``strata`` for the primary one.
    """
    ways = [ties, *(way for way in TIES if way != ties)]
    return joined(
        part
        for endpoint in trial.endpoints
        for part in (
            kaplan_meier(trial, endpoint, conf_level=conf_level),
            log_rank(trial, endpoint),
            cox(trial, endpoint, ties=ways, conf_level=conf_level),
            incidence_rate(trial, endpoint, conf_level=conf_level),
            landmark(trial, endpoint, landmarks=landmarks, conf_level=conf_level),
            rmst(trial, endpoint, horizon=horizon, conf_level=conf_level),
            average_hazard(trial, endpoint, horizon=horizon, conf_level=conf_level),
            *(_of_primary(trial, ties, conf_level) if endpoint == trial.primary else []),
        )
    )


def _of_primary(trial: Trial, ties: str, conf_level: float) -> list[pd.DataFrame]:
    """Return what is said of the primary end point alone."""
    return [noninferiority(trial, ties=ties, conf_level=conf_level), strata(trial)]
