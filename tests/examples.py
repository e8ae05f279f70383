"""How many examples of a property are tried where one takes long."""

from typing import Any

from hypothesis import settings


def fewer(by: int, **more: Any) -> settings:
    """Return settings that try so many times fewer examples than the profile in use."""
    return settings(max_examples=settings().max_examples // by, **more)
