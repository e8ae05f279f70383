"""All arms of a trial at once: the patients are sorted once for every estimate.

Kaplan-Meier curves, restricted means under them, log-rank tests, the Cox model of the arms and
its test of proportional hazards rest on the same counts by arm and time; see `risk_table`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from trialbook.survival import validation
from trialbook.survival.cox.data import CoxData
from trialbook.survival.cox.fit import TIES, model_of
from trialbook.survival.cox.model import CoxModel
from trialbook.survival.cox.risk_sets import pattern_sets
from trialbook.survival.kaplan_meier import CONF_TYPES, KaplanMeier, curve_of
from trialbook.survival.log_rank import LogRank, checked_weights, scores_of, test_of
from trialbook.survival.risk_table import RankedTimes, RiskTable, rank_times, risk_table


@dataclass(frozen=True)
class Arms:
    """Counts by arm and time of a trial.

    Attributes
    ----------
    labels : tuple
        The arms, sorted; the first is the reference of the Cox model.
    n : array of int, shape (k,)
        Patients of each arm.

    Examples
    --------
    >>> from trialbook.survival import by_arm
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> arms = by_arm(time, event, treated)
    >>> arms.labels
    (0, 1)
    >>> round(float(arms.log_rank().p_value), 4)
    0.5294
    """

    labels: tuple[Any, ...]
    n: np.ndarray
    ranked: RankedTimes
    event: np.ndarray
    codes: np.ndarray
    table: RiskTable

    def kaplan_meier(
        self, *, conf_level: float = 0.95, conf_type: str = "log-log"
    ) -> dict[object, KaplanMeier]:
        """Return the curve of each arm; see `trialbook.survival.kaplan_meier`."""
        validation.one_of(conf_type, CONF_TYPES, "conf_type")
        validation.check_conf_level(conf_level)
        return {
            label: curve_of(self.table, code, conf_level, conf_type)
            for code, label in enumerate(self.labels)
        }

    def log_rank(
        self, *, rho: float = 0.0, gamma: float = 0.0, trend: ArrayLike | bool | None = None
    ) -> LogRank:
        """Test whether the arms have the same hazard; see `trialbook.survival.log_rank`."""
        checked_weights(rho, gamma)
        scores = scores_of(trend, len(self.labels))
        return test_of(
            self.table, np.array(self.labels), self.n, rho=rho, gamma=gamma, scores=scores
        )

    def cox(self, *, ties: str = "efron", conf_level: float = 0.95) -> CoxModel:
        """Compare each further arm with the first by a Cox model; see `trialbook.survival.cox`."""
        validation.one_of(ties, TIES, "ties")
        validation.check_conf_level(conf_level)
        X = (self.codes[:, None] == np.arange(1, len(self.labels))).astype(float)
        names = tuple(str(label) for label in self.labels[1:])
        data = CoxData(self.ranked, self.event, X, names)
        if ties == "exact" and len(self.labels) > 2:
            return model_of(data, ties=ties, conf_level=conf_level)
        patterns = np.eye(len(self.labels))[:, 1:]
        sets = pattern_sets((patterns - data.center) / data.scale, self.table)
        return model_of(data, ties=ties, conf_level=conf_level, sets=sets)


def by_arm(time: ArrayLike, event: ArrayLike, arm: ArrayLike) -> Arms:
    """Sort the patients of a trial once, for all that follows.

    Parameters
    ----------
    time, event : array_like, shape (n,)
        As for `kaplan_meier`.
    arm : array_like, shape (n,)
        Labels of two arms or more; treated 0/1 will do.

    Returns
    -------
    Arms
        With the methods `kaplan_meier`, `log_rank` and `cox`; `rmst_of` takes its curves,
        `proportional_hazards` its model.

    Raises
    ------
    ValueError
        If an array cannot be analysed, or there is one arm only.

    Examples
    --------
    >>> from trialbook.survival import by_arm
    >>> time = [3, 5, 7, 9, 12, 2, 4, 6, 8, 11]
    >>> event = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    >>> treated = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    >>> arms = by_arm(time, event, treated)
    >>> {arm: float(curve.median[0]) for arm, curve in arms.kaplan_meier().items()}
    {0: 6.0, 1: 9.0}
    """
    times = validation.as_times(time)
    events = validation.as_flags(event, times.size)
    codes, labels = validation.as_groups(arm, times.size)
    ranked = rank_times(times)
    return Arms(
        labels=tuple(labels.tolist()),
        n=np.bincount(codes, minlength=labels.size),
        ranked=ranked,
        event=events,
        codes=codes,
        table=risk_table(ranked, events, codes),
    )
