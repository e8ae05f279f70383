"""What a printed number can have been before it was rounded, exactly.

"0.44" stands for every value from 0.435 to 0.445. Both ends count, because papers round a
half upwards or to even and never say which; a check that only an end satisfies is reported as
a matter of rounding.
"""

import math
import re
from dataclasses import dataclass
from fractions import Fraction

_NUMBER = re.compile(
    r"^\s*(?:P\s*)?(?P<relation><=|>=|[<>≤≥=])?\s*(?P<number>[-+]?\d+(?:\.\d+)?|[-+]?\.\d+)\s*%?\s*$",
    re.IGNORECASE,
)
_RELATIONS = {"≤": "<=", "≥": ">=", "=": "", None: ""}


@dataclass(frozen=True)
class Rounded:
    """A printed number and the values that print it.

    Attributes
    ----------
    text : str
        As printed.
    value : fractions.Fraction
        The printed number itself.
    digits : int
        Digits after the decimal point.
    low, high : fractions.Fraction or float
        Ends of the values that print it, both included; infinite on the open side of "<0.001".
    relation : str
        "", "<", "<=", ">" or ">=".
    """

    text: str
    value: Fraction
    digits: int
    low: Fraction | float
    high: Fraction | float
    relation: str = ""

    @property
    def unit(self) -> Fraction:
        """One unit of the last printed digit."""
        return Fraction(1, 10**self.digits)

    def contains(self, value: Fraction | float) -> bool:
        """Say whether `value` can print as this; ends included.

        A Fraction is compared exactly, a float with a relative tolerance of 1e-12.
        """
        slack = 0 if isinstance(value, Fraction | int) else 1e-12 * max(1.0, abs(value))
        return self.low - slack <= value <= self.high + slack

    def only_at_an_end(self, value: Fraction) -> bool:
        """Say whether `value` lies exactly half-way, so that the rule of rounding decides."""
        return not self.relation and value in (self.low, self.high)

    def overlaps(self, low: Fraction | float, high: Fraction | float) -> bool:
        """Say whether any value from `low` to `high` can print as this."""
        return self.low <= high and low <= self.high


def rounded(text: str) -> Rounded | None:
    """Read a printed number.

    Parameters
    ----------
    text : str
        "0.44", "<0.001", "1,234", "16.4%", "P=0.03", "0·44" or "−1.2".

    Returns
    -------
    Rounded or None
        None where `text` is no single number: a date, a ratio, words.
    """
    plain = str(text).replace("·", ".").replace("−", "-")
    plain = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", plain)
    match = _NUMBER.match(plain)
    if match is None:
        return None
    number = match["number"]
    digits = len(number.partition(".")[2])
    value, half = Fraction(number), Fraction(1, 2 * 10**digits)
    relation = _RELATIONS.get(match["relation"], match["relation"])
    low, high = value - half, value + half
    if relation.startswith("<"):
        low, high = -math.inf, value
    elif relation.startswith(">"):
        low, high = value, math.inf
    return Rounded(str(text), value, digits, low, high, relation)


def to_digits(value: Fraction | float, digits: int) -> str:
    """Print `value` with `digits` decimals, halves away from zero.

    A Fraction is rounded exactly. Of a float twelve significant digits count, as in the book's
    own formatter: 0.285 prints 0.29, although the nearest float lies below it.
    """
    exact = Fraction(value if isinstance(value, Fraction | int) else f"{value:.12g}")
    whole = math.floor(abs(exact) * 10**digits + Fraction(1, 2))
    sign = "-" if exact < 0 and whole else ""
    before, after = divmod(whole, 10**digits)
    return f"{sign}{before}.{after:0{digits}d}" if digits else f"{sign}{before}"
