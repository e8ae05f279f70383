"""What the values of a status say of a patient: the event, no event, or that the patient left."""

import re
from typing import Literal

Said = Literal["event", "no event", "left"]

# who left, or of whom nothing is known, had no event that anybody saw
_LEFT = re.compile(
    r"lost|l\.?t\.?f\.?u|loss to|withdr[ae]w|drop(ped)?[ -]?out|unknown|not known|not evaluable"
    r"|missing|moved|transfer|refus|discontinu|completed|completion|ongoing|on study|off study"
    r"|follow[ -]?up|consent|administrative|data cut",
    re.IGNORECASE,
)
_HAPPENS = (
    r"(events?|dead|died|dies|deaths?|deceased|expired|fatal|relaps\w*|recurr?\w*|progress\w*"
    r"|fail\w*|uncensored|metasta\w*|verstorben|gestorben|tot|mort|décédé\w*|muert[oe]"
    r"|fallecid\w*)"
)
_NONE = re.compile(
    r"0|n|no|false|none|nein|non|alive\b.*|living\b.*|surviv\w*|(right[ -])?censor(ed|ing)?\b.*"
    rf"|cens|(no|without|not|free of|free from)[ -]{_HAPPENS}|.*[ -]free|vivant|vivo|lebend|lebt"
    "|ned",
    re.IGNORECASE,
)
_EVENT = re.compile(rf"1|y|yes|true|ja|oui|si|sí|.*\b{_HAPPENS}\b.*", re.IGNORECASE)
# alive, and yet something happened: which of the two is the event?
_BOTH = re.compile(rf"(alive|living)\b.*\b{_HAPPENS}\b.*", re.IGNORECASE)
_BARE = re.compile(r"0|1|y|n|yes|no|true|false|ja|nein|oui|non|si|sí", re.IGNORECASE)
_CODED = re.compile(r"^\d+\s*[:=.)-]\s*(?=[^\W\d_])")

# what a status says of whom nothing happened to, and what it would say otherwise
_TO_COME = {"0": "1", "n": "Y", "no": "Yes", "false": "True", "alive": "Dead",
            "living": "Deceased", "censored": "Event", "no event": "Event"}  # fmt: skip


def in_words(value: str) -> str:
    """Return the words of a value: ``1:DECEASED`` is ``DECEASED``."""
    return _CODED.sub("", value.strip())


def is_bare(value: str) -> bool:
    """Return whether a value is a mere yes or no, whose meaning its column's name decides."""
    return bool(_BARE.fullmatch(in_words(value)))


def said_by(value: str) -> Said | None:
    """Return what a value of a status says, in English and some other languages; None if nothing.

    A bare 1 or yes is taken for the event: whether the column says who had it, or who had it
    not, is its name's affair.
    """
    words = in_words(value)
    if _BOTH.fullmatch(words):
        return None
    if _LEFT.match(words):
        return "left"
    if _NONE.fullmatch(words):
        return "no event"
    if _EVENT.fullmatch(words):
        return "event"
    return "left" if _LEFT.search(words) else None


def event_to_come(values: list[str]) -> str | None:
    """Return what will say that the event happened, where no value says it yet; else None.

    It is so where each value says that nothing happened, or that the patient left.
    """
    said = {value: said_by(value) for value in values}
    none = [value for value in values if said[value] == "no event"]
    if not none or set(said.values()) - {"no event", "left"}:
        return None
    known = [_TO_COME[word] for value in none
             if (word := in_words(value).casefold()) in _TO_COME]  # fmt: skip
    return next((one for one in known), "Event")


def may_come(value: str, values: list[str], name: str) -> bool:
    """Return whether a value that is not there can be the event of patients to come.

    So it is where nothing that is there can be one: each says that nothing happened, or the same
    bare no, or is a reason of CNSR for censoring.
    """
    if event_to_come(values) is not None:
        return said_by(value) not in ("no event", "left")
    if name.upper() == "CNSR":
        return value == "0"
    return len(values) == 1 and is_bare(values[0]) and is_bare(value)
