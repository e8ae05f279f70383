"""What trial.yml has described: variables, laboratory parameters, groups of adverse events."""

from typing import Literal

import pandas as pd

from trialbook.config_base import Digits, Model, Names


class Variable(Model):
    """A variable of ADSL to describe: at baseline, as exposure, or as a yes/no response."""

    variable: str
    """Variable of ADSL."""
    label: str = ""
    """Name in words, with the unit."""
    summary: Literal["mean", "median", "geometric", "count"] | None = None
    """How it is summarized; inferred from its values where it is not said."""
    digits: Digits | None = None
    """Decimal places."""
    levels: Names = ()
    """Order of the categories."""

    def model_post_init(self, _context) -> None:
        """Let the variable's name stand in for a label that is not given."""
        object.__setattr__(self, "label", self.label or self.variable)


class Parameter(Model):
    """A laboratory parameter: a PARAMCD of ADLB, its summary, its normal range."""

    paramcd: str
    """PARAMCD in ADLB."""
    label: str = ""
    """Name in words, with the unit."""
    summary: Literal["mean", "geometric"] = "mean"
    """Scale of the mean and its interval."""
    digits: Digits | None = None
    """Decimal places."""
    low: float | None = None
    """Lower limit of the normal range, where ANRLO is not given."""
    high: float | None = None
    """Upper limit of the normal range, where ANRHI is not given."""

    def model_post_init(self, _context) -> None:
        """Let PARAMCD stand in for a label that is not given."""
        object.__setattr__(self, "label", self.label or self.paramcd)


class EventGroup(Model):
    """A named group of adverse events: values that variables of ADAE must have, all of them.

    A value that ends in ``*`` stands for everything that begins so.
    """

    label: str = ""
    """Name in words."""
    where: dict[str, Names]

    def select(self, adae: pd.DataFrame) -> pd.Series:
        """Return which rows of ADAE belong to the group, as bool; False where a variable lacks."""
        selected = pd.Series(True, index=adae.index)
        for variable, values in self.where.items():
            if variable not in adae:
                return pd.Series(False, index=adae.index)
            column = adae[variable]
            found = column.isin([value for value in values if not value.endswith("*")])
            for value in values:
                if value.endswith("*"):
                    found |= column.str.startswith(value[:-1], na=False)
            selected &= found
        return selected


def event_group(value):
    """Return ``{label: ..., AEBODSYS: ...}`` with the variables apart."""
    if not isinstance(value, dict):
        return value
    variables = {key: of for key, of in value.items() if key != "label"}
    return {"where": variables} | ({"label": value["label"]} if "label" in value else {})
