"""What a file says of a status: a label that lists its codes, a column in words beside it."""

import re
from collections.abc import Sequence

import pandas as pd

from trialbook.adam.flat import as_text
from trialbook.adam.problems import shortened
from trialbook.adam.statuses import is_bare, said_by

_CODE = re.compile(
    r"(?<![\w.])(\d+|[A-Za-z])\s*[=:]\s*([^\W\d_][^,;/()|=:]*?)(?=\s*(?:[,;/()|]|$))"
)
_MOST_LEVELS = 30


def by_label(values: Sequence[str], label: str) -> tuple[str, str] | None:
    """Return which value is the event where a column's label lists what they mean, and the ground.

    ``Status (0 = alive, 1 = dead)`` does; of two values it is enough that one is explained.
    """
    meant = {code: said_by(words) for code, words in _CODE.findall(label) if not is_bare(words)}
    said = {value: meant.get(value) for value in values}
    events = [value for value in values if said[value] == "event"]
    others = [value for value in values if said[value] is None]
    if not events and len(values) == 2 and len(others) == 1:
        events, others = others, []
    whole = not others or len(values) == 2
    return (events[0], f"its label: {shortened(label)}") if len(events) == 1 and whole else None


def by_words(frame: pd.DataFrame, name: str) -> tuple[str, str] | None:
    """Return which value is the event where another column says it in words, and the ground.

    EVNTDESC may describe one code in several ways; any other column must go along with the status
    one to one. Every word beside one code is of an event, and every word beside the others says
    that nothing happened or that the patient left.
    """
    status = as_text(frame[name])
    for other in frame:
        column = frame[other]
        if other == name or column.dtype.kind in "fM" or column.nunique() > _MOST_LEVELS:
            continue
        pairs = pd.DataFrame({"code": status, "words": as_text(column)}).dropna().drop_duplicates()
        one_to_one = pairs["words"].is_unique and pairs["code"].is_unique
        described = other.upper() == "EVNTDESC" and pairs["words"].is_unique
        if not (one_to_one or described) or pairs["words"].map(is_bare).any():
            continue
        if set(pairs["code"]) != set(status.dropna()) or pairs["code"].nunique() < 2:
            continue
        said = pairs["words"].map(said_by).groupby(pairs["code"]).agg(set)
        events = [code for code, of in said.items() if of == {"event"}]
        spared = [code for code, of in said.items() if of <= {"no event", "left"}]
        if len(events) == 1 and len(spared) == len(said) - 1:
            words = pairs.loc[pairs["code"] == events[0], "words"].iloc[0]
            return events[0], f"{shortened(other)} says {shortened(words)} where it is {events[0]}"
    return None
