"""What trial.yml says of results made elsewhere, where they do not prove it themselves."""

from typing import Literal

from trialbook.config_base import Model, Proportion


class ElsewhereResults(Model):
    """How results made elsewhere are to be read."""

    hazard_ratio: Literal["exponentiated", "log"] | None = None
    """Whether the estimates of Cox models are hazard ratios or their logarithms."""
    reference: str | None = None
    """Code of the arm with which models compare the others."""
    conf_level: Proportion = 0.95
    """Level of intervals of which no row tells it."""
    conf_type: Literal["log-log", "log", "plain"] | None = None
    """Kind of the intervals of survival; log where survfit was given no other."""
