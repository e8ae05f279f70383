"""Which value of a flat file's status is the event: the name and the values say it, or we ask."""

import contextlib
import re
from collections.abc import Sequence

import pandas as pd

from trialbook.adam.flat import as_text
from trialbook.adam.problems import counted_noun, examples, shortened
from trialbook.adam.statuses import event_to_come, in_words, is_bare, may_come, said_by
from trialbook.adam.table import written
from trialbook.adam.unit_words import words_of
from trialbook.adam.unknown import odd_codes, says_unknown
from trialbook.new.dictionary import by_label, by_words
from trialbook.new.inference import Inference, UsageError, asked
from trialbook.new.lookalikes import one_spelling, refuse_lookalikes

# names that say who did NOT have the event
_SPARED = {"alive", "living", "survived", "surviving", "survivor", "survivors", "free", "eventfree",
           "lebt", "lebend", "vivant", "vivo", "noevent", "spared", "isalive"}  # fmt: skip
_CENSORED = {"cnsr", "censored", "iscensored"}
_NEGATED = {"not", "non", "un", "no", "uncensored", "without"}
# what some call so says who is censored, what others call so who is not
_EITHER = {"c", "cens", "censor", "censoring", "censorship", "vital", "vitalstatus", "survival"}
# a word that is of something that happens: a 1 or a yes below it says that it did
_HAPPENED = re.compile(
    r"(os|pfs|dfs|rfs|efs|css|ttp|is|had|has)?"
    r"(events?|evt|evnt|dth(fl)?|deaths?|dead|die[ds]|deceased|expired|mortality|uncensored|observed"
    r"|relapse[ds]?|recur(red|rences?)?|progress(ed|ions?)|fail(ed|ures?)?|infect(ed|ions?)"
    r"|infarctions?|strokes?|falls?|fell|arrest(ed|s)?|(re)?hospitali[sz](ed|ations?)"
    r"|(re)?admi(tted|ssions?)|discharged?|remissions?|responded|recover(ed|y)|healed|cured"
    r"|pregnant|pregnancy|conceptions?|conceived|births?|metastas[ei]s|metastatic|reject(ed|ions?)"
    r"|flares?|fractures?|bleeds?|bleeding|bled|thrombos[ei]s|exacerbations?|churn(ed)?"
    r"|seroconver(ted|sions?)|transplant(ed|ations?)?|amputat(ed|ions?)"
    r"|verstorben|gestorben|tod|ereignis|décès|deces|décédé|muerte|événement|evenement|evento)"
)
# with these words a name is of a number or a date rather than of whether
_NO_FLAG = {"date", "dt", "day", "days", "time", "age", "cause", "number", "no", "count", "n",
            "year", "site", "type", "grade", "reason"}  # fmt: skip
_LABELS = {"dead": "death", "death": "death", "died": "death", "dies": "death", "dth": "death",
           "deceased": "death", "alive": "death", "surviv": "death", "living": "death",
           "mortality": "death", "vital": "death", "relaps": "relapse", "recur": "recurrence",
           "progress": "progression"}  # fmt: skip
# what names no event of its own
_NO_LABEL = _CENSORED | _EITHER | _SPARED | {
    "event", "events", "evt", "observed", "uncensored", "failure", "failed", "fail", "status",
    "stat", "fustat", "delta", "state", "outcome", "result", "is", "ind", "flag", "indicator",
}  # fmt: skip
# between several values that are all the event
_OR = "|"
_TURNED = {"0": "1", "1": "0", "y": "n", "n": "y", "yes": "no", "no": "yes", "true": "false",
           "false": "true", "ja": "nein", "nein": "ja", "oui": "non", "non": "oui"}  # fmt: skip


def event_values(
    frame: pd.DataFrame, name: str, said: str | None, label: str = ""
) -> tuple[tuple[str, ...], str]:
    """Return which values say that the event happened, and what proves it.

    It is one, unless several were said: ``Relapse|Death``.

    CDISC's standard does for CNSR; a name that is of the event (``died``) or of those whom it
    spared (``alive``); values in words; a label that lists the codes; a column in words beside it.
    No custom does: a ``status`` of 0 and 1, or 1 and 2, may mean either.

    Parameters
    ----------
    frame : pandas.DataFrame
        The file.
    name : str
        The column that holds the status of each patient.
    said : str or None
        The value that the user gave.
    label : str
        The column's label, where the format carries one.

    Raises
    ------
    UsageError
        Where nothing proves it: a wrong value turns the effect round.
    """
    values = [str(value) for value in one_spelling(as_text(frame[name])).dropna().unique()]
    if not values:
        raise UsageError(f"{name} is blank in every row: say of each patient whether the event "
                         "happened, or name another column with --event", "--event")  # fmt: skip
    refuse_lookalikes(values, name, "values")
    if said is not None:
        each = said.split(_OR) if _OR in said and said not in values else [said]
        return tuple(_said_value(one, values, name) for one in each), "said with --event-value"
    value, ground = _shown(frame, name, values, label)
    return (value,), ground


def _shown(frame: pd.DataFrame, name: str, values: list[str], label: str) -> tuple[str, str]:
    """Return the value that the file shows to be the event, and how it does; else ask."""
    if name.upper() == "CNSR" and all(value.isdecimal() for value in values):
        return "0", "an event is CNSR 0"
    if found := by_label(values, label) or by_words(frame, name):
        return found
    bare = all(is_bare(value) for value in values)
    if bare and (found := _by_name(values, name) or _by_name(values, label)):
        return found
    words = [value for value in values if said_by(value) == "event" and not is_bare(value)]
    others = [value for value in values if value not in words]
    if len(words) == 1 and all(said_by(value) in ("no event", "left") for value in others):
        return words[0], f"{shortened(in_words(words[0]))} is an event, and no other value is"
    if not bare and (value := event_to_come(values)):
        return value, f"{name} holds {', '.join(examples(values))}: no event yet"
    # what says that nothing happened comes last
    order = sorted(values, key=lambda value: (said_by(value) or "", value not in words))
    every = [_OR.join(words)] if len(words) > 1 else []
    choices = [*every, *words, *(value for value in order if value not in words)]
    if len(values) == 1 and bare:
        choices.append(_opposite(values[0]))
    why = _why(values, name, words)
    raise asked(
        f"{why}: say which value is the event with --event-value: "
        + ", ".join(examples(choices, 10)),
        "--event-value", f"{why}. Which value says that the event happened?", choices,
    )  # fmt: skip


def no_event(frame: pd.DataFrame, name: str, events: Sequence[str]) -> list[Inference]:
    """Return what the values of a status that are not the event are taken for.

    Of two values in one word each nothing has to be said. What says neither that nothing happened
    nor that the patient left is to be confirmed.

    Parameters
    ----------
    frame, name
        As for `event_value`.
    events : sequence of str
        The values that are the event.

    Raises
    ------
    UsageError
        Where a value seems to say that the status is not known.
    """
    column = one_spelling(as_text(frame[name]))
    counts = column.value_counts()
    odd = odd_codes(counts.index)
    # in CNSR any code above 0 is a reason for censoring, as CDISC has it: 99, too
    standard = name.upper() == "CNSR" and tuple(events) == ("0",)
    unknown = [one for one in odd if not (standard and one.isdecimal())]
    unknown += [one for one in counts.index if _says_nothing(one)]
    if unknown:
        n = int(counts[unknown].sum())
        raise UsageError(
            f"{name} is {', '.join(examples(unknown))} in {counted_noun(n, 'row')}, as one writes "
            "what is not known: say of each whether the event happened, or take the rows out; if "
            "it is a state, write that in words", "--from",
        )  # fmt: skip
    happened = {one.casefold() for one in events}
    others = [one for one in counts.index if one.casefold() not in happened]
    said = [said_by(one) in ("no event", "left") for one in others]
    if len(others) < 2 and (not others or said[0] or is_bare(others[0]) or len(others[0]) < 3):
        return []
    told = ", ".join(f"{shortened(one)} ({counts[one]:,})" for one in others[:12])
    told += ", ..." if len(others) > 12 else ""
    proved = all(said) or (standard and not odd)
    ground = "what they say" if proved else "whatever is not the event is censored"
    return [Inference("no event", told, ground, proved)]


def _says_nothing(value: str) -> bool:
    """Return whether a status says that nobody knows it; who is called unknown was not followed."""
    return (says_unknown(value) and said_by(value) is None) or value.casefold() == "missing"


def _why(values: Sequence[str], name: str, words: Sequence[str]) -> str:
    if len(words) > 1:
        return f"{name} has several events ({', '.join(examples(words))})"
    if set(values) == {"1", "2"}:
        return f"{name} holds 1 and 2, which may mean yes and no, or no and yes"
    if all(map(is_bare, values)):
        return f"{name} may say who had the event, or who had not"
    return f"no value of {name} is known to be the event"


def _kind(name: str) -> str:
    """Return whom a bare yes in a column names: ``had``, ``spared``, or it may be ``either``."""
    apart = set(words_of(name))
    glued = "".join(words_of(name))
    words = apart | {glued}
    censored, spared = bool(words & _CENSORED), bool(words & _SPARED) or glued.endswith("free")
    happened = any(map(_HAPPENED.fullmatch, words))
    turned = bool(words & _NEGATED)
    both = happened and not turned and (censored or bool(apart & (_SPARED - {"free"})))
    if words & _EITHER or both or (spared and censored):
        return "either"
    if censored or spared:
        return "had" if turned and "noevent" not in words else "spared"
    if happened:
        return "spared" if turned and "uncensored" not in words else "had"
    return "either"


def is_of_event(name: str) -> bool:
    """Return whether a column's name is of something that happens, or of whom it spared."""
    return _kind(name) != "either" and not set(words_of(name)) & _NO_FLAG


def _by_name(values: Sequence[str], name: str) -> tuple[str, str] | None:
    """Return which of yes and no is the event, by whom the column's name, or its label, names."""
    kind, name = _kind(name), shortened(name)
    yes = [value for value in values if said_by(value) == "event"]
    no = [value for value in values if said_by(value) == "no event"]
    if kind == "either" or len(yes) > 1 or len(no) > 1 or not values:
        return None
    event, other = (no, yes) if kind == "spared" else (yes, no)
    if not event:
        return _opposite(other[0]), f"{name} holds {other[0]} alone: no event yet"
    said = "says who did not have the event" if kind == "spared" else "says who had the event"
    return event[0], f"{name} {said}"


def _opposite(value: str) -> str:
    """Return the no to a yes, the yes to a no, in its own letters."""
    word = _TURNED.get(value.casefold(), "0")
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
