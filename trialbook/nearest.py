"""What somebody who mistyped a name may have meant."""

from collections.abc import Sequence
from difflib import get_close_matches


def nearest(name: str, known: Sequence[str]) -> str:
    """Return a hint that names what comes nearest to `name`, or else all that is known."""
    match = get_close_matches(name, known, n=1, cutoff=0.5)
    return f"Did you mean {match[0]!r}?" if match else f"There is: {', '.join(sorted(known))}."
