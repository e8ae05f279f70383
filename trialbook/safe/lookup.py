"""Find a number that readers may see by its key, and say it as the book prints it."""

import math
import re
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from trialbook.basis import Paper
from trialbook.escape import MARK
from trialbook.results import CURVE, KEY, method_at
from trialbook.safe.decisions import row_keys
from trialbook.safe.gate import COARSER, SHOWN, WITHHELD, safe

if TYPE_CHECKING:
    from trialbook.trial import Trial

_ABSENT = (math.nan, "", "")
_STATISTIC = re.compile(r"\{(\w+)\}")
# What stands beside an estimate is marked with it, not by itself.
_BESIDE = {"lower", "upper", "std_error", "hr_lower", "hr_upper", "sd", "q1", "q3"}
_ESTIMATES = (
    "n", "hr", "survival", "difference", "ratio", "risk_difference", "cumulative_incidence", "rmst",
    "rate", "rate_ratio", "mean", "geometric_mean", "median", "average_hazard", "odds_ratio",
)  # fmt: skip


class Lookup:
    """The results of a trial, found by key.

    A part of the key that is not given is empty, as in the results frame, so that a lookup
    never means two rows. Of synthetic patients a text carries `MARK` behind each number that
    their paper leaves free; who writes it decides how that is shown.

    Parameters
    ----------
    results : pandas.DataFrame
        A results frame, or several joined; they pass the gate here, unless they have.
    trial : Trial
        The trial: its units of time and its digits.
    conf_level : float, default 0.95
        The level of the intervals; a method is looked for with its suffix (``efron@0.90``) too.
    """

    def __init__(self, results: pd.DataFrame, trial: "Trial", conf_level: float = 0.95):
        self.results = results if "state" in results else safe(results, trial)
        self.trial = trial
        self.conf_level = conf_level
        self._paper = Paper(trial)
        columns = (self.results[name] for name in ("value", "state", "shown"))
        self._found = dict(zip(row_keys(results), zip(*columns, strict=True), strict=True))

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
        return self._found.get(self._key(statistic, *key, **row), _ABSENT)[0]

    def withholds(self, statistic: str, *key: str, **row: Any) -> bool:
        """Return whether a `value` is there and is not shown to readers."""
        return self._found.get(self._key(statistic, *key, **row), _ABSENT)[1] == WITHHELD

    def mark(self, statistic: str, *key: str, **row: Any) -> str:
        """Return what stands behind a `value` that the paper leaves free: `MARK`, or ''.

        For a number that is printed by itself; `text` has its marks.
        """
        place = self._key(statistic, *key, **row)
        return MARK if place in self._found and self._paper.leaves_free(place) else ""

    def marks_at(
        self, statistic: str, level: str, paramcd: str, arm: str, times: Sequence[float]
    ) -> list[str]:
        """Return what stands behind numbers read off a `curve` at times: `MARK`, or ''.

        Parameters
        ----------
        statistic, level, paramcd, arm : str
        times : sequence of float
            Places on the horizontal axis, whether the curve has points there or not.
        """
        rows = self._curves.get((level, paramcd, arm))
        if not self._paper or rows is None:
            return [""] * len(times)
        of, method = (CURVE, paramcd, arm, "", level), rows["method"].iloc[0]
        places = ((*of, float(t), method, statistic) for t in times)
        return [MARK if self._paper.leaves_free(place) else "" for place in places]

    @property
    def curve_mark(self) -> str:
        """What stands behind a number read off a curve: a paper prints the drawing alone."""
        return MARK if self._paper else ""

    def text(self, template: str, *key: str, **row: Any) -> str:
        """Return a template such as ``"{n} ({percent})"`` with printed statistics filled in.

        Its statistics have one key, given as for `value`. Empty where none of them is there;
        ``NE`` stands for one that is not estimable, an empty string for one that is absent
        beside others. Where a count is too small to be shown, that is all that is said; or the
        whole percentage, if that may be.
        """
        places = {name: self._key(name, *key, **row) for name in _STATISTIC.findall(template)}
        found = {
            name: self._found[place][1:] for name, place in places.items() if place in self._found
        }
        if not found:
            return ""
        marks = [text or WITHHELD for state, text in found.values() if state == WITHHELD]
        if marks:
            state, percent = found.get("percent", (WITHHELD, ""))
            if state == COARSER:
                return f"{percent}%"
            return next((mark for mark in marks if mark != WITHHELD), WITHHELD)
        texts = {name: text for name, (_, text) in found.items()}
        if set(texts.values()) == {"NE"}:
            return "NE"
        for name in self._marked({name: places[name] for name in found}):
            texts[name] += MARK if texts[name][-1:].isdigit() or texts[name][-1:] == "%" else ""
        return _STATISTIC.sub(lambda match: texts.get(match.group(1), ""), template)

    def _marked(self, places: dict[str, tuple]) -> list[str]:
        """Return which of the numbers that are printed together carry a mark.

        Where the first is free, it alone: the rest belongs to it.
        """
        free = [name for name, place in places.items() if self._paper.leaves_free(place)]
        if free and free[0] == next(iter(places)):
            free = free[:1]
        return [name for name in free if len(places) > 1 or not self._beside(places[name])]

    def _beside(self, place: tuple) -> bool:
        """Return whether a number belongs to an estimate, which carries the mark."""
        *of, statistic = place
        if statistic not in _BESIDE:
            return False
        estimates = [(*of, name) for name in _ESTIMATES if (*of, name) in self._found]
        return any(map(self._paper.leaves_free, estimates))

    def curve(self, level: str, paramcd: str, arm: str) -> pd.DataFrame:
        """Return what may be drawn of a curve.

        Parameters
        ----------
        level : str
            The analysis whose curve it is.
        paramcd, arm : str

        Returns
        -------
        pandas.DataFrame
            One row per place on the horizontal axis (``time``, increasing), one column per
            statistic, NaN where that one is withheld; empty where there is no curve.
            ``attrs["coarse"]``: not all of it is shown as it is.
        """
        rows = self._curves.get((level, paramcd, arm))
        if rows is None:
            return pd.DataFrame()
        shown = rows[(rows["state"] != WITHHELD) & rows["time"].notna()]
        curve = shown.set_index(["time", "statistic"])["value"].unstack().sort_index()  # noqa: PD010
        curve.attrs["coarse"] = bool((rows["state"] != SHOWN).any())
        return curve

    def drawn(self, *parts: tuple[str, dict[str, str]]) -> pd.DataFrame:
        """Return the rows behind a figure, to be taken along: those that are not withheld.

        Parameters
        ----------
        *parts : tuple of str and dict
            An analysis and parts of a key, of which the rows are.

        Returns
        -------
        pandas.DataFrame
            The columns of the key, ``value`` and ``shown``; of synthetic patients ``in_paper``,
            no where the paper leaves the number free.
        """
        found = [self._agreeing(analysis, key) for analysis, key in parts]
        rows = pd.concat(found, ignore_index=True)
        rows = rows.loc[rows["state"] != WITHHELD, [*KEY[1:], "value", "shown"]]
        if not self._paper:
            return rows
        free = map(self._paper.leaves_free, row_keys(rows))
        return rows.assign(in_paper=["no" if one else "yes" for one in free])

    @cached_property
    def _curves(self) -> dict[tuple[str, str, str], pd.DataFrame]:
        drawn = self._by_analysis.get(CURVE, self.results.iloc[:0])
        return dict(iter(drawn.groupby(["level", "paramcd", "arm"], sort=False)))

    def has(self, analysis: str, **key: str) -> bool:
        """Return whether any result of an analysis agrees with the parts of the key given."""
        return bool(len(self._agreeing(analysis, key)))

    def distinct(self, column: str, analysis: str, **key: str) -> list:
        """Return the distinct values of a column among results of an analysis, in their order.

        Without those that must not be named: that somebody left for a rare reason is not told.
        """
        rows = self._agreeing(analysis, key)
        return list(dict.fromkeys(rows.loc[_named(rows), column]))

    def leaves_out(self, column: str, analysis: str, **key: str) -> bool:
        """Return whether `distinct` leaves values out since too few patients have them."""
        rows = self._agreeing(analysis, key)
        named = _named(rows)
        return not set(rows.loc[~named, column]) <= set(rows.loc[named, column])

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


def _named(rows: pd.DataFrame) -> pd.Series:
    """Return which rows may be named, see `safe`."""
    return (rows["state"] != WITHHELD) | (rows["shown"] != "")


def _time(time: float | None) -> float | None:
    """Return None for no time, so that NaN, which equals nothing, can be part of a key."""
    return None if time is None or math.isnan(time) else float(time)
