"""Units of time: what AVAL counts in, and what is shown."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

Unit = Literal["days", "weeks", "months", "years"]

DAYS_PER_UNIT: dict[str, float] = {"days": 1.0, "weeks": 7.0, "months": 30.4375, "years": 365.25}


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

    def to_show(self, values: ArrayLike) -> np.ndarray | float:
        """Return times in AVAL's unit in the unit that is shown."""
        factor = DAYS_PER_UNIT[self.unit] / DAYS_PER_UNIT[self.show]
        return np.multiply(values, factor)

    @property
    def per_year(self) -> float:
        """How many of AVAL's units are a year."""
        return DAYS_PER_UNIT["years"] / DAYS_PER_UNIT[self.unit]

    @property
    def label(self) -> str:
        """A time axis's label, ``"Months since randomization"``."""
        return f"{self.show.capitalize()} since {self.origin}"
