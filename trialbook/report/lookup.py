"""Find a number in a results frame by its key, and say it as the book prints it."""

import math
import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from trialbook.analyses.common import method_at
from trialbook.report.printed import HAZARD_RATIO, Printer, ratio_digits
from trialbook.report.withholding import WITHHELD, row_keys, withheld

if TYPE_CHECKING:
    from trialbook.trial import Trial

_STATISTIC = re.compile(r"\{(\w+)\}")


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
        self._printer = Printer.of(trial)
        # Printed on demand: a table shows a few of thousands of rows.
        self._found = dict(zip(row_keys(results), results["value"], strict=True))
        self._withheld = withheld(results, trial)

    @property
    def ci(self) -> str:
        """What the intervals are called: ``"95% CI"``."""
        return f"{100 * self.conf_level:g}% CI"

    def _key(
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
    ) -> tuple:
        """Return the key of a statistic, of the level asked for where there is one."""
        of = (analysis, paramcd, arm, subgroup, level, _time(time))
        at_level = (*of, method_at(method, self.conf_level), statistic)
        return at_level if at_level in self._found else (*of, method, statistic)

    def value(self, statistic: str, *key: str, **row: Any) -> float:
        """Return a value at full precision; NaN where it is absent, withheld, not estimable.

        Parameters
        ----------
        statistic : str
        *key : str
            The analysis, and as far as they are not empty paramcd and arm.
        **row
            subgroup, level, time (in AVAL's unit) and method, as far as they are not empty.
        """
        place = self._key(statistic, *key, **row)
        shown = self._withheld.get(place)
        return self._found.get(place, math.nan) if shown is None else shown.value

    def withholds(self, statistic: str, *key: str, **row: Any) -> bool:
        """Return whether a `value` is there and is not shown to readers of confidential data."""
        shown = self._withheld.get(self._key(statistic, *key, **row))
        return shown is not None and shown.hides

    def text(self, template: str, *key: str, **row: Any) -> str:
        """Return a template such as ``"{n} ({percent})"`` with printed statistics filled in.

        Its statistics have one key, given as for `value`. Empty where none of them is there;
        ``NE`` stands for one that is not estimable, an empty string for one that is absent
        beside others. Where a count is too small to be shown, that is all that is said; or the
        whole percentage, if that may be.
        """
        places = {name: self._key(name, *key, **row) for name in _STATISTIC.findall(template)}
        places = {name: place for name, place in places.items() if place in self._found}
        if not places:
            return ""
        stands_for = {name: self._withheld.get(place) for name, place in places.items()}
        marks = [shown.text for shown in stands_for.values() if shown and shown.hides]
        if marks:
            percent = stands_for.get("percent")
            if percent and not percent.hides:
                return f"{percent.text}%"
            return next((mark for mark in marks if mark != WITHHELD), WITHHELD)
        found = {
            name: shown.text if (shown := stands_for[name]) else self._printed(place)
            for name, place in places.items()
        }
        if set(found.values()) == {"NE"}:
            return "NE"
        return _STATISTIC.sub(lambda match: found.get(match.group(1), ""), template)

    def _printed(self, place: tuple) -> str:
        analysis, paramcd, arm, _, level, _, method, statistic = place
        digits = None
        if statistic in HAZARD_RATIO:
            digits = ratio_digits(
                [self._found.get((*place[:-1], one), math.nan) for one in HAZARD_RATIO]
            )
        return self._printer.text(
            statistic,
            self._found[place],
            analysis=analysis,
            paramcd=paramcd,
            arm=arm,
            level=level,
            method=method,
            digits=digits,
        )

    def has(self, analysis: str, **key: str) -> bool:
        """Return whether any result of an analysis agrees with the parts of the key given."""
        return bool(len(self._agreeing(analysis, key)))

    def distinct(self, column: str, analysis: str, **key: str) -> list:
        """Return the distinct values of a column among results of an analysis, in their order.

        Of confidential data without those that fewer patients have than may be counted: that
        somebody left for such a reason, say, is not told.
        """
        agreeing = self._agreeing(analysis, key)
        rare = self._rare(agreeing, column)
        return [value for value in dict.fromkeys(agreeing[column]) if value not in rare]

    def leaves_out(self, column: str, analysis: str, **key: str) -> bool:
        """Return whether `distinct` leaves values out since too few patients have them."""
        return bool(self._rare(self._agreeing(analysis, key), column))

    def _rare(self, rows: pd.DataFrame, column: str) -> set:
        """Return the values of a column that too few patients have, in all arms together."""
        least = self.trial.min_cell
        if least <= 1 or column not in ("level", "paramcd", "subgroup", "time"):
            return set()
        arms = [arm.code for arm in self.trial.arms]
        counts = rows[(rows["statistic"] == "n") & rows["arm"].isin(arms)]
        line = ["paramcd", "subgroup", "level", "method", "time"]
        totals = counts.fillna({"time": -1.0}).groupby(line)["value"].sum().reset_index()
        most = totals.groupby(column)["value"].max()
        return set(most.index[most.between(0, least, inclusive="neither")])

    @cached_property
    def _by_analysis(self) -> dict[str, pd.DataFrame]:
        return dict(iter(self.results.groupby("analysis", sort=False)))

    def _agreeing(self, analysis: str, key: dict[str, str]) -> pd.DataFrame:
        """Return the rows of an analysis that agree with the parts of the key given."""
        found = self._by_analysis.get(analysis, self.results.iloc[:0])
        for column, wanted in key.items():
            ways = {wanted, method_at(wanted, self.conf_level)} if column == "method" else {wanted}
            found = found[found[column].isin(ways)]
        return found

    def landmarks(self, paramcd: str) -> list[float]:
        """Return the times at which survival is compared for an end point, in AVAL's unit."""
        return sorted(set(self.distinct("time", "landmark", paramcd=paramcd)))


def _time(time: float | None) -> float | None:
    """Return None for no time, so that NaN, which equals nothing, can be part of a key."""
    return None if time is None or math.isnan(time) else float(time)
