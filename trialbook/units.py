"""Units of time: what AVAL counts in, and what is shown."""

from dataclasses import dataclass
from itertools import chain, count
from typing import Literal, overload

import numpy as np
from numpy.typing import ArrayLike

Unit = Literal["days", "weeks", "months", "years"]

DAYS_PER_UNIT: dict[str, float] = {"days": 1.0, "weeks": 7.0, "months": 30.4375, "years": 365.25}

# Steps between ticks that readers of each unit expect.
STEPS = {
    "days": (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000),
    "weeks": (1, 2, 4, 8, 13, 26, 52, 104, 208, 520),
    "months": (1, 2, 3, 6, 12, 24, 36, 60, 120, 240),
    "years": (0.25, 0.5, 1, 2, 5, 10, 20, 50),
}


@dataclass(frozen=True)
class Time:
    """The unit of AVAL and the unit in which times are shown.

    Attributes
    ----------
    unit, show : str
        ``"days"``, ``"weeks"``, ``"months"`` or ``"years"``; a month is 30.4375 days, a year
        365.25.
    origin : str
        From when time counts: ``"randomization"`` or ``"the start of follow-up"``.
    """

    unit: str
    show: str
    origin: str

    @overload
    def to_show(self, values: float) -> float: ...
    @overload
    def to_show(self, values: ArrayLike) -> np.ndarray: ...
    def to_show(self, values):
        """Return times in AVAL's unit in the unit that is shown."""
        factor = DAYS_PER_UNIT[self.unit] / DAYS_PER_UNIT[self.show]
        return np.multiply(values, factor)

    def ticks(self, last: float, most: int = 11) -> np.ndarray:
        """Return whole steps of the shown unit from 0 up to a time, the finest that fit.

        Parameters
        ----------
        last : float
            In the shown unit.
        most : int
            How many steps there may be.

        Returns
        -------
        numpy.ndarray
            In the shown unit, 0 included.
        """
        steps = STEPS[self.show]
        longer = (steps[-1] * 10**k for k in count())
        step = next(step for step in chain(steps, longer) if last / step <= most)
        return np.arange(0.0, last + 1e-9, step)

    @property
    def per_year(self) -> float:
        """How many of AVAL's units are a year."""
        return DAYS_PER_UNIT["years"] / DAYS_PER_UNIT[self.unit]

    @property
    def label(self) -> str:
        """A time axis's label, ``"Months since randomization"``."""
        return f"{self.show.capitalize()} since {self.origin}"
