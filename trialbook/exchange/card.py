"""One card: what a call of an ``ard_`` function says of one group."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from trialbook.config import Endpoint, TrialConfig
from trialbook.exchange.cards import number
from trialbook.exchange.files import NOT_USED, ROW, groups_of

# Columns that a file may have beside cards' own, to say what its rows cannot.
SAID = ("paramcd", "method")
_STATISTICS = ("stat_name", "stat_label", "stat", "stat_fmt", "error", ROW, *NOT_USED)


class NoPlaceError(ValueError):
    """Why a card has no place in the book."""


@dataclass(frozen=True)
class Card:
    """Statistics of one variable in one group.

    Attributes
    ----------
    context : str
        Which function made it.
    variable, level : str
    groups : dict of str
        Grouping variable to its level.
    said : dict of str
        What columns of `SAID` say of it.
    told : dict of str
        Name of a statistic to its text.
    rows : dict of int
        Name of a statistic to its position in the file.
    """

    context: str
    variable: str
    level: str
    groups: dict[str, str]
    said: dict[str, str]
    told: dict[str, str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)

    def value(self, name: str) -> float:
        """Return a statistic as a number, NaN where it is not told, or no number."""
        try:
            return number(self.told.get(name, ""))
        except ValueError:
            return math.nan

    def values(self, **names: str) -> dict[str, float]:
        """Return the statistics that are told, under our names.

        Parameters
        ----------
        **names : str
            Our name to theirs.
        """
        return {ours: self.value(name) for ours, name in names.items() if name in self.told}

    @property
    def model(self) -> tuple:
        """What it shares with the other cards of one model."""
        return self.context, tuple(self.groups.items()), tuple(self.said.items())


def cards_in(frame: pd.DataFrame) -> list[Card]:
    """Return the cards of a file, see `trialbook.exchange.files.read_file`, in its order."""
    groups = groups_of(frame)
    said = [name for name in SAID if name in frame]
    found: dict[tuple, Card] = {}
    wanted = ["context", "variable", "variable_level", "stat_name", "stat", *said]
    columns = {name: frame[name].tolist() if name in frame else [""] * len(frame)
               for name in wanted}  # fmt: skip
    levels = [(name, f"{name}_level") for name in groups]
    pairs = [
        (frame[name].tolist(), frame[level].tolist() if level in frame else [""] * len(frame))
        for name, level in levels
    ]
    for i in range(len(frame)):
        by = {names[i]: values[i] for names, values in pairs if names[i] and values[i]}
        of_row = {name: columns[name][i] for name in said if columns[name][i]}
        context, variable, level, stat_name, stat = (columns[name][i] for name in wanted[:5])
        key = (context, variable, level, tuple(by.items()), tuple(of_row.items()))
        card = found.setdefault(key, Card(context, variable, level, by, of_row))
        if stat_name in card.told:  # the same statistic twice: another card, to be compared
            card = found.setdefault((*key, i), Card(context, variable, level, by, of_row))
        card.told[stat_name] = stat
        card.rows[stat_name] = i
    return list(found.values())


class Design:
    """What trial.yml and the file as a whole tell of arms, end points and variables.

    Parameters
    ----------
    config : TrialConfig
    cards : sequence of Card
    """

    def __init__(self, config: TrialConfig, cards: Sequence[Card]):
        self.config, self.cards = config, cards
        self.code = {
            name.strip().casefold(): arm.code
            for arm in config.arms
            for name in (arm.label, *arm.values, arm.code)  # noqa: PD011
        }
        self.pairs = {(one.treated.code, one.control.code): one.name for one in config.compared()}

    def arm_of(self, level: str) -> str:
        """Return the code of an arm by its value, label or code.

        Raises
        ------
        NoPlaceError
            If it is none.
        """
        code = self.code.get(level.strip().casefold())
        if code is None:
            raise NoPlaceError(f"{level} is no arm of trial.yml")
        return code

    @cached_property
    def arm_variables(self) -> frozenset[str]:
        """Variables whose every level is an arm, or that are called like ADaM's of treatment."""
        levels: dict[str, set[str]] = {}
        for card in self.cards:
            for name, level in [*card.groups.items(), (card.variable, card.level)]:
                levels.setdefault(name, set())
                if level:
                    levels[name].add(level.strip().casefold())
        known = set(self.code)
        return frozenset(
            name
            for name, of in levels.items()
            if of and (of <= known or (of & known and is_treatment(name)))
        )  # fmt: skip

    def split(self, card: Card) -> tuple[str, dict[str, str]]:
        """Return the arm that a card is of, ``all`` for none, and its other groups.

        Raises
        ------
        NoPlaceError
            If its arm is none of trial.yml's, or it is of two.
        """
        arms = {name: self.arm_of(level) for name, level in card.groups.items()
                if name in self.arm_variables}  # fmt: skip
        if len(set(arms.values())) > 1:
            raise NoPlaceError(f"is of two arms: {' and '.join(arms)}")
        others = {name: level for name, level in card.groups.items() if name not in arms}
        others = {name: level for name, level in others.items() if not _names_endpoint(name)}
        return next(iter(arms.values()), "all"), others

    def endpoint_of(self, card: Card) -> Endpoint:
        """Return the end point that a card is of.

        Raises
        ------
        NoPlaceError
            If nothing tells it: a card of cardx names none.
        """
        told = card.said.get("paramcd", "")
        told = told or next((of for name, of in card.groups.items() if _names_endpoint(name)), "")
        if not told and len(self.config.endpoints) == 1:
            return self.config.endpoints[0]
        if not told:
            raise NoPlaceError("does not tell its end point: add a column paramcd")
        for one in self.config.endpoints:
            if told.casefold() in (one.paramcd.casefold(), one.label.casefold()):
                return one
        raise NoPlaceError(f"{told} is no end point of trial.yml")

    def cards_of_model(self, card: Card) -> Iterator[Card]:
        """Yield the cards of one model, the card itself among them."""
        return (one for one in self.cards if one.model == card.model)


def is_treatment(variable: str) -> bool:
    """Return whether a variable is called like ADaM's and SDTM's of treatment."""
    return variable.upper().startswith(("TRT", "ARM", "ACTARM"))


def _names_endpoint(name: str) -> bool:
    return name.upper() in ("PARAMCD", "PARAM")
