"""An end point's event as it stands in a sentence: who had it, who is free of it."""

from typing import TYPE_CHECKING

from trialbook.report.words import in_text

if TYPE_CHECKING:
    from trialbook.config import Endpoint

# Nobody is free of death, or has it.
DEATH = {"death", "death from any cause", "death of any cause", "all-cause death"}


def is_death(endpoint: "Endpoint") -> bool:
    """Return whether the event is death, which English says otherwise."""
    return endpoint.label.strip().lower() in DEATH


def noun_of(endpoint: "Endpoint") -> str:
    """Return the event with its article, as far as trial.yml gives it one."""
    return endpoint.noun or in_text(endpoint.label)


def free_of(endpoint: "Endpoint") -> str:
    """Return what they are who had no event: free of what one fears, without what one wants.

    ``"free of a relapse"``, ``"without a recovery"``, ``"alive"``.
    """
    if is_death(endpoint):
        return "alive"
    return f"{'without' if endpoint.favourable else 'free of'} {noun_of(endpoint)}"


def had(endpoint: "Endpoint") -> str:
    """Return what happened to those with the event: ``"had a relapse"``, ``"died"``."""
    return "died" if is_death(endpoint) else f"had {noun_of(endpoint)}"


def has(endpoint: "Endpoint") -> str:
    """Return what happens to those with the event: ``"has a relapse"``, ``"dies"``."""
    return "dies" if is_death(endpoint) else f"has {noun_of(endpoint)}"


def with_event(endpoint: "Endpoint") -> str:
    """Return patients by their event, after a number: ``"with a recovery"``, ``"who died"``."""
    return "who died" if is_death(endpoint) else f"with {noun_of(endpoint)}"
