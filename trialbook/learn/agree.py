"""`agree`: what was computed by hand, and what a library says, must be the same number.

On the ten patients and in the editions of this book a difference fails the build. On a user's
own trial a library may refuse, or differ for a reason that the book explains (no events in an
arm, ties): there it is said, and fails nothing.
"""

import os
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

TOLERANCE = 1e-9
STRICT = "TRIALBOOK_CHECKS"  # in the environment: "raise" fails where something is wrong


class DisagreementError(AssertionError):
    """Two ways to one number gave two."""


class Agreement:
    """What `agree` found; reads as a sentence in Jupyter and on the page."""

    def __init__(self, sentence: str, *, holds: bool):
        self.sentence, self.holds = sentence, holds

    def __repr__(self) -> str:
        return self.sentence

    def _repr_markdown_(self) -> str:
        return self.sentence

    def __bool__(self) -> bool:
        return self.holds


def agree(
    what: str,
    first: ArrayLike,
    *others: ArrayLike,
    tolerance: float = TOLERANCE,
    strict: bool = True,
) -> Agreement:
    """Say that two or more ways to compute a quantity agree.

    Parameters
    ----------
    what : str
        What was computed, as the beginning of a sentence: "Survival at month 7".
    first, *others : array_like
        The numbers; of the same shape, missing at the same places.
    tolerance : float
        Largest difference allowed, absolute for numbers below one, relative above.
    strict : bool
        Whether a difference is an error. False on a trial that is not one of the book's own.

    Raises
    ------
    DisagreementError
        Where they differ, and it is strict.

    Examples
    --------
    >>> agree("One third", 1 / 3, 0.5 - 1 / 6)
    One third: the same by both ways, to 9 decimals.
    """
    numbers = [np.asarray(one, dtype=float) for one in (first, *others)]
    if not others:
        raise ValueError("agree needs two ways to compute something; got one.")
    worst = max(_difference(numbers[0], other) for other in numbers[1:])
    if worst <= tolerance:
        ways = "both ways" if len(numbers) == 2 else f"all {len(numbers)} ways"
        decimals = max(0, int(-np.log10(tolerance)))
        return Agreement(f"{what}: the same by {ways}, to {decimals} decimals.", holds=True)
    told = " and ".join(np.array2string(one, precision=6, threshold=12) for one in numbers)
    sentence = f"{what}: the ways differ, by up to {worst:.3g} ({told})."
    if strict or os.environ.get(STRICT) == "raise":
        raise DisagreementError(sentence)
    return Agreement(sentence, holds=False)


def _difference(a: np.ndarray, b: np.ndarray) -> float:
    if a.shape != b.shape:
        raise ValueError(f"agree: shapes {a.shape} and {b.shape} cannot be compared.")
    missing = np.isnan(a) | np.isnan(b)
    if np.any(np.isnan(a) != np.isnan(b)):
        return np.inf
    with np.errstate(invalid="ignore"):
        gap = np.where(a == b, 0.0, np.abs(a - b)) / np.maximum(1.0, np.abs(b))
    return float(np.max(np.where(missing, 0.0, gap), initial=0.0))


def attempt(what: str, call: Any, *arguments: Any, **options: Any) -> Any:
    """Return what a library gives, or an `Agreement` that says why it refused.

    For a user's trial, where no events in an arm, say, is no reason that a chapter ends.
    """
    try:
        return call(*arguments, **options)
    except Exception as error:
        if os.environ.get(STRICT) == "raise":
            raise
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        return Agreement(f"{what}: the library refuses ({reason}).", holds=False)
