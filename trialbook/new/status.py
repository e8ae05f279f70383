"""Which value of a flat file's status is the event: the name and the values say it, or we ask."""

import contextlib
import re
from collections.abc import Sequence

import pandas as pd

from trialbook.adam.flat import as_text
from trialbook.adam.problems import examples, shortened
from trialbook.adam.statuses import event_to_come, in_words, is_bare, may_come, said_by
from trialbook.adam.table import written
from trialbook.adam.unit_words import words_of
from trialbook.new.inference import UsageError, asked

# names that say who did NOT have the event
_SPARED = {"alive", "living", "survived", "surviving", "survivor", "survivors", "free", "eventfree",
           "lebt", "lebend", "vivant", "vivo", "noevent", "spared", "isalive"}  # fmt: skip
_CENSORED = {"cnsr", "censored", "censoring", "iscensored"}
_NEGATED = {"not", "non", "un", "no", "uncensored", "without"}
# what some call so says who is censored, what others call so who is not
_EITHER = {"c", "cens", "censor", "censorship", "vital", "vitalstatus", "survival"}
_HAPPENED = {"event", "events", "evt", "death", "dead", "died", "dies", "deceased", "dth",
             "mortality", "relapse", "relapsed", "recurrence", "recurred", "progression",
             "progressed", "failure", "failed", "fail", "observed", "uncensored", "e", "d",
             "delta"}  # fmt: skip
# the survival package's own coding: status 1 censored, 2 dead
_STATUS = {"status", "stat", "fustat"}
_LABELS = {"dead": "death", "death": "death", "died": "death", "dies": "death", "dth": "death",
           "deceased": "death", "alive": "death", "surviv": "death", "living": "death",
           "mortality": "death", "vital": "death", "relaps": "relapse", "recur": "recurrence",
           "progress": "progression"}  # fmt: skip
_NO_LABEL = _HAPPENED | _CENSORED | _EITHER | _STATUS | _SPARED | {"is", "ind", "flag", "indicator"}


def event_value(column: pd.Series, name: str, said: str | None) -> tuple[str, str, bool]:
    """Return which value says that the event happened, the ground, and whether that is proved.

    Parameters
    ----------
    column : pandas.Series
        The status of each patient.
    name : str
        The column's name.
    said : str or None
        The value that the user gave.

    Raises
    ------
    UsageError
        Where neither the name nor the values say it: a wrong value turns the effect round.
    """
    values = [str(value) for value in as_text(column).dropna().unique()]
    if said is not None:
        return _said_value(said, values, name), "said with --event-value", True
    if name.upper() == "CNSR" and all(value.isdecimal() for value in values):
        return "0", "an event is CNSR 0", True
    bare = all(is_bare(value) for value in values)
    if bare and (value := _by_name(values, name)):
        return value
    if set(values) == {"1", "2"} and set(words_of(name)) & _STATUS:
        return "2", "of a status of 1 and 2, the greater is the event by custom", False
    words = [value for value in values if said_by(value) == "event" and not is_bare(value)]
    others = [value for value in values if value not in words]
    if len(words) == 1 and all(said_by(value) in ("no event", "left") for value in others):
        return words[0], f"{shortened(in_words(words[0]))} is an event, and no other value is", True
    if not bare and (value := event_to_come(values)):
        return value, f"{name} holds {', '.join(examples(values))}: no event yet", True
    # what says that nothing happened comes last
    order = sorted(values, key=lambda value: (said_by(value) or "", value not in words))
    choices = [*words, *(value for value in order if value not in words)]
    why = _why(values, name, words)
    raise asked(
        f"{why}: say which value is the event with --event-value: "
        + ", ".join(examples(choices, 10)),
        "--event-value", f"{why}. Which value says that the event happened?", choices,
    )  # fmt: skip


def _why(values: Sequence[str], name: str, words: Sequence[str]) -> str:
    if len(words) > 1:
        return f"{name} has several events ({', '.join(examples(words))})"
    if set(values) == {"1", "2"}:
        return f"{name} holds 1 and 2, which may mean yes and no, or no and yes"
    if _kind(name) == "either":
        return f"{name} may say who had the event, or who had not"
    return f"no value of {name} is known to be the event"


def _kind(name: str) -> str | None:
    """Return whom a bare yes in a column names: ``had``, ``spared``, or it may be ``either``."""
    apart = set(words_of(name))
    glued = "".join(words_of(name))
    words = apart | {glued}
    censored, spared = bool(words & _CENSORED), bool(words & _SPARED) or glued.endswith("free")
    happened = bool(words & _HAPPENED)
    turned = bool(words & _NEGATED)
    both = happened and not turned and (censored or bool(apart & (_SPARED - {"free"})))
    if words & _EITHER or both or (spared and censored):
        return "either"
    if censored or spared:
        return "had" if turned and "noevent" not in words else "spared"
    if happened and turned and "uncensored" not in words:
        return "spared"
    if happened or words & _STATUS or not re.search(r"cens|alive|surviv|free$", glued):
        return "had"
    return "either"


def _by_name(values: Sequence[str], name: str) -> tuple[str, str, bool] | None:
    """Return which of yes and no is the event, by whom the column's name names."""
    kind = _kind(name)
    if kind == "either":
        return None
    yes = [value for value in values if said_by(value) == "event"]
    no = [value for value in values if said_by(value) == "no event"]
    if len(yes) > 1 or len(no) > 1:
        return None
    if kind == "spared":
        if no:
            return no[0], f"{name} says who did not have the event", True
        return _opposite(yes[0]), f"{name} holds {yes[0]} alone: no event yet", True
    status = bool(set(words_of(name)) & _STATUS)
    if yes and (no or not status):
        return yes[0], f"{yes[0]} in {name} reads as an event", not status
    if no:
        return event_to_come(no) or "1", f"{name} holds {no[0]} alone: no event yet", not status
    return None


def _opposite(value: str) -> str:
    """Return the no to a yes, in its own letters."""
    turned = {"1": "0", "y": "n", "yes": "no", "true": "false", "ja": "nein", "oui": "non"}
    word = turned.get(value.casefold(), "0")
    return word.upper() if value.isupper() else word.capitalize() if value.istitle() else word


def _said_value(said: str, values: list[str], name: str) -> str:
    """Return the value that an option names, in any case, 1.0 for 1.

    A value that is not there is believed where no value that is there can be an event.
    """
    with contextlib.suppress(ValueError):
        said = written(float(said)) if said not in values else said
    folded = {value.casefold(): value for value in values}
    found = said if said in values else folded.get(said.strip().casefold())
    if found is None and may_come(said, values, name):
        found = said
    if found is None:
        listed = ", ".join(examples(values, 10))
        raise UsageError(f"--event-value: {name} never is {said}; it is {listed}", "--event-value")
    return found


def event_label(name: str) -> str:
    """Return what the event is called, by its column: ``died`` and ``alive`` are about death."""
    words = words_of(name)
    for word in words:
        for begins, label in _LABELS.items():
            if word.startswith(begins):
                return label
    noun = name.isalpha() and len(name) > 4 and not name.isupper() and len(words) == 1
    noun = noun and not name.casefold().endswith(("ed", "status", "event"))
    return name.casefold() if noun and not set(words) & _NO_LABEL else "the event"
