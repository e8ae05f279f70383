"""Which column of a flat file is what: said with an option, or shown by its name."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches

import pandas as pd

from trialbook.adam.flat import as_text
from trialbook.adam.problems import examples, shortened
from trialbook.config import Arm
from trialbook.new.arms import infer_arms
from trialbook.new.inference import Inference, Questions, UsageError

_TIMES = re.compile(
    r"t|time|.*_time|futime|survtime|duration|aval|(surv|fu|follow.?up|os|pfs|dfs|rfs|efs).?time"
    r"|days?|weeks?|months?|years?|t_(days?|weeks?|months?|years?)", re.IGNORECASE
)  # fmt: skip
_EVENTS = re.compile(
    r"e|d|event|status|cens|censor(ed|ing)?|cnsr|death|dead|died|fustat|observed|c|delta"
    r"|(os|pfs|dfs|rfs|efs).?(status|event)", re.IGNORECASE
)  # fmt: skip
_ARMS = re.compile(
    r"arm|rx|trt|treat(ment)?|group|trt01p|trtp|randomi[sz]ation|allocation", re.IGNORECASE
)
_IDS = re.compile(r"id|usubjid|subjid|subject(_?id)?|patient(_?id)?|pid|pat", re.IGNORECASE)
_CENSORING = re.compile(r"cnsr|censor(ed|ing)", re.IGNORECASE)
_HAPPENED = {"1", "true", "yes", "y", "event", "dead", "died", "death", "deceased", "relapse",
             "relapsed", "recurrence", "progression", "failure", "uncensored"}  # fmt: skip
_NOT_HAPPENED = {"0", "false", "no", "n", "censored", "alive", "none", "no event", "living"}
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

    def choose(option: str, said: str | None, fits: Callable[[str], bool]) -> str | None:
        if said is not None:
            with questions.gathered():
                column = _column(frame, said, option)
                found.append(Inference(option, column, f"said with --{option}"))
                return column
            return None
        candidates = [name for name in frame if fits(name)]
        if len(candidates) == 1:
            found.append(Inference(option, candidates[0], "the column's name"))
            return candidates[0]
        missing.append((f"--{option}", candidates or list(frame)))
        return None

    time = choose("time", time, lambda name: bool(_TIMES.fullmatch(name)) and _is_time(frame[name]))
    event = choose("event", event, lambda name: name != time and bool(_EVENTS.fullmatch(name))
                   and frame[name].nunique() == 2)  # fmt: skip
    arm = choose("arm", arm, lambda name: bool(_ARMS.fullmatch(name))
                 and 2 <= frame[name].nunique() <= 10)  # fmt: skip
    if missing:
        options = [option for option, _ in missing]
        lines = [f"  {option}: one of {', '.join(examples(of, 20))}" for option, of in missing]
        with questions.gathered():
            raise UsageError(
                "the file does not say which column is what; give "
                + " and ".join(options) + "\n" + "\n".join(lines), *options
            )  # fmt: skip
    if event_value is None and event is not None:
        with questions.gathered():
            event_value, ground = _event_value(frame[event], event)
            found.append(Inference("event_value", event_value, ground))
    arms: list[Arm] = []
    if arm is not None:
        with questions.gathered():
            arms, of_arms = infer_arms(as_text(frame[arm]), None, control, arm)
            found += of_arms
    questions.ask()
    ids = [name for name in frame if _IDS.fullmatch(name) and frame[name].notna().all()]
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


def _event_value(column: pd.Series, name: str) -> tuple[str, str]:
    """Return which value says that the event happened, and on what ground."""
    values = [str(value) for value in as_text(column).dropna().unique()]
    if _CENSORING.fullmatch(name):
        not_censored = [
            value for value in values if value.casefold() in _NOT_HAPPENED - {"censored"}
        ]
        if len(not_censored) == 1:
            return not_censored[0], f"{name} says who is censored"
    happened = [value for value in values if value.casefold() in _HAPPENED]
    if len(happened) == 1 and set(values) != {"1", "2"}:
        return happened[0], f"{happened[0]} in {name} reads as an event"
    if set(values) == {"1", "2"}:
        return "2", "of 1 and 2, the greater is the event by custom"
    rest = [value for value in values if value.casefold() not in _NOT_HAPPENED]
    if len(values) == 2 and len(rest) == 1:
        return rest[0], f"the other value of {name} reads as no event"
    listed = ", ".join(examples(values, 10))
    raise UsageError(
        f"which value of {name} is the event? Say it with --event-value: {listed}", "--event-value"
    )


def flat_unit(time: str) -> tuple[str, str] | None:
    """Return the unit that the name of the time's column says, and the ground; None if none."""
    for word, unit in _UNITS.items():
        if re.search(rf"(?<![a-z]){word}s?(?![a-z])", time.casefold().replace("_", " ")):
            return unit, f"the column is called {shortened(time)}"
    return None
