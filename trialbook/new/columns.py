"""Which column of a flat file is the time, the status, the arm: by its name alone, or asked for.

A name decides where just one column has such a name. The more names are known, the more often two
compete, and the less is guessed.
"""

import re
from collections.abc import Callable

import pandas as pd

from trialbook.adam.flat import as_text
from trialbook.adam.problems import examples
from trialbook.adam.unit_words import unit_in_name, words_of
from trialbook.new.arms import MOST_ARMS
from trialbook.new.inference import Inference, Question, UsageError
from trialbook.new.rows import endpoint_columns, is_identifier
from trialbook.new.status import is_of_event

_OF = (r"(os|pfs|dfs|rfs|efs|ttp|surv|survival|overall|fu|follow|followup|up|event|t|time|in|zeit"
       r"|temps|tempo|tiempo|survie|überlebenszeit)")  # fmt: skip
_ENDPOINTS = "os|pfs|dfs|rfs|efs|ttp|ttf|lfs|mfs|dmfs|css|dss|bcss|rfi|ttr|dor|iefs|idfs"
# pairs such as OS_MONTHS and OS_STATUS: what begins a word so is of that end point
_ENDPOINT = re.compile(
    rf"({_ENDPOINTS})(?=time|days|months|mo|years|status|stat|event|cens|ind|_|\d|$)"
)
_TIMES = re.compile(
    r"t|(?!pro|pt|aptt|clot|bleed).*time|duration|survival|surv|follow_?up|fu|fup|lifetime"
    rf"|\w*zeit|temps|survie|tiempo|avalc?|tte|t?_?stop|exit|({_OF}_)*{_OF}?_?(time|duration|tte)"
)
_UNITS = re.compile(rf"({_OF}_?)*[^_]+(_to_\w+|_until_\w+)?|os\w+|pfs\w+|days?_?to_?\w+")
_HAPPENED = (r"death|dead|died|dth|deceased|expired|relapsed?|relaps|recur|recurred|recurrence"
             r"|progressed|progression|prog|failure|failed|event|events|evt|alive|survived"
             r"|uncensored|tod|tot|verstorben|gestorben|ereignis|décès|deces|décédé|événement|mort"
             r"|muerte|muerto|morte|óbito|évento|evento")  # fmt: skip
_EVENTS = re.compile(
    rf"(is_|had_|has_|any_|({_OF}_)+)?({_HAPPENED}|e|d|c|status|\w?stat|state|outcome|cens|censor"
    r"|censored|censoring|cnsr|fustat|observed|delta|vital_status|vital)"
    r"(_(ind|indicator|flag|fl|status|event|yn|yesno|observed|free|censored|[01]+))?"
    rf"|({_OF}_)+(status|event|evt|cens|censor|censored|cnsr|ind|flag)|({_ENDPOINTS})"
)
_ARMS = re.compile(
    r"((study|actual|planned|treatment|trt|assigned|randomi[sz]ed)_)*"
    r"(arm|group|grp|treatment|trt|therapy|regimen|allocation|rx|treat|treated)"
    r"(_(group|arm|name|code|cd|assigned|label|allocation))?"
    r"|trt01p|trtp|trta|trt01a|armcd|actarm|randomi[sz]ed_to|randomi[sz]ation(_(group|arm|code))?"
)
# where a file is an ADTTE with ADSL's columns, its own names come first: the arm planned
_STANDARD = {"time": ["AVAL"], "event": ["CNSR"],
             "arm": ["TRT01P", "TRTP", "ARM", "TRT01A", "TRTA", "ACTARM"]}  # fmt: skip
_MOST_STATES = 12


def name_columns(
    frame: pd.DataFrame, taken: dict[str, str], found: list[Inference]
) -> dict[str, list[str]]:
    """Take the columns that their names show; return for each other one which may be meant.

    Parameters
    ----------
    frame : pandas.DataFrame
        The flat file.
    taken : dict
        Column by option (``time``, ``event``, ``arm``), as far as said; what is taken is added.
    found : list of Inference
        Is told why.
    """
    named, possible = {}, {}
    for option in ("time", "event", "arm"):
        if option not in taken:
            named[option], possible[option] = _fitting(frame, option, taken)
    for option, other in (("time", "event"), ("event", "time")):
        if option in named and other in taken:
            _pair(named[option], taken[other])
    if len(named.get("event", ())) == 1 and _several_times(frame, named["event"][0], taken):
        # of which end point is the one status that is called so?
        possible["event"] = [*named["event"], *possible["event"]]
        named["event"] = []
    sole = {option: of[0] for option, of in (named | {k: [v] for k, v in taken.items()}).items()
            if len(of) == 1}  # fmt: skip
    contradict = _endpoints_differ(sole.get("time", ""), sole.get("event", ""))
    open_ = {}
    for option, names in named.items():
        if len(names) == 1 and not (contradict and option in ("time", "event")):
            taken[option] = names[0]
            found.append(Inference(f"flat.{option}", names[0], "the column's name"))
        elif len(names) > 1:
            open_[option] = names
        else:
            open_[option] = list(dict.fromkeys([*names, *possible[option]]))
    return open_


def _several_times(frame: pd.DataFrame, event: str, taken: dict[str, str]) -> bool:
    """Return whether several columns are called times, and none is shown to be the status's own."""
    times = [name for name in frame if called_time(name) and _is_time(frame[name])]
    if "AVAL" in (name.upper() for name in times) or len(times) < 2:
        return False
    time = taken.get("time", "")
    return not _endpoints(time) & _endpoints(event)


def _pair(names: list[str], other: str) -> None:
    """Leave of several columns the one of another's end point: OS_STATUS goes with OS_MONTHS."""
    same = [name for name in names if _endpoints(name) & _endpoints(other)]
    if len(same) == 1:
        names[:] = same


def _endpoints(name: str) -> set[str]:
    """Return the end points that a column's name says, as OS in ``OS_MONTHS``."""
    return {found[1] for word in words_of(name) if (found := _ENDPOINT.match(word))}


def _endpoints_differ(one: str, other: str) -> bool:
    a, b = _endpoints(one), _endpoints(other)
    return bool(a and b and not a & b)


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
    # what is called so and only marred (a time below zero, a word among times) still competes
    named = [name for name in named
             if possible(frame[name]) or (option == "time" and _is_marred_time(frame[name]))
             ] or named  # fmt: skip
    if option == "arm":
        named = _one_of_each(frame, named)
    others = {*endpoint_columns(frame)}
    may = [name for name in free
           if possible(frame[name]) and not is_identifier(name) and name not in others
           and (option != "event" or not _COLUMNS["arm"][0](name))]  # fmt: skip
    if option == "event" and not named:
        # what happens (a stroke, an infection) may as well have happened before
        may.sort(key=lambda name: not is_of_event(name))
        named = may if len(may) == 1 and is_of_event(may[0]) else []
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


def _is_marred_time(column: pd.Series) -> bool:
    """Return whether most of a column are numbers, of which some are below zero, or words."""
    if column.dtype.kind != "f":
        begins = column.dropna().astype(str).str.match(r"\s*[-+]?\d")
        return bool(len(begins)) and column.dtype.kind != "M" and bool(begins.mean() > 0.5)
    return bool((column.dropna() < 0).any())


def _is_event(column: pd.Series) -> bool:
    return not _holds_dates(column) and 1 <= column.nunique() <= _MOST_STATES


def _holds_dates(column: pd.Series) -> bool:
    """Return whether a column holds dates, read as such or as text."""
    if column.dtype.kind == "M":
        return True
    known = column.dropna()
    return (
        column.dtype == object
        and len(known) > 0
        and bool(known.astype(str).str.fullmatch(r"\d{4}-\d\d-\d\d([T ].*)?").all())
    )


def _is_arm(column: pd.Series) -> bool:
    return not _holds_dates(column) and 1 <= column.nunique() <= MOST_ARMS


def called_time(name: str) -> bool:
    """Return whether a column's name is one of times to an event."""
    words = "_".join(words_of(name))
    if _TIMES.fullmatch(words):
        return True
    return unit_in_name(name) is not None and bool(_UNITS.fullmatch(words))


def _called(pattern: re.Pattern) -> Callable[[str], bool]:
    return lambda name: bool(pattern.fullmatch("_".join(words_of(name))))


_COLUMNS: dict[str, tuple[Callable[[str], bool], Callable[[pd.Series], bool]]] = {
    "time": (called_time, _is_time),
    "event": (_called(_EVENTS), _is_event),
    "arm": (_called(_ARMS), _is_arm),
}
_WHAT = {
    "time": "the time from the start to the event or the end",
    "event": "whether the event happened",
    "arm": "each patient's arm",
}


def ask_for_columns(missing: dict[str, list[str]], taken: dict[str, str]) -> None:
    """Ask for columns, each with those that may be meant.

    Raises
    ------
    UsageError
    """
    options = [f"--{option}" for option in missing]
    others = set(taken.values())
    choices = {option: [name for name in of if name not in others]
               for option, of in missing.items()}  # fmt: skip
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
