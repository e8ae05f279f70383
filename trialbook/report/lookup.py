"""Find a number in a results frame by its key, and say it as the book prints it."""

import math
import re
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.analyses.common import method_at
from trialbook.report.printed import printed_results

if TYPE_CHECKING:
    from trialbook.trial import Trial

_STATISTIC = re.compile(r"\{(\w+)\}")
_OF = ["analysis", "paramcd", "arm", "subgroup", "level", "time", "method"]


class Lookup:
    """The results of a trial, found by key.

    A part of the key that is not given is empty, as in the results frame, so that a lookup
    never means two rows.

    Parameters
    ----------
    results : pandas.DataFrame
        A results frame, or several joined.
    trial : Trial
        The trial: its units of time and its digits.
    conf_level : float, default 0.95
        The level of the intervals; a method is looked for with its suffix (``efron@0.90``) too.
    """

    def __init__(self, results: pd.DataFrame, trial: "Trial", conf_level: float = 0.95):
        self.results = results
        self.trial = trial
        self.conf_level = conf_level
        printed = printed_results(results, trial)
        keys = results[[*_OF, "statistic"]].itertuples(index=False, name=None)
        self._found = {
            (*key[:5], _time(key[5]), *key[6:]): (value, text)
            for key, value, text in zip(keys, results["value"], printed, strict=True)
        }

    def value(
        self,
        statistic: str,
        analysis: str,
        paramcd: str = "",
        arm: str = "",
        *,
        subgroup: str = "",
        level: str = "",
        time: float | None = None,
        method: str = "",
    ) -> float:
        """Return a value at full precision; NaN where it is absent or not estimable."""
        of = (analysis, paramcd, arm, subgroup, level, _time(time))
        return self._get(of, method, statistic, (math.nan, ""))[0]

    def _get(self, of: tuple, method: str, statistic: str, otherwise=None):
        """Return value and text of a statistic, of the level asked for where there is one."""
        at_level = (*of, method_at(method, self.conf_level), statistic)
        return self._found.get(at_level) or self._found.get((*of, method, statistic), otherwise)

    def text(
        self,
        template: str,
        analysis: str,
        paramcd: str = "",
        arm: str = "",
        *,
        subgroup: str = "",
        level: str = "",
        time: float | None = None,
        method: str = "",
    ) -> str:
        """Return a template such as ``"{n} ({percent})"`` with printed statistics filled in.

        Empty where none of the statistics is there; ``NE`` stands for one that is not
        estimable, an empty string for one that is absent beside others.
        """
        key = (analysis, paramcd, arm, subgroup, level, _time(time), method)
        names = _STATISTIC.findall(template)
        found = {
            name: self._found[(*key, name)][1] for name in names if (*key, name) in self._found
        }
        if not found:
            return ""
        if set(found.values()) == {"NE"}:
            return "NE"
        return _STATISTIC.sub(lambda match: found.get(match.group(1), ""), template)

    def has(self, analysis: str, **key: str) -> bool:
        """Return whether any result of an analysis agrees with the parts of the key given."""
        return bool(self._agreeing(analysis, key).any())

    def distinct(self, column: str, analysis: str, **key: str) -> list:
        """Return the distinct values of a column among results of an analysis, in their order."""
        found = self.results.loc[self._agreeing(analysis, key), column]
        return list(dict.fromkeys(found))

    def _agreeing(self, analysis: str, key: dict[str, str]) -> pd.Series:
        found = self.results["analysis"] == analysis
        for column, wanted in key.items():
            if column == "method":
                wanted = [wanted, method_at(wanted, self.conf_level)]
                found &= self.results[column].isin(wanted)
            else:
                found &= self.results[column] == wanted
        return found

    def landmarks(self, paramcd: str) -> list[float]:
        """Return the times at which survival is compared for an end point, in AVAL's unit."""
        return sorted(set(self.distinct("time", "landmark", paramcd=paramcd)))


def _time(time: float | None) -> float | None:
    """Return None for no time, so that NaN, which equals nothing, can be part of a key."""
    return None if time is None or math.isnan(time) else float(time)
