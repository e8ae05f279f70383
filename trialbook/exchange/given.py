"""A trial of which no patients are at hand, but results made elsewhere."""

import math
from dataclasses import dataclass, field

import pandas as pd

from trialbook.results import CURVE


class NoPatientsError(ValueError):
    """What was asked takes patients, and the trial has results alone."""


# Where the size of a population is looked for, the best place first: analysis, level, and what
# else must hold. A count over several of them is one and the same in sound results.
_SIZES: dict[str, tuple[tuple[str, str], ...]] = {
    "efficacy": (("disposition", "EFFICACY"), ("kaplan_meier", ""), ("disposition", "RANDOMIZED")),
    "randomized": (("disposition", "RANDOMIZED"), ("disposition", "EFFICACY"),
                   ("kaplan_meier", "")),
    "safety": (("disposition", "SAFETY"),),
}  # fmt: skip
_OF_DATA_SET = {
    "ADAE": "adverse_events",
    "ADLB": "laboratory",
    "ADTTER": "recurrent",
    "ADDV": "deviation",
}
ALL = "all"


@dataclass(frozen=True, eq=False)
class Given:
    """Results made elsewhere, in the place of patients.

    Attributes
    ----------
    rows : pandas.DataFrame
        Columns ``analysis`` to ``value`` of a results frame, unique but for the value; curves too.
    unplaced : pandas.DataFrame
        What of the files is not in `rows`: `file`, `row`, its columns as they stand, `why`.
    classes : pandas.DataFrame
        AEBODSYS and AEDECOD: which term of adverse events is of which class, as far as is told.
    conf_type : str
        Of the intervals of survival: ``log-log``, ``log`` or ``plain``.
    sparse : frozenset of str
        End points of which a file tells survival at some times alone: their curves have no other
        points.
    """

    rows: pd.DataFrame = field(repr=False)
    unplaced: pd.DataFrame = field(repr=False)
    classes: pd.DataFrame = field(repr=False)
    conf_type: str = "log-log"
    sparse: frozenset[str] = frozenset()

    @property
    def n_results(self) -> int:
        """How many results the files tell, without the points that are drawn of some of them."""
        again = self.rows["analysis"].eq(CURVE) & self.rows["paramcd"].isin(self.sparse)
        return int((~again).sum())

    def sizes(self, population: str, primary: str, arms: list[str]) -> dict[str, float]:
        """Return how many patients each arm of a population has, and all together.

        Parameters
        ----------
        population : {"efficacy", "randomized", "safety"}
        primary : str
            PARAMCD of the primary end point, whose patients stand in for a population.
        arms : list of str

        Returns
        -------
        dict of str to float
            Arms whose size is told; ``all`` where every arm's is. Empty where none is.
        """
        for analysis, level in _SIZES[population]:
            of = self.rows["analysis"].eq(analysis) & self.rows["level"].eq(level)
            if analysis == "kaplan_meier":
                of &= self.rows["paramcd"].eq(primary)
            if found := self._counts(of, "n", arms):
                return found
        return {}

    def events(self, paramcd: str, arms: list[str]) -> tuple[dict[str, float], dict[str, float]]:
        """Return an end point's patients, and its patients with the event, by arm.

        As `sizes`; what is not told is not there.
        """
        of = self.rows["analysis"].eq("kaplan_meier") & self.rows["paramcd"].eq(paramcd)
        of &= self.rows["level"].eq("") & self.rows["time"].isna()
        return self._counts(of, "n", arms), self._counts(of, "n_events", arms)

    def has(self, name: str) -> bool:
        """Return whether anything is told of a data set (``ADAE``), or of a variable of ADSL."""
        if name in _OF_DATA_SET:
            return bool(self.rows["analysis"].eq(_OF_DATA_SET[name]).any())
        return bool(self.rows["paramcd"].eq(name).any())

    def last_time(self, paramcd: str) -> float:
        """Return the last time at which anything is told of an end point, NaN for none."""
        drawn = self.rows["analysis"].eq(CURVE) & self.rows["level"].eq("kaplan_meier")
        of = drawn | self.rows["analysis"].eq("kaplan_meier")
        return float(self.rows.loc[of & self.rows["paramcd"].eq(paramcd), "time"].max())

    def _counts(self, of: pd.Series, statistic: str, arms: list[str]) -> dict[str, float]:
        rows = self.rows[of & self.rows["statistic"].eq(statistic)]
        found = dict(zip(rows["arm"], rows["value"], strict=True))
        counts = {arm: found[arm] for arm in arms if math.isfinite(found.get(arm, math.nan))}
        if len(counts) == len(arms):
            counts[ALL] = sum(counts.values())
        return counts


class NoPatients:
    """What a trial of results has in the place of its data: nobody.

    It takes the place of `trialbook.adam.joins.Joins`; whatever would look at patients raises
    `NoPatientsError`, so that nothing is taken for none.
    """

    def __getattr__(self, name: str):
        """Raise `NoPatientsError`."""
        if name.startswith("__"):
            raise AttributeError(name)
        raise NoPatientsError("This trial has results alone: no patients are at hand.")
