"""A test of interaction in words: its P value, and that it rests on few events where it does."""

from math import isfinite
from typing import TYPE_CHECKING

from trialbook.report.sentences import p_phrase
from trialbook.survival import FEW_EVENTS

if TYPE_CHECKING:
    from trialbook.config import Comparison, Endpoint
    from trialbook.safe.lookup import Lookup


def interaction_said(
    lookup: "Lookup", endpoint: "Endpoint", comparison: "Comparison", name: str
) -> str:
    """Return ``"P=0.03"``, or ``"P=0.03, few events"`` where an arm of a level has fewer than 5.

    With so few events the test's chi-square is no good approximation. Empty where nothing can be
    estimated.
    """
    key = {"subgroup": name, "method": "interaction"}
    p = p_phrase(lookup, "subgroup", endpoint.paramcd, comparison.name, **key)
    if not p:
        return ""
    levels = [
        one
        for one in lookup.distinct("subgroup", "subgroup", paramcd=endpoint.paramcd)
        if one.startswith(f"{name}=")
    ]
    events = [
        lookup.value(
            "n_events", "subgroup", endpoint.paramcd, arm.code, subgroup=one, method="efron"
        )
        for one in levels
        for arm in (comparison.control, comparison.treated)
    ]
    few = any(n < FEW_EVENTS for n in events if isfinite(n))
    return f"{p}, few events" if few else p
