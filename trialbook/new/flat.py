"""Which column of a flat file is what: said with an option, or shown by its name."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

import pandas as pd

from trialbook.adam.flat import as_text
from trialbook.adam.problems import examples, shortened
from trialbook.adam.unit_words import unit_in_name, words_of
from trialbook.config import Arm
from trialbook.new.arms import MOST_ARMS, infer_arms
from trialbook.new.inference import Inference, Question, Questions, UsageError
from trialbook.new.rows import NONE, Rows, endpoint_columns, infer_rows, is_identifier
from trialbook.new.status import event_value as infer_event_value

_OF = r"(os|pfs|dfs|rfs|efs|ttp|surv|survival|overall|fu|follow|followup|up|event|t|time|in)"
_TIMES = re.compile(
    rf"t|.*time|duration|aval|avalc?|tte|t?_?stop|exit|({_OF}_)*{_OF}?_?(time|duration|tte)"
)
_UNITS = re.compile(rf"({_OF}_?)*[^_]+(_to_\w+|_until_\w+)?|os\w+|pfs\w+|days?_?to_?\w+")
_EVENTS = re.compile(
    r"(is_|had_|has_)?(e|d|c|event|events|evt|status|stat|cens|censor|censored|censoring|cnsr"
    r"|death|dead|died|dth|deceased|fustat|observed|delta|alive|survived|uncensored|vital_status)"
    r"(_(ind|indicator|flag|fl|status|event|yn|observed|free))?"
    rf"|({_OF}_)+(status|event|evt|cens|censor|censored|cnsr|ind|flag)"
)
_ARMS = re.compile(
    r"((study|actual|planned|treatment|trt|assigned|randomi[sz]ed)_)*"
    r"(arm|group|grp|treatment|trt|therapy|regimen|allocation|rx|treat|treated)"
    r"(_(group|arm|name|code|cd|assigned|label|allocation))?"
    r"|trt01p|trtp|trta|trt01a|armcd|actarm|randomi[sz]ed_to|randomi[sz]ation"
)
# where a file is an ADTTE with ADSL's columns, its own names come first: the arm planned
_STANDARD = {"time": ["AVAL"], "event": ["CNSR"],
             "arm": ["TRT01P", "TRTP", "ARM", "TRT01A", "TRTA", "ACTARM"]}  # fmt: skip
_MOST_STATES = 12


@dataclass(frozen=True)
class Columns:
    """Which column of a flat file is what."""

    time: str
    event: str
    arm: str
    event_value: str
    rows: Rows = field(default_factory=Rows)


def infer_columns(
    frame: pd.DataFrame,
    *,
    time: str | None = None,
    event: str | None = None,
    arm: str | None = None,
    id: str | None = None,
    start: str | None = None,
    event_value: str | None = None,
    control: str | None = None,
    labels: Mapping[str, str] | None = None,
) -> tuple[Columns, list[Arm], list[Inference]]:
    """Return which column is what, and the arms, the control first.

    A column that no option names is taken by its name where just one column has such a name and
    holds such values; else it is asked for. `labels` are the columns' labels, where the format
    carries them.

    Raises
    ------
    UsageError
        With every option that is missing, and the columns to choose from.
    """
    found: list[Inference] = []
    questions = Questions()
    said = {"time": time, "event": event, "arm": arm, "id": id, "start": start}
    taken = _said_columns(frame, said, found, questions)
    missing: list[tuple[str, list[str]]] = []
    for option in ("time", "event", "arm"):
        if said[option] is not None:
            continue
        named, possible = _fitting(frame, option, taken)
        if len(named) == 1:
            taken[option] = named[0]
            found.append(Inference(f"flat.{option}", named[0], "the column's name"))
        else:
            missing.append((option, named or possible))
    if missing:
        with questions.gathered():
            _ask_for_columns(missing, taken)
    time, event, arm = (taken.get(option) for option in ("time", "event", "arm"))
    rows = Rows()
    with questions.gathered():
        given = (taken.get("id", id), taken.get("start", start))
        others = {time, event, arm} - {None}
        if not {"--id", "--start"} & set(questions.options):
            rows, of_rows = infer_rows(frame, others, time, arm, *given)
            found += of_rows
    if event is not None:
        with questions.gathered():
            label = (labels or {}).get(event, "")
            event_value, ground = infer_event_value(frame, event, event_value, label)
            found.append(Inference("flat.event_value", event_value, ground))
    arms: list[Arm] = []
    if arm is not None:
        with questions.gathered():
            arms, of_arms = infer_arms(as_text(frame[arm]), None, control, arm)
            found += of_arms
    questions.ask()
    return Columns(time, event, arm, event_value, rows), arms, found


def _said_columns(
    frame: pd.DataFrame,
    said: dict[str, str | None],
    found: list[Inference],
    questions: Questions,
) -> dict[str, str]:
    """Return the columns that options name, as they stand in the file."""
    taken: dict[str, str] = {}
    for option, name in said.items():
        if name is None or (option in ("id", "start") and name.casefold() == NONE):
            continue
        with questions.gathered():
            column = _column(frame, name, option)
            if column in taken.values():
                other = next(one for one, of in taken.items() if of == column)
                raise UsageError(f"--{other} and --{option} both name {shortened(column)}",
                                 f"--{option}")  # fmt: skip
            taken[option] = column
            if option not in ("id", "start"):
                found.append(Inference(f"flat.{option}", column, f"said with --{option}"))
    return taken


def _column(frame: pd.DataFrame, name: str, option: str) -> str:
    folded = {column.casefold(): column for column in frame}
    if name in frame:
        return name
    if name.casefold() in folded:
        return folded[name.casefold()]
    near = get_close_matches(name, list(frame), n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else "columns: " + ", ".join(examples(frame, 30))
    raise UsageError(f"--{option}: the file has no column {name}; {hint}", f"--{option}")


def _fitting(
    frame: pd.DataFrame, option: str, taken: dict[str, str]
) -> tuple[list[str], list[str]]:
    """Return the columns whose names are of a kind, and all that may be by their values."""
    called, possible = _COLUMNS[option]
    free = [name for name in frame if name not in taken.values()]
    for standard in _STANDARD[option]:
        exact = [name for name in free if name.upper() == standard and possible(frame[name])]
        if exact:
            return exact, exact
    named = [name for name in free if called(name)]
    named = [name for name in named if possible(frame[name])] or named
    if option == "arm":
        named = _one_of_each(frame, named)
    others = {*endpoint_columns(frame)}
    may = [name for name in free
           if possible(frame[name]) and not is_identifier(name) and name not in others]  # fmt: skip
    if option == "arm":
        may.sort(key=lambda name: frame[name].nunique())
    return named, may


def _one_of_each(frame: pd.DataFrame, names: list[str]) -> list[str]:
    """Return columns without those that are another's code: text before numbers, words before."""
    kept: list[str] = []
    order = sorted(names, key=lambda name: (frame[name].dtype.kind == "f", -_length(frame[name])))
    for name in order:
        if not any(same_thing(frame[name], frame[other]) for other in kept):
            kept.append(name)
    return [name for name in names if name in kept]


def _length(column: pd.Series) -> float:
    return float(as_text(column).dropna().str.len().mean() or 0)


def same_thing(one: pd.Series, other: pd.Series) -> bool:
    """Return whether two columns follow each other one to one, as a code and its label do."""
    if one.isna().to_numpy().tolist() != other.isna().to_numpy().tolist():
        return False
    pairs = pd.DataFrame({"a": one, "b": other}).dropna().drop_duplicates()
    return len(pairs) > 0 and pairs["a"].is_unique and pairs["b"].is_unique


def _is_time(column: pd.Series) -> bool:
    if column.dtype.kind != "f" or not (column.dropna() >= 0).all():
        return False
    calendar = bool(column.notna().any()) and column.min() > 1900 and column.max() < 2100
    return not (calendar and (column.dropna() == column.dropna().round()).all())


def _is_event(column: pd.Series) -> bool:
    return column.dtype.kind != "M" and 1 <= column.nunique() <= _MOST_STATES


def _is_arm(column: pd.Series) -> bool:
    return column.dtype.kind != "M" and 1 <= column.nunique() <= MOST_ARMS


def _called_time(name: str) -> bool:
    words = "_".join(words_of(name))
    if _TIMES.fullmatch(words):
        return True
    return unit_in_name(name) is not None and bool(_UNITS.fullmatch(words))


def _called(pattern: re.Pattern) -> Callable[[str], bool]:
    return lambda name: bool(pattern.fullmatch("_".join(words_of(name))))


_COLUMNS: dict[str, tuple[Callable[[str], bool], Callable[[pd.Series], bool]]] = {
    "time": (_called_time, _is_time),
    "event": (_called(_EVENTS), _is_event),
    "arm": (_called(_ARMS), _is_arm),
}
_WHAT = {
    "time": "the time from the start to the event or the end",
    "event": "whether the event happened",
    "arm": "each patient's arm",
}


def _ask_for_columns(missing: list[tuple[str, list[str]]], taken: dict[str, str]) -> None:
    options = [f"--{option}" for option, _ in missing]
    others = set(taken.values())
    choices = {option: [name for name in of if name not in others] for option, of in missing}
    lines = [_choice(option, of) for option, of in choices.items()]
    every = all(choices.values())
    raise UsageError(
        "the file does not say which column is what; give " + " and ".join(options) + "\n"
        + "\n".join(lines), *options,
        questions=[Question(f"--{option}", f"Which column holds {_WHAT[option]}?", tuple(of[:20]))
                   for option, of in choices.items()] if every else (),
    )  # fmt: skip


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


def flat_unit(time: str) -> tuple[str, str] | None:
    """Return the unit that the name of the time's column says, and the ground; None if none."""
    unit = unit_in_name(time)
    return unit and (unit, f"the column is called {shortened(time)}")
