"""Results as R's cards lay them out: a row per statistic, groups and variables in columns.

The columns are those of the package cards (pharmaverse) once its list columns are written out.
`stat_name` is the name that cards and cardx give to a statistic where they have one. What cards
has no column for stands in columns of ours after its own.
"""

import math
from collections.abc import Iterable, Sequence

import pandas as pd

from trialbook.escape import escape_cell, unescape_cell
from trialbook.results import COLUMNS, KEY

# Ours to cards' and cardx's; a statistic without an entry keeps its name. One to one, so that a
# file comes back as it went.
STAT_NAMES = {
    "n_missing": "N_miss",
    "q1": "p25",
    "q3": "p75",
    "std_error": "std.error",
    "lower": "conf.low",
    "upper": "conf.high",
    "p_value": "p.value",
    "chisq": "statistic",
    "df": "parameter",
    "n_at_risk": "n.risk",
    "n_events": "n.event",
    "n_censored": "n.censor",
}
_BACK = {theirs: ours for ours, theirs in STAT_NAMES.items()}
CARDS = [
    "group1", "group1_level", "group2", "group2_level", "variable", "variable_level", "context",
    "stat_name", "stat_label", "stat", "stat_fmt",
]  # fmt: skip
OURS = ["chapter", "time", "method", "basis", "notice", "population", "dataset", "unit", "state",
        "shown"]  # fmt: skip
# The system organ class of a term of adverse events; several of them with this between.
CLASS, BETWEEN = "class", " | "
PLANNED, ACTUAL = "TRT01P", "TRT01A"


def cards_of(
    ard: pd.DataFrame, safety: str = "SAFFL", classes: Iterable[Sequence[str]] = ()
) -> pd.DataFrame:
    """Return results in the shape of cards.

    Parameters
    ----------
    ard : pandas.DataFrame
        Columns `trialbook.results.COLUMNS`.
    safety : str
        The flag of the safety population, whose groups are by the treatment taken.
    classes : iterable of (str, str)
        System organ class and preferred term of adverse events, each pair that occurs.

    Returns
    -------
    pandas.DataFrame
        Columns `CARDS`, `OURS` and `CLASS`; ``stat`` as text with 17 digits at most, so that it
        comes back as it was; empty where it is not estimable.
    """
    variable = ard["subgroup"].map(lambda text: text.partition("=")[0])
    by_arm = ard["arm"] != ""
    arms = pd.Series(PLANNED, index=ard.index).where(ard["population"] != safety, ACTUAL)
    found = {
        "group1": arms.where(by_arm, ""),
        "group1_level": ard["arm"],
        "group2": variable,
        # apart from its variable, a level could be taken for a formula
        "group2_level": ard["subgroup"].map(lambda text: escape_cell(text.partition("=")[2])),
        "variable": ard["paramcd"],
        "variable_level": ard["level"],
        "context": ard["analysis"],
        "stat_name": ard["statistic"].map(STAT_NAMES).fillna(ard["statistic"]),
        "stat_label": ard["label"],
        "stat": ard["value"].map(number_text),
        "stat_fmt": ard["printed"],
        **{name: ard[name] for name in OURS},
    }
    of_term: dict[str, list[str]] = {}
    for name, term in classes:
        of_term.setdefault(escape_cell(term), []).append(name)
    joined = {term: escape_cell(BETWEEN.join(names)) for term, names in of_term.items()}
    told = ard["paramcd"].map(joined)
    is_term = ard["analysis"].eq("adverse_events") & ard["level"].isin(["", "AEDECOD"])
    found[CLASS] = told.where(is_term).fillna("")
    frame = pd.DataFrame(found)
    return frame.assign(time=ard["time"].map(number_text))[[*CARDS, *OURS, CLASS]]


def read_cards(cards: pd.DataFrame, *, ordered: bool = True) -> pd.DataFrame:
    """Return the results that `cards_of` made a frame of cards from.

    Parameters
    ----------
    cards : pandas.DataFrame
        All text, as ``pandas.read_csv(..., dtype=str, keep_default_na=False)`` reads it.
    ordered : bool
        Sort by `trialbook.results.KEY`; otherwise rows stay as they stand.

    Returns
    -------
    pandas.DataFrame
        Columns `trialbook.results.COLUMNS`.
    """
    level = cards["group2_level"].map(unescape_cell)
    found = cards.rename(
        columns={
            "group1_level": "arm",
            "variable": "paramcd",
            "variable_level": "level",
            "context": "analysis",
            "stat_label": "label",
            "stat_fmt": "printed",
        }
    ).assign(
        subgroup=cards["group2"].where(level == "", cards["group2"] + "=" + level),
        statistic=cards["stat_name"].map(_BACK).fillna(cards["stat_name"]),
        value=cards["stat"].map(number),
        time=cards["time"].map(number),
    )
    found = found[COLUMNS]
    return found.sort_values(KEY, ignore_index=True) if ordered else found


def classes_of(cards: pd.DataFrame) -> pd.DataFrame:
    """Return which terms of adverse events are of which class, as `cards_of` was told.

    Returns
    -------
    pandas.DataFrame
        AEBODSYS and AEDECOD, one row per pair, sorted.
    """
    columns = ["AEBODSYS", "AEDECOD"]
    if CLASS not in cards:
        return pd.DataFrame(columns=columns)
    told = cards.loc[cards[CLASS] != "", [CLASS, "variable"]].drop_duplicates()
    told = told.map(unescape_cell)
    told[CLASS] = told[CLASS].str.split(BETWEEN, regex=False)
    pairs = told.explode(CLASS).set_axis(columns, axis=1).drop_duplicates()
    return pairs.sort_values(columns, ignore_index=True)


def number_text(value: float | None) -> str:
    """Return a number as the shortest text that gives it back; empty for a missing one."""
    if value is None or math.isnan(value):
        return ""
    return repr(int(value)) if float(value).is_integer() and abs(value) < 2**53 else repr(value)


def number(text: str) -> float:
    """Return what `number_text` wrote."""
    return float(text) if text not in ("", "NA") else math.nan
