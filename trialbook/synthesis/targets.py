"""Printed figures as targets: what a number must be so that it prints the same."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

KEY = (
    "ard_analysis",
    "ard_paramcd",
    "ard_arm",
    "ard_subgroup",
    "ard_level",
    "ard_time",
    "ard_method",
    "ard_statistic",
)


@dataclass(frozen=True)
class Target:
    """A statistic and the interval that it must fall in.

    Attributes
    ----------
    name : str
        What is measured; the search looks it up among the statistics of a candidate.
    lower, upper : float
        The interval, ends included.
    weight : float
        How much a miss counts in the search.
    """

    name: str
    lower: float
    upper: float
    weight: float = 1.0

    @classmethod
    def printed(cls, name: str, text: str, weight: float = 1.0) -> "Target":
        """Return the target of a printed figure."""
        return cls(name, *rounding_interval(text), weight)

    def miss(self, value):
        """Return how far outside the interval values lie, in half widths of the interval."""
        outside = np.maximum(self.lower - value, 0) + np.maximum(value - self.upper, 0)
        return self.weight * outside / ((self.upper - self.lower) / 2)


def rounding_interval(printed: str) -> tuple[float, float]:
    """Return the values that print as `printed`: half a unit of its last digit either way.

    The ends are drawn in by a five-hundredth of that, since programs differ in how they print a
    value that lies half-way.

    Examples
    --------
    >>> [round(end, 6) for end in rounding_interval("0.44")]
    [0.43501, 0.44499]
    """
    half = 0.5 * 10.0 ** -len(printed.partition(".")[2])
    inside = 0.998 * half
    return float(printed) - inside, float(printed) + inside


class Published:
    """A paper's printed figures, looked up by the key of the result that prints them.

    Parameters
    ----------
    path : pathlib.Path
        A ``published.csv`` with the columns `KEY`, ``printed`` and ``role``.
    """

    def __init__(self, path: Path):
        with path.open(newline="", encoding="utf-8") as file:
            self.figures = list(csv.DictReader(file))
        self._by_key = {tuple(row[k] for k in KEY): row for row in self.figures}

    def printed(
        self, analysis, paramcd, arm, statistic, *, subgroup="", level="", method=""
    ) -> str:
        """Return the printed figure with this key.

        Raises
        ------
        KeyError
            When the paper does not print it.
        """
        key = (analysis, paramcd, arm, subgroup, level, "", method, statistic)
        try:
            return self._by_key[key]["printed"]
        except KeyError:
            raise KeyError(f"no printed figure with the key {key}") from None

    def count(self, analysis, paramcd, arm, level="", statistic="n") -> int:
        """Return a printed count."""
        return int(self.printed(analysis, paramcd, arm, statistic, level=level))

    def counts(self, analysis, paramcd, arm) -> dict[str, int]:
        """Return the printed counts of a variable's levels, in the paper's order."""
        return {
            row["ard_level"]: int(row["printed"])
            for row in self.figures
            if (row["ard_analysis"], row["ard_paramcd"], row["ard_arm"], row["ard_statistic"])
            == (analysis, paramcd, arm, "n")
        }

    def target(self, name, *key, weight=1.0, **more) -> Target:
        """Return the printed figure with this key as a target called `name`."""
        return Target.printed(name, self.printed(*key, **more), weight)
