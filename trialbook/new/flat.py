"""Which column of a flat file is what: said with an option, or shown by its name."""

import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches

import pandas as pd

from trialbook.adam.flat import NO_EVENT, as_text
from trialbook.adam.problems import examples, shortened
from trialbook.adam.table import written
from trialbook.config import Arm
from trialbook.new.arms import MOST_ARMS, infer_arms
from trialbook.new.inference import Inference, Questions, UsageError

_TIMES = re.compile(
    r"t|time|.*_time|futime|survtime|duration|aval|(surv|fu|follow.?up|os|pfs|dfs|rfs|efs).?time"
    r"|((t|time|os|pfs|dfs|rfs|efs|fu|follow.?up)[_. ])?(days?|weeks?|months?|years?)",
    re.IGNORECASE,
)  # fmt: skip
_EVENTS = re.compile(
    r"e|d|event|status|cens|censor(ed|ing)?|cnsr|death|dead|died|fustat|observed|c|delta"
    r"|(os|pfs|dfs|rfs|efs).?(status|event)", re.IGNORECASE
)  # fmt: skip
_ARMS = re.compile(
    r"(study|actual|planned|treatment|trt)?[_. ]?arm|rx|trt|treat(ed|ment)?([_. ]?group)?|group"
    r"|therapy|trt01p|trtp|randomi[sz]ed[_. ]to|randomi[sz]ation|allocation",
    re.IGNORECASE,
)
_IDS = re.compile(r"id|usubjid|subjid|subject(_?id)?|patient(_?id)?|pid|pat", re.IGNORECASE)
_CENSORING = re.compile(r"cnsr|censor(ed|ing)", re.IGNORECASE)
# what some call so says who is censored, what others call so who is not
_EITHER = re.compile(r"c|cens|censor", re.IGNORECASE)
_HAPPENED = {"1", "true", "yes", "y", "event", "dead", "died", "death", "deceased", "relapse",
             "relapsed", "recurrence", "progression", "failure", "uncensored"}  # fmt: skip
_NOT_HAPPENED = {"0", "false", "no", "n", "censored", "alive", "none", "no event", "living"}
_MOST_STATES = 6
_CALLED = {"dead": "death", "death": "death", "died": "death", "dth": "death", "relaps": "relapse",
           "recur": "recurrence", "progress": "progression"}  # fmt: skip
_UNITS = {"day": "days", "week": "weeks", "month": "months", "year": "years"}


@dataclass(frozen=True)
class Columns:
    """Which column of a flat file is what."""

    time: str
    event: str
    arm: str
    id: str | None
    event_value: str


def infer_columns(
    frame: pd.DataFrame,
    time: str | None,
    event: str | None,
    arm: str | None,
    event_value: str | None,
    control: str | None,
) -> tuple[Columns, list[Arm], list[Inference]]:
    """Return which column is what, and the arms, the control first.

    A column that no option names is taken by its name where just one column has such a name and
    holds such values; else it is asked for.

    Raises
    ------
    UsageError
        With every option that is missing, and the columns to choose from.
    """
    found: list[Inference] = []
    questions = Questions()
    missing: list[tuple[str, list[str]]] = []
    said = {"time": time, "event": event, "arm": arm}
    taken: dict[str, str] = {}
    for option, name in said.items():
        if name is not None:
            with questions.gathered():
                column = _column(frame, name, option)
                if column in taken.values():
                    other = next(one for one, of in taken.items() if of == column)
                    raise UsageError(f"--{other} and --{option} both name {shortened(column)}",
                                     f"--{option}")  # fmt: skip
                taken[option] = column
                found.append(Inference(f"flat.{option}", column, f"said with --{option}"))
    for option, (called, possible) in _COLUMNS.items():
        if said[option] is not None:
            continue
        free = [name for name in frame if name not in taken.values()]
        named = [name for name in free if called.fullmatch(name)]
        fitting = [name for name in named if possible(frame[name])] or named
        if len(fitting) == 1:
            taken[option] = fitting[0]
            found.append(Inference(f"flat.{option}", fitting[0], "the column's name"))
        else:
            choice = fitting or [name for name in free
                                 if possible(frame[name]) and not _IDS.fullmatch(name)]  # fmt: skip
            missing.append((option, choice))
    if missing:
        options = [f"--{option}" for option, _ in missing]
        others = set(taken.values())
        lines = [_choice(option, [name for name in of if name not in others])
                 for option, of in missing]  # fmt: skip
        with questions.gathered():
            raise UsageError(
                "the file does not say which column is what; give "
                + " and ".join(options) + "\n" + "\n".join(lines), *options
            )  # fmt: skip
    time, event, arm = (taken.get(option) for option in said)
    if event is not None:
        with questions.gathered():
            event_value, ground = _event_value(frame[event], event, event_value, said["event"])
            found.append(Inference("flat.event_value", event_value, ground))
    arms: list[Arm] = []
    if arm is not None:
        with questions.gathered():
            arms, of_arms = infer_arms(as_text(frame[arm]), None, control, arm)
            found += of_arms
    questions.ask()
    ids = [name for name in frame if name not in taken.values() and _IDS.fullmatch(name)
           and frame[name].notna().all()]  # fmt: skip
    if ids:
        found.append(Inference("flat.id", ids[0], "the column's name"))
    return Columns(time, event, arm, ids[0] if ids else None, event_value), arms, found


def _column(frame: pd.DataFrame, name: str, option: str) -> str:
    folded = {column.casefold(): column for column in frame}
    if name in frame:
        return name
    if name.casefold() in folded:
        return folded[name.casefold()]
    near = get_close_matches(name, list(frame), n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else "columns: " + ", ".join(examples(frame, 30))
    raise UsageError(f"--{option}: the file has no column {name}; {hint}", f"--{option}")


def _is_time(column: pd.Series) -> bool:
    return column.dtype.kind == "f" and bool((column.dropna() >= 0).all())


def _is_event(column: pd.Series) -> bool:
    return column.dtype.kind != "M" and 1 <= column.nunique() <= _MOST_STATES


def _is_arm(column: pd.Series) -> bool:
    return column.dtype.kind != "M" and 1 <= column.nunique() <= MOST_ARMS


_COLUMNS: dict[str, tuple[re.Pattern, Callable[[pd.Series], bool]]] = {
    "time": (_TIMES, _is_time),
    "event": (_EVENTS, _is_event),
    "arm": (_ARMS, _is_arm),
}


def _choice(option: str, columns: list[str]) -> str:
    """Return from which columns to choose, as a line; where there is none, what to add."""
    if columns:
        more = ", ..." if len(columns) > 20 else ""
        return f"  --{option}: one of {', '.join(examples(columns, 20))}{more}"
    lacking = {
        "time": "a column of numbers, the time from the start to the event or the end",
        "event": "a column that says 1 where the event happened, 0 where not",
        "arm": "a column that says each patient's arm; of one arm, the same word in each row",
    }[option]
    return f"  --{option}: the file has none; add {lacking}"


def _event_value(
    column: pd.Series, name: str, said: str | None, event: str | None
) -> tuple[str, str]:
    """Return which value says that the event happened, and on what ground."""
    values = [str(value) for value in as_text(column).dropna().unique()]
    if said is not None:
        return _said_value(said, values, name), "said with --event-value"
    if _EITHER.fullmatch(name) and (event is None or name.casefold() == "censor"):
        raise UsageError(
            f"{name} may say who had the event, or who had not: say which value is the event with "
            f"--event-value: {', '.join(examples(values, 10))}",
            "--event-value",
        )
    if _CENSORING.fullmatch(name):
        not_censored = [
            value for value in values if value.casefold() in _NOT_HAPPENED - {"censored"}
        ]
        if len(not_censored) == 1:
            return not_censored[0], f"{name} says who is censored"
    if set(values) == {"1", "2"}:
        return "2", "of 1 and 2, the greater is the event by custom"
    if len(values) == 1 and values[0] in NO_EVENT:
        return NO_EVENT[values[0]], f"{name} holds {values[0]} alone, which reads as no event"
    happened = [value for value in values if _word(value) in _HAPPENED]
    rest = [value for value in values if _word(value) not in _NOT_HAPPENED]
    if len(values) <= 2 and len(happened) == 1:
        return happened[0], f"{happened[0]} in {name} reads as an event"
    if len(values) == 2 and len(rest) == 1:
        return rest[0], f"the other value of {name} reads as no event"
    listed = ", ".join(examples(values, 10))
    raise UsageError(
        f"which value of {name} is the event? Say it with --event-value: {listed}", "--event-value"
    )


def _word(value: str) -> str:
    """Return the word in a value: ``1:DECEASED`` is ``deceased``."""
    return re.sub(r"^[01]\s*[:=.-]\s*", "", value).casefold()


def _said_value(said: str, values: list[str], name: str) -> str:
    """Return the value that an option names, in any case, 1.0 for 1."""
    with contextlib.suppress(ValueError):
        said = written(float(said)) if said not in values else said
    folded = {value.casefold(): value for value in values}
    found = said if said in values else folded.get(said.strip().casefold())
    if found is None and len(values) == 1 and NO_EVENT.get(values[0]) == said:
        found = said
    if found is None:
        listed = ", ".join(examples(values, 10))
        raise UsageError(f"--event-value: {name} never is {said}; it is {listed}", "--event-value")
    return found


def flat_label(event: str) -> str:
    """Return what the event is called, by its column: ``died`` is about ``death``."""
    name = event.casefold()
    for begins, label in _CALLED.items():
        if name.startswith(begins):
            return label
    word = event.isalpha() and len(event) > 4 and not event.isupper()
    noun = word and not name.endswith(("ed", "status", "event"))
    return name if noun and not _EVENTS.fullmatch(event) else "the event"


def flat_unit(time: str) -> tuple[str, str] | None:
    """Return the unit that the name of the time's column says, and the ground; None if none."""
    for word, unit in _UNITS.items():
        if re.search(rf"(?<![a-z]){word}s?(?![a-z])", time.casefold().replace("_", " ")):
            return unit, f"the column is called {shortened(time)}"
    return None
