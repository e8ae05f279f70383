"""How a number is printed: the one formatter of the book.

Percentages have one decimal, hazard ratios two, P values follow the *New England Journal of
Medicine*: two decimals down to 0.01, three down to 0.001, then ``<0.001``. Rounding is half up
on the decimal number, as a reader with pencil and paper does it and as SAS does, not on its
binary neighbour.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trialbook.escape import MARK
from trialbook.kinds import HAZARD_RATIO, MINUS, P_VALUE, RATIO, kind_of
from trialbook.results import CURVE

if TYPE_CHECKING:
    from trialbook.trial import Trial

MOST_DIGITS = 6
# What stands on one side of no difference: an estimate gets one decimal more for that, a limit as
# many as it takes.
ESTIMATES = {"ratio", "rate_ratio", "odds_ratio", "win_ratio"}
SIDED = ESTIMATES | {"lower", "upper"}


@lru_cache(maxsize=2**16)  # each number is printed for the pages and once more for the files
def rounded(value: float, digits: int) -> str:
    """Return `value` with `digits` decimals, rounded half up on the decimal number.

    Three significant digits are left of a number of 10¹² or more, such as the upper limit of a
    geometric mean of two patients.

    >>> rounded(0.125, 2), rounded(2.675, 2), rounded(-0.04, 1), rounded(1.234e40, 2)
    ('0.13', '2.68', '0.0', '1.23e+40')
    """
    if abs(value) >= 1e12:
        return f"{value:.3g}".replace("-", MINUS)
    # Twelve significant digits: what lies beyond is the arithmetic's dust, not data.
    exact = Decimal(f"{value:.12g}").quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    text = f"{abs(exact):,f}" if abs(exact) >= 10_000 else f"{abs(exact):f}"
    return f"{MINUS}{text}" if exact < 0 else text


def p_value(value: float, digits: int | None = None) -> str:
    """Return a P value as the *New England Journal of Medicine* prints it.

    Two decimals down to 0.01, three down to 0.001, below that ``<0.001``; a value below 0.05
    that two decimals would round up to it keeps the decimals that show the side on which it
    stands.

    >>> [p_value(p) for p in (0.68, 0.0311, 0.00304, 0.0004, 0.0481, 0.9999)]
    ['0.68', '0.03', '0.003', '<0.001', '0.048', '1.00']
    """
    if digits is None:
        if value < 0.001:
            return "<0.001"
        digits = 3 if value < 0.01 else 2
        while value < 0.05 and float(rounded(value, digits)) >= 0.05 and digits < 6:
            digits += 1
    smallest = 10.0**-digits
    return f"<{rounded(smallest, digits)}" if value < smallest else rounded(value, digits)


def ratio_digits(values: Sequence[float]) -> int:
    """Return with how many decimals a hazard ratio and its limits are printed: two, mostly.

    More where two would print some of them alike, as of a covariate that is measured in small
    units, and so many that no limit which is not 1 reads as 1: a limit keeps its side of 1 as a
    P value keeps its side of 0.05. The estimate, which claims no side, gets three for that at the
    most.

    Parameters
    ----------
    values : sequence of float
        The estimate first, then its limits.

    >>> ratio_digits([0.4449, 0.2551, 0.7743]), ratio_digits([1.0006, 0.9998, 1.0013])
    (2, 4)
    >>> ratio_digits([0.8, 0.641, 0.9983]), ratio_digits([0.9999, 0.8, 1.25])
    (3, 3)
    """
    _, *limits = values
    known = {value for value in values if np.isfinite(value)}
    for digits in range(RATIO.digits, MOST_DIGITS):
        apart = len({rounded(value, digits) for value in known}) == len(known)
        sided = limits if digits > RATIO.digits else values
        if apart and not any(_reads_as(value, 1, digits) for value in sided):
            return digits
    return MOST_DIGITS if len(known) > 1 else RATIO.digits


def _reads_as(value: float, none: float, digits: int) -> bool:
    """Return whether a value that is not `none` would be printed like it."""
    if not np.isfinite(value) or value == none:
        return False
    return rounded(value, digits) == rounded(none, digits)


def printed_ratio(hr: float, lower: float, upper: float) -> tuple[str, str, str]:
    """Return a hazard ratio and its limits as the book prints them together."""
    digits = ratio_digits([hr, lower, upper])
    return tuple(
        printed(name, value, digits=digits)
        for name, value in zip(HAZARD_RATIO, (hr, lower, upper), strict=True)
    )


# A hazard ratio that events can find differs little from the one planned.
PLANNED_DIGITS = 3


def planned_ratio(value: float) -> str:
    """Return a hazard ratio of a plan, without needless zeros: ``"0.475"``, ``"0.47"``."""
    text = rounded(value, PLANNED_DIGITS)
    return text[:-1] if text.endswith("0") else text


def size_of(difference: str, lower: str, upper: str) -> tuple[str, str, str]:
    """Return a printed difference without its sign, its limits turned to the same direction.

    For words that say the direction: "44.0 days less (95% CI, 30.9 to 57.2)".

    >>> size_of("−44.0", "−57.2", "3.0")
    ('44.0', '−3.0', '57.2')
    """
    if not difference.startswith(MINUS):
        return difference, lower, upper

    def turned(text: str) -> str:
        if text.startswith(MINUS):
            return text.removeprefix(MINUS)
        return f"{MINUS}{text}" if text.strip(f"0.%{MARK}") else text

    return turned(difference), turned(upper), turned(lower)


def is_zero(text: str) -> bool:
    """Return whether a printed difference reads as none.

    >>> is_zero("0.0"), is_zero("0.1"), is_zero("NE")
    (True, False, False)
    """
    return bool(text) and not text.strip(f"0.{MINUS}{MARK}")


def with_sign(text: str) -> str:
    """Return a printed P value as it stands in a sentence.

    >>> with_sign("0.03"), with_sign("<0.001")
    ('P=0.03', 'P<0.001')
    """
    return f"P{text}" if text.startswith("<") else f"P={text}"


def printed(
    statistic: str,
    value: float | None,
    *,
    analysis: str = "",
    level: str = "",
    method: str = "",
    arm: str = "",
    digits: int | None = None,
    per_shown: float = 1.0,
) -> str:
    """Return one statistic as the book prints it.

    Parameters
    ----------
    statistic : str
        A statistic of the results frame, ``"hr"`` say.
    value : float or None
        Its value at full precision; None or NaN means not estimable.
    analysis, level, method, arm : str
        As in the results frame; they tell what a limit is a limit of.
    digits : int, optional
        Decimals, instead of the convention's.
    per_shown : float, default 1
        AVAL units in one shown unit (30.4375 days in a month), for statistics that are times.

    Returns
    -------
    str
        ``"NE"`` for not estimable, ``"not reached"`` for a median that was not reached.

    Examples
    --------
    >>> printed("hr", 0.4449), printed("percent", 16.379), printed("survival", 0.8361)
    ('0.44', '16.4', '83.6%')
    """
    kind = kind_of(statistic, analysis, level, method, arm)
    if value is None or np.isnan(value):
        return kind.missing
    if np.isinf(value):
        return f"{MINUS}∞" if value < 0 else "∞"
    if kind is P_VALUE:
        return p_value(value, digits)
    shown = value * kind.factor / (per_shown if kind.time else 1.0)
    places = kind.digits if digits is None else digits
    if digits is None and kind.none is not None and statistic in SIDED:
        most = places + 1 if statistic in ESTIMATES else MOST_DIGITS
        while places < most and _reads_as(shown, kind.none, places):
            places += 1
    return rounded(shown, places) + kind.unit


@dataclass(frozen=True)
class Printer:
    """The formatter with a trial's units and digits.

    Attributes
    ----------
    digits : dict
        Decimals of the means of a variable or parameter, by PARAMCD; an SD gets one more.
    ratios : frozenset of str
        Laboratory parameters whose change is a ratio to baseline.
    per_shown : float
        AVAL units in one shown unit of time.
    """

    digits: dict[str, int] = field(default_factory=dict)
    ratios: frozenset[str] = frozenset()
    per_shown: float = 1.0

    @classmethod
    def of(cls, trial: "Trial") -> "Printer":
        """Return the formatter of a trial."""
        config = trial.config
        items = [(item.variable, item.digits) for item in (*config.baseline, *config.exposure)]
        items += [(item.paramcd, item.digits) for item in config.laboratory]
        return cls(
            digits={code: digits for code, digits in items if digits is not None},
            ratios=frozenset(
                item.paramcd for item in config.laboratory if item.summary == "geometric"
            ),
            per_shown=1 / float(trial.time.to_show(1.0)),
        )

    def text(
        self,
        statistic: str,
        value: float,
        *,
        analysis: str,
        paramcd: str = "",
        arm: str = "",
        level: str = "",
        method: str = "",
        digits: int | None = None,
    ) -> str:
        """Return one row of the results as the book prints it.

        `digits` is given for a hazard ratio, which takes those of its interval: `ratio_digits`.
        """
        if paramcd == "RANDDT" and value == value:
            return str(np.datetime64("1970-01-01") + np.timedelta64(int(value), "D"))
        return printed(
            statistic,
            value,
            analysis=analysis,
            level=level,
            method=method,
            arm=arm,
            per_shown=self.per_shown,
            digits=self._digits(statistic, analysis, paramcd, level, method)
            if digits is None
            else digits,
        )

    def _digits(
        self, statistic: str, analysis: str, paramcd: str, level: str, method: str
    ) -> int | None:
        """Return the variable's own decimals, for statistics in its unit."""
        own = self.digits.get(paramcd)
        if analysis == CURVE:
            analysis = level
        if own is None or analysis not in {"baseline", "exposure", "laboratory"}:
            return None
        if analysis == "laboratory" and method.startswith(("locf", "mmrm", "ancova")):
            if paramcd in self.ratios:
                return None
            own += 1
        if statistic in {"sd", "std_error"}:
            return own + 1
        in_its_unit = {"mean", "median", "q1", "q3", "min", "max", "geometric_mean"}
        return own if statistic in in_its_unit | {"lower", "upper", "difference"} else None

    def column(self, frame: pd.DataFrame) -> pd.Series:
        """Return the printed form of every row of a results frame."""
        names = ["analysis", "paramcd", "arm", "level", "method"]
        keys = frame[names].to_dict("records")
        texts = [
            self.text(statistic, value, **key, digits=digits)
            for statistic, value, key, digits in zip(
                frame["statistic"], frame["value"], keys, _digits_of_ratios(frame), strict=True
            )
        ]
        return pd.Series(texts, index=frame.index, dtype=str)


def _digits_of_ratios(frame: pd.DataFrame) -> list[int | None]:
    """Return every row's decimals: of a hazard ratio those of its interval, else None."""
    of_ratio = frame["statistic"].isin(HAZARD_RATIO)
    key = ["analysis", "paramcd", "arm", "subgroup", "level", "time", "method"]
    found: dict[int, int] = {}
    rows = frame.assign(position=range(len(frame)))[of_ratio]
    for _, of in rows.groupby(key, dropna=False, sort=False):
        whole = sorted(of["statistic"]) == sorted(HAZARD_RATIO)
        values = list(of.sort_values("statistic")["value"])  # hr, hr_lower, hr_upper
        digits = ratio_digits(values) if whole else RATIO.digits
        found |= dict.fromkeys(of["position"], digits)
    return [found.get(position) for position in range(len(frame))]


def printed_results(frame: pd.DataFrame, trial: "Trial") -> pd.Series:
    """Return the printed form of every row, in the trial's units and with its digits."""
    return Printer.of(trial).column(frame)
