"""Counts and summaries of patients, as cards' own functions write them, as results."""

import math
from collections.abc import Iterator

import pandas as pd

from trialbook.exchange.card import Card, Design, NoPlaceError

Placed = Iterator[tuple[dict[str, str], dict[str, str]]]
"""Key of rows, and which statistic of a card is which of theirs."""

OVERALL = "..ard_hierarchical_overall.."
_CLASSES = ("AEBODSYS", "AESOC")
_TERMS = ("AEDECOD", "AETERM")
# The level of a variable that makes a named group of adverse events.
_GROUPS = {"AESER": ("Y", "serious"), "AEACN": ("DRUG WITHDRAWN", "withdrawal"),
           "AEOUT": ("FATAL", "fatal")}  # fmt: skip
_STATUSES = ("EOSSTT", "DCSREAS", "EOTSTT", "DCTREAS")
_STANDARD = ("AGE", "SEX", "RACE", "ETHNIC", "REGION1")
_COUNT = {"n": "n"}
_SHARE = {"n": "n", "p": "percent"}


def described(card: Card, design: Design) -> Placed:
    """Yield where the statistics of a variable of ADSL stand: at baseline, in the flow of patients.

    Raises
    ------
    NoPlaceError
        Where they have no place.
    """
    config, variable = design.config, card.variable
    if variable.upper() in (*_CLASSES, *_TERMS, *_GROUPS):
        yield from harms(card, design)
        return
    arm, others = design.split(card)
    if others:
        raise NoPlaceError(f"is by {', '.join(others)} besides the arm: the book has no such table")
    _check_share(card)
    flags = {config.populations.efficacy: "EFFICACY", config.populations.safety: "SAFETY",
             "RANDFL": "RANDOMIZED", "PPROTFL": "PER-PROTOCOL"}  # fmt: skip
    if variable in design.arm_variables:
        of = {"analysis": "disposition", "arm": design.arm_of(card.level)}
        taken = variable.upper() in ("TRT01A", "TRTA", "ACTARM", "ACTARMCD")
        # As where ADSL has no flags: who has an arm is randomized and analysed, or was treated.
        names = [config.populations.safety] if taken else ["RANDFL", config.populations.efficacy]
        for name in names:
            if not any(one.variable == name for one in design.cards):
                yield of | {"paramcd": name, "level": flags[name]}, _COUNT
    elif variable in flags:
        if card.level not in ("Y", "TRUE", "1"):
            raise NoPlaceError(f"counts who is not in the population {variable}")
        key = {"analysis": "disposition", "paramcd": variable, "arm": arm}
        yield key | {"level": flags[variable]}, _SHARE
    elif variable in _STATUSES:
        key = {"analysis": "disposition", "paramcd": variable, "arm": arm}
        yield key | {"level": card.level}, _SHARE
    else:
        yield from _of_variable(card, design, arm)


def _of_variable(card: Card, design: Design, arm: str) -> Placed:
    config, variable = design.config, card.variable
    if variable in {one.variable for one in config.responses}:
        if card.level not in ("Y", "TRUE", "1"):
            raise NoPlaceError(f"counts who did not have {variable}")
        yield {"analysis": "response", "paramcd": variable, "arm": arm}, _SHARE
        return
    if variable in {one.variable for one in config.exposure}:
        analysis = "exposure"
    elif variable in ({one.variable for one in config.baseline} or _STANDARD):
        analysis = "baseline"
    else:
        raise NoPlaceError(f"{variable} is not named in trial.yml: baseline, exposure or responses")
    key = {"analysis": analysis, "paramcd": variable, "arm": arm}
    if card.level:
        yield key | {"level": card.level}, _SHARE
        yield key, {"N": "n"}
    else:
        names = ("N", "mean", "sd", "median", "p25", "p75", "min", "max", "geometric_mean")
        ours = ("n", "mean", "sd", "median", "q1", "q3", "min", "max", "geometric_mean")
        missing = {"N_miss": "n_missing", "N_nonmiss": "n"}
        yield key, dict(zip(names, ours, strict=True)) | missing


def harms(card: Card, design: Design) -> Placed:
    """Yield where counts of adverse events stand.

    Raises
    ------
    NoPlaceError
        Where they have no place, or it is not told whether patients are counted.
    """
    arm, others = design.split(card)
    classes = {name: level for name, level in others.items() if name.upper() in _CLASSES}
    if arm == "all":
        raise NoPlaceError("is of all arms together: the book has no such column")
    if len(classes) < len(others):
        names = [name for name in others if name not in classes]
        raise NoPlaceError(f"is by {', '.join(names)}: the book has no such table")
    if not card.context.startswith("hierarchical"):
        raise NoPlaceError("does not tell whether it counts patients or events: ard_hierarchical() "
                           "counts patients")  # fmt: skip
    _check_share(card)
    name = card.variable.upper()
    key = {"analysis": "adverse_events", "arm": arm}
    if card.variable == OVERALL:
        key["paramcd"] = "any"
    elif name in _GROUPS:
        level, group = _GROUPS[name]
        if card.level.upper() != level:
            raise NoPlaceError(f"{card.variable} {card.level} is no group of the book")
        key["paramcd"] = group
    elif name in _CLASSES:
        key["paramcd"] = card.level
    else:
        _one_class(card, design)
        taken = {one.level for one in design.cards if one.variable.upper() in _CLASSES}
        key |= {"paramcd": card.level, "level": card.variable if card.level in taken else ""}
    if card.context == "hierarchical_count":
        yield key | {"method": "exact"}, {"n": "events"}
    else:
        yield key, _SHARE


def _one_class(card: Card, design: Design) -> None:
    """Refuse a term that stands under several classes: its patients may be in each of them."""
    same = (one for one in design.cards if one.variable == card.variable)
    found = {tuple(of for name, of in one.groups.items() if name.upper() in _CLASSES)
             for one in same if one.level == card.level}  # fmt: skip
    if len(found) > 1:
        raise NoPlaceError(f"{card.level} stands under several classes: how many patients had it "
                           "under any is not told")  # fmt: skip


def term_classes(design: Design) -> pd.DataFrame:
    """Return AEBODSYS and AEDECOD of every pair that a file of cards tells, sorted."""
    pairs = {
        (of, card.level)
        for card in design.cards
        if card.variable.upper() in _TERMS
        for name, of in card.groups.items()
        if name.upper() in _CLASSES
    }
    return pd.DataFrame(sorted(pairs), columns=["AEBODSYS", "AEDECOD"])


def _check_share(card: Card) -> None:
    """Refuse a proportion that is of another whole than N, as of a row or of a table's cells."""
    n, whole, share = (card.value(name) for name in ("n", "N", "p"))
    if not any(map(math.isnan, (n, whole, share))) and whole > 0 and abs(share - n / whole) > 0.006:
        raise NoPlaceError("p is not n over N: it is a share of something else")
